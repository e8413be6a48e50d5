"""Callers that may not post entries: no token, a bad one, or one that is not for this."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from incidents.actions import projects
from incidents.models import Project, Source, Token
from incidents.roles import Role, Scope
from ingestion.models import Batch
from tests.api.calls import expect_problem, send
from tests.factories import a_client, a_project, a_token, a_user

pytestmark = pytest.mark.django_db


def post(secret: str) -> Any:
    return send(a_client(secret), b"[{}]")


def expect_refused(answer: Any, status: int, code: str) -> str:
    assert Batch.objects.count() == 0
    return str(expect_problem(answer, status, code)["detail"])


def test_an_unknown_source_is_not_found(api: APIClient, source: Source) -> None:
    assert "nowhere" in expect_refused(send(api, b"[{}]", to="nowhere"), 404, "not_found")


def test_without_a_token_nobody_is_let_in(source: Source) -> None:
    answer = send(APIClient(), b"[{}]")

    expect_refused(answer, 401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_wrong_token_is_refused(source: Source) -> None:
    right = a_token()

    answer = post(right[:-1] + ("a" if right[-1] != "a" else "b"))

    expect_refused(answer, 401, "token_invalid")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer", "Basic dXNlcjpwYXNz", "Bearer one two", "fxp_only-the-secret", "Bearer, x"])
def test_a_malformed_header_is_refused_with_how_to_write_it(source: Source, header: str) -> None:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=header)

    assert "Authorization: Bearer" in expect_refused(send(client, b"[{}]"), 401, "authorization_malformed")


@pytest.mark.parametrize("secret", ["ü", "\x00", "\xff\xfe", "x" * 10_000])
def test_a_secret_of_odd_characters_is_only_wrong(source: Source, secret: str) -> None:
    expect_refused(post(secret), 401, "token_invalid")


def test_the_word_bearer_may_be_written_in_any_case(source: Source) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"bEARER {a_token()}")

    assert send(client, b"[{}]").status_code == 202


def test_an_expired_token_is_refused(source: Source) -> None:
    secret = a_token(expires_at=timezone.now() + timedelta(days=1))
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert "expired" in expect_refused(post(secret), 401, "token_invalid")


def test_a_token_is_good_until_it_expires(source: Source) -> None:
    assert post(a_token(expires_at=timezone.now() + timedelta(days=1))).status_code == 202


def test_a_revoked_token_is_refused(source: Source) -> None:
    secret = a_token()
    projects.revoke_token(Token.objects.get())

    assert "revoked" in expect_refused(post(secret), 401, "token_invalid")


def test_a_token_without_the_scope_is_refused(source: Source) -> None:
    secret = a_token(Scope.READ, Scope.WRITE, Scope.MANAGE, Scope.EVIDENCE)

    assert "“ingest”" in expect_refused(post(secret), 403, "scope_missing")


def test_a_token_of_another_project_does_not_find_the_source(source: Source) -> None:
    secret = a_token(project=a_project("bank"))

    assert "shop-logs" in expect_refused(post(secret), 404, "not_found")


def test_a_token_of_a_person_who_is_no_member_does_not_find_the_source(source: Source) -> None:
    expect_refused(post(a_token(user=a_user())), 404, "not_found")


def test_a_token_of_a_person_who_may_no_longer_log_in_is_refused(project: Project, source: Source) -> None:
    ada = a_user(role=Role.ADMIN, project=project)
    secret = a_token(user=ada)
    ada.is_active = False
    ada.save()

    expect_refused(post(secret), 401, "token_invalid")


def test_a_token_of_a_viewer_is_refused_by_the_role(project: Project, source: Source) -> None:
    secret = a_token(user=a_user(role=Role.VIEWER, project=project))

    assert "role" in expect_refused(post(secret), 403, "role_insufficient")


def test_a_person_who_leaves_the_project_loses_it_at_once(project: Project, source: Source) -> None:
    ada = a_user(role=Role.ENGINEER, project=project)
    secret = a_token(user=ada)
    ada.memberships.all().delete()

    expect_refused(post(secret), 404, "not_found")


def test_a_token_remembers_when_it_was_used_last(source: Source) -> None:
    before = timezone.now()

    post(a_token())

    used = Token.objects.get().last_used_at
    assert used is not None
    assert used >= before


def test_a_session_of_the_admin_opens_no_api(project: Project, source: Source) -> None:
    client = APIClient(raise_request_exception=False)
    client.force_login(a_user(role=Role.ADMIN, project=project))

    expect_refused(send(client, b"[{}]"), 401, "not_authenticated")


def test_a_method_that_is_none_is_refused(api: APIClient, source: Source) -> None:
    answer = api.delete("/api/v1/sources/shop-logs/entries/")

    expect_refused(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]
