"""An issue's twin is created once, whatever goes wrong on the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from audits.models import Iteration
from incidents.models import Mirror, Outbox, OutboxState
from tests.flows.test_audit import put
from tests.github import faults
from tests.github.stand_in import SHOP
from tests.github.sync.stack import Synced
from tests.waiting import until

pytestmark = pytest.mark.real_parts

CREATE = ("POST", r"/repos/acme/shop/issues$")


def test_the_twin_has_title_labels_priority_whys_plan_and_marker(synced: Synced):
    issue = synced.an_issue("Login crashes", severity="CRITICAL", impact="Nobody gets in")
    begun = synced.client.post("iterations/", {"project": "shop", "issue": issue.pk, "reasons": ["Everybody is affected"]})
    iteration = Iteration.objects.get(pk=begun.json()["id"])
    whys = [{"question": f"Why {number}?", "answer": f"Because of {number}"} for number in range(1, 6)]
    cause = {
        "whys": whys,
        "statement": "The session is never opened",
        "impact": "Logins",
        "fix": "Open it",
        "scope": [{"file": "login.py", "line": 3}],
    }
    put(synced.client, f"iterations/{iteration.pk}/root-cause/", cause)
    tests = [{"level": "unit", "file": "test_login.py", "name": "test_opens", "expectation": "red_then_green"}]
    put(synced.client, f"iterations/{iteration.pk}/test-plan/", {"tests": tests, "declared": {"unit": 1}, "success_metrics": ["It opens"]})

    synced.ask(issue)
    synced.settle()

    [there] = synced.all_there()
    assert there["title"] == "Login crashes"
    assert {label["name"] for label in there["labels"]} == {"fixproof", "fixproof: critical", "fixproof: priority high"}
    for said in (
        "Nobody gets in",
        "CRITICAL",
        "Why 5?",
        "Because of 5",
        "The session is never opened",
        "`login.py:3`",
        "test_opens",
        "<!-- fixproof:",
    ):
        assert said in there["body"], said
    mirror = synced.mirror(issue)
    assert (mirror.number, mirror.node_id, mirror.repository) == (there["number"], there["node_id"], SHOP)
    assert synced.client.get(f"issues/{issue.pk}/")["github"] == {
        "number": there["number"], "url": mirror.url, "state": "open", "closed_unproven": False,
    }  # fmt: skip


def test_asked_for_by_ten_at_once_it_is_created_once(synced: Synced):
    issue = synced.an_issue()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: synced.ask(issue), range(10)))
    synced.settle()

    assert len(synced.all_there()) == 1
    assert Outbox.objects.filter(issue=issue, kind="create").count() == 1


@pytest.mark.parametrize("fault", [faults.bad_gateway_after, faults.drops_after], ids=["a 502 after the write", "a dropped connection"])
def test_an_answer_that_is_lost_makes_no_second_issue(synced: Synced, fault):
    issue = synced.an_issue()
    synced.proxy.script(*CREATE, fault())

    synced.ask(issue)
    synced.settle()
    unknown = Outbox.objects.get(issue=issue)
    assert (unknown.state, unknown.attempts) == (OutboxState.UNKNOWN, 1)
    synced.hurry()

    [there] = synced.all_there()
    assert synced.mirror(issue).number == there["number"]
    assert [seen.method for seen in synced.proxy.writes()] == ["POST"]


@pytest.mark.parametrize("fault", [faults.bad_gateway_before, faults.drops_before], ids=["a 502", "a dropped connection"])
def test_a_write_that_never_happened_is_made_the_next_time(synced: Synced, fault):
    issue = synced.an_issue()
    synced.proxy.script(*CREATE, fault())

    synced.ask(issue)
    synced.settle()
    synced.hurry()

    assert len(synced.all_there()) == 1
    assert synced.mirror(issue).is_linked


def test_a_worker_that_is_killed_between_the_answer_and_the_commit_leaves_one_issue(synced: Synced):
    issue = synced.an_issue()
    held = faults.held_after()
    synced.proxy.script(*CREATE, held)
    synced.ask(issue)
    held.wait_until_reached()

    synced.kill_worker()
    held.abandon()
    assert Outbox.objects.get(issue=issue).state == OutboxState.IN_FLIGHT
    synced.stack.start_worker()
    synced.hurry()

    [there] = synced.all_there()
    assert synced.mirror(issue).number == there["number"]


def test_two_workers_that_both_believe_to_hold_the_row_write_it_once(synced: Synced):
    """One is thought dead while it waits for an answer to a read; it comes back when another has written."""
    issue = synced.an_issue()
    held = faults.held_before()
    synced.proxy.script("GET", r"creator=", held)
    synced.ask(issue)
    held.wait_until_reached()

    synced.proxy.heal()
    Outbox.objects.filter(issue=issue).update(state=OutboxState.UNKNOWN, in_flight_since=None)
    synced.send("incidents.tasks.push_to_github")
    until(lambda: synced.mirror(issue).is_linked, within=20, what="the other worker to write it")
    held.release()
    synced.settle()

    assert len(synced.all_there()) == 1


def test_the_webhook_that_comes_before_the_answer_gives_one_link(synced: Synced):
    synced.connect()
    issue = synced.an_issue()
    held = faults.held_after()
    synced.proxy.script(*CREATE, held)

    synced.ask(issue)
    held.wait_until_reached()
    synced.relay.until_came("issues", "opened")
    until(lambda: Mirror.objects.get(issue=issue).is_linked, within=30, what="the webhook to link it")
    held.release()
    synced.settle()

    assert len(synced.all_there()) == 1
    assert Outbox.objects.get(issue=issue, kind="create").state == OutboxState.SENT
    assert synced.verbs(issue).count("github_created") == 1


def test_what_was_created_before_a_database_was_lost_is_found_by_its_marker(synced: Synced):
    issue = synced.a_linked_issue()
    Mirror.objects.filter(issue=issue).delete()
    Outbox.objects.filter(issue=issue).delete()

    synced.ask(issue)
    synced.settle()

    assert len(synced.all_there()) == 1
    assert synced.mirror(issue).is_linked


def test_a_stranger_who_copies_the_marker_is_not_taken_for_the_twin(synced: Synced):
    issue = synced.a_linked_issue()
    copied = synced.there(issue)["body"]
    Mirror.objects.filter(issue=issue).delete()
    Outbox.objects.filter(issue=issue).delete()
    synced.github.as_human.edit_issue(SHOP, 1, body="nothing of ours")
    forged = synced.github.as_human.create_issue(SHOP, "Looks like yours", copied)

    synced.ask(issue)
    synced.settle()

    assert synced.mirror(issue).number not in (None, forged["number"])


def test_an_existing_issue_is_linked_by_its_number_and_keeps_its_words(synced: Synced):
    issue = synced.an_issue("KeyError in login()")
    existing = synced.github.as_human.create_issue(SHOP, "I cannot log in", "It says **no**.", ["bug"])
    synced.github.as_human.comment(SHOP, existing["number"], "Me too")

    synced.ask(issue, number=f"acme/shop#{existing['number']}")
    synced.settle()

    there = synced.there(issue)
    assert (there["number"], there["title"]) == (existing["number"], "I cannot log in")
    assert there["body"].startswith("It says **no**.")
    assert "<!-- fixproof:" in there["body"]
    assert {"bug", "fixproof", "fixproof: error"} <= {label["name"] for label in there["labels"]}
    issue.refresh_from_db()
    assert issue.title == "KeyError in login()"
    assert issue.comments.get().text == "Me too"


def test_nothing_is_created_unasked(synced: Synced):
    synced.an_issue()

    synced.beat()

    assert synced.all_there() == []
    assert synced.proxy.writes() == []
