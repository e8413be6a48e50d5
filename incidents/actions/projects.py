"""Setting up: projects, sources, members and tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from incidents.errors import InvalidInput, Unmet
from incidents.models import Membership, Project, ProjectQuerySet, Source, SourceKind, Token
from incidents.priorities import rank_project
from incidents.project_settings import read_critical_areas, read_settings
from incidents.roles import Role, Scope


@transaction.atomic
def create_project(
    *,
    slug: str,
    name: str,
    github_repository: str = "",
    settings: dict[str, Any] | None = None,
    critical_areas: list[dict[str, Any]] | None = None,
    owner: User | None = None,
) -> Project:
    """A new project; whoever makes it is its first admin. Raises InvalidInput."""
    project = Project(
        slug=slug, name=name, github_repository=github_repository, settings=settings or {}, critical_areas=critical_areas or []
    )
    _save(project)
    if owner is not None:
        Membership.objects.create(user=owner, project=project, role=Role.ADMIN)
    return project


@transaction.atomic
def change_project(project: Project, *, changes: dict[str, Any], managed: ProjectQuerySet | None = None) -> Project:
    """Change name, repository, settings or critical areas. `managed` are the projects that whoever asks manages; None: all.

    Raises InvalidInput.
    """
    project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    before = _repositories(project)
    for name, value in changes.items():
        setattr(project, name, value)
    _save(project)
    if managed is not None:
        _require_no_repository_of_others(_repositories(project) - before, managed)
    rank_project(project)
    return project


def _repositories(project: Project) -> set[str]:
    """The names, in small letters, of all repositories that are the project's."""
    return {name.lower() for name in (project.github_repository, *project.rules.github.other_repositories) if name}


def _require_no_repository_of_others(named: set[str], managed: ProjectQuerySet) -> None:
    """Whoever names a repository reads its issues with the installation's own rights: not those of projects that they do not manage."""
    if not named:
        return
    theirs = set().union(*map(_repositories, Project.objects.exclude(pk__in=managed)))
    for name in sorted(named & theirs):
        said = f"{name} is the repository of a project that you do not manage."
        raise InvalidInput("repository_of_others", said, [Unmet("taken", said, "github_repository")])


@transaction.atomic
def create_source(project: Project, *, slug: str, kind: str = SourceKind.HTTP) -> Source:
    """A new place that entries come from. Raises InvalidInput."""
    source = Source(project=project, slug=slug, kind=kind)
    _save(source)
    return source


@transaction.atomic
def set_member(project: Project, *, user: User, role: str) -> tuple[Membership, bool]:
    """Give a person a role in the project, in place of the one that they had; also tells whether they are new. Raises InvalidInput."""
    if role not in list(Role):
        raise InvalidInput("role_unknown", f"A role is one of: {', '.join(Role)}.")
    return Membership.objects.update_or_create(user=user, project=project, defaults={"role": role})


@transaction.atomic
def create_token(
    *,
    name: str,
    scopes: Sequence[str],
    project: Project | None = None,
    user: User | None = None,
    expires_at: datetime | None = None,
    maker: User | None = None,
) -> tuple[Token, str]:
    """A new token and its secret, which is shown this once and not kept. Raises InvalidInput.

    `maker` is the person who makes it; None stands for the command line, whose user may do everything anyway.
    """
    check_new_token(scopes=scopes, project=project, user=user, expires_at=expires_at, maker=maker)
    secret = Token.new_secret()
    token = Token(
        name=name,
        scopes=sorted(set(scopes)),
        project=project,
        user=user,
        expires_at=expires_at,
        digest=Token.digest_of(secret),
        prefix=secret[:12],
    )
    _save(token)
    return token, secret


def check_new_token(
    *, scopes: Sequence[str], project: Project | None, user: User | None, expires_at: datetime | None, maker: User | None
) -> None:
    """What a new token must not be. Raises InvalidInput."""
    if maker is not None and not maker.is_superuser:
        _check_maker(maker, project=project, user=user)
    unknown = sorted(set(scopes) - set(Scope))
    if unknown or not scopes:
        raise InvalidInput("scope_unknown", f"Scopes are: {', '.join(Scope)}; given: {', '.join(scopes) or 'none'}.")
    if Scope.REVIEW in scopes and user is None:
        raise InvalidInput("review_needs_a_person", "A token with the scope review must belong to a user: reviews are signed.")
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput("expires_in_the_past", "The token would have expired already.")


def _check_maker(maker: User, *, project: Project | None, user: User | None) -> None:
    """Who manages a project makes tokens for that project; a token acts and signs as its person, so for nobody else."""
    if project is None or not Project.objects.where_allowed(maker, Scope.MANAGE).filter(pk=project.pk).exists():
        raise InvalidInput("project_needed", "Bind the token to a project that you manage.")
    if user is not None and user != maker:
        raise InvalidInput("token_for_somebody_else", "A token acts as its person: make it for yourself or for nobody.")


def revoke_token(token: Token) -> None:
    """From now on the token opens nothing."""
    Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())


def _save(row: models.Model) -> None:
    """Validate with the model's own rules and save. Raises InvalidInput with one line a field."""
    try:
        if isinstance(row, Project):
            read_settings(row.settings)
            read_critical_areas(row.critical_areas)
        row.full_clean()
    except ValidationError as error:
        unmet = [Unmet("invalid", message, field) for field, messages in error.message_dict.items() for message in messages]
        raise InvalidInput("invalid", " ".join(f"{one.field}: {one.detail}" for one in unmet), unmet) from error
    row.save()
