"""Projects, sources and members: what can be set up, and what of it is refused."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from incidents.actions import projects
from incidents.models import Membership, Project, Source
from incidents.roles import Role, Scope
from tests.api.calls import expect_problem
from tests.factories import a_client, a_project, a_source, a_token, a_user

pytestmark = pytest.mark.django_db

URL = "/api/v1/projects/"
AREA = {"match": "websocket", "weight": 20, "reason": "Chat runs over it"}


def fields(refused: dict[str, Any]) -> list[str]:
    return [error["field"] for error in refused["errors"]]


# --- Projects ----------------------------------------------------------------------------------


def test_a_project_is_made_with_all_that_the_contract_names(api: APIClient) -> None:
    given = {
        "slug": "shop",
        "name": "The shop",
        "github_repository": "example/shop",
        "critical_areas": [AREA],
        "settings": {"issue_severity": "ERROR", "odd_repetition": {"per_hour": 20}},
    }

    answer = api.post(URL, given)

    assert answer.status_code == 201
    assert answer.json() | given == answer.json()
    assert api.get(URL).json()["results"] == [answer.json()]


def test_a_project_needs_only_slug_and_name(api: APIClient) -> None:
    made = api.post(URL, {"slug": "shop", "name": "Shop"}).json()

    assert (made["github_repository"], made["critical_areas"], made["settings"], made["as_of"]) == ("", [], {}, None)


@pytest.mark.parametrize("name", ["slug", "name"])
def test_what_a_project_needs_is_named(api: APIClient, name: str) -> None:
    given = {field: value for field, value in {"slug": "shop", "name": "Shop"}.items() if field != name}

    assert fields(expect_problem(api.post(URL, given), 400, "invalid")) == [name]


@pytest.mark.parametrize("slug", ["Shop", "my shop", "-shop", "shop-", "a--b", "ö", "", "x" * 51, "a/b", "a\nb"])
def test_a_slug_that_is_none_is_refused(api: APIClient, slug: str) -> None:
    refused = expect_problem(api.post(URL, {"slug": slug, "name": "Shop"}), 400, "invalid")

    assert fields(refused) == ["slug"]


def test_the_slug_of_another_project_is_refused(api: APIClient, project: Project) -> None:
    refused = expect_problem(api.post(URL, {"slug": "shop", "name": "Another"}), 400, "invalid")

    assert fields(refused) == ["slug"]
    assert "exists" in refused["detail"]


@pytest.mark.parametrize("repository", ["shop", "https://github.com/example/shop", "a/b/c", "a b/c"])
def test_a_repository_is_an_owner_and_a_name(api: APIClient, repository: str) -> None:
    refused = expect_problem(api.post(URL, {"slug": "shop", "name": "Shop", "github_repository": repository}), 400, "invalid")

    assert fields(refused) == ["github_repository"]


WRONG = [
    ({"settings": {"colour": "red"}}, "colour"),
    ({"settings": {"issue_severity": "LOUD"}}, "LOUD"),
    ({"settings": {"issue_severity": 5}}, "issue_severity"),
    ({"settings": {"odd_repetition": {"per_hour": 1}}}, "per_hour"),
    ({"settings": {"odd_repetition": {"per_hour": "many"}}}, "per_hour"),
    ({"settings": {"odd_repetition": {"skip_first_seconds": -1}}}, "skip_first_seconds"),
    ({"settings": {"odd_repetition": {"words": "retry"}}}, "words"),
    ({"settings": []}, "settings"),
    ({"settings": "none"}, "settings"),
    ({"critical_areas": {}}, "critical_areas"),
    ({"critical_areas": ["websocket"]}, "critical_areas"),
    ({"critical_areas": [{"match": "a", "weight": 5}]}, "reason"),
    ({"critical_areas": [AREA | {"weight": 0}]}, "weight"),
    ({"critical_areas": [AREA | {"weight": 101}]}, "weight"),
    ({"critical_areas": [AREA | {"weight": "heavy"}]}, "weight"),
    ({"critical_areas": [AREA | {"match": " "}]}, "match"),
    ({"critical_areas": [AREA, AREA | {"colour": "red"}]}, "[1]"),
]


@pytest.mark.parametrize(("given", "named"), WRONG)
def test_wrong_settings_and_areas_are_refused_with_what_is_wrong(api: APIClient, given: dict[str, Any], named: str) -> None:
    answer = api.post(URL, {"slug": "shop", "name": "Shop"} | given)

    assert answer.status_code == 400
    assert named in answer.json()["detail"]
    assert Project.objects.count() == 0


@pytest.mark.parametrize(("given", "named"), WRONG)
def test_wrong_settings_and_areas_change_nothing(api: APIClient, project: Project, given: dict[str, Any], named: str) -> None:
    answer = api.patch(f"{URL}shop/", {"name": "New"} | given)

    assert answer.status_code == 400
    assert named in answer.json()["detail"]
    assert Project.objects.get().name == "Shop"


@pytest.mark.parametrize(
    ("name", "value"),
    [("name", "New"), ("github_repository", "a/b"), ("critical_areas", [AREA]), ("settings", {"issue_severity": "ERROR"})],
)
def test_each_field_but_the_slug_can_be_changed(api: APIClient, project: Project, name: str, value: object) -> None:
    answer = api.patch(f"{URL}shop/", {name: value})

    assert (answer.status_code, answer.json()[name]) == (200, value)
    assert api.get(URL).json()["results"][0][name] == value


# --- Whose repository --------------------------------------------------------------------------


@pytest.fixture
def bank(db: None) -> Project:
    """A project of others, with a repository that only they and this installation may read."""
    return a_project("bank", github_repository="acme/vault")


OF_OTHERS = [
    {"github_repository": "acme/vault"},
    {"github_repository": "Acme/VAULT"},
    {"settings": {"github": {"other_repositories": ["acme/vault"]}}},
]


@pytest.mark.parametrize("given", OF_OTHERS, ids=["its own", "in other letters", "as one more"])
def test_the_repository_of_a_project_that_they_do_not_manage_is_refused(project: Project, bank: Project, given: dict[str, Any]) -> None:
    admin = a_client(a_token(Scope.MANAGE, user=a_user(role=Role.ADMIN, project=project)))

    refused = expect_problem(admin.patch(f"{URL}shop/", {"name": "New"} | given), 400, "repository_of_others")

    assert fields(refused) == ["github_repository"]
    assert Project.objects.filter(slug="shop", name="Shop", github_repository="", settings={}).exists()


@pytest.mark.parametrize("given", OF_OTHERS, ids=["its own", "in other letters", "as one more"])
def test_a_superuser_names_any_repository(project: Project, bank: Project, given: dict[str, Any]) -> None:
    root = a_client(a_token(Scope.MANAGE, user=a_user("root", is_superuser=True)))

    assert root.patch(f"{URL}shop/", given).status_code == 200


def test_an_admin_of_both_projects_may_let_them_share_a_repository(project: Project, bank: Project) -> None:
    ada = a_user(role=Role.ADMIN, project=project)
    projects.set_member(bank, user=ada, role=Role.ADMIN)

    answer = a_client(a_token(Scope.MANAGE, user=ada)).patch(f"{URL}shop/", {"github_repository": "acme/vault"})

    assert answer.status_code == 200


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ENGINEER, Role.REVIEWER])
def test_to_belong_to_the_other_project_is_not_to_manage_it(project: Project, bank: Project, role: Role) -> None:
    ada = a_user(role=Role.ADMIN, project=project)
    projects.set_member(bank, user=ada, role=role)

    answer = a_client(a_token(Scope.MANAGE, user=ada)).patch(f"{URL}shop/", {"github_repository": "acme/vault"})

    expect_problem(answer, 400, "repository_of_others")


def test_a_token_that_is_bounded_to_one_project_manages_no_other(project: Project, bank: Project) -> None:
    bounded = a_client(a_token(Scope.MANAGE, user=a_user("root", is_superuser=True), project=project))

    expect_problem(bounded.patch(f"{URL}shop/", {"github_repository": "acme/vault"}), 400, "repository_of_others")


def test_what_is_shared_already_does_not_keep_anything_else_from_being_changed(project: Project, bank: Project) -> None:
    projects.change_project(project, changes={"github_repository": "acme/vault"})
    admin = a_client(a_token(Scope.MANAGE, user=a_user(role=Role.ADMIN, project=project)))

    assert admin.patch(f"{URL}shop/", {"name": "New"}).json()["name"] == "New"


def test_a_slug_is_for_good(api: APIClient, project: Project) -> None:
    refused = expect_problem(api.patch(f"{URL}shop/", {"slug": "market"}), 400, "invalid")

    assert fields(refused) == ["slug"]
    assert api.patch(f"{URL}shop/", {"slug": "shop", "name": "New"}).json()["name"] == "New"


def test_an_unknown_project_is_not_changed(api: APIClient) -> None:
    assert "nowhere" in expect_problem(api.patch(f"{URL}nowhere/", {"name": "x"}), 404, "not_found")["detail"]


def test_who_makes_a_project_is_its_first_admin(db: None) -> None:
    root = a_client(a_token(user=a_user("root", is_superuser=True)))

    root.post(URL, {"slug": "shop", "name": "Shop"})

    assert root.get(f"{URL}shop/members/").json()["results"] == [{"user": "root", "role": "admin"}]


def test_a_token_of_nobody_that_is_bounded_to_a_project_makes_no_other(project: Project) -> None:
    bounded = a_client(a_token(project=project))

    expect_problem(bounded.post(URL, {"slug": "bank", "name": "Bank"}), 403, "role_insufficient")
    assert Project.objects.count() == 1


def test_an_admin_of_one_project_makes_no_other(project: Project) -> None:
    admin = a_client(a_token(user=a_user(role=Role.ADMIN, project=project)))

    expect_problem(admin.post(URL, {"slug": "bank", "name": "Bank"}), 403, "role_insufficient")


def test_a_superuser_bounded_to_a_project_makes_no_other(project: Project) -> None:
    bounded = a_client(a_token(user=a_user("root", is_superuser=True), project=project))

    expect_problem(bounded.post(URL, {"slug": "bank", "name": "Bank"}), 403, "role_insufficient")


# --- Sources -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["http", "pubsub", "cloud_logging", "otlp", "file"])
def test_a_source_of_each_kind_is_made_and_listed(api: APIClient, project: Project, kind: str) -> None:
    answer = api.post("/api/v1/sources/", {"slug": "till", "project": "shop", "kind": kind})

    assert answer.status_code == 201
    assert answer.json() | {"slug": "till", "project": "shop", "kind": kind} == answer.json()
    assert api.get("/api/v1/sources/").json()["results"] == [answer.json()]


def test_the_slug_of_a_source_is_unique_over_all_projects(api: APIClient, source: Source) -> None:
    a_project("bank")

    refused = expect_problem(api.post("/api/v1/sources/", {"slug": "shop-logs", "project": "bank", "kind": "http"}), 400, "invalid")

    assert fields(refused) == ["slug"]


@pytest.mark.parametrize(("name", "value"), [("kind", "pigeon"), ("slug", "Not A Slug"), ("slug", "x" * 51), ("kind", None)])
def test_a_wrong_source_is_refused_by_name(api: APIClient, project: Project, name: str, value: object) -> None:
    refused = expect_problem(
        api.post("/api/v1/sources/", {"slug": "till", "project": "shop", "kind": "http"} | {name: value}), 400, "invalid"
    )

    assert fields(refused) == [name]
    assert Source.objects.count() == 0


def test_a_source_in_an_unknown_project_is_not_found(api: APIClient, project: Project) -> None:
    refused = expect_problem(api.post("/api/v1/sources/", {"slug": "till", "project": "nowhere", "kind": "http"}), 404, "not_found")

    assert "nowhere" in refused["detail"]


def test_only_the_sources_of_the_tokens_project_are_listed(source: Source) -> None:
    bank = a_project("bank")
    a_source(bank, "bank-logs")

    listed = a_client(a_token(project=bank)).get("/api/v1/sources/").json()["results"]

    assert [row["slug"] for row in listed] == ["bank-logs"]


# --- Members -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_a_person_is_given_a_role(api: APIClient, project: Project, role: Role) -> None:
    a_user()

    answer = api.post(f"{URL}shop/members/", {"user": "ada", "role": role})

    assert (answer.status_code, answer.json()) == (201, {"user": "ada", "role": role})
    assert api.get(f"{URL}shop/members/").json()["results"] == [{"user": "ada", "role": role}]


def test_another_role_takes_the_place_of_the_one_before(api: APIClient, project: Project) -> None:
    a_user(role=Role.VIEWER, project=project)

    api.post(f"{URL}shop/members/", {"user": "ada", "role": "admin"})

    assert [(one.user.username, one.role) for one in Membership.objects.all()] == [("ada", "admin")]


@pytest.mark.parametrize(("name", "value"), [("user", "nobody"), ("user", 7), ("role", "owner"), ("role", None), ("user", {"a": 1})])
def test_a_wrong_member_is_refused_by_name(api: APIClient, project: Project, name: str, value: object) -> None:
    a_user()

    refused = expect_problem(api.post(f"{URL}shop/members/", {"user": "ada", "role": "viewer"} | {name: value}), 400, "invalid")

    assert fields(refused) == [name]
    assert Membership.objects.count() == 0


def test_who_may_no_longer_log_in_is_given_no_role(api: APIClient, project: Project) -> None:
    a_user(is_active=False)

    expect_problem(api.post(f"{URL}shop/members/", {"user": "ada", "role": "viewer"}), 400, "invalid")


def test_members_are_listed_by_name_and_of_this_project_only(api: APIClient, project: Project) -> None:
    a_user("bob", role=Role.VIEWER, project=project)
    a_user("ada", role=Role.ADMIN, project=project)
    a_user("eve", role=Role.ADMIN, project=a_project("bank"))

    listed = api.get(f"{URL}shop/members/").json()["results"]

    assert listed == [{"user": "ada", "role": "admin"}, {"user": "bob", "role": "viewer"}]


def test_the_scope_for_all_this_is_manage(project: Project) -> None:
    writer = a_client(a_token(Scope.READ, Scope.WRITE, Scope.INGEST, Scope.EVIDENCE))

    for path, given in (("projects/", {}), ("sources/", {}), ("projects/shop/members/", {})):
        assert "“manage”" in expect_problem(writer.post(f"/api/v1/{path}", given), 403, "scope_missing")["detail"]


def test_what_a_superuser_let_two_projects_share_stays_where_others_change_something_else(project: Project, bank: Project) -> None:
    projects.change_project(project, changes={"github_repository": "acme/vault"})
    admin = a_client(a_token(Scope.MANAGE, user=a_user(role=Role.ADMIN, project=project)))

    changed = admin.patch(f"{URL}shop/", {"settings": {"issue_severity": "ERROR"}, "github_repository": "acme/vault"})

    assert changed.status_code == 200


def test_a_repository_that_another_project_only_lists_is_theirs_too(project: Project, bank: Project) -> None:
    projects.change_project(bank, changes={"settings": {"github": {"other_repositories": ["acme/cellar"]}}})
    admin = a_client(a_token(Scope.MANAGE, user=a_user(role=Role.ADMIN, project=project)))

    expect_problem(admin.patch(f"{URL}shop/", {"github_repository": "acme/cellar"}), 400, "repository_of_others")
