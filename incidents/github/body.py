"""Our part of an issue's body on GitHub, which people may edit around, and the bodies of our comments. Pure.

The part stands between two lines that are HTML comments. Whatever is told in it cannot look like these lines or like a marker, does
not notify or link anybody, and does not run on past its section: the only HTML left in it is `<br>` and addresses in angle
brackets, and a block of code without an end gets one. Other HTML is shown as it is written, by an invisible character after its "<";
so is a fence of which it is not certain where its code ends (one right behind the mark of a list or a quotation), and all after it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from incidents.github.defang import PREFIX, ZERO_WIDTH, defang, read
from incidents.quoting import inline, shown

# GitHub's limit is of "characters". In UTF-16 code units, of which some characters have two, a text is never shorter than in
# characters; in bytes GitHub does not count.
LIMIT: Final = 65_536

_BEGIN: Final = "<!-- fixproof:begin -->"
_END: Final = "<!-- fixproof:end -->"
_KEPT: Final = "<!-- Text between these lines is kept by Fixproof; write around them. -->"
# A whole line, whichever end lines have. In a quotation or further in, it is none of ours.
_EDGE: Final = re.compile(rf"(?:\A|(?<=[\r\n]))(?:{_BEGIN}|{_END})(?=[ \t]*(?:[\r\n]|\Z))")
_CUT: Final = "*This is cut off here, as GitHub takes no more.* [Read all of it in Fixproof]({link})"
_GAP: Final = "\n\n"

_LINE_END: Final = re.compile(r"\r\n?")
_HTML: Final = re.compile(r"<(?=[A-Za-z/!?])(?!br ?/?>|https?://[^\s<>]*>)", re.IGNORECASE)
_OUR_COMMENT: Final = re.compile(r"<(?=!--\s*fixproof)", re.IGNORECASE)
_FENCE: Final = re.compile(rf"^({PREFIX})(?=```|~~~)", re.MULTILINE)
_DELIMITER_ROW: Final = re.compile(r"(?=.*-)[ \t>|:-]+")


@dataclass(frozen=True, slots=True)
class Section:
    """What is told under a heading of its own: the heading's text, and finished Markdown."""

    title: str
    markdown: str


def part(sections: Sequence[Section], *, marker: str, link: str, limit: int = LIMIT) -> str:
    """Our part: the sections, between the lines by which `ours` finds it. No longer than the limit.

    What does not fit is cut at the end of a section, or of a line of the first section that does not fit, and a link says where all
    of it stands. Never less than the frame and that link: with no room for those, the result is longer than the limit, and GitHub
    refuses it, which says plainly why.
    """
    head = f"{_BEGIN}\n{_KEPT}\n{marker}"
    blocks = (_Block(_heading(section.title, limit), _contained(section.markdown, limit)) for section in sections)
    told = _fitted(blocks, room=limit - size(f"{head}{_GAP}{_GAP}{_END}"), link=link)
    return _GAP.join(filter(None, [head, told, _END]))


def comment(text: str, *, marker: str, link: str, limit: int = LIMIT) -> str:
    """A comment's body, with its marker, which no reader sees; cut like a part."""
    told = _fitted([_Block("", _contained(text, limit))], room=limit - size(f"{_GAP}{marker}"), link=link)
    return _GAP.join(filter(None, [told, marker]))


def ours(body: str | None) -> str | None:
    """Our part as it stands in a body, None where there is none.

    It is the first begin line that is followed by an end line before any other begin line, with all between. So a copy that
    somebody made further down is theirs, and where one of the lines was deleted there is no part: what is left of it is theirs, too.
    """
    found = _found(body or "")
    return body[found[0] : found[1]] if body and found else None


def around(body: str | None) -> tuple[str, str]:
    """The text before our part and after it; all of it before, where there is none."""
    text = body or ""
    start, end = _found(text) or (len(text), len(text))
    return text[:start], text[end:]


def replaced(body: str | None, part: str) -> str:
    """The body with our part in the place of the one that it has, or at the end after a blank line; the rest as it is, byte by byte."""
    before, after = around(body)
    gap = "" if ours(body) is not None else _gap(before)
    return f"{before}{gap}{part}{after}"


def room(body: str | None, limit: int = LIMIT) -> int:
    """How long our part may be beside the text around it; nothing where people have used it up."""
    return max(0, limit - size(replaced(body, "")))


def same(a: str | None, b: str | None) -> bool:
    """Whether two texts are equal but for the ends of lines and blanks before them. No text is an empty one."""
    return _bare(a or "") == _bare(b or "")


