"""A service that crashes, told in several entries each time, and how its issues then stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from incidents.models import Issue, IssueState
from tests.factories import an_entry

START = datetime(2025, 9, 9, 1, tzinfo=UTC)
CAUSE = "Traceback (most recent call last):\n  File \"/app/shop/pay.py\", line 7, in charge\n    go()\nKeyError: 'card'\n"
WRAPPED = 'Traceback (most recent call last):\n  File "/app/shop/web.py", line 9, in serve\n    run()\nRuntimeError: no page\n'
DURING = "During handling of the above exception, another exception occurred:"
EXITED = "Container called exit(3)."


def at(seconds: float, message: str, *, instance: str = "i-0", severity: str = "ERROR", **given: Any) -> dict[str, Any]:
    moment = (START + timedelta(seconds=seconds)).isoformat()
    return an_entry(message, timestamp=moment, severity=severity, labels={"instanceId": instance}, **given)


def crash(number: int, *, every: float = 60, fresh: bool = True) -> list[dict[str, Any]]:
    """A container's end, told in three entries; each time in a new instance, or again and again in one."""
    instance = f"i-{number}" if fresh else "i-0"
    start = number * every
    return [
        at(start, CAUSE, instance=instance),
        at(start + 0.2, "Shutting down: Master", instance=instance),
        at(start + 0.3, EXITED, instance=instance, severity="WARNING"),
    ]


def crashes(count: int, **given: Any) -> list[dict[str, Any]]:
    return [entry for number in range(count) for entry in crash(number, **given)]


def standing() -> dict[str, tuple[int, int]]:
    """Occurrences and entries of the issues that stand for themselves, by title."""
    rows = Issue.objects.exclude(state=IssueState.MERGED)
    return {issue.title: (issue.occurrence_count, issue.entries) for issue in rows}
