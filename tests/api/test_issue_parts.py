"""What belongs to an issue: its timeline, patterns and occurrences."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from incidents.models import Fingerprint, Issue, Occurrence, Source
from tests.api.calls import do, history
from tests.factories import an_entry, ingest

pytestmark = pytest.mark.django_db


def test_the_timeline_tells_who_did_what_newest_first(api: APIClient, issue: Issue) -> None:
    do(api, issue, "comments", text="Hm")

    commented, opened = history(api, issue)

    assert set(commented) == {"id", "verb", "actor", "data", "at"}
    assert (commented["verb"], commented["actor"]) == ("commented", {"kind": "agent", "name": "a client"})
    assert (opened["verb"], opened["actor"]["kind"]) == ("opened", "machine")
    assert opened["at"].endswith("Z")


def test_the_timeline_comes_in_pages_without_a_count(api: APIClient, issue: Issue) -> None:
    for number in range(3):
        do(api, issue, "comments", text=f"{number}")

    first = api.get(f"/api/v1/issues/{issue.pk}/timeline/", {"page_size": 2}).json()
    second = api.get(first["next"]).json()

    assert set(first) == {"next", "previous", "results"}
    assert [event["data"].get("text") for event in first["results"] + second["results"]] == ["2", "1", "0", None]
    assert second["next"] is None


def test_the_patterns_of_an_issue_tell_template_place_and_count(api: APIClient, issue: Issue) -> None:
    page = api.get(f"/api/v1/issues/{issue.pk}/patterns/").json()

    (pattern,) = page["results"]
    assert page["count"] == 1
    assert (pattern["template"], pattern["severity"], pattern["entries"], pattern["issue"]) == ("Payment failed", "ERROR", 2, issue.pk)
    assert set(pattern["location"]) == {"module", "function", "file", "line"}
    assert (len(pattern["fingerprints"]), pattern["fingerprint_count"]) == (1, 1)


def test_of_a_pattern_with_many_fingerprints_a_hundred_are_named(api: APIClient, issue: Issue) -> None:
    assert issue.lead_pattern is not None
    Fingerprint.objects.bulk_create(
        Fingerprint(project=issue.project, version=2, digest=f"{number:032x}", pattern=issue.lead_pattern) for number in range(150)
    )

    (pattern,) = api.get(f"/api/v1/issues/{issue.pk}/patterns/").json()["results"]

    assert (len(pattern["fingerprints"]), pattern["fingerprint_count"]) == (100, 151)


def test_the_patterns_are_told_without_reading_masked_messages(api: APIClient, issue: Issue) -> None:
    with CaptureQueriesContext(connection) as asked:
        api.get(f"/api/v1/issues/{issue.pk}/patterns/")

    assert not [query["sql"] for query in asked if "masked" in query["sql"]]


def test_an_occurrence_has_a_start_and_an_end_to_the_nanosecond(api: APIClient, source: Source) -> None:
    times = ["2025-09-09T01:33:32.726470123Z", "2025-09-09T01:33:33Z"]
    ingest(source, [an_entry("Payment failed", timestamp=time, insertId=f"at {time}") for time in times])

    page = api.get(f"/api/v1/issues/{Issue.objects.get().pk}/occurrences/").json()

    (occurrence,) = page["results"]
    assert set(page) == {"next", "previous", "results"}
    assert (occurrence["start"], occurrence["end"]) == ("2025-09-09T01:33:32.726470123Z", "2025-09-09T01:33:33.000000000Z")
    assert (occurrence["entries"], occurrence["lead_insert_id"]) == (2, f"at {times[0]}")


def test_occurrences_at_one_moment_are_each_met_once_in_pages(api: APIClient, source: Source) -> None:
    instances = [{"type": "gce_instance", "labels": {"instance_id": f"{number}"}} for number in range(5)]
    ingest(source, [an_entry("Payment failed", resource=resource) for resource in instances])

    url = f"/api/v1/issues/{Issue.objects.get().pk}/occurrences/?page_size=2"
    met = []
    while url:
        page = api.get(url).json()
        met += [row["stream"] for row in page["results"]]
        url = page["next"]

    assert len(set(met)) == 5
    assert met == list(Occurrence.objects.order_by("-id").values_list("stream", flat=True))


def test_an_issue_by_hand_has_neither_patterns_nor_occurrences(api: APIClient, source: Source) -> None:
    issue = api.post("/api/v1/issues/", {"project": "shop", "title": "Seen", "severity": "ERROR"}).json()["id"]

    assert api.get(f"/api/v1/issues/{issue}/patterns/").json()["results"] == []
    assert api.get(f"/api/v1/issues/{issue}/occurrences/").json()["results"] == []
