"""Tests without the run or the result that the log's claims need: never executed, no result, never red, still red. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from audits.claims.shapes import Contradiction, StatedFix, StatedPhase, StatedStatus, StatedTest
from audits.contradictions.places import same_file
from audits.contradictions.runs import GREEN, RED, Run, is_whole, red, runs_of
from audits.contradictions.scopes import Scope, Scopes
from audits.contradictions.told import Told, key_of_test, tests
from audits.contradictions.wording import calls_ended, calls_fixed, calls_unsolved, in_head, is_near
from audits.terms import Expectation

_ALL_PASS: Final = re.compile(
    r"\ball (?:of )?(?:the )?(?:\d+ )?(?:planned |new )?tests (?:now |are |have |do |all )*(?:pass|green)"
    r"|\b100 ?% (?:of (?:the )?tests )?pass",
    re.IGNORECASE,
)
_COMPLETE: Final = re.compile(r"\bcompleted?\b", re.IGNORECASE)


def result_missing(told: Told) -> Iterator[Contradiction]:
    """A test that has no result although the run that should have it is called complete."""
    runs = runs_of(told)
    if not _is_called_complete(told):
        return
    yield from _planned_without_result(told, runs)
    yield from _lost_between_runs(told, runs)


def _is_called_complete(told: Told) -> bool:
    if calls_ended(told) or any(status.status == "complete" for status in told.each(StatedStatus)):
        return True
    return any(_COMPLETE.search(phase.title) for phase in told.each(StatedPhase))


def _planned_without_result(told: Told, runs: Sequence[Run]) -> Iterator[Contradiction]:
    """Planned tests of a file most of whose planned tests have a result by name. (Where few have, the names have changed since.)"""
    for group in _by_file(told):
        keys = {key_of_test(test.name) for test in group}
        of_file = [run for run in runs if keys & run.outcomes.keys()]
        named = {key for run in of_file for key in run.outcomes} & keys
        if not is_whole(len(named), len(keys)) or any(_has_unnamed(run) for run in of_file):
            continue
        run = max(of_file, key=lambda run: len(keys & run.outcomes.keys()))
        for test in group:
            if key_of_test(test.name) not in named:
                detail = f"{key_of_test(test.name)} is planned in {test.file}, which was run, and has no result."
                yield told.contradiction("result_missing", detail, [test.lines.first, run.number_line], key_of_test(test.name))


def _by_file(told: Told) -> list[list[StatedTest]]:
    scopes, groups = Scopes(told), dict[Scope, list[StatedTest]]()
    for test in told.each(StatedTest):
        if test.file:
            groups.setdefault(scopes.of(test.file, None), []).append(test)
    return list(groups.values())


def _has_unnamed(run: Run) -> bool:
    """Whether the run's totals give more tests an outcome than it names: the missing one may be among them."""
    return run.accounted is not None and run.accounted > len(run.outcomes)


def _lost_between_runs(told: Told, runs: Sequence[Run]) -> Iterator[Contradiction]:
    """Tests of a run that the last run of the same tests neither names nor counts."""
    for earlier in runs:
        after = [run for run in runs if _is_later(run, earlier)]
        again = [run for run in after if run.accounted is not None and _is_again(run, earlier)]
        if not again or again[-1].selects:
            continue
        number, named = again[-1].accounted or 0, {key for run in after for key in run.outcomes}
        for key in sorted(earlier.outcomes.keys() - named) if number < min(earlier.listed()) else ():
            detail = f"{key} has a result in one run and none in the later one, which tells of {tests(number)}."
            yield told.contradiction("result_missing", detail, [earlier.lines[key][0], again[-1].number_line], key)


def _is_again(run: Run, earlier: Run) -> bool:
    """Whether a run is of an earlier one's tests: it names most of them."""
    return bool(earlier.outcomes) and is_whole(len(run.outcomes.keys() & earlier.outcomes.keys()), len(earlier.outcomes))


