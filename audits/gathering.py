"""From rows to plain data: an iteration's dossier, and the facts that contradictions are looked for in."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from django.db.models import Max

from audits import dossier as shapes
from audits.claims.shapes import Contradiction
from audits.contradictions.record import of_record
from audits.facts import facts_of
from audits.models import Finding, Iteration, IterationState, Review, Run, Signed
from audits.terms import Expectation, Outcome, Phase, Stage
from audits.verification import Verification, verify
from incidents.models import BranchCommit, Choice, Issue, Mirror
from incidents.severity import Severity


def gather(iteration: Iteration) -> shapes.Dossier:
    """Everything that is recorded of the iteration now."""
    issue, rules = iteration.issue, iteration.project.rules
    fixes = [_fix(fix) for fix in iteration.fixes.order_by("version")]
    return shapes.Dossier(
        id=iteration.pk,
        number=iteration.number,
        project=iteration.project.slug,
        by=_signature(iteration),
        state=iteration.state,
        phase=Phase(iteration.phase),
        focus=iteration.focus,
        reasons=iteration.reasons or _reasons_given_since(iteration),
        previous=iteration.previous.number if iteration.previous else None,
        issue=_issue(issue),
        rules=shapes.Rules(
            whys=rules.whys,
            review_threshold=rules.review_threshold,
            stability_runs=rules.stability_runs,
            github_repository=iteration.project.github_repository,
        ),
        root_causes=_root_causes(iteration),
        test_plans=_test_plans(iteration),
        test_files=[shapes.TestFile(file.path, file.level, file.tests, file.sha256) for file in iteration.test_files.order_by("path")],
        judgements=[
            [shapes.Metric(each["text"], each["met"], each.get("evidence", "")) for each in judgement.metrics]
            for judgement in iteration.judgements.order_by("version")
        ],
        runs=[_run(run) for run in iteration.runs.defer("files", "environment").order_by("pk")],
        verification=verification_of(iteration),
        reviews=[_review(review) for review in iteration.reviews.order_by("version").prefetch_related("findings__closure")],
        fixes=fixes,
        waivers=[shapes.Waiver(_signature(waiver), waiver.code, waiver.subject, waiver.reason) for waiver in iteration.waivers.all()],
        moves=[
            shapes.Move(span.seq, Phase(span.phase), _signature(span), span.left, span.reason, span.let_through)
            for span in iteration.spans.order_by("seq")
        ],
        children=[
            shapes.Child(child.key, child.title, child.severity_name, child.state, child.fix_needed)
            for child in issue.children.select_related("project").order_by("number")
        ],
        mirror=_mirror(issue, iteration),
        on_default_branch=bool(fixes) and BranchCommit.objects.filter(project=iteration.project, commit=fixes[-1].commit).exists(),
        authors=authors_of(iteration),
        newest=dict(iteration.records.order_by().values_list("kind").annotate(Max("seq"))),
        chain_length=iteration.chain_length,
        chain_head=iteration.chain_head,
        ended_at=iteration.ended_at,
        ending=_ending(iteration),
    )


def verification_of(iteration: Iteration) -> Verification:
    """What was computed when plan or evidence last changed; of an iteration that has neither, what follows from nothing."""
    if iteration.verification is None:
        return verify([], [], fix_commit=None)
    return msgspec.convert(iteration.verification, Verification)


def contradictions_of(iteration: Iteration, dossier: shapes.Dossier) -> list[Contradiction]:
    """Where the iteration's record disagrees with itself now; of an imported log what was found when it was read."""
    if iteration.state != IterationState.IMPORTED:
        return of_record(facts_of(dossier))
    return [Contradiction(row.code, row.detail, tuple(row.where), row.subject) for row in iteration.contradictions.order_by("pk")]


def authors_of(iteration: Iteration) -> set[int]:
    """The accounts whose work the tests are: who wrote a version of the plan, or named test files, at any time."""
    planned = iteration.test_plans.order_by().values_list("user", flat=True)
    named = (msgspec.json.decode(bytes(record.content)).get("user") for record in iteration.records.filter(kind="test_files"))
    return {user for user in (*planned, *named) if user is not None}


def _reasons_given_since(iteration: Iteration) -> list[str]:
    """Why somebody took the issue as the critical one, where that was said only after the iteration had begun."""
    choice = Choice.objects.filter(issue=iteration.issue, at__gte=iteration.at).order_by("-pk").first()
    return choice.reasons if choice else []


