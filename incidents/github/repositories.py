"""Repositories on GitHub and the projects that name them. A repository's identity is its number; its name may change."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from incidents.github.client import GitHub
from incidents.models import Mirror, Project, Repository


def row(name: str) -> Repository:
    """What is kept of the repository of this name."""
    return Repository.objects.get_or_create(name=name.lower())[0]


def row_of(repository_id: int) -> Repository | None:
    """What is kept of the repository with this number."""
    return Repository.objects.filter(repository_id=repository_id).first() if repository_id else None


def known(name: str, github: GitHub) -> Repository:
    """What is kept of the repository, with its number; GitHub is asked for it once. Raises a GitHubFailure."""
    kept = row(name)
    return kept if kept.repository_id else learn(name, github)


def learn(name: str, github: GitHub) -> Repository:
    """Ask GitHub what the repository of this name is now, and follow where it was renamed. Raises a GitHubFailure."""
    found = github.repository(name)
    if found.name.lower() != name.lower():
        renamed(name, found.name, found.id)
    kept = row(found.name)
    with transaction.atomic():
        Repository.objects.filter(repository_id=found.id).exclude(pk=kept.pk).update(repository_id=None)
        kept.repository_id, kept.default_branch = found.id, found.default_branch
        kept.save(update_fields=["repository_id", "default_branch"])
    return kept


@transaction.atomic
def renamed(old: str, new: str, repository_id: int) -> None:
    """The repository bears another name: projects, twins and what is kept of it follow."""
    if old.lower() == new.lower():
        return
    kept = Repository.objects.select_for_update(no_key=True).filter(name=old.lower()).first()
    if kept is not None and kept.repository_id not in (None, repository_id):
        # Another repository bears that name by now.
        return
    Project.objects.filter(github_repository__iexact=old).update(github_repository=new)
    same = Q(repository_id=repository_id) | Q(repository_id=None)
    Mirror.objects.filter(same, repository__iexact=old).update(repository=new, repository_id=repository_id)
    if kept is not None and not Repository.objects.filter(name=new.lower()).exists():
        kept.name, kept.repository_id = new.lower(), repository_id
        kept.save(update_fields=["name", "repository_id"])


def belongs_to(project: Project, repository: str) -> bool:
    """Whether an issue in the repository may be the twin of one of the project's."""
    mine = [project.github_repository, *project.rules.github.other_repositories]
    return repository.lower() in [name.lower() for name in mine if name]


def projects(repository: str) -> list[Project]:
    """The projects that name the repository as theirs."""
    return list(Project.objects.filter(github_repository__iexact=repository, archived_at=None))