def never_red(told: Told) -> Iterator[Contradiction]:
    """A test that must fail before the fix and passed before it, in every result that the log gives."""
    before = [run for run in runs_of(told) if run.stage == "before"]
    for test in told.each(StatedTest):
        key = key_of_test(test.name)
        of_test = [run for run in before if key in run.outcomes]
        if test.expectation is Expectation.RED_THEN_GREEN and of_test and all(run.outcomes[key] in GREEN for run in of_test):
            detail = f"{key} must fail before the fix; it passed before it."
            yield told.contradiction("never_red", detail, [of_test[0].lines[key][0], test.lines.first], key)


def still_red_called_fixed(told: Told) -> Iterator[Contradiction]:
    """The fault is called fixed while a test failed last, or failed before the fix and is not shown passing after it."""
    claims = calls_fixed(told)
    if not claims:
        return
    runs = runs_of(told)
    yield from _by_name(told, runs, claims)
    if runs and not any(red(run) for run in runs):
        yield from _by_totals(told, runs, claims)
    yield from _by_statement(told, runs, claims)


def _by_name(told: Told, runs: Sequence[Run], claims: Sequence[StatedStatus]) -> Iterator[Contradiction]:
    settled = [run for run in runs if _is_followed_by_green(told, runs, run)]
    for key, of_test in _runs_by_test(runs).items():
        run = _last_red(key, of_test)
        claim = _claim_after(told, claims, run.lines[key][-1]) if run else None
        if run is None or claim is None or any(run is other for other in settled) or _is_passed_unnamed(key, run, runs):
            continue
        if _is_of_unknown_order(told, run, claim) and any(other.outcomes[key] in GREEN for other in of_test):
            continue
        how = "failed after the fix" if run.stage == "after" else "failed, and no later result shows it passing"
        detail = f"{key} {how}; the fault is called {claim.status}."
        yield told.contradiction("still_red_called_fixed", detail, [run.lines[key][-1], claim.lines.first], key)


def _is_of_unknown_order(told: Told, run: Run, claim: StatedStatus) -> bool:
    """Whether a run may be older than those above it: of no stage, in a log that may run from the newest entry to the oldest."""
    return not run.stage and in_head(told, claim)


def _is_passed_unnamed(key: str, failed: Run, runs: Sequence[Run]) -> bool:
    """Whether a later run shows a test passing by elimination: it names all that failed in it, and of the rest enough have passed."""
    reds = red(failed)
    for run in runs:
        if key in run.outcomes or not _is_later(run, failed) or not _may_be_of(run, failed) or _is_narrower(run, failed):
            continue
        skipped = (run.totals.skipped or 0) if run.totals else 0
        names_all = (run.reported or 0) - run.passed - skipped == len(red(run))
        unnamed = run.passed - sum(outcome in GREEN for outcome in run.outcomes.values())
        left = [other for other in reds if other not in run.outcomes]
        if names_all and unnamed >= len(left) and (run.reported or 0) >= _size(failed):
            return True
    return False


def _last_red(key: str, of_test: Sequence[Run]) -> Run | None:
    """The last run in which a test failed, unless it passed in a later one."""
    failed = [run for run in of_test if run.outcomes[key] in RED]
    if not failed:
        return None
    last = _last(failed)
    return None if any(run.outcomes[key] in GREEN and _is_later(run, last) for run in of_test) else last


def _runs_by_test(runs: Sequence[Run]) -> dict[str, list[Run]]:
    by_test: dict[str, list[Run]] = {}
    for run in runs:
        for key in run.outcomes:
            by_test.setdefault(key, []).append(run)
    return by_test


