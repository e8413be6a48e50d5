"""Numbers of a run that disagree with what was implemented, with each other or with the results listed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audits.claims.shapes import Contradiction, Place, StatedExecution, StatedTest
from audits.contradictions import commands
from audits.contradictions.places import is_within
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
        for what, number, named, possible in _kinds(run, run.totals):
            if all(_differs(some, number) for some in possible):
                detail = f"{number:,} are told to have {what}, {named:,} of them listed."
                yield told.contradiction(_CODE, detail, [run.totals.lines.first, *lines], f"{what} in the {of_run}")
        return
    for number, line in run.announced:
        # A list of the failures alone leaves the passed ones out on purpose.
        only_red = GREEN.isdisjoint(run.outcomes.values())
        if all(_differs(some, number) and (some > number or not only_red) for some in run.listed()):
            detail = f"{tests(number)} are told for a run, {listed:,} with a result listed."
            yield told.contradiction(_CODE, detail, [line, *lines], f"list of the {of_run}")


def _differs(listed: int, number: int) -> bool:
    """Whether a list is not that of so many tests; one of few out of many shows examples."""
    return listed > number or (listed < number and is_whole(listed, number))


def _kinds(run: Run, totals: StatedExecution) -> Iterator[tuple[str, int, int, set[int]]]:
    """What came out, how often by the totals, how many names are listed for it, and what that may be by other ways to count."""
    errors = totals.errors or 0
    for what, number, kind in (("passed", totals.passed, GREEN), ("failed", totals.failed, RED)):
        named = sum(outcome in kind for outcome in run.outcomes.values())
        if named and number is not None:
            yield what, number + (errors if kind is RED else 0), named, run.listed(kind)


def _against_implemented(told: Told, run: Run, tallies: Tallies, files: dict[str, str], of_run: str) -> Iterator[Contradiction]:
    number = run.announced[0][0] if run.announced else _reported(run)
    if number is None or run.selects:
        return
    done = one_each(tallies.implemented)
    scope = _run_of(run, tallies, done)
    # A number that is that of more files is told of those, whatever file stands next to it.
    apart = number not in possible_totals(scope) and (number < total(scope) or _is_out_of(number, scope, done))
    if not scope:
        scope = _in_folders(run, tallies, done) or _hinted(run, tallies, done, files)
        # What ran beside them is not told: only fewer tests than implemented, or a list that leaves none unnamed, disagree.
        names_all = len(run.outcomes) >= number and not run.folders
        apart = _is_out_of(number, scope, done) and (number < total(scope) or names_all)
    may_be_more = run.names_cases or commands.names_other_places(run.command)
    if scope and apart and not (may_be_more and number > total(scope)):
        detail = f"{total(scope):,} implemented in {listing(tally.name for tally in scope)}, {number:,} run."
        yield told.contradiction(_CODE, detail, [run.number_line, *(tally.line for tally in scope)], f"implemented against the {of_run}")


def _run_of(run: Run, tallies: Tallies, done: list[Tally]) -> list[Tally]:
    """The counted tests of the files that a run was of; none where the log does not tell, or not all of them are counted."""
    if run.folders:
        return []
    of_file = {tally.scope.file: tally for tally in done if tally.scope.file is not None}
    numbers = {tallies.scopes.file(path) for path in run.paths}
    if numbers and numbers <= of_file.keys():
        return [of_file[number] for number in sorted(of_file) if number in numbers]
    only_one = len(done) == 1 and not tallies.uncounted
    return done if only_one and not (run.paths or run.folders or run.levels or run.command) else []


def _in_folders(run: Run, tallies: Tallies, done: list[Tally]) -> list[Tally]:
    """The counted tests of the folders, and of the files beside them, that a command names: the run was of these at least."""
    if not run.folders:
        return []
    named = {tallies.scopes.file(path) for path in commands.paths(run.command)}
    folders = [Place(file=folder) for folder in run.folders]
    of_file = [tally for tally in done if tally.scope.file is not None]
    return [tally for tally in of_file if tally.scope.file in named or any(is_within(Place(file=tally.file), folder) for folder in folders)]


def _hinted(run: Run, tallies: Tallies, done: list[Tally], files: dict[str, str]) -> list[Tally]:
    """The counted tests that a run was of at least: all where its command picks none or it names tests of every planned file.

    Else those of the files of which it names tests.
    """
    if run.paths or run.folders or run.levels:
        return []
    whole = [tally for tally in done if tally.scope == Scope()]
    if run.command:
        everything = whole or ([] if tallies.uncounted else done)
        return everything if run.runs_all else []
    of_file = {tally.scope.file: tally for tally in done if tally.scope.file is not None}
    numbers = {tallies.scopes.file(files[key]) for key in run.outcomes if key in files}
    if whole and numbers == {tallies.scopes.file(file) for file in files.values()}:
        return whole
    return [of_file[number] for number in sorted(of_file) if number in numbers] if numbers <= of_file.keys() else []


def _is_out_of(number: int, scope: list[Tally], done: list[Tally]) -> bool:
    """Whether a number is neither that of the scope nor of any choice of what was implemented."""
    return number not in possible_totals(scope) and not is_sum_of_some(number, [tally.count for tally in done if tally.file] or [0])


def _reported(run: Run) -> int | None:
    # An error may come beside a passed test (in its teardown), or stand for a file that was not collected.
    return None if run.totals and run.totals.errors else run.reported
