"""Entries that are rejected by number while the rest is kept, and entries that are taken with a note."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from incidents.models import Source
from tests.api.calls import JSON, NDJSON, TEXT, entries, taken
from tests.factories import an_entry

pytestmark = pytest.mark.django_db


def numbered(rows: list[dict[str, Any]]) -> list[tuple[int, str]]:
    for row in rows:
        assert row["reason"]
    return [(row["number"], row["code"]) for row in rows]


def array(*items: Any) -> bytes:
    return json.dumps(items).encode()


def lines(*items: Any) -> bytes:
    return "\n".join(json.dumps(item) for item in items).encode()


# --- Rejected by number ------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "written"), [(JSON, array), (NDJSON, lines)])
@pytest.mark.parametrize("item", [7, "text", None, True, [], 1.5])
def test_an_item_that_is_no_object_is_rejected_and_the_rest_kept(
    api: APIClient, source: Source, kind: str, written: Any, item: object
) -> None:
    batch = taken(api, written(an_entry("before"), item, an_entry("after")), kind)

    assert (batch["state"], batch["entries"], batch["rejected"]) == ("done", 2, 1)
    assert numbered(batch["rejections"]) == [(1, "not_an_object")]
    assert {row["message"] for row in entries(api)} == {"before", "after"}


@pytest.mark.parametrize(("kind", "written"), [(JSON, array), (NDJSON, lines)])
@pytest.mark.parametrize("timestamp", ["yesterday", "2025-13-01T00:00:00Z", "2025-09-09", "2025-09-09T25:00:00Z", 1757381612, {}, True])
def test_an_entry_whose_timestamp_is_none_is_rejected_and_the_rest_kept(
    api: APIClient, source: Source, kind: str, written: Any, timestamp: object
) -> None:
    batch = taken(api, written(an_entry("before"), an_entry(timestamp=timestamp), an_entry("after")), kind)

    assert (batch["entries"], batch["rejected"]) == (2, 1)
    assert numbered(batch["rejections"]) == [(1, "timestamp_invalid")]


@pytest.mark.parametrize("bad", [b'{"textPayload": ', b"plain words", b"{'a': 1}", b"{} {}"])
def test_a_line_that_is_no_json_is_rejected_and_the_rest_kept(api: APIClient, source: Source, bad: bytes) -> None:
    batch = taken(api, lines(an_entry("before")) + b"\n" + bad + b"\n" + lines(an_entry("after")), NDJSON)

    assert (batch["entries"], batch["rejected"]) == (2, 1)
    assert numbered(batch["rejections"]) == [(1, "not_json")]


def test_a_line_nested_too_deep_is_rejected_and_the_rest_kept(api: APIClient, source: Source) -> None:
    deep = b'{"a":' * 100_000 + b"1" + b"}" * 100_000

    batch = taken(api, lines(an_entry("before")) + b"\n" + deep + b"\n" + lines(an_entry("after")), NDJSON)

    assert (batch["entries"], batch["rejected"]) == (2, 1)
    assert numbered(batch["rejections"]) == [(1, "too_deep")]


def test_blank_lines_have_no_number(api: APIClient, source: Source) -> None:
    batch = taken(api, b"\n\n" + lines(an_entry()) + b"\n\n  \nnonsense\n", NDJSON)

    assert numbered(batch["rejections"]) == [(1, "not_json")]


def test_a_batch_of_nothing_but_rejected_entries_is_done(api: APIClient, source: Source) -> None:
    batch = taken(api, array(1, 2, 3))

    assert (batch["state"], batch["entries"], batch["rejected"], batch["error"]) == ("done", 0, 3, "")


# --- Accepted with a note ----------------------------------------------------------------------


def accepted(batch: dict[str, Any]) -> list[tuple[int, str]]:
    """The notes of a batch of which everything was taken."""
    assert (batch["state"], batch["rejected"], batch["rejections"]) == ("done", 0, [])
    assert batch["noted"] >= len(batch["notes"])
    return numbered(batch["notes"])


def test_a_nul_is_taken_out_with_a_note(api: APIClient, source: Source) -> None:
    batch = taken(api, array(an_entry("fine"), an_entry("Pay\0ment failed")))

    assert accepted(batch) == [(1, "cleaned")]
    assert {row["message"] for row in entries(api)} == {"fine", "Payment failed"}


def test_a_nul_in_a_line_is_taken_out_with_a_note(api: APIClient, source: Source) -> None:
    batch = taken(api, b"fine\nPay\0ment failed\n", TEXT)

    assert accepted(batch) == [(1, "cleaned")]
    assert {row["message"] for row in entries(api)} == {"fine", "Payment failed"}


@pytest.mark.parametrize("escape", ["\\ud83d", "\\udca9", "\\udca9\\ud83d"], ids=["first half", "second half", "wrong order"])
@pytest.mark.parametrize("kind", [JSON, NDJSON])
def test_a_lone_surrogate_becomes_a_replacement_character_with_a_note(api: APIClient, source: Source, kind: str, escape: str) -> None:
    entry = json.dumps(an_entry("Failed: @")).replace("@", escape)

    batch = taken(api, f"[{entry}]".encode() if kind == JSON else entry.encode(), kind)

    assert accepted(batch) == [(0, "cleaned")]
    assert entries(api)[0]["message"] == "Failed: " + "\N{REPLACEMENT CHARACTER}" * (len(escape) // 6)


def test_a_whole_surrogate_pair_is_a_character_and_nothing_to_note(api: APIClient, source: Source) -> None:
    batch = taken(api, array(an_entry("Failed: 💩")))

    assert accepted(batch) == []
    assert entries(api)[0]["message"] == "Failed: 💩"


@pytest.mark.parametrize("name", ["insertId", "trace", "logName", "severity"])
@pytest.mark.parametrize("odd", ["\\u0000", "\\ud800"], ids=["NUL", "surrogate"])
def test_what_cannot_be_stored_does_no_harm_in_another_field(api: APIClient, source: Source, name: str, odd: str) -> None:
    entry = json.dumps(an_entry() | {name: "x@y"}).replace("@", odd)

    batch = taken(api, f"[{entry}]".encode())

    assert (batch["state"], batch["entries"], batch["rejected"]) == ("done", 1, 0)


@pytest.mark.parametrize("severity", ["LOUD", "", "ERROR!", [], {}, -1, True, 1.5])
def test_an_unknown_severity_becomes_default_with_a_note(api: APIClient, source: Source, severity: object) -> None:
    batch = taken(api, array(an_entry("Hm", severity=severity)))

    # An empty one is as good as none: there is nothing that somebody could have meant.
    assert accepted(batch) == ([(0, "severity_unknown")] if severity != "" else [])
    assert entries(api)[0]["severity"] == "DEFAULT"


def at_receipt(api: APIClient, batch: dict[str, Any]) -> bool:
    """Whether the newest entry's time is that of the batch's receipt; microseconds are all that the database keeps of it."""
    return bool(entries(api)[0]["time"] == batch["received_at"].removesuffix("Z") + "000Z")


@pytest.mark.parametrize("timestamp", [None, ""])
def test_an_entry_without_a_timestamp_has_the_time_of_receipt_with_a_note(api: APIClient, source: Source, timestamp: str | None) -> None:
    entry = an_entry("Timeless") | {"timestamp": timestamp}

    batch = taken(api, array(entry))

    assert accepted(batch) == [(0, "no_time")]
    assert at_receipt(api, batch)


@pytest.mark.parametrize("timestamp", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59-14:00"])
def test_a_time_beyond_what_can_be_stored_becomes_the_time_of_receipt_with_a_note(api: APIClient, source: Source, timestamp: str) -> None:
    batch = taken(api, array(an_entry(timestamp=timestamp)))

    assert accepted(batch) == [(0, "time_out_of_range")]
    assert at_receipt(api, batch)


@pytest.mark.parametrize("timestamp", ["1678-01-01T00:00:00Z", "2261-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.5Z"])
def test_a_time_at_the_edge_of_what_can_be_stored_is_kept(api: APIClient, source: Source, timestamp: str) -> None:
    batch = taken(api, array(an_entry(timestamp=timestamp)))

    assert accepted(batch) == []
    assert entries(api)[0]["time"][:20].rstrip(".Z") == timestamp[:19]


def test_a_line_of_a_megabyte_is_cut_with_a_note(api: APIClient, source: Source) -> None:
    batch = taken(api, b"ERROR " + b"x" * 1_000_000 + b"\nshort\n", TEXT)

    assert accepted(batch) == [(0, "cut"), (0, "raw_cut")]
    assert sorted(len(row["message"]) for row in entries(api)) == [5, 16_384]


def test_a_message_of_a_megabyte_is_cut_with_a_note(api: APIClient, source: Source) -> None:
    batch = taken(api, array(an_entry("x" * 1_000_000), an_entry("short")))

    assert accepted(batch) == [(0, "cut"), (0, "raw_cut")]
    assert "16,384" in batch["notes"][0]["reason"]
    assert sorted(len(row["message"]) for row in entries(api)) == [5, 16_384]


def test_an_entry_without_a_payload_is_taken_with_a_note(api: APIClient, source: Source) -> None:
    batch = taken(api, array(an_entry(None)))

    assert accepted(batch) == [(0, "no_message")]
