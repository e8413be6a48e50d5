"""Who may do what: each call for each role, and tokens that are bounded in other ways."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from incidents.models import Issue, Source
from incidents.roles import Role, Scope
from ingestion.models import Batch
from tests.factories import a_client, a_project, a_token, a_user, an_entry, ingest

pytestmark = pytest.mark.django_db

ALL = list(Scope)
READ, INGEST, WRITE, MANAGE = "reads", "ingests", "writes", "manages"
# What each call needs, its body, and what it answers to those who may.
CALLS: dict[str, tuple[str, Any, int]] = {
    "GET issues/{issue}/": (READ, None, 200),
    "GET issues/{issue}/patterns/": (READ, None, 200),
    "GET issues/{issue}/occurrences/": (READ, None, 200),
    "GET issues/{issue}/timeline/": (READ, None, 200),
    "GET issues/critical/?project=shop": (READ, None, 200),
    "GET batches/{batch}/": (READ, None, 200),
    "GET sources/shop-logs/entries/": (READ, None, 200),
    "GET projects/shop/members/": (READ, None, 200),
    "POST sources/shop-logs/entries/": (INGEST, [{}], 202),
    "POST issues/": (WRITE, {"project": "shop", "title": "T", "severity": "ERROR"}, 201),
    "POST issues/critical/": (WRITE, {"project": "shop", "issue": "{issue}", "reasons": ["r"]}, 201),
    "PATCH issues/{issue}/": (WRITE, {"title": "T"}, 200),
    "POST issues/{issue}/comments/": (WRITE, {"text": "t"}, 201),
    "POST issues/{issue}/resolve/": (WRITE, {"resolution": "wont_fix", "reason": "r"}, 200),
    "POST issues/{issue}/ignore/": (WRITE, {}, 200),
    "POST issues/{ignored}/reopen/": (WRITE, {"reason": "r"}, 200),
    "PATCH projects/shop/": (MANAGE, {"name": "N"}, 200),
    "POST projects/shop/members/": (MANAGE, {"user": "bob", "role": "viewer"}, 201),
    "POST sources/": (MANAGE, {"slug": "s", "project": "shop", "kind": "http"}, 201),
}
MAY = {
    Role.VIEWER: {READ},
    Role.ENGINEER: {READ, INGEST, WRITE},
    Role.REVIEWER: {READ, INGEST, WRITE},
    Role.ADMIN: {READ, INGEST, WRITE, MANAGE},
}
each_call = pytest.mark.parametrize("call", CALLS)


@pytest.fixture
def ids(source: Source) -> dict[str, int]:
    """An open issue, an ignored one, a batch, and a person to give a role to."""
    batch = ingest(source, [an_entry("Payment failed"), an_entry("Till is slow")])
    issue, ignored = Issue.objects.order_by("pk")
    Issue.objects.filter(pk=ignored.pk).update(state="ignored")
    a_user("bob")
    return {"issue": issue.pk, "ignored": ignored.pk, "batch": batch.pk}


def ask(client: APIClient, call: str, ids: dict[str, int]) -> int:
    """The status that the client gets."""
    method, path = call.format(**ids).split()
    body = CALLS[call][1]
    if isinstance(body, dict) and body.get("issue"):
        body = body | {"issue": ids["issue"]}
    return int(getattr(client, method.lower())(f"/api/v1/{path}", body, **({} if body is None else {"format": "json"})).status_code)


@each_call
@pytest.mark.parametrize("role", list(Role))
def test_a_role_allows_what_it_stands_for_and_forbids_the_rest(source: Source, ids: dict[str, int], call: str, role: Role) -> None:
    client = a_client(a_token(*ALL, user=a_user(role=role, project=source.project)))

    status = ask(client, call, ids)

    needed, _, done = CALLS[call]
    assert status == (done if needed in MAY[role] else 403)


@each_call
def test_for_a_stranger_nothing_of_it_is_there(ids: dict[str, int], call: str) -> None:
    eve = a_client(a_token(*ALL, user=a_user("eve", role=Role.ADMIN, project=a_project("bank"))))

    assert ask(eve, call, ids) == 404


@each_call
def test_for_a_token_of_another_project_nothing_of_it_is_there(ids: dict[str, int], call: str) -> None:
    client = a_client(a_token(project=a_project("bank")))

    assert ask(client, call, ids) == 404


@each_call
def test_a_token_of_nobody_may_do_what_its_scopes_say(ids: dict[str, int], call: str) -> None:
    needed, _, done = CALLS[call]
    scope = {READ: Scope.READ, INGEST: Scope.INGEST, WRITE: Scope.WRITE, MANAGE: Scope.MANAGE}[needed]

    assert ask(a_client(a_token(scope)), call, ids) == done


@each_call
def test_without_the_scope_a_call_is_refused_whoever_asks(source: Source, ids: dict[str, int], call: str) -> None:
    needed = CALLS[call][0]
    scope = {READ: Scope.READ, INGEST: Scope.INGEST, WRITE: Scope.WRITE, MANAGE: Scope.MANAGE}[needed]
    root = a_user("root", is_superuser=True)

    assert ask(a_client(a_token(*(set(ALL) - {scope}), user=root)), call, ids) == 403


@each_call
def test_a_superuser_is_admin_everywhere(ids: dict[str, int], call: str) -> None:
    root = a_client(a_token(*ALL, user=a_user("root", is_superuser=True)))

    assert ask(root, call, ids) == CALLS[call][2]


@each_call
def test_without_a_token_nothing_is_answered(ids: dict[str, int], call: str) -> None:
    assert ask(APIClient(), call, ids) == 401


# --- Lists, and bounds that meet ---------------------------------------------------------------


def seen(client: APIClient) -> dict[str, set[str]]:
    """The projects that show in each list."""
    named = {"projects": "slug", "sources": "project", "issues": "project"}
    return {path: {row[key] for row in client.get(f"/api/v1/{path}/").json()["results"]} for path, key in named.items()}


@pytest.fixture
def bank(ids: dict[str, int], api: APIClient) -> None:
    """A second project, with a source and an issue."""
    a_project("bank")
    api.post("/api/v1/sources/", {"slug": "bank-logs", "project": "bank", "kind": "http"})
    api.post("/api/v1/issues/", {"project": "bank", "title": "T", "severity": "ERROR"})


def of(*slugs: str) -> dict[str, set[str]]:
    return {"projects": set(slugs), "sources": set(slugs), "issues": set(slugs)}


def test_a_person_sees_the_projects_that_they_belong_to(source: Source, bank: None) -> None:
    ada = a_user(role=Role.VIEWER, project=source.project)

    assert seen(a_client(a_token(user=ada))) == of("shop")


def test_a_person_of_no_project_sees_nothing(bank: None) -> None:
    assert seen(a_client(a_token(user=a_user()))) == of()


def test_a_token_of_nobody_sees_all_or_its_one_project(source: Source, bank: None) -> None:
    assert seen(a_client(a_token())) == of("bank", "shop")
    assert seen(a_client(a_token(project=source.project))) == of("shop")


def test_a_superuser_sees_all_or_the_tokens_one_project(source: Source, bank: None) -> None:
    root = a_user("root", is_superuser=True)

    assert seen(a_client(a_token(user=root))) == of("bank", "shop")
    assert seen(a_client(a_token(user=root, project=source.project))) == of("shop")


def test_a_token_of_a_person_and_a_project_sees_what_both_allow(source: Source, bank: None) -> None:
    bank_clerk = a_user(role=Role.ADMIN, project=source.project.__class__.objects.get(slug="bank"))

    assert seen(a_client(a_token(user=bank_clerk, project=source.project))) == of()


def test_a_token_of_a_person_and_a_project_may_do_there_what_the_role_allows(source: Source, bank: None, ids: dict[str, int]) -> None:
    viewer = a_user(role=Role.VIEWER, project=source.project)
    client = a_client(a_token(user=viewer, project=source.project))

    assert ask(client, "GET issues/{issue}/", ids) == 200
    assert ask(client, "POST sources/shop-logs/entries/", ids) == 403


def test_a_refused_call_leaves_nothing_behind(source: Source, ids: dict[str, int]) -> None:
    before = (Batch.objects.count(), Issue.objects.count(), Source.objects.count())
    viewer = a_client(a_token(*ALL, user=a_user(role=Role.VIEWER, project=source.project)))

    for call, (needed, _, _) in CALLS.items():
        if needed != READ:
            ask(viewer, call, ids)

    assert (Batch.objects.count(), Issue.objects.count(), Source.objects.count()) == before
