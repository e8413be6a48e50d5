"""What the logs do to issues: open them, keep their counts, and bring them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Min, Sum

from incidents.actions import mirrors
from incidents.actions.history import record_all
from incidents.actions.issues import regress, take_numbers
from incidents.actors import Actor
from incidents.models import Issue, IssueState, Occurrence, Pattern, Project, Release, Resolution, Sample

TITLE_LENGTH = 200
# PostgreSQL plans a statement over thousands of rows for longer than it runs.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest moment at which an issue's entries came from a release."""

    release: Release
    newest: datetime


@transaction.atomic
def open_for(project: Project, patterns: Sequence[Pattern], *, actor: Actor) -> list[Issue]:
    """Open an issue for each pattern, titled by its earliest sample. The caller holds the patterns' rows."""
    if not patterns:
        return []
    now = project.present()
    messages = dict(Sample.objects.filter(pattern__in=patterns).order_by("-time_ns", "-slot").values_list("pattern", "message"))
    issues = Issue.objects.bulk_create(
        [
            Issue(
                project=project,
                number=number,
                title=title_of(messages[pattern.pk]),
                severity=pattern.severity,
                lead_pattern=pattern,
                first_seen=pattern.first_seen or now,
                last_seen=pattern.last_seen or now,
            )
            for number, pattern in zip(take_numbers(project, len(patterns)), patterns, strict=True)
        ],
        batch_size=CHUNK,
    )
    for issue, pattern in zip(issues, patterns, strict=True):
        pattern.issue = issue
    Pattern.objects.bulk_update(patterns, ["issue"], batch_size=CHUNK)
    record_all(actor, "opened", {issue: {"by": "logs", "pattern": issue.lead_pattern_id} for issue in issues})
    if mirrors.wants_twins(project):
        for issue in issues:
            mirrors.ask(issue, actor=actor)
    return issues


def title_of(message: str) -> str:
    """A title from a message: its first line that says something; of a traceback the last, which names the exception."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if not lines:
        return "(no message)"
    line = lines[-1] if lines[0].startswith("Traceback (most recent call last)") else lines[0]
    return line if len(line) <= TITLE_LENGTH else f"{line[: TITLE_LENGTH - 1]}…"


@transaction.atomic
def take_stock(issue_ids: Iterable[int]) -> None:
    """Bring the issues' counts, times, severity and search tokens up to date with their patterns and occurrences."""
    issues = list(Issue.objects.filter(pk__in=issue_ids).select_for_update(no_key=True).order_by("pk").prefetch_related("patterns"))
    occurrences = dict(Occurrence.objects.filter(issue__in=issues).values_list("issue").annotate(Count("pk")))
    totals = {
        row["issue"]: row
        for row in Pattern.objects.filter(issue__in=issues, entries__gt=0)
        .values("issue")
        .annotate(total=Sum("entries"), first=Min("first_seen"), last=Max("last_seen"), worst=Max("severity"))
    }
    told = {issue.pk: (issue.first_seen, issue.severity) for issue in issues}
    for issue in issues:
        row = totals.get(issue.pk)
        if row is None:
            continue
        issue.entries, issue.first_seen, issue.last_seen, issue.severity = row["total"], row["first"], row["last"], row["worst"]
        issue.occurrence_count = occurrences.get(issue.pk, 0)
        issue.index_tokens()
    Issue.objects.bulk_update(issues, ["entries", "first_seen", "last_seen", "severity", "occurrence_count", "tokens"], batch_size=CHUNK)
    mirrors.touch([issue.pk for issue in issues if (issue.first_seen, issue.severity) != told[issue.pk]])


def reopen_regressed(seen: Mapping[int, Iterable[Seen]], *, actor: Actor) -> list[Issue]:
    """Reopen the resolved issues (by id) that came again although they were resolved.

    An entry speaks against a resolution when its release was first seen after it; an old release that still runs
    does not. Where entries name no release, only their time can speak. What nobody wants to fix stays closed.
    """
    resolved = Issue.objects.filter(pk__in=seen, state=IssueState.RESOLVED).exclude(resolution=Resolution.WONT_FIX)
    return [
        regress(issue, actor=actor, release=against.release.name)
        for issue in resolved.order_by("pk")
        if (against := next((one for one in seen[issue.pk] if _speaks_against(one, issue)), None)) is not None
    ]


def _speaks_against(seen: Seen, issue: Issue) -> bool:
    moment = seen.release.first_seen if seen.release.name else seen.newest
    return issue.resolved_at is not None and moment > issue.resolved_at
