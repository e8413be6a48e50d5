import pytest

from tests.audits.evidence.readers import codes, in_suite, read

SEVEN = "".join(f'<testcase name="t{number}"/>' for number in range(6)) + '<testcase name="red"><failure/></testcase>'


def test_a_header_that_is_right_is_not_remarked_on():
    assert codes(in_suite(SEVEN, 'tests="7" failures="1" errors="0" skipped="0"')) == []


@pytest.mark.parametrize(
    "header",
    [
        'tests="7" failures="0" errors="0" skipped="0"',
        'tests="7" failures="0"',
        'tests="7" failures="2" errors="0"',
        'tests="7" failures="1" errors="3"',
        'tests="8" failures="1" errors="0"',
        'tests="6" failures="1" errors="0"',
        'tests="0" failures="0" errors="0"',
        'tests="7" failures="1" errors="0" skipped="2"',
        'tests="70" failures="1"',
        'failures="0"',
        'errors="3"',
        'skipped="1"',
        'tests="9"',
    ],
)
def test_a_forged_header_is_found(header):
    assert codes(in_suite(SEVEN, header)) == ["header_disagrees"]


def test_what_header_and_report_say_is_told_side_by_side():
    _, totals = read(in_suite(SEVEN, 'tests="7" failures="0"'))

    assert totals.remarks[0].detail == "The header of “shop” says 7 tests, 0 failures; the report holds 7, 1."


def test_a_failure_that_was_taken_out_of_a_report_is_missed_by_its_header():
    assert codes(in_suite('<testcase name="a"/>', 'tests="1" failures="1" errors="0"')) == ["header_disagrees"]


def test_a_skip_that_was_taken_out_of_a_report_is_missed_by_its_header():
    assert codes(in_suite('<testcase name="a"/><testcase name="b"/>', 'tests="2" skipped="1"')) == ["header_disagrees"]


def test_a_skipped_test_that_the_header_does_not_know_is_told():
    assert codes(in_suite('<testcase name="a"><skipped/></testcase>', 'tests="1" skipped="0"')) == ["header_disagrees"]


def test_a_header_around_the_suites_is_held_against_all_of_them():
    suites = in_suite(SEVEN, 'tests="7" failures="1"') * 2

    assert codes(f'<testsuites tests="14" failures="2">{suites}</testsuites>') == []
    assert codes(f'<testsuites tests="14" failures="1">{suites}</testsuites>') == ["header_disagrees"]


def test_each_suite_is_held_against_its_own_header_where_the_root_states_none():
    honest, forged = in_suite(SEVEN, 'tests="7" failures="1"'), in_suite(SEVEN, 'tests="7" failures="0"')

    assert codes(f'<testsuites name="all" time="1">{honest}{forged}</testsuites>') == ["header_disagrees"]


def test_a_root_that_only_counts_tests_does_not_hide_a_forged_suite():
    forged = in_suite(SEVEN, 'failures="0"')

    assert codes(f'<testsuites tests="7">{forged}</testsuites>') == ["header_disagrees"]


def test_a_count_that_is_no_number_is_named():
    assert codes(in_suite(SEVEN, 'tests="seven"')) == ["element_unknown"]


@pytest.mark.parametrize(
    ("testcases", "header"),
    [
        # pytest: a failure and the error of its teardown
        ('<testcase name="a"><failure/></testcase><testcase name="a"><error/></testcase>', 'tests="1" failures="1" errors="1"'),
        ('<testcase name="a"><skipped type="pytest.xfail"/></testcase>', 'tests="1" failures="0" errors="0" skipped="1"'),
        # pytest's subtests
        ('<testcase name="a"><failure/><failure/></testcase>', 'tests="1" failures="2" errors="0" skipped="0"'),
        # Surefire counts attempts, or tests
        ('<testcase name="a"><flakyFailure/><flakyFailure/></testcase>', 'tests="3" failures="2" errors="0"'),
        ('<testcase name="a"><flakyFailure/><flakyFailure/></testcase>', 'tests="1" failures="0" errors="0"'),
        ('<testcase name="a"><failure/><rerunFailure/></testcase>', 'tests="2" failures="2" errors="0"'),
        ('<testcase name="a"><failure/><rerunFailure/></testcase>', 'tests="1" failures="1" errors="0"'),
        # Mocha: failures are errors; a hook is no test, and skipped is what is left
        ('<testcase name="a"><failure/></testcase>', 'tests="1" failures="0" errors="1"'),
        ('<testcase name="a"/><testcase name="&quot;before all&quot; hook"><failure/></testcase>', 'tests="1" failures="1"'),
        # mocha-junit-reporter: skipped tests are counted and not written
        ('<testcase name="a"/>', 'tests="3" failures="0" skipped="2"'),
        # Ant: a class that cannot be loaded is no test
        ('<testcase name="a.B"><error/></testcase>', 'tests="0" failures="0" errors="1" skipped="0"'),
        # GoogleTest and CTest: disabled tests apart from the skipped ones
        ('<testcase name="a" status="notrun"/><testcase name="b"><skipped/></testcase>', 'tests="2" failures="0" disabled="1" skipped="1"'),
        # ... or not among the tests at all
        ('<testcase name="a"/><testcase name="b"><skipped/></testcase>', 'tests="1" failures="0" skipped="1"'),
        # PHPUnit: a warning is neither a failure nor an error
        ('<testcase name="Warning"><warning>No tests found</warning></testcase>', 'tests="1" failures="0" errors="0" warnings="1"'),
        # unittest-xml-reporting: an unexpected success is an error
        ('<testcase name="a"><error type="UnexpectedSuccess"/></testcase>', 'tests="1" failures="0" errors="1" skipped="0"'),
        # Node counts the suites in a suite among its children
        ('<testcase name="a"/><testsuite><testcase name="b"/><testcase name="c"/></testsuite>', 'tests="2" failures="0" errors="0"'),
        # what the reader does not understand, the runner may have counted as anything
        ('<testcase name="a"><pending/></testcase>', 'tests="1" failures="0" errors="0" skipped="1"'),
    ],
)
def test_runners_that_honestly_count_otherwise_are_not_called_liars(testcases, header):
    assert "header_disagrees" not in codes(in_suite(testcases, header))


def test_more_tests_than_pytest_wrote_are_told_with_what_they_may_be():
    report = '<testsuite name="pytest" tests="3" failures="0"><testcase name="a"/></testsuite>'

    (remark,) = read(report)[1].remarks
    assert remark.detail == (
        "The header of “pytest” says 3 tests, 0 failures; the report holds 1, 0. (pytest counts subtests too, and does not write them.)"
    )
