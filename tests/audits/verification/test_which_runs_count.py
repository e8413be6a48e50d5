"""Base and fix, reports united into runs, attempts, and runs of one commit that do not agree."""

import pytest

from audits.evidence.shapes import Identity
from audits.terms import Outcome, Verdict
from audits.verification import ResultRow, Seen
from audits.verification.judging import over_runs
from audits.verification.runs import Attempts
from tests.audits.verification.evidence import (
    AT_BASE,
    AT_FIX,
    BASE,
    FIX,
    OTHER,
    RED,
    after,
    again,
    before,
    codes,
    honest,
    judged,
    results,
)

P, S, E, F, ABSENT = Attempts.PASSED, Attempts.SKIPPED, Attempts.ERROR, Attempts.FAILED, None


@pytest.mark.parametrize(
    ("shown", "seen"),
    [
        ([P, P], Seen.PASSED),
        ([F, F], Seen.FAILED),
        ([E, E], Seen.ERROR),
        ([S, S], Seen.SKIPPED),
        ([ABSENT, ABSENT], Seen.ABSENT),
        ([P, F], Seen.FLAKY),
        ([P, E], Seen.FLAKY),
        ([P, S], Seen.FLAKY),
        ([P, ABSENT], Seen.FLAKY),
        ([F, ABSENT], Seen.FAILED),
        ([F, E, S], Seen.FAILED),
        # Stricter than "any other mix counts as failed": nothing here is red.
        ([E, S], Seen.ERROR),
        ([E, ABSENT], Seen.ERROR),
        ([S, ABSENT], Seen.ERROR),
    ],
)
def test_the_runs_at_one_commit_together_show(shown, seen):
    assert over_runs(shown) is seen


def test_errors_and_skips_that_alternate_at_the_base_do_not_pose_as_red():
    verification = judged(before(AT_BASE | {"test_red": "error"}, 1), before(AT_BASE | {"test_red": "skipped"}, 2), after(AT_FIX))

    assert results(verification)["test_red"] == "not_red"


@pytest.mark.parametrize(
    ("attempts", "seen"),
    [
        ("passed passed", Seen.PASSED),
        ("passed failed", Seen.FAILED),
        ("failed passed", Seen.FAILED),
        ("error failed", Seen.FAILED),
        ("passed xfailed", Seen.FAILED),
        ("passed error", Seen.ERROR),
        ("skipped error", Seen.ERROR),
        ("passed skipped", Seen.SKIPPED),
        ("passed xpassed", Seen.PASSED),
    ],
)
def test_several_results_of_a_test_in_a_run_are_attempts(attempts, seen):
    assert honest(at_fix=AT_FIX | {"test_red": attempts}).tests[0].fix is seen


def test_a_test_that_passed_only_in_the_second_of_three_runs_is_flaky():
    red = AT_FIX | {"test_red": "failed"}

    verification = judged(before(AT_BASE), after(red), again(AT_FIX, 11), again(red, 12))

    assert results(verification)["test_red"] == "flaky"
    assert verification.verdict is Verdict.REFUTED
    assert "failed in run 10, passed in run 11, failed in run 12" in verification.tests[0].detail


def test_a_test_that_one_of_the_runs_at_the_fix_leaves_out_is_flaky():
    verification = judged(before(AT_BASE), after(AT_FIX), again({"test_green": "passed", "test_unplanned": "passed"}))

    assert results(verification)["test_red"] == "flaky"


def test_a_test_that_passed_once_at_the_base_is_flaky():
    verification = judged(before(AT_BASE, 1), before(AT_BASE | {"test_red": "passed"}, 2), after(AT_FIX))

    assert results(verification)["test_red"] == "flaky"


def test_the_base_is_the_commit_of_the_newest_run_before_the_fix():
    verification = judged(before(AT_FIX, 1, commit=OTHER), before(AT_BASE, 2), after(AT_FIX))

    assert (verification.base_commit, verification.verdict) == (BASE, Verdict.VERIFIED)


def test_all_runs_before_the_fix_at_the_base_count():
    verification = judged(before(AT_FIX, 1), before(AT_BASE, 2, commit=OTHER), before(AT_BASE, 3), after(AT_FIX))

    assert verification.tests[0].base is Seen.FLAKY


def test_a_run_after_the_fix_of_another_commit_than_the_fix_does_not_count():
    verification = judged(before(AT_BASE), after(AT_FIX, commit=OTHER))

    assert set(results(verification).values()) == {"no_fix_run"}


