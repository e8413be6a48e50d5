"""A log as items under titles: every statement with the headings, labels and list entries that it stands below. Pure.

Hand-written logs nest by headings, by bold lines and by lists, and mix all three; a reader asks an item for its titles from the
innermost out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import takewhile

from audits.claims.lines import LONGEST
from audits.claims.topic_words import Topic
from audits.claims.wording import key_value, plain

# Ranks of titles behind the six of headings: what opens a new one closes those of the same rank and below.
LABEL, SUBLABEL, INTRODUCTION, ENTRY = 7, 8, 9, 10


class Kind(StrEnum):
    """What an item is in Markdown."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ENTRY = "entry"  # of a list
    ROW = "row"  # of a table
    CODE = "code"


@dataclass(frozen=True, slots=True, eq=False)
class Title:
    """What encloses items: a heading, a label, or a list entry. `topic` takes the titles around into account."""

    raw: str
    text: str
    line: int
    rank: int
    parent: Title | None
    topic: Topic | None

    @property
    def is_heading(self) -> bool:
        return self.rank < LABEL

    @property
    def is_entry(self) -> bool:
        return self.rank >= ENTRY

    def chain(self) -> Iterator[Title]:
        """This title and those around it, from the inside out."""
        title: Title | None = self
        while title is not None:
            yield title
            title = title.parent


@dataclass(frozen=True, eq=False)
class Item:
    """One statement of the log.

    `lines` are its physical lines with their numbers, without list marks and indents. `title` is the innermost title around
    it, `opens` the one that it is itself for what follows. `section` counts headings, 0 before the first. `cells` are a row's
    columns by their headers in small letters. `info` is the language of a code fence; `quoted` says that it cites another document.
    """

    kind: Kind
    lines: tuple[tuple[int, str], ...]
    title: Title | None
    section: int
    opens: Title | None = None
    ordinal: int | None = None
    checked: bool | None = None
    cells: tuple[tuple[str, str], ...] = ()
    info: str = ""
    quoted: bool = False

    @property
    def first(self) -> int:
        return self.lines[0][0]

    @property
    def last(self) -> int:
        return self.lines[-1][0]

    @cached_property
    def raw(self) -> str:
        """Its Markdown, the lines joined by a space."""
        return " ".join(line for _, line in self.lines)[:LONGEST]

    @cached_property
    def text(self) -> str:
        """Its words alone."""
        return plain(self.raw)

    @cached_property
    def key_value(self) -> tuple[str, str]:
        """Key in small letters and value as written; both empty where it is no such line."""
        if self.kind is Kind.CODE:
            return "", ""
        if self.kind is Kind.ROW:
            return (plain(self.cells[0][1]).lower(), self.cells[1][1]) if len(self.cells) == 2 else ("", "")
        found = key_value(self.raw)
        return (found[0].lower(), found[1]) if found else ("", "")

    @property
    def key(self) -> str:
        return self.key_value[0]

    @property
    def value(self) -> str:
        return self.key_value[1]

    @property
    def topic(self) -> Topic | None:
        """What it is about; of a heading or label, what that opens."""
        title = self.opens or self.title
        return title.topic if title else None

    @property
    def is_label(self) -> bool:
        """Whether it is a heading or label rather than a statement."""
        return self.opens is not None and self.opens.rank <= SUBLABEL

    def titles(self) -> Iterator[Title]:
        """The titles around it, from the inside out."""
        if self.title is not None:
            yield from self.title.chain()

    def is_under_topic(self, topic: Topic) -> bool:
        """Whether any title around it is about the topic."""
        return any(title.topic is topic for title in self.titles())

    def is_under(self, title: Title | None) -> bool:
        """Whether it stands below the title, however deep."""
        return title is not None and any(above is title for above in self.titles())


def after(items: list[Item], place: int) -> Iterator[Item]:
    """The items behind the one at `place`; a slice of a long log would cost as much as the log each time."""
    for later in range(place + 1, len(items)):
        yield items[later]


def below(items: list[Item], place: int) -> Iterator[Item]:
    """The items that stand under the one at `place`, in the file's order; none where it opens nothing."""
    title = items[place].opens
    return takewhile(lambda item: item.is_under(title), after(items, place))
