"""How many tests a log says it planned and implemented, in which file or at which level. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from audits.claims.shapes import StatedCount, StatedFile, StatedTest
from audits.contradictions.places import level_of
from audits.contradictions.scopes import Scope, Scopes
from audits.contradictions.told import Told, key_of_test
from audits.terms import Level

# With more parts than this nearly every number is a sum of some of them.
MOST_PARTS: Final = 12


@dataclass(frozen=True)
class Tally:
    """A number of tests of one scope.

    `count` is what is declared, or what is listed where nothing is declared; `numbers` holds both where they differ: whatever
    is compared agrees when it agrees with one of them, since the difference itself is a contradiction of its own. `at_least` marks
    what a plan lists that declares no number anywhere: such a list may be a sketch, to which tests are added (see _is_told_whole).
    """

    scope: Scope
    count: int
    numbers: frozenset[int]
    line: int
    file: str
    level: Level | None
    at_least: bool = False

    @property
    def name(self) -> str:
        """What is counted, as a sentence names it."""
        return self.file or (f"{self.level} tests" if self.level else "all tests")


@dataclass(frozen=True)
class Tallies:
    """What is planned and what is said to be implemented, by line; every statement of a number is one tally.

    `uncounted` are the files said to be created of which no number is told.
    """

    scopes: Scopes
    planned: list[Tally]
    implemented: list[Tally]
    uncounted: list[StatedFile]


def one_each(tallies: Iterable[Tally]) -> list[Tally]:
    """The first tally of each scope."""
    first: dict[Scope, Tally] = {}
    for tally in tallies:
        first.setdefault(tally.scope, tally)
    return list(first.values())


def tallies_of(told: Told) -> Tallies:
    """The tallies of an incident. Where a scope's planned tests are only listed, their number is its tally.

    A range, and a number of other things than tests, is no tally; what is planned as a range is not counted by its list either.
    """
    scopes = Scopes(told)
    counts = told.each(StatedCount)
    planned = [_declared(scopes, count) for count in counts if count.of == "planned" and count.exact]
    declared = {scopes.of(count.file, count.level) for count in counts if count.of == "planned"}
    files = [_of_file(scopes, file, file.count) for file in told.each(StatedFile) if file.count is not None]
    implemented = [_declared(scopes, count) for count in counts if count.of == "implemented" and count.exact]
    listed = [tally for tally in _listed(scopes, told) if tally.scope not in declared]
    if not declared and not _is_told_whole([*implemented, *files], listed):
        listed = [replace(tally, at_least=True) for tally in listed]
    return Tallies(
        scopes=scopes,
        planned=sorted([*planned, *listed], key=lambda tally: tally.line),
        implemented=sorted([*implemented, *files], key=lambda tally: tally.line),
        uncounted=[file for file in told.each(StatedFile) if file.count is None],
    )


def total(tallies: Sequence[Tally]) -> int:
    """The sum of the counts."""
    return sum(tally.count for tally in tallies)


def possible_totals(tallies: Sequence[Tally]) -> set[int]:
    """What the sum may be: of the numbers declared, of the smaller or of the greater ones."""
    return {total(tallies), sum(min(tally.numbers) for tally in tallies), sum(max(tally.numbers) for tally in tallies)}


def is_sum_of_some(number: int, counts: Sequence[int]) -> bool:
    """Whether a number may be that of all or some of the counts."""
    if len(counts) > MOST_PARTS:
        return True
    found = {0}
    for count in counts:
        found |= {number + count for number in found}
    return number in found


def _declared(scopes: Scopes, count: StatedCount) -> Tally:
    numbers = frozenset({count.count, count.listed or count.count})
    level = count.level or level_of(count.file)
    return Tally(scopes.of(count.file, count.level), count.count, numbers, count.lines.first, count.file, level)


def _is_told_whole(implemented: Sequence[Tally], planned: Sequence[Tally]) -> bool:
    """Whether the log tells what was implemented in all and by files, of each of which the plan names tests: no sketch, then."""
    files = {tally.scope for tally in implemented if tally.scope.file is not None}
    return bool(files) and files <= {tally.scope for tally in planned} and any(tally.scope == Scope() for tally in implemented)


def _listed(scopes: Scopes, told: Told) -> list[Tally]:
    groups: dict[Scope, list[StatedTest]] = {}
    for test in told.each(StatedTest):
        groups.setdefault(scopes.of(test.file, test.level), []).append(test)
    return [_of_list(scope, tests) for scope, tests in groups.items() if scope != Scope()]


def _of_list(scope: Scope, tests: list[StatedTest]) -> Tally:
    number, first = len({key_of_test(test.name) for test in tests}), tests[0]
    level = first.level or level_of(first.file)
    return Tally(scope, number, frozenset({number}), first.lines.first, first.file, level)


def _of_file(scopes: Scopes, file: StatedFile, count: int) -> Tally:
    level = file.level or level_of(file.path)
    return Tally(scopes.of(file.path, file.level), count, frozenset({count}), file.lines.first, file.path, level)
