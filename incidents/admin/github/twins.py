"""What an issue's page shows of its twin on GitHub."""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone

from incidents.admin.github.excerpts import excerpt
from incidents.github import allowance
from incidents.models import Issue, IssueState, Mirror, Outbox, OutboxState

# Labels of others, of which GitHub allows a hundred.
SHOWN_LABELS: Final = 30


def of_issue(issue: Issue) -> dict[str, Any]:
    """The template's context: the twin, what waits to be told to it, and what somebody may ask for."""
    mirror = Mirror.objects.filter(issue=issue).first()
    buttons = sensible(issue, mirror)
    about: dict[str, Any] = {"mirror": mirror, "may_create": "create-on-github" in buttons, "may_link": "link-to-github" in buttons}
    if mirror is None:
        return about
    labels = [str(label) for label in mirror.labels]
    return about | _queue(issue) | {
        "state_reason": mirror.state_reason.replace("_", " "),
        "labels": labels[:SHOWN_LABELS],
        "more_labels": max(0, len(labels) - SHOWN_LABELS),
        "evidence_arrived": bool(issue.iteration_id) and mirror.evidence_of_iteration == issue.iteration_id,
    }  # fmt: skip


def sensible(issue: Issue, mirror: Mirror | None) -> set[str]:
    """The buttons that make sense now, by their paths. Whether the move is allowed, the verb itself says."""
    buttons = set()
    if issue.project.github_repository and issue.state != IssueState.MERGED:
        if mirror is None:
            buttons.add("create-on-github")
        if mirror is None or not mirror.is_linked:
            buttons.add("link-to-github")
    if mirror is not None and mirror.is_linked:
        buttons.add("write-again")
    return buttons


def _queue(issue: Issue) -> dict[str, Any]:
    """What waits to be written. The first in line holds up all others: an issue's writes keep their order."""
    rows = Outbox.objects.filter(issue=issue).unsettled()
    first = rows.defer("payload", "request", "answer").order_by("seq").first()
    if first is None:
        return {}
    now = timezone.now()
    return {
        "first": first,
        "first_is_dead": first.state == OutboxState.DEAD,
        "first_error": excerpt(first.last_error),
        "first_due": first.not_before if first.not_before > now and first.state in (OutboxState.WAITING, OutboxState.UNKNOWN) else None,
        "behind": rows.filter(seq__gt=first.seq).count(),
        "blocked_until": allowance.blocked_until(),
    }
