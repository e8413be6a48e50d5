"""Parting messages by REST: from which to choose, what the issue says then, and undo."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from incidents.models import Fingerprint, Issue, Pattern, Source
from incidents.roles import Role, Scope
from ingestion import tasks
from tests.api.calls import expect_problem
from tests.factories import a_client, a_project, a_source, a_token, a_user, an_entry, ingest

pytestmark = pytest.mark.django_db

PEOPLE = ("root", "ada", "grace", "linus", "ken", "barbara", "edsger", "donald", "alan", "radia")


@pytest.fixture
def source(db: None) -> Source:
    return a_source(a_project())


@pytest.fixture
def client(source: Source) -> APIClient:
    return a_client(a_token(project=source.project))


@pytest.fixture
def issue(source: Source) -> Issue:
    """One pattern of ten messages; `root` came twice."""
    ingest(source, [an_entry(f"Login of {name} refused") for name in (*PEOPLE, "root")])
    return Issue.objects.get()


def at(issue: Issue) -> str:
    return f"/api/v1/issues/{issue.pk}/part/"


def forms_at(issue: Issue) -> str:
    return f"/api/v1/issues/{issue.pk}/patterns/{issue.lead_pattern_id}/fingerprints/"


def root() -> str:
    return Fingerprint.objects.get(masked="Login of root refused").digest


def body(issue: Issue, **given: Any) -> dict[str, Any]:
    return {"pattern": issue.lead_pattern_id, "fingerprints": [root()]} | given


def test_the_messages_of_a_pattern_are_listed_with_how_many_entries_are_kept(client: APIClient, issue: Issue) -> None:
    page = client.get(forms_at(issue), {"page_size": 3}).json()

    assert page["count"] == 10
    assert page["results"][:2] == [
        {"digest": root(), "masked": "Login of root refused", "entries": 2},
        {"digest": page["results"][1]["digest"], "masked": "Login of ada refused", "entries": 1},
    ]
    assert len(client.get(page["next"]).json()["results"]) == 3


def test_messages_leave_a_pattern_and_come_back(client: APIClient, issue: Issue) -> None:
    parted = client.post(at(issue), body(issue), format="json")

    assert (parted.status_code, parted.json()["id"], parted.json()["entries"]) == (200, issue.pk, 9)
    [decision] = parted.json()["decisions"]
    assert (decision["kind"], decision["issue"]) == ("part", issue.pk)
    new = client.get(f"/api/v1/issues/{decision['target']}/").json()
    assert (new["title"], new["entries"], new["patterns"]) == ("Login of root refused", 2, 1)

    undone = client.post(f"/api/v1/issues/{issue.pk}/undo/", {"decision": decision["id"]}, format="json").json()
    tasks.join_patterns(issue.project_id)

    assert (undone["entries"], undone["decisions"]) == (11, [])
    assert client.get(f"/api/v1/issues/{issue.pk}/").json()["patterns"] == 1


def test_a_parting_can_be_taken_back_from_the_new_issue(client: APIClient, issue: Issue) -> None:
    [decision] = client.post(at(issue), body(issue), format="json").json()["decisions"]

    undone = client.post(f"/api/v1/issues/{decision['target']}/undo/", {"decision": decision["id"]}, format="json")

    assert (undone.status_code, undone.json()["merged_into"]) == (200, issue.pk)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"fingerprints": []}, 400),
        ({"fingerprints": "all"}, 400),
        ({"fingerprints": None}, 400),
        ({"fingerprints": [None]}, 400),
        ({"fingerprints": [{"digest": "x"}]}, 400),
        ({"fingerprints": ["0" * 32]}, 400),
        ({"fingerprints": ["\0"]}, 400),
        ({"fingerprints": ["\ud800"]}, 400),
        ({"fingerprints": ["x" * 33]}, 400),
        ({"pattern": None}, 400),
        ({"pattern": "it"}, 400),
        ({"pattern": 2**70}, 400),
        ({"pattern": 0}, 400),
        ({"pattern": 999_999}, 404),
    ],
)
def test_what_makes_no_sense_is_refused(client: APIClient, issue: Issue, given: dict[str, Any], status: int) -> None:
    # Dumped here: it keeps lone surrogates escaped.
    sent = json.dumps(body(issue, **given))

    assert client.post(at(issue), sent, content_type="application/json").status_code == status
    assert Pattern.objects.standing().count() == 1


def test_all_messages_of_a_pattern_cannot_leave_it(client: APIClient, issue: Issue) -> None:
    every = list(Fingerprint.objects.values_list("digest", flat=True))

    refused = client.post(at(issue), body(issue, fingerprints=every), format="json")

    expect_problem(refused, 400, "part_leaves_nothing")


def test_a_body_that_is_no_object_is_refused(client: APIClient, issue: Issue) -> None:
    assert client.post(at(issue), [1], format="json").status_code == 400


def test_another_issues_pattern_is_not_there(client: APIClient, issue: Issue, source: Source) -> None:
    ingest(source, [an_entry("Disk full")])
    disk = Issue.objects.get(title="Disk full")

    assert client.post(at(disk), body(issue), format="json").status_code == 404
    assert client.get(forms_at(issue).replace(f"issues/{issue.pk}/", f"issues/{disk.pk}/")).status_code == 404


def test_another_projects_issue_is_not_there(issue: Issue) -> None:
    stranger = a_client(a_token(project=a_project("bank")))

    assert stranger.post(at(issue), body(issue), format="json").status_code == 404
    assert stranger.get(forms_at(issue)).status_code == 404


@pytest.mark.parametrize("pattern", [0, 999_999, 2**70])
def test_a_pattern_that_there_is_not_has_no_messages(client: APIClient, issue: Issue, pattern: int) -> None:
    assert client.get(f"/api/v1/issues/{issue.pk}/patterns/{pattern}/fingerprints/").status_code == 404


def test_reading_is_not_enough_to_part(source: Source, issue: Issue) -> None:
    reader = a_client(a_token(Scope.READ, project=source.project))

    assert reader.post(at(issue), body(issue), format="json").status_code == 403
    assert reader.get(forms_at(issue)).status_code == 200


def test_a_viewers_role_is_not_enough_to_part(source: Source, issue: Issue) -> None:
    viewer = a_user("eve", role=Role.VIEWER, project=source.project)

    assert a_client(a_token(user=viewer)).post(at(issue), body(issue), format="json").status_code == 403
