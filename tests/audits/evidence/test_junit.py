import pytest

from audits.evidence.remarks import MESSAGE_LIMIT, NAME_LIMIT, TEXT_LIMIT
from audits.evidence.testcases import MOST_ATTEMPTS
from tests.audits.evidence.readers import codes, in_suite, outcomes, read


def case_in(testcase, header=""):
    """The one case of a suite that holds this element."""
    (case,), _ = read(in_suite(testcase, header))
    return case


def remarks_on(report):
    return [remark.detail for remark in read(report)[1].remarks]


# --- Outcomes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("children", "outcome"),
    [
        ("", "passed"),
        ("<failure/>", "failed"),
        ("<error/>", "error"),
        ("<skipped/>", "skipped"),
        ("<failure/><error/>", "failed"),
        ("<error/><failure/>", "failed"),
        ("<skipped/><error/>", "error"),
        ("<skipped/><failure/>", "failed"),
        ('<skipped type="todo"/><failure/>', "xfailed"),
        ('<skipped type="todo"/><error/>', "error"),
        ('<skipped type="pytest.xfail"/>', "xfailed"),
        ('<skipped type="XFAIL"/>', "xfailed"),
        ('<skipped type="pytest.xfail"/><error message="failed on teardown"/>', "error"),
        ('<failure message="[XPASS(strict)] mended"/>', "xpassed"),
        ('<failure message="[XPASS(strict)] mended"/><error message="failed on teardown"/>', "error"),
        ('<failure message="AssertionError: [XPASS(strict)] is not in the text"/>', "failed"),
        ('<failure message="Failed: Unexpected success">Unexpected success</failure>', "xpassed"),
        ('<failure message="Failed: Unexpected success">pytest.fail("Unexpected success")</failure>', "failed"),
        ('<error type="UnexpectedSuccess"/>', "xpassed"),
        ('<error message="collection failure"/>', "error"),
        ('<failure type="cancelledByParent"/>', "error"),
        ('<warning type="PHPUnit\\Framework\\Warning">No tests found</warning>', "error"),
        ("<properties><property name='a' value='b'/></properties><system-out>failed</system-out><system-err/>", "passed"),
        ("<attachments><attachment path='a.png'/></attachments>", "passed"),
    ],
)
def test_the_children_of_a_testcase_tell_how_it_went(children, outcome):
    assert case_in(f'<testcase name="a">{children}</testcase>').outcome == outcome


@pytest.mark.parametrize(
    ("attributes", "outcome"),
    [
        ('status="run" result="completed"', "passed"),
        ('status="Passed"', "passed"),
        ('status=""', "passed"),
        ('status="fail"', "failed"),
        ('result="failed"', "failed"),
        ('status="error"', "error"),
        ('status="notrun" result="suppressed"', "skipped"),
        ('status="disabled"', "skipped"),
        ('status="run" result="skipped"', "skipped"),
        ('failure="boom"', "failed"),
    ],
)
def test_status_and_result_tell_it_where_no_child_does(attributes, outcome):
    report = in_suite(f'<testcase name="a" {attributes}/>')

    assert outcomes(report) == [outcome]
    assert codes(report) == []


def test_a_failure_is_not_undone_by_a_status():
    assert case_in('<testcase name="a" status="passed"><failure/></testcase>').outcome == "failed"


def test_an_error_does_not_become_a_failure_because_the_status_only_says_that_it_failed():
    assert case_in('<testcase name="a" status="failed"><error/></testcase>').outcome == "error"


def test_a_status_that_is_not_understood_is_an_error_and_is_named():
    report = in_suite('<testcase name="a" status="flabbergasted"/><testcase name="b" status="flabbergasted"/>')

    assert outcomes(report) == ["error", "error"]
    assert remarks_on(report) == ["testcase/@status=“flabbergasted” is not understood; the test counts as an error (2 times)."]


def test_many_different_things_that_are_not_understood_are_not_all_listed():
    report = in_suite("".join(f'<testcase name="a" status="odd{number}"/>' for number in range(1_000)))

    assert len(remarks_on(report)) == 21
    assert remarks_on(report)[-1] == "… and 980 more of this kind."


