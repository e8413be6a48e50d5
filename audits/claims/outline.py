"""From a log's lines to its items under their titles. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from audits.claims.blocks import ENTRY, INTRODUCTION, LABEL, Item, Kind, Title
from audits.claims.cycles import opens_iteration
from audits.claims.enclosing import containers, title_of
from audits.claims.line_forms import BOLD_LINE, CAPITALS, cells_of, closes_fence, indent_of, is_broken, looks_like_title, rank_of
from audits.claims.lines import Fence, Heading, Scan
from audits.claims.numbering import topics_by_number
from audits.claims.topic_words import Topic
from audits.claims.topics import is_numbered, settled, topic_below, topic_of
from audits.claims.wording import plain

# The longest real logs have some eight hundred.
MOST_ITEMS: Final = 30_000
_DEEPEST_LIST: Final = 12
_LONGEST_TITLE: Final = 6
_CODE_INDENT: Final = 4

_LIST_ENTRY: Final = re.compile(r"(?:([-*+•‣▪])|(\d{1,9})[.)])(?:[ \t]+|\Z)(?:\[([ xX✓✔✅~/-])\](?:[ \t]+|\Z))?(.*)\Z")
_QUOTE: Final = re.compile(r"[ \t]{0,3}(?:>[ \t]?)+")
_RULE: Final = re.compile(r"(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|={3,}|[─━═]{3,})\Z")
_DIVIDER: Final = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?)?[ \t]*\Z")
# A line that begins so says something of its own, though no blank line parts it from the one before.
_OWN_LINE: Final = re.compile(
    "[Ww]hy\\s*#?\\d|\\*\\*|__|\\*[A-Z][^*]{1,40}\\*:|[A-Z][\\w /()#&-]{0,40}:(?:\\s|\\Z)|[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
)
_KEYS_IN_A_ROW: Final = re.compile(r"\s[|·•]\s+(?=\*\*[^*]{1,60}(?::\*\*|\*\*:))")
_SENTENCE_END: Final = (".", "!", "?", ":", ")", "*", "`")


@dataclass(slots=True)
class _Draft:
    """A paragraph, list entry or indented code whose lines are still coming."""

    kind: Kind
    indent: int
    lines: list[tuple[int, str]]
    ordinal: int | None = None
    checked: bool | None = None
    broken: bool = False  # its last line ends in a hard break


@dataclass(frozen=True, slots=True)
class _Entry:
    """An open list entry."""

    indent: int
    is_numbered: bool
    title: Title


@dataclass(slots=True)
class _Outline:
    """Walks over the lines and keeps the titles that are open."""

    items: list[Item] = field(default_factory=list)
    titles: list[Title] = field(default_factory=list)
    entries: list[_Entry] = field(default_factory=list)
    draft: _Draft | None = None
    section: int = 0
    after_blank: bool = True
    columns: tuple[str, ...] = ()
    introduced: bool = False  # something stands below the innermost introduction
    carried: dict[int, Topic | None] = field(default_factory=dict)
    seen: frozenset[Topic] = frozenset()
    by_number: dict[int, Topic] = field(default_factory=dict)
    containers: frozenset[int] = frozenset()  # the lines of headings that enclose the whole process
    document: int = 0  # the line of the document's own title, which is about the whole

    # --- Titles ---------------------------------------------------------------------------------

    @property
    def innermost(self) -> Title | None:
        if self.entries:
            return self.entries[-1].title
        return self.titles[-1] if self.titles else None

    def _open_title(self, raw: str, line: int, rank: int) -> Title:
        while self.titles and self.titles[-1].rank >= rank:
            self.titles.pop()
        self.introduced = False
        parent = self.titles[-1] if self.titles else None
        text = plain(raw)
        around = parent.topic if parent else None
        # An introduction without a colon, or of many words, is a statement that a list happens to follow.
        is_title = rank < INTRODUCTION or (text.endswith(":") and len(text.split()) <= _LONGEST_TITLE)
        topic = topic_below(around, text) if is_title else around
        if rank < LABEL:
            topic = (
                None
                if line == self.document or line in self.containers
                else self._of_heading(rank, text, self._by_number(line, text, topic))
            )
        title = Title(raw, text, line, rank, parent, topic)
        self.titles.append(title)
        return title

    def _by_number(self, line: int, text: str, topic: Topic | None) -> Topic | None:
        told = self.by_number.get(line)
        return told if told and (topic is None or topic_of(text) is Topic.FIX) else topic

    def _of_heading(self, rank: int, text: str, topic: Topic | None) -> Topic | None:
        """A heading's topic in the light of the headings before it, and of its number among the phases of the process."""
        if opens_iteration(text):
            self.seen = frozenset()
            return None
        topic = self._carry(rank, text, settled(text, topic, self.seen))
        if topic is not None:
            self.seen |= {topic}
        return topic

    def _carry(self, rank: int, text: str, topic: Topic | None) -> Topic | None:
        """A heading whose words tell nothing goes on with the numbered one before it on the same level."""
        for deeper in [level for level in self.carried if level > rank]:
            del self.carried[deeper]
        if is_numbered(text):
            self.carried[rank] = topic
        return topic or self.carried.get(rank)

    def _close_introduction(self) -> None:
        while self.titles and self.titles[-1].rank == INTRODUCTION:
            self.titles.pop()
        self.introduced = False

    # --- What lines do --------------------------------------------------------------------------

    def heading(self, heading: Heading, number: int) -> None:
        self.flush()
        self.entries.clear()
        self.columns = ()
        self.section += 1
        opens = self._open_title(heading.raw, heading.line, heading.level)
        self.items.append(Item(Kind.HEADING, ((heading.line, heading.raw),), opens.parent, self.section, opens))
        self.after_blank = True

    def fence(self, fence: Fence, lines: list[str]) -> None:
        self.flush()
        if self.after_blank and not lines[fence.first - 1][:1].isspace():
            self.entries.clear()
        last = fence.last - 1 if fence.last > fence.first and closes_fence(lines[fence.last - 1]) else fence.last
        self._code(tuple((number, lines[number - 1]) for number in range(fence.first + 1, last + 1)), fence.info, fence.quotes)

    def _code(self, lines: tuple[tuple[int, str], ...], info: str = "", quoted: bool = False) -> None:
        if lines:
            self.items.append(Item(Kind.CODE, lines, self.innermost, self.section, info=info, quoted=quoted))
        self.introduced = self.columns == ()
        self.after_blank = False

    def line(self, number: int, raw: str, following: str) -> None:
        """Any line outside code fences that is no heading."""
        stripped = raw.strip()
        if stripped[:1] == ">":
            raw = _QUOTE.sub("", raw, count=1)
            stripped = raw.strip()
        if not stripped:
            self._blank(number)
        elif "|" in stripped and self._row(number, stripped, following):
            self.after_blank = False
        elif stripped[0] in "-*_=─━═" and _RULE.match(stripped):
            self.flush()
            self.entries.clear()
            self.after_blank = True
        elif match := _LIST_ENTRY.match(stripped):
            self._entry(number, indent_of(raw), match)
        else:
            self._text(number, raw, stripped)

    def _blank(self, number: int) -> None:
        if self.draft is not None and self.draft.kind is Kind.CODE:
            self.draft.lines.append((number, ""))
        elif self.draft is not None and self.draft.kind is Kind.PARAGRAPH and looks_like_title(self.draft.lines[-1][1]):
            # What comes next tells whether it opens a list.
            self.draft.broken = True
        else:
            self.flush()
        self.columns = ()
        self.after_blank = True

    def _row(self, number: int, stripped: str, following: str) -> bool:
        """Take the line as a table's, where it is one."""
        opens_table = bool(_DIVIDER.match(following)) and "|" in following
        if not (stripped[0] == "|" or self.columns or opens_table):
            return False
        self.flush()
        cells = cells_of(stripped)
        if opens_table:
            self.entries.clear()
            self.columns = tuple(plain(cell).lower() for cell in cells)
        elif not _DIVIDER.match(stripped):
            named = tuple(zip(self.columns + ("",) * (len(cells) - len(self.columns)), cells, strict=False))
            self.items.append(Item(Kind.ROW, ((number, " | ".join(cells)),), self.innermost, self.section, cells=named))
            self.introduced = True
        return True

    def _entry(self, number: int, indent: int, match: re.Match[str]) -> None:
        self.flush(before_list=True)
        if self.draft is None and not self.entries:
            self.introduced = False
        is_numbered_entry = match[2] is not None
        while self.entries and not self._holds(self.entries[-1], indent, is_numbered_entry):
            self.entries.pop()
        checked = None if match[3] is None else match[3] in "xX✓✔✅"
        ordinal = int(match[2]) if match[2] else None
        self.draft = _Draft(Kind.ENTRY, indent, [(number, match[4].strip())], ordinal, checked, is_broken(match[4]))
        self.columns = ()
        self.after_blank = False

    def _holds(self, entry: _Entry, indent: int, is_numbered_entry: bool) -> bool:
        if len(self.entries) > _DEEPEST_LIST:
            return False
        # "1. …" with bullets right below it, not indented: they belong to it.
        beside = entry.indent == indent and entry.is_numbered and not is_numbered_entry and not self.after_blank
        return entry.indent < indent or beside

    def _text(self, number: int, raw: str, stripped: str) -> None:
        indent = indent_of(raw)
        if self.draft is not None and self._continues(self.draft, indent, stripped):
            self.draft.lines.append((number, raw if self.draft.kind is Kind.CODE else stripped))
            self.draft.broken = is_broken(raw)
            return
        self.flush()
        if indent >= _CODE_INDENT and self.after_blank and not self.entries:
            self.draft = _Draft(Kind.CODE, indent, [(number, raw)])
            self.after_blank = False
            return
        while self.entries and self.entries[-1].indent >= indent and (self.after_blank or indent < self.entries[-1].indent or indent == 0):
            self.entries.pop()
        if self.introduced and not self.entries:
            self._close_introduction()
        self.draft = _Draft(Kind.PARAGRAPH, indent, [(number, stripped)], broken=is_broken(raw))
        self.columns = ()
        self.after_blank = False

    def _continues(self, draft: _Draft, indent: int, stripped: str) -> bool:
        last = draft.lines[-1][1]
        if draft.kind is Kind.CODE:
            return indent >= _CODE_INDENT
        if draft.broken or last.endswith(":") or _OWN_LINE.match(stripped) or (not draft.lines[1:] and BOLD_LINE.match(last)):
            return False
        if draft.kind is Kind.PARAGRAPH or indent > draft.indent:
            return not CAPITALS.match(last) or bool(draft.lines[1:])
        return stripped[0].islower() or not last.endswith(_SENTENCE_END)

    def flush(self, *, before_list: bool = False) -> None:
        """End the paragraph or list entry that is open, if one is."""
        draft, self.draft = self.draft, None
        if draft is None:
            return
        if draft.kind is Kind.ENTRY:
            self._add_entry(draft)
            return
        if draft.kind is Kind.CODE:
            self._add_indented(draft)
            return
        if len(parts := _parts_of(draft)) > 1:
            self.introduced = True
            self.items.extend(Item(Kind.PARAGRAPH, (part,), self.innermost, self.section) for part in parts)
            return
        raw = " ".join(line for _, line in draft.lines) if len(draft.lines) < _DEEPEST_LIST else ""
        rank = None if self.entries else rank_of(raw, before_list)
        title = self.innermost
        if rank is None:
            self.introduced = True
            self.items.append(Item(Kind.PARAGRAPH, tuple(draft.lines), title, self.section))
            return
        opens = self._open_title(raw, draft.lines[0][0], rank)
        self.items.append(Item(Kind.PARAGRAPH, tuple(draft.lines), opens.parent, self.section, opens))

    def _add_indented(self, draft: _Draft) -> None:
        while not draft.lines[-1][1]:
            draft.lines.pop()
        self._code(tuple(draft.lines))
        self.after_blank = True

    def _add_entry(self, draft: _Draft) -> None:
        parent = self.innermost
        own, *others = _parts_of(draft)
        lines = tuple(draft.lines) if not others else (own,)
        raw = " ".join(line for _, line in lines[:_DEEPEST_LIST])
        opens = Title(raw, plain(raw), own[0], ENTRY, parent, parent.topic if parent else None)
        self.items.append(Item(Kind.ENTRY, lines, parent, self.section, opens, draft.ordinal, draft.checked))
        self.items.extend(Item(Kind.PARAGRAPH, (part,), opens, self.section) for part in others)
        self.entries.append(_Entry(draft.indent, draft.ordinal is not None, opens))
        self.introduced = True


