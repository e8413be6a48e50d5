"""A log's lines: which are headings, which stand in code fences. Pure.

The scanner is our own rather than CommonMark's: a log must come back to the last character, hand-written logs leave fences open and
nest them, and what a line costs must not depend on the lines before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# What is looked at of one line; a longer one is kept whole in its section, but nobody writes a claim of that length.
LONGEST: Final = 4_000

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
_HEADING: Final = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|\Z|(?<=##)(?=[^\W\d_]))(.*)\Z")
_CLOSING: Final = re.compile(r"(?:\A|(?<=[ \t]))#+\Z")
_FENCE: Final = re.compile(r"[ \t>]*(`{3,}|~{3,})([^`]*)\Z")
_UNDERLINE: Final = re.compile(r" {0,3}(={3,}|-{4,})[ \t]*\Z")
_BLOCK_START: Final = re.compile(r"[ \t]*(?:[-*+>|#]|\d{1,9}[.)]|`{3}|~{3})")
_TAP: Final = re.compile(r"(?:not )?ok \d+ ")
_LONGEST_UNDERLINED: Final = 100
_LEVEL_OF_UNDERLINE: Final = {"=": 1, "-": 2}
# How many marks a fence of Markdown may hold before it is read as one that holds none.
_MOST_NESTED: Final = 200
_LONGEST_MARK: Final = 10
_QUOTES: Final = ("markdown", "md")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its line, the line of its underline (its own where it has none), level 1 to 6, and its words as written."""

    line: int
    last: int
    level: int
    raw: str


@dataclass(frozen=True, slots=True)
class Fence:
    """A code fence: its first and last line (the marks themselves), and its language in small letters."""

    first: int
    last: int
    info: str

    @property
    def quotes(self) -> bool:
        """Whether it holds another document, such as the body of an issue."""
        return self.info.split(" ")[0] in _QUOTES


@dataclass(frozen=True, slots=True)
class Scan:
    """All lines of a text, `whole` with their ends, `lines` without and cut to LONGEST; line 1 is the first of both."""

    whole: list[str]
    lines: list[str]
    headings: list[Heading]
    fences: list[Fence]


@dataclass(frozen=True, slots=True)
class _Mark:
    """A line that may open or close a fence; only one without a language closes."""

    line: int
    sign: str
    size: int
    info: str


def scan(text: str) -> Scan:
    """The lines of any text. CR, LF and CR LF end a line and nothing else does, so that numbers are those of an editor."""
    whole = _LINE.findall(text)
    lines = [line[: LONGEST + 2].rstrip("\r\n")[:LONGEST] for line in whole]
    fences = list(_fences(lines))
    return Scan(whole, lines, list(_headings(lines, fences)), fences)


def _fences(lines: list[str]) -> Iterator[Fence]:
    marks = [mark for number, line in enumerate(lines, 1) if ("```" in line or "~~~" in line) and (mark := _mark(number, line))]
    closers = _longest_closers(marks)
    place = 0
    while place < len(marks):
        mark = marks[place]
        closer = _closer(marks, place) if closers[place].get(mark.sign, 0) >= mark.size else None
        if closer is not None:
            yield Fence(mark.line, marks[closer].line, mark.info)
            place = closer + 1
            continue
        last = _end_of_open_fence(lines, mark.line)
        yield Fence(mark.line, last, mark.info)
        while place < len(marks) and marks[place].line <= last:
            place += 1


def _mark(number: int, line: str) -> _Mark | None:
    match = _FENCE.match(line)
    if match is None:
        return None
    return _Mark(number, match[1][0], min(len(match[1]), _LONGEST_MARK), match[2].strip().lower())


def _longest_closers(marks: list[_Mark]) -> list[dict[str, int]]:
    """For each mark, how long the longest closing mark of either sign after it is."""
    longest: dict[str, int] = {}
    after = []
    for mark in reversed(marks):
        after.append(longest)
        if not mark.info and mark.size > longest.get(mark.sign, 0):
            longest = longest | {mark.sign: mark.size}
    after.reverse()
    return after


def _closer(marks: list[_Mark], opened: int) -> int | None:
    """The place of the mark that closes the one at `opened`.

    A fence of Markdown often holds fences of its own with marks of the same length: there a mark with a language opens one more.
    Where that does not come out even, the first closing mark counts, as CommonMark has it.
    """
    opening = marks[opened]
    nests = opening.info.split(" ")[0] in _QUOTES
    first: int | None = None
    depth = 0
    for place in range(opened + 1, len(marks)):
        mark = marks[place]
        if mark.sign != opening.sign or mark.size < opening.size:
            continue
        if mark.info:
            depth += 1
        elif not nests or depth == 0:
            return place
        else:
            first = place if first is None else first
            depth -= 1
        if nests and first is not None and place - opened > _MOST_NESTED:
            break
    return first


def _end_of_open_fence(lines: list[str], opened: int) -> int:
    """A fence that nobody closed ends before the next heading that no programming language would take for a comment."""
    for number in range(opened, len(lines)):
        if lines[number].startswith("##") and _HEADING.match(lines[number]):
            return number
    return len(lines)


def _headings(lines: list[str], fences: list[Fence]) -> Iterator[Heading]:
    fenced = bytearray(len(lines) + 2)
    for fence in fences:
        fenced[fence.first : fence.last + 1] = b"\1" * (fence.last + 1 - fence.first)
    diagnosed = -1  # the last line of a test's result in TAP, whose diagnostics begin like headings
    for number, line in enumerate(lines, 1):
        if fenced[number]:
            continue
        if _TAP.match(line) or (diagnosed == number - 1 and line.startswith("# ")):
            diagnosed = number
        elif "#" in line[:4] and (match := _HEADING.match(line)):
            yield Heading(number, number, len(match[1]), _CLOSING.sub("", match[2].strip()).strip())
        elif line[:1] in "= -" and not fenced[number - 1] and (level := _underlines(lines, number)):
            yield Heading(number - 1, number, level, lines[number - 2].strip())


def _underlines(lines: list[str], number: int) -> int | None:
    """The level of the heading that this line underlines; three dashes are a rule, whatever CommonMark says."""
    match = _UNDERLINE.match(lines[number - 1])
    title = lines[number - 2] if match and number > 1 else ""
    if match is None or not title.strip() or len(title) > _LONGEST_UNDERLINED or _BLOCK_START.match(title):
        return None
    alone = number == 2 or not lines[number - 3].strip()
    return _LEVEL_OF_UNDERLINE[match[1][0]] if alone and not title.rstrip().endswith((".", ":", "  ")) else None
