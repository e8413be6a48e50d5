import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.clock import iso_ns
from incidents.severity import Severity
from ingestion.formats.logentry import read_logentry
from ingestion.formats.times import EARLIEST_NS, LATEST_NS
from ingestion.records import Record, Rejected
from tests.ingestion.formats.entries import TIME, TRACEBACK, codes, entry, read


def test_an_entry_becomes_a_record():
    text = json.dumps(entry())

    record = read_logentry(text)

    assert record == Record(message="hello", raw=text, severity=Severity.INFO, time_ns=1_756_340_414_123_456_789, insert_id="a1")


# --- Rejected ----------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", ["[1]", "3", '"text"', "null"])
def test_what_is_no_object_is_rejected(raw):
    assert read_logentry(raw).code == "not_an_object"


@pytest.mark.parametrize("raw", ["", "hello", '{"a": }', '{"a": NaN}', '{"a": "\x00"}'])
def test_what_is_no_json_is_rejected(raw):
    assert read_logentry(raw).code == "not_json"


@pytest.mark.parametrize(
    "timestamp", ["yesterday", "2025-08-28", "2025-08-28T00:20:14", "0000-01-01T00:00:00Z", 1756340414, {"seconds": 1}, True, []]
)
def test_an_entry_whose_timestamp_is_no_time_is_rejected(timestamp):
    rejected = read_logentry(json.dumps(entry(timestamp=timestamp)))

    assert rejected.code == "timestamp_invalid"
    assert rejected.reason.endswith("is no RFC 3339 time.")


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_an_entry_that_is_nested_too_deep_is_rejected(opening):
    assert read_logentry('{"jsonPayload":' + opening * 100_000).code == "too_deep"


@pytest.mark.parametrize("depth", [10, 300, 600, 800, 900, 950, 980])
def test_an_entry_that_is_nested_as_deep_as_can_be_read_is_taken_or_rejected(depth):
    raw = f'{{"timestamp":"{TIME}","jsonPayload":{{"a":{"[" * depth}{"]" * depth}}}}}'

    result = read_logentry(raw)

    assert isinstance(result, Record) or result.code == "too_deep"


# --- Time --------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.integers(EARLIEST_NS, LATEST_NS))
def test_the_time_of_an_entry_is_exact_to_the_nanosecond(time_ns):
    assert read(timestamp=iso_ns(time_ns)).time_ns == time_ns


@pytest.mark.parametrize("timestamp", [..., None, ""])
def test_an_entry_without_a_timestamp_has_no_time_whenever_it_was_received(timestamp):
    record = read(timestamp=timestamp, receiveTimestamp=TIME)

    assert record.time_ns is None
    assert codes(record) == ["no_time"]


@pytest.mark.parametrize("timestamp", ["0001-01-01T00:00:00Z", "1677-12-31T23:59:59Z", "2262-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_out_of_range_is_no_time_with_a_remark(timestamp):
    record = read(timestamp=timestamp)

    assert record.time_ns is None
    assert codes(record) == ["time_out_of_range"]


@pytest.mark.parametrize(
    ("insert_id", "kept"),
    [(..., ""), (None, ""), ("x" * 128, "x" * 128), (7, "7"), (1.5, "1.5")],
)
def test_an_insert_id_is_kept_as_it_is(insert_id, kept):
    record = read(insertId=insert_id)

    assert (record.insert_id, record.notes) == (kept, ())


@pytest.mark.parametrize("insert_id", ["x" * 129, "a\nb", "a\x00b", "\ud800", 10**200])
def test_an_insert_id_that_is_too_long_or_strange_becomes_a_digest(insert_id):
    kept = read(insertId=insert_id).insert_id

    assert kept.startswith("sha256-")
    assert len(kept) == 71


@pytest.mark.parametrize("insert_id", [True, ["a"], {"a": 1}])
def test_an_insert_id_of_another_type_is_none_with_a_remark(insert_id):
    record = read(insertId=insert_id)

    assert (record.insert_id, codes(record)) == ("", ["insert_id_invalid"])


def test_numbers_that_no_machine_holds_disturb_nothing():
    raw = json.dumps(entry(jsonPayload={"n": 0}, textPayload=...)).replace('"n": 0', f'"n": 1{"0" * 5000}, "m": 1e400')

    assert read_logentry(raw).insert_id == "a1"


# --- Whatever comes ----------------------------------------------------------------------------

NAMES = st.sampled_from(
    [
        *("insertId", "timestamp", "severity", "textPayload", "jsonPayload", "protoPayload", "httpRequest", "resource", "labels", "trace"),
        *(
            "sourceLocation",
            "message",
            "error",
            "exception",
            "context",
            "name",
            "logger",
            "module",
            "line",
            "file",
            "level",
            "type",
            "caller",
        ),
        *(
            "source",
            "record",
            "status",
            "requestUrl",
            "requestMethod",
            "user_id",
            "version",
            "instanceId",
            "serviceContext",
            "code",
            "stack",
        ),
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from([TIME, TRACEBACK, "ERROR"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | NAMES, inner, max_size=4),
    max_leaves=12,
)


def stored_texts(record):
    yield from (record.message, record.raw, record.insert_id, record.stream, record.instance, record.trace, record.user, record.release)
    yield from (record.location.module, record.location.function, record.location.file)
    yield from (text for pair in record.labels.items() for text in pair)
    yield from (note.detail for note in record.notes)


@pytest.mark.parametrize("ascii_only", [True, False])
@settings(deadline=None)
@given(value=st.dictionaries(NAMES, VALUES))
def test_any_object_is_read_or_rejected_and_what_is_read_can_be_stored(ascii_only, value):
    result = read_logentry(json.dumps(value, ensure_ascii=ascii_only))

    if isinstance(result, Rejected):
        assert result.code == "timestamp_invalid"
        return
    for text in stored_texts(result):
        assert "\x00" not in text
        text.encode()
    assert len(result.message) <= 16_384
    assert result.location.line is None or 0 < result.location.line < 2**31


@settings(deadline=None)
@given(st.text())
def test_any_text_is_read_or_rejected(text):
    assert isinstance(read_logentry(text), Record | Rejected)
