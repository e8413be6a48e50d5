"""Python tracebacks, whole or cut off. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from ingestion.records import Location

HEADER: Final = "Traceback (most recent call last):"

# Exception groups draw a margin of `|` and `+-` before their lines.
_FRAME: Final = re.compile(r'([ \t|+-]{0,64})File "([^"\n]{1,1000})", line (\d{1,9})(?:, in ([^\n]{1,300}))?')
_RAISED: Final = re.compile(r"(?:[ |+-]{0,64}\| )?([A-Za-z_][\w.]{0,200})(?:: (.*))?\Z")
_LIBRARY: Final = re.compile(
    r"site-packages|dist-packages|/(?:python|pypy)\d[\d.]*/|/usr/lib/python|\A<|/var/runtime/|Python\d+\\lib\\", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One call of a traceback, as Python prints it."""

    file: str
    line: int
    function: str

    @property
    def is_library(self) -> bool:
        """Whether this is code that was installed, or Python's own, and not the application's."""
        return _LIBRARY.search(self.file) is not None

    @property
    def location(self) -> Location:
        return Location(function=self.function, file=self.file, line=self.line if self.line > 0 else None)


@dataclass(frozen=True, slots=True)
class Traceback:
    """What was raised in the end, its frames (outermost first), and the exceptions that led to it, the first one first.

    Type and message are empty where the text was cut off before them.
    """

    exception_type: str
    exception_message: str
    frames: tuple[Frame, ...]
    chain: tuple["Traceback", ...] = ()

    @property
    def innermost(self) -> Frame | None:
        """The application's frame nearest to the fault: of what was raised, else of what led to it; else a library's."""
        blocks = (self, *reversed(self.chain))
        for block in blocks:
            for frame in reversed(block.frames):
                if not frame.is_library:
                    return frame
        return next((block.frames[-1] for block in blocks if block.frames), None)


class _Block:
    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.raised: tuple[str, str] | None = None

    def take(self, line: str) -> bool:
        """Read one line; False where it belongs to the next block."""
        if (match := _FRAME.match(line)) is not None:
            if self.raised is not None and match[4] is not None:
                return False
            self.frames.append(Frame(match[2], int(match[3]), (match[4] or "").rstrip()))
        elif self.raised is None and line[:1] not in ("", " ", "\t") and (match := _RAISED.match(line)) is not None:
            self.raised = match[1], match[2] or ""
        return True

    def result(self) -> Traceback:
        return Traceback(*(self.raised or ("", "")), tuple(self.frames))


def is_header(line: str) -> bool:
    """Whether a traceback begins with this line."""
    return len(line) < 200 and line.rstrip().endswith(HEADER)


def read_traceback(text: str) -> Traceback | None:
    """The traceback in a text, whatever stands before it; None where there is none. A part of one counts as one."""
    if HEADER not in text and 'File "' not in text:
        return None
    blocks: list[_Block] = []
    for line in text.split("\n"):
        if is_header(line):
            blocks.append(_Block())
        elif blocks:
            _continue(blocks, line)
        elif line[:1] in (" ", "\t") and (match := _FRAME.match(line)) is not None and match[4] is not None:
            # The header was cut off: frames are indented, prose about files is not.
            blocks.append(_Block())
            _continue(blocks, line)
    if not blocks:
        return None
    *chain, last = (block.result() for block in blocks)
    return Traceback(last.exception_type, last.exception_message, last.frames, tuple(chain))


def _continue(blocks: list[_Block], line: str) -> None:
    if not blocks[-1].take(line):
        blocks.append(_Block())
        blocks[-1].take(line)
