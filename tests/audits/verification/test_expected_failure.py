"""Whether a test was red for the issue's own reason."""

import pytest

from audits.terms import Expectation, Level, Verdict
from audits.verification import PlannedTest
from tests.audits.verification.evidence import AT_BASE, AT_FIX, FILE, after, before, judged, results, row

GREENS = [row("test_green", "passed"), row("test_unplanned", "passed")]


def expecting(failure: str, *base_runs, **more):
    plan = [PlannedTest(Level.UNIT, FILE, "test_red", Expectation.RED_THEN_GREEN, failure)]
    return judged(*base_runs, after(AT_FIX), plan=plan, **more)


def red(text: str, id: int = 1, outcome: str = "failed"):
    return before([row("test_red", outcome, text=text), *GREENS], id)


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ("Invalid user_id", "ValueError\nInvalid user_id: x\nTraceback"),
        ("Invalid  user_id:\n x", "ValueError Invalid user_id: x"),
        ("Invalid user_id: x", "ValueError Invalid\n\n   user_id:\tx"),
        ("a.c[1]", "IndexError: a.c[1]"),
    ],
)
def test_a_test_that_failed_as_expected_is_proven(expected, said):
    assert expecting(expected, red(said)).verdict is Verdict.VERIFIED


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ("Invalid user_id", "ModuleNotFoundError: No module named 'shop'"),
        ("Invalid user_id", "invalid user_id"),
        ("Invalid user_id", ""),
        ("a.c", "abc"),
    ],
)
def test_a_test_that_failed_otherwise_was_red_for_another_reason(expected, said):
    verification = expecting(expected, red(said))

    assert results(verification) == {"test_red": "red_for_another_reason"}
    assert verification.verdict is Verdict.REFUTED
    assert f"Expected was “{expected}”." in verification.tests[0].detail


def test_an_announced_failure_counts_with_its_text():
    assert expecting("Invalid user_id", red("Invalid user_id: x", outcome="xfailed")).verdict is Verdict.VERIFIED


def test_every_run_at_the_base_must_show_the_expected_failure():
    verification = expecting("Invalid user_id", red("Invalid user_id: x", 1), red("Timeout", 2))

    assert results(verification) == {"test_red": "red_for_another_reason"}


def test_a_run_in_which_it_did_not_fail_need_not_show_the_expected_failure():
    verification = expecting("Invalid user_id", red("Invalid user_id: x", 1), red("Timeout", 2, outcome="error"))

    assert results(verification) == {"test_red": "proven"}


def test_one_of_several_attempts_in_a_run_is_enough():
    attempts = [row("test_red", "failed", text="Timeout"), row("test_red", "failed", text="Invalid user_id: x"), *GREENS]

    assert expecting("Invalid user_id", before(attempts)).verdict is Verdict.VERIFIED


def test_where_nothing_is_expected_any_failure_will_do():
    assert expecting("", before(AT_BASE)).verdict is Verdict.VERIFIED


def test_the_detail_shows_how_it_failed_and_not_all_of_a_long_text():
    detail = expecting("Invalid user_id", red("Timeout " * 100_000)).tests[0].detail

    assert "It said “Timeout Timeout" in detail
    assert len(detail) < 500
