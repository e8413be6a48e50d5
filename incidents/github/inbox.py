"""Webhook deliveries: committed as they came, then processed one by one, however often they are delivered or a worker dies."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import structlog
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from incidents.errors import DomainError
from incidents.github import allowance, events, health, remote
from incidents.github.failures import GitHubFailure, MustWait, backoff
from incidents.github.remote import Unreadable
from incidents.models import Delivery, DeliveryState
from incidents.soon import EXPIRES_SECONDS, soon

log = structlog.get_logger(__name__)

PROCESS: Final = "incidents.tasks.process_deliveries"
KEPT_HEADERS: Final = ("content-type", "user-agent", "x-github-event", "x-github-delivery", "x-github-hook-id",
                       "x-github-hook-installation-target-type", "x-github-hook-installation-target-id")  # fmt: skip


def receive(*, hook: str, guid: str, event: str, headers: Mapping[str, str], body: bytes) -> tuple[Delivery, bool]:
    """Commit a delivery whose signature is right; gives it and whether it is new. Delivered again, a half-processed one is completed."""
    digest = hashlib.sha256(body).hexdigest()
    delivery, new = Delivery.objects.get_or_create(
        hook=hook[:40],
        # GitHub sends one always; without, the content is the identity.
        guid=guid[:100] or digest,
        defaults={"event": event[:60], "headers": dict(headers), "body": body, "digest": digest},
    )
    if delivery.state == DeliveryState.FAILED:
        # Somebody let GitHub send it again.
        reprocess(delivery)
    elif delivery.state == DeliveryState.RECEIVED:
        soon(PROCESS, expires=EXPIRES_SECONDS)
    return delivery, new


def drain(*, seconds: float = 20) -> int:
    """Process what was received, oldest first, for about so many seconds; gives how many were taken up."""
    end = time.monotonic() + seconds
    taken = 0
    while time.monotonic() < end and allowance.blocked_until() is None and (delivery := claim()) is not None:
        process(delivery)
        taken += 1
    return taken


def is_more_due() -> bool:
    """Whether a delivery could be processed now."""
    return allowance.blocked_until() is None and Delivery.objects.unclaimed(timezone.now()).exists()


def claim() -> Delivery | None:
    """Take the oldest delivery that nobody holds; one that used up its attempts is given up."""
    while True:
        now = timezone.now()
        found = Delivery.objects.unclaimed(now).order_by("id").values_list("pk", "attempts").first()
        if found is None:
            return None
        pk, attempts = found
        mine = Delivery.objects.unclaimed(now).filter(pk=pk)
        if attempts >= Delivery.MOST_ATTEMPTS:
            died = f"Its worker died; it was taken up {Delivery.MOST_ATTEMPTS} times."
            mine.filter(outcome="").update(outcome=died)
            mine.update(state=DeliveryState.FAILED, lease_until=None, processed_at=now)
        elif mine.update(lease_until=now + Delivery.LEASE, attempts=F("attempts") + 1):
            return Delivery.objects.get(pk=pk)


def process(delivery: Delivery) -> None:
    """Do what the delivery is a hint to. Safe to run twice: everything that follows from it is worked out from GitHub's present state."""
    try:
        payload = _payload(delivery)
        repository = remote.text(remote.mapping(payload.get("repository")), "full_name")
        outcome = events.handle(delivery.event, payload, received_at=delivery.received_at)
    except Unreadable as unreadable:
        _end(delivery, DeliveryState.IGNORED, str(unreadable))
    except MustWait as limit:
        allowance.block(limit.until)
        _later(delivery, limit.detail, (limit.until - timezone.now()), counts=False)
    except (GitHubFailure, DomainError, DatabaseError) as failure:
        log.warning("a delivery could not be processed", delivery=delivery.pk, of=delivery.event, error=str(failure))
        _later(delivery, str(failure), backoff(delivery.attempts))
    else:
        state = DeliveryState.DONE if outcome.done else DeliveryState.IGNORED
        _end(delivery, state, outcome.said, action=remote.text(payload, "action")[:60], repository=repository[:200])
        health.heard(repository[:200], delivery.received_at)


@transaction.atomic
def reprocess(delivery: Delivery) -> Delivery:
    """Process a delivery again, whatever came of it."""
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.RECEIVED, attempts=0, lease_until=None, processed_at=None)
    soon(PROCESS, expires=EXPIRES_SECONDS)
    delivery.refresh_from_db()
    return delivery


def _payload(delivery: Delivery) -> Mapping[str, Any]:
    try:
        payload = json.loads(bytes(delivery.body))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"The body is no JSON: {type(error).__name__}.") from error
    if not isinstance(payload, dict):
        raise Unreadable("The body is no JSON object.")
    return payload


def _end(delivery: Delivery, state: DeliveryState, outcome: str, **fields: Any) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(
        state=state, lease_until=None, outcome=outcome, processed_at=timezone.now(), **fields
    )  # fmt: skip


def _later(delivery: Delivery, why: str, wait: timedelta, *, counts: bool = True) -> None:
    fields: dict[str, Any] = {} if counts else {"attempts": F("attempts") - 1}
    Delivery.objects.filter(pk=delivery.pk).update(lease_until=timezone.now() + wait, outcome=why[:2_000], **fields)
