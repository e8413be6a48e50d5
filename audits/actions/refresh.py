"""What follows from the record: verification, contradictions, and what the issue's row shows of them."""

from __future__ import annotations

import msgspec
from django.utils import timezone

from audits import result_store
from audits.claims.shapes import Contradiction as Found
from audits.contradictions.record import of_record
from audits.facts import facts_of
from audits.gates import still_unmet
from audits.gathering import gather
from audits.models import Contradiction, Iteration, IterationState, Run
from audits.signals import Signal, signals
from audits.terms import Expectation, Level, Stage
from audits.verification import EvidenceRun, PlannedTest, Verification, verify
from audits.verification.runs import sides
from incidents.actions import audited


def refresh(iteration: Iteration, *, judge: bool = False) -> None:
    """Bring up to date what follows from the iteration's record; with `judge` the verdict, too.

    The caller holds the iteration's row, and says `judge` where plan, test files, runs or fix have changed.
    """
    if judge:
        verification = judged(iteration)
        iteration.verification, iteration.verdict = msgspec.to_builtins(verification), verification.verdict.value
    dossier = gather(iteration)
    keep_contradictions(iteration, of_record(facts_of(dossier)))
    iteration.unmet = [unmet.as_row() for unmet in still_unmet(dossier)]
    iteration.refreshed_at = timezone.now()
    iteration.save(update_fields=["verification", "verdict", "unmet", "refreshed_at"])
    if iteration.state in (IterationState.RUNNING, IterationState.DONE):
        audited.show_iteration(
            iteration.issue,
            iteration=iteration.pk,
            number=iteration.number,
            phase=iteration.phase,
            verdict=iteration.verdict,
            waivers=len(dossier.waivers),
        )


def judged(iteration: Iteration) -> Verification:
    """What the newest plan, the runs at base and fix and the test files give."""
    tests = planned(iteration)
    fix = iteration.fixes.order_by("-version").first()
    fix_commit = fix.commit if fix else None
    with_texts = any(test.expected_failure for test in tests)
    runs = result_store.evidence(_that_count(iteration, fix_commit), with_texts=with_texts)
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
    return signals(planned(iteration), result_store.evidence(iteration.runs.order_by("pk"), with_texts=True, with_times=True))


def _that_count(iteration: Iteration, fix_commit: str | None) -> list[Run]:
    """The runs at the base and at the fix; what was posted for other commits is not even read."""
    runs = {run.pk: run for run in iteration.runs.order_by("pk")}
    without_results = [
        EvidenceRun(id=run.pk, stage=Stage(run.stage), commit=run.commit, run_group=run.run_group, results=()) for run in runs.values()
    ]
    reports = [report for side in sides(without_results, fix_commit, ()) for run in side.all_runs for report in run.reports]
    return [runs[report.id] for report in sorted(reports, key=lambda report: report.id)]


def keep_contradictions(iteration: Iteration, found: list[Found]) -> None:
    """Replace the iteration's contradictions with those found now."""
    iteration.contradictions.all().delete()
    Contradiction.objects.bulk_create(
        [
            Contradiction(iteration=iteration, code=one.code, subject=one.subject[:1000], detail=one.detail, where=list(one.where))
            for one in {(one.code, one.subject[:1000]): one for one in found}.values()
        ]
    )