def _by_totals(told: Told, runs: Sequence[Run], claims: Sequence[StatedStatus]) -> Iterator[Contradiction]:
    """The last run, where its totals tell of failures, in a log that names no failed test."""
    run, which = _last(runs), "The last run"
    claim = _claim_after(told, claims, run.number_line)
    # A green run of another size was of the fix's own tests, and this one of something beside them.
    aside = any(other.is_green and other.size != run.size for other in runs)
    if claim and _is_of_unknown_order(told, run, claim):
        run, which = min(runs, key=_failed), "The best run"
    failed = _failed(run)
    if failed and claim and not aside and not _is_followed_by_green(told, runs, run):
        detail = f"{which} that is told of has {failed:,} failed; the fault is called {claim.status}."
        yield told.contradiction("still_red_called_fixed", detail, [run.number_line, claim.lines.first], f"run {run.stage}".strip())


def _failed(run: Run) -> int:
    return (run.totals.failed or 0) + (run.totals.errors or 0) if run.totals else 0


def _by_statement(told: Told, runs: Sequence[Run], claims: Sequence[StatedStatus]) -> Iterator[Contradiction]:
    """The fault is said to be there still after the last fix, then called fixed, and nothing later shows that it is gone."""
    fixes, said = told.each(StatedFix), calls_unsolved(told, "failing")
    if not fixes or not said or fixes[-1].lines > said[-1].lines:
        return
    failing = said[-1]
    later = [claim for claim in claims if claim.lines > failing.lines]
    gone = any(run.is_green and run.first_line > failing.lines.first for run in runs) or any(
        is_near(claim.text, failing.text) for claim in later
    )
    if later and not gone:
        detail = f"“{failing.text[:120]}” is said after the fix; the fault is called {later[0].status}."
        yield told.contradiction("still_red_called_fixed", detail, [failing.lines.first, later[0].lines.first], "status")


def _claim_after(told: Told, claims: Sequence[StatedStatus], line: int) -> StatedStatus | None:
    """The strongest claim that stands after a line; else one at the head of the log, which is said of its end."""
    after = (claim for claim in claims if claim.lines.first > line)
    head = (claim for claim in claims if in_head(told, claim))
    return next(chain(after, head), None)


def _is_followed_by_green(told: Told, runs: Sequence[Run], failed: Run) -> bool:
    """Whether a later run's totals show all tests of a failed run passing, or the log says so of all tests."""
    if any(_is_later(run, failed) and _is_green_whole(run, failed) for run in runs):
        return True
    size = _size(failed)
    if failed.stage == "after" or any(_is_later(run, failed) and run.reported is not None and run.reported < size for run in runs):
        return False
    return any(_ALL_PASS.search(status.text) and status.lines.first > failed.first_line for status in told.each(StatedStatus))


def _is_green_whole(run: Run, failed: Run) -> bool:
    if not run.is_green or _is_narrower(run, failed) or not _may_be_of(run, failed):
        return False
    return run.passed >= _size(failed) or (not run.outcomes and run.passed >= max(1, len(red(failed))))


def _is_narrower(run: Run, failed: Run) -> bool:
    """Whether a run picks single tests that are not those of the failed run."""
    return run.selects and run.command != failed.command


def _size(run: Run) -> int:
    """The greatest number of tests that the log tells of a run."""
    return max([run.reported or 0, len(run.outcomes), *(number for number, _ in run.announced)])


def _may_be_of(run: Run, failed: Run) -> bool:
    if not run.paths or not failed.paths:
        return True
    return any(same_file(one, other) for one in run.paths for other in failed.paths)


def _is_later(run: Run, other: Run) -> bool:
    """Whether a run was made after another: by the stages that the log tells, else by where they stand (sections may be in reverse)."""
    if run is other:
        return False
    if {run.stage, other.stage} == {"before", "after"}:
        return run.stage == "after"
    return run.first_line > other.first_line


def _last(runs: Sequence[Run]) -> Run:
    """The last of some runs: of those after the fix where there are any, by where they stand."""
    return max(runs, key=lambda run: (run.stage == "after", run.first_line))
