"""Posting entries: the four forms, gzip, idempotency keys, and what is committed before the answer."""

import gzip
import json
from io import BytesIO
from typing import Any

import pytest
from kombu.exceptions import OperationalError as BrokerError
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from rest_framework.test import APIClient

from config.celery import app
from incidents.models import Issue, Source
from ingestion import actions
from ingestion.models import Batch, Entry
from tests.api.calls import JSON, NDJSON, TEXT, expect_problem, send, taken
from tests.factories import a_source, an_entry

pytestmark = pytest.mark.django_db

TWO = [an_entry("The till is stuck"), an_entry("The door is open", severity="WARNING")]
FORMS = {
    "a JSON array": (JSON, json.dumps(TWO).encode()),
    "an object with entries": (JSON, json.dumps({"entries": TWO}, indent=1).encode()),
    "NDJSON": (NDJSON, "\n".join(json.dumps(entry) for entry in TWO).encode()),
    "lines": (TEXT, b"2025-09-09 01:33:32 ERROR The till is stuck\n2025-09-09 01:33:33 WARNING The door is open\n"),
}
each_form = pytest.mark.parametrize(("kind", "body"), FORMS.values(), ids=FORMS.keys())


@each_form
def test_each_form_is_answered_with_the_batch_and_where_to_ask_for_it(api: APIClient, source: Source, kind: str, body: bytes) -> None:
    answer = send(api, body, kind)

    batch = Batch.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {"id": batch.pk, "state": "received", "url": f"/api/v1/batches/{batch.pk}/"}


@each_form
def test_each_form_gives_the_same_two_entries(api: APIClient, source: Source, kind: str, body: bytes) -> None:
    batch = taken(api, body, kind)

    assert (batch["state"], batch["entries"], batch["rejected"]) == ("done", 2, 0)
    stored = Entry.objects.order_by("-severity").values_list("severity", "message")
    assert list(stored) == [(500, "The till is stuck"), (400, "The door is open")]


@each_form
def test_each_form_may_come_gzipped(api: APIClient, source: Source, kind: str, body: bytes) -> None:
    answer = send(api, gzip.compress(body), kind, headers={"Content-Encoding": "gzip"})

    batch = Batch.objects.get()
    assert answer.status_code == 202
    assert gzip.decompress(batch.raw) == body
    assert batch.size == len(body)


def test_a_body_of_several_gzip_members_is_taken_whole(api: APIClient, source: Source) -> None:
    lines = [json.dumps(entry).encode() + b"\n" for entry in TWO]

    send(api, b"".join(gzip.compress(line) for line in lines), NDJSON, headers={"Content-Encoding": "gzip"})

    assert gzip.decompress(Batch.objects.get().raw) == b"".join(lines)


def test_no_content_type_means_json(api: APIClient, source: Source) -> None:
    batch = taken(api, FORMS["a JSON array"][1], "")

    assert batch["entries"] == 2


def test_a_byte_order_mark_is_no_part_of_the_entries(api: APIClient, source: Source) -> None:
    batch = taken(api, b"\xef\xbb\xbf" + FORMS["a JSON array"][1])

    assert (batch["entries"], batch["rejected"]) == (2, 0)


def test_a_chunked_body_which_declares_no_length_is_read_to_its_end(api: APIClient, source: Source) -> None:
    body = FORMS["a JSON array"][1]
    # What gunicorn hands over for `Transfer-Encoding: chunked`.
    chunked = {"wsgi.input": BytesIO(body), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}

    answer = api.generic("POST", "/api/v1/sources/shop-logs/entries/", body, content_type=JSON, **chunked)

    assert answer.status_code == 202
    assert gzip.decompress(Batch.objects.get().raw) == body


def test_the_batch_keeps_the_bytes_as_they_came(api: APIClient, source: Source) -> None:
    body = b'[ {"textPayload" : "spaced",   "n": 1.50} ]'

    send(api, body)

    assert gzip.decompress(Batch.objects.get().raw) == body


