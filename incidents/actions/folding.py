"""Issues that the machine lets go into others, as the logs show that both are one fault, and that come back when they do not."""

from __future__ import annotations

from django.utils import timezone

from incidents.actions import mirrors
from incidents.actions.history import record
from incidents.actions.issues import become, locked
from incidents.actors import Actor
from incidents.github import texts
from incidents.models import Issue, IssuePattern, IssueState


def heir(issue: Issue) -> Issue | None:
    """The issue that took most of what an issue's leading pattern says; None where none did."""
    part = (
        IssuePattern.objects.filter(pattern=issue.lead_pattern)
        .exclude(issue=issue)
        .select_related("issue__project")
        .order_by("-entries", "issue")
        .first()
    )
    return part.issue if part else None


def fold(issue: Issue, *, into: Issue, actor: Actor) -> None:
    """Let an issue go into another one, as what it tells belongs there. Its key goes on leading there."""
    issue = locked(issue)
    become(issue, IssueState.MERGED, merged_into=into)
    record(issue, actor, "folded", {"into": into.key, "issue": into.pk})
    record(into, actor, "took_in", {"key": issue.key, "issue": issue.pk})
    mirrors.say_closed(issue, reason=mirrors.NOT_PLANNED, text=texts.merged(into=into, actor=""), at=timezone.now())


def unfold(issue: Issue, *, actor: Actor) -> None:
    """Let an issue that went into another one stand for itself again: it was seen without that one."""
    issue = locked(issue)
    was = issue.merged_into
    become(issue, IssueState.OPEN)
    record(issue, actor, "unfolded", {"was": was.key if was else ""})
    mirrors.say_reopened(issue, text=texts.reopened(was=f"merged into {was.key}" if was else "merged", seen_alone=True))
