"""GET issues/: the row, what is listed by default, filters, focus and order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from incidents.actions import issues
from incidents.models import Issue, Project, Source
from incidents.severity import Severity
from tests.api.calls import expect_problem
from tests.factories import a_client, a_project, a_source, a_token, an_entry, ingest, somebody

pytestmark = pytest.mark.django_db

URL = "/api/v1/issues/"
ROW = {
    *("id", "key", "project", "title", "severity", "state", "resolution", "confirmation", "priority", "reasons", "occurrences"),
    *("entries", "first_seen", "last_seen", "location", "patterns", "github", "iteration"),
}


def titles(api: APIClient, **asked: Any) -> list[str]:
    answer = api.get(URL, asked)
    assert answer.status_code == 200, answer.content
    return [row["title"] for row in answer.json()["results"]]


def by_hand(project: Project, title: str, severity: Severity = Severity.ERROR) -> Issue:
    return issues.create(project, actor=somebody(), title=title, severity=severity)


@pytest.fixture
def three(source: Source) -> Source:
    """Three open issues from logs: an ERROR in the websocket, a WARNING at the till, a CRITICAL in the vault."""
    place = {"file": "app/websocket.py", "function": "connect", "line": "843"}
    ingest(
        source,
        [
            an_entry("Invalid user_id format", sourceLocation=place, timestamp="2025-09-09T01:00:00Z"),
            an_entry("Till is slow", severity="WARNING", timestamp="2025-09-09T02:00:00Z"),
            an_entry("Vault is open", severity="CRITICAL", timestamp="2025-09-09T03:00:00Z"),
        ],
    )
    return source


# --- The row -----------------------------------------------------------------------------------


def test_a_row_has_exactly_the_fields_of_the_contract(api: APIClient, three: Source) -> None:
    rows = api.get(URL).json()["results"]

    assert [set(row) for row in rows] == [ROW] * 3


def test_a_row_tells_what_the_logs_said(api: APIClient, three: Source) -> None:
    row = api.get(URL, {"search": "user_id"}).json()["results"][0]

    assert row["key"] == f"shop-{Issue.objects.get(pk=row['id']).number}"
    assert (row["project"], row["title"], row["severity"]) == ("shop", "Invalid user_id format", "ERROR")
    assert (row["state"], row["resolution"], row["confirmation"]) == ("open", None, "none")
    assert (row["occurrences"], row["entries"], row["patterns"]) == (1, 1, 1)
    assert row["location"] == {"module": row["location"]["module"], "function": "connect", "file": "app/websocket.py", "line": 843}
    assert row["first_seen"] == row["last_seen"] == "2025-09-09T01:00:00Z"
    assert (row["github"], row["iteration"]) == (None, None)


def test_the_reasons_of_a_row_add_up_to_its_priority(api: APIClient, three: Source) -> None:
    for row in api.get(URL).json()["results"]:
        assert {frozenset(reason) for reason in row["reasons"]} == {frozenset({"factor", "points", "text"})}
        assert sum(reason["points"] for reason in row["reasons"]) == row["priority"]


def test_a_row_names_the_iteration_that_runs(api: APIClient, three: Source) -> None:
    Issue.objects.filter(title="Till is slow").update(iteration_id=7, iteration_number=2, phase="fix", verdict="incomplete")

    row = api.get(URL, {"search": "till"}).json()["results"][0]

    assert row["iteration"] == {"id": 7, "number": 2, "phase": "fix", "verdict": "incomplete"}


def test_an_issue_by_hand_has_a_location_of_nothing(api: APIClient, project: Project) -> None:
    by_hand(project, "Seen by eye")

    assert api.get(URL).json()["results"][0]["location"] == {"module": "", "function": "", "file": "", "line": None}


# --- What is listed ----------------------------------------------------------------------------


def test_the_most_critical_comes_first_and_the_older_of_equals(api: APIClient, three: Source) -> None:
    by_hand(three.project, "First of two", Severity.INFO)
    by_hand(three.project, "Second of two", Severity.INFO)

    assert titles(api) == ["Vault is open", "Invalid user_id format", "Till is slow", "First of two", "Second of two"]


def test_only_open_issues_are_listed_where_no_state_is_asked(api: APIClient, three: Source) -> None:
    issues.ignore(Issue.objects.get(title="Till is slow"), actor=somebody())
    issues.resolve(Issue.objects.get(title="Vault is open"), actor=somebody(), resolution="wont_fix", reason="art")

    assert titles(api) == ["Invalid user_id format"]
    assert titles(api, state="open") == ["Invalid user_id format"]
    assert titles(api, state="ignored") == ["Till is slow"]
    assert titles(api, state="resolved") == ["Vault is open"]
    assert len(titles(api, state="all")) == 3


def test_the_list_comes_in_numbered_pages_with_a_count(api: APIClient, three: Source) -> None:
    first = api.get(URL, {"page_size": 2}).json()
    second = api.get(first["next"]).json()

    assert set(first) == {"count", "next", "previous", "results"}
    assert (first["count"], len(first["results"]), first["previous"]) == (3, 2, None)
    assert ([row["title"] for row in second["results"]], second["next"]) == (["Till is slow"], None)


def test_a_page_beyond_the_last_is_not_found(api: APIClient, three: Source) -> None:
    expect_problem(api.get(URL, {"page": 2}), 404, "not_found")


def test_a_page_holds_five_hundred_at_most(api: APIClient, project: Project) -> None:
    now = datetime(2025, 9, 9, tzinfo=UTC)
    rows = [Issue(project=project, number=n, title=f"{n}", severity=500, first_seen=now, last_seen=now) for n in range(1, 502)]
    Issue.objects.bulk_create(rows)

    assert len(titles(api)) == 50
    assert len(titles(api, page_size=100_000)) == 500


# --- Filters -----------------------------------------------------------------------------------


def test_project_keeps_the_issues_of_one_project(api: APIClient, three: Source) -> None:
    by_hand(a_project("bank"), "In the bank")

    assert titles(api, project="bank") == ["In the bank"]
    assert len(titles(api, project="shop")) == 3
    assert titles(api, project="nowhere") == []


def test_source_keeps_the_issues_that_a_source_reported(api: APIClient, three: Source) -> None:
    ingest(a_source(three.project, "till-logs"), [an_entry("Till is slow", severity="WARNING"), an_entry("Till is shut")])

    assert set(titles(api, source="till-logs")) == {"Till is slow", "Till is shut"}
    assert set(titles(api, source="shop-logs")) == {"Till is slow", "Vault is open", "Invalid user_id format"}


def crash(number: int, exception: str) -> list[dict[str, Any]]:
    """An exception of a new instance, and what the platform says of any of them."""
    trace = f'Traceback (most recent call last):\n  File "/app/shop/pay.py", line 7, in {exception.lower()}\n    go()\n{exception}: oh'
    moment = datetime(2025, 9, 10, tzinfo=UTC) + timedelta(minutes=number)
    labels = {"instanceId": f"{exception}-{number}"}
    return [
        an_entry(trace, timestamp=moment.isoformat(), labels=labels, trace=f"projects/p/traces/{exception}-{number}"),
        an_entry(
            "Container called exit(3).",
            severity="WARNING",
            timestamp=(moment + timedelta(seconds=0.3)).isoformat(),
            labels=labels,
            trace=f"projects/p/traces/{exception}-{number}",
        ),
    ]


@pytest.fixture
def crashing(source: Source) -> Source:
    """Four crashes of one fault, and six of another one from a source of its own; both with the same last words."""
    ingest(source, [entry for number in range(4) for entry in crash(number, "KeyError")])
    ingest(a_source(source.project, "till-logs"), [entry for number in range(6) for entry in crash(number, "ValueError")])
    return source


def test_source_keeps_no_issue_that_only_shares_a_pattern_with_what_the_source_reported(api: APIClient, crashing: Source) -> None:
    assert titles(api, source="till-logs") == ["ValueError: oh"]
    assert titles(api, source="shop-logs") == ["KeyError: oh"]


def test_source_keeps_the_issue_of_its_own_part_of_a_shared_pattern(api: APIClient, crashing: Source) -> None:
    alone = an_entry("Container called exit(3).", severity="WARNING", timestamp="2025-09-10T05:00:00Z", labels={"instanceId": "alone"})
    ingest(a_source(crashing.project, "platform-logs"), [alone])

    assert titles(api, source="platform-logs") == ["Container called exit(3)."]


def test_an_issue_touched_no_more_than_its_own_part_of_a_shared_pattern_did(api: APIClient, crashing: Source) -> None:
    rows = {row["title"]: row["reasons"] for row in api.get(URL).json()["results"]}

    told = {title: [one["text"] for one in reasons if one["factor"] in {"instances", "traces"}] for title, reasons in rows.items()}
    assert told == {
        "KeyError: oh": ["Seen on 4 instances.", "Seen in 4 or more requests."],
        "ValueError: oh": ["Seen on 6 instances.", "Seen in 6 or more requests."],
    }


def test_severity_is_a_minimum_and_a_persons_severity_counts(api: APIClient, three: Source) -> None:
    issues.edit(Issue.objects.get(title="Till is slow"), actor=somebody(), changes={"severity_override": Severity.ALERT})

    assert set(titles(api, severity="CRITICAL")) == {"Till is slow", "Vault is open"}


def test_phase_keeps_the_issues_whose_iteration_stands_there(api: APIClient, three: Source) -> None:
    Issue.objects.filter(title="Till is slow").update(iteration_id=7, iteration_number=2, phase="red_run")

    assert titles(api, phase="red_run") == ["Till is slow"]


@pytest.mark.parametrize("searched", ["VAULT", "is open", "nobody can pay", "smoke"])
def test_search_looks_into_title_impact_and_symptoms(api: APIClient, three: Source, searched: str) -> None:
    vault = Issue.objects.get(title="Vault is open")
    issues.edit(vault, actor=somebody(), changes={"impact": "Nobody can pay", "symptoms": "Smoke"})

    assert titles(api, search=searched) == ["Vault is open"]


def test_search_looks_into_the_template_of_the_leading_pattern(api: APIClient, three: Source) -> None:
    issues.edit(Issue.objects.get(title="Vault is open"), actor=somebody(), changes={"title": "Money"})

    assert titles(api, search="vault") == ["Money"]


@pytest.mark.parametrize(("name", "value"), [("state", "shut"), ("severity", "LOUD"), ("ordering", "colour"), ("search", "x" * 60_000)])
def test_a_filter_that_is_none_is_refused_by_name(api: APIClient, three: Source, name: str, value: str) -> None:
    refused = expect_problem(api.get(URL, {name: value}), 400, "invalid")

    assert [error["field"] for error in refused["errors"]] == [name]


# --- Focus and order ---------------------------------------------------------------------------


def test_focus_lifts_what_it_matches_and_hides_nothing(api: APIClient, three: Source) -> None:
    issues.edit(Issue.objects.get(title="Vault is open"), actor=somebody(), changes={"severity_override": Severity.ERROR})
    assert titles(api)[0] == "Vault is open"

    rows = api.get(URL, {"focus": "websockets"}).json()["results"]

    assert [row["title"] for row in rows] == ["Invalid user_id format", "Vault is open", "Till is slow"]
    assert [reason["factor"] for reason in rows[0]["reasons"]].count("focus") == 1
    assert sum(reason["points"] for reason in rows[0]["reasons"]) == rows[0]["priority"]


def test_a_focus_that_matches_nothing_changes_nothing(api: APIClient, three: Source) -> None:
    assert api.get(URL, {"focus": "zebra"}).json() == api.get(URL).json()


@pytest.mark.parametrize("focus", ["!!!", "   ", "%", "'"])
def test_a_focus_without_words_changes_nothing(api: APIClient, three: Source, focus: str) -> None:
    assert api.get(URL, {"focus": focus}).json() == api.get(URL).json()


def test_a_focus_is_not_saved(api: APIClient, three: Source) -> None:
    before = api.get(URL).json()

    api.get(URL, {"focus": "websocket"})

    assert api.get(URL).json() == before


@pytest.mark.parametrize("name", ["priority", "severity", "entries", "occurrences", "first_seen", "last_seen", "number", "id"])
def test_the_list_can_be_ordered_both_ways(api: APIClient, three: Source, name: str) -> None:
    for number, issue in enumerate(Issue.objects.order_by("pk"), start=1):
        seen = datetime(2025, 9, 9, tzinfo=UTC) + timedelta(hours=number)
        issue.priority, issue.entries, issue.occurrence_count, issue.severity = number, number, number, number * 100
        issue.first_seen = issue.last_seen = seen
        issue.save()
    oldest_first = list(Issue.objects.order_by("pk").values_list("title", flat=True))

    assert titles(api, ordering=name) == oldest_first
    assert titles(api, ordering=f"-{name}") == oldest_first[::-1]


def test_the_order_of_the_contract_may_be_spelt_out(api: APIClient, three: Source) -> None:
    assert titles(api, ordering="-priority,id") == titles(api)


def test_equals_keep_their_place_from_page_to_page(api: APIClient, project: Project) -> None:
    made = [by_hand(project, f"Equal {number}") for number in range(6)]
    # So that neither database has them at hand in the order of their ids.
    for priority, issue in enumerate(reversed(made)):
        Issue.objects.filter(pk=issue.pk).update(priority=-priority)

    met = [title for page in (1, 2, 3) for title in titles(api, project="shop", ordering="-severity", page=page, page_size=2)]

    assert met == [f"Equal {number}" for number in range(6)]


# --- What a token sees -------------------------------------------------------------------------


def test_only_the_issues_of_the_tokens_project_are_listed(three: Source) -> None:
    bank = a_project("bank")
    by_hand(bank, "In the bank")

    assert titles(a_client(a_token(project=bank)), state="all") == ["In the bank"]


def test_a_project_that_the_token_does_not_see_has_no_issues_to_list(three: Source) -> None:
    stranger = a_client(a_token(project=a_project("bank")))

    assert titles(stranger, project="shop") == []
