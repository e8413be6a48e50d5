import pytest

from incidents.severity import Severity
from tests.ingestion.formats.entries import TRACEBACK, codes, read, structured


@pytest.mark.parametrize(
    ("stated", "severity"),
    [
        ("ERROR", Severity.ERROR),
        ("error", Severity.ERROR),
        (" Warn ", Severity.WARNING),
        ("FATAL", Severity.CRITICAL),
        (500, Severity.ERROR),
        (550, Severity.ERROR),
        ("400", Severity.WARNING),
        (10**30, Severity.EMERGENCY),
    ],
)
def test_a_severity_is_stated_by_name_or_number(stated, severity):
    record = read(severity=stated)

    assert (record.severity, record.notes) == (severity, ())


@pytest.mark.parametrize("stated", ["LOUD", -1, True, ["ERROR"], {}, 1.5, "9" * 5000])
def test_an_unknown_severity_is_default_with_a_remark_whatever_the_text_says(stated):
    record = read(severity=stated, textPayload="2025-08-28 00:20:14 - shop - ERROR - broke")

    assert record.severity is Severity.DEFAULT
    assert codes(record) == ["severity_unknown"]


def test_the_severity_of_the_envelope_beats_that_of_the_text():
    assert read(severity="NOTICE", textPayload="2025-08-28 00:20:14 - shop - ERROR - broke").severity is Severity.NOTICE


@pytest.mark.parametrize("unstated", [..., None, "", "DEFAULT", 0])
def test_a_severity_that_is_not_stated_is_read_from_the_text(unstated):
    assert read(severity=unstated, textPayload="2025-08-28 00:20:14 - shop - ERROR - broke").severity is Severity.ERROR


def test_where_nothing_tells_a_severity_it_is_default():
    assert read(severity=..., textPayload="the word ERROR").severity is Severity.DEFAULT


@pytest.mark.parametrize(
    ("payload", "severity"),
    [
        ({"level": "warning"}, Severity.WARNING),
        ({"severity": "Error"}, Severity.ERROR),
        ({"levelname": "CRITICAL"}, Severity.CRITICAL),
        ({"level": {"name": "ERROR", "no": 40}}, Severity.ERROR),
        ({"level": 50}, Severity.ERROR),
        ({"level": 3}, Severity.ERROR),
        ({"levelno": 30}, Severity.WARNING),
        ({"level": "odd", "severity": ""}, Severity.DEFAULT),
        ({"validation": {"severity": "ERROR"}}, Severity.DEFAULT),
        ({"exception": TRACEBACK}, Severity.ERROR),
    ],
)
def test_a_severity_that_the_envelope_does_not_state_is_read_from_the_payload(payload, severity):
    assert structured({"message": "hello", **payload}, severity=...).severity is severity


@pytest.mark.parametrize(
    ("status", "severity"),
    [
        (200, Severity.INFO),
        (304, Severity.INFO),
        (404, Severity.WARNING),
        ("503", Severity.ERROR),
        ("x", Severity.DEFAULT),
        (True, Severity.DEFAULT),
    ],
)
def test_a_request_without_severity_is_as_severe_as_its_status(status, severity):
    assert read(severity=..., textPayload=..., httpRequest={"requestMethod": "GET", "status": status}).severity is severity
