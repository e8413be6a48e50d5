"""How much may be written to GitHub now: at most 80 writes a minute and 500 an hour, over all workers together.

The limits are GitHub's for content-creating requests (docs.github.com, "Rate limits for the REST API").
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from incidents.github.failures import AllowanceUsed, MustWait
from incidents.models import WriteAllowance

LIMITS: Final = ((timedelta(minutes=1), 80), (timedelta(hours=1), 500))


@transaction.atomic
def take() -> None:
    """Take one write. Raises AllowanceUsed where none is left, MustWait where GitHub has asked to be left alone."""
    allowance = _held()
    now = timezone.now()
    if allowance.blocked_until and allowance.blocked_until > now:
        raise MustWait("GitHub's limit is reached.", allowance.blocked_until)
    until = _used_until(allowance.writes, now)
    if until is not None:
        raise AllowanceUsed("As much was written to GitHub as it takes in a minute or an hour.", until)
    recent = [at for at in allowance.writes if at > (now - LIMITS[-1][0]).timestamp()]
    allowance.writes = [*recent, now.timestamp()]
    allowance.save(update_fields=["writes"])


def writing_from() -> datetime | None:
    """From when on something may be written again; None where that is now."""
    allowance = WriteAllowance.objects.filter(pk=1).first()
    if allowance is None:
        return None
    now = timezone.now()
    waits = [allowance.blocked_until, _used_until(allowance.writes, now)]
    return max((until for until in waits if until is not None and until > now), default=None)


def _used_until(writes: list[float], now: datetime) -> datetime | None:
    """When the oldest write of a full window leaves it; None where no window is full."""
    full = [
        datetime.fromtimestamp(writes[-most], UTC) + window
        for window, most in LIMITS
        if len(writes) >= most and writes[-most] > (now - window).timestamp()
    ]
    return max(full, default=None)


@transaction.atomic
def block(until: datetime) -> None:
    """Leave GitHub alone until then: it has said so to one of us."""
    allowance = _held()
    if allowance.blocked_until is None or allowance.blocked_until < until:
        allowance.blocked_until = until
        allowance.save(update_fields=["blocked_until"])


def blocked_until() -> datetime | None:
    """Until when GitHub wants to be left alone; None where it does not."""
    until = WriteAllowance.objects.filter(pk=1).values_list("blocked_until", flat=True).first()
    return until if until is not None and until > timezone.now() else None


def _held() -> WriteAllowance:
    WriteAllowance.objects.get_or_create(pk=1)
    return WriteAllowance.objects.select_for_update(no_key=True).get(pk=1)
