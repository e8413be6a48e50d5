"""One issue in detail, and issues that are opened by hand."""

import pytest
from rest_framework.test import APIClient

from incidents.models import Issue, Project
from tests.api.calls import JSON, do, expect_problem, history
from tests.api.test_issue_list import ROW
from tests.factories import a_client, a_project, a_token

pytestmark = pytest.mark.django_db

URL = "/api/v1/issues/"
NEW = {"project": "shop", "title": "The lamp is out", "severity": "ERROR"}
DETAIL = ROW | {"impact", "context", "symptoms", "assignee", "parent", "merged_into"}


# --- Detail ------------------------------------------------------------------------------------


def test_a_detail_is_the_row_and_more(api: APIClient, issue: Issue) -> None:
    row = api.get(URL).json()["results"][0]

    detail = api.get(f"{URL}{issue.pk}/").json()

    assert set(detail) >= DETAIL
    assert detail | row == detail


def test_an_issue_that_is_not_listed_is_there_by_its_id(api: APIClient, issue: Issue) -> None:
    do(api, issue, "resolve", resolution="wont_fix", reason="art")

    assert api.get(f"{URL}{issue.pk}/").json()["state"] == "resolved"


def test_a_merged_issue_says_into_which(api: APIClient, issue: Issue) -> None:
    other = api.post(URL, NEW).json()["id"]
    Issue.objects.filter(pk=other).update(state="merged", merged_into=issue)

    answer = api.get(f"{URL}{other}/")

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["merged_into"]) == ("merged", issue.pk)


@pytest.mark.parametrize("number", [0, 4711, 2**63, 10**30])
@pytest.mark.parametrize("after", ["", "patterns/", "occurrences/", "timeline/"])
def test_an_issue_that_does_not_exist_is_not_found(api: APIClient, number: int, after: str) -> None:
    expect_problem(api.get(f"{URL}{number}/{after}"), 404, "not_found")


def test_an_issue_of_another_project_is_not_there(issue: Issue) -> None:
    stranger = a_client(a_token(project=a_project("bank")))

    for after in ("", "patterns/", "occurrences/", "timeline/"):
        expect_problem(stranger.get(f"{URL}{issue.pk}/{after}"), 404, "not_found")


# --- Open --------------------------------------------------------------------------------------


def test_an_issue_is_opened_by_hand(api: APIClient, project: Project) -> None:
    answer = api.post(URL, NEW | {"impact": "It is dark", "fix_needed": "A new lamp"})

    opened = answer.json()
    assert answer.status_code == 201
    assert set(opened) >= DETAIL
    assert (opened["key"], opened["title"], opened["severity"], opened["state"]) == ("shop-1", "The lamp is out", "ERROR", "open")
    assert (opened["impact"], opened["fix_needed"], opened["parent"]) == ("It is dark", "A new lamp", None)
    assert opened["priority"] == sum(reason["points"] for reason in opened["reasons"]) > 0


def test_numbers_count_on_within_a_project(api: APIClient, issue: Issue) -> None:
    a_project("bank")

    keys = [api.post(URL, NEW | {"project": slug}).json()["key"] for slug in ("shop", "bank", "shop")]

    assert keys == ["shop-2", "bank-1", "shop-3"]


def test_a_child_names_its_parent_and_the_parents_history_the_child(api: APIClient, issue: Issue) -> None:
    child = api.post(URL, NEW | {"parent": issue.pk}).json()

    assert child["parent"] == issue.pk
    assert history(api, issue)[0]["verb"] == "child_opened"


def test_a_parent_in_another_project_is_refused(api: APIClient, issue: Issue) -> None:
    a_project("bank")

    refused = expect_problem(api.post(URL, NEW | {"project": "bank", "parent": issue.pk}), 400, "parent_elsewhere")

    assert "parent" in refused["detail"]
    assert Issue.objects.count() == 1


@pytest.mark.parametrize("parent", [4711, 10**30])
def test_a_parent_that_does_not_exist_is_not_found(api: APIClient, project: Project, parent: int) -> None:
    expect_problem(api.post(URL, NEW | {"parent": parent}), 404, "not_found")


def test_an_issue_in_an_unknown_project_is_not_found(api: APIClient, project: Project) -> None:
    assert "nowhere" in expect_problem(api.post(URL, NEW | {"project": "nowhere"}), 404, "not_found")["detail"]


@pytest.mark.parametrize("name", ["project", "title", "severity"])
def test_what_an_issue_needs_is_named(api: APIClient, project: Project, name: str) -> None:
    given = {field: value for field, value in NEW.items() if field != name}

    refused = expect_problem(api.post(URL, given), 400, "invalid")

    assert refused["errors"] == [{"field": name, "code": "required", "detail": "This field is required."}]
    assert name in refused["detail"]


@pytest.mark.parametrize(
    ("name", "value"), [("title", " "), ("title", "x" * 301), ("severity", "LOUD"), ("severity", 500), ("parent", "x"), ("impact", None)]
)
def test_a_wrong_field_is_named(api: APIClient, project: Project, name: str, value: object) -> None:
    refused = expect_problem(api.post(URL, NEW | {name: value}), 400, "invalid")

    assert [error["field"] for error in refused["errors"]] == [name]
    assert Issue.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid"),
        (b"null", "invalid"),
        (b"[]", "invalid"),
        (b'{"project": ', "parse_error"),
        (b"[" * 100_000, "too_deep"),
        (b'{"title":' * 100_000 + b"1" + b"}" * 100_000, "too_deep"),
        (b'{"project": "shop", "title": "\\ud800", "severity": "ERROR"}', "surrogate"),
        (b'{"project": "shop", "title": "a\\u0000b", "severity": "ERROR"}', "nul"),
        (b'{"project": "shop", "title": "\\ud83d\\u0000", "severity": "ERROR"}', "nul"),
        (b'{"\\ud800": 1}', "surrogate"),
        ('{"project": "shop", "title": "ü", "severity": "ERROR"}'.encode("latin-1"), "parse_error"),
        (b'{"n": NaN}', "parse_error"),
    ],
    ids=range(12),
)
def test_a_body_that_cannot_be_read_is_refused(api: APIClient, project: Project, body: bytes, code: str) -> None:
    expect_problem(api.post(URL, body, content_type=JSON), 400, code)

    assert Issue.objects.count() == 0


def test_a_declared_charset_does_not_change_what_json_is(api: APIClient, project: Project) -> None:
    body = '{"project": "shop", "title": "Lämp", "severity": "ERROR"}'.encode()

    assert api.post(URL, body, content_type="application/json; charset=latin-1").json()["title"] == "Lämp"


def test_a_form_is_no_json(api: APIClient, project: Project) -> None:
    expect_problem(api.post(URL, "title=x", content_type="application/x-www-form-urlencoded"), 415, "unsupported_media_type")


def test_a_huge_body_is_refused(api: APIClient, project: Project) -> None:
    expect_problem(api.post(URL, NEW | {"impact": "x" * 3_000_000}), 413, "too_large")


@pytest.mark.parametrize("path", ["issues/?search=%00", "issues/%00/", "issues/?project=shop%00", "issues/critical/?focus=a%00b"])
def test_a_nul_in_an_address_is_refused(api: APIClient, project: Project, path: str) -> None:
    expect_problem(api.get(f"/api/v1/{path}"), 400, "nul")
