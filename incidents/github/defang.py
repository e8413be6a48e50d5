"""Finished Markdown, made harmless for GitHub: nobody is notified, no issue is closed or gets a back-reference by accident. Pure.

What GitHub would take for a mention (`@name`), for a reference (`#12`, `GH-12`, `owner/name#12`) or for the address of an issue,
a pull request or a discussion is broken by one ZERO WIDTH SPACE (U+200B), which a reader does not see. It stands after `@`, `#`
and `GH-`, and after the `//` of an address. There an address in angle brackets stays one, and a link stays a link that leads where
it led, since hosts are read without that character (UTS 46); but GitHub's own host no longer stands where GitHub looks for it.
U+200B rather than U+2060, because other senders have long used it on GitHub to this end.

GitHub looks for all this in the page and not in the source: `&#64;name` notifies as `@name` does. And it does not look into code.
So code is left alone, but only where it surely is code; see `code`. E-mail-like text (`a@b`, `name@commit`) notifies nobody and is
left alone, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from string import ascii_letters, digits
from typing import Final, NamedTuple

ZERO_WIDTH: Final = "\u200b"

# A number may be written as an entity, and a tag or a comment before it may be gone by the time GitHub looks.
_NUMBER: Final = r"(?=[0-9&<])"
_SEGMENT: Final = r"[^\s/]{1,255}+/++"
# Not where it follows on another address, or on what may be an entity: there GitHub may see the text parted before the "@".
_EMAIL: Final = r"(?<![a-z0-9._+\-@&\#;\\%])(?:(?!gh-[0-9])[a-z0-9._+-])++(?<=[a-z0-9])@"
_HOT: Final = re.compile(
    rf"""
    (?P<as_it_is>\\\\|{_EMAIL})
    |(?P<entity>&(?:\#[0-9]{{1,7}}|\#x[0-9a-f]{{1,6}}|[a-z][a-z0-9]{{1,31}});)
    |\\?&\#(?=[0-9x])
    |(?:https?\\?:)?\\?/\\?/(?=[a-z0-9\[&%])(?={_SEGMENT * 3}(?:issues|pulls?|discussions)\\?/++{_NUMBER})
    |gh\\?-{_NUMBER}
    |\#{_NUMBER}
    |@(?=[a-z0-9&<])
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
# What mentions and references are made of, and what such a character may be followed by within them.
_MATERIAL: Final = frozenset(f"{ascii_letters}{digits}@#-/:.")
_GOES_ON: Final = frozenset(f"{ascii_letters}{digits}@#-/:.&<\\")

# What may stand before a block's own beginning: blanks and the marks of quotations and lists. More than CommonMark allows.
PREFIX: Final = r"(?:[ \t>]|(?:[-+*]|[0-9]{1,9}[.)])(?=[ \t]))*+"
_FENCE: Final = r"`{3,}+(?![^`\n]*`)|~{3,}+"
# HTML that runs on over blank lines, and footnotes, which are GitHub's own.
_RUNS_ON: Final = r"<(?:[!?]|(?:script|pre|style|textarea))|\[\^[^\]\n]*+\]:"
_OUTLINE: Final = re.compile(
    rf"^(?P<prefix>{PREFIX})(?:(?P<fence>{_FENCE})(?P<info>[^\n]*)|(?P<runs_on>{_RUNS_ON})|(?P<html><(?!https?://)[a-z/]))",
    re.MULTILINE | re.IGNORECASE,
)
_CLOSING: Final = re.compile(r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})[ \t]*$", re.MULTILINE)
# GitHub sets mathematics from such a fence, and not code.
_CODE_INFO: Final = re.compile(r"[ \t]*+(?!math\b)[\w+.#-]*(?:[ \t].*)?", re.IGNORECASE)
_BLANK_LINE: Final = re.compile(r"\n[ \t]*(?:\n|\Z)")

_CHUNK: Final = re.compile(r"(?:^(?![ \t]*$)[^\n]*\n?)+", re.MULTILINE)
_HTML_LINE: Final = re.compile(rf"^{PREFIX}<(?!https?://)[a-z/!?]", re.MULTILINE | re.IGNORECASE)
_BRACKET_LINE: Final = re.compile(rf"^{PREFIX}\[", re.MULTILINE)
_DELIMITER_ROW: Final = re.compile(r"^(?=[^\n]*-)[ \t>|:\-+*.)0-9\v\f]*+$", re.MULTILINE)
# A line that begins with one of these begins no block of its own.
_PLAIN: Final = r"(?:[^\W\d_]|[@(\"']|`{1,2}(?!`))"
_PARAGRAPH: Final = rf" {{0,3}}(?:> {{0,4}}|(?:[-+*]|[0-9]{{1,9}}[.)]) {{1,4}})*+{_PLAIN}[^\n]*(?:\n[ \t]*{_PLAIN}[^\n]*)*\n?"
_LINE: Final = re.compile(r"[^\n]+\n?")
_UNIT: Final = re.compile(rf"{_PARAGRAPH}|[^\n]+\n?")

_TOKEN: Final = re.compile(r"\\[\s\S]|`+|<|\]\(|\]\[|\$|://|www\.", re.IGNORECASE)
_TICKS: Final = re.compile(r"`+")
_ANGLE: Final = re.compile(
    r"<[^\s<>]*+>"
    r"|</?[A-Za-z][A-Za-z0-9-]*+(?:\s++[A-Za-z_:][A-Za-z0-9_.:-]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'=<>`]++))?+)*+\s*+/?>"
)
# GitHub makes a link of an address that stands in the text as it is, with all up to a blank.
_BARE_ADDRESS: Final = re.compile(r"[^ \t\n\v\f\r<`]*+`")
_BEGINS_HTML: Final = re.compile(r"[A-Za-z/!?]")
_DESTINATION: Final = re.compile(r"\]\([^\s()<>`\\]*\)")
_LABEL: Final = re.compile(r"\]\[[^\[\]`\\]*\]")
# A bar that ends a cell of a table even within code; after two backslashes, parsers differ.
_BAR: Final = re.compile(r"(?<!\\)\||(?<=\\\\)\|")


class Stretch(NamedTuple):
    """A piece of a text, from one place to before another."""

    start: int
    end: int


@dataclass(slots=True)
class Reading:
    """What is surely code in a text and what may or may not be, each in order; from where on nothing is sure any more, if so;
    and the fence of a block of code that the text leaves open."""

    code: list[Stretch] = field(default_factory=list)
    doubtful: list[Stretch] = field(default_factory=list)
    lost_from: int | None = None
    open_fence: str = ""


def defang(markdown: str) -> str:
    """The same to a reader, and nothing to GitHub; see above. Done twice, it is as done once.

    An address that is broken leads on, but `@` and digits after `#` are broken in other addresses, too (`https://host/@name`).
    A tag that is named like a reference (`<GH-1>`) is no tag any more and shows.
    """
    pieces = []
    at = 0
    for start, end in read(markdown).code:
        pieces += [_HOT.sub(_broken, markdown[at:start]), markdown[start:end]]
        at = end
    return "".join([*pieces, _HOT.sub(_broken, markdown[at:])])


def read(markdown: str) -> Reading:
    """Where code stands in a text, as far as it is certain, whatever CommonMark and GitHub make of the rest.

    A hostile text may lead us to call code doubtful, but never to call code what is none. Which lists and quotations are open
    need not be known for that:

    - A fence at the very beginning of a line is in no list or quotation. One that is indented, together with all that is in it
      and its end, has the same end in whichever list it is. Another fence, HTML that goes on over blank lines, a footnote:
      doubtful from there on.
    - No span of code goes on over a blank line. As long as spans end in the line in which they begin (or in one that surely goes
      on with the same paragraph), it does not matter where blocks begin. After a backtick that has no other, after HTML, after
      what may be a definition, mathematics, or an address with a backtick in it: doubtful up to the blank line.
    """
    if "`" not in markdown and "~~~" not in markdown:
        return Reading()
    # As many characters, and one kind of line end.
    return _Reader(markdown.replace("\r\n", " \n").replace("\r", "\n")).read()


def _broken(match: re.Match[str]) -> str:
    if match["as_it_is"]:
        return match[0]
    if match["entity"]:
        following = match.string[match.end() : match.end() + 1]
        return f"{match[0]}{ZERO_WIDTH}" if following in _GOES_ON and unescape(match[0]) in _MATERIAL else match[0]
    return f"{match[0]}{ZERO_WIDTH}"


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.reading = Reading()
        # The runs of backticks by length, the first one last: reading goes forward, and each is looked at once.
        self.ticks: dict[int, list[int]] = {}
        for run in _TICKS.finditer(text):
            self.ticks.setdefault(run.end() - run.start(), []).append(run.start())
        for starts in self.ticks.values():
            starts.reverse()

    def read(self) -> Reading:
        reading, at = self.reading, 0
        for fenced, is_code in self._fences():
            self._read_chunks(at, fenced.start)
            (reading.code if is_code else reading.doubtful).append(fenced)
            at = fenced.end
        self._read_chunks(at, len(self.text) if reading.lost_from is None else reading.lost_from)
        if reading.lost_from is not None:
            reading.doubtful.append(Stretch(reading.lost_from, len(self.text)))
        return reading

    def _fences(self) -> Iterator[tuple[Stretch, bool]]:
        """The blocks of fenced code, and whether each shows as code; notes where all certainty ends, and a block without an end."""
        at = html_until = 0
        # CommonMark passes over a byte order mark, so that the first line begins elsewhere than here.
        if self.text.startswith("\ufeff"):
            self.reading.lost_from = 0
            return
        while found := _OUTLINE.search(self.text, at):
            at = found.end()
            if found["html"]:
                html_until = html_until if found.start() < html_until else self._end_of_chunk(at)
                continue
            end = self._end_of_fence(found) if found["fence"] and found.start() >= html_until else None
            if end is None:
                self.reading.lost_from = found.start()
                return
            self.reading.open_fence = found["fence"] if end < 0 else ""
            at = len(self.text) if end < 0 else end
            yield Stretch(found.start(), at), bool(_CODE_INFO.fullmatch(found["info"]))

    def _end_of_chunk(self, start: int) -> int:
        blank = _BLANK_LINE.search(self.text, start)
        return blank.start() if blank else len(self.text)

    def _end_of_fence(self, opening: re.Match[str]) -> int | None:
        """Where a block of fenced code ends; below zero where nothing ends it, and None where that is not certain."""
        indent, fence = opening["prefix"], opening["fence"]
        closings = _CLOSING.finditer(self.text, opening.end())
        closing = next((one for one in closings if one["fence"].startswith(fence) and (indent or len(one["indent"]) < 4)), None)
        if not indent:
            return closing.end() if closing else -1
        if closing is None or closing["indent"] != indent:
            return None
        # Further in, it may be a paragraph that goes on.
        if len(indent) > 3 and not self._follows_a_blank_line(opening.start()):
            return None
        inner = self.text[opening.end() : closing.start()].split("\n")
        return closing.end() if all(line.startswith(indent) or not line.strip(" \t") for line in inner) else None

    def _follows_a_blank_line(self, start: int) -> bool:
        return not self.text[self.text.rfind("\n", 0, max(start - 1, 0)) + 1 : start].strip(" \t\n")

    def _read_chunks(self, start: int, end: int) -> None:
        """The spans of code between two blocks, chunk by chunk; a chunk is what stands between blank lines."""
        for chunk in _CHUNK.finditer(self.text, start, end):
            if "`" in chunk[0]:
                doubtful_from = self._read_chunk(chunk[0], chunk.start(), chunk.end())
                if self.text.find("`", doubtful_from, chunk.end()) >= 0:
                    self.reading.doubtful.append(Stretch(doubtful_from, chunk.end()))

    def _read_chunk(self, chunk: str, start: int, end: int) -> int:
        """Where certainty ends within a chunk."""
        certain = end
        if "<" in chunk and (html := _HTML_LINE.search(self.text, start, end)):
            certain = html.start()
        if "]:" in chunk and (bracket := _BRACKET_LINE.search(self.text, start, certain)):
            certain = bracket.start()
        tabular = "-" in chunk and bool(_DELIMITER_ROW.search(self.text, start, end))
        for unit in (_LINE if tabular else _UNIT).finditer(self.text, start, certain):
            doubtful_from = self._read_unit(unit.start(), unit.end(), end, tabular=tabular)
            if doubtful_from is not None:
                return doubtful_from
        return certain

    def _read_unit(self, start: int, end: int, chunk_end: int, *, tabular: bool) -> int | None:
        """Where a doubt begins within a line, or within the lines of one paragraph; None where all is certain.

        As CommonMark reads it: from left to right, and what begins first holds.
        """
        at = start
        while found := _TOKEN.search(self.text, at, end):
            at = found.end()
            if found[0][0] == "`":
                closed = self._end_of_span(at, at - found.start(), end)
                if closed is None or (tabular and _BAR.search(self.text, at, closed)):
                    return found.start()
                self.reading.code.append(Stretch(found.start(), closed))
                at = closed
            elif self._may_hide_a_tick(found[0], found.start(), end, chunk_end):
                return found.start()
        return None

    def _end_of_span(self, start: int, ticks: int, before: int) -> int | None:
        starts = self.ticks.get(ticks, [])
        while starts and starts[-1] < start:
            starts.pop()
        return starts[-1] + ticks if starts and starts[-1] < before else None

    def _may_hide_a_tick(self, mark: str, start: int, end: int, chunk_end: int) -> bool:
        """Whether what begins here may take a backtick for its own, before that could begin a span of code."""
        if mark[0] == "\\":
            return False
        if mark == "$":
            return self.text.find("$", start + 1, chunk_end) >= 0
        if mark == "](":
            return not _DESTINATION.match(self.text, start, end)
        if mark == "][":
            return not _LABEL.match(self.text, start, end)
        if mark != "<":
            return bool(_BARE_ADDRESS.match(self.text, start, end))
        angle = _ANGLE.match(self.text, start, end)
        return "`" in angle[0] if angle and angle[0][1] not in "!?" else bool(_BEGINS_HTML.match(self.text, start + 1, end))
