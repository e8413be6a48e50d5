"""Tests outside the plan: what passed before the fix must not break by it."""

import pytest

from audits.terms import Expectation, Level, Verdict
from audits.verification import PlannedTest
from audits.verification.verdict import MOST_UNPLANNED
from tests.audits.verification.evidence import AT_BASE, AT_FIX, RED, after, again, before, codes, honest, judged

ID = "tests.unit.test_cart::test_unplanned"


@pytest.mark.parametrize(("at_fix", "result"), [("failed", "unplanned_regression"), ("error", "unplanned_regression")])
def test_a_test_outside_the_plan_that_broke_refutes_the_fix(at_fix, result):
    verification = honest(at_fix=AT_FIX | {"test_unplanned": at_fix})

    assert [(each.name, each.result.value, each.fix.value) for each in verification.unplanned] == [(ID, result, at_fix)]
    assert (verification.verdict, codes(verification)) == (Verdict.REFUTED, [(result, ID)])


def test_a_test_outside_the_plan_that_is_gone_has_vanished():
    verification = honest(at_fix={"test_red": "passed", "test_green": "passed"})

    assert (verification.verdict, codes(verification)) == (Verdict.REFUTED, [("vanished", ID)])


def test_a_test_outside_the_plan_that_passes_only_sometimes_is_flaky():
    verification = judged(before(AT_BASE), after(AT_FIX), again(AT_FIX | {"test_unplanned": "failed"}))

    assert codes(verification) == [("flaky", ID)]


@pytest.mark.parametrize("at_base", ["failed", "error", "skipped", "xfailed", "passed failed"])
def test_a_test_outside_the_plan_that_did_not_pass_at_the_base_does_not_count(at_base):
    verification = honest(at_base=AT_BASE | {"test_unplanned": at_base}, at_fix=AT_FIX | {"test_unplanned": "failed"})

    assert verification.verdict is Verdict.VERIFIED


def test_a_test_outside_the_plan_that_did_not_pass_in_every_run_at_the_base_does_not_count():
    verification = judged(
        before(AT_BASE, 1), before(AT_BASE | {"test_unplanned": "failed"}, 2), after(AT_FIX | {"test_unplanned": "failed"})
    )

    assert verification.verdict is Verdict.VERIFIED


def test_a_test_that_came_with_the_fix_does_not_count():
    assert honest(at_fix=AT_FIX | {"test_new": "failed"}).verdict is Verdict.VERIFIED


def test_a_test_outside_the_plan_that_is_skipped_at_the_fix_does_not_count():
    assert honest(at_fix=AT_FIX | {"test_unplanned": "skipped"}).verdict is Verdict.VERIFIED


def test_without_a_run_at_the_fix_nothing_outside_the_plan_is_judged():
    assert judged(before(AT_BASE)).unplanned == ()


def test_the_tests_that_an_ambiguous_name_may_mean_are_outside_the_plan():
    plan = [RED, PlannedTest(Level.UNIT, "", "works", Expectation.ALWAYS_GREEN)]
    at_base = {"test_red": "failed", "cart works": "passed", "login works": "passed"}

    verification = judged(before(at_base), after({"test_red": "passed", "cart works": "passed", "login works": "failed"}), plan=plan)

    assert codes(verification) == [("no_base", "works"), ("unplanned_regression", "tests.unit.test_cart::login works")]
    assert "tests.unit.test_cart::cart works, tests.unit.test_cart::login works" in verification.tests[1].detail


def test_of_very_many_that_vanished_only_the_first_are_listed_and_the_rest_are_counted():
    suite = {f"test_{number:03}": "passed" for number in range(MOST_UNPLANNED + 50)}

    verification = honest(at_base=AT_BASE | suite)

    assert [each.name[-8:] for each in verification.unplanned[:2]] == ["test_000", "test_001"]
    assert (len(verification.unplanned), verification.unplanned_count) == (MOST_UNPLANNED, MOST_UNPLANNED + 50)
    assert codes(verification)[-1] == ("unplanned_unlisted", "")
    assert verification.reasons[-1].detail.startswith("50 more")
