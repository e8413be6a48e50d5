"""What part of the tale of an exception a message is. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class Piece(StrEnum):
    """A traceback may come whole, or cut into several entries."""

    NONE = ""
    # A traceback with the exception that ended it.
    TRACEBACK = "traceback"
    # The beginning of one: the exception is in a later entry.
    CUT = "cut"
    # Frames or other lines that only go on with what an earlier entry began.
    FRAGMENT = "fragment"
    # "During handling of the above exception, another exception occurred:" alone.
    CONNECTIVE = "connective"
    # A line that is no more than an exception: `ValueError: no such card`.
    EXCEPTION = "exception"


# They are watched whatever their severity: only together with them one sees what a traceback is.
PARTS_OF_TRACEBACKS: Final = (Piece.FRAGMENT, Piece.CONNECTIVE, Piece.EXCEPTION)


class Told(NamedTuple):
    """A message's piece, and the exception at the bottom of what it tells (`ValueError: no such card`); empty where it names none."""

    piece: Piece
    exception: str
