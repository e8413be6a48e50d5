"""The few things that most tests need, made by the product's own verbs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import count
from typing import Any

from django.contrib.auth.models import User
from rest_framework.test import APIClient

from incidents.actions import projects
from incidents.actors import Actor
from incidents.models import Project, Source
from incidents.roles import Role, Scope
from ingestion import actions, pipeline
from ingestion.formats.bodies import Form
from ingestion.models import Batch

_numbers = count(1)


def a_project(slug: str = "shop", **given: Any) -> Project:
    return projects.create_project(slug=slug, name=given.pop("name", slug.title()), **given)


def a_source(project: Project, slug: str = "shop-logs", **given: Any) -> Source:
    return projects.create_source(project, slug=slug, **given)


def a_user(name: str = "ada", *, role: Role | None = None, project: Project | None = None, **given: Any) -> User:
    user = User.objects.create_user(name, password="correct horse battery", is_staff=True, **given)
    if role is not None and project is not None:
        projects.set_member(project, user=user, role=role)
    return user


def a_token(*scopes: Scope, name: str = "a client", **given: Any) -> str:
    """A token's secret; all scopes but `review`, which needs a person, where none is named."""
    return projects.create_token(name=name, scopes=list(scopes) or [scope for scope in Scope if scope != Scope.REVIEW], **given)[1]


def a_client(secret: str) -> APIClient:
    """An API client with this token, that gets a 500 as an answer rather than as an exception."""
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def somebody() -> Actor:
    """An actor for tests in which it does not matter who acts."""
    return Actor.machine("a test")


def an_entry(message: str = "Payment failed", **given: Any) -> dict[str, Any]:
    """A LogEntry as Cloud Logging writes it, an ERROR with an id of its own; `given` replaces or adds fields."""
    entry = {
        "insertId": f"id-{next(_numbers)}",
        "timestamp": "2025-09-09T01:33:32.726470Z",
        "severity": "ERROR",
        "logName": "projects/example/logs/app",
        "resource": {"type": "cloud_run_revision", "labels": {"service_name": "shop", "revision_name": "shop-00001-abc"}},
        "textPayload": message,
    }
    return {name: value for name, value in (entry | given).items() if value is not None}


def store(source: Source, entries: Iterable[dict[str, Any]], **given: Any) -> Batch:
    """Entries as a batch that waits to be processed."""
    body = json.dumps(list(entries)).encode()
    return actions.accept(source, body=body, form=Form.JSON, process_soon=False, **given)[0]


def ingest(source: Source, entries: Iterable[dict[str, Any]]) -> Batch:
    """Entries as a batch that has been processed."""
    batch = store(source, entries)
    pipeline.process(batch.pk)
    batch.refresh_from_db()
    return batch