@pytest.mark.parametrize("beside", ["", "<skipped/>", '<skipped type="pytest.xfail"/>', '<failure message="[XPASS(strict)]"/>'])
def test_a_child_that_is_not_understood_makes_an_error_and_is_named_by_its_path(beside):
    report = in_suite(f'<testcase name="a">{beside}<outcome verdict="bad"><why/></outcome></testcase>')

    assert outcomes(report) == ["error"]
    assert remarks_on(report) == ["testsuite/testcase/outcome is not understood."]


def test_a_failed_test_stays_failed_when_it_also_holds_something_unknown():
    assert case_in('<testcase name="a"><failure/><outcome/></testcase>').outcome == "failed"


def test_what_an_unknown_element_says_is_not_taken_for_a_result():
    case = case_in('<testcase name="a"><steps><failure message="x"/></steps></testcase>')

    assert (case.outcome, case.message) == ("error", "")


def test_an_unknown_element_around_testcases_is_named_and_they_are_read():
    report = in_suite('<group><testcase name="a"/><testcase name="b"><failure/></testcase></group>')

    assert outcomes(report) == ["passed", "failed"]
    assert remarks_on(report) == ["testsuite/group is not understood."]


def test_a_testcase_in_a_testcase_makes_the_outer_one_an_error():
    assert outcomes(in_suite('<testcase name="a"><testcase name="b"><failure/></testcase></testcase>')) == ["error"]


def test_a_suite_that_failed_as_a_whole_is_an_error_by_its_name():
    report = '<testsuite name="shop"><error message="no database"/><testcase name="a"/></testsuite>'
    cases, totals = read(report)

    assert [(case.identity.name, case.outcome, case.message) for case in cases] == [("shop", "error", "no database"), ("a", "passed", "")]
    assert [remark.code for remark in totals.remarks] == ["suite_failed"]


def test_elements_of_a_namespace_are_read_by_their_local_names():
    report = '<j:testsuite xmlns:j="urn:junit" name="s"><j:testcase name="a"><j:failure message="m"/></j:testcase></j:testsuite>'

    assert [(case.outcome, case.message) for case in read(report)[0]] == [("failed", "m")]


def test_a_testcase_alone_is_a_report():
    assert outcomes('<testcase name="a"/>') == ["passed"]


def test_a_report_without_tests_is_read_and_says_so():
    cases, totals = read('<testsuites><testsuite name="s" tests="0"/></testsuites>')

    assert cases == []
    assert [remark.code for remark in totals.remarks] == ["no_tests"]


# --- Attempts ----------------------------------------------------------------------------------


def test_a_flaky_test_failed_before_it_passed():
    report = in_suite(
        '<testcase name="a" time="2"><flakyFailure message="one"><stackTrace>at a</stackTrace><system-out>noise</system-out></flakyFailure>'
        '<flakyError message="two"/></testcase>'
    )

    told = [(case.outcome, case.message, case.text, case.seconds) for case in read(report)[0]]
    assert told == [("failed", "one", "at a", None), ("error", "two", "", None), ("passed", "", "", 2)]


def test_a_test_that_failed_again_has_an_attempt_for_each_time():
    report = in_suite('<testcase name="a"><failure message="1"/><rerunFailure message="2"/><rerunError message="3"/></testcase>')

    assert [(case.outcome, case.message) for case in read(report)[0]] == [("failed", "1"), ("failed", "2"), ("error", "3")]


def test_a_rerun_that_failed_is_not_lost_where_the_first_failure_is_missing():
    assert "failed" in outcomes(in_suite('<testcase name="a"><rerunFailure/></testcase>'))


def test_attempts_without_end_are_cut():
    report = in_suite(f'<testcase name="a">{"<flakyFailure/>" * 500}</testcase>')

    assert len(outcomes(report)) == MOST_ATTEMPTS + 1
    assert codes(report) == ["cut"]


def test_repeated_results_of_one_test_are_all_kept():
    report = in_suite('<testcase name="a"><failure/></testcase><testcase name="b"/><testcase name="a"/>')

    assert outcomes(report) == ["failed", "passed", "passed"]


# --- Failures ----------------------------------------------------------------------------------


def test_type_message_and_text_of_a_failure_are_kept():
    case = case_in('<testcase name="a"><failure type="T" message="m &lt;b&gt;">\n line one\n line two\n</failure></testcase>')

    assert (case.failure_type, case.message, case.text) == ("T", "m <b>", "line one\n line two")


