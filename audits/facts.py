"""From a dossier to the facts that contradictions are looked for in. Pure."""

from __future__ import annotations

from audits.contradictions import facts as shapes
from audits.dossier import Dossier, Run
from audits.terms import Expectation, Level, Outcome
from audits.verification import Result, Row, Seen


def facts_of(dossier: Dossier) -> shapes.Facts:
    """What the iteration's record says, as the rules for contradictions take it."""
    cause, plan = dossier.root_cause, dossier.test_plan
    return shapes.Facts(
        phase=dossier.phase,
        ended=dossier.state == "done",
        resolved=dossier.issue.state == "resolved",
        resolution=dossier.issue.resolution or "",
        reproduced=_reproduced(dossier.verification.tests),
        declared=plan.declared if plan else {},
        planned=[shapes.PlannedFact(_level(test.level), test.file, test.name, test.expectation) for test in (plan.tests if plan else ())],
        files=[shapes.FileFact(file.path, _level(file.level), file.tests) for file in dossier.test_files],
        scope=[shapes.ScopeFact(place.file, place.line) for place in (cause.scope if cause else ())],
        pattern=shapes.PatternFact(cause.pattern_regex, cause.pattern_must_match) if cause and cause.pattern_regex else None,
        runs=[_run(run) for run in dossier.runs],
        rows=[
            shapes.RowFact(row.name, row.level, row.expectation, row.base.value, row.fix.value, row.result.value)
            for row in dossier.verification.tests
        ],
        verdict=dossier.verification.verdict.value,
        reviews=[shapes.ReviewFact(review.score, review.approved, review.by.at) for review in dossier.reviews],
        moves=[
            shapes.MoveFact(move.phase, move.by.at, move.reason, [waived["code"] for waived in move.let_through]) for move in dossier.moves
        ],
        fixes=[shapes.FixFact(fix.commit, fix.file, fix.line) for fix in dossier.fixes],
        on_default_branch=dossier.on_default_branch,
        mirror=dossier.mirror.state if dossier.mirror else "",
        metrics=[shapes.MetricFact(metric.text, metric.met) for metric in dossier.metrics],
    )


def _level(written: str) -> Level | None:
    return Level(written) if written else None


def _reproduced(rows: tuple[Row, ...]) -> bool | None:
    """Whether a test failed at the base for the issue's reason; None while no red-first test ran there."""
    ran = [row for row in rows if row.expectation == Expectation.RED_THEN_GREEN and row.base not in (Seen.NO_RUN, Seen.ABSENT)]
    if not ran:
        return None
    return any(row.base == Seen.FAILED and row.result != Result.RED_FOR_ANOTHER_REASON for row in ran)


def _run(run: Run) -> shapes.RunFact:
    # Runners differ honestly in what their headers count; the reader has told where one disagrees with its cases.
    disagrees = any(remark["code"] == "header_disagrees" for remark in run.remarks)
    return shapes.RunFact(
        id=run.id,
        stage=run.stage,
        commit=run.commit,
        exit_status=run.exit_status,
        declared_tests=run.collected if disagrees else None,
        cases=run.cases,
        passed=run.counts[Outcome.PASSED],
        failed=run.counts[Outcome.FAILED],
        errors=run.counts[Outcome.ERROR],
        skipped=run.counts[Outcome.SKIPPED],
        xfailed=run.counts[Outcome.XFAILED],
        xpassed=run.counts[Outcome.XPASSED],
        seconds=run.seconds,
        group=run.run_group,
    )
