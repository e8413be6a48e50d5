"""Tests that were planned or implemented and that no run covers, in a log that claims completion. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from audits.claims.shapes import Contradiction, Place, StatedFile, StatedTest
from audits.contradictions.places import is_within, level_of
from audits.contradictions.runs import Run, runs_of
from audits.contradictions.scopes import Scope
from audits.contradictions.tallies import Tallies, one_each, tallies_of
from audits.contradictions.told import Told, key_of_test, listing
from audits.contradictions.wording import calls_ended, calls_fixed
from audits.terms import Level


@dataclass
class Part:
    """A part of the tests: those of one file, or those of one level for which no file is told; `names` are the planned ones."""

    scope: Scope
    file: str
    level: Level | None
    line: int
    is_implemented: bool = False
    names: set[str] = field(default_factory=set)


def never_executed(told: Told) -> Iterator[Contradiction]:
    """Planned or implemented tests, whole levels of them or files, that no run covers although the log claims completion."""
    claims = [claim.lines.first for claim in calls_fixed(told)] or [line for line, _ in calls_ended(told)]
    if not claims:
        return
    tallies, runs = tallies_of(told), runs_of(told)
    parts = _parts(told, tallies)
    left = [] if any(_may_cover_all(run, parts, tallies) for run in runs) else _left_out(parts, runs, tallies)
    if left:
        missing = listing(dict.fromkeys(_name(part, left, parts) for part in left)) if runs else "any test"
        shown = [part for part in left if part.is_implemented] or left
        detail = f"The log claims completion and tells of no run of {missing}."
        yield told.contradiction("never_executed", detail, [*(part.line for part in shown), claims[0]])


def _parts(told: Told, tallies: Tallies) -> list[Part]:
    parts: dict[Scope, Part] = {}
    for file in told.each(StatedFile):
        scope, level = tallies.scopes.of(file.path, file.level), file.level or level_of(file.path)
        parts.setdefault(scope, Part(scope, file.path, level, file.lines.first, is_implemented=True))
    for test in told.each(StatedTest):
        scope, level = tallies.scopes.of(test.file, test.level), test.level or level_of(test.file)
        parts.setdefault(scope, Part(scope, test.file, level, test.lines.first)).names.add(key_of_test(test.name))
    return [part for part in parts.values() if part.scope != Scope()]


def _left_out(parts: Sequence[Part], runs: Sequence[Run], tallies: Tallies) -> list[Part]:
    uncovered = [part for part in parts if not any(_covers(run, part, tallies) for run in runs)]
    missed = {part.scope for part in uncovered}
    covered_levels = {part.level for part in parts if part.scope not in missed}
    # The tests of a file that no plan names may be those that a plan lists for its level alone.
    listed = {part.level for part in parts if part.scope.file is None and part.scope not in missed}
    uncovered = [part for part in uncovered if part.names or part.level not in listed]
    # A planned file that has no run may have been given another name; a level of which nothing ran may not.
    return [part for part in uncovered if part.level not in covered_levels or (part.is_implemented and part.file)]


def _covers(run: Run, part: Part, tallies: Tallies) -> bool:
    if part.names & run.outcomes.keys() or part.scope.file in {tallies.scopes.file(path) for path in run.paths}:
        return True
    if any(is_within(Place(file=part.file), Place(file=folder)) for folder in run.folders):
        return True
    return part.level in run.levels and not run.paths and not run.folders


def _may_cover_all(run: Run, parts: Sequence[Part], tallies: Tallies) -> bool:
    """Whether it is not told what the run was of: a bare command runs all; totals without a command may be of anything."""
    if run.command or run.paths or run.levels:
        return not (run.paths or run.folders or run.levels or run.selects)
    known = [part for part in parts if part.names & run.outcomes.keys()]
    names = {name for part in known for name in part.names}
    if not known or not run.outcomes.keys() <= names:
        return not known
    scopes = {part.scope for part in known}
    counted = [tally.count for tally in one_each(tallies.implemented) if tally.scope in scopes]
    return run.size is not None and run.size > max(sum(counted), len(names))


def _name(part: Part, left: Sequence[Part], parts: Sequence[Part]) -> str:
    if part.level and sum(other.level == part.level for other in parts) == sum(other.level == part.level for other in left):
        return f"the {part.level} tests"
    return part.file
