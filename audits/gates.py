"""What is unmet before a phase may end. Pure: a gate lists, it never writes, and it knows nothing of waivers.

Codes are stable: docs/verdicts.md explains each, waivers and clients name them. `subject` is what an unmet thing is
about (a test, a file), so that a waiver lets pass one thing and not its neighbours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from audits.dossier import Dossier, Finding, TestPlan
from audits.terms import Expectation, Level, Phase, Verdict
from audits.verification import Row, subjects_of
from incidents.errors import Unmet

# What the base alone decides: a red-first test that was not red for its own reason, and a green one without a base.
BASE_ALONE: Final = ("never_red", "not_red", "red_for_another_reason", "no_base")

Gate = Callable[[Dossier], Iterator[Unmet]]


def unmet(dossier: Dossier, phase: Phase | None = None) -> list[Unmet]:
    """What stands between the iteration and the end of its phase, or of the named one. Empty when nothing does.

    The last gate asks all the others again: what was so when a phase ended need not be so any more.
    """
    phase = phase or dossier.phase
    if phase is Phase.COMMIT:
        return [one for each in Phase for one in GATES[each](dossier)]
    return list(GATES[phase](dossier))


def split(found: Iterable[Unmet], waived: Iterable[tuple[str, str]]) -> tuple[list[Unmet], list[Unmet]]:
    """What keeps a gate shut, and what waivers (code and subject) let through."""
    waivers = set(waived)
    shut: list[Unmet] = []
    let_through: list[Unmet] = []
    for one in found:
        (let_through if (one.code, one.subject) in waivers else shut).append(one)
    return shut, let_through


def still_unmet(dossier: Dossier) -> list[Unmet]:
    """What keeps the gate of the iteration's phase shut now, waivers counted in; nothing where the iteration has ended."""
    if dossier.state != "running":
        return []
    return split(unmet(dossier), ((waiver.code, waiver.subject) for waiver in dossier.waivers))[0]


def _log_analysis(dossier: Dossier) -> Iterator[Unmet]:
    if not dossier.reasons:
        yield Unmet(
            "reasons_missing",
            "Another issue was ranked first; say why this one was chosen (POST issues/critical/ with its reasons).",
        )


def _root_cause(dossier: Dossier) -> Iterator[Unmet]:
    cause = dossier.root_cause
    if cause is None:
        yield Unmet("root_cause_missing", "There is no root cause yet.")
        return
    answered = sum(bool(why.answer.strip()) for why in cause.whys)
    if answered < dossier.rules.whys:
        yield Unmet("whys_missing", f"{answered} of {dossier.rules.whys} whys are answered.")
    if not cause.statement.strip():
        yield Unmet("statement_missing", "The root cause is not stated.")
    if not cause.impact.strip():
        yield Unmet("impact_missing", "The impact is not stated.")
    if not cause.scope:
        yield Unmet("scope_missing", "The scope names no file.")


def _test_plan(dossier: Dossier) -> Iterator[Unmet]:
    plan = dossier.test_plan
    if plan is None:
        yield Unmet("plan_missing", "There is no test plan yet.")
        return
    if not any(test.expectation is Expectation.RED_THEN_GREEN for test in plan.tests):
        yield Unmet("no_red_first_test", "The plan names no test that must be red before the fix and green after it.")
    yield from _unfinished_tests(plan)
    counted = Counter(test.level for test in plan.tests)
    for level, declared in sorted(plan.declared.items()):
        if declared != counted[level]:
            yield Unmet("declared_count", f"The plan declares {declared} {level} tests and lists {counted[level]}.", subject=level)
    if not plan.success_metrics:
        yield Unmet("success_metrics_missing", "The plan has no success metrics.")


def _unfinished_tests(plan: TestPlan) -> Iterator[Unmet]:
    subjects = subjects_of([(test.file, test.name) for test in plan.tests])
    for test, subject in zip(plan.tests, subjects, strict=True):
        if test.level not in list(Level):
            yield Unmet("level_missing", f"{test.name}: the level is not stated.", subject=subject)
        if not test.file:
            yield Unmet("file_missing", f"{test.name}: the file is not stated.", subject=subject)
        if test.expectation is Expectation.UNSTATED:
            yield Unmet("expectation_missing", f"{test.name}: nobody has said what it must show.", subject=subject)


def _github_issue(dossier: Dossier) -> Iterator[Unmet]:
    linked = dossier.mirror is not None and dossier.mirror.number is not None
    if dossier.rules.github_repository and not linked:
        yield Unmet("github_issue_missing", f"The issue is not linked on GitHub ({dossier.rules.github_repository}).")


def _test_implementation(dossier: Dossier) -> Iterator[Unmet]:
    planned = Counter(test.file for test in dossier.test_plan.tests) if dossier.test_plan else Counter()
    if not planned:
        yield Unmet("plan_empty", "The plan names no tests that could be implemented.")
    recorded = {file.path: file for file in dossier.test_files}
    for path, count in planned.items():
        file = recorded.get(path)
        if file is None:
            yield Unmet("test_file_missing", f"{path or 'A test without a file'}: no such test file is recorded.", subject=path)
        elif file.tests != count:
            held = "an unknown number of" if file.tests is None else file.tests
            yield Unmet("implemented_count", f"{path} is recorded with {held} tests; the plan has {count} in it.", subject=path)


