"""Texts of a report made fit to be stored and cut to what is kept. Pure."""

from __future__ import annotations

import hashlib
import re
from typing import Final

# Colours and cursor movements (CSI), titles and links (OSC), two-character sequences: runners copy them from the terminal.
_ANSI: Final = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]?|\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)|[@-Z\\^_=>])")
_UNWANTED: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]+")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
# What PostgreSQL refuses in a text.
_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")
_DIGEST: Final = 16


def clean(text: str) -> tuple[str, bool]:
    """Text without terminal sequences and control characters other than newline and tab, and whether anything was lost.

    Carriage returns become newlines, a lone surrogate becomes U+FFFD. Only NULs and surrogates count as lost: colours do not.
    Markup stays: escaping it is the work of whoever shows it.
    """
    if text.isprintable() or _UNWANTED.search(text) is None:
        return text, False
    lost = _UNSTORABLE.search(text) is not None
    text = _ANSI.sub("", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("", text)
    return _SURROGATE.sub("\ufffd", text), lost


def shortened(text: str, limit: int) -> str:
    """The text itself, or its beginning and a digest that keeps it apart from others of the same beginning."""
    if len(text) <= limit:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:_DIGEST]
    return f"{text[: limit - _DIGEST - 1]}~{digest}"


class Gathered:
    """A text that comes in pieces, and of which not much more is held than will be kept."""

    def __init__(self, limit: int, separator: str = "") -> None:
        self._limit = limit
        self._separator = separator
        self._pieces: list[str] = []
        self._size = 0

    def add(self, piece: str) -> None:
        """Add a piece; beyond the limit it is dropped, and one character too many stays to tell so."""
        room = self._limit + 1 - self._size
        if piece and room > 0:
            self._pieces.append(piece[:room])
            self._size += len(piece) + len(self._separator)

    @property
    def text(self) -> str:
        """What was gathered: longer than the limit only where something was cut off."""
        return self._separator.join(self._pieces)
