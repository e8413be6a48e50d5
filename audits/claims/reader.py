"""Reads an audit log into what it claims. Pure, and total: any text gives a log, whose sections are the text.

What no reader recognises stays verbatim in its section, whose `read_as` is then empty.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Final

from audits.claims.blocks import Item, Kind
from audits.claims.causes import read_causes
from audits.claims.executions import read_executions
from audits.claims.files import read_files
from audits.claims.fixes import read_fixes
from audits.claims.found import Found, Mention
from audits.claims.github import read_github
from audits.claims.incidents import incidents, iterations
from audits.claims.issues import read_issues
from audits.claims.lines import Scan, scan
from audits.claims.outline import outline
from audits.claims.patterns import read_patterns
from audits.claims.phases import read_phases
from audits.claims.plans import read_plan
from audits.claims.recorded import recorded
from audits.claims.results import read_results
from audits.claims.reviews import read_reviews
from audits.claims.shapes import AnyClaim, AuditLog, Claim, Incident, Lines, Section, StatedIteration, StatedSystemIssue, StatedTest
from audits.claims.statuses import read_statuses
from audits.claims.system_issues import read_system_issues
from audits.claims.times import read_times
from audits.claims.whys import read_whys
from audits.claims.wording import plain

_FOCUS_KEY: Final = re.compile(
    r"(?:(?:audit|main|primary|current)\s+)?focus(?:\s+areas?)?|areas?\s+of\s+focus|[^()]{0,40}\(focus(?:\s+area)?\)", re.IGNORECASE
)

_FOCUS_IN_TEXT: Final = re.compile(r"(?:\A|[.;|·]\s+)(?:audit\s+)?focus(?:\s+area)?\s*[:=]\s*([^.;|·\n]{2,80})", re.IGNORECASE)

# Those that need nothing of what the others found.
_READERS: Final[tuple[Callable[[list[Item]], Iterable[AnyClaim | Mention]], ...]] = (
    read_phases,
    read_issues,
    read_whys,
    read_patterns,
    read_files,
    read_executions,
    read_reviews,
    read_fixes,
    read_github,
    read_statuses,
    read_times,
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A run of lines that belongs to one iteration or incident, with its items and, once read, what was found in it."""

    lines: Lines
    items: list[Item]


def read(text: str) -> AuditLog:
    """What a log says, in its order. Raises nothing; the same text gives the same log.

    One iteration a "Process Iteration" heading, one without a number where there is none; text before the first belongs to it.
    """
    scanned = scan(text)
    items = outline(scanned)
    starts = iterations(items)
    parts = _parts(items, Lines(1, max(1, len(scanned.lines))), [start.line for start in starts[1:]])
    readings: list[AnyClaim | Mention] = []
    stated = []
    for start, part in zip(starts, parts, strict=True):
        found = [_incident(incident, readings) for incident in _parts(part.items, part.lines, incidents(part.items))]
        stated.append(StatedIteration(lines=part.lines, number=start.number, focus=_focus(part.items), incidents=tuple(found)))
    return AuditLog(
        title=_title(scanned, items), lines=len(scanned.lines), iterations=tuple(stated), sections=tuple(_sections(scanned, readings))
    )


def _parts(items: list[Item], whole: Lines, starts: Sequence[int]) -> list[_Part]:
    """The lines of `whole` parted before each of the `starts`, with their items."""
    firsts = [item.first for item in items]
    bounds = [whole.first, *starts, whole.last + 1]
    return [_Part(Lines(first, end - 1), items[bisect_left(firsts, first) : bisect_left(firsts, end)]) for first, end in pairwise(bounds)]


def _incident(part: _Part, readings: list[AnyClaim | Mention]) -> Incident:
    """What is said of one fault; everything that was found is added to `readings`, too."""
    found = list(_found(part.items))
    readings.extend(found)
    claims = [claim for reading in found if isinstance(reading, Claim) and (claim := recorded(reading)) is not None]
    return Incident(lines=part.lines, claims=tuple(sorted(claims, key=_order)))


def _found(items: list[Item]) -> Found:
    faults = list(read_system_issues(items))
    yield from faults
    yield from read_causes(items, tuple(fault.title for fault in faults if isinstance(fault, StatedSystemIssue)))
    plan = list(read_plan(items))
    yield from plan
    # Names such as "rejects expired tokens" are known for tests by the plan alone.
    yield from read_results(items, frozenset(test.name for test in plan if isinstance(test, StatedTest)))
    yield from chain.from_iterable(reader(items) for reader in _READERS)


def _order(claim: AnyClaim) -> tuple[Lines, str]:
    # Claims of one kind stay in their reader's order: of two reviews in one line the first told came first.
    return claim.lines, _kind_of(claim)


def _kind_of(reading: AnyClaim | Mention) -> str:
    return reading.kind if isinstance(reading, Mention) else str(reading.__struct_config__.tag)


def _title(scanned: Scan, items: list[Item]) -> str:
    """The first heading of the first level, else the first heading, else the first words."""
    headings = scanned.headings
    heading = next((heading for heading in headings if heading.level == 1), headings[0] if headings else None)
    if heading is not None:
        return plain(heading.raw)
    return next((item.text for item in items if item.kind is not Kind.CODE), "")


def _focus(items: list[Item]) -> str:
    keyed = next((plain(item.value) for item in items if item.value and _FOCUS_KEY.fullmatch(item.key)), "")
    spoken = (match for item in items if item.kind is not Kind.CODE and (match := _FOCUS_IN_TEXT.search(item.text)))
    return keyed or next((match[1].strip() for match in spoken), "")


def _sections(scanned: Scan, readings: Iterable[AnyClaim | Mention]) -> Iterator[Section]:
    headings = scanned.headings
    starts = [heading.line for heading in headings]
    kinds: list[set[str]] = [set() for _ in range(len(headings) + 1)]
    for reading in readings:
        first = reading.line if isinstance(reading, Mention) else reading.lines.first
        last = first if isinstance(reading, Mention) else reading.lines.last
        for section in {bisect_right(starts, first), bisect_right(starts, last)}:
            kinds[section].add(_kind_of(reading))
    bounds = [1, *starts, len(scanned.whole) + 1]
    for section, (first, end) in enumerate(pairwise(bounds)):
        if first < end:
            heading = headings[section - 1] if section else None
            yield Section(
                heading=plain(heading.raw) if heading else "",
                level=heading.level if heading else 0,
                lines=Lines(first, end - 1),
                read_as=tuple(sorted(kinds[section])),
                verbatim="".join(scanned.whole[first - 1 : end - 1]),
            )
