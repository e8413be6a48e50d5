"""Where a log's iterations begin, and where one runs on into another fault. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from audits.claims.blocks import Item, Kind, after
from audits.claims.cycles import iteration_number
from audits.claims.names import paths, tests_in
from audits.claims.phases import rank_of, read_phases
from audits.claims.topic_words import Topic
from audits.claims.topics import NOT_YET
from audits.claims.wording import one_of, similar

_ANOTHER: Final = one_of(
    r"(?:second|third|fourth|another|new|next|2nd|3rd|separate|different)\s+(?:\w+\s+){0,2}(?:incident|fault|issue|bug"
    r"|error|problem|investigation)",
    r"(?:incident|fault|investigation)\s*#?\s*(?:[2-9]|two|three|four|b)",
    r"(?:issue|bug|error|problem)\s*#?\s*(?:[2-9]|two|three)\s*[:\-–—].*",
)
# Once these were reached, the fault is being worked on: what is chosen or begun after them is another one.
_WORKED_ON: Final = frozenset({Topic.WHYS, Topic.CAUSE, Topic.IMPLEMENTATION, Topic.RUN, Topic.FIX, Topic.VERIFICATION})
_LISTS_OF_ISSUES: Final = NOT_YET | {
    Topic.ISSUES,
    Topic.CHOICE,
    Topic.REVIEW,
    Topic.SYSTEM_ISSUES,
    Topic.GITHUB,
    Topic.BACKGROUND,
    Topic.MENDING,
}
_NUMBER_ON_GITHUB: Final = re.compile(r"(?:/issues/|#(?=\d\d))(\d{1,7})\b")
_QUOTED: Final = re.compile(r"[\"“]([^\"“”\n]{12,200})[\"”]")


@dataclass(frozen=True, slots=True)
class Start:
    """Where an iteration begins: its line, and the number that the log gives it."""

    line: int
    number: int | None


def iterations(items: list[Item]) -> list[Start]:
    """The iterations of a log, in its order; one, without a number, where no heading opens any.

    What stands before the first heading belongs to the first.
    """
    found: list[Start] = []
    for item in items:
        number = _iteration_number(item)
        if number is not None and (not found or number != found[-1].number):
            found.append(Start(item.first, number))
    return found or [Start(1, None)]


def _iteration_number(item: Item) -> int | None:
    if not item.is_label or (item.kind is not Kind.HEADING and not item.raw.startswith(("**", "__"))):
        return None
    return iteration_number(item.text)


def incidents(items: list[Item]) -> list[int]:
    """The first lines of the further incidents within an iteration's items."""
    starts = sorted({*_begun_again(items), *_chosen_again(items), *_called_another(items)})
    return [start for start in starts if start > items[0].first] if items else []


def _begun_again(items: list[Item]) -> Iterator[int]:
    """Where the numbering of phases starts again on what has nothing in common with what came before."""
    phases = read_phases(items)
    falls = {later.lines.first for earlier, later in pairwise(phases) if rank_of(later.number) < rank_of(earlier.number)}
    parts = [_Part(0)]
    for item in items:
        if item.first in falls:
            parts.append(_Part(item.first))
        parts[-1].take(item)
    fault = parts[0]
    for part in parts[1:]:
        if fault.is_foreign_to(part):
            yield part.line
            fault = part
        else:
            fault.join(part)


@dataclass(slots=True)
class _Part:
    """What tells the fault of a part of the log from another: its tests and files, and how its issue is called."""

    line: int
    work: set[str] = field(default_factory=set)
    talk: set[str] = field(default_factory=set)

    def take(self, item: Item) -> None:
        if item.topic is Topic.ISSUES:
            # The list of what was found in the logs tells of other faults, too.
            return
        self.work.update(tests_in(item.raw), paths(item.raw))
        self.talk.update(_NUMBER_ON_GITHUB.findall(item.raw), _QUOTED.findall(item.raw))

    def join(self, other: _Part) -> None:
        self.work |= other.work
        self.talk |= other.talk

    def is_foreign_to(self, other: _Part) -> bool:
        return bool(self.work and other.work) and self.work.isdisjoint(other.work) and self.talk.isdisjoint(other.talk)


def _chosen_again(items: list[Item]) -> Iterator[int]:
    worked_on = False
    chosen: str | None = None
    for place, item in enumerate(items):
        if item.kind is not Kind.HEADING:
            continue
        if item.topic is Topic.CHOICE and (item.title is None or item.title.topic not in (Topic.STATUS, Topic.CHOICE)):
            opening = " ".join(near.text for near in items[place + 1 : place + 3] if near.kind is not Kind.HEADING) or item.text
            if worked_on and chosen is not None and not similar(opening, chosen):
                yield item.first
                worked_on = False
            chosen = opening
        worked_on = worked_on or item.topic in _WORKED_ON


def _called_another(items: list[Item]) -> Iterator[int]:
    worked_on = False
    for place, item in enumerate(items):
        if item.kind is not Kind.HEADING or item.opens is None:
            continue
        stands_apart = item.title is None or item.title.topic not in _LISTS_OF_ISSUES
        if worked_on and stands_apart and _ANOTHER.search(item.text) and _is_worked_on(items, place):
            yield item.first
            worked_on = False
            continue
        worked_on = worked_on or item.topic in _WORKED_ON


def _is_worked_on(items: list[Item], place: int) -> bool:
    """Whether what begins at a heading has sections of work of its own, before the next such heading."""
    for item in after(items, place):
        if item.kind is not Kind.HEADING:
            continue
        if _ANOTHER.search(item.text):
            return False
        if item.topic in _WORKED_ON:
            return True
    return False