def test_without_a_fix_the_commit_of_the_newest_run_after_it_counts():
    verification = judged(before(AT_BASE), after({"test_red": "failed"}, 10, commit=OTHER), after(AT_FIX, 11), fix_commit=None)

    assert (verification.fix_commit, verification.verdict) == (FIX, Verdict.VERIFIED)


def test_a_stability_run_alone_does_not_say_which_commit_is_the_fix():
    verification = judged(before(AT_BASE), again(AT_FIX), fix_commit=None)

    assert (verification.fix_commit, set(results(verification).values())) == ("", {"no_fix_run"})


def test_a_run_before_the_fix_at_the_fix_commit_is_none_of_the_runs_at_the_fix():
    verification = judged(before(AT_BASE | {"test_red": "failed"}, commit=FIX), after(AT_FIX))

    assert verification.runs_at_fix == 1


def test_commits_are_the_same_in_capitals():
    verification = judged(before(AT_BASE, commit=BASE.upper()), after(AT_FIX, commit=FIX.upper()))

    assert (verification.base_commit, verification.fix_commit, verification.verdict) == (BASE, FIX, Verdict.VERIFIED)


def test_reports_of_one_run_group_are_one_run():
    halves = {"test_red": "passed"}, {"test_green": "passed", "test_unplanned": "passed"}

    verification = judged(before(AT_BASE), after(halves[0], 10, run_group="ci-7"), after(halves[1], 11, run_group="ci-7"))

    assert (verification.verdict, verification.runs_at_fix) == (Verdict.VERIFIED, 1)


def test_reports_without_a_run_group_are_runs_of_their_own():
    halves = {"test_red": "passed"}, {"test_green": "passed", "test_unplanned": "passed"}

    verification = judged(before(AT_BASE), after(halves[0], 10), after(halves[1], 11))

    assert set(results(verification).values()) == {"flaky"}


def test_a_run_group_of_another_stage_or_commit_is_another_run():
    verification = judged(
        before(AT_BASE, run_group="ci-7"), after(AT_FIX, run_group="ci-7"), again(AT_FIX, run_group="ci-7"), after(AT_FIX, 12, OTHER)
    )

    assert (verification.verdict, verification.runs_at_fix) == (Verdict.VERIFIED, 2)


def test_a_run_without_results_is_none_of_the_runs_but_keeps_the_fix_from_being_verified():
    verification = judged(before(AT_BASE), after(AT_FIX), again({}))

    assert set(results(verification).values()) == {"proven"}
    assert (codes(verification), verification.runs_at_fix) == ([("run_empty", "11")], 1)


def test_where_every_run_at_the_fix_is_empty_there_is_none():
    verification = judged(before(AT_BASE), after({}))

    assert set(results(verification).values()) == {"no_fix_run"}
    assert ("run_empty", "10") in codes(verification)


def test_an_empty_report_of_a_run_group_with_results_makes_no_empty_run():
    verification = judged(before(AT_BASE), after(AT_FIX, 10, run_group="ci-7"), after({}, 11, run_group="ci-7"))

    assert verification.verdict is Verdict.VERIFIED


def test_hashes_that_only_one_side_sent_do_not_part_tests_with_absolute_paths():
    plan = [RED.__class__(RED.level, "CartTest.php", "testRed", RED.expectation)]
    hashes = {"tests/CartTest.php": "a" * 64}

    verification = judged(before(in_checkout("/work", "failed"), files=hashes), after(in_checkout("/work", "passed")), plan=plan)

    assert verification.verdict is Verdict.VERIFIED


def in_checkout(root: str, outcome: str) -> list[ResultRow]:
    """PHPUnit's way: the file is an absolute path."""
    return [
        ResultRow(Identity(f"{root}/tests/CartTest.php", "Tests\\CartTest", "testRed", ""), Outcome(outcome), ""),
        ResultRow(Identity(f"{root}/tests/LoginTest.php", "Tests\\LoginTest", "testOther", ""), Outcome.PASSED, ""),
    ]


def test_a_test_is_the_same_in_two_checkouts_where_the_runner_writes_absolute_paths():
    plan = [RED.__class__(RED.level, "tests/CartTest.php", "testRed", RED.expectation)]

    verification = judged(before(in_checkout("/checkouts/base", "failed")), after(in_checkout("/checkouts/fix", "passed")), plan=plan)

    assert verification.verdict is Verdict.VERIFIED
    assert verification.tests[0].matched_to == ("tests/CartTest.php::Tests\\CartTest::testRed",)
