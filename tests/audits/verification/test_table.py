"""DESIGN's table, row by row."""

from dataclasses import dataclass

import pytest

from audits.terms import Expectation, Verdict
from audits.verification import CONTRARY, Result, Seen
from audits.verification.judging import judge, judge_unplanned
from tests.audits.verification.evidence import AT_BASE, AT_FIX, BASE, FIX, GREEN, PLAN, RED, after, before, codes, honest, judged, results

ABSENT = None


def with_test(outcomes: dict[str, str], name: str, outcome: str | None) -> dict[str, str]:
    """The same results, but this test's."""
    rest = {other: shown for other, shown in outcomes.items() if other != name}
    return rest if outcome is ABSENT else rest | {name: outcome}


@dataclass(frozen=True)
class Case:
    """One row of the table for one planned test; None is absent."""

    base: str | None
    fix: str | None
    result: str


RED_CASES = [
    Case("failed", "passed", "proven"),
    Case("failed", "xpassed", "proven"),
    Case("xfailed", "passed", "proven"),
    Case("failed", "failed", "still_red"),
    Case("failed", "xfailed", "still_red"),
    Case("failed", "error", "still_red"),
    Case("failed", "skipped", "still_red"),
    Case("passed", "passed", "never_red"),
    Case("xpassed", "passed", "never_red"),
    Case("passed", "failed", "never_red"),
    Case("passed", ABSENT, "never_red"),
    Case("error", "passed", "not_red"),
    Case("skipped", "passed", "not_red"),
    Case(ABSENT, "passed", "not_red"),
    Case(ABSENT, ABSENT, "not_red"),
    Case("failed", ABSENT, "vanished"),
]
GREEN_CASES = [
    Case("passed", "passed", "proven"),
    Case("passed", "xpassed", "proven"),
    Case("passed", "failed", "regression"),
    Case("passed", "xfailed", "regression"),
    Case("passed", "error", "regression"),
    Case("passed", "skipped", "regression"),
    Case("failed", "failed", "broken_before"),
    Case("failed", "error", "broken_before"),
    Case("failed", "skipped", "broken_before"),
    Case("xfailed", "failed", "broken_before"),
    Case("failed", "passed", "repaired"),
    Case("error", "passed", "no_base"),
    Case("skipped", "passed", "no_base"),
    Case(ABSENT, "passed", "no_base"),
    Case("error", "failed", "no_base"),
    Case("passed", ABSENT, "vanished"),
    Case("failed", ABSENT, "vanished"),
]
EACH = [("test_red", case) for case in RED_CASES] + [("test_green", case) for case in GREEN_CASES]


@pytest.mark.parametrize(("name", "case"), EACH, ids=lambda part: str(part) if isinstance(part, str) else f"{part.base}-{part.fix}")
def test_a_planned_test_has_the_result_of_the_table(name, case):
    verification = honest(at_base=with_test(AT_BASE, name, case.base), at_fix=with_test(AT_FIX, name, case.fix))

    assert results(verification) == {"test_red": "proven", "test_green": "proven"} | {name: case.result}


@pytest.mark.parametrize(("name", "case"), EACH, ids=lambda part: str(part) if isinstance(part, str) else f"{part.base}-{part.fix}")
def test_the_verdict_follows_from_the_one_row_that_is_not_proven(name, case):
    verification = honest(at_base=with_test(AT_BASE, name, case.base), at_fix=with_test(AT_FIX, name, case.fix))

    expected = Verdict.REFUTED if case.result in CONTRARY else Verdict.INCOMPLETE if case.result != "proven" else Verdict.VERIFIED
    assert verification.verdict is expected
    assert codes(verification) == ([] if case.result == "proven" else [(case.result, name)])


def test_an_honest_fix_is_verified_and_nothing_speaks_against_it():
    verification = honest()

    assert (verification.verdict, verification.reasons, verification.unplanned) == (Verdict.VERIFIED, (), ())
    assert (verification.base_commit, verification.fix_commit, verification.runs_at_fix) == (BASE, FIX, 3)


def test_an_unstated_test_is_unstated_whatever_the_runs_show():
    plan = [RED, GREEN, RED.__class__(RED.level, RED.file, "test_unplanned", Expectation.UNSTATED)]

    verification = honest(plan=plan, at_fix=AT_FIX | {"test_unplanned": "failed"})

    assert results(verification)["test_unplanned"] == "unstated"
    assert verification.verdict is Verdict.INCOMPLETE


@pytest.mark.parametrize("planned", PLAN)
def test_without_a_run_at_the_fix_a_test_waits_for_one(planned):
    verification = judged(before(AT_BASE), plan=[planned])

    assert results(verification) == {planned.name: "no_fix_run"}
    assert (verification.tests[0].fix, verification.fix_commit, verification.runs_at_fix) == (Seen.NO_RUN, FIX, 0)


