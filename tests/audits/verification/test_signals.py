"""Hints at fake tests, and that honest tests raise none."""

import pytest

from audits.signals import Signal, signals
from audits.terms import Expectation, Level, Stage
from audits.verification import PlannedTest
from tests.audits.verification.evidence import AT_BASE, AT_FIX, FILE, PLAN, after, again, before, row, run


def planned(name: str, level: Level = Level.UNIT, expectation: Expectation = Expectation.ALWAYS_GREEN) -> PlannedTest:
    return PlannedTest(level, FILE, name, expectation)


def hints(plan, *runs) -> list[tuple[str, str]]:
    return [(signal.code, signal.subject) for signal in signals(plan, runs)]


def test_an_honest_case_raises_none():
    assert signals(PLAN, [before(AT_BASE), after(AT_FIX), again(AT_FIX)]) == []


def test_two_hundred_honest_fast_unit_tests_raise_none():
    names = [f"test_{number:03}" for number in range(200)]
    plan = [planned(name, expectation=Expectation.RED_THEN_GREEN if name < "test_010" else Expectation.ALWAYS_GREEN) for name in names]
    # As measured: most under 5 ms, a fifteenth exactly 0.000.
    seconds = [0.0 if number % 15 == 0 else 0.001 * (number % 5) for number in range(200)]

    at_base = [
        row(name, "failed" if name < "test_010" else "passed", text=f"AssertionError: {name} got {'x' * number}", seconds=seconds[number])
        for number, name in enumerate(names)
    ]
    at_fix = [row(name, "passed", seconds=seconds[number]) for number, name in enumerate(names)]

    assert signals(plan, [before(at_base), after(at_fix), again(at_fix)]) == []


@pytest.mark.parametrize("level", [Level.INTEGRATION, Level.E2E])
def test_a_test_of_several_parts_that_took_no_time_in_any_run_raises_one(level):
    no_time = [row("test_flow", "passed", seconds=0.0)]

    assert hints([planned("test_flow", level)], before(no_time), after(no_time)) == [("no_time", "test_flow")]


@pytest.mark.parametrize("other", [0.001, None])
def test_one_run_that_took_time_or_does_not_tell_is_enough(other):
    runs = before([row("test_flow", "passed", seconds=0.0)]), after([row("test_flow", "passed", seconds=other)])

    assert hints([planned("test_flow", Level.E2E)], *runs) == []


def test_a_skip_takes_no_time_and_is_no_sign():
    runs = before([row("test_flow", "skipped", seconds=0.0), row("test_unit", "passed")]), after([row("test_flow", "passed", seconds=0.3)])

    assert hints([planned("test_flow", Level.E2E)], *runs) == []


def test_a_test_that_must_be_red_and_never_was_raises_one():
    red = planned("test_red", expectation=Expectation.RED_THEN_GREEN)

    assert hints([red], before(AT_FIX), after(AT_FIX)) == [("never_red", "test_red")]


@pytest.mark.parametrize("outcome", ["failed", "xfailed", "failed passed"])
def test_a_test_that_was_red_once_raises_none(outcome):
    red = planned("test_red", expectation=Expectation.RED_THEN_GREEN)

    assert hints([red], before({"test_red": outcome}), after(AT_FIX)) == []


def test_without_a_run_before_the_fix_nobody_can_know_whether_a_test_is_ever_red():
    assert hints([planned("test_red", expectation=Expectation.RED_THEN_GREEN)], after(AT_FIX)) == []


def test_a_planned_test_that_is_skipped_wherever_it_appears_raises_one():
    skipped = AT_FIX | {"test_green": "skipped"}

    assert hints([planned("test_green")], before(skipped), after(skipped)) == [("only_skips", "test_green")]


def test_a_test_that_ran_once_raises_none():
    assert hints([planned("test_green")], before(AT_BASE), after(AT_FIX | {"test_green": "skipped"})) == []


def test_a_run_of_nothing_but_skips_raises_one():
    assert hints([], run(7, Stage.STABILITY, "c" * 40, {"test_a": "skipped", "test_b": "skipped"})) == [("only_skips", "7")]


def test_an_empty_run_raises_none():
    assert hints(PLAN, run(7, Stage.STABILITY, "c" * 40, {})) == []


def failing(*texts: str, names: tuple[str, ...] = ("test_a", "test_b", "test_c")):
    return before([row(name, "failed", text=text) for name, text in zip(names, texts, strict=True)])


def test_three_tests_that_fail_with_the_same_words_raise_one():
    texts = [
        f"AssertionError: not implemented\n\ndef {name}():\ntests/x.py:{line}"
        for name, line in (("test_a", 3), ("test_b", 17), ("test_c", 9))
    ]

    assert signals([], [failing(*texts)]) == [Signal("same_failure", "1", "All 3 tests that failed in run 1 failed with the same words.")]


@pytest.mark.parametrize(
    "texts",
    [
        ("got 1", "got nothing", "got 2"),
        ("", "", ""),
    ],
)
def test_failures_in_different_words_or_without_any_raise_none(texts):
    assert hints([], failing(*texts)) == []


def test_two_failures_alike_raise_none():
    assert hints([], failing("boom", "boom", names=("test_a", "test_b"))) == []


def test_cases_of_one_test_that_fail_alike_raise_none():
    assert hints([], failing("boom", "boom", "boom", names=("test_a[1]", "test_a[2]", "test_a[3]"))) == []
