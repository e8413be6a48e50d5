"""Two projects with everything that the admin shows, and people who belong to one of them, or to none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.test import Client

from incidents.actions import issues, projects
from incidents.models import Issue, Pattern, Project, Source, Token
from incidents.roles import Role, Scope
from ingestion import actions, pipeline
from ingestion.formats.bodies import Form
from ingestion.models import Batch
from tests.factories import a_project, a_source, a_user, an_entry, ingest, somebody


@dataclass
class House:
    """A project with one row of each kind. Every text in it has the project's name, so that a leak can be seen."""

    project: Project
    source: Source
    issue: Issue
    pattern: Pattern
    batch: Batch
    token: Token
    admin: User


def build(name: str) -> House:
    project = a_project(name, name=f"Project {name}")
    source = a_source(project, f"{name}-logs")
    ingest(source, [an_entry(f"Payment failed in {name}")])
    issue = Issue.objects.get(project=project)
    issues.comment(issue, actor=somebody(), text=f"Seen by support of {name}")
    admin = a_user(f"admin-of-{name}", role=Role.ADMIN, project=project, email=f"admin@{name}.example")
    token, _ = projects.create_token(name=f"CI of {name}", scopes=[Scope.READ], project=project)
    return House(project, source, issue, issue.patterns.get(), a_bad_batch(source, name), token, admin)


def a_bad_batch(source: Source, name: str) -> Batch:
    """Processed: one entry taken, one with a note, one rejected."""
    body = f'{{"textPayload":"fine in {name}"}}\n{{"textPayload":"odd in {name}","severity":"SHOUT"}}\nno json in {name}\n'
    batch, _ = actions.accept(source, body=body.encode(), form=Form.NDJSON, process_soon=False)
    pipeline.process(batch.pk)
    batch.refresh_from_db()
    return batch


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """A slow hash would be most of what these tests do."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def shop(db: None) -> House:
    """The project that the people of these tests belong to."""
    return build("shop")


@pytest.fixture
def rival(db: None) -> House:
    """A project that is none of their business."""
    return build("rival")


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def logged_in(shop: House) -> Callable[[Role], Client]:
    """Gives the browser of a new member of the shop with this role. Their name is the role's, with a capital."""

    def log_in(role: Role) -> Client:
        return browser_of(a_user(f"the-{role.value}", role=role, project=shop.project, first_name=role.value.title()))

    return log_in


@pytest.fixture
def viewer(logged_in) -> Client:
    return logged_in(Role.VIEWER)


@pytest.fixture
def engineer(logged_in) -> Client:
    return logged_in(Role.ENGINEER)


@pytest.fixture
def project_admin(shop: House) -> Client:
    return browser_of(shop.admin)


@pytest.fixture
def stranger(db: None) -> Client:
    """Somebody who may log in and belongs to no project."""
    return browser_of(a_user("stranger"))


@pytest.fixture
def superuser(db: None) -> Client:
    return browser_of(a_user("root", is_superuser=True))
