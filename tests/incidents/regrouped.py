"""Crashes, and how their issues stand by title: for what people decide about grouping."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from incidents.actions import settling
from incidents.models import Issue, Pattern
from tests.crashing import CAUSE, EXITED, at
from tests.factories import ingest


def crashes(numbers) -> list[dict[str, Any]]:
    return [
        entry
        for number in numbers
        for entry in (
            at(number * 60, CAUSE, instance=f"i-{number}"),
            at(number * 60 + 0.3, EXITED, instance=f"i-{number}", severity="WARNING"),
        )
    ]


def named(title: str) -> Issue:
    return Issue.objects.select_related("project").get(title=title)


def counts(title: str) -> tuple[int, int, str]:
    issue = named(title)
    return issue.occurrence_count, issue.entries, issue.state


def pattern_of(text: str) -> Pattern:
    return Pattern.objects.standing().get(template__startswith=text)


def counts_of(issue: Issue) -> tuple[int, int, str]:
    issue.refresh_from_db()
    return issue.occurrence_count, issue.entries, issue.state


def long_after(source) -> None:
    """Something comes so much later that the patterns before it are no longer held against each other."""
    ingest(source, [at(20 * 86400, "Heart is weak")])


def before_holding(monkeypatch, happens: Callable[[], Any]) -> None:
    """Let something happen between the moment at which a verb looks patterns up and the one at which it has locked them."""
    hold = settling.hold

    def late(*given):
        monkeypatch.setattr(settling, "hold", hold)
        happens()
        return hold(*given)

    monkeypatch.setattr(settling, "hold", late)
