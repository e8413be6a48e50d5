"""Bodies that are refused as a whole: a 4xx that names the fault, and nothing stored."""

import gzip
import json
import tracemalloc
import zlib
from io import RawIOBase
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from incidents.models import Source
from ingestion import intake
from ingestion.models import Batch
from tests.api.calls import JSON, NDJSON, TEXT, expect_problem, send
from tests.factories import an_entry

pytestmark = pytest.mark.django_db

MEGABYTE = 1024 * 1024
GZIP = {"Content-Encoding": "gzip"}
GOOD = json.dumps([an_entry()]).encode()
DEEP = 100_000


def expect_refused(answer: Any, status: int, code: str) -> str:
    """The detail of the problem, of a request that stored nothing."""
    assert Batch.objects.count() == 0
    return str(expect_problem(answer, status, code)["detail"])


# --- Empty and too large -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", [JSON, NDJSON, TEXT])
@pytest.mark.parametrize("body", [b"", b" \r\n\t\n", b"\xef\xbb\xbf"], ids=["no bytes", "only blanks", "only a byte order mark"])
def test_an_empty_body_is_refused(api: APIClient, source: Source, kind: str, body: bytes) -> None:
    assert "empty" in expect_refused(send(api, body, kind), 400, "empty")


@pytest.mark.parametrize("body", [b"[]", b'{"entries": []}'])
def test_a_body_without_entries_is_refused(api: APIClient, source: Source, body: bytes) -> None:
    assert "no entries" in expect_refused(send(api, body), 400, "empty")


def test_an_empty_body_that_is_called_gzip_is_refused(api: APIClient, source: Source) -> None:
    expect_refused(send(api, b"", headers=GZIP), 400, "empty")


def test_a_body_over_the_limit_is_refused(api: APIClient, source: Source, settings: Settings) -> None:
    settings.MAX_BODY_BYTES = 1_000

    detail = expect_refused(send(api, b"x" * 1_001, TEXT), 413, "too_large")

    assert "1,000" in detail


def test_a_body_of_just_the_limit_is_taken(api: APIClient, source: Source, settings: Settings) -> None:
    settings.MAX_BODY_BYTES = 1_000

    assert send(api, b"x" * 1_000, TEXT).status_code == 202


