"""What moves an issue: PATCH, comments, resolve, ignore, reopen; and what of it its history tells."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from incidents.models import Comment, Event, Issue
from incidents.roles import Role
from tests.api.calls import do, expect_problem, history
from tests.factories import a_client, a_token, a_user

pytestmark = pytest.mark.django_db


def change(api: APIClient, issue: Issue, **given: Any) -> Any:
    return api.patch(f"/api/v1/issues/{issue.pk}/", given)


# --- Edit --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "Cards are refused"),
        ("impact", "No sales"),
        ("context", "Black Friday"),
        ("symptoms", "A red light"),
        ("severity", "ALERT"),
    ],
)
def test_each_field_of_the_contract_can_be_changed(api: APIClient, issue: Issue, name: str, value: str) -> None:
    answer = change(api, issue, **{name: value})

    assert (answer.status_code, answer.json()[name]) == (200, value)
    assert api.get(f"/api/v1/issues/{issue.pk}/").json()[name] == value


def test_an_edit_says_in_the_history_what_was_there_before(api: APIClient, issue: Issue) -> None:
    change(api, issue, title="Cards are refused")

    event = history(api, issue)[0]
    assert (event["verb"], event["data"]) == ("edited", {"title": {"from": "Payment failed", "to": "Cards are refused"}})


def test_an_edit_that_changes_nothing_is_no_event(api: APIClient, issue: Issue) -> None:
    before = Event.objects.count()

    change(api, issue, title=issue.title)

    assert Event.objects.count() == before


def test_a_persons_severity_counts_and_the_logs_are_still_told(api: APIClient, issue: Issue) -> None:
    calm = change(api, issue, severity="NOTICE").json()

    assert (calm["severity"], calm["severity_in_logs"]) == ("NOTICE", "ERROR")
    assert any("person" in reason["text"] for reason in calm["reasons"] if reason["factor"] == "severity")


def test_severity_null_gives_the_decision_back_to_the_logs(api: APIClient, issue: Issue) -> None:
    was = api.get(f"/api/v1/issues/{issue.pk}/").json()
    change(api, issue, severity="ALERT")

    given_back = change(api, issue, severity=None).json()

    assert (given_back["severity"], given_back["priority"]) == ("ERROR", was["priority"])


def test_a_severity_may_be_written_in_any_case(api: APIClient, issue: Issue) -> None:
    assert change(api, issue, severity="alert").json()["severity"] == "ALERT"


def test_a_member_can_be_assigned_and_unassigned(api: APIClient, issue: Issue) -> None:
    a_user(role=Role.ENGINEER, project=issue.project)

    assert change(api, issue, assignee="ada").json()["assignee"] == "ada"
    assert change(api, issue, assignee=None).json()["assignee"] is None


def test_who_is_no_member_cannot_be_assigned(api: APIClient, issue: Issue) -> None:
    a_user()

    assert "no member" in expect_problem(change(api, issue, assignee="ada"), 400, "assignee_no_member")["detail"]


def test_nobody_of_that_name_cannot_be_assigned(api: APIClient, issue: Issue) -> None:
    refused = expect_problem(change(api, issue, assignee="nobody"), 400, "invalid")

    assert [error["field"] for error in refused["errors"]] == ["assignee"]


@pytest.mark.parametrize("name", ["state", "resolution", "priority", "id", "key", "project", "verdict", "fix_needed", "tilte", "parent"])
def test_any_other_field_is_refused_by_name_and_nothing_changes(api: APIClient, issue: Issue, name: str) -> None:
    refused = expect_problem(change(api, issue, **{name: "resolved", "title": "New"}), 400, "invalid")

    assert [error["field"] for error in refused["errors"]] == [name]
    assert Issue.objects.get().title == "Payment failed"


@pytest.mark.parametrize(("name", "value"), [("title", ""), ("title", None), ("severity", "LOUD"), ("assignee", 7), ("impact", [])])
def test_a_wrong_value_is_refused_by_name(api: APIClient, issue: Issue, name: str, value: object) -> None:
    refused = expect_problem(change(api, issue, **{name: value}), 400, "invalid")

    assert [error["field"] for error in refused["errors"]] == [name]


def test_an_issue_is_not_replaced_or_deleted(api: APIClient, issue: Issue) -> None:
    expect_problem(api.put(f"/api/v1/issues/{issue.pk}/", {}), 405, "method_not_allowed")
    expect_problem(api.delete(f"/api/v1/issues/{issue.pk}/"), 405, "method_not_allowed")


# --- Comment -----------------------------------------------------------------------------------


def test_a_comment_is_kept_and_told_in_the_history(api: APIClient, issue: Issue) -> None:
    answer = do(api, issue, "comments", text="  Seen again  ")

    assert answer.status_code == 201
    assert answer.json() | {"text": "Seen again", "actor": {"kind": "agent", "name": "a client"}} == answer.json()
    assert (history(api, issue)[0]["verb"], history(api, issue)[0]["data"]["text"]) == ("commented", "Seen again")


def test_what_a_persons_token_does_is_told_under_the_persons_name(issue: Issue) -> None:
    ada = a_client(a_token(user=a_user(role=Role.ENGINEER, project=issue.project)))

    assert do(ada, issue, "comments", text="Mine").json()["actor"] == {"kind": "person", "name": "ada"}


@pytest.mark.parametrize("text", ["", "  ", None, ["x"]])
def test_a_comment_without_text_is_refused(api: APIClient, issue: Issue, text: object) -> None:
    expect_problem(do(api, issue, "comments", text=text), 400, "invalid")

    assert Comment.objects.count() == 0


# --- Resolve -----------------------------------------------------------------------------------


@pytest.mark.parametrize("resolution", ["unproven", "not_reproduced", "wont_fix", "waived"])
def test_an_issue_is_resolved_with_a_reason(api: APIClient, issue: Issue, resolution: str) -> None:
    answer = do(api, issue, "resolve", resolution=resolution, reason="It went away")

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["resolution"]) == ("resolved", resolution)
    event = history(api, issue)[0]
    assert (event["verb"], event["data"]) == ("resolved", {"resolution": resolution, "reason": "It went away"})


def test_nobody_states_that_a_fix_is_verified(api: APIClient, issue: Issue) -> None:
    refused = expect_problem(do(api, issue, "resolve", resolution="verified", reason="Trust me"), 400, "verified_is_not_stated")

    assert "evidence" in refused["detail"]
    assert Issue.objects.get().state == "open"


@pytest.mark.parametrize(
    "given", [{"resolution": "gone", "reason": "r"}, {"resolution": "wont_fix"}, {"resolution": "wont_fix", "reason": " "}]
)
def test_a_resolution_needs_a_kind_and_a_reason(api: APIClient, issue: Issue, given: dict[str, str]) -> None:
    expect_problem(do(api, issue, "resolve", **given), 400, "invalid")

    assert Issue.objects.get().state == "open"


def test_what_is_resolved_already_is_not_resolved_again(api: APIClient, issue: Issue) -> None:
    do(api, issue, "resolve", resolution="wont_fix", reason="Art")

    refused = expect_problem(do(api, issue, "resolve", resolution="unproven", reason="Gone"), 409, "already_resolved")

    assert "wont_fix" in refused["detail"]
    assert refused["unmet"] == []


# --- Ignore ------------------------------------------------------------------------------------


def test_an_issue_is_ignored_for_good_where_no_end_is_given(api: APIClient, issue: Issue) -> None:
    ignored = do(api, issue, "ignore").json()

    assert (ignored["state"], ignored["ignored_until"], ignored["ignored_until_entries"]) == ("ignored", None, None)


def test_an_issue_is_ignored_until_a_moment(api: APIClient, issue: Issue) -> None:
    ignored = do(api, issue, "ignore", until="2999-01-01T01:00:00+01:00").json()

    assert (ignored["state"], ignored["ignored_until"]) == ("ignored", "2999-01-01T00:00:00Z")


def test_an_issue_is_ignored_until_so_many_more_entries_have_come(api: APIClient, issue: Issue) -> None:
    ignored = do(api, issue, "ignore", count=5).json()

    assert (ignored["state"], ignored["ignored_until_entries"]) == ("ignored", 2 + 5)


def test_ignoring_until_a_moment_that_is_past_is_refused(api: APIClient, issue: Issue) -> None:
    past = (timezone.now() - timedelta(seconds=1)).isoformat()

    expect_problem(do(api, issue, "ignore", until=past), 400, "until_past")


@pytest.mark.parametrize("count", [0, -1])
def test_ignoring_less_than_one_entry_is_refused(api: APIClient, issue: Issue, count: int) -> None:
    expect_problem(do(api, issue, "ignore", count=count), 400, "count_invalid")


@pytest.mark.parametrize(("name", "value"), [("until", "soon"), ("count", "many"), ("count", 10**30), ("count", 2**63 - 1)])
def test_an_end_that_is_none_is_refused_by_name(api: APIClient, issue: Issue, name: str, value: object) -> None:
    refused = expect_problem(do(api, issue, "ignore", **{name: value}), 400, "invalid")

    assert [error["field"] for error in refused["errors"]] == [name]


def test_what_is_not_open_cannot_be_ignored(api: APIClient, issue: Issue) -> None:
    do(api, issue, "resolve", resolution="wont_fix", reason="Art")

    expect_problem(do(api, issue, "ignore"), 409, "not_open")


# --- Reopen ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("verb", "given"), [("resolve", {"resolution": "wont_fix", "reason": "Art"}), ("ignore", {"count": 5})])
def test_what_was_put_away_is_taken_up_again(api: APIClient, issue: Issue, verb: str, given: dict[str, Any]) -> None:
    do(api, issue, verb, **given)

    reopened = do(api, issue, "reopen", reason="Not art at all").json()

    assert (reopened["state"], reopened["resolution"], reopened["resolved_at"]) == ("open", None, None)
    assert reopened["ignored_until_entries"] is None
    assert (history(api, issue)[0]["verb"], history(api, issue)[0]["data"]["reason"]) == ("reopened", "Not art at all")


def test_what_is_open_is_not_reopened(api: APIClient, issue: Issue) -> None:
    expect_problem(do(api, issue, "reopen", reason="Why not"), 409, "already_open")


def test_reopening_needs_a_reason(api: APIClient, issue: Issue) -> None:
    do(api, issue, "ignore")

    expect_problem(do(api, issue, "reopen"), 400, "invalid")


@pytest.mark.parametrize(("verb", "given"), [("resolve", {"resolution": "wont_fix", "reason": "r"}), ("reopen", {"reason": "r"})])
def test_a_merged_issue_is_not_moved(api: APIClient, issue: Issue, verb: str, given: dict[str, str]) -> None:
    other = Issue.objects.create(
        project=issue.project, number=99, title="t", severity=500, first_seen=issue.first_seen, last_seen=issue.last_seen
    )
    Issue.objects.filter(pk=issue.pk).update(state="merged", merged_into=other)

    expect_problem(do(api, issue, verb, **given), 409, "merged")
