"""Merge, split and undo by REST, and what the API tells of bursts and patterns."""

import pytest

from incidents.models import Issue, Pattern
from incidents.roles import Scope
from tests.factories import a_client, a_project, a_source, a_token, an_entry, ingest

pytestmark = pytest.mark.django_db

CAUSE = "Traceback (most recent call last):\n  File \"/app/shop/pay.py\", line 7, in charge\n    go()\nKeyError: 'card'\n"
EXITED = "Container called exit(3)."


def crash(number: int) -> list[dict]:
    labels = {"instanceId": f"i-{number}"}
    minute = f"2025-09-09T01:{number:02}"
    return [
        an_entry(CAUSE, timestamp=f"{minute}:00Z", labels=labels),
        an_entry(EXITED, timestamp=f"{minute}:00.3Z", labels=labels, severity="WARNING"),
    ]


@pytest.fixture
def source(db):
    return a_source(a_project())


@pytest.fixture
def client(source):
    return a_client(a_token(project=source.project))


@pytest.fixture
def burst(source) -> Issue:
    ingest(source, [entry for number in range(4) for entry in crash(number)])
    return Issue.objects.get()


@pytest.fixture
def two(source) -> tuple[Issue, Issue]:
    ingest(source, [an_entry("Mail refused"), an_entry("Queue is full")])
    return Issue.objects.get(title="Mail refused"), Issue.objects.get(title="Queue is full")


def test_a_merge_answers_with_the_merged_issue_and_undo_takes_it_back(client, two):
    mail, queue = two

    merged = client.post(f"/api/v1/issues/{queue.pk}/merge/", {"into": mail.pk}, format="json")

    assert (merged.status_code, merged.json()["merged_into"], merged.json()["entries"]) == (200, mail.pk, 0)
    assert client.get(f"/api/v1/issues/{mail.pk}/").json()["entries"] == 2
    assert client.get(f"/api/v1/issues/{queue.pk}/").json()["merged_into"] == mail.pk
    [decision] = merged.json()["decisions"]
    assert (decision["kind"], decision["issue"], decision["target"]) == ("merge", queue.pk, mail.pk)

    undone = client.post(f"/api/v1/issues/{queue.pk}/undo/", {"decision": decision["id"]}, format="json")

    assert (undone.status_code, undone.json()["state"], undone.json()["entries"], undone.json()["decisions"]) == (200, "open", 1, [])


def test_a_decision_can_be_taken_back_from_either_issue(client, two):
    mail, queue = two
    decision = client.post(f"/api/v1/issues/{queue.pk}/merge/", {"into": mail.pk}, format="json").json()["decisions"][0]["id"]

    assert client.post(f"/api/v1/issues/{mail.pk}/undo/", {"decision": decision}, format="json").json()["entries"] == 1


def test_a_split_answers_with_the_issue_and_names_the_new_one(client, burst):
    pattern = Pattern.objects.get(template__startswith="Container").pk

    split = client.post(f"/api/v1/issues/{burst.pk}/split/", {"patterns": [pattern]}, format="json").json()

    assert (split["id"], split["entries"], split["patterns"]) == (burst.pk, 4, 1)
    new = client.get(f"/api/v1/issues/{split['decisions'][0]['target']}/").json()
    assert (new["title"], new["entries"], new["occurrences"]) == (EXITED, 4, 4)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("merge", {"into": "itself"}, 400),
        ("merge", {"into": 999_999}, 404),
        ("merge", {"into": 2**70}, 400),
        ("merge", {}, 400),
        ("split", {"patterns": []}, 400),
        ("split", {"patterns": [999_999]}, 400),
        ("split", {"patterns": "all"}, 400),
        ("undo", {"decision": 999_999}, 404),
    ],
)
def test_what_makes_no_sense_is_refused(client, two, path, body, status):
    mail, _ = two
    body = {"into": mail.pk} if body == {"into": "itself"} else body

    assert client.post(f"/api/v1/issues/{mail.pk}/{path}/", body, format="json").status_code == status


def test_another_projects_issue_is_nothing_to_merge_into(client, two):
    ingest(a_source(a_project("bank"), "bank"), [an_entry("Vault open")])
    elsewhere = Issue.objects.get(title="Vault open")

    assert client.post(f"/api/v1/issues/{two[0].pk}/merge/", {"into": elsewhere.pk}, format="json").status_code == 404
    assert client.post(f"/api/v1/issues/{elsewhere.pk}/merge/", {"into": two[0].pk}, format="json").status_code == 404


def test_reading_is_not_enough_to_merge(source, two):
    reader = a_client(a_token(Scope.READ, project=source.project))

    assert reader.post(f"/api/v1/issues/{two[0].pk}/merge/", {"into": two[1].pk}, format="json").status_code == 403


def test_a_merged_issue_refuses_a_second_merge_with_409(client, two):
    mail, queue = two
    client.post(f"/api/v1/issues/{queue.pk}/merge/", {"into": mail.pk}, format="json")

    assert client.post(f"/api/v1/issues/{queue.pk}/merge/", {"into": mail.pk}, format="json").status_code == 409


def test_occurrences_list_what_came_in_them(client, burst):
    newest = client.get(f"/api/v1/issues/{burst.pk}/occurrences/").json()["results"][0]

    assert [(one["template"][:9], one["start"], one["entries"]) for one in newest["companions"]] == [
        ("Traceback", "2025-09-09T01:03:00.000000000Z", 1),
        ("Container", "2025-09-09T01:03:00.300000000Z", 1),
    ]


def test_patterns_say_what_they_are_to_the_issue_and_why(client, burst):
    lead, companion = client.get(f"/api/v1/issues/{burst.pk}/patterns/").json()["results"]

    assert (lead["is_lead"], lead["leads"], lead["entries_in_issue"]) == (True, [], 4)
    assert (companion["is_lead"], companion["entries_in_issue"]) == (False, 4)
    [tie] = companion["leads"]
    assert (tie["lead"], tie["together"], tie["seen"], tie["lag_seconds"]) == (lead["id"], 4, 4, 0.3)
    assert companion["variables"] == [{"name": "<NUM>", "values": ["3"], "why": "<NUM>: a value by its looks"}]


def test_an_entry_names_the_issue_of_the_burst_that_it_came_in_and_its_own_where_it_came_alone(client, source, burst):
    ingest(source, [crash(30)[1]])

    entries = client.get(f"/api/v1/sources/{source.slug}/entries/?severity=WARNING").json()["results"]

    alone = Issue.objects.get(title=EXITED)
    assert [entry["issue"] for entry in entries if entry["message"] == EXITED] == [alone.pk, *[burst.pk] * 4]


def test_the_entries_of_a_pattern_that_joined_another_one_are_found_by_its_old_id(client, source):
    people = ("ada", "grace", "linus", "ken", "barbara", "edsger", "donald", "alan")
    for name in people:
        ingest(source, [an_entry(f"Login of {name} from 10.0.0.7 refused")])
    joined = Pattern.objects.exclude(merged_into=None).first()

    assert len(client.get(f"/api/v1/sources/{source.slug}/entries/?pattern={joined.pk}").json()["results"]) == len(people)
