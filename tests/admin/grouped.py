"""A crash that comes in three patterns, and what pages of grouping are asked."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client

from incidents.models import Issue, Pattern
from tests.admin.pages import list_of, page_of
from tests.factories import an_entry

TIMES = 8
CAUSE = "ModuleNotFoundError: No module named 'payments'"
EXITED = "Worker failed to boot"
CALLED = "Container called exit"
ALONE = "Disk is full"
LIST = list_of("incidents_issue")


def a_crash(number: int, *, without: tuple[str, ...] = (), host: str = "host") -> list[dict[str, Any]]:
    """One container that does not start: the cause, and what follows it within half a second."""
    resource = {"type": "gce_instance", "labels": {"instance_id": f"{host}-{number}"}}
    told = [("00.100", "ERROR", CAUSE), ("00.500", "ERROR", EXITED), ("00.580", "WARNING", CALLED)]
    return [
        an_entry(message, severity=severity, timestamp=f"2025-09-09T02:{number:02}:{second}Z", resource=resource)
        for second, severity, message in told
        if message not in without
    ]


def pattern(message: str) -> Pattern:
    return Pattern.objects.standing().get(template=message)


def region(answer: Any, name: str) -> str:
    """What the part of a page that has this id as its heading says."""
    found = re.search(rf'<section[^>]*aria-labelledby="{name}".*?</section>', answer.content.decode(), re.DOTALL)
    assert found, name
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", found.group())))


def merge(client: Client, issue: Issue, into: str) -> Any:
    return client.post(page_of(issue, "merge"), {"into": into}, follow=True)