def size(text: str) -> int:
    """A text's length as GitHub may count it; see LIMIT."""
    return len(_units(text)) // 2


@dataclass(frozen=True, slots=True)
class _Block:
    """A section as it will stand: the line of its heading, which may be empty, and its text."""

    heading: str
    text: str

    def __str__(self) -> str:
        return _GAP.join(filter(None, [self.heading, self.text]))

    def cut(self, room: int) -> str:
        """The block's beginning, as far as it fits; empty where no line of its text does."""
        text = _cut(self.text, room - size(f"{self.heading}{_GAP}"))
        return str(_Block(self.heading, text)) if text else ""


def _fitted(blocks: Iterable[_Block], *, room: int, link: str) -> str:
    """The blocks, blank lines between. Of those that do not fit, only the first is asked for."""
    taken: list[_Block] = []
    left = room + len(_GAP)
    for block in blocks:
        taken.append(block)
        left -= size(f"{block}{_GAP}")
        if left < 0:
            return _shortened(taken, room=room, link=link)
    return _GAP.join(filter(None, map(str, taken)))


def _shortened(blocks: Sequence[_Block], *, room: int, link: str) -> str:
    cut = _CUT.format(link=link)
    left = room - size(cut)
    kept: list[str] = []
    for block in blocks:
        needed = size(f"{block}{_GAP}")
        if needed > left:
            kept.append(block.cut(left - len(_GAP)))
            break
        kept.append(str(block))
        left -= needed
    return _GAP.join(filter(None, [*kept, cut]))


def _cut(text: str, room: int) -> str:
    """A text's beginning that fits, up to the end of a line, but not within code and not right after the head of a table."""
    reading = read(text)
    closed = sorted(reading.code + reading.doubtful)
    end = len(_units(text)[: 2 * max(room, 0)].decode("utf-16-le", "ignore")) + 1
    while (end := text.rfind("\n", 0, end)) > 0:
        before = bisect_left(closed, (end,)) - 1
        if before >= 0 and end < closed[before].end:
            end = closed[before].start
        elif not _is_head_of_a_table(text, end):
            return text[:end].rstrip()
    return ""


def _is_head_of_a_table(text: str, end: int) -> bool:
    """Whether the line that ends there, or the one after it, parts the head of a table from its rows."""
    following = text.find("\n", end + 1)
    lines = text[text.rfind("\n", 0, end) + 1 : end], text[end + 1 : following if following >= 0 else len(text)]
    return any(_DELIMITER_ROW.fullmatch(line) for line in lines)


def _heading(title: str, limit: int) -> str:
    text = _contained(inline(title), limit)
    return f"### {text}" if text else ""


def _contained(markdown: str, limit: int) -> str:
    """Finished Markdown that neither acts on GitHub nor runs on past its end; of more than the limit, a beginning that exceeds it."""
    text = shown(_LINE_END.sub("\n", markdown).strip("\n")[: limit + 1])
    pieces, at = [], 0
    for start, end in read(text).code:
        pieces += [_HTML.sub(rf"<{ZERO_WIDTH}", text[at:start]), text[start:end]]
        at = end
    text = "".join([*pieces, _HTML.sub(rf"<{ZERO_WIDTH}", text[at:])])
    return _ended(defang(_OUR_COMMENT.sub(rf"<{ZERO_WIDTH}", text)))


def _ended(text: str) -> str:
    """A text in which every block of code ends: where they are not certain, no line begins one any more."""
    reading = read(text)
    if reading.lost_from is not None:
        return text[: reading.lost_from] + _FENCE.sub(rf"\1{ZERO_WIDTH}", text[reading.lost_from :])
    return f"{text}\n{reading.open_fence}" if reading.open_fence else text


def _found(body: str) -> tuple[int, int] | None:
    begin = None
    for edge in _EDGE.finditer(body):
        if edge[0] == _BEGIN:
            begin = edge.start()
        elif begin is not None:
            return begin, edge.end()
    return None


def _gap(before: str) -> str:
    """What makes a blank line after a text, in the kind of line ends that it has."""
    if not before or before.endswith(("\n\n", "\n\r\n")):
        return ""
    line_end = "\r\n" if "\r\n" in before else "\n"
    return line_end if before.endswith("\n") else line_end * 2


def _bare(text: str) -> str:
    return "\n".join(line.rstrip(" \t") for line in _LINE_END.sub("\n", text).split("\n")).rstrip("\n")


def _units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")
