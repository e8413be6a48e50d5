"""How the way to a repository fares: what went through last, what went wrong, and whether webhooks still come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from incidents.github import allowance, credentials
from incidents.models import Delivery, DeliveryState, Outbox, Project, Repository

# A webhook may be late by this much before its absence means anything.
WEBHOOK_PATIENCE: Final = timedelta(minutes=2)


def pushed(repository: str) -> None:
    """Something was written."""
    _note(repository, last_push=timezone.now())


def pulled(repository: str) -> None:
    """The repository was read to its end; whatever was wrong before, it is over."""
    _note(repository, last_pull=timezone.now(), last_error="", last_error_at=None)


def heard(repository: str, at: datetime) -> None:
    """A webhook of the repository came. Of one that no project names nothing is kept."""
    name = repository.lower()
    if Project.objects.filter(github_repository__iexact=name).exists():
        _note(name, last_webhook=at, unheard_since=None)


def unheard(repository: Repository, changed_at: datetime) -> None:
    """Polling found a change that no webhook has told of. Where none has ever come, none is missed."""
    silent = Repository.objects.filter(pk=repository.pk, unheard_since=None, last_webhook__lt=changed_at)
    silent.update(unheard_since=changed_at)


def failed(repository: str, detail: str) -> None:
    """GitHub could not be reached, or refused."""
    _note(repository, last_error=detail, last_error_at=timezone.now())


def _note(repository: str, **fields: Any) -> None:
    name = repository.lower()
    if name and not Repository.objects.filter(name=name).update(**fields):
        Repository.objects.update_or_create(name=name, defaults=fields)


@dataclass(frozen=True)
class Health:
    """What a project's page shows of its way to GitHub; `alarm` is a sentence, empty where all is well."""

    repository: Repository
    configured: bool
    backlog: int
    dead: int
    undelivered: int
    blocked_until: datetime | None
    alarm: str


def of(project: Project) -> Health | None:
    """The health of the project's way to GitHub; None where it names no repository."""
    if not project.github_repository:
        return None
    name = project.github_repository.lower()
    repository = Repository.objects.filter(name=name).first() or Repository(name=name)
    rows = Outbox.objects.filter(issue__project=project)
    waiting = Delivery.objects.filter(state=DeliveryState.RECEIVED).filter(Q(repository__iexact=name) | Q(repository=""))
    return Health(
        repository=repository,
        configured=credentials.are_given(),
        backlog=rows.backlog().count(),
        dead=rows.dead().count(),
        undelivered=waiting.count(),
        blocked_until=allowance.blocked_until(),
        alarm=_alarm(repository),
    )


def silent(names: Iterable[str]) -> QuerySet[Repository]:
    """Of the repositories with these names, in small letters, those whose webhooks have stopped."""
    return Repository.objects.filter(name__in=names, unheard_since__lte=timezone.now() - WEBHOOK_PATIENCE)


def _alarm(repository: Repository) -> str:
    since = repository.unheard_since
    if since is None or not silent([repository.name]).exists():
        return ""
    return f"Webhooks have stopped: a change of {since:%Y-%m-%d %H:%M} UTC was found by polling, and no webhook told of it."
