"""Asking for an issue's twin on GitHub. What comes of it is written by a worker; here nothing speaks to GitHub."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from incidents.models import Issue, Mirror, Outbox, Project
from incidents.roles import Role, Scope
from tests.api.calls import JSON, do, expect_problem, history
from tests.factories import a_client, a_project, a_token, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(db: None) -> Project:
    return a_project(github_repository="acme/shop")


def test_a_twin_is_asked_for_and_the_answer_says_that_it_is_under_way(api: APIClient, issue: Issue) -> None:
    answer = do(api, issue, "github")

    assert answer.status_code == 202
    assert (answer.json()["id"], answer.json()["github"]["number"]) == (issue.pk, None)
    assert history(api, issue)[0]["verb"] == "github_asked"
    assert Outbox.objects.get().kind == Outbox.Kind.CREATE


def test_asked_again_it_changes_nothing(api: APIClient, issue: Issue) -> None:
    first = do(api, issue, "github").json()

    again = do(api, issue, "github")

    assert (again.status_code, again.json()) == (202, first)
    assert Outbox.objects.count() == 1


@pytest.mark.parametrize("number", [7, "7", "#7", "acme/shop#7", "ACME/Shop#7", "https://github.com/acme/shop/issues/7"])
def test_an_existing_issue_is_named_in_any_way(api: APIClient, issue: Issue, number: object) -> None:
    answer = do(api, issue, "github", number=number)

    row = Outbox.objects.get()
    assert answer.status_code == 202
    assert (row.kind, row.payload["number"]) == (Outbox.Kind.LINK, 7)


NO_NUMBERS = ["seven", " ", "0", "-7", "7.0", "7 8", "acme/other#7", "https://github.com/acme/shop/pull/7", "²", "7" * 600]
NO_NUMBERS += [0, -7, 7.5, True, False, [7], {"number": 7}, 2**31, 10**400]


@pytest.mark.parametrize("number", NO_NUMBERS, ids=lambda number: repr(number)[:40])
def test_what_names_no_issue_is_refused_by_name(api: APIClient, issue: Issue, number: object) -> None:
    answer = do(api, issue, "github", number=number)

    assert answer.status_code == 400, answer.content
    assert [error["field"] for error in answer.json()["errors"]] == ["number"]
    assert not Mirror.objects.exists()


@pytest.mark.parametrize("body", [b"null", b"[]", b'"7"', b"7", b"{", b'{"number": %s}' % (b"7" * 5_000)], ids=lambda body: repr(body[:20]))
def test_a_body_that_makes_no_sense_is_refused(api: APIClient, issue: Issue, body: bytes) -> None:
    answer = api.post(f"/api/v1/issues/{issue.pk}/github/", body, content_type=JSON)

    assert answer.status_code == 400, answer.content
    assert not Mirror.objects.exists()


def test_without_a_repository_there_is_no_twin(api: APIClient, issue: Issue) -> None:
    Project.objects.update(github_repository="")

    expect_problem(do(api, issue, "github"), 409, "no_github_repository")


def test_a_merged_issue_has_no_twin_of_its_own(api: APIClient, issue: Issue) -> None:
    into = api.post("/api/v1/issues/", {"project": "shop", "title": "The other", "severity": "ERROR"}).json()["id"]
    Issue.objects.filter(pk=issue.pk).update(state="merged", merged_into=into)

    expect_problem(do(api, issue, "github"), 409, "merged")


@pytest.mark.parametrize("number", [0, 4711, 2**63, 10**30])
def test_an_issue_that_does_not_exist_is_not_found(api: APIClient, number: int) -> None:
    expect_problem(api.post(f"/api/v1/issues/{number}/github/", {}), 404, "not_found")


def test_an_issue_of_another_project_is_not_there(issue: Issue) -> None:
    stranger = a_client(a_token(project=a_project("bank")))

    expect_problem(do(stranger, issue, "github"), 404, "not_found")
    assert not Mirror.objects.exists()


def test_a_viewer_asks_for_nothing(issue: Issue) -> None:
    viewer = a_client(a_token(Scope.READ, Scope.WRITE, user=a_user(role=Role.VIEWER, project=issue.project)))

    expect_problem(do(viewer, issue, "github"), 403, "role_insufficient")
    assert not Mirror.objects.exists()


def test_an_engineer_asks(issue: Issue) -> None:
    engineer = a_client(a_token(Scope.READ, Scope.WRITE, user=a_user(role=Role.ENGINEER, project=issue.project)))

    assert do(engineer, issue, "github").status_code == 202


def test_a_token_that_may_only_read_asks_for_nothing(issue: Issue) -> None:
    expect_problem(do(a_client(a_token(Scope.READ)), issue, "github"), 403, "scope_missing")
