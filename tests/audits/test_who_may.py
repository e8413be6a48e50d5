"""Each call of an iteration needs its scope, a role that allows it, and a project that the token sees."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from incidents.roles import Role, Scope
from tests.audits.walking import Walk
from tests.factories import a_client, a_project, a_token, a_user

# Every call times every kind of caller: minutes.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]

READS = ["", "runs/", "verification/", "contradictions/", "signals/", "chain/", "log/"]
WRITES = [
    ("put", "root-cause/", Scope.WRITE),
    ("put", "test-plan/", Scope.WRITE),
    ("put", "success-metrics/", Scope.WRITE),
    ("put", "test-files/", Scope.WRITE),
    ("post", "fixes/", Scope.WRITE),
    ("post", "advance/", Scope.WRITE),
    ("post", "back/", Scope.WRITE),
    ("post", "abandon/", Scope.WRITE),
    ("post", "commit/", Scope.WRITE),
    ("post", "runs/", Scope.EVIDENCE),
    ("post", "reviews/", Scope.REVIEW),
    ("post", "waivers/", Scope.REVIEW),
    ("post", "findings/1/close/", Scope.REVIEW),
]
IDS = [path for _, path, _ in WRITES]


@pytest.fixture
def walk() -> Walk:
    return Walk()


def all_but(scope: Scope, walk: Walk) -> APIClient:
    admin = a_user("an-admin", role=Role.ADMIN, project=walk.project)
    return a_client(a_token(*[each for each in Scope if each != scope], user=admin))


def send(walk: Walk, method: str, path: str, client: APIClient):
    given = {"format": "multipart"} if path == "runs/" and method == "post" else {}
    return walk.call(method, path, {} if method != "get" else None, client=client, **given)


@pytest.mark.parametrize(("method", "path", "scope"), WRITES, ids=IDS)
def test_a_call_needs_its_scope(walk, method, path, scope):
    refused = send(walk, method, path, all_but(scope, walk))

    assert (refused.status_code, refused.json()["type"]) == (403, "urn:fixproof:problem:scope_missing")


@pytest.mark.parametrize("path", READS)
def test_a_read_needs_the_scope_read(walk, path):
    assert send(walk, "get", path, all_but(Scope.READ, walk)).status_code == 403


@pytest.mark.parametrize(("method", "path", "scope"), WRITES, ids=IDS)
def test_a_viewer_may_not_write(walk, method, path, scope):
    viewer = a_client(a_token(*Scope, user=a_user("a-viewer", role=Role.VIEWER, project=walk.project)))

    refused = send(walk, method, path, viewer)

    assert (refused.status_code, refused.json()["type"]) == (403, "urn:fixproof:problem:role_insufficient")


@pytest.mark.parametrize(("method", "path", "scope"), WRITES, ids=IDS)
def test_an_engineer_reviews_nothing(walk, method, path, scope):
    engineer = a_client(a_token(*Scope, user=a_user("an-engineer", role=Role.ENGINEER, project=walk.project)))

    refused = send(walk, method, path, engineer)

    assert (refused.status_code == 403) == (scope == Scope.REVIEW)


@pytest.mark.parametrize(("method", "path"), [*(("get", path) for path in READS), *((method, path) for method, path, _ in WRITES)])
def test_another_projects_iteration_is_not_there(walk, method, path):
    stranger = a_client(a_token(*Scope, user=a_user("a-stranger", role=Role.ADMIN, project=a_project("rival"))))

    assert send(walk, method, path, stranger).status_code == 404


@pytest.mark.parametrize(("method", "path"), [*(("get", path) for path in READS), *((method, path) for method, path, _ in WRITES)])
def test_nobody_gets_in_without_a_token(walk, method, path):
    assert send(walk, method, path, APIClient()).status_code == 401


def test_an_iteration_cannot_be_begun_over_another_projects_issue(walk):
    rival = a_project("rival")
    client = a_client(a_token(*Scope, user=a_user("a-stranger", role=Role.ADMIN, project=rival)))

    refused = client.post("/api/v1/iterations/", {"project": "rival", "issue": walk.row.issue_id}, format="json")

    assert refused.status_code == 404


def test_the_list_shows_only_what_the_token_sees(walk):
    stranger = a_client(a_token(*Scope, user=a_user("a-stranger", role=Role.ADMIN, project=a_project("rival"))))

    assert stranger.get("/api/v1/iterations/").json()["results"] == []


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 18, "9" * 30, "x"])
def test_an_id_that_is_none_is_not_there(walk, pk):
    assert walk.client.get(f"/api/v1/iterations/{pk}/").status_code == 404
