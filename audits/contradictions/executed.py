"""Numbers of a run that disagree with what was implemented, with each other or with the results listed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audits.claims.shapes import Contradiction, StatedExecution, StatedTest
from audits.contradictions.runs import GREEN, RED, Run, is_whole, runs_of
from audits.contradictions.scopes import Scope
from audits.contradictions.tallies import Tallies, Tally, is_sum_of_some, one_each, possible_totals, tallies_of, total
from audits.contradictions.told import Told, key_of_test, listing, tests

_CODE: Final = "executed_count"


def executed_count(told: Told) -> Iterator[Contradiction]:
    """Tests collected or reported that differ in number from those implemented, or from the results listed."""
    tallies = tallies_of(told)
    files = {key_of_test(test.name): test.file for test in told.each(StatedTest) if test.file}
    for run in runs_of(told):
        of_run = f"run {run.stage}".strip()
        yield from _against_totals(told, run, of_run)
        yield from _against_list(told, run, of_run)
        yield from _against_implemented(told, run, tallies, files, of_run)


def _against_totals(told: Told, run: Run, of_run: str) -> Iterator[Contradiction]:
    reported = _reported(run)
    for number, line in run.announced:
        if run.totals and reported is not None and number != reported:
            detail = f"{tests(number)} are told for a run whose totals make {reported:,}."
            yield told.contradiction(_CODE, detail, [line, run.totals.lines.first], f"totals of the {of_run}")


def _against_list(told: Told, run: Run, of_run: str) -> Iterator[Contradiction]:
    listed = len(run.outcomes)
    if not listed:
        return
    lines = [run.results[0].lines.first, run.results[-1].lines.last]
    if run.totals:
        for what, number, named in _kinds(run, run.totals):
            if named > number or (named < number and is_whole(named, number)):
                detail = f"{number:,} are told to have {what}, {named:,} of them listed."
                yield told.contradiction(_CODE, detail, [run.totals.lines.first, *lines], f"{what} in the {of_run}")
        return
    for number, line in run.announced:
        # A list of the failures alone leaves the passed ones out on purpose.
        if listed > number or (listed < number and is_whole(listed, number) and not GREEN.isdisjoint(run.outcomes.values())):
            detail = f"{tests(number)} are told for a run, {listed:,} with a result listed."
            yield told.contradiction(_CODE, detail, [line, *lines], f"list of the {of_run}")


def _kinds(run: Run, totals: StatedExecution) -> Iterator[tuple[str, int, int]]:
    """What came out, how often by the totals, and how many names are listed for it; only where something is listed."""
    errors = totals.errors or 0
    for what, number, kind in (("passed", totals.passed, GREEN), ("failed", totals.failed, RED)):
        named = sum(outcome in kind for outcome in run.outcomes.values())
        if named and number is not None:
            yield what, number + (errors if kind is RED else 0), named


def _against_implemented(told: Told, run: Run, tallies: Tallies, files: dict[str, str], of_run: str) -> Iterator[Contradiction]:
    number = run.announced[0][0] if run.announced else _reported(run)
    if number is None or run.selects:
        return
    done = one_each(tallies.implemented)
    scope = _run_of(run, tallies, done)
    apart = bool(scope) and number not in possible_totals(scope)
    if not scope:
        scope = _hinted(run, tallies, done, files)
        # What ran beside them is not told: only fewer tests than implemented, or a list that leaves none unnamed, disagree.
        apart = bool(scope) and _is_out_of(number, scope, done) and (number < total(scope) or len(run.outcomes) >= number)
    if apart:
        detail = f"{total(scope):,} implemented in {listing(tally.name for tally in scope)}, {number:,} run."
        yield told.contradiction(_CODE, detail, [run.number_line, *(tally.line for tally in scope)], f"implemented against the {of_run}")


def _run_of(run: Run, tallies: Tallies, done: list[Tally]) -> list[Tally]:
    """The counted tests of the files that a run was of; none where the log does not tell, or not all of them are counted."""
    of_file = {tally.scope.file: tally for tally in done if tally.scope.file is not None}
    numbers = {tallies.scopes.file(path) for path in run.paths}
    if numbers and numbers <= of_file.keys():
        return [of_file[number] for number in sorted(of_file) if number in numbers]
    only_one = len(done) == 1 and not tallies.uncounted
    return done if only_one and not (run.paths or run.folders or run.levels or run.command) else []


def _hinted(run: Run, tallies: Tallies, done: list[Tally], files: dict[str, str]) -> list[Tally]:
    """The counted tests that a run was of at least: all where its command picks none, else those of the files whose tests it names."""
    if run.paths or run.folders or run.levels:
        return []
    whole = [tally for tally in done if tally.scope == Scope()]
    if run.command:
        everything = whole or ([] if tallies.uncounted else done)
        return everything if run.runs_all else []
    of_file = {tally.scope.file: tally for tally in done if tally.scope.file is not None}
    numbers = {tallies.scopes.file(files[key]) for key in run.outcomes if key in files}
    return [of_file[number] for number in sorted(of_file) if number in numbers] if numbers <= of_file.keys() else []


def _is_out_of(number: int, scope: list[Tally], done: list[Tally]) -> bool:
    """Whether a number is neither that of the scope nor of any choice of what was implemented."""
    return number not in possible_totals(scope) and not is_sum_of_some(number, [tally.count for tally in done if tally.file] or [0])


def _reported(run: Run) -> int | None:
    # An error may come beside a passed test (in its teardown), or stand for a file that was not collected.
    return None if run.totals and run.totals.errors else run.reported