def outline(scanned: Scan) -> list[Item]:
    """The items of a log, in its order; every line with words is in exactly one, but for the marks of tables and fences.

    There are no more than MOST_ITEMS, and those of the first lines.
    """
    headings = {heading.line: heading for heading in scanned.headings}
    fences = {fence.first: fence for fence in scanned.fences}
    walk = _Outline(
        document=title_of(scanned.headings),
        by_number=topics_by_number(scanned.headings),
        containers=frozenset(containers(scanned.headings)),
    )
    number = 1
    while number <= len(scanned.lines) and len(walk.items) < MOST_ITEMS:
        if number in headings:
            walk.heading(headings[number], number)
            number = headings[number].last + 1
        elif number in fences:
            walk.fence(fences[number], scanned.lines)
            number = fences[number].last + 1
        else:
            walk.line(number, scanned.lines[number - 1], scanned.lines[number] if number < len(scanned.lines) else "")
            number += 1
    walk.flush()
    return walk.items[:MOST_ITEMS]


def _parts_of(draft: _Draft) -> list[tuple[int, str]]:
    """The parts of a draft's one line that holds several keys ("**Date**: today | **Focus**: mails"); else its first line."""
    number, line = draft.lines[0]
    if len(draft.lines) > 1 or "**" not in line:
        return [draft.lines[0]]
    return [(number, part) for part in _KEYS_IN_A_ROW.split(line)]
