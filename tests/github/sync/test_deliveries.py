"""Webhooks: only signed ones are taken, all that are taken are kept, and none breaks a worker."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from incidents.models import Delivery, DeliveryState, Mirror
from tests.github import payloads
from tests.github.stand_in import SHOP
from tests.github.sync.stack import SECRET, Synced

pytestmark = [pytest.mark.real_parts, pytest.mark.slow]

BODY = json.dumps({"zen": "Design for failure.", "hook_id": 1}).encode()


def post(synced: Synced, body: bytes, headers: dict[str, str]) -> requests.Response:
    return requests.post(f"{synced.stack.url}/hooks/github/", data=body, headers=headers, timeout=30)


def altered(headers: dict[str, str], **changes: str | None) -> dict[str, str]:
    return {name: value for name, value in {**headers, **changes}.items() if value is not None}


SIGNED = payloads.signed(BODY, SECRET, event="ping")
SHA1 = "sha1=" + hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()
BAD = {
    "another secret": (BODY, payloads.signed(BODY, "guessed", event="ping")),
    "no signature": (BODY, altered(SIGNED, **{"X-Hub-Signature-256": None})),
    "SHA-1 alone": (BODY, altered(SIGNED, **{"X-Hub-Signature-256": None, "X-Hub-Signature": SHA1})),
    "SHA-1 in its place": (BODY, altered(SIGNED, **{"X-Hub-Signature-256": SHA1})),
    "one byte altered": (BODY.replace(b"failure", b"failurE"), SIGNED),
    "one byte more": (BODY + b" ", SIGNED),
    "an empty signature": (BODY, altered(SIGNED, **{"X-Hub-Signature-256": ""})),
    "no hex": (BODY, altered(SIGNED, **{"X-Hub-Signature-256": "sha256=zz"})),
}


def test_a_delivery_without_a_right_signature_is_refused_and_not_kept(synced: Synced):
    answers = {case: post(synced, body, headers) for case, (body, headers) in BAD.items()}

    assert {case: answer.status_code for case, answer in answers.items()} == dict.fromkeys(BAD, 401)
    assert {answer.headers["Content-Type"] for answer in answers.values()} == {"application/problem+json"}
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("secret", [SECRET, "an older one"])
def test_while_secrets_are_exchanged_both_hold(synced: Synced, secret):
    answer = post(synced, BODY, payloads.signed(BODY, secret, event="ping"))

    synced.settle()

    assert answer.status_code == 202
    assert Delivery.objects.get().state == DeliveryState.DONE


def test_all_real_payloads_are_taken_and_none_breaks_the_worker(synced: Synced):
    real = payloads.real_payloads()
    bodies = [(payload, json.dumps(payload.body).encode()) for payload in real]

    with ThreadPoolExecutor(4) as pool:
        send = lambda one: post(synced, one[1], payloads.signed(one[1], SECRET, event=one[0].event)).status_code  # noqa: E731
        statuses = list(pool.map(send, bodies))
    synced.settle(within=90)

    assert set(statuses) == {202}
    assert Delivery.objects.count() == len(real) == 329
    assert set(Delivery.objects.values_list("state", flat=True)) <= {DeliveryState.DONE, DeliveryState.IGNORED}
    assert synced.stack.worker is not None
    assert synced.stack.worker.poll() is None


def test_a_thousand_deliveries_in_a_burst_with_the_worker_stopped_are_all_kept_and_processed_after(synced: Synced):
    issue = synced.a_linked_issue()
    there = synced.there(issue)
    synced.stack.stop_worker()
    body = json.dumps({"action": "edited", "issue": there, "repository": {"full_name": SHOP}}).encode()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(synced, body, payloads.signed(body, SECRET)), range(1_000)))
    kept = Delivery.objects.filter(state=DeliveryState.RECEIVED).count()
    asked = len(synced.proxy.asked)
    synced.stack.start_worker()
    synced.settle(within=90)

    assert {answer.status_code for answer in answers} == {202}
    assert kept == 1_000
    assert Delivery.objects.filter(state=DeliveryState.DONE).count() == 1_000
    # A hint that came before a fetch began needs no fetch of its own.
    assert len(synced.proxy.asked) - asked < 20
    assert Mirror.objects.get().fetched_at is not None


def test_a_delivery_that_comes_twice_is_processed_once(synced: Synced):
    guid = str(uuid.uuid4())

    first = post(synced, BODY, payloads.signed(BODY, SECRET, event="ping", delivery=guid))
    second = post(synced, BODY, payloads.signed(BODY, SECRET, event="ping", delivery=guid))
    other_hook = post(synced, BODY, payloads.signed(BODY, SECRET, event="ping", delivery=guid, hook_id=2))
    synced.settle()

    assert [answer.json()["new"] for answer in (first, second, other_hook)] == [True, False, True]
    assert Delivery.objects.count() == 2


def test_a_redelivery_completes_what_a_dead_worker_left(synced: Synced):
    issue = synced.a_linked_issue()
    synced.github.as_human.edit_issue(SHOP, 1, title="Edited there")
    synced.stack.stop_worker()
    body = json.dumps({"action": "edited", "issue": synced.there(issue), "repository": {"full_name": SHOP}}).encode()
    headers = payloads.signed(body, SECRET)
    post(synced, body, headers)
    synced.stack.redis.delete(*synced.stack.WAITING)

    post(synced, body, headers)
    synced.stack.start_worker()
    synced.settle()

    issue.refresh_from_db()
    assert issue.title == "Edited there"
    assert Delivery.objects.get().state == DeliveryState.DONE


def test_signed_bodies_that_make_no_sense_are_kept_and_ignored(synced: Synced):
    bodies = [b"", b"null", b"[]", b"{", b"\xff\xfe", b'{"issue": 1}', b'{"issue": {"node_id": ["x"]}}', b"[" * 100_000]
    bodies += [b'{"action": "\\ud800", "repository": {"full_name": "\\ud800/x", "id": 1}}', b'{"action": "\\u0000renamed", "changes": []}']
    events = ["issues", "push", "issue_comment", "repository", "label", "pull_request", "check_run", "installation", "no such"]

    statuses = {post(synced, body, payloads.signed(body, SECRET, event=event)).status_code for event in events for body in bodies}
    synced.settle()

    assert statuses == {202}
    assert set(Delivery.objects.values_list("state", flat=True)) <= {DeliveryState.IGNORED, DeliveryState.DONE}
    assert Delivery.objects.count() == len(events) * len(bodies)


def test_a_delivery_that_is_larger_than_githubs_is_refused(synced: Synced):
    body = b" " * (25 * 1024 * 1024 + 1)

    assert post(synced, body, payloads.signed(body, SECRET)).status_code == 413
