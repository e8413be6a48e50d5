"""What keeps a fix from being verified though every row is proven."""

import pytest

from audits.terms import Verdict
from tests.audits.verification.evidence import AT_BASE, AT_FIX, BASE, FILE, GREEN, RED, after, again, before, codes, honest, judged

A, B = "a" * 64, "b" * 64


def test_an_empty_plan_is_never_verified():
    verification = honest(plan=[])

    assert (verification.verdict, codes(verification)) == (Verdict.INCOMPLETE, [("plan_empty", "")])


def test_a_plan_without_a_test_that_must_be_red_first_is_never_verified():
    verification = honest(plan=[GREEN], at_base=AT_BASE | {"test_red": "passed"})

    assert (verification.verdict, codes(verification)) == (Verdict.INCOMPLETE, [("no_red_first_test", "")])


def test_a_plan_of_red_first_tests_alone_may_be_verified():
    assert honest(plan=[RED]).verdict is Verdict.VERIFIED


def test_base_and_fix_of_one_commit_prove_nothing():
    verification = judged(before(AT_BASE), after(AT_FIX, commit=BASE), fix_commit=BASE.upper())

    assert (verification.verdict, codes(verification)) == (Verdict.INCOMPLETE, [("same_commit", "")])


@pytest.mark.parametrize(
    ("at_base", "status"),
    [
        (AT_BASE, 1),
        (AT_BASE, None),
        # Failures that were announced end a runner with 0.
        (AT_BASE | {"test_red": "xfailed"}, 0),
        # One that was announced and did not come may end it either way.
        (AT_BASE | {"test_red": "xfailed", "test_unplanned": "xpassed"}, 1),
        (AT_BASE | {"test_red": "xfailed", "test_unplanned": "xpassed"}, 0),
    ],
)
def test_an_exit_status_that_follows_from_the_results_is_no_reason(at_base, status):
    assert judged(before(at_base, exit_status=status), after(AT_FIX, exit_status=0)).verdict is Verdict.VERIFIED


@pytest.mark.parametrize(
    ("at_base", "status"),
    [(AT_BASE, 0), (AT_BASE | {"test_red": "xfailed", "test_new": "error"}, 0), (AT_BASE | {"test_red": "xfailed"}, 1)],
)
def test_an_exit_status_that_disagrees_with_the_results_is_a_reason(at_base, status):
    verification = judged(before(at_base, exit_status=status), after(AT_FIX))

    assert (verification.verdict, codes(verification)) == (Verdict.INCOMPLETE, [("exit_status_disagrees", "1")])


def test_all_green_with_an_exit_status_other_than_0_is_not_verified():
    verification = judged(before(AT_BASE), after(AT_FIX, exit_status=2))

    assert (verification.verdict, codes(verification)) == (Verdict.INCOMPLETE, [("exit_status_disagrees", "10")])


def test_reports_of_one_run_may_share_the_exit_status_of_the_one_that_failed():
    halves = {"test_green": "passed", "test_unplanned": "passed"}, {"test_red": "failed"}

    verification = judged(
        before(halves[0], 1, run_group="mvn", exit_status=1), before(halves[1], 2, run_group="mvn", exit_status=1), after(AT_FIX)
    )

    assert verification.verdict is Verdict.VERIFIED


def test_a_report_whose_header_disagrees_with_its_cases_is_a_reason():
    verification = judged(before(AT_BASE), after(AT_FIX, counts_disagree="it declares 9 tests and holds 3."))

    assert (verification.verdict, codes(verification)) == (Verdict.INCOMPLETE, [("counts_disagree", "10")])


def with_hashes(at_base: dict[str, str], at_fix: dict[str, str], **more: object):
    return judged(before(AT_BASE, files=at_base), after(AT_FIX, files=at_fix), **more)


@pytest.mark.parametrize("path", [FILE, "tests/conftest.py", "pyproject.toml", "tests/data/cart.json"])
def test_a_watched_file_that_changed_between_the_runs_is_a_reason(path):
    verification = with_hashes({path: A}, {path: B})

    assert (verification.verdict, codes(verification)) == (Verdict.INCOMPLETE, [("files_changed", path)])


def test_source_files_change_with_a_fix():
    assert with_hashes({"shop/cart.py": A, FILE: A}, {"shop/cart.py": B, FILE: A}).verdict is Verdict.VERIFIED


def test_a_recorded_test_file_is_watched_whatever_its_name():
    assert codes(with_hashes({"checks/cart.py": A}, {"checks/cart.py": B}, test_files=["checks/cart.py"])) == [
        ("files_changed", "checks/cart.py")
    ]


def test_two_runs_of_one_commit_with_different_hashes_of_a_watched_file_are_a_reason():
    verification = judged(before(AT_BASE), after(AT_FIX, files={FILE: A}), again(AT_FIX, files={FILE: B}))

    assert (verification.verdict, codes(verification)) == (Verdict.INCOMPLETE, [("files_disagree", FILE)])


def test_a_reason_never_makes_a_refuted_fix_better():
    verification = judged(before(AT_BASE), after(AT_FIX | {"test_red": "failed"}, exit_status=0), again({}))

    assert verification.verdict is Verdict.REFUTED
    assert codes(verification) == [("still_red", "test_red"), ("exit_status_disagrees", "10"), ("run_empty", "11")]
