"""Doors for Celery: what has to happen as time passes."""

from __future__ import annotations

from celery import shared_task

from incidents.actions import issues
from incidents.github import inbox, poll, push
from incidents.models import Issue, IssueState, Project
from incidents.priorities import rank_project


@shared_task(expires=60)
def rank_projects() -> None:
    """Rank the projects whose present has moved since they were ranked last."""
    for project in Project.objects.filter(archived_at=None, as_of__isnull=False):
        if project.ranked_as_of is None or project.ranked_as_of < project.present():
            rank_project(project)


@shared_task(expires=60)
def wake_ignored_issues() -> None:
    """Open again the ignored issues whose time or count is up."""
    for project in Project.objects.filter(pk__in=Issue.objects.filter(state=IssueState.IGNORED).values("project")):
        issues.wake(project)


@shared_task(expires=60)
def push_to_github() -> None:
    """Write what is due to GitHub, and come back for the rest. Safe to run twice: what was written is never written again."""
    if push.drain() and push.is_more_due():
        push_to_github.delay()


@shared_task(expires=60)
def process_deliveries() -> None:
    """Process the webhook deliveries that were received, and come back for the rest."""
    if inbox.drain() and inbox.is_more_due():
        process_deliveries.delay()


@shared_task(expires=60)
def poll_github() -> None:
    """Read what has changed on GitHub, whatever webhooks told."""
    poll.poll_all()
