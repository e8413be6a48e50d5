"""A person sees the projects that they belong to, and nothing of any other."""

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from incidents.roles import Role
from tests.admin.pages import DELIVERIES, LISTS, list_of, page_of, text
from tests.factories import a_user

# Every role times every page: minutes.
pytestmark = pytest.mark.slow

# Of one's own project, a list shows something; an admin sees them all.
OWN = "shop"
ROWS = ["project", "source", "issue", "pattern", "batch", "token", "iteration", "run", "imported", "write", "delivery"]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_what_is_of_the_persons_project_and_nothing_else(project_admin, shop, rival, name):
    said = text(project_admin.get(list_of(name)))

    assert OWN in said
    assert "rival" not in said


@pytest.mark.parametrize("name", LISTS)
def test_a_search_finds_nothing_of_another_project(project_admin, shop, rival, name):
    answer = project_admin.get(list_of(name), {"q": "rival"})

    assert list(answer.context["cl"].result_list) == []


def test_the_key_of_another_projects_issue_finds_nothing(project_admin, shop, rival):
    answer = project_admin.get(list_of("incidents_issue"), {"q": rival.issue.key})

    assert list(answer.context["cl"].result_list) == []


def test_the_key_of_an_issue_finds_it(project_admin, shop):
    answer = project_admin.get(list_of("incidents_issue"), {"q": shop.issue.key})

    assert list(answer.context["cl"].result_list) == [shop.issue]


@pytest.mark.parametrize("name", LISTS)
def test_filters_offer_no_other_projects(project_admin, superuser, shop, rival, name):
    offered = offers(project_admin.get(list_of(name)))

    assert not [choice for choice in offered if "rival" in choice]


def offers(answer) -> list[str]:
    changes = answer.context["cl"]
    return [str(choice["display"]) for spec in changes.filter_specs for choice in spec.choices(changes)]


@pytest.mark.parametrize("name", ["incidents_issue", "incidents_pattern", "incidents_source", "incidents_outbox", "ingestion_batch"])
def test_filters_offer_every_project_to_a_superuser(superuser, shop, rival, name):
    said = " ".join(offers(superuser.get(list_of(name))))

    assert "shop" in said
    assert "rival" in said


def test_filtering_by_another_project_shows_nothing(project_admin, shop, rival):
    answer = project_admin.get(list_of("incidents_issue"), {"project__id__exact": rival.project.pk, "state": "all"})

    assert "Payment failed" not in text(answer)


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("role", list(Role))
def test_the_page_of_another_projects_row_is_as_if_there_were_none(logged_in, shop, rival, row, role):
    client = logged_in(role)

    answer = client.get(page_of(getattr(rival, row)), follow=True)

    assert answer.status_code in (200, 403)
    assert "rival" not in text(answer)


