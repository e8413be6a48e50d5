"""Columns and read-only fields that several pages show alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.utils.html import format_html
from unfold.decorators import display

from incidents.severity import Severity

# Messages may be of any length; a page shows where they begin.
SHOWN_CHARACTERS: Final = 2_000

Column = Callable[[Any], Any]


def moment(name: str, description: str, *, seconds: bool = False) -> Column:
    """A time to the minute, or to the second; that it is UTC stands in the heading."""

    def shown(row: Any) -> str | None:
        value = getattr(row, name)
        return value.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M") if isinstance(value, datetime) else None

    return _named(shown, f"{name}_utc", name, f"{description} (UTC)")


def number(name: str, description: str) -> Column:
    """A count, with its thousands apart."""

    def shown(row: Any) -> str:
        return f"{getattr(row, name):,}"

    return _named(shown, f"{name}_number", name, description)


def severity(name: str = "severity") -> Column:
    """A severity as a coloured label."""

    def shown(row: Any) -> str:
        return badge(Severity(getattr(row, name)).name)

    return _named(shown, f"{name}_badge", name, "Severity")


def state(name: str = "state") -> Column:
    """A state as a coloured label."""

    def shown(row: Any) -> str:
        return badge(str(getattr(row, name)))

    return _named(shown, f"{name}_badge", name, "State")


def badge(word: str) -> str:
    """A word on the colour that the style sheet has for it."""
    return format_html('<span class="fx-badge fx-badge-{}">{}</span>', word, word)


def two_lines(first: str, second: str) -> str:
    """What a row is called, and below it in small letters where it belongs; the first is cut after two lines."""
    return format_html('<span class="fx-headline"><span class="fx-clip-2">{}</span><span class="fx-under">{}</span></span>', first, second)


def text_block(text: str) -> str:
    """A log text with its line breaks, in a box of its own that scrolls."""
    cut = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
    return format_html('<pre class="fx-raw">{}</pre>', cut)


def _named(shown: Column, name: str, ordering: str, description: str) -> Column:
    # The admin names a column's CSS class after its function.
    shown.__name__ = name
    return display(description=description, ordering=ordering)(shown)