def _ending(iteration: Iteration) -> shapes.Ending | None:
    """What the ledger says of the end; it stands nowhere else."""
    record = iteration.records.filter(kind="end").first()
    return msgspec.json.decode(bytes(record.content), type=shapes.Ending) if record else None


def _signature(row: Signed) -> shapes.Signature:
    return shapes.Signature(row.actor_kind, row.actor_name, row.user_id, row.at)


def _issue(issue: Issue) -> shapes.Issue:
    return shapes.Issue(
        key=issue.key,
        title=issue.title,
        severity=Severity(issue.effective_severity).name,
        state=issue.state,
        resolution=issue.resolution,
        confirmation=issue.confirmation,
        impact=issue.impact,
        context=issue.context,
        symptoms=issue.symptoms,
        location=issue.location,
        first_seen=issue.first_seen,
        last_seen=issue.last_seen,
    )


def _root_causes(iteration: Iteration) -> list[shapes.RootCause]:
    return [
        shapes.RootCause(
            version=cause.version,
            by=_signature(cause),
            whys=[shapes.Why(why.question, why.answer, why.evidence) for why in cause.whys.all()],
            statement=cause.statement,
            impact=cause.impact,
            fix=cause.fix,
            scope=[shapes.Place(place["file"], place.get("line")) for place in cause.scope],
            pattern_regex=cause.pattern_regex,
            pattern_must_match=cause.pattern_must_match,
        )
        for cause in iteration.root_causes.order_by("version").prefetch_related("whys")
    ]


def _test_plans(iteration: Iteration) -> list[shapes.TestPlan]:
    return [
        shapes.TestPlan(
            version=plan.version,
            by=_signature(plan),
            strategy=plan.strategy,
            success_metrics=plan.success_metrics,
            declared=plan.declared,
            tests=[
                shapes.PlannedTest(test.level, test.file, test.name, Expectation(test.expectation), test.purpose, test.expected_failure)
                for test in plan.tests.all()
            ],
        )
        for plan in iteration.test_plans.order_by("version").prefetch_related("tests")
    ]


def _run(run: Run) -> shapes.Run:
    counts = (run.passed, run.failed, run.errors, run.skipped, run.xfailed, run.xpassed)
    return shapes.Run(
        id=run.pk,
        by=_signature(run),
        stage=Stage(run.stage),
        commit=run.commit,
        run_group=run.run_group,
        exit_status=run.exit_status,
        report_hash=run.report_hash,
        command=run.command,
        tool=run.tool,
        cases=run.cases,
        counts=dict(zip(Outcome, counts, strict=True)),
        seconds=run.seconds,
        collected=run.collected,
        remarks=run.remarks,
    )


def _review(review: Review) -> shapes.Review:
    return shapes.Review(
        version=review.version,
        by=_signature(review),
        score=float(review.score),
        threshold=review.threshold,
        approved=review.verdict == Review.Verdict.APPROVED,
        checks=review.checks,
        strengths=review.strengths,
        approved_files=review.approved_files,
        findings=list(_findings(review.findings.all())),
    )


def _findings(findings: Iterable[Finding]) -> Iterable[shapes.Finding]:
    for finding in findings:
        closure = getattr(finding, "closure", None)
        told = {"closed": closure.how, "closed_commit": closure.commit, "closed_by": closure.actor_name} if closure else {}
        yield shapes.Finding(finding.pk, finding.severity, finding.text, finding.file, **told)


def _fix(fix: object) -> shapes.Fix:
    names = ("version", "commit", "file", "line", "change", "purpose", "pull_request", "residual", "documentation")
    return shapes.Fix(by=_signature(fix), **{name: getattr(fix, name) for name in names})  # type: ignore[arg-type]


def _mirror(issue: Issue, iteration: Iteration) -> shapes.Mirror | None:
    # A twin that was deleted or moved away is none: nothing can be brought there.
    lost = [Mirror.Standing.MOVED, Mirror.Standing.DELETED]
    mirror = Mirror.objects.filter(issue=issue).exclude(standing__in=lost).first()
    if mirror is None:
        return None
    arrived = mirror.evidence_of_iteration == iteration.pk
    return shapes.Mirror(mirror.repository, mirror.number, mirror.url, mirror.state, mirror.closed_unproven, arrived)