def test_without_a_run_at_the_base_nothing_is_known_of_it():
    verification = judged(after(AT_FIX))

    assert results(verification) == {"test_red": "not_red", "test_green": "no_base"}
    assert codes(verification) == [("not_red", "test_red"), ("no_base", "test_green"), ("no_base_run", "")]
    assert {test.base for test in verification.tests} == {Seen.NO_RUN}


def test_in_an_empty_run_at_the_base_every_test_is_absent():
    verification = judged(before({}), after(AT_FIX))

    assert {test.base for test in verification.tests} == {Seen.ABSENT}
    assert codes(verification) == [("not_red", "test_red"), ("no_base", "test_green"), ("run_empty", "1")]


PRECEDENCE = [
    # What the base alone says goes before everything.
    (Expectation.RED_THEN_GREEN, Seen.PASSED, Seen.NO_RUN, True, True, Result.NEVER_RED),
    (Expectation.RED_THEN_GREEN, Seen.PASSED, Seen.FLAKY, True, True, Result.NEVER_RED),
    (Expectation.RED_THEN_GREEN, Seen.ERROR, Seen.NO_RUN, True, True, Result.NOT_RED),
    (Expectation.RED_THEN_GREEN, Seen.SKIPPED, Seen.ABSENT, True, True, Result.NOT_RED),
    (Expectation.RED_THEN_GREEN, Seen.FAILED, Seen.NO_RUN, False, True, Result.RED_FOR_ANOTHER_REASON),
    (Expectation.RED_THEN_GREEN, Seen.FAILED, Seen.FLAKY, False, True, Result.RED_FOR_ANOTHER_REASON),
    (Expectation.RED_THEN_GREEN, Seen.FAILED, Seen.ABSENT, False, True, Result.RED_FOR_ANOTHER_REASON),
    (Expectation.RED_THEN_GREEN, Seen.FAILED, Seen.PASSED, False, False, Result.RED_FOR_ANOTHER_REASON),
    (Expectation.ALWAYS_GREEN, Seen.ABSENT, Seen.NO_RUN, True, True, Result.NO_BASE),
    (Expectation.ALWAYS_GREEN, Seen.ERROR, Seen.FLAKY, True, True, Result.NO_BASE),
    (Expectation.ALWAYS_GREEN, Seen.SKIPPED, Seen.ABSENT, True, True, Result.NO_BASE),
    # Then that there is no run at the fix.
    (Expectation.RED_THEN_GREEN, Seen.FLAKY, Seen.NO_RUN, True, True, Result.NO_FIX_RUN),
    (Expectation.ALWAYS_GREEN, Seen.FLAKY, Seen.NO_RUN, True, True, Result.NO_FIX_RUN),
    (Expectation.ALWAYS_GREEN, Seen.FAILED, Seen.NO_RUN, True, True, Result.NO_FIX_RUN),
    # Then flaky, on either side.
    (Expectation.RED_THEN_GREEN, Seen.FLAKY, Seen.ABSENT, True, True, Result.FLAKY),
    (Expectation.RED_THEN_GREEN, Seen.FLAKY, Seen.PASSED, True, False, Result.FLAKY),
    (Expectation.RED_THEN_GREEN, Seen.FAILED, Seen.FLAKY, True, True, Result.FLAKY),
    (Expectation.ALWAYS_GREEN, Seen.PASSED, Seen.FLAKY, True, True, Result.FLAKY),
    # Then vanished.
    (Expectation.RED_THEN_GREEN, Seen.FAILED, Seen.FAILED, True, True, Result.VANISHED),
    (Expectation.RED_THEN_GREEN, Seen.FAILED, Seen.PASSED, True, True, Result.VANISHED),
    (Expectation.ALWAYS_GREEN, Seen.PASSED, Seen.FAILED, True, True, Result.VANISHED),
    (Expectation.ALWAYS_GREEN, Seen.FAILED, Seen.PASSED, True, True, Result.VANISHED),
    (Expectation.UNSTATED, Seen.PASSED, Seen.FAILED, False, True, Result.UNSTATED),
]


@pytest.mark.parametrize(("expectation", "base", "fix", "as_expected", "case_gone", "result"), PRECEDENCE)
def test_where_several_rows_hold_the_first_decides(expectation, base, fix, as_expected, case_gone, result):
    assert judge(expectation, base, fix, as_expected=as_expected, case_gone=case_gone) is result


@pytest.mark.parametrize(
    ("fix", "result"),
    [
        (Seen.FAILED, Result.UNPLANNED_REGRESSION),
        (Seen.ERROR, Result.UNPLANNED_REGRESSION),
        (Seen.ABSENT, Result.VANISHED),
        (Seen.FLAKY, Result.FLAKY),
        (Seen.PASSED, None),
        (Seen.SKIPPED, None),
    ],
)
def test_an_unplanned_test_that_passed_at_the_base_has_the_result_of_the_table(fix, result):
    assert judge_unplanned(fix) is result
