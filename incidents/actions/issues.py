"""What people and agents do with an issue."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from incidents import priorities
from incidents.actions import mirrors
from incidents.actions.history import record
from incidents.actors import Actor
from incidents.clock import iso
from incidents.errors import DomainError, InvalidInput
from incidents.github import texts
from incidents.models import Comment, Confirmation, Issue, IssueState, Project, Resolution
from incidents.severity import Severity

TEXTS: Final = ("impact", "context", "symptoms", "fix_needed")
EDITABLE: Final = ("title", *TEXTS, "severity_override", "assignee")
# Where nobody claims a fix, the twin on GitHub may be closed without proof of one.
CLAIM_NO_FIX: Final = (Resolution.NOT_REPRODUCED, Resolution.WONT_FIX)
# Nobody states `verified`: only the last gate of an iteration gives it.
STATABLE: Final = (Resolution.UNPROVEN, Resolution.NOT_REPRODUCED, Resolution.WONT_FIX, Resolution.WAIVED)


@transaction.atomic
def create(
    project: Project,
    *,
    actor: Actor,
    title: str,
    severity: Severity,
    parent: Issue | None = None,
    by: str = "hand",
    stated_location: dict[str, Any] | None = None,
    **texts: str,
) -> Issue:
    """Open an issue that no entry reports (`by` says how), or a child of another one in the same project. Raises InvalidInput.

    `texts` are what people may say of it (TEXTS).
    """
    if not title.strip():
        raise InvalidInput("title_empty", "An issue needs a title.")
    if parent is not None and parent.project_id != project.pk:
        raise InvalidInput("parent_elsewhere", "The parent is an issue of another project.")
    now = project.present()
    issue = Issue.objects.create(
        project=project,
        number=take_numbers(project, 1)[0],
        title=title.strip(),
        severity=severity,
        parent=parent,
        stated_location=stated_location or {},
        first_seen=now,
        last_seen=now,
        **{name: texts[name] for name in TEXTS if name in texts},
    )
    issue.index_tokens()
    issue.save(update_fields=["tokens"])
    record(issue, actor, "opened", {"by": by})
    if parent is not None:
        record(parent, actor, "child_opened", {"issue": issue.pk, "key": issue.key})
    priorities.rank_issues(project, [issue.pk])
    if mirrors.wants_twins(project):
        mirrors.ask(issue, actor=actor)
    issue.refresh_from_db()
    return issue


def take_numbers(project: Project, count: int) -> list[int]:
    """The next numbers for issues of the project. Holds the project's row until the transaction ends."""
    row = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    first = row.last_issue_number + 1
    row.last_issue_number += count
    row.save(update_fields=["last_issue_number"])
    return list(range(first, first + count))


@transaction.atomic
def edit(issue: Issue, *, actor: Actor, changes: dict[str, Any]) -> Issue:
    """Change what people may change (EDITABLE), and say in the history what was there before. Raises InvalidInput."""
    issue = locked(issue)
    unknown = sorted(set(changes) - set(EDITABLE))
    if unknown:
        raise InvalidInput("field_unknown", f"Not to be edited: {', '.join(unknown)}.")
    if "title" in changes and not str(changes["title"]).strip():
        raise InvalidInput("title_empty", "An issue needs a title.")
    if changes.get("assignee") is not None:
        _require_member(issue.project, changes["assignee"])
    before = {name: getattr(issue, name) for name in changes}
    changed = [name for name in changes if changes[name] != before[name]]
    if not changed:
        return issue
    for name in changed:
        setattr(issue, name, changes[name])
    issue.index_tokens()
    issue.save(update_fields=[*changed, "tokens"])
    record(issue, actor, "edited", {name: {"from": _plain(before[name]), "to": _plain(changes[name])} for name in changed})
    priorities.rank_issues(issue.project, [issue.pk])
    mirrors.touch([issue.pk])
    return _again(issue)


@transaction.atomic
def comment(issue: Issue, *, actor: Actor, text: str) -> Comment:
    """Say something on the issue. Raises InvalidInput for an empty text."""
    if not text.strip():
        raise InvalidInput("text_empty", "A comment needs a text.")
    said = Comment.objects.create(issue=issue, text=text.strip(), **actor.signature())
    record(issue, actor, "commented", {"comment": said.pk, "text": said.text})
    return said


@transaction.atomic
def resolve(issue: Issue, *, actor: Actor, resolution: str, reason: str) -> Issue:
    """Close the issue as something that people may state, with a reason. Raises InvalidInput or DomainError."""
    if resolution == Resolution.VERIFIED:
        raise InvalidInput(
            "verified_is_not_stated", "Nobody states “verified”: an audit iteration gives it when the evidence proves the fix."
        )
    if resolution not in STATABLE:
        raise InvalidInput("resolution_unknown", f"A resolution is one of: {', '.join(STATABLE)}.")
    if not reason.strip():
        raise InvalidInput("reason_empty", "Say why.")
    issue = locked(issue)
    if issue.state == IssueState.RESOLVED:
        raise DomainError("already_resolved", f"The issue is already resolved as {issue.resolution}. Reopen it first.")
    refuse_merged(issue)
    become(issue, IssueState.RESOLVED, resolution=resolution, resolved_at=issue.project.present())
    record(issue, actor, "resolved", {"resolution": resolution, "reason": reason.strip()})
    if resolution in CLAIM_NO_FIX:
        said = texts.settled(resolution=Resolution(resolution).label, actor=actor.name, reason=reason.strip())
        mirrors.say_closed(issue, reason=mirrors.NOT_PLANNED, text=said, at=timezone.now())
    return issue


