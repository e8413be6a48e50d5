"""Draining the outbox: each row is written once, in its issue's order, whatever dies in between.

A worker takes a row by compare-and-set and renews its lease right before each write; one that was thought dead and comes
back finds the row taken and writes nothing.
"""

from __future__ import annotations

import time

from django.db.models import F
from django.utils import timezone

from incidents.github import allowance
from incidents.github.writes import Writing
from incidents.models import Outbox, OutboxState


def drain(*, seconds: float = 20) -> int:
    """Write what is due, for about so many seconds; gives how many rows were taken up."""
    end = time.monotonic() + seconds
    taken = 0
    recover_lost()
    while time.monotonic() < end and allowance.writing_from() is None and (row := claim()) is not None:
        Writing(row).run()
        taken += 1
    return taken


def is_more_due() -> bool:
    """Whether a row could be written now."""
    return allowance.writing_from() is None and Outbox.objects.due(timezone.now()).exists()


def recover_lost() -> None:
    """Rows whose worker died: nobody knows whether they were written."""
    lost = Outbox.objects.filter(state=OutboxState.IN_FLIGHT, in_flight_since__lt=timezone.now() - Outbox.LEASE)
    # What kills its worker again and again must not go on for ever.
    lost.filter(attempts__gte=Outbox.MOST_ATTEMPTS).update(
        state=OutboxState.DEAD,
        in_flight_since=None,
        settled_at=timezone.now(),
        last_error=f"Its worker died; it was taken up {Outbox.MOST_ATTEMPTS} times.",
    )
    lost.update(state=OutboxState.UNKNOWN, in_flight_since=None, last_error="The worker that wrote it died.")


def claim() -> Outbox | None:
    """Take the oldest row that is due."""
    while True:
        now = timezone.now()
        pk = Outbox.objects.due(now).order_by("not_before", "id").values_list("pk", flat=True).first()
        if pk is None:
            return None
        taken = Outbox.objects.due(now).filter(pk=pk).update(
            state=OutboxState.IN_FLIGHT, in_flight_since=now, attempts=F("attempts") + 1
        )  # fmt: skip
        if taken:
            return Outbox.objects.select_related("issue__project", "issue__lead_pattern", "issue__mirror").get(pk=pk)
