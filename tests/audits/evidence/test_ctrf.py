import json

import pytest

from audits.evidence.shapes import Unreadable
from tests.audits.evidence.readers import read

COUNTED = ("passed", "failed", "skipped", "pending", "other")


def report(*tests, **summary):
    """A CTRF report of these tests, each given as what differs from a passed one, with a summary that is right but for `summary`."""
    listed = [{"name": "adds", "status": "passed", "duration": 1, **test} for test in tests]
    counts = {status: sum(test["status"] == status for test in listed) for status in COUNTED}
    right = {"tests": len(listed), **counts, "start": 1_000, "stop": 3_500}
    return json.dumps({"results": {"tool": {"name": "jest"}, "summary": right | summary, "tests": listed}})


def case_of(**test):
    """The one case that a test comes to."""
    (case,), _ = read(report(test))
    return case


def outcomes(*tests):
    return [case.outcome.value for case in read(report(*tests))[0]]


def codes(text):
    return [remark.code for remark in read(text)[1].remarks]


# --- Outcomes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "raw", "outcome"),
    [
        ("passed", None, "passed"),
        ("passed", "ok", "passed"),
        ("failed", None, "failed"),
        ("failed", "call_failed", "failed"),
        ("failed", "timedOut", "failed"),
        ("skipped", None, "skipped"),
        ("pending", None, "skipped"),
        ("skipped", "xfailed", "xfailed"),
        ("passed", "xpassed", "xpassed"),
        ("failed", "setup_failed", "error"),
        ("failed", "teardown_failed", "error"),
        ("failed", "error", "error"),
        ("failed", "interrupted", "error"),
        ("other", "todo", "skipped"),
        ("other", "xfail", "xfailed"),
        ("other", "error", "error"),
        ("other", "timedOut", "failed"),
    ],
)
def test_status_and_the_runners_own_word_tell_how_it_went(status, raw, outcome):
    text = report({"status": status} | ({"rawStatus": raw} if raw else {}))

    assert [case.outcome for case in read(text)[0]] == [outcome]
    assert codes(text) == []


def test_a_strict_xpass_is_told_by_its_message():
    assert case_of(status="failed", message="[XPASS(strict)] mended").outcome == "xpassed"


@pytest.mark.parametrize(
    "test",
    [{"status": "other"}, {"status": "other", "rawStatus": "odd"}, {"status": "Passed", "rawStatus": "skipped"}, {"status": ""}],
)
def test_a_status_that_is_not_understood_is_an_error_and_is_named(test):
    assert outcomes(test) == ["error"]
    assert "element_unknown" in codes(report(test))


def test_a_test_that_its_runner_calls_failed_is_not_passed():
    text = report({"status": "passed", "rawStatus": "failed"})

    assert [case.outcome for case in read(text)[0]] == ["xfailed"]
    assert codes(text) == ["status_conflict"]


def test_a_field_that_is_not_understood_is_named():
    _, totals = read(report({"verdict": "bad"}))

    assert [remark.detail for remark in totals.remarks] == ["results.tests[].verdict is not understood."]


# --- Attempts ----------------------------------------------------------------------------------


def test_attempts_come_before_the_final_one():
    test = {
        "retries": 1,
        "flaky": True,
        "retryAttempts": [{"attempt": 1, "status": "failed", "duration": 500, "message": "m", "trace": "t"}],
    }

    told = [(case.outcome, case.seconds, case.message, case.text) for case in read(report(test))[0]]
    assert told == [("failed", 0.5, "m", "t"), ("passed", 0.001, "", "")]


def test_a_final_attempt_that_is_listed_too_counts_once():
    assert outcomes({"retries": 1, "retryAttempts": [{"status": "failed"}, {"status": "passed"}]}) == ["failed", "passed"]


@pytest.mark.parametrize("told", [{"flaky": True}, {"retries": 2}, {"flaky": True, "retries": 1, "retryAttempts": [{"status": "passed"}]}])
def test_a_test_that_was_retried_does_not_just_pass_where_its_failures_are_not_described(told):
    text = report(told)

    assert [case.outcome for case in read(text)[0]][-2:] == ["failed", "passed"]
    assert codes(text) == ["attempts_untold"]


def test_a_test_that_failed_after_all_needs_no_attempt_that_stands_for_others():
    assert outcomes({"status": "failed", "retries": 2}) == ["failed"]


