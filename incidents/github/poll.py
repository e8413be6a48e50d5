"""Reconciliation: reading what has changed on GitHub since the last time, whatever webhooks told or kept to themselves.

The cursor is a time of GitHub's, and reading begins a little before it: an edit in the cursor's own second, or one that a
replica of GitHub shows late, is read twice rather than never. It moves on only when a page has been taken over.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from incidents.actions import audited
from incidents.errors import DomainError
from incidents.github import allowance, credentials, health, pull, repositories
from incidents.github.client import CLOCKS_DIFFER_BY, GitHub
from incidents.github.failures import GitHubFailure, MustWait
from incidents.github.people import GITHUB
from incidents.github.remote import RemoteIssue
from incidents.models import Delivery, Mirror, Project, Repository

log = structlog.get_logger(__name__)

OVERLAP: Final = timedelta(seconds=30)
LEASE: Final = timedelta(minutes=5)
# Redelivery is asked for so seldom that a hook which fails for good does not become a load.
ASK_FOR_FAILED_EVERY: Final = timedelta(minutes=10)
MOST_ASKED_FOR: Final = 50
COMMITS_OF: Final = timedelta(days=7)


def poll_all() -> int:
    """Read every repository that is in use; gives how many were read to their end."""
    if not credentials.are_given() or allowance.blocked_until() is not None:
        return 0
    return sum(poll(name) for name in in_use())


def in_use() -> list[str]:
    """The repositories that projects name or linked issues live in."""
    named = Project.objects.filter(archived_at=None).exclude(github_repository="").values_list("github_repository", flat=True)
    linked = Mirror.objects.filter(standing=Mirror.Standing.LINKED, issue__project__archived_at=None).values_list("repository", flat=True)
    return sorted({name.lower() for name in [*named, *linked]})


def poll(name: str) -> bool:
    """Read the repository from its cursors on; False where another worker does so just now, or it could not be read to its end."""
    leased = repositories.row(name).pk
    now = timezone.now()
    free = Repository.objects.filter(Q(polling_until=None) | Q(polling_until__lt=now), pk=leased)
    if not free.update(polling_until=now + LEASE):
        return False
    try:
        with GitHub(name) as github:
            # Also to follow where it was renamed: a redirect loses what is asked for.
            row = repositories.learn(name, github)
            _read_issues(row, github)
            _read_comments(row, github)
            _read_commits(row, github)
            _ask_for_failed(row, github)
    except MustWait as limit:
        log.info("a repository is read on later", repository=name, until=limit.until.isoformat(), reason=limit.detail)
        allowance.block(limit.until)
        health.failed(name, limit.detail)
        return False
    except (GitHubFailure, DomainError, DatabaseError) as failure:
        # One that cannot be read must not keep the others waiting.
        log.warning("a repository could not be read", repository=name, error=str(failure))
        health.failed(name, str(failure))
        return False
    finally:
        Repository.objects.filter(pk=leased).update(polling_until=None)
    health.pulled(row.name)
    return True


def _read_issues(row: Repository, github: GitHub) -> None:
    began = timezone.now()
    for page in github.issues_since(row.name, (row.issues_cursor or _first_cursor(row)) - OVERLAP):
        numbers = {one.number: one for one in page if not one.is_pull_request}
        linked = Mirror.objects.filter(repository__iexact=row.name, number__in=numbers, standing=Mirror.Standing.LINKED)
        for mirror in linked.select_related("issue__project"):
            remote = numbers[mirror.number or 0]
            if _take_over(mirror, remote, github, began):
                health.unheard(row, remote.updated_at)
        _advance(row, "issues_cursor", (one.updated_at for one in page))
        began = timezone.now()


def _take_over(mirror: Mirror, remote: RemoteIssue, github: GitHub, began: datetime) -> bool:
    """Take over what a list says; tells whether anything was new. Who closed an issue, a list need not say."""
    if remote.node_id != mirror.node_id:
        return False
    if remote.state != mirror.state and remote.closed_by is None:
        pull.fetch(mirror, github)
        return True
    return pull.absorb(mirror, remote, began)[1]


def _read_comments(row: Repository, github: GitHub) -> None:
    login = github.login()
    for page in github.comments_since(row.name, (row.comments_cursor or _first_cursor(row)) - OVERLAP):
        linked = Mirror.objects.filter(
            repository__iexact=row.name, number__in={one.number for one in page}, standing=Mirror.Standing.LINKED
        )
        mirrors = {mirror.number: mirror for mirror in linked.select_related("issue__project")}
        for comment in page:
            if comment.number in mirrors and pull.take_comment(mirrors[comment.number], comment, login=login):
                health.unheard(row, comment.updated_at)
        _advance(row, "comments_cursor", (one.updated_at for one in page))


def _first_cursor(row: Repository) -> datetime:
    """Where reading begins that has never begun: before the first issue that is linked there."""
    first = Mirror.objects.filter(repository__iexact=row.name).order_by("created_at").values_list("created_at", flat=True).first()
    return (first or timezone.now()) - CLOCKS_DIFFER_BY


def _advance(row: Repository, cursor: str, times: Iterable[datetime]) -> None:
    newest = max(times, default=None)
    if newest is not None:
        behind = Q(**{cursor: None}) | Q(**{f"{cursor}__lt": newest})
        Repository.objects.filter(behind, pk=row.pk).update(**{cursor: newest})


def _read_commits(row: Repository, github: GitHub) -> None:
    """While a fix waits to be seen on the default branch, what came to the branch of late."""
    waiting = [project for project in repositories.projects(row.name) if project.issues.filter(phase="commit").exists()]
    if not waiting:
        return
    try:
        commits = github.commits_since(row.name, timezone.now() - COMMITS_OF)
    except GitHubFailure as failure:
        # The account may be allowed to see issues only; a webhook or a person tells then.
        log.info("commits could not be read", repository=row.name, error=failure.detail)
        return
    for project in waiting:
        audited.note_branch_commits(project, actor=GITHUB, commits=commits, branch=row.default_branch or "default branch")


def _ask_for_failed(row: Repository, github: GitHub) -> None:
    """Let GitHub deliver again what did not arrive. It does not do that by itself."""
    now = timezone.now()
    if not settings.GITHUB_WEBHOOK_SECRETS or (row.asked_for_failed_at and row.asked_for_failed_at > now - ASK_FOR_FAILED_EVERY):
        return
    Repository.objects.filter(pk=row.pk).update(asked_for_failed_at=now)
    try:
        failed = github.failed_deliveries(row.name, f"{settings.PUBLIC_URL}/hooks/github/")
        known = set(Delivery.objects.filter(guid__in=[guid for _, _, guid in failed]).values_list("guid", flat=True))
        for hook, delivery, guid in failed[:MOST_ASKED_FOR]:
            if guid not in known:
                known.add(guid)
                github.redeliver(row.name, hook, delivery)
    except MustWait:
        raise
    except GitHubFailure as failure:
        # Hooks are seen by administrators of the repository alone; polling finds what they would have told.
        log.info("failed deliveries could not be asked for", repository=row.name, error=failure.detail)
