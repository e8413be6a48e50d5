"""People here and people there act in the moment between our looking and our writing; answers make no sense, or come late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from incidents.actions import issues
from incidents.github import client, inbox, pull, push
from incidents.github.writes import Writing
from incidents.models import Delivery, DeliveryState, Outbox, OutboxState
from incidents.severity import Severity
from tests.factories import somebody
from tests.github import faults
from tests.github.loopback import Answer, Request
from tests.github.proxy import Forward
from tests.github.stand_in import SHOP
from tests.github.sync.at_hand import AtHand, down_for_maintenance
from tests.github.sync.at_hand import hand as hand

pytestmark = [pytest.mark.real_parts, pytest.mark.both_databases]


# --- Between our look and our write --------------------------------------------------------------


def test_a_title_that_is_given_while_we_write_labels_is_taken_over(hand: AtHand, monkeypatch):
    issue = hand.a_linked_issue()
    add_labels = client.GitHub.add_labels

    def meanwhile(self, *given):
        hand.human.edit_issue(SHOP, 1, title="A person's words")
        return add_labels(self, *given)

    monkeypatch.setattr(client.GitHub, "add_labels", meanwhile)
    issues.edit(issue, actor=somebody(), changes={"severity_override": Severity.CRITICAL})
    hand.push()
    monkeypatch.setattr(client.GitHub, "add_labels", add_labels)

    hand.poll(times=2)

    issue.refresh_from_db()
    assert issue.title == hand.there()["title"] == "A person's words"


def test_a_label_that_is_taken_away_while_we_write_does_not_pass_for_a_missing_right(hand: AtHand, monkeypatch):
    issue = hand.a_linked_issue()
    add_labels = client.GitHub.add_labels

    def meanwhile(self, *given):
        labels = add_labels(self, *given)
        hand.human.remove_label(SHOP, 1, "fixproof")
        return labels

    monkeypatch.setattr(client.GitHub, "add_labels", meanwhile)
    issues.edit(issue, actor=somebody(), changes={"severity_override": Severity.CRITICAL})

    hand.push()

    assert "fixproof: critical" in hand.human.labels(SHOP, 1)
    assert hand.mirror(issue).remark == ""


def test_an_issue_that_is_reopened_here_while_its_closing_is_under_way_is_open_there(hand: AtHand, monkeypatch):
    issue = hand.a_linked_issue()
    issues.resolve(issue, actor=somebody(), resolution="not_reproduced", reason="Nobody could")
    edit_issue = client.GitHub.edit_issue

    def meanwhile(self, *given):
        monkeypatch.setattr(client.GitHub, "edit_issue", edit_issue)
        issues.reopen(issue, actor=somebody(), reason="Somebody can")
        return edit_issue(self, *given)

    monkeypatch.setattr(client.GitHub, "edit_issue", meanwhile)

    hand.push()

    assert Outbox.objects.filter(kind="close", state="sent").exists()
    assert hand.there()["state"] == "open"


# --- A closing whose answer is lost --------------------------------------------------------------


@pytest.fixture
def reopened(hand: AtHand):
    """Reopened here, while nobody knows whether its closing was done there; it was."""
    issue = hand.a_linked_issue()
    hand.proxy.script("PATCH", r"/issues/1$", faults.bad_gateway_after())
    issues.resolve(issue, actor=somebody(), resolution="wont_fix", reason="The page goes away")
    hand.push()
    assert hand.there()["state"] == "closed"
    issues.reopen(issue, actor=somebody(), reason="The page stays")
    return issue


def test_an_issue_that_is_reopened_here_while_its_closing_is_unknown_is_open_there(hand: AtHand, reopened):
    hand.hurry()
    hand.poll(times=2)
    hand.hurry()

    assert hand.there()["state"] == "open"


def test_an_issue_that_is_reopened_here_while_its_closing_is_unknown_stays_open_here(hand: AtHand, reopened):
    hand.hurry()
    hand.poll(times=2)
    hand.hurry()

    reopened.refresh_from_db()
    assert reopened.state == "open"
    assert not hand.mirror(reopened).closed_unproven


def test_an_issue_that_is_settled_before_its_twin_was_made_gets_none(hand: AtHand):
    issue = hand.an_asked_issue()
    issues.resolve(issue, actor=somebody(), resolution="wont_fix", reason="The page goes away")

    hand.push()
    hand.poll()

    assert hand.human.issues(SHOP) == []
    assert not Outbox.objects.unsettled().exists()


# --- Late and out of order -----------------------------------------------------------------------


def test_an_older_state_of_a_comment_does_not_take_the_place_of_a_newer_one(hand: AtHand):
    issue = hand.a_linked_issue()
    said = hand.human.comment(SHOP, 1, "Second version")
    earlier = "2026-01-01T00:00:00Z"
    hand.proxy.script(
        "GET", rf"/issues/comments/{said['id']}$", faults.edited(lambda one: one.update(body="First version", updated_at=earlier))
    )
    with client.GitHub(SHOP) as github:
        old, new, login = github.comment(SHOP, said["id"]), github.comment(SHOP, said["id"]), github.login()
    pull.take_comment(hand.mirror(issue), new, login=login)

    taken = pull.take_comment(hand.mirror(issue), old, login=login)

    assert not taken
    assert issue.comments.get().text == "Second version"


def test_a_failed_delivery_that_is_delivered_again_is_processed(hand: AtHand):
    delivery = hand.receive("ping")
    Delivery.objects.update(state=DeliveryState.FAILED, attempts=Delivery.MOST_ATTEMPTS, processed_at=timezone.now())

    inbox.receive(hook=delivery.hook, guid=delivery.guid, event="ping", headers={}, body=bytes(delivery.body))
    inbox.drain()

    assert Delivery.objects.get().state == DeliveryState.DONE


# --- Answers that make no sense ------------------------------------------------------------------


def test_a_page_of_html_in_the_place_of_an_issue_is_waited_out(hand: AtHand):
    issue = hand.a_linked_issue()
    hand.proxy.script("GET", r"/issues/1$", down_for_maintenance)
    hand.change(issue)

    hand.push()
    row = Outbox.objects.backlog().get()
    hand.hurry()

    assert (row.state, row.attempts) == ("waiting", 1)
    assert "Nobody can log in" in hand.there()["body"]


def test_what_is_no_list_does_not_pass_for_an_empty_one(hand: AtHand):
    issue = hand.an_asked_issue()
    hand.proxy.script("POST", r"/issues$", faults.bad_gateway_after())
    hand.push()
    hand.proxy.script("GET", r"/issues\?", down_for_maintenance, times=None)

    hand.hurry()
    hand.proxy.heal()
    hand.hurry()

    assert len(hand.human.issues(SHOP)) == 1
    assert hand.mirror(issue).number == 1


def done_and_down(request: Request, forward: Forward) -> Answer:
    """A fault: GitHub performs the request, and a page for people comes back."""
    forward(request)
    return down_for_maintenance(request, forward)


def test_a_creation_that_is_answered_by_a_page_of_html_is_found(hand: AtHand):
    issue = hand.an_asked_issue()
    hand.proxy.script("POST", r"/issues$", done_and_down)

    hand.push()
    hand.hurry()

    assert len(hand.human.issues(SHOP)) == 1
    assert hand.mirror(issue).is_linked


def test_a_comment_that_is_answered_by_a_page_of_html_is_found(hand: AtHand):
    issue = hand.a_linked_issue()
    hand.proxy.script("POST", r"/comments$", done_and_down)
    issues.resolve(issue, actor=somebody(), resolution="wont_fix", reason="The page goes away")

    hand.push()
    hand.hurry()

    assert len(hand.comments()) == 1
    assert hand.there()["state"] == "closed"


# --- Labels of the repository --------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"action": "deleted", "label": {"name": "fixproof: error"}},
        {"action": "edited", "label": {"name": "faults"}, "changes": {"name": {"from": "Fixproof: Error"}}},
    ],
    ids=["deleted", "renamed"],
)
def test_a_label_of_ours_that_was_changed_for_the_whole_repository_comes_back(hand: AtHand, said):
    hand.a_linked_issue()
    hand.human.remove_label(SHOP, 1, "fixproof: error")

    delivery = hand.deliver("label", **said)
    hand.push()

    assert delivery.state == DeliveryState.DONE
    assert "fixproof: error" in hand.human.labels(SHOP, 1)


def test_a_label_of_others_is_none_of_our_business(hand: AtHand):
    hand.a_linked_issue()

    delivery = hand.deliver("label", action="deleted", label={"name": "fixproofing"})

    assert delivery.state == DeliveryState.IGNORED
    assert not Outbox.objects.unsettled().exists()


def test_labels_whose_answer_is_a_page_are_looked_for_and_no_right_is_said_to_be_missing(hand: AtHand):
    issue = hand.a_linked_issue()

    def a_page_after(request: Request, forward: Forward) -> Answer:
        forward(request)
        return Answer(200, b"<html>", {"Content-Type": "text/html"})

    hand.proxy.script("POST", r"/labels$", a_page_after)

    issues.edit(issue, actor=somebody(), changes={"severity_override": Severity.CRITICAL})
    hand.push()
    hand.hurry()

    assert "fixproof: critical" in hand.human.labels(SHOP, 1)
    assert hand.mirror(issue).remark == ""


def test_a_worker_that_was_thought_dead_does_not_take_back_what_another_one_writes(hand: AtHand):
    """Both find that the issue was settled meanwhile; only the one that holds the row may let go of the twin."""
    issue = hand.an_asked_issue()
    issues.resolve(issue, actor=somebody(), resolution="wont_fix", reason="The page goes away")
    slow = push.claim()
    Outbox.objects.update(in_flight_since=timezone.now() + timedelta(seconds=1))

    Writing(slow).run()

    assert Outbox.objects.get().state == OutboxState.IN_FLIGHT
    assert hand.mirror(issue).standing == "asked"
