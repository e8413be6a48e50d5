"""Reports of many runners against what they must be read as; see reports/README.md."""

import pytest

from tests.audits.evidence.readers import REPORTS, in_suite, line_of, outcomes, read

NAMES = sorted(path.name for path in REPORTS.iterdir() if path.suffix in (".xml", ".json"))


def case_of(report, name, number=0):
    """The case of this name in a report; where there are several attempts, the `number`th."""
    cases, _ = read((REPORTS / report).read_bytes())
    return [case for case in cases if case.identity.name == name][number]


@pytest.mark.parametrize("name", NAMES)
def test_a_report_is_read_as_its_runner_meant_it(name):
    cases, totals = read((REPORTS / name).read_bytes())

    found = [*map(line_of, cases), *(f"! {remark.code}" for remark in totals.remarks)]
    assert found == (REPORTS / f"{name}.expected").read_text().splitlines()


@pytest.mark.parametrize("name", NAMES)
def test_the_totals_are_those_of_the_cases(name):
    cases, totals = read((REPORTS / name).read_bytes())

    by_outcome = (totals.passed, totals.failed, totals.errors, totals.skipped, totals.xfailed, totals.xpassed)
    assert totals.cases == len(cases) == sum(by_outcome)


def test_pytest_tells_file_and_line_and_what_failed():
    case = case_of("pytest-xunit1.xml", "test_removes")

    assert (case.identity.file, case.line) == ("shop/test_cart.py", 8)
    assert case.message.startswith("AssertionError: the cart keeps <b>apple</b> & more\nassert ['<b>apple</b>'] == []")
    assert case.text.endswith("shop/test_cart.py:10: AssertionError")


def test_surefire_tells_the_type_of_each_attempts_failure_and_its_stack_trace():
    flaky = case_of("surefire-junit4.xml", "flaky")

    assert (flaky.failure_type, flaky.message) == ("java.lang.AssertionError", "the first call fails")
    assert flaky.text.startswith("java.lang.AssertionError: the first call fails\n\tat shop.CartTest.flaky(")


def test_an_attempt_has_its_own_time_where_one_is_stated():
    first, last = (case_of("cargo-nextest.xml", "cart::tests::flaky", number) for number in (0, 1))

    assert (first.seconds, last.seconds) == (0.004, 0.003)


def test_several_failures_of_one_googletest_are_told_together():
    case = case_of("googletest.xml", "Removes")

    assert "still <b>there</b>" in case.message
    assert "and more" in case.message


def test_phpunits_suites_do_not_add_up_what_they_each_state():
    _, totals = read((REPORTS / "phpunit.xml").read_bytes())

    assert (totals.seconds, totals.collected, totals.warnings) == (0.004971, 10, 1)


def test_a_time_that_root_and_suite_both_state_counts_once():
    _, totals = read((REPORTS / "bats.xml").read_bytes())

    assert totals.seconds == 0.012


@pytest.mark.parametrize(
    ("report", "tool"),
    [("pytest-xunit2.xml", "pytest"), ("jest-junit.xml", "jest"), ("vitest.xml", "vitest"), ("googletest.xml", "GoogleTest")],
)
def test_a_tool_that_names_itself_is_known(report, tool):
    assert read((REPORTS / report).read_bytes())[1].tool == tool


def test_a_test_that_was_only_green_when_run_again_is_not_all_passed_in_any_dialect():
    flaky = [
        ("surefire-junit4.xml", "flaky"),
        ("surefire-junit4.xml", "flakyError"),
        ("cargo-nextest.xml", "cart::tests::flaky"),
        ("gotestsum-reruns.xml", "TestOnceFlaky"),
        ("playwright.xml", "cart › flaky"),
        ("playwright.ctrf.json", "flaky"),
        ("jest.ctrf.json", "cart flaky"),
        ("pytest.ctrf.json", "test_flaky"),
        ("pytest-reruns-and-subtests.xml", "test_flaky"),
    ]

    for report, name in flaky:
        assert case_of(report, name, 0).outcome != "passed", report
        assert case_of(report, name, 1).outcome == "passed", report


def test_two_passed_attempts_in_a_row_are_no_failure_where_the_runner_is_not_pytest():
    twice = in_suite('<testcase classname="a" name="x"/><testcase classname="a" name="x"/>')

    assert outcomes(twice) == ["passed", "passed"]
    assert [remark.code for remark in read(twice)[1].remarks] == ["repeated"]


def test_the_same_test_in_two_runs_of_pytest_in_one_report_was_not_retried():
    run = '<testsuite name="pytest"><testcase classname="a" name="x"/></testsuite>'

    assert outcomes(f"<testsuites>{run}{run}</testsuites>") == ["passed", "passed"]