@transaction.atomic
def ignore(issue: Issue, *, actor: Actor, until: datetime | None = None, count: int | None = None) -> Issue:
    """Put the issue aside until a moment, until `count` more entries have come, or for good. Raises InvalidInput or DomainError."""
    if until is not None and until <= timezone.now():
        raise InvalidInput("until_past", "“until” must lie in the future.")
    if count is not None and count < 1:
        raise InvalidInput("count_invalid", "“count” must be at least 1.")
    issue = locked(issue)
    if issue.state != IssueState.OPEN:
        raise DomainError("not_open", f"Only an open issue can be ignored; this one is {issue.state}.")
    become(issue, IssueState.IGNORED, ignored_until=until, ignored_until_entries=issue.entries + count if count is not None else None)
    record(issue, actor, "ignored", {"until": iso(until) if until else None, "count": count})
    return issue


@transaction.atomic
def reopen(issue: Issue, *, actor: Actor, reason: str) -> Issue:
    """Take up again what was resolved or ignored. Raises InvalidInput or DomainError."""
    if not reason.strip():
        raise InvalidInput("reason_empty", "Say why.")
    issue = locked(issue)
    if issue.state == IssueState.OPEN:
        raise DomainError("already_open", "The issue is open.")
    refuse_merged(issue)
    was = issue.resolution or issue.state
    become(issue, IssueState.OPEN)
    record(issue, actor, "reopened", {"reason": reason.strip(), "was": was})
    if was != IssueState.IGNORED:
        mirrors.say_reopened(issue, text=texts.reopened(was=Resolution(was).label, actor=actor.name, reason=reason.strip()))
    priorities.rank_issues(issue.project, [issue.pk])
    return _again(issue)


@transaction.atomic
def wake(project: Project) -> int:
    """Open again the project's ignored issues whose time or count is up; gives how many."""
    # Whoever locks several issues holds the project first.
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    due = list(Issue.objects.due_to_wake(project=project, present=timezone.now()).select_for_update(no_key=True).order_by("pk"))
    for issue in due:
        become(issue, IssueState.OPEN)
        record(issue, Actor.machine("clock"), "woke", {})
    priorities.rank_issues(project, [issue.pk for issue in due])
    return len(due)


@transaction.atomic
def regress(issue: Issue, *, actor: Actor, release: str) -> Issue:
    """Reopen a resolved issue because the logs show it again. Does nothing where it is not resolved any more."""
    issue = locked(issue)
    if issue.state != IssueState.RESOLVED:
        return issue
    was = issue.resolution
    become(issue, IssueState.OPEN, confirmation=Confirmation.REGRESSED)
    record(issue, actor, "regressed", {"release": release, "was": was})
    mirrors.say_reopened(issue, text=texts.reopened(was=Resolution(was or "").label, release=release, regressed=True))
    return issue


def become(
    issue: Issue,
    state: IssueState,
    *,
    resolution: str | None = None,
    resolved_at: datetime | None = None,
    ignored_until: datetime | None = None,
    ignored_until_entries: int | None = None,
    confirmation: Confirmation = Confirmation.NONE,
    merged_into: Issue | None = None,
) -> None:
    """Set the state with all that belongs to it; what belonged to the old state goes."""
    issue.state = state
    issue.resolution = resolution
    issue.resolved_at = resolved_at
    issue.ignored_until = ignored_until
    issue.ignored_until_entries = ignored_until_entries
    issue.confirmation = confirmation
    issue.merged_into = merged_into
    issue.save(
        update_fields=["state", "resolution", "resolved_at", "ignored_until", "ignored_until_entries", "confirmation", "merged_into"]
    )
    mirrors.rate_closing(issue)


def locked(issue: Issue) -> Issue:
    """The issue as it is now, locked: two people pressing together must not both win."""
    return Issue.objects.select_for_update(no_key=True, of=("self",)).select_related("project").get(pk=issue.pk)


def refuse_merged(issue: Issue) -> None:
    """Raises DomainError where the issue was merged away."""
    if issue.state == IssueState.MERGED:
        raise DomainError("merged", f"{issue.key} was merged into {issue.merged_into}; act on that one.")


def _again(issue: Issue) -> Issue:
    issue.refresh_from_db()
    return issue


def _require_member(project: Project, person: User) -> None:
    if not (person.is_superuser or project.memberships.filter(user=person).exists()):
        raise InvalidInput("assignee_no_member", f"{person} is no member of {project}.")


def _plain(value: Any) -> Any:
    return value.get_username() if isinstance(value, User) else value
