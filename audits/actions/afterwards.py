"""What happens to an iteration and its issue without anybody's doing: the logs go on, and others change the issue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import DatabaseError, transaction
from django.db.models import F, OuterRef, Q, Subquery

from audits.actions.iterations import begin
from audits.actions.refresh import refresh
from audits.models import Iteration, IterationState
from incidents.actions import audited
from incidents.actors import Actor
from incidents.errors import DomainError
from incidents.models import Confirmation, Event, Issue, IssueState

log = structlog.get_logger(__name__)


def hear_the_logs() -> None:
    """Hold every issue that is watched against its project's logs."""
    watched = Issue.objects.filter(state=IssueState.RESOLVED, confirmation=Confirmation.WATCHING, project__archived_at=None)
    for issue in watched.order_by("pk"):
        with _whatever_becomes_of("an issue that is watched", issue.pk):
            audited.listen(issue)


def begin_again_after_regressions() -> list[Iteration]:
    """A new iteration for each issue that the logs reopened after an iteration had ended it; it links the old one.

    Where somebody has begun or given up another one since, people have taken over.
    """
    newest = Iteration.objects.filter(issue=OuterRef("pk")).exclude(state=IterationState.IMPORTED).order_by("-pk")
    regressed = (
        Issue.objects.filter(state=IssueState.OPEN, confirmation=Confirmation.REGRESSED)
        .annotate(newest=Subquery(newest.values("pk")[:1]), newest_state=Subquery(newest.values("state")[:1]))
        .filter(newest_state=IterationState.DONE)
        .select_related("project")
    )
    begun: list[Iteration] = []
    for issue in regressed.order_by("pk"):
        with _whatever_becomes_of("an issue that came again", issue.pk):
            begun += _begin_again(issue)
    return begun


@contextmanager
def _whatever_becomes_of(what: str, pk: int) -> Iterator[None]:
    """One row that the database refuses must not keep the others waiting: it is logged, and tried again the next time."""
    try:
        yield
    except (DatabaseError, DomainError):
        log.exception("could not be followed", what=what, id=pk)


def _begin_again(issue: Issue) -> list[Iteration]:
    old = Iteration.objects.filter(issue=issue, state=IterationState.DONE).order_by("-pk").first()
    if old is None:
        return []
    event = issue.events.filter(verb="regressed").first()
    release = event.data.get("release") if event else ""
    reason = f"It came again{f' on {release}' if release else ''} after iteration {old.number} had ended it."
    return [begin(issue.project, actor=Actor.machine("the logs"), focus=old.focus, issue=issue, reasons=[reason], previous=old)]


def catch_up() -> None:
    """Work out again what follows from iterations whose issue was changed by others: resolved, reopened, given a child."""
    changed = Event.objects.filter(issue=OuterRef("issue")).order_by("-pk").values("at")[:1]
    stale = (
        Iteration.objects.filter(Q(state=IterationState.RUNNING) | Q(state=IterationState.DONE))
        .annotate(changed_at=Subquery(changed))
        .filter(Q(refreshed_at=None) | Q(refreshed_at__lt=F("changed_at")))
    )
    for pk in stale.order_by("pk").values_list("pk", flat=True):
        with _whatever_becomes_of("an iteration", pk), transaction.atomic():
            refresh(Iteration.objects.select_for_update(no_key=True, of=("self",)).select_related("project", "issue__project").get(pk=pk))
