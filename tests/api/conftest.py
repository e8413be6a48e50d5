"""A project with one source, and a client whose token may do everything that needs no person."""

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from incidents.models import Issue, Project, Source
from tests.factories import a_client, a_project, a_source, a_token, an_entry, ingest


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """Nobody attacks the passwords of these tests, and many of them make a user."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def project(db: None) -> Project:
    return a_project()


@pytest.fixture
def source(project: Project) -> Source:
    return a_source(project)


@pytest.fixture
def api(db: None) -> APIClient:
    return a_client(a_token())


@pytest.fixture
def issue(source: Source) -> Issue:
    """An open issue that two entries report."""
    ingest(source, [an_entry("Payment failed"), an_entry("Payment failed")])
    return Issue.objects.get()
