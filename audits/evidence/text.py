"""Texts of a report made fit to be stored and cut to what is kept. Pure."""

from __future__ import annotations

import hashlib
import re
from typing import Final

# Colours and cursor movements (CSI), titles and links (OSC), two-character sequences: runners copy them from the terminal.
_ANSI: Final = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]?|\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)|[@-Z\\^_=>])")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]+")
_DIGEST: Final = 16


def clean(text: str) -> tuple[str, bool]:
    """Text without terminal sequences and control characters other than newline and tab, and whether it held a NUL.

    Carriage returns become newlines. Markup stays: escaping it is the work of whoever shows it. Lone surrogates are none of
    its business: neither XML nor the JSON that is decoded holds one.
    """
    if text.isprintable() or _CONTROL.search(text) is None:
        return text, False
    has_nul = "\0" in text
    text = _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text), has_nul


def shortened(text: str, limit: int) -> str:
    """The text itself, or its beginning and a digest that keeps it apart from others of the same beginning."""
    if len(text) <= limit:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]
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