def test_processing_is_asked_for_once_the_batch_is_committed(
    api: APIClient, source: Source, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    sent: list[tuple[object, ...]] = []
    monkeypatch.setattr(app, "send_task", lambda *given, **_: sent.append(given))

    with django_capture_on_commit_callbacks(execute=True):
        batch = send(api, b"[{}]").json()
        before_the_commit = list(sent)

    assert before_the_commit == []
    assert sent == [("ingestion.tasks.process_batch", [batch["id"]])]


def test_a_batch_is_accepted_although_the_broker_is_away(
    api: APIClient, source: Source, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    def away(*_: object, **__: object) -> None:
        raise BrokerError("away")

    monkeypatch.setattr(app, "send_task", away)

    with django_capture_on_commit_callbacks(execute=True):
        answer = send(api, b"[{}]")

    assert answer.status_code == 202
    assert Batch.objects.get().state == "received"


# --- Idempotency keys --------------------------------------------------------------------------


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def test_the_same_key_with_the_same_body_gives_the_same_batch(api: APIClient, source: Source) -> None:
    first = send(api, b"[{}]", headers=keyed("monday")).json()

    again = send(api, b"[{}]", headers=keyed("monday"))

    assert again.status_code == 200
    assert again.json() == first
    assert Batch.objects.count() == 1


def test_the_same_key_with_the_same_body_tells_how_far_the_batch_has_come(api: APIClient, source: Source) -> None:
    send(api, b"[{}]", headers=keyed("monday"))
    Batch.objects.update(state="processing")

    again = send(api, b"[{}]", headers=keyed("monday"))

    assert again.json()["state"] == "processing"


def test_a_repeated_body_may_come_gzipped_the_second_time(api: APIClient, source: Source) -> None:
    send(api, b"[{}]", headers=keyed("monday"))

    again = send(api, gzip.compress(b"[{}]"), headers=keyed("monday") | {"Content-Encoding": "gzip"})

    assert again.status_code == 200


def test_the_same_key_with_another_body_is_refused(api: APIClient, source: Source) -> None:
    send(api, b"[{}]", headers=keyed("monday"))

    refused = send(api, b"[{},{}]", headers=keyed("monday"))

    assert "monday" in expect_problem(refused, 409, "idempotency_key_reused")["detail"]
    assert Batch.objects.count() == 1


def test_a_known_key_is_answered_even_while_too_much_waits(api: APIClient, source: Source, settings: Settings) -> None:
    send(api, b"[{}]", headers=keyed("monday"))
    settings.MAX_WAITING_BYTES = 0

    again = send(api, b"[{}]", headers=keyed("monday"))

    assert again.status_code == 200


def test_two_posts_with_one_key_at_the_same_moment_make_one_batch(api: APIClient, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    first = send(api, b"[{}]", headers=keyed("monday")).json()
    known, asked = actions._known, []

    def not_yet_there_when_first_asked(*given: Any) -> Batch | None:
        asked.append(given)
        return known(*given) if len(asked) > 1 else None

    monkeypatch.setattr(actions, "_known", not_yet_there_when_first_asked)

    again = send(api, b"[{}]", headers=keyed("monday"))

    assert (again.status_code, again.json()) == (200, first)
    assert Batch.objects.count() == 1


def test_the_keys_of_two_sources_are_independent(api: APIClient, source: Source) -> None:
    a_source(source.project, "till-logs")
    first = send(api, b"[{}]", headers=keyed("monday"))

    other = send(api, b"[{},{}]", to="till-logs", headers=keyed("monday"))

    assert other.status_code == 202
    assert other.json()["id"] != first.json()["id"]


def test_without_a_key_each_post_is_a_batch_of_its_own(api: APIClient, source: Source) -> None:
    first, second = send(api, b"[{}]"), send(api, b"[{}]")

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] != second.json()["id"]


@pytest.mark.parametrize("key", ["k" * 201, "bell\x07"], ids=["too long", "not printable"])
def test_a_key_that_cannot_be_kept_is_refused(api: APIClient, source: Source, key: str) -> None:
    refused = send(api, b"[{}]", headers=keyed(key))

    expect_problem(refused, 400, "idempotency_key_invalid")
    assert Batch.objects.count() == 0


# --- Duplicates --------------------------------------------------------------------------------


def test_entries_that_came_before_in_another_batch_are_duplicates_and_count_once(api: APIClient, source: Source) -> None:
    body = FORMS["a JSON array"][1]
    first = taken(api, body)

    second = taken(api, body)

    assert (first["entries"], first["duplicates"]) == (2, 0)
    assert (second["entries"], second["duplicates"], second["issues_opened"]) == (2, 2, [])
    assert Entry.objects.count() == 2
    assert sum(Issue.objects.values_list("entries", flat=True)) == 2


def test_lines_that_carry_a_time_are_recognised_without_an_insert_id(api: APIClient, source: Source) -> None:
    kind, body = FORMS["lines"]
    taken(api, body, kind)

    again = taken(api, body + b"2025-09-09 01:33:34 ERROR The lamp is out\n", kind)

    assert (again["entries"], again["duplicates"]) == (3, 2)


def test_equal_lines_of_one_batch_are_entries_of_their_own(api: APIClient, source: Source) -> None:
    batch = taken(api, b"2025-09-09 01:33:32 ERROR Again\n" * 3, TEXT)

    assert (batch["entries"], batch["duplicates"]) == (3, 0)


def test_the_same_entry_in_another_source_is_no_duplicate(api: APIClient, source: Source) -> None:
    a_source(source.project, "till-logs")
    body = FORMS["a JSON array"][1]
    taken(api, body)

    send(api, body, to="till-logs")

    assert {batch.source.slug: batch.duplicates for batch in Batch.objects.all()} == {"shop-logs": 0, "till-logs": 0}
