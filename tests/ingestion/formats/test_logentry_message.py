import json

import pytest

from incidents.severity import Severity
from ingestion.formats.logentry import read_logentry
from tests.ingestion.formats.entries import TIME, TRACEBACK, codes, entry, read, structured


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({"message": "one", "msg": "two"}, "one"),
        ({"message": "", "msg": "two"}, "two"),
        ({"message": {"a": 1}, "textPayload": "three"}, "three"),
        ({"log": "four\n"}, "four"),
        ({"event": "five"}, "five"),
        ({"error": "six"}, "six"),
        ({"error": {"message": "seven"}}, "seven"),
        ({"message": "eight", "error": {"message": "nine"}}, "eight"),
        ({"b": 1, "a": [2, "ä"], "severity": "INFO", "timestamp": TIME}, '{"a":[2,"ä"],"b":1}'),
        ({"level": "INFO"}, '{"level":"INFO"}'),
        ({"message": "2025-08-28 00:20:14 | INFO     | shop:add:4 | ten"}, "ten"),
        ({"message": "CRITICAL: eleven"}, "CRITICAL: eleven"),
    ],
)
def test_the_message_of_a_payload_is_what_the_program_said(payload, message):
    assert structured(payload).message == message


@pytest.mark.parametrize(
    "trace", [{"exception": TRACEBACK}, {"stack_trace": TRACEBACK}, {"exc_info": TRACEBACK}, {"error": {"traceback": TRACEBACK}}]
)
def test_a_separate_traceback_stands_below_the_message(trace):
    assert structured({"message": "broke", **trace}).message == f"broke\n{TRACEBACK}"


def test_a_traceback_that_the_message_has_already_is_not_repeated():
    assert structured({"message": f"broke\n{TRACEBACK}", "exception": TRACEBACK}).message == f"broke\n{TRACEBACK}"


@pytest.mark.parametrize(
    "trace", [{"exception": None}, {"traceback": ""}, {"exc_info": True}, {"stack": "staging"}, {"exc_text": "NoneType: None"}]
)
def test_what_is_no_traceback_is_not_added(trace):
    assert structured({"message": "hello", **trace}).message == "hello"


def test_an_audit_log_is_a_sentence():
    proto = {
        "serviceName": "run.example.com",
        "methodName": "Replace",
        "resourceName": "services/shop",
        "status": {"code": 7, "message": "denied"},
    }

    record = read(textPayload=..., severity=..., protoPayload=proto)

    assert (record.message, record.severity) == ("run.example.com Replace services/shop denied", Severity.ERROR)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"requestMethod": "GET", "requestUrl": "https://example.com/a/b?token=x#y", "status": 404}, "GET /a/b 404"),
        ({"requestMethod": "GET", "requestUrl": "https://example.com", "status": "200"}, "GET / 200"),
        ({"requestMethod": "POST", "requestUrl": "/a?b"}, "POST /a"),
        ({"requestMethod": "GET", "requestUrl": "http://[broken/a?b", "status": 500}, "GET http://[broken/a 500"),
    ],
)
def test_a_request_is_told_by_method_path_and_status(request_, message):
    assert read(textPayload=..., httpRequest=request_).message == message


def test_a_request_says_more_than_the_typed_details_of_a_load_balancer():
    payload = {"@type": "type.example.com/LoadBalancerLogEntry", "statusDetails": "response_sent"}

    record = read(textPayload=..., jsonPayload=payload, httpRequest={"requestMethod": "GET", "requestUrl": "/a", "status": 200})

    assert record.message == "GET /a 200"


@pytest.mark.parametrize("payload", [{}, {"jsonPayload": {}}, {"textPayload": ""}, {"httpRequest": {}}, {"httpRequest": "GET"}])
def test_an_entry_without_a_message_is_taken_with_a_remark(payload):
    record = read(**{"textPayload": ..., **payload})

    assert (record.message, codes(record)) == ("", ["no_message"])


def test_payloads_that_changed_places_are_read_all_the_same():
    assert read(textPayload={"message": "hello"}).message == '{"message":"hello"}'
    assert read(textPayload=..., jsonPayload="hello").message == "hello"


@pytest.mark.parametrize("lost", ["a\x00b", "a\ud800b", "\udfffab"])
def test_characters_that_cannot_be_stored_are_cleaned_with_a_remark(lost):
    for record in (read(textPayload=lost), structured({"message": lost})):
        assert record.message.replace("\ufffd", "") == "ab"
        assert codes(record) == ["cleaned"]
        assert "\x00" not in record.raw
        record.raw.encode()


def test_colours_are_removed_without_a_remark():
    record = read(textPayload="\x1b[31mred\x1b[0m")

    assert (record.message, record.notes) == ("red", ())


def test_a_surrogate_that_stands_in_the_raw_text_itself_is_replaced_there():
    record = read_logentry(json.dumps(entry(textPayload="a\ud800"), ensure_ascii=False))

    assert record.message == "a\ufffd"
    record.raw.encode()


def test_a_long_message_is_cut_with_a_remark():
    record = read(textPayload="x" * 20_000)

    assert len(record.message) == 16_384
    assert codes(record) == ["cut"]
    assert "from 20,000 to 16,384 characters" in record.notes[0].detail


def test_a_huge_entry_keeps_its_envelope_and_the_cut_message():
    record = read(textPayload="x" * 300_000, logName="projects/p/logs/l")

    kept = json.loads(record.raw)
    assert (kept["insertId"], kept["logName"], kept["timestamp"]) == ("a1", "projects/p/logs/l", TIME)
    assert kept["textPayload"] == record.message == "x" * 16_384
    assert codes(record) == ["cut", "raw_cut"]


def test_an_entry_with_a_huge_envelope_keeps_what_identifies_it():
    record = read(labels={str(number): "x" * 1000 for number in range(1000)})

    assert json.loads(record.raw) == {"insertId": "a1", "timestamp": TIME, "severity": "INFO", "textPayload": "hello"}
