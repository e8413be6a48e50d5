"""What keeps a verdict from `verified` whatever the rows say: plan, runs and files. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from audits import filehashes
from audits.terms import Expectation, Outcome
from audits.verification.runs import Run, Side
from audits.verification.shapes import EvidenceRun, PlannedTest, Reason

# An announced failure ends a runner with 0; an announced failure that passed may or may not.
_FAILING: Final = frozenset({Outcome.FAILED, Outcome.ERROR})


def conditions(plan: Sequence[PlannedTest], base: Side, fix: Side, test_files: Collection[str]) -> Iterator[Reason]:
    """Every such reason: of the plan, of the commits, of each run that counts, of the files."""
    yield from _of_plan(plan)
    yield from _of_commits(base, fix)
    for run in [*base.all_runs, *fix.all_runs]:
        yield from _of_run(run)
    yield from _of_files(base, fix, {*test_files, *(test.file for test in plan)})


def _of_plan(plan: Sequence[PlannedTest]) -> Iterator[Reason]:
    if not plan:
        yield Reason("plan_empty", "The plan names no test.")
    elif not any(test.expectation == Expectation.RED_THEN_GREEN for test in plan):
        yield Reason("no_red_first_test", "The plan names no test that must be red before the fix.")


def _of_commits(base: Side, fix: Side) -> Iterator[Reason]:
    if not base.commit:
        yield Reason("no_base_run", "There is no run from before the fix.")
    elif base.commit == fix.commit:
        yield Reason("same_commit", f"The runs before and after the fix are of one commit, {base.commit}.")


def _of_run(run: Run) -> Iterator[Reason]:
    if not run.shown:
        yield Reason("run_empty", f"Run {run.id} reports no test.", str(run.id))
    for report in run.reports:
        if report.counts_disagree:
            yield Reason(
                "counts_disagree", f"The header of report {report.id} is not what it holds: {report.counts_disagree}", str(report.id)
            )
    yield from _of_exit_status(run)


def _of_exit_status(run: Run) -> Iterator[Reason]:
    """Runners end with 0 where nothing but announced failures failed, and otherwise not.

    A report that ends with 0 answers for itself alone. One that does not may share its exit status with the others of its run:
    Maven writes one file for each class and has one exit status for all.
    """
    if not run.shown:
        return
    explained = any(map(_may_fail_the_runner, run.reports))
    for report in run.reports:
        if report.exit_status == 0 and _fails_the_runner(report):
            yield Reason("exit_status_disagrees", f"Report {report.id} holds failures, and its runner ended with 0.", str(report.id))
        elif report.exit_status and not explained:
            detail = f"Report {report.id} holds no failure, and its runner ended with {report.exit_status}."
            yield Reason("exit_status_disagrees", detail, str(report.id))


def _fails_the_runner(report: EvidenceRun) -> bool:
    return any(row.outcome in _FAILING for row in report.results)


def _may_fail_the_runner(report: EvidenceRun) -> bool:
    return any(row.outcome in _FAILING or row.outcome == Outcome.XPASSED for row in report.results)


def _of_files(base: Side, fix: Side, named: Collection[str]) -> Iterator[Reason]:
    for change in filehashes.changed(base.hashes, fix.hashes, named):
        yield Reason("files_changed", change.detail, change.path)
    for side in (base, fix):
        for change in filehashes.disagreeing(side.hashes, named):
            yield Reason("files_disagree", change.detail, change.path)
