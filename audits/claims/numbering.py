"""Headings numbered like the phases of the process. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from audits.claims.lines import Heading
from audits.claims.topic_words import Topic
from audits.claims.topics import topic_of
from audits.claims.wording import plain

_NUMBERED: Final = re.compile(
    r"\[?(?P<word>phase|step|stage)?\s*#?\s*(?P<number>\d{1,2}(?:\.\d)?)\]?\s*(?P<mark>[).:\-–—·|]|(?=\s)|\Z)[\s\-–—:·"
    r"|]*(?P<title>.*)\Z",
    re.IGNORECASE,
)
_NUMBERS: Final = {
    Topic.ISSUES: "0",
    Topic.CHOICE: "0",
    Topic.WHYS: "1",
    Topic.CAUSE: "1",
    Topic.PLAN: "2",
    Topic.GITHUB: "2.1",
    Topic.IMPLEMENTATION: "3",
    Topic.REVIEW: "4",
    Topic.RUN: "5",
    Topic.FIX: "6",
    Topic.VERIFICATION: "7",
    Topic.COMMIT: "8",
}
_TOPICS: Final = {"0": Topic.ISSUES} | {number: topic for topic, number in _NUMBERS.items() if topic not in (Topic.CHOICE, Topic.CAUSE)}
# So many headings, and such a share of those understood, must bear the numbers of the process before a number is trusted.
_LEAST: Final = 3
_LEAST_SHARE: Final = 0.6


@dataclass(frozen=True, slots=True)
class Numbered:
    """A numbered title: how it is numbered (the word before and the mark behind), its number, and the words behind."""

    style: tuple[str, str]
    number: str
    title: str


def numbered(title: str) -> Numbered | None:
    """A plain title's number; None where it has none, or nothing else."""
    match = _NUMBERED.match(title[:300])
    if match is None or not match["title"]:
        return None
    return Numbered(((match["word"] or "").lower(), match["mark"]), match["number"], match["title"].strip())


def topics_by_number(headings: list[Heading]) -> dict[int, Topic]:
    """The topics, by line, of headings whose words tell none but whose number does: those of a log that numbers as the process does."""
    series: dict[tuple[str, str], list[tuple[int, str, Topic | None]]] = defaultdict(list)
    for heading in headings:
        found = numbered(plain(heading.raw))
        if found:
            series[found.style].append((heading.line, found.number, topic_of(found.title)))
    return dict(entry for group in series.values() for entry in _told_by_number(group))


def _told_by_number(group: list[tuple[int, str, Topic | None]]) -> Iterator[tuple[int, Topic]]:
    understood = [(number, _NUMBERS[topic]) for _, number, topic in group if topic in _NUMBERS]
    offsets = Counter(int(number) - int(own) for number, own in understood if "." not in number + own)
    if not offsets:
        return
    offset, agreeing = offsets.most_common(1)[0]
    if agreeing < _LEAST or agreeing < _LEAST_SHARE * sum(offsets.values()):
        return
    for line, number, topic in group:
        canonical = number if "." in number else str(int(number) - offset)
        # "Implementation" alone might be the fix's; the number tells that it is the tests'.
        if canonical in _TOPICS and (topic is None or (topic is Topic.FIX and _TOPICS[canonical] is Topic.IMPLEMENTATION)):
            yield line, _TOPICS[canonical]
