"""Numbered phases of the process that are missing or come again. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from audits.claims.shapes import Contradiction, StatedPhase, StatedReview
from audits.contradictions.told import Told, listing
from audits.contradictions.wording import calls_ended

_ON_PURPOSE: Final = re.compile(
    r"\b(?:again|second|third|2nd|3rd|re-?(?:run|review|audit|test|execution|do|work|peat)\w*|retry|retries|attempt|round|continued|cont\.?|follow)\b",
    re.IGNORECASE,
)
# With fewer numbers than this a heading's number need not be one of a sequence.
_LEAST_PHASES: Final = 3

Numbers = dict[int, StatedPhase]


def phase_repeated(incidents: Sequence[Told]) -> Iterator[Contradiction]:
    """Numbered phases that come again, each stretch of them once."""
    for first, stretch in _stretches(incidents):
        numbers = [phase.number for phase in stretch]
        lines = first.lines.first, stretch[0].lines.first
        detail = f"Told twice: {_phases(numbers)}, first at line {lines[0]} and again at line {lines[1]}."
        yield incidents[0].contradiction("phase_repeated", detail, lines, "-".join((numbers[0], numbers[-1])))


def _stretches(incidents: Sequence[Told]) -> Iterator[tuple[StatedPhase, list[StatedPhase]]]:
    """The stretches of phases that come again, with the phase that the first of each repeats."""
    first_of: dict[str, tuple[Told, StatedPhase]] = {}
    stretch: list[StatedPhase] = []
    for told in incidents:
        for phase in told.each(StatedPhase):
            of, first = first_of.setdefault(phase.number, (told, phase))
            if first is not phase and not _is_on_purpose(first, phase, told if of is told else None):
                stretch.append(phase)
            elif stretch:
                yield first_of[stretch[0].number][1], stretch
                stretch = []
    if stretch:
        yield first_of[stretch[0].number][1], stretch


def _is_on_purpose(first: StatedPhase, again: StatedPhase, told: Told | None) -> bool:
    """Whether a phase says that it comes again, or a review of the same incident (`told`) has asked for that."""
    if _ON_PURPOSE.search(again.title):
        return True
    reviews = told.each(StatedReview) if told else []
    return any(review.verdict == "needs_improvement" and first.lines < review.lines < again.lines for review in reviews)


def phase_skipped(incidents: Sequence[Told]) -> Iterator[Contradiction]:
    """Numbered phases that are missing: inside an incident's sequence, or of those that the iteration's other incident has."""
    numbers = [_numbers(told) for told in incidents]
    for told, own in zip(incidents, numbers, strict=True):
        if len(own) < _LEAST_PHASES:
            continue
        yield from _gap(told, own)
        if calls_ended(told):
            yield from _cut(told, own, [other for other in numbers if other is not own and len(other) >= _LEAST_PHASES])


def _numbers(told: Told) -> Numbers:
    """The first phase of each whole number; "2.1" is a part of 2."""
    found: Numbers = {}
    for phase in told.each(StatedPhase):
        whole = phase.number.partition(".")[0]
        if whole.isascii() and whole.isdigit():
            found.setdefault(int(whole), phase)
    return found


def _gap(told: Told, own: Numbers) -> Iterator[Contradiction]:
    known = sorted(own)
    for before, after in pairwise(known):
        if after - before > 1:
            missing = [str(number) for number in range(before + 1, min(after, before + 12))]
            detail = f"Missing: {_phases(missing)}, between {before} and {after}."
            yield told.contradiction("phase_skipped", detail, [own[before].lines.first, own[after].lines.first], f"{before}-{after}")


def _cut(told: Told, own: Numbers, others: Sequence[Numbers]) -> Iterator[Contradiction]:
    elsewhere = {number: phase for other in others for number, phase in other.items()}
    missing = sorted(number for number in elsewhere if number < min(own) or number > max(own))
    if missing:
        edge = own[max(own)] if missing[0] > max(own) else own[min(own)]
        nearest = min((phase.lines.first for phase in elsewhere.values()), key=lambda line: abs(line - edge.lines.first))
        named = _phases([str(number) for number in missing])
        detail = f"This fault's part is called complete without {named}, which the other fault's has."
        yield told.contradiction("phase_skipped", detail, [edge.lines.first, nearest], "against the other incident")


def _phases(numbers: Sequence[str]) -> str:
    return f"phase {numbers[0]}" if len(numbers) == 1 else f"phases {listing(numbers, 12)}"
