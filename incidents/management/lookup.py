"""Finding what a command line names, with an answer that helps where it is not there."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.core.management.base import CommandError

from incidents.models import Project, Source


def named_project(slug: str) -> Project:
    """The project of this slug. Raises CommandError that lists those that there are."""
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        raise CommandError(f"There is no project {slug!r}. {_there_are(Project.objects.values_list('slug', flat=True), 'create_project')}")
    return project


def named_source(slug: str) -> Source:
    """The source of this slug. Raises CommandError that lists those that there are."""
    source = Source.objects.select_related("project").filter(slug=slug).first()
    if source is None:
        raise CommandError(f"There is no source {slug!r}. {_there_are(Source.objects.values_list('slug', flat=True), 'create_source')}")
    return source


def named_user(name: str) -> User:
    """The user of this name. Raises CommandError."""
    user = User.objects.filter(username=name).first()
    if user is None:
        raise CommandError(f"There is no user {name!r}.")
    return user


def _there_are(slugs: Iterable[str], command: str) -> str:
    known = ", ".join(sorted(slugs)[:20])
    return f"There are: {known}." if known else f"There is none yet; make one with manage.py {command}."
