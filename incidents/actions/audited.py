"""What the audit tells an issue: which iteration walks it, that its fix is proven, and what the logs say afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from incidents import quiet
from incidents.actions.history import record
from incidents.actions.issues import become, locked
from incidents.actors import Actor
from incidents.errors import DomainError, InvalidInput
from incidents.models import BranchCommit, Confirmation, HourCount, Issue, IssueState, Project, Resolution
from incidents.models.github import COMMIT


def show_iteration(
    issue: Issue, *, iteration: int | None, number: int | None = None, phase: str = "", verdict: str = "", waivers: int = 0
) -> None:
    """Let the issue's row show how far its iteration is, and how many waivers go with its verdict; None where none walks it any more."""
    Issue.objects.filter(pk=issue.pk).update(iteration_id=iteration, iteration_number=number, phase=phase, verdict=verdict, waivers=waivers)


def tell(issue: Issue, *, actor: Actor, verb: str, iteration: int, number: int, **data: str) -> None:
    """A turning point of the issue's iteration, for the issue's history."""
    record(issue, actor, verb, {"iteration": iteration, "number": number, **data})


@transaction.atomic
def prove(issue: Issue, *, actor: Actor, resolution: Resolution, iteration: int, number: int) -> Issue:
    """Resolve the issue as the last gate of an iteration found it: `verified`, or `waived` where reviewers let something pass.

    From now on its logs are watched. Raises DomainError where the issue is not open.
    """
    issue = locked(issue)
    if issue.state not in (IssueState.OPEN, IssueState.IGNORED):
        raise DomainError("issue_not_open", f"The issue is {issue.state}; reopen it before its fix can be proven.")
    become(issue, IssueState.RESOLVED, resolution=resolution, resolved_at=issue.project.present(), confirmation=Confirmation.WATCHING)
    record(issue, actor, "proven", {"resolution": resolution, "iteration": iteration, "number": number})
    return issue


@transaction.atomic
def listen(issue: Issue) -> Issue:
    """Hold a resolved issue that is watched against its project's logs: confirmed when they were quiet for long enough, else watched on.

    An entry that speaks against the fix has reopened the issue when it came in; one of an old release that still runs has
    not, and the quiet is counted from it.
    """
    issue = locked(issue)
    if issue.state != IssueState.RESOLVED or issue.confirmation != Confirmation.WATCHING or issue.resolved_at is None:
        return issue
    since = quiet.since(resolved_at=issue.resolved_at, last_seen=issue.last_seen if issue.entries else None)
    window = timedelta(hours=issue.project.rules.quiet_hours)
    if quiet.is_confirmed(since=since, newest_entry=issue.project.as_of, window=window, busy_hours=_busy_hours(issue.project, since)):
        become(issue, IssueState.RESOLVED, resolution=issue.resolution, resolved_at=issue.resolved_at, confirmation=Confirmation.CONFIRMED)
        record(issue, Actor.machine("the logs"), "confirmed", {"quiet_hours": issue.project.rules.quiet_hours})
    return issue


def _busy_hours(project: Project, since: datetime) -> int:
    """In how many hours after the one of `since` the project wrote anything."""
    counts = HourCount.objects.filter(pattern__project=project, hour__gt=since, entries__gt=0)
    return counts.values("hour").distinct().count()


@transaction.atomic
def note_branch_commit(project: Project, *, actor: Actor, commit: str, branch: str) -> BranchCommit:
    """Remember that a commit stands on the project's default branch. Said twice, the first counts. Raises InvalidInput."""
    commit = commit.strip().lower()
    if not COMMIT.fullmatch(commit):
        raise InvalidInput("commit_invalid", "A commit is its full hash: 40 or 64 hexadecimal digits.")
    if not branch.strip():
        raise InvalidInput("branch_empty", "Name the branch.")
    said, _ = BranchCommit.objects.get_or_create(project=project, commit=commit, defaults={"branch": branch.strip(), **actor.signature()})
    return said


@transaction.atomic
def note_branch_commits(project: Project, *, actor: Actor, commits: Sequence[str], branch: str) -> None:
    """Remember the full hashes among these as standing on the project's default branch; what was known stays as it was said first."""
    rows = [
        BranchCommit(project=project, commit=commit, branch=branch, **actor.signature())
        for commit in dict.fromkeys(commit.lower() for commit in commits)
        if COMMIT.fullmatch(commit)
    ]
    BranchCommit.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