# --- Identity and texts ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suite", "classname"),
    [(["shop", "cart"], "shop > cart"), ("shop > cart", "shop > cart"), (["cart.js", "cart"], "cart"), ([], "")],
)
def test_the_suites_but_for_the_file_are_the_class(suite, classname):
    assert case_of(suite=suite, filePath="cart.js").identity.classname == classname


def test_a_node_id_of_pytest_is_parted_into_class_name_and_parameters():
    at = case_of(name="a/test_x.py::TestCart::test_adds[b::c]", filePath="a/test_x.py", suite=["a/test_x.py", "TestCart"]).identity

    assert (at.file, at.classname, at.name, at.parameters) == ("a/test_x.py", "TestCart", "test_adds", "b::c")


def test_parameters_that_stand_in_no_name_keep_instances_apart():
    assert case_of(parameters={"n": 1, "a": "x"}).identity.parameters == '{"a":"x","n":1}'


def test_colours_are_taken_out_of_messages():
    assert case_of(status="failed", message="\x1b[31mExpected\x1b[39m: 1\r\n").message == "Expected: 1"


def test_characters_that_cannot_be_stored_are_replaced_and_told():
    text = (
        r'{"results":{"tool":{"name":"x"},"summary":{"tests":1},"tests":[{"name":"a\u0000\ud800 \ud83d\ude00 \\ud800","status":"passed"}]}}'
    )
    (case,), totals = read(text)

    assert case.identity.name == "a\ufffd \U0001f600 \\ud800"
    assert {remark.code for remark in totals.remarks} == {"cleaned"}


@pytest.mark.parametrize("field", ["duration", "message", "trace", "suite", "filePath", "retryAttempts"])
def test_a_field_of_another_type_counts_as_not_stated(field):
    text = report({field: {"an": "object"}})

    assert [case.outcome for case in read(text)[0]] == ["passed"]
    assert codes(text) == ["field_unread"]


# --- Header ------------------------------------------------------------------------------------


def test_tool_time_and_count_come_from_the_head():
    _, totals = read(report({}, {}))

    assert (totals.tool, totals.seconds, totals.collected) == ("jest", 2.5, 2)


def test_the_times_of_the_tests_are_summed_up_where_the_summary_has_none():
    assert read(report({}, {}, start=0, stop=0))[1].seconds == 0.002


@pytest.mark.parametrize("forged", [{"tests": 3}, {"passed": 2}, {"failed": 0}, {"skipped": 1}, {"other": 1}, {"passed": 2, "failed": 0}])
def test_a_forged_summary_is_found(forged):
    assert codes(report({}, {"status": "failed"}, **forged)) == ["header_disagrees"]


def test_pending_and_skipped_are_counted_together():
    assert codes(report({"status": "pending"}, pending=0, skipped=1)) == []


def test_a_report_without_a_summary_is_read_and_says_so():
    assert codes('{"results":{"tests":[{"name":"a","status":"passed"}]}}') == ["header_missing"]


def test_a_report_without_tests_is_read_and_says_so():
    assert codes(report()) == ["no_tests"]


# --- Unreadable --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{}", "not_a_report"),
        ('{"results":{}}', "not_a_report"),
        ('{"results":{"tests":{"name":"a"}}}', "not_a_report"),
        ('{"results":', "not_well_formed"),
        ('{"results":{"tests":[]}} trailing', "not_well_formed"),
        ('{"results":{"tests":[{"status":"passed"}]}}', "wrong_type"),
        ('{"results":{"tests":[{"name":"a"}]}}', "wrong_type"),
        ('{"results":{"tests":[{"name":1,"status":"passed"}]}}', "wrong_type"),
        ('{"results":{"tests":["a"]}}', "wrong_type"),
        ('{"results":{"tests":[{"name":"a","status":"passed","duration":' + "9" * 5_000 + "}]}}", "not_well_formed"),
        ('{"results":' + '{"a":' * 10_000 + "1" + "}" * 10_000 + "}", "too_deep"),
        ('{"results":{"tests":[{"name":"a","status":"passed","extra":' + "[" * 10_000 + "]" * 10_000 + "}]}}", "too_deep"),
        (b'{"results":{"tests":[{"name":"\xff","status":"passed"}]}}', "encoding_unsupported"),
        ("{}".encode("utf-16"), "encoding_unsupported"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_reason(text, code):
    with pytest.raises(Unreadable) as refused:
        read(text)

    assert refused.value.code == code


def test_a_byte_order_mark_does_no_harm():
    assert len(read(b"\xef\xbb\xbf" + report({}).encode())[0]) == 1
