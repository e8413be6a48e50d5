"""Calls that many API tests make, and how an answer that refuses must look."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from incidents.models import Issue
from ingestion import pipeline

JSON = "application/json"
NDJSON = "application/x-ndjson"
TEXT = "text/plain"


def send(api: APIClient, body: bytes, kind: str = JSON, *, to: str = "shop-logs", headers: dict[str, str] | None = None) -> Any:
    """Post raw bytes to a source."""
    return api.generic("POST", f"/api/v1/sources/{to}/entries/", body, content_type=kind, headers=headers or {})


def taken(api: APIClient, body: bytes, kind: str = JSON) -> dict[str, Any]:
    """Post raw bytes that must be accepted, process them, and give the batch as the API tells it."""
    answer = send(api, body, kind)
    assert answer.status_code == 202, answer.content
    pipeline.process(answer.json()["id"])
    batch: dict[str, Any] = api.get(answer.json()["url"]).json()
    return batch


def entries(api: APIClient, **asked: Any) -> list[dict[str, Any]]:
    """The first page of a source's entries."""
    answer = api.get("/api/v1/sources/shop-logs/entries/", asked)
    assert answer.status_code == 200, answer.content
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def expect_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer that refuses with this status and code."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["status"], body["type"]) == (status, status, f"urn:fixproof:problem:{code}"), body
    assert body["title"]
    assert body["detail"]
    assert isinstance(body["errors"], list)
    return body


def do(api: APIClient, issue: Issue, verb: str, **given: Any) -> Any:
    """Post a verb of an issue."""
    return api.post(f"/api/v1/issues/{issue.pk}/{verb}/", given)


def history(api: APIClient, issue: Issue) -> list[dict[str, Any]]:
    """What happened to the issue, newest first."""
    events: list[dict[str, Any]] = api.get(f"/api/v1/issues/{issue.pk}/timeline/").json()["results"]
    return events