def test_all_failures_of_a_test_are_told_and_the_gravest_gives_the_type():
    case = case_in(
        '<testcase name="a"><error type="E" message="one">t1</error><failure type="F" message="two">t2</failure>'
        '<failure type="G" message="three"/></testcase>'
    )

    assert (case.failure_type, case.message, case.text) == ("F", "one\ntwo\nthree", "t1\n\nt2")


def test_the_reason_of_a_skip_is_kept():
    assert case_in('<testcase name="a"><skipped message="no scales"/></testcase>').message == "no scales"


def test_what_is_too_long_is_cut_and_told_once_a_kind():
    one = f'<testcase name="a"><failure message="{"m" * 9_000}">{"t" * 1_000_000}</failure></testcase>'
    cases, totals = read(in_suite(one * 3))

    assert {(len(case.message), len(case.text)) for case in cases} == {(MESSAGE_LIMIT, TEXT_LIMIT)}
    assert [remark.detail for remark in totals.remarks] == [
        "Messages of more than 4,000 characters were cut (3 times).",
        "Texts of failures of more than 65,536 characters were cut (3 times).",
    ]


def test_two_names_that_only_differ_beyond_what_is_kept_stay_two():
    one, other = (case_in(f'<testcase name="{"x" * 2_000}{end}"/>').identity.name for end in "ab")

    assert len(one) == len(other) == NAME_LIMIT
    assert one != other


# --- Identity ----------------------------------------------------------------------------------


def test_a_path_has_forward_slashes():
    assert case_in(r'<testcase name="a" file="tests\unit\test_x.py"/>').identity.file == "tests/unit/test_x.py"


def test_the_file_of_a_suite_is_that_of_its_testcases():
    report = '<testsuite name="s" file="a.js"><testsuite name="inner"><testcase name="x"/></testsuite></testsuite>'

    assert read(report)[0][0].identity.file == "a.js"


def test_without_a_class_the_names_of_the_suites_group_a_test():
    report = (
        '<testsuites name="all"><testsuite name="cart"><testsuite name="nested"><testcase name="x"/></testsuite></testsuite></testsuites>'
    )

    assert read(report)[0][0].identity.classname == "cart > nested"


def test_an_empty_class_is_what_the_report_states():
    assert case_in('<testcase name="x" classname=""/>').identity.classname == ""


def test_a_module_named_test_is_the_class_in_a_report_of_pytest():
    report = '<testsuite name="pytest"><testcase name="x" classname="test"/></testsuite>'

    assert read(report)[0][0].identity.classname == "test"


def test_markup_in_names_stays_as_it_is():
    assert case_in('<testcase name="&lt;script&gt;alert(1)&lt;/script&gt;"/>').identity.name == "<script>alert(1)</script>"


@pytest.mark.parametrize(("line", "read_as"), [("12", 12), ("0", None), ("-3", None), ("twelve", None), ("", None), ("9" * 30, None)])
def test_a_line_is_a_number_from_one_on(line, read_as):
    assert case_in(f'<testcase name="a" line="{line}"/>').line == read_as


# --- Times -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("0.25", 0.25),
        ("3", 3.0),
        (".5", 0.5),
        ("1E-07", 1e-07),
        ("5.0e-4", 0.0005),
        ("1,234.5", 1234.5),
        ("1,234", 1234.0),
        (" 2.5 ", 2.5),
        ("", None),
    ],
)
def test_times_are_read_as_runners_write_them(stated, seconds):
    report = in_suite(f'<testcase name="a" time="{stated}"/>')

    assert read(report)[0][0].seconds == seconds
    assert codes(report) == []


@pytest.mark.parametrize("stated", ["-0.1", "NaN", "inf", "1e999", "0,003", "12ms", "1_000", "٣", "99999999999", "1,23,456"])
def test_a_time_that_makes_no_sense_is_not_stated(stated):
    report = in_suite(f'<testcase name="a" time="{stated}"/>')

    assert read(report)[0][0].seconds is None
    assert codes(report) == ["time_unread"]


def test_the_time_of_a_run_is_the_sum_of_its_tests_where_no_suite_states_one():
    _, totals = read(in_suite('<testcase name="a" time="0.5"/><testcase name="b" time="0.25"/><testcase name="c"/>'))

    assert totals.seconds == 0.75


def test_suites_beside_each_other_add_up():
    _, totals = read('<testsuites><testsuite time="1" tests="2"/><testsuite time="2" tests="3"/></testsuites>')

    assert (totals.seconds, totals.collected) == (3, 5)