@pytest.mark.parametrize("verb", ["comment", "resolve", "ignore", "reopen", "create_on_github", "link_to_github", "write_again"])
def test_another_projects_issue_can_be_neither_asked_about_nor_acted_on(engineer, rival, verb):
    address = page_of(rival.issue, verb)

    answers = [
        engineer.get(address),
        engineer.post(address, {"text": "hello", "reason": "why not", "resolution": "unproven", "number": "7"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not [answer for answer in answers if "rival" in text(answer)]
    rival.issue.refresh_from_db()
    assert rival.issue.state == "open"


@pytest.mark.parametrize("wrong_id", ["abc", "0", "-1", "999999999999999999999999", "1/1", "_5F"])
@pytest.mark.parametrize("verb", ["change", "comment", "resolve", "ignore", "reopen"])
def test_an_id_that_is_none_is_no_error_of_ours(superuser, shop, wrong_id, verb):
    answer = superuser.get(f"{list_of('incidents_issue')}{wrong_id}/{verb}/")

    assert answer.status_code in (302, 403, 404)


@pytest.mark.parametrize(
    "query",
    [
        "state=nonsense", "severity=nonsense", "project__id__exact=abc", "project__id__exact=99999999999999999999", "o=99", "o=abc",
        "p=99999", "p=abc", "q=%22%00", "q=" + "x" * 3000, "q=a-99999999999999999999999", "q=a-²", "unknown=1", "project__settings=1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["incidents_issue", "incidents_pattern", "incidents_outbox", "incidents_delivery", "ingestion_batch"])
def test_an_odd_address_is_no_error_of_ours(superuser, shop, name, query):
    answer = superuser.get(f"{list_of(name)}?{query}", follow=True)

    assert answer.status_code in (200, 400)


def test_the_first_page_shows_the_persons_issues_only(engineer, shop, rival):
    said = text(engineer.get(reverse("admin:index")))

    assert "Payment failed in shop" in said
    assert "rival" not in said


def test_the_first_page_tells_who_belongs_to_no_project_what_to_do(stranger, shop):
    said = text(stranger.get(reverse("admin:index")))

    assert "Ask an admin of one to make you a member" in said
    assert "shop" not in said


def test_the_first_page_tells_a_superuser_how_to_begin(superuser):
    said = text(superuser.get(reverse("admin:index")))

    assert "Make a project" in said


def test_the_first_page_is_calm_where_nothing_is_open(engineer, shop):
    shop.project.issues.update(state="ignored")

    assert "No open issue" in text(engineer.get(reverse("admin:index")))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ENGINEER, Role.REVIEWER])
def test_only_who_manages_a_project_sees_tokens(logged_in, shop, role):
    client = logged_in(role)

    assert client.get(list_of("incidents_token")).status_code == 403
    assert client.get(page_of(shop.token)).status_code == 403
    assert list_of("incidents_token") not in client.get(reverse("admin:index")).content.decode()


def test_a_token_of_all_projects_is_a_superusers_business(project_admin, superuser, shop):
    shop.token.project = None
    shop.token.save()

    assert "CI of shop" not in text(project_admin.get(list_of("incidents_token")))
    assert "CI of shop" in text(superuser.get(list_of("incidents_token")))


# --- People --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_pages_about_people_are_a_superusers_business(logged_in, shop, rival, role):
    client = logged_in(role)
    somebody_else = User.objects.get(username="admin-of-rival")
    pages = [
        list_of("auth_user"),
        reverse("admin:auth_user_add"),
        page_of(somebody_else),
        reverse("admin:auth_user_password_change", args=[1]),
    ]

    assert [client.get(page).status_code for page in pages] == [403, 403, 403, 403]


def people_offered(client: Client, word: str = "", **where: str) -> tuple[int, list[str]]:
    asked = {"term": word, "app_label": "incidents", "model_name": "membership", "field_name": "user", **where}
    answer = client.get(reverse("admin:autocomplete"), asked)
    return answer.status_code, [row["text"] for row in json.loads(answer.content)["results"]] if answer.status_code == 200 else []


def test_a_project_admin_finds_a_person_by_name_to_make_them_a_member(project_admin, shop):
    a_user("newcomer", email="newcomer@private.example")

    assert people_offered(project_admin, "newcomer") == (200, ["newcomer"])


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ENGINEER, Role.REVIEWER])
def test_nobody_else_can_look_people_up(logged_in, shop, role):
    assert people_offered(logged_in(role)) == (403, [])


def test_a_stranger_cannot_look_people_up(stranger, shop):
    assert people_offered(stranger) == (403, [])


# --- The door ------------------------------------------------------------------------------------


def test_who_is_no_staff_cannot_log_in(shop):
    a_user("customer", role=Role.ADMIN, project=shop.project)
    User.objects.filter(username="customer").update(is_staff=False)
    client = Client()

    client.post(reverse("admin:login"), {"username": "customer", "password": "correct horse battery"})

    assert client.get(reverse("admin:index")).status_code == 302


def test_who_was_made_inactive_is_out_at_once(engineer, shop):
    User.objects.filter(username="the-engineer").update(is_active=False)

    assert engineer.get(list_of("incidents_issue")).status_code == 302


def test_logging_in_without_coming_from_a_page_leads_to_the_overview(shop):
    client = Client()
    form = client.get(reverse("admin:login"))
    given = {"username": "admin-of-shop", "password": "correct horse battery", "next": form.context["next"]}

    answer = client.post(reverse("admin:login"), given)

    assert 'name="next" value="/admin/"' in form.content.decode()
    assert answer.url == reverse("admin:index")


@pytest.mark.parametrize("name", [*LISTS, "auth_user", DELIVERIES])
def test_nobody_sees_anything_before_logging_in(client, shop, name):
    answer = client.get(list_of(name))

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("admin:login"))
