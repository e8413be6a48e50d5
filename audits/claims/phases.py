"""The numbered phases of the process. Pure.

A log numbers many things: the product's own phases, the steps of a plan, the suites of tests. A heading opens a phase of the process
where its words are about one (a choice, whys, a plan, a run, a fix …) and its like in the log are, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from audits.claims.blocks import Item, Kind
from audits.claims.numbering import numbered
from audits.claims.shapes import Lines, StatedPhase
from audits.claims.topic_words import Topic
from audits.claims.topics import NOT_YET, topic_of
from audits.claims.wording import one_of

_SUBJECTS: Final = frozenset(Topic) - {Topic.STATUS, Topic.GOALS, Topic.AHEAD, Topic.BACKGROUND, Topic.FIX_PLAN}
_OF_A_PLAN: Final = one_of(r"weeks?", r"days?\s*\d*", r"sprints?", r"months?", r"short[\s-]term", r"long[\s-]term", r"immediate", r"q[1-4]")
_LEAST_SUBJECTS: Final = 2


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A numbered heading: how it is numbered, and what it is about."""

    item: Item
    style: tuple[str, str]
    number: str
    title: str
    topic: Topic | None


def read_phases(items: list[Item]) -> list[StatedPhase]:
    """The headings that open a numbered phase of the process, in the file's order."""
    groups: dict[tuple[str, str], list[_Numbered]] = defaultdict(list)
    for heading in _numbered_headings(items):
        groups[heading.style].append(heading)
    phases = [
        StatedPhase(lines=Lines(heading.item.first, heading.item.last), number=heading.number, title=heading.title)
        for group in groups.values()
        for heading in _of_the_process(group)
    ]
    return sorted(phases, key=lambda phase: phase.lines)


def rank_of(number: str) -> tuple[int, ...]:
    """A phase's number as something that can be compared: "2.1" stands between "2" and "3"."""
    return tuple(int(part) for part in number.split("."))


def _numbered_headings(items: list[Item]) -> Iterator[_Numbered]:
    for item in items:
        if item.kind is not Kind.HEADING or not _may_be_phase(item):
            continue
        found = numbered(item.text)
        if found and not _OF_A_PLAN.search(found.title):
            yield _Numbered(item, found.style, found.number, found.title, topic_of(found.title) or _topic_by_place(item))


def _topic_by_place(item: Item) -> Topic | None:
    """What a heading is about whose words tell nothing alone, but with their number or what came before; none where it only inherits."""
    around = item.title.topic if item.title else None
    return None if item.topic is around else item.topic


def _may_be_phase(item: Item) -> bool:
    return item.title is None or item.title.topic not in NOT_YET


def _of_the_process(group: list[_Numbered]) -> Iterator[_Numbered]:
    about = [heading for heading in group if heading.topic in _SUBJECTS]
    subjects = {heading.topic for heading in about}
    if len(subjects) < _LEAST_SUBJECTS or 2 * len(about) < len(group):
        return
    taken = {heading.number for heading in about}
    levels = {heading.item.opens.rank for heading in about if heading.item.opens}
    for heading in group:
        # What stands among phases under a number of its own is one, whatever it is called.
        fills_gap = heading.number not in taken and heading.item.opens is not None and heading.item.opens.rank in levels
        if heading.topic in _SUBJECTS or fills_gap:
            yield heading
