"""Projects, members, sources, tokens and people in the admin."""

import json
import re

import pytest
from django.contrib.auth.models import User

from incidents.models import Membership, Project, Source, Token
from incidents.roles import Role, Scope
from tests.admin.pages import adding, form_values, list_of, messages, page_of, text
from tests.factories import a_client, a_user

NO_ADMINS = [Role.VIEWER, Role.ENGINEER, Role.REVIEWER]


# --- Projects ------------------------------------------------------------------------------------


def test_an_admin_changes_the_project(project_admin, shop):
    form = form_values(project_admin.get(page_of(shop.project)))

    project_admin.post(page_of(shop.project), form | {"name": "The shop", "settings": '{"issue_severity": "ERROR"}'})

    shop.project.refresh_from_db()
    assert shop.project.name == "The shop"
    assert shop.project.settings == {"issue_severity": "ERROR"}


@pytest.mark.parametrize("role", NO_ADMINS)
def test_nobody_else_changes_it(logged_in, shop, role):
    client = logged_in(role)

    answer = client.post(page_of(shop.project), {"name": "Mine now"})

    shop.project.refresh_from_db()
    assert answer.status_code == 403
    assert shop.project.name == "Project shop"


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("settings", "{"),
        ("settings", "[1]"),
        ("settings", '{"unheard_of": 1}'),
        ("settings", '{"issue_severity": "SHOUT"}'),
        ("settings", '{"odd_repetition": {"per_hour": NaN}}'),
        ("settings", "[" * 100_000),
        ("critical_areas", '{"match": "x"}'),
        ("critical_areas", '[{"match": "x"}]'),
        ("critical_areas", '[{"match": "x", "weight": 1000, "reason": "y"}]'),
        ("critical_areas", '[{"match": "\\ud800", "weight": 10, "reason": "y"}]'),
        ("critical_areas", '[{"match": "a\\u0000b", "weight": 10, "reason": "y"}]'),
        ("github_repository", "not a repository"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(project_admin, shop, field, given):
    form = form_values(project_admin.get(page_of(shop.project)))

    answer = project_admin.post(page_of(shop.project), form | {field: given})

    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == [field]


def test_the_repository_of_a_project_that_they_do_not_manage_is_refused_with_a_message(project_admin, shop, rival):
    Project.objects.filter(pk=rival.project.pk).update(github_repository="acme/rival")
    form = form_values(project_admin.get(page_of(shop.project)))

    answer = project_admin.post(page_of(shop.project), form | {"name": "Mine", "github_repository": "acme/rival"}, follow=True)

    shop.project.refresh_from_db()
    assert answer.status_code == 200
    assert messages(answer) == ["acme/rival is the repository of a project that you do not manage."]
    assert (shop.project.name, shop.project.github_repository) == ("Project shop", "")


def test_a_superuser_names_any_repository(superuser, shop, rival):
    Project.objects.filter(pk=rival.project.pk).update(github_repository="acme/rival")
    form = form_values(superuser.get(page_of(shop.project)))

    superuser.post(page_of(shop.project), form | {"github_repository": "acme/rival"})

    shop.project.refresh_from_db()
    assert shop.project.github_repository == "acme/rival"


def test_json_is_shown_as_a_person_would_write_it(project_admin, shop):
    areas = [{"match": "zahlung", "weight": 20, "reason": "Ohne sie läuft nichts"}]
    shop.project.critical_areas = areas
    shop.project.save()

    shown = form_values(project_admin.get(page_of(shop.project)))["critical_areas"]

    assert json.loads(shown) == areas
    assert "läuft" in shown
    assert len(shown.splitlines()) > 1


def test_a_superuser_makes_a_project(superuser, db):
    superuser.post(
        adding("incidents_project"), {"name": "Till", "slug": "till", "github_repository": "", "settings": "", "critical_areas": ""}
    )

    assert Project.objects.get().slug == "till"


def test_nobody_else_makes_a_project(project_admin):
    assert project_admin.get(adding("incidents_project")).status_code == 403
    assert project_admin.post(adding("incidents_project"), {"name": "Till", "slug": "till"}).status_code == 403


@pytest.mark.parametrize("slug", ["shop", "Not A Slug", ""])
def test_a_slug_that_will_not_do_is_said_at_the_field(superuser, shop, slug):
    given = {"name": "Till", "slug": slug, "github_repository": "", "settings": "{}", "critical_areas": "[]"}

    answer = superuser.post(adding("incidents_project"), given)

    assert list(answer.context["adminform"].form.errors) == ["slug"]


# --- Members -------------------------------------------------------------------------------------


def with_member(client, project: Project, user: User, role: Role) -> dict[str, object]:
    form = form_values(client.get(page_of(project)))
    number = int(form["memberships-TOTAL_FORMS"])
    row = {f"memberships-{number}-{name}": value for name, value in {"user": user.pk, "role": role.value, "project": project.pk}.items()}
    return form | {"memberships-TOTAL_FORMS": number + 1, **row}


def test_a_project_admin_makes_somebody_a_member(project_admin, shop):
    newcomer = a_user("newcomer")

    project_admin.post(page_of(shop.project), with_member(project_admin, shop.project, newcomer, Role.REVIEWER))

    assert Membership.objects.get(user=newcomer).role == "reviewer"


def test_a_project_admin_changes_a_role_and_ends_a_membership(project_admin, shop):
    kept = a_user("kept", role=Role.VIEWER, project=shop.project)
    left = a_user("left", role=Role.VIEWER, project=shop.project)
    form = form_values(project_admin.get(page_of(shop.project)))
    rows = {form[name]: name.removesuffix("-user") for name in form if re.fullmatch(r"memberships-\d+-user", name)}

    project_admin.post(page_of(shop.project), form | {f"{rows[kept.pk]}-role": "admin", f"{rows[left.pk]}-DELETE": "on"})

    assert kept.memberships.get().role == "admin"
    assert not left.memberships.exists()


def test_twice_the_same_member_is_said_and_not_saved(project_admin, shop):
    answer = project_admin.post(page_of(shop.project), with_member(project_admin, shop.project, shop.admin, Role.VIEWER))

    assert answer.status_code == 200
    assert shop.admin.memberships.get().role == "admin"


@pytest.mark.parametrize("role", NO_ADMINS)
def test_nobody_else_makes_members(logged_in, shop, role):
    client = logged_in(role)
    newcomer = a_user("newcomer")
    row = {"memberships-0-user": newcomer.pk, "memberships-0-role": "admin", "memberships-0-project": shop.project.pk}

    answer = client.post(page_of(shop.project), {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0, **row})

    assert answer.status_code == 403
    assert not newcomer.memberships.exists()


def test_an_admin_of_one_project_makes_no_members_of_another(project_admin, shop, rival):
    answer = project_admin.post(page_of(rival.project), {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}, follow=True)

    assert "rival" not in text(answer)


def test_members_show_who_they_are_and_no_more(viewer, shop):
    page = viewer.get(page_of(shop.project))

    assert "admin-of-shop" in text(page)
    assert page_of(shop.admin) not in page.content.decode()
    assert "admin@shop.example" not in page.content.decode()


# --- Sources -------------------------------------------------------------------------------------


def test_a_project_admin_makes_a_source_and_is_told_how_to_use_it(project_admin, shop):
    project_admin.post(adding("incidents_source"), {"slug": "till", "project": shop.project.pk, "kind": "http"})

    made = Source.objects.get(slug="till")
    said = text(project_admin.get(page_of(made)))
    assert "/api/v1/sources/till/entries/" in said
    assert "manage.py ingest app.log --source till" in said


@pytest.mark.parametrize("role", NO_ADMINS)
def test_nobody_else_makes_a_source(logged_in, shop, role):
    client = logged_in(role)

    answer = client.post(adding("incidents_source"), {"slug": "till", "project": shop.project.pk, "kind": "http"})

    assert answer.status_code == 403
    assert not Source.objects.filter(slug="till").exists()


def test_a_source_cannot_be_made_in_another_project(project_admin, shop, rival):
    answer = project_admin.post(adding("incidents_source"), {"slug": "till", "project": rival.project.pk, "kind": "http"})

    assert "project" in answer.context["adminform"].form.errors


@pytest.mark.parametrize("slug", ["shop-logs", "rival-logs", "No Slug"])
def test_a_sources_slug_that_will_not_do_is_said_at_the_field(project_admin, shop, rival, slug):
    answer = project_admin.post(adding("incidents_source"), {"slug": slug, "project": shop.project.pk, "kind": "http"})

    assert list(answer.context["adminform"].form.errors) == ["slug"]


# --- Tokens --------------------------------------------------------------------------------------


def a_new_token(shop, **given: object) -> dict[str, object]:
    return {"name": "Night job", "scopes": ["read"], "project": shop.project.pk, "user": "", "expires_at": "", **given}


def secret_in(page) -> str:
    found = re.search(r"fxp_[\w-]{40,}", page.content.decode())
    assert found, text(page)
    return found[0]


def test_a_new_tokens_secret_is_shown_once_and_works(project_admin, shop):
    made = project_admin.post(adding("incidents_token"), a_new_token(shop), follow=True)
    again = project_admin.get(list_of("incidents_token"))
    page = project_admin.get(page_of(Token.objects.get(name="Night job")))

    secret = secret_in(made)
    assert a_client(secret).get("/api/v1/issues/").status_code == 200
    assert secret not in again.content.decode() + page.content.decode()
    assert len(messages(made)) == 1


def test_a_revoked_token_opens_nothing(project_admin, shop):
    secret = secret_in(project_admin.post(adding("incidents_token"), a_new_token(shop), follow=True))
    token = Token.objects.get(name="Night job")

    project_admin.post(page_of(token, "revoke"))

    assert a_client(secret).get("/api/v1/issues/").status_code == 401
    assert "revoked" in text(project_admin.get(page_of(token)))


def test_a_link_does_not_revoke(project_admin, shop):
    answer = project_admin.get(page_of(shop.token, "revoke"))

    shop.token.refresh_from_db()
    assert answer.status_code == 200
    assert "cannot be undone" in text(answer)
    assert shop.token.revoked_at is None


@pytest.mark.parametrize("role", NO_ADMINS)
def test_nobody_but_an_admin_revokes(logged_in, shop, role):
    answer = logged_in(role).post(page_of(shop.token, "revoke"))

    shop.token.refresh_from_db()
    assert answer.status_code == 403
    assert shop.token.revoked_at is None


def test_another_projects_token_is_not_revoked(project_admin, rival):
    answer = project_admin.post(page_of(rival.token, "revoke"))

    rival.token.refresh_from_db()
    assert answer.status_code == 403
    assert rival.token.revoked_at is None


@pytest.mark.parametrize("role", NO_ADMINS)
def test_nobody_but_an_admin_makes_a_token(logged_in, shop, role):
    client = logged_in(role)

    assert client.get(adding("incidents_token")).status_code == 403
    assert client.post(adding("incidents_token"), a_new_token(shop)).status_code == 403
    assert not Token.objects.filter(name="Night job").exists()


@pytest.mark.parametrize(
    "given",
    [
        {"project": ""},
        {"scopes": []},
        {"scopes": ["rule"]},
        {"scopes": ["review"]},
        {"expires_at": "2001-01-01T00:00"},
        {"expires_at": "tomorrow"},
        {"name": ""},
    ],
)
def test_a_token_that_must_not_be_is_refused_with_words(project_admin, shop, given):
    answer = project_admin.post(adding("incidents_token"), a_new_token(shop, **given))

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert not Token.objects.filter(name="Night job").exists()


def test_a_project_admin_makes_no_token_for_another_project(project_admin, shop, rival):
    answer = project_admin.post(adding("incidents_token"), a_new_token(rival))

    assert "project" in answer.context["adminform"].form.errors


def test_a_project_admin_makes_no_token_that_speaks_for_somebody_else(project_admin, shop):
    somebody_else = a_user("root", is_superuser=True)

    answer = project_admin.post(adding("incidents_token"), a_new_token(shop, user=somebody_else.pk))

    assert "user" in answer.context["adminform"].form.errors


def test_a_project_admin_makes_a_token_of_their_own(project_admin, shop):
    project_admin.post(adding("incidents_token"), a_new_token(shop, user=shop.admin.pk, scopes=["read", "review"]))

    token = Token.objects.get(name="Night job")
    assert token.user == shop.admin
    assert token.has(Scope.REVIEW)


def test_a_superuser_makes_a_token_for_all_projects(superuser, shop):
    superuser.post(adding("incidents_token"), a_new_token(shop, project=""))

    assert Token.objects.get(name="Night job").project is None


def test_a_token_is_not_edited(project_admin, shop):
    answer = project_admin.post(page_of(shop.token), a_new_token(shop, scopes=["manage"]))

    shop.token.refresh_from_db()
    assert answer.status_code == 403
    assert shop.token.scopes == ["read"]


# --- People --------------------------------------------------------------------------------------

NEWCOMER = {"username": "newcomer", "password1": "a long and odd phrase", "password2": "a long and odd phrase", "is_staff": "on"}


def test_a_superuser_adds_a_person_who_can_log_in(superuser, client):
    superuser.post(adding("auth_user"), NEWCOMER)

    assert client.login(username="newcomer", password="a long and odd phrase")
    assert User.objects.get(username="newcomer").is_staff


def test_nobody_else_adds_or_changes_people(project_admin, shop):
    other = a_user("other")

    answers = [
        project_admin.post(adding("auth_user"), NEWCOMER),
        project_admin.post(page_of(other), {"username": "other", "is_superuser": "on"}),
        project_admin.post(page_of(shop.admin), {"username": "admin-of-shop", "is_superuser": "on"}),
        project_admin.post(f"{page_of(other).removesuffix('change/')}password/", {"password1": "x", "password2": "x"}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert not User.objects.filter(username="newcomer").exists()
    assert not User.objects.filter(is_superuser=True).exists()
