"""Headings that enclose the whole: the document's title, and those right below which the process begins. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audits.claims.lines import Heading
from audits.claims.topic_words import Topic
from audits.claims.topics import topic_of
from audits.claims.wording import plain

# A heading with so many of these right below it encloses the process.
_STEPS: Final = frozenset({Topic.ISSUES, Topic.WHYS, Topic.PLAN, Topic.GITHUB, Topic.IMPLEMENTATION, Topic.FIX})
_FEWEST_STEPS: Final = 3


def containers(headings: list[Heading]) -> Iterator[int]:
    """The lines of headings such as "Audit" right below which the process itself begins: they are about no review."""
    open_ones: list[tuple[Heading, set[Topic]]] = []
    for heading in headings:
        while open_ones and open_ones[-1][0].level >= heading.level:
            open_ones.pop()
        topic = topic_of(plain(heading.raw))
        if open_ones and topic in _STEPS:
            open_ones[-1][1].add(topic)
            if len(open_ones[-1][1]) == _FEWEST_STEPS and topic_of(plain(open_ones[-1][0].raw)) is Topic.REVIEW:
                yield open_ones[-1][0].line
        open_ones.append((heading, set()))


def title_of(headings: list[Heading]) -> int:
    """The line of the heading that names the whole document, 0 where there is none."""
    first = headings[0] if headings else None
    if first is None:
        return 0
    stands_above = len(headings) > 1 and all(heading.level > first.level for heading in headings[1:])
    return first.line if first.level == 1 or (stands_above and topic_of(plain(first.raw)) is None) else 0