def _test_audit(dossier: Dossier) -> Iterator[Unmet]:
    review = dossier.review
    if review is None:
        yield Unmet("review_missing", "Nobody has reviewed the tests.")
        return
    if review.score < dossier.rules.review_threshold:
        yield Unmet(
            "review_below_threshold",
            f"The newest review gives {review.score} of 100; the project asks for {dossier.rules.review_threshold}.",
        )
    elif not review.approved:
        yield Unmet("review_not_approving", "The newest review asks for improvement; after that only a new review opens this gate.")
    for finding in _open_critical(dossier):
        yield Unmet("critical_finding_open", f"A critical finding is open: {finding.text}", subject=str(finding.id))
    if dossier.newest.get("review", 0) < max(dossier.newest.get(kind, 0) for kind in ("test_plan", "test_files")):
        yield Unmet("review_outdated", "Plan or test files have changed since the newest review; what counts now has not been reviewed.")
    if review.by.user in dossier.authors:
        yield Unmet("own_work_reviewed", f"{review.by.name} reviewed tests of their own.")


def _open_critical(dossier: Dossier) -> Iterator[Finding]:
    """Of every review: a later one does not close what an earlier one found."""
    for review in dossier.reviews:
        for finding in review.findings:
            if finding.severity == "critical" and finding.closed is None:
                yield finding


def _red_run(dossier: Dossier) -> Iterator[Unmet]:
    judged = dossier.verification
    if not judged.tests:
        yield Unmet("plan_empty", "The plan names no tests that could be red.")
    elif not judged.base_commit:
        yield Unmet("no_base_run", "No run at the commit before the fix has been posted (stage before_fix).")
    else:
        subjects = subjects_of([(row.file, row.name) for row in judged.tests])
        for row, subject in zip(judged.tests, subjects, strict=True):
            yield from _not_as_expected_at_base(row, subject)


def _not_as_expected_at_base(row: Row, subject: str) -> Iterator[Unmet]:
    if row.result in BASE_ALONE:
        yield Unmet(row.result, f"{row.name}: {row.detail}", subject=subject)
    elif row.expectation == Expectation.UNSTATED:
        yield Unmet("unstated", f"{row.name}: nobody has said what it must show.", subject=subject)
    elif row.base == "flaky":
        yield Unmet("flaky", f"{row.name} passed in one run at the base and not in another.", subject=subject)
    elif row.expectation == Expectation.ALWAYS_GREEN and row.base != "passed":
        yield Unmet("broken_before", f"{row.name} must always be green, and is not at the base.", subject=subject)


def _fix(dossier: Dossier) -> Iterator[Unmet]:
    fix = dossier.fix
    if fix is None:
        yield Unmet("fix_missing", "No fix has been recorded.")
    elif fix.commit == dossier.verification.base_commit:
        yield Unmet("same_commit", "The fix names the commit at which the tests were red.")


def _green_run(dossier: Dossier) -> Iterator[Unmet]:
    for reason in dossier.verification.reasons:
        yield Unmet(reason.code, reason.detail, subject=reason.subject)
    if dossier.verification.verdict is not Verdict.VERIFIED and not dossier.verification.reasons:
        yield Unmet("not_verified", f"The verdict is {dossier.verification.verdict}.")
    runs, wanted = dossier.verification.runs_at_fix, dossier.rules.stability_runs
    if runs < wanted:
        yield Unmet("stability_runs_missing", f"{runs} of {wanted} runs at the fix commit have been posted.")
    for metric in dossier.metrics:
        if metric.met is None:
            yield Unmet("metric_not_judged", f"Nobody has judged whether this is met: {metric.text}", subject=metric.text)


def _commit(dossier: Dossier) -> Iterator[Unmet]:
    fix = dossier.fix
    if fix is None:
        return
    if not dossier.on_default_branch:
        yield Unmet("commit_not_on_default_branch", f"{fix.commit[:12]} has not been seen on the default branch, and no person states it.")
    if not fix.documentation:
        yield Unmet("documentation_missing", "The newest fix names no documentation.")
    if fix.residual is None and not dossier.children:
        yield Unmet("residual_unstated", "Say what is left to do (an empty list where nothing is), or open child issues for it.")
    if dossier.mirror is not None and dossier.mirror.number is not None:
        yield from _not_on_github(dossier)


def _not_on_github(dossier: Dossier) -> Iterator[Unmet]:
    mirror = dossier.mirror
    if mirror is not None and not mirror.evidence_arrived:
        yield Unmet("github_evidence_pending", f"The evidence has not arrived on GitHub (#{mirror.number}).")
    if mirror is not None and mirror.state != "closed":
        yield Unmet("github_closing_pending", f"#{mirror.number} is still open on GitHub.")


GATES: Final[dict[Phase, Gate]] = {
    Phase.LOG_ANALYSIS: _log_analysis,
    Phase.ROOT_CAUSE: _root_cause,
    Phase.TEST_PLAN: _test_plan,
    Phase.GITHUB_ISSUE: _github_issue,
    Phase.TEST_IMPLEMENTATION: _test_implementation,
    Phase.TEST_AUDIT: _test_audit,
    Phase.RED_RUN: _red_run,
    Phase.FIX: _fix,
    Phase.GREEN_RUN: _green_run,
    Phase.COMMIT: _commit,
}
