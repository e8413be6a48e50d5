"""A planned test that the reports hold several cases of: parameters and subtests."""

import pytest

from audits.evidence.shapes import Identity
from audits.terms import Outcome, Verdict
from audits.verification import PlannedTest, ResultRow, Seen
from tests.audits.verification.evidence import RED, after, again, before, judged, results

BOTH_RED = {"test_red[a]": "failed", "test_red[b]": "failed"}
BOTH_GREEN = {"test_red[a]": "passed", "test_red[b]": "passed"}


def of_red(*runs):
    return judged(*runs, plan=[RED])


@pytest.mark.parametrize(
    ("one", "other", "seen"),
    [
        ("passed", "passed", Seen.PASSED),
        ("passed", "failed", Seen.FAILED),
        ("error", "failed", Seen.FAILED),
        ("passed", "error", Seen.ERROR),
        ("passed", "skipped", Seen.SKIPPED),
    ],
)
def test_the_cases_of_a_test_are_judged_together(one, other, seen):
    verification = of_red(before(BOTH_RED), after({"test_red[a]": one, "test_red[b]": other}))

    assert verification.tests[0].fix is seen


def test_a_test_all_of_whose_cases_turned_green_is_proven():
    verification = of_red(before({"test_red[a]": "failed", "test_red[b]": "passed"}), after(BOTH_GREEN))

    assert results(verification) == {"test_red": "proven"}
    assert verification.tests[0].matched_to == ("tests.unit.test_cart::test_red[a]", "tests.unit.test_cart::test_red[b]")


def test_a_test_whose_red_case_was_deleted_has_vanished():
    verification = of_red(before({"test_red[a]": "failed", "test_red[b]": "passed"}), after({"test_red[b]": "passed"}))

    assert results(verification) == {"test_red": "vanished"}
    assert "test_red[a]" in verification.tests[0].detail


def test_a_test_whose_red_case_was_exchanged_for_a_green_one_has_vanished():
    verification = of_red(before({"test_red[a]": "failed"}), after({"test_red[b]": "passed"}))

    assert results(verification) == {"test_red": "vanished"}


def test_a_case_that_came_with_the_fix_counts_with_the_others():
    verification = of_red(before({"test_red[a]": "failed"}), after({"test_red[a]": "passed", "test_red[new]": "passed"}))

    assert results(verification) == {"test_red": "proven"}


def test_a_case_that_was_only_skipped_at_the_base_may_go():
    verification = of_red(before({"test_red[a]": "failed", "test_red[b]": "skipped"}), after({"test_red[a]": "passed"}))

    assert results(verification) == {"test_red": "proven"}


def test_a_test_one_case_of_which_some_runs_at_the_fix_leave_out_is_flaky():
    verification = of_red(before(BOTH_RED), after(BOTH_GREEN), again({"test_red[a]": "passed"}))

    assert results(verification) == {"test_red": "flaky"}
    assert "Not in every run: tests.unit.test_cart::test_red[b]" in verification.tests[0].detail


def test_cases_that_failed_in_one_run_at_the_fix_and_are_all_gone_from_another_are_still_red():
    verification = of_red(before(BOTH_RED), after(BOTH_RED), again({"test_green": "passed"}))

    assert results(verification) == {"test_red": "still_red"}


def test_a_plan_may_name_one_case():
    plan = [PlannedTest(RED.level, RED.file, "test_red[b]", RED.expectation)]

    verification = judged(before({"test_red[a]": "passed", "test_red[b]": "failed"}), after(BOTH_GREEN), plan=plan)

    assert results(verification) == {"test_red[b]": "proven"}
    assert verification.tests[0].matched_to == ("tests.unit.test_cart::test_red[b]",)


def go(**outcomes: str) -> list[ResultRow]:
    """Results as gotestsum writes them: the package as class, subtests behind a slash."""
    return [
        ResultRow(Identity("", "example.com/shop/cart", name.replace("__", "/"), ""), Outcome(outcome))
        for name, outcome in outcomes.items()
    ]


def test_the_subtests_of_a_go_test_are_its_cases():
    plan = [PlannedTest(RED.level, "cart/cart_test.go", "TestAdd", RED.expectation)]

    at_base = before(go(TestAdd="failed", TestAdd__empty="failed", TestAdd__full="passed"))
    kept = judged(at_base, after(go(TestAdd="passed", TestAdd__empty="passed", TestAdd__full="passed")), plan=plan)
    deleted = judged(at_base, after(go(TestAdd="passed", TestAdd__full="passed")), plan=plan)

    assert (kept.verdict, results(deleted)) == (Verdict.VERIFIED, {"TestAdd": "vanished"})
