"""From plan and runs as they are stored to the verdict and the hints; nothing is written here."""

from __future__ import annotations

from audits import result_store
from audits.models import Iteration, Run
from audits.signals import TEXT_COMPARED, Signal, signals
from audits.terms import Expectation, Level, Stage
from audits.verification import EvidenceRun, PlannedTest, Verification, verify
from audits.verification.runs import sides


def judged(iteration: Iteration) -> Verification:
    """What the newest plan, the runs at base and fix and the test files give."""
    tests = planned(iteration)
    fix = iteration.fixes.order_by("-version").first()
    fix_commit = fix.commit if fix else None
    runs = result_store.evidence(_that_count(iteration, fix_commit), red_texts=any(test.expected_failure for test in tests))
    return verify(tests, runs, fix_commit=fix_commit, test_files=list(iteration.test_files.values_list("path", flat=True)))


def planned(iteration: Iteration) -> list[PlannedTest]:
    """The tests of the newest plan, as verification takes them."""
    plan = iteration.test_plans.order_by("-version").first()
    rows = plan.tests.order_by("position") if plan else []
    return [
        PlannedTest(Level(test.level) if test.level else None, test.file, test.name, Expectation(test.expectation), test.expected_failure)
        for test in rows
    ]


def signals_of(iteration: Iteration) -> list[Signal]:
    """What in the iteration's runs, of whatever stage and commit, looks like fake tests."""
    runs = result_store.evidence(iteration.runs.order_by("pk"), quoted=TEXT_COMPARED, with_times=True)
    return signals(planned(iteration), runs)


def _that_count(iteration: Iteration, fix_commit: str | None) -> list[Run]:
    """The runs at the base and at the fix; what was posted for other commits is not even read."""
    runs = {run.pk: run for run in iteration.runs.defer("environment").order_by("pk")}
    without_results = [
        EvidenceRun(id=run.pk, stage=Stage(run.stage), commit=run.commit, run_group=run.run_group, results=()) for run in runs.values()
    ]
    reports = [report for side in sides(without_results, fix_commit, ()) for run in side.all_runs for report in run.reports]
    return [runs[report.id] for report in sorted(reports, key=lambda report: report.id)]
