"""GET sources/{slug}/entries/: rows, filters, and cursor pages."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from incidents.models import Issue, Pattern, Source
from tests.api.calls import TEXT, entries, expect_problem, taken
from tests.factories import a_client, a_project, a_source, a_token, an_entry, ingest

pytestmark = pytest.mark.django_db

CONTRACT = {"insert_id", "time", "severity", "message", "location", "stream", "trace", "release", "pattern", "issue"}
URL = "/api/v1/sources/shop-logs/entries/"


def messages(rows: list[dict[str, Any]]) -> list[str]:
    return [row["message"] for row in rows]


def all_pages(api: APIClient, **asked: object) -> list[list[dict[str, Any]]]:
    """The pages from the first on, by their `next`; no more than a hundred."""
    pages: list[list[dict[str, Any]]] = []
    answer = api.get(URL, asked)
    while len(pages) < 100:
        page = answer.json()
        pages.append(page["results"])
        if page["next"] is None:
            return pages
        answer = api.get(page["next"])
    raise AssertionError("the pages never end")


def test_an_entry_tells_all_that_the_contract_names(api: APIClient, source: Source) -> None:
    place = {"file": "/app/pay.py", "line": "12", "function": "pay"}
    ingest(source, [an_entry("Payment failed", insertId="abc", trace="projects/example/traces/t1", sourceLocation=place)])

    (row,) = entries(api)

    issue, pattern = Issue.objects.get(), Pattern.objects.get()
    assert set(row) == CONTRACT
    assert row["insert_id"] == "abc"
    assert row["severity"] == "ERROR"
    assert row["message"] == "Payment failed"
    assert set(row["location"]) == {"module", "function", "file", "line"}
    assert (row["location"]["file"], row["location"]["function"], row["location"]["line"]) == ("/app/pay.py", "pay", 12)
    assert row["release"] == "shop-00001-abc"
    assert "t1" in row["trace"]
    assert (row["pattern"], row["issue"]) == (pattern.pk, issue.pk)


def test_an_entry_below_the_threshold_has_a_pattern_and_no_issue(api: APIClient, source: Source) -> None:
    ingest(source, [an_entry("All is well", severity="INFO")])

    (row,) = entries(api)

    assert (row["pattern"], row["issue"]) == (Pattern.objects.get().pk, None)


def test_an_entry_without_a_place_has_a_location_without_a_line(api: APIClient, source: Source) -> None:
    ingest(source, [an_entry("Payment failed")])

    assert entries(api)[0]["location"] == {"module": "", "function": "", "file": "", "line": None}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("2025-09-09T01:33:32Z", "2025-09-09T01:33:32.000000000Z"),
        ("2025-09-09T01:33:32.726Z", "2025-09-09T01:33:32.726000000Z"),
        ("2025-09-09T01:33:32.726470Z", "2025-09-09T01:33:32.726470000Z"),
        ("2025-09-09T01:33:32.726470123Z", "2025-09-09T01:33:32.726470123Z"),
        ("2025-09-09T03:33:32.000000001+02:00", "2025-09-09T01:33:32.000000001Z"),
    ],
)
def test_a_time_is_told_in_utc_with_nine_digits(api: APIClient, source: Source, given: str, told: str) -> None:
    ingest(source, [an_entry(timestamp=given)])

    assert entries(api)[0]["time"] == told


@pytest.fixture
def four(source: Source) -> Source:
    """Four entries, a second apart, of rising severity."""
    said = [("INFO", "Till 1 opened"), ("WARNING", "Till is slow"), ("ERROR", "Payment failed"), ("CRITICAL", "Fire")]
    at = [f"2025-09-09T01:00:0{second}Z" for second in range(4)]
    ingest(source, [an_entry(text, severity=name, timestamp=time) for (name, text), time in zip(said, at, strict=True)])
    return source


def test_the_newest_entries_come_first(api: APIClient, four: Source) -> None:
    assert messages(entries(api)) == ["Fire", "Payment failed", "Till is slow", "Till 1 opened"]


def test_severity_is_a_minimum(api: APIClient, four: Source) -> None:
    assert messages(entries(api, severity="ERROR")) == ["Fire", "Payment failed"]


def test_since_keeps_what_is_not_older(api: APIClient, four: Source) -> None:
    assert messages(entries(api, since="2025-09-09T01:00:02Z")) == ["Fire", "Payment failed"]


def test_since_may_stand_in_another_zone(api: APIClient, four: Source) -> None:
    assert messages(entries(api, since="2025-09-09T03:00:02+02:00")) == ["Fire", "Payment failed"]


def test_search_finds_a_part_of_the_message_in_any_case(api: APIClient, four: Source) -> None:
    assert messages(entries(api, search="TILL")) == ["Till is slow", "Till 1 opened"]


@pytest.mark.parametrize("sign", ["%", "_", "\\", "'"])
def test_search_takes_every_character_as_it_stands(api: APIClient, four: Source, sign: str) -> None:
    assert entries(api, search=sign) == []


def test_pattern_keeps_the_entries_of_one_pattern(api: APIClient, four: Source) -> None:
    pattern = Pattern.objects.get(severity=500)

    assert messages(entries(api, pattern=pattern.pk)) == ["Payment failed"]


def test_a_pattern_of_another_project_has_no_entries_here(api: APIClient, four: Source) -> None:
    ingest(a_source(a_project("bank"), "bank-logs"), [an_entry("Vault open")])
    other = Pattern.objects.get(project__slug="bank")

    assert entries(api, pattern=other.pk) == []


def test_filters_add_up(api: APIClient, four: Source) -> None:
    assert messages(entries(api, severity="WARNING", search="till", since="2025-09-09T01:00:01Z")) == ["Till is slow"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("severity", "LOUD"),
        ("since", "yesterday"),
        ("since", "9999-12-31T23:59:59-12:00"),
        ("pattern", "x"),
        ("pattern", "9" * 30),
        ("pattern", "-1"),
        ("search", "x" * 60_000),
    ],
)
def test_a_filter_that_is_none_is_refused_by_name(api: APIClient, source: Source, name: str, value: str) -> None:
    refused = expect_problem(api.get(URL, {name: value}), 400, "invalid")

    assert [error["field"] for error in refused["errors"]] == [name]


def test_pages_hold_as_many_as_asked_for_and_meet_each_entry_once(api: APIClient, four: Source) -> None:
    pages = all_pages(api, page_size=3)

    assert [messages(page) for page in pages] == [["Fire", "Payment failed", "Till is slow"], ["Till 1 opened"]]


def test_the_previous_page_leads_back(api: APIClient, four: Source) -> None:
    first = api.get(URL, {"page_size": 2}).json()
    second = api.get(first["next"]).json()

    back = api.get(second["previous"]).json()

    assert back["results"] == first["results"]


def test_a_page_is_not_counted(api: APIClient, four: Source) -> None:
    assert set(api.get(URL).json()) == {"next", "previous", "results"}


def test_a_page_has_fifty_entries_where_nothing_is_asked_and_five_hundred_at_most(api: APIClient, source: Source) -> None:
    ingest(source, [an_entry(f"Entry {number}", severity="INFO") for number in range(501)])

    assert len(entries(api)) == 50
    assert len(entries(api, page_size=100_000)) == 500


def test_pages_reach_all_of_many_lines_that_share_one_time(api: APIClient, source: Source) -> None:
    taken(api, b"".join(b"line %d\n" % number for number in range(1_700)), TEXT)

    met = [row["insert_id"] for page in all_pages(api, page_size=500) for row in page]

    assert len(met) == len(set(met)) == 1_700


@pytest.mark.parametrize("cursor", ["x", "cD1h", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5eA==", "%ff"])
def test_a_cursor_that_is_none_is_not_found(api: APIClient, four: Source, cursor: str) -> None:
    expect_problem(api.get(URL, {"cursor": cursor}), 404, "not_found")


def test_the_entries_of_an_unknown_source_are_not_found(api: APIClient, source: Source) -> None:
    refused = expect_problem(api.get("/api/v1/sources/nowhere/entries/"), 404, "not_found")

    assert "nowhere" in refused["detail"]


def test_the_entries_of_another_project_are_not_there(four: Source) -> None:
    stranger = a_client(a_token(project=a_project("bank")))

    expect_problem(stranger.get(URL), 404, "not_found")


def test_the_entries_of_another_source_are_not_listed(api: APIClient, four: Source) -> None:
    ingest(a_source(four.project, "till-logs"), [an_entry("Elsewhere")])

    assert "Elsewhere" not in json.dumps(entries(api))
