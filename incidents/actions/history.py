"""The one place that writes an issue's history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incidents.actors import Actor
from incidents.models import Event, Issue


def record(issue: Issue, actor: Actor, verb: str, data: dict[str, Any]) -> Event:
    """Add a turning point to the issue's history, in the transaction of the verb that caused it."""
    return Event.objects.create(issue=issue, verb=verb, data=data, **actor.signature())


def record_all(actor: Actor, verb: str, happened: Mapping[Issue, dict[str, Any]]) -> None:
    """The same turning point for many issues, each with its own data."""
    Event.objects.bulk_create(
        [Event(issue=issue, verb=verb, data=data, **actor.signature()) for issue, data in happened.items()], batch_size=500
    )
