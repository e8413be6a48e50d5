"""GET batches/{id}/: how far a batch has come, and what of it could not be taken."""

import json

import pytest
from rest_framework.test import APIClient

from incidents.models import Issue, Source
from ingestion import pipeline
from tests.api.calls import NDJSON, expect_problem, send, taken
from tests.factories import a_client, a_project, a_source, a_token, an_entry

pytestmark = pytest.mark.django_db

CONTRACT = {"id", "state", "entries", "duplicates", "rejected", "rejections", "issues_opened", "error"}


def test_a_batch_that_waits_says_so(api: APIClient, source: Source) -> None:
    batch = api.get(send(api, b"[{}]").json()["url"]).json()

    assert set(batch) >= CONTRACT
    assert (batch["state"], batch["entries"], batch["rejections"], batch["finished_at"]) == ("received", 0, [], None)


def test_a_batch_that_is_done_has_its_counts_and_the_issues_that_it_opened(api: APIClient, source: Source) -> None:
    entries = [an_entry("Payment failed"), an_entry("Payment failed"), an_entry("All is well", severity="INFO")]

    batch = taken(api, json.dumps([*entries, entries[0], "no entry"]).encode())

    assert batch["state"] == "done"
    assert (batch["entries"], batch["duplicates"], batch["rejected"]) == (4, 1, 1)
    assert batch["rejections"] == [{"number": 4, "code": "not_an_object", "reason": "A log entry is a JSON object; a string came."}]
    assert batch["issues_opened"] == [Issue.objects.get().pk]
    assert batch["finished_at"].endswith("Z")


def test_when_a_batch_is_done_its_issues_are_up_to_date(api: APIClient, source: Source) -> None:
    taken(api, json.dumps([an_entry("Payment failed"), an_entry("Payment failed")]).encode())

    issue = api.get("/api/v1/issues/").json()["results"][0]
    assert (issue["entries"], issue["occurrences"], issue["patterns"]) == (2, 1, 1)
    assert issue["priority"] == sum(reason["points"] for reason in issue["reasons"]) > 0


def test_processing_a_batch_twice_changes_nothing(api: APIClient, source: Source) -> None:
    once = taken(api, json.dumps([an_entry("Payment failed")]).encode())

    pipeline.process(once["id"])

    assert api.get(f"/api/v1/batches/{once['id']}/").json() == once
    assert Issue.objects.get().entries == 1


def test_of_many_rejections_the_first_hundred_are_listed_and_all_are_counted(api: APIClient, source: Source) -> None:
    batch = taken(api, b'{"textPayload": "fine"}\n' + b"7\n" * 150, NDJSON)

    assert (batch["entries"], batch["rejected"], len(batch["rejections"])) == (1, 150, 100)
    assert [row["number"] for row in batch["rejections"][:2]] == [1, 2]


def test_a_batch_of_another_project_is_not_there(api: APIClient, source: Source) -> None:
    stranger = a_client(a_token(project=a_project("bank")))
    batch = send(api, b"[{}]").json()

    refused = stranger.get(batch["url"])

    expect_problem(refused, 404, "not_found")


@pytest.mark.parametrize("number", [0, 4711, 2**63, 10**30])
def test_a_batch_that_does_not_exist_is_not_found(api: APIClient, number: int) -> None:
    expect_problem(api.get(f"/api/v1/batches/{number}/"), 404, "not_found")


def test_a_batch_of_a_second_source_is_seen_as_well(api: APIClient, source: Source) -> None:
    a_source(source.project, "till-logs")

    batch = api.get(send(api, b"[{}]", to="till-logs").json()["url"]).json()

    assert batch["source"] == "till-logs"
