"""Things that a log lists with their particulars: a title, and keys with values below or beside it. Pure.

The same record comes as a heading with "**Key**: value" lines, as a list entry with nested ones, as a line with a list below, or as
a row of a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from audits.claims.blocks import Item, Kind, Title, below
from audits.claims.topics import unnumbered
from audits.claims.wording import key_value, plain, unquoted

_LABELLED: Final = re.compile(
    r"(?:(?:critical|system|primary|secondary|new)\s+)*(?:issues?|errors?|bugs?|problems?|faults?|priority|finding"
    r"|p)\s*#?\s*\d{1,2}\s*[:.)\-–—]+\s*",
    re.IGNORECASE,
)
_ASIDE_AT_END: Final = re.compile(r"\s*(?:\([^()]{0,100}\)|[:.\s–—-])+\Z")
_BOLD_LEAD: Final = re.compile(r"[^\w`*\"']*(?:\*\*|__)((?:(?!\*\*|__).){1,300})(?:\*\*|__)")
_LONGEST_VALUE: Final = 1_000


@dataclass(slots=True)
class Record:
    """One listed thing. `fields` hold plain values by the field's name, `raw` the same as written, `places` their lines."""

    item: Item
    title: str
    fields: dict[str, str] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    last: int = 0
    opened: tuple[str, Title | None] = ("", None)

    @property
    def first(self) -> int:
        """The line of its title, or of its first field where it has none."""
        return self.item.first if self.title or not self.places else min(self.places.values())

    def add(self, name: str, value: str, line: int) -> None:
        """Take a value unless there is one already: what is said first of a thing is what is meant."""
        if value and name not in self.fields:
            self.fields[name] = unquoted(plain(value)) or value
            self.raw[name] = value
            self.places[name] = line
            self.last = max(self.last, line)

    def extend(self, name: str, text: str, line: int) -> None:
        """Add one more sentence to a value that comes as a list."""
        known = self.fields.get(name, "")
        if len(known) < _LONGEST_VALUE:
            self.fields[name] = f"{known}; {text}" if known else text
            self.raw.setdefault(name, text)
            self.places.setdefault(name, line)
            self.last = max(self.last, line)


class Fields:
    """The fields that a kind of record may have, each with the words that logs call it by."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._patterns = {name: re.compile(rf"(?:{words})\Z", re.IGNORECASE) for name, words in names.items()}

    def name_of(self, key: str) -> str:
        """The field that a key stands for, empty where it is none of them."""
        bare = _ASIDE_AT_END.sub("", key)
        return next((name for name, pattern in self._patterns.items() if pattern.match(bare)), "") if bare else ""


_INLINE_KEY: Final = re.compile(r"(?:\A|(?<=[.;!?)]\s))[*_]{0,2}([A-Z][A-Za-z /-]{1,40}?)[*_]{0,2}:[*_]{0,2}\s+")


def inline_fields(raw: str, fields: Fields) -> Iterator[tuple[str, str]]:
    """Names and values of a line, also of one that holds several: "Impact: late mails. Fix: retry less. Scope: `a.py:3`."."""
    marks = [(match, name) for match in _INLINE_KEY.finditer(raw) if (name := fields.name_of(match[1].lower()))]
    if not marks or marks[0][0].start() > 0:
        found = key_value(raw)
        name = fields.name_of(found[0].lower()) if found else ""
        if found and name and not marks:
            yield name, found[1]
            return
    for place, (match, name) in enumerate(marks):
        end = marks[place + 1][0].start() if place + 1 < len(marks) else len(raw)
        yield name, raw[match.end() : end].strip()


def record_of(items: list[Item], place: int, fields: Fields) -> Record | None:
    """What the item at a place is a record of, by what stands below or beside it; None where it can be none."""
    item = items[place]
    if item.kind is Kind.ROW:
        return _of_row(item, fields)
    if item.opens is None:
        return None
    record = Record(item, title_of(item), last=item.last)
    for under in below(items, place):
        name = fields.name_of(under.key)
        direct = under.title is item.opens or (under.title is not None and under.title.parent is item.opens)
        if name and direct:
            record.add(name, under.value, under.last)
    return record


def _of_row(item: Item, fields: Fields) -> Record | None:
    record = Record(item, "", last=item.last)
    for column, cell in item.cells:
        name = fields.name_of(column)
        if name:
            record.add(name, cell, item.last)
    record.title = record.fields.get("title", "") or record.fields.get("message", "")
    return record if record.title and len(item.cells) > 1 else None


def title_of(item: Item) -> str:
    """What a heading, label or entry calls the thing: its bold words where it leads with some, without numbering and asides."""
    bold = _BOLD_LEAD.match(item.raw)
    text = plain(bold[1]) if bold and item.kind is not Kind.HEADING else item.text
    if bold and _LABELLED.fullmatch(text.rstrip(": ") + ":"):
        text = item.text
    text = unnumbered(text)
    return _ASIDE_AT_END.sub("", _LABELLED.sub("", text, count=1)).strip()


def is_labelled(text: str) -> bool:
    """Whether a plain title is one thing's of a series: "Issue 2: …", "Priority 1 - …"."""
    return _LABELLED.match(unnumbered(text)) is not None


def without_label(text: str) -> str:
    """A plain title without what numbers it in a series: "Issue 2: Slow query" is "Slow query"."""
    return _LABELLED.sub("", text, count=1)
