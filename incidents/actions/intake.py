"""What the logs do to issues: open them, keep their counts, and bring them back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from incidents.actions import mirrors
from incidents.actions.history import record_all
from incidents.actions.issues import regress, take_numbers
from incidents.actors import Actor
from incidents.bulk import save_columns
from incidents.models import Issue, IssuePattern, IssueState, Occurrence, Pattern, Project, Release, Resolution, Sample
from incidents.pieces import Piece

TITLE_LENGTH = 200
_TOLD_BY_EXCEPTION = (Piece.TRACEBACK, Piece.EXCEPTION)
# PostgreSQL plans a statement over thousands of rows for longer than it runs.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest moment at which an issue's entries came from a release."""

    release: Release
    newest: datetime


@transaction.atomic
def open_for(project: Project, patterns: Sequence[Pattern], *, actor: Actor) -> list[Issue]:
    """Open an issue for each pattern, titled by the exception it tells of, else by its earliest sample. The caller holds the patterns."""
    if not patterns:
        return []
    issues = _open(project, patterns)
    for issue, pattern in zip(issues, patterns, strict=True):
        pattern.issue = issue
    save_columns(patterns, "issue")
    record_all(actor, "opened", {issue: {"by": "logs", "pattern": issue.lead_pattern_id} for issue in issues})
    _ask_for_twins(project, issues, actor=actor)
    return issues


def open_by_split(project: Project, patterns: Sequence[Pattern], *, actor: Actor) -> Issue:
    """Open one issue for patterns that leave another one; the caller moves them there. The one with the most entries leads it."""
    lead = max(patterns, key=lambda pattern: (pattern.entries, -pattern.pk))
    [issue] = _open(project, [lead])
    record_all(actor, "opened", {issue: {"by": "split", "pattern": lead.pk}})
    _ask_for_twins(project, [issue], actor=actor)
    return issue


def _open(project: Project, leads: Sequence[Pattern]) -> list[Issue]:
    now = project.present()
    messages = dict(Sample.objects.filter(pattern__in=leads).order_by("-time_ns", "-slot").values_list("pattern", "message"))
    return Issue.objects.bulk_create(
        [
            Issue(
                project=project,
                number=number,
                title=_title(pattern, messages.get(pattern.pk, pattern.template)),
                severity=pattern.severity,
                lead_pattern=pattern,
                first_seen=pattern.first_seen or now,
                last_seen=pattern.last_seen or now,
            )
            for number, pattern in zip(take_numbers(project, len(leads)), leads, strict=True)
        ],
        batch_size=CHUNK,
    )


def _ask_for_twins(project: Project, issues: Sequence[Issue], *, actor: Actor) -> None:
    if mirrors.wants_twins(project):
        for issue in issues:
            mirrors.ask(issue, actor=actor)


def _title(pattern: Pattern, message: str) -> str:
    # Of a traceback it is the exception at the bottom of it, not the last wrapper.
    return pattern.exception if pattern.exception and pattern.piece in _TOLD_BY_EXCEPTION else title_of(message)


def title_of(message: str) -> str:
    """A title from a message: its first line that says something; of a traceback the last, which names the exception."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if not lines:
        return "(no message)"
    line = lines[-1] if lines[0].startswith("Traceback (most recent call last)") else lines[0]
    return line if len(line) <= TITLE_LENGTH else f"{line[: TITLE_LENGTH - 1]}…"


@transaction.atomic
def take_stock(issue_ids: Iterable[int]) -> None:
    """Bring the issues' counts, times, severity, leading pattern and search tokens up to date with their parts and occurrences."""
    issues = list(Issue.objects.filter(pk__in=issue_ids).select_for_update(no_key=True).order_by("pk").prefetch_related("patterns"))
    occurrences = dict(Occurrence.objects.filter(issue__in=issues).values_list("issue").annotate(Count("pk")))
    parts: dict[int, list[IssuePattern]] = defaultdict(list)
    for part in IssuePattern.objects.filter(issue__in=issues).select_related("pattern").order_by("-entries", "pattern"):
        parts[part.issue_id].append(part)
    told = {issue.pk: (issue.first_seen, issue.severity) for issue in issues}
    for issue in issues:
        _take_stock(issue, parts[issue.pk], occurrences.get(issue.pk, 0))
    save_columns(issues, "entries", "first_seen", "last_seen", "severity", "lead_pattern", "occurrence_count", "tokens")
    mirrors.touch([issue.pk for issue in issues if (issue.first_seen, issue.severity) != told[issue.pk]])


def _take_stock(issue: Issue, parts: Sequence[IssuePattern], occurrences: int) -> None:
    issue.occurrence_count, issue.entries = occurrences, sum(part.entries for part in parts)
    if parts:
        issue.first_seen, issue.last_seen = min(part.first_seen for part in parts), max(part.last_seen for part in parts)
        issue.severity = max(part.pattern.severity for part in parts)
        if issue.lead_pattern_id not in {part.pattern_id for part in parts}:
            issue.lead_pattern = next((part.pattern for part in parts if part.pattern.issue_id == issue.pk), parts[0].pattern)
    issue.index_tokens()


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
