"""No page of the admin is an error, whoever opens it."""

import pytest
from django.test import Client
from django.urls import reverse

from incidents.roles import Role
from tests.admin.pages import ADDABLE, DELIVERIES, LISTS, PEOPLE, adding, list_of, page_of, text

# Every role times every page: minutes.
pytestmark = pytest.mark.slow

ROWS = ["project", "source", "issue", "pattern", "batch", "token", "iteration", "run", "imported", "write", "delivery"]
ISSUE_VERBS = ["comment", "resolve", "ignore", "reopen", "create_on_github", "link_to_github", "write_again", "merge", "split", "undo"]
ITERATION_VERBS = [
    *("advance", "back", "abandon", "commit", "root_cause", "test_plan", "test_files", "success_metrics", "fix", "post_run"),
    *("review", "close_finding", "waive", "check_chain", "signals", "log_markdown", "log_json"),
]
EVERYBODY = [*Role, "superuser", "stranger"]


@pytest.fixture(params=EVERYBODY, ids=str)
def somebody_of_each_kind(request, shop, logged_in) -> Client:
    if isinstance(request.param, Role):
        return logged_in(request.param)
    return request.getfixturevalue(request.param)


def test_every_page_answers_everybody(somebody_of_each_kind, shop, rival):
    lists = [
        *map(list_of, [*LISTS, PEOPLE, DELIVERIES]),
        reverse("admin:index"),
        "/admin/incidents/",
        "/admin/ingestion/",
        "/admin/audits/",
    ]
    rows = [page_of(getattr(shop, row)) for row in ROWS] + [page_of(shop.admin)]
    verbs = [page_of(shop.issue, verb) for verb in (*ISSUE_VERBS, "history", "delete")]
    verbs += [page_of(shop.iteration, verb) for verb in ITERATION_VERBS]
    others = [page_of(shop.token, "revoke"), page_of(shop.batch, "retry"), reverse("admin:auth_user_password_change", args=[shop.admin.pk])]
    others += [page_of(shop.write, "replay"), page_of(shop.write, "discard"), page_of(shop.delivery, "reprocess")]

    for address in [*lists, *map(adding, ADDABLE), *rows, *verbs, *others, reverse("admin:search"), reverse("admin:jsi18n")]:
        assert somebody_of_each_kind.get(address).status_code in (200, 302, 403, 404), address


def test_a_superuser_can_open_every_page(superuser, shop):
    rows = [page_of(getattr(shop, row)) for row in ROWS] + [page_of(shop.admin)]

    lists = map(list_of, [*LISTS, PEOPLE, DELIVERIES])

    opened = {address: superuser.get(address).status_code for address in [*lists, *map(adding, ADDABLE), *rows]}

    assert set(opened.values()) == {200}


def test_a_viewer_can_open_what_is_of_the_project(viewer, shop):
    rows = [page_of(getattr(shop, row)) for row in ROWS if row not in ("token", "delivery")]

    assert {viewer.get(address).status_code for address in rows} == {200}


@pytest.mark.parametrize("name", [*LISTS, DELIVERIES])
@pytest.mark.parametrize("state", ["", "?state=all", "?q=shop", "?o=1", "?o=-2.3.4", "?all="])
def test_lists_can_be_searched_sorted_and_shown_whole(superuser, shop, name, state):
    assert superuser.get(f"{list_of(name)}{state}", follow=True).status_code == 200


@pytest.mark.parametrize("name", [*LISTS, DELIVERIES])
def test_an_empty_list_says_what_would_fill_it(superuser, name):
    said = text(superuser.get(list_of(name)))

    assert "yet" in said
    assert superuser.get(list_of(name)).context["cl"].model_admin.when_empty in said


def test_a_search_without_a_hit_offers_the_way_back(superuser, shop):
    assert "Nothing matches" in text(superuser.get(list_of("incidents_issue"), {"q": "nothing like this"}))


@pytest.mark.parametrize("row", [*ROWS, "admin"])
def test_nobody_is_offered_to_delete(superuser, shop, row):
    page = superuser.get(page_of(getattr(shop, row)))

    assert page_of(getattr(shop, row), "delete") not in page.content.decode()
    assert superuser.post(page_of(getattr(shop, row), "delete"), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("name", [*LISTS, PEOPLE, DELIVERIES])
def test_no_list_offers_to_delete_in_bulk(superuser, shop, name):
    answer = superuser.post(list_of(name), {"action": "delete_selected", "_selected_action": "1", "post": "yes"})

    assert "delete_selected" not in superuser.get(list_of(name)).content.decode()
    assert answer.status_code in (200, 302)
    assert type(shop.issue).objects.filter(pk=shop.issue.pk).exists()


@pytest.mark.parametrize("row", ROWS)
def test_times_are_said_to_be_utc(superuser, shop, row):
    listed = text(superuser.get(list_of(f"{getattr(shop, row)._meta.app_label}_{getattr(shop, row)._meta.model_name}")))

    assert "(UTC)" in listed
    assert " a.m." not in listed
    assert " p.m." not in listed


def test_what_is_not_there_is_said_on_a_page_of_ours(superuser):
    answer = superuser.get("/nowhere/")

    assert answer.status_code == 404
    assert "There is nothing at this address" in text(answer)


def test_a_refusal_is_said_on_a_page_of_ours(viewer, shop):
    assert "Your role does not allow this" in text(viewer.get(page_of(shop.issue, "resolve")))
