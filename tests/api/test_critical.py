"""issues/critical/: which issue matters most and why, and the choice of a person."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from incidents.models import Choice, Issue, Project, Source
from incidents.roles import Role
from tests.api.calls import do, expect_problem, history
from tests.api.test_issue_list import ROW
from tests.factories import a_client, a_project, a_source, a_token, a_user, an_entry, ingest

pytestmark = pytest.mark.django_db

URL = "/api/v1/issues/critical/"


@pytest.fixture
def shop(source: Source) -> Project:
    """A CRITICAL in the vault, an ERROR in the websocket, a WARNING at the till."""
    place = {"file": "app/websocket.py", "function": "connect", "line": "843"}
    said = [an_entry("Vault is open", severity="CRITICAL"), an_entry("Invalid user_id", sourceLocation=place)]
    ingest(source, [*said, an_entry("Till is slow", severity="WARNING")])
    return source.project


def critical(api: APIClient, **asked: str) -> dict[str, Any]:
    answer = api.get(URL, asked)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def first(api: APIClient, **asked: str) -> str:
    return str(critical(api, **asked)["issue"]["title"])


def choose(api: APIClient, title: str, **given: Any) -> Any:
    issue = Issue.objects.get(title=title)
    return api.post(URL, {"project": "shop", "issue": issue.pk, "reasons": ["It loses money", "I know"]} | given)


# --- What the machine says ---------------------------------------------------------------------


def test_the_answer_has_the_issue_its_reasons_and_who_came_next(api: APIClient, shop: Project) -> None:
    found = critical(api, project="shop")

    assert set(found) == {"issue", "reasons", "runners_up", "focus_matched"}
    assert (set(found["issue"]), found["issue"]["title"]) == (ROW, "Vault is open")
    assert found["reasons"] == found["issue"]["reasons"]
    assert {"factor", "points", "text"} == set(found["reasons"][0])
    assert [row["title"] for row in found["runners_up"]] == ["Invalid user_id", "Till is slow"]
    assert found["focus_matched"] is False


def test_where_nothing_is_open_there_is_no_issue(api: APIClient, project: Project) -> None:
    assert critical(api) == {"issue": None, "reasons": [], "runners_up": [], "focus_matched": False}


def test_what_is_not_open_is_not_the_critical_one(api: APIClient, shop: Project) -> None:
    do(api, Issue.objects.get(title="Vault is open"), "resolve", resolution="wont_fix", reason="Art")

    assert first(api, project="shop") == "Invalid user_id"


def test_no_more_than_five_came_next(api: APIClient, source: Source) -> None:
    ingest(source, [an_entry(f"{word} broke") for word in ("Arm", "Leg", "Nose", "Ear", "Toe", "Hand", "Neck", "Eye")])

    assert len(critical(api)["runners_up"]) == 5


def test_without_a_project_it_is_the_first_of_all_that_the_token_sees(api: APIClient, shop: Project) -> None:
    ingest(a_source(a_project("bank"), "bank-logs"), [an_entry("The bank burns", severity="EMERGENCY")])

    assert first(api) == "The bank burns"
    assert first(a_client(a_token(project=shop))) == "Vault is open"
    assert first(api, project="shop") == "Vault is open"


def test_an_unknown_project_is_not_found(api: APIClient, shop: Project) -> None:
    assert "nowhere" in expect_problem(api.get(URL, {"project": "nowhere"}), 404, "not_found")["detail"]


def test_a_project_of_others_is_not_there(shop: Project) -> None:
    stranger = a_client(a_token(user=a_user()))

    expect_problem(stranger.get(URL, {"project": "shop"}), 404, "not_found")
    assert critical(stranger)["issue"] is None


# --- Focus -------------------------------------------------------------------------------------


@pytest.mark.parametrize("focus", ["websocket", "WebSockets", "connect", "user", "the websocket"])
def test_a_focus_lifts_what_it_matches_and_says_so_among_the_reasons(api: APIClient, shop: Project, focus: str) -> None:
    do(api, Issue.objects.get(title="Vault is open"), "ignore")

    found = critical(api, focus=focus)

    assert (found["issue"]["title"], found["focus_matched"]) == ("Invalid user_id", True)
    (reason,) = [reason for reason in found["reasons"] if reason["factor"] == "focus"]
    assert focus in reason["text"]
    assert sum(reason["points"] for reason in found["reasons"]) == found["issue"]["priority"]


def test_a_focus_excludes_nothing(api: APIClient, shop: Project) -> None:
    found = critical(api, focus="till")

    assert (found["issue"]["title"], found["focus_matched"]) == ("Vault is open", True)
    assert len(found["runners_up"]) == 2


@pytest.mark.parametrize("focus", ["zebra", "!!!", "%"])
def test_where_a_focus_matches_nothing_the_overall_first_is_given(api: APIClient, shop: Project, focus: str) -> None:
    assert critical(api, focus=focus) == critical(api)


def test_a_focus_of_more_than_two_hundred_characters_is_refused(api: APIClient, shop: Project) -> None:
    refused = expect_problem(api.get(URL, {"focus": "x" * 201}), 400, "invalid")

    assert [error["field"] for error in refused["errors"]] == ["focus"]


# --- A person's choice -------------------------------------------------------------------------


def test_a_choice_is_answered_with_what_is_remembered(api: APIClient, shop: Project) -> None:
    answer = choose(api, "Till is slow", focus="till")

    chosen = answer.json()
    assert answer.status_code == 201
    assert (chosen["project"], chosen["focus"], chosen["reasons"]) == ("shop", "till", ["It loses money", "I know"])
    assert chosen["issue"] == Issue.objects.get(title="Till is slow").pk


def test_a_choice_comes_first_with_its_reasons_and_weighs_nothing(api: APIClient, shop: Project) -> None:
    before = Issue.objects.get(title="Till is slow").priority
    choose(api, "Till is slow")

    found = critical(api, project="shop")

    assert (found["issue"]["title"], found["issue"]["priority"]) == ("Till is slow", before)
    assert (found["reasons"][0]["factor"], found["reasons"][0]["points"]) == ("choice", 0)
    assert "It loses money; I know" in found["reasons"][0]["text"]
    assert [row["title"] for row in found["runners_up"]] == ["Vault is open", "Invalid user_id"]


def test_the_newest_choice_counts(api: APIClient, shop: Project) -> None:
    choose(api, "Till is slow")
    choose(api, "Invalid user_id")

    assert first(api, project="shop") == "Invalid user_id"


def test_a_choice_is_remembered_for_its_focus_only(api: APIClient, shop: Project) -> None:
    choose(api, "Till is slow", focus="money")

    assert first(api, project="shop") == "Vault is open"
    assert first(api, project="shop", focus="websocket") != "Till is slow"
    assert first(api, project="shop", focus="money") == "Till is slow"


def test_a_focus_is_the_same_in_another_spelling(api: APIClient, shop: Project) -> None:
    choose(api, "Till is slow", focus="Open tills")

    assert first(api, project="shop", focus="open TILL") == "Till is slow"


def test_a_choice_holds_within_its_project_only(api: APIClient, shop: Project) -> None:
    choose(api, "Till is slow")

    assert first(api) == "Vault is open"


def test_a_choice_counts_while_its_issue_is_open(api: APIClient, shop: Project) -> None:
    choose(api, "Till is slow")
    till = Issue.objects.get(title="Till is slow")

    do(api, till, "resolve", resolution="wont_fix", reason="Art")
    assert first(api, project="shop") == "Vault is open"

    do(api, till, "reopen", reason="Not art")
    assert first(api, project="shop") == "Till is slow"


def test_a_choice_outlives_later_ingestion(api: APIClient, shop: Project, source: Source) -> None:
    choose(api, "Till is slow")

    ingest(source, [an_entry("Fire", severity="EMERGENCY")])

    assert first(api, project="shop") == "Till is slow"


def test_a_choice_stands_in_the_issues_history(api: APIClient, shop: Project) -> None:
    choose(api, "Till is slow", focus="till")

    event = history(api, Issue.objects.get(title="Till is slow"))[0]
    assert (event["verb"], event["data"]["reasons"]) == ("chosen", ["It loses money", "I know"])


def test_the_name_of_who_chose_is_told(shop: Project) -> None:
    ada = a_client(a_token(user=a_user(role=Role.ENGINEER, project=shop)))
    choose(ada, "Till is slow")

    assert critical(ada, project="shop")["reasons"][0]["text"].startswith("Chosen by ada")


def test_an_issue_of_another_project_cannot_be_chosen(api: APIClient, shop: Project) -> None:
    ingest(a_source(a_project("bank"), "bank-logs"), [an_entry("The bank burns")])

    expect_problem(choose(api, "The bank burns"), 400, "issue_elsewhere")
    assert Choice.objects.count() == 0


@pytest.mark.parametrize(("given", "status"), [({"project": "nowhere"}, 404), ({"issue": 4711}, 404), ({"issue": 10**30}, 404)])
def test_what_does_not_exist_cannot_be_chosen(api: APIClient, shop: Project, given: dict[str, Any], status: int) -> None:
    expect_problem(choose(api, "Till is slow", **given), status, "not_found")


@pytest.mark.parametrize("reasons", [[], [" "], None, "one", [{"factor": "x"}], [["x"]]])
def test_a_choice_needs_reasons_which_are_strings(api: APIClient, shop: Project, reasons: object) -> None:
    refused = expect_problem(choose(api, "Till is slow", reasons=reasons), 400, "invalid")

    assert refused["errors"][0]["field"].split(".")[0] == "reasons"
    assert Choice.objects.count() == 0