class Unread(RawIOBase):
    """A body that fails the test when somebody reads it."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("it was read")


def test_a_body_that_declares_too_much_is_refused_unread(api: APIClient, source: Source, settings: Settings) -> None:
    settings.MAX_BODY_BYTES = 1_000
    huge = {"wsgi.input": Unread(), "CONTENT_LENGTH": "1001"}

    answer = api.generic("POST", "/api/v1/sources/shop-logs/entries/", b"x", content_type=TEXT, **huge)

    expect_refused(answer, 413, "too_large")


class Endless(RawIOBase):
    """A body that never ends; counts what was read of it."""

    given = 0

    def read(self, size: int = -1) -> bytes:
        self.given += size
        return b"x" * size


def test_an_endless_chunked_body_is_refused_at_the_limit(api: APIClient, source: Source, settings: Settings) -> None:
    settings.MAX_BODY_BYTES = MEGABYTE
    endless = Endless()
    chunked = {"wsgi.input": endless, "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}

    answer = api.generic("POST", "/api/v1/sources/shop-logs/entries/", b"x", content_type=TEXT, **chunked)

    expect_refused(answer, 413, "too_large")
    assert endless.given <= MEGABYTE + 2 * intake.CHUNK


# --- Compression -------------------------------------------------------------------------------


def bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(b" " * MEGABYTE) for _ in range(megabytes)), packer.flush()])


def test_a_gzip_bomb_is_refused_and_never_held_in_memory(api: APIClient, source: Source, settings: Settings) -> None:
    settings.MAX_DECOMPRESSED_BYTES = MEGABYTE
    body = bomb(200)
    tracemalloc.start()
    try:
        answer = send(api, body, headers=GZIP)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert "Decompressed" in expect_refused(answer, 413, "too_large")
    assert peak < 8 * MEGABYTE


def test_a_bomb_in_the_second_gzip_member_is_refused(api: APIClient, source: Source, settings: Settings) -> None:
    settings.MAX_DECOMPRESSED_BYTES = MEGABYTE

    answer = send(api, gzip.compress(GOOD) + bomb(2), headers=GZIP)

    expect_refused(answer, 413, "too_large")


def test_what_is_just_small_enough_when_decompressed_is_taken(api: APIClient, source: Source, settings: Settings) -> None:
    settings.MAX_DECOMPRESSED_BYTES = len(GOOD)

    assert send(api, gzip.compress(GOOD), headers=GZIP).status_code == 202


@pytest.mark.parametrize("lost", [1, 8, 9, 30])
def test_truncated_gzip_is_refused(api: APIClient, source: Source, lost: int) -> None:
    answer = send(api, gzip.compress(GOOD)[:-lost], headers=GZIP)

    assert "breaks off" in expect_refused(answer, 400, "gzip_truncated")


def test_gzip_that_breaks_off_in_a_later_member_is_refused(api: APIClient, source: Source) -> None:
    answer = send(api, gzip.compress(b"one\n") + gzip.compress(b"two\n")[:-3], TEXT, headers=GZIP)

    expect_refused(answer, 400, "gzip_truncated")


@pytest.mark.parametrize("rubbish", [b"rubbish", b"\0" * 20])
def test_rubbish_after_the_gzip_is_refused(api: APIClient, source: Source, rubbish: bytes) -> None:
    answer = send(api, gzip.compress(GOOD) + rubbish, headers=GZIP)

    assert "not gzip" in expect_refused(answer, 400, "gzip_invalid")


def test_a_wrong_checksum_is_refused(api: APIClient, source: Source) -> None:
    body = bytearray(gzip.compress(GOOD))
    body[-8] ^= 0xFF

    expect_refused(send(api, bytes(body), headers=GZIP), 400, "gzip_invalid")


def test_plain_text_that_is_called_gzip_is_refused(api: APIClient, source: Source) -> None:
    assert "not gzip" in expect_refused(send(api, GOOD, headers=GZIP), 400, "gzip_invalid")


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_an_unknown_content_encoding_is_refused(api: APIClient, source: Source, encoding: str) -> None:
    detail = expect_refused(send(api, GOOD, headers={"Content-Encoding": encoding}), 415, "content_encoding_unsupported")

    assert encoding in detail


# --- JSON --------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"[{]", b"[{}", b"{'a': 1}", b"[{}] x", b"[NaN]", b"entries", b"\0", b'["\x01"]'])
def test_what_is_no_json_is_refused(api: APIClient, source: Source, body: bytes) -> None:
    assert "no JSON" in expect_refused(send(api, body), 400, "not_json")


def test_ndjson_sent_as_json_is_refused_with_a_hint(api: APIClient, source: Source) -> None:
    assert "application/x-ndjson" in expect_refused(send(api, b'{"a": 1}\n{"a": 2}\n'), 400, "not_json")


def test_ndjson_without_a_line_of_json_is_refused(api: APIClient, source: Source) -> None:
    assert "No line" in expect_refused(send(api, b"no\njson\nat all", NDJSON), 400, "not_json")


@pytest.mark.parametrize("body", [b"7", b'"text"', b"null", b"true", b"{}", b'{"entry": []}', b'{"entries": {}}', b'{"entries": null}'])
def test_json_of_another_shape_is_refused(api: APIClient, source: Source, body: bytes) -> None:
    assert "entries" in expect_refused(send(api, body), 400, "wrong_shape")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (JSON, b"[" * DEEP),
        (JSON, b"[" * DEEP + b"]" * DEEP),
        (JSON, b'{"entries":' * DEEP + b"1" + b"}" * DEEP),
        (JSON, b'[{"a":' + b"[" * DEEP + b"]" * DEEP + b"}]"),
        (NDJSON, b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    ],
    ids=["only opened", "arrays", "objects", "inside an entry", "a line"],
)
def test_json_nested_100_000_deep_is_refused(api: APIClient, source: Source, kind: str, body: bytes) -> None:
    assert "deep" in expect_refused(send(api, body, kind), 400, "too_deep")


# --- Encodings and types -----------------------------------------------------------------------

SAID = '[{"textPayload": "Zahlung fehlgeschlagen: ü"}]'


@pytest.mark.parametrize("kind", [JSON, NDJSON, TEXT])
@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "utf-32"])
def test_a_body_that_is_not_utf_8_is_refused(api: APIClient, source: Source, kind: str, encoding: str) -> None:
    detail = expect_refused(send(api, SAID.encode(encoding), kind), 400, "encoding")

    assert "not UTF-8" in detail
    assert "byte" in detail


def test_utf_16_without_a_mark_is_no_json(api: APIClient, source: Source) -> None:
    expect_refused(send(api, b'[{"textPayload": "plain"}]'.decode().encode("utf-16-le")), 400, "not_json")


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "ISO-8859-1", '"windows-1252"', "nonsense"])
def test_a_declared_charset_other_than_utf_8_is_refused(api: APIClient, source: Source, charset: str) -> None:
    detail = expect_refused(send(api, GOOD, f"application/json; charset={charset}"), 415, "encoding_unsupported")

    assert "UTF-8" in detail


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "us-ascii"])
def test_utf_8_may_be_declared(api: APIClient, source: Source, charset: str) -> None:
    assert send(api, GOOD, f"application/json; charset={charset}").status_code == 202


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/html", "nonsense", "*/*"])
def test_an_unknown_content_type_is_refused_with_what_is_read(api: APIClient, source: Source, kind: str) -> None:
    detail = expect_refused(send(api, GOOD, kind), 415, "media_type_unsupported")

    assert "application/json, application/x-ndjson or text/plain" in detail


# --- Not now -----------------------------------------------------------------------------------


def test_while_too_much_waits_a_client_is_told_when_to_come_back(api: APIClient, source: Source, settings: Settings) -> None:
    settings.MAX_WAITING_BYTES = len(GOOD) - 1

    answer = send(api, GOOD)

    expect_refused(answer, 503, "too_much_waiting")
    assert int(answer.headers["Retry-After"]) > 0


def test_batches_that_are_done_do_not_count_as_waiting(api: APIClient, source: Source, settings: Settings) -> None:
    settings.MAX_WAITING_BYTES = len(GOOD) + 10
    send(api, GOOD)
    full = send(api, GOOD).status_code
    Batch.objects.update(state="done", items=0)

    assert (full, send(api, GOOD).status_code) == (503, 202)
