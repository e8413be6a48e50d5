"""Proofs that are given up, doubted or shown to another issue, and closings that nothing proves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audits.actions import afterwards
from incidents.actions import issues, mirrors
from incidents.github import pull
from incidents.models import Issue
from incidents.severity import Severity
from tests.audits.walking import FIX, GREEN, RED, Walk, junit
from tests.factories import somebody
from tests.github import faults
from tests.github.stand_in import SHOP
from tests.github.sync.at_hand import AtHand
from tests.github.sync.at_hand import hand as hand

pytestmark = [pytest.mark.real_parts, pytest.mark.both_databases, pytest.mark.slow]


@pytest.fixture
def walk(hand: AtHand) -> Walk:
    return hand.a_walk()


def a_proven_issue(hand: AtHand, walk: Walk) -> Issue:
    """In the last phase: evidence and verdict stand there, and it is closed."""
    walk.advance()
    hand.push()
    assert hand.there()["state"] == "closed"
    return walk.row.issue


# --- Given up ------------------------------------------------------------------------------------


def test_an_iteration_that_is_abandoned_in_its_last_phase_closes_nothing(hand: AtHand, walk: Walk):
    walk.advance()
    walk.done("post", "abandon/", {"reason": "It was the wrong fault"})

    hand.push()

    assert hand.mirror(walk.row.issue).proven_by_iteration is None
    assert hand.there()["state"] == "open"


def test_a_closing_after_the_proof_was_given_up_is_answered(hand: AtHand, walk: Walk):
    walk.advance()
    walk.done("post", "abandon/", {"reason": "It was the wrong fault"})
    hand.push()
    said = len(hand.comments())

    hand.human.close(SHOP, 1)
    hand.poll()

    assert hand.mirror(walk.row.issue).closed_unproven
    assert len(hand.comments()) == said + 1


# --- Doubted there -------------------------------------------------------------------------------


def test_what_was_reopened_there_is_not_proven_again_by_the_same_evidence(hand: AtHand, walk: Walk):
    issue = a_proven_issue(hand, walk)
    hand.human.reopen(SHOP, 1)

    hand.poll()
    afterwards.catch_up()
    hand.push()

    assert hand.mirror(issue).proven_by_iteration is None
    assert hand.there()["state"] == "open"


def test_what_was_reopened_there_is_closed_again_by_newer_evidence(hand: AtHand, walk: Walk):
    a_proven_issue(hand, walk)
    hand.human.reopen(SHOP, 1)
    hand.poll()
    afterwards.catch_up()
    hand.push()

    walk.post_run("stability", FIX, junit({RED: "passed", GREEN: "passed"}))
    hand.push()
    hand.poll()

    assert hand.there()["state"] == "closed"
    assert walk.unmet() == []


def test_our_own_closing_is_not_answered_when_the_iteration_goes_back(hand: AtHand, walk: Walk):
    a_proven_issue(hand, walk)

    walk.done("post", "back/", {"to": "green_run", "reason": "Somebody doubts it"})
    hand.poll()

    assert len(hand.comments()) == 2


def test_evidence_that_arrives_when_there_is_newer_one_opens_no_gate(hand: AtHand, walk: Walk):
    hand.proxy.script("POST", r"/comments$", faults.bad_gateway_before())
    walk.advance()
    hand.push()
    walk.post_run("stability", FIX, junit({RED: "passed", GREEN: "passed"}))
    # The older evidence goes through, and nothing behind it does.
    hand.proxy.script("POST", r"/comments$", faults.edited(lambda comment: comment))
    hand.proxy.script("POST", r"/comments$", faults.bad_gateway_before(), times=None)

    hand.hurry()

    older, newer = walk.row.issue.outbox.filter(payload__purpose="evidence").order_by("seq")
    assert (older.state, newer.state) == ("sent", "waiting")
    assert hand.mirror(walk.row.issue).evidence_of_iteration is None
    assert "github_evidence_pending" in walk.unmet()


# --- Shown to another one ------------------------------------------------------------------------


def linked_to_another(hand: AtHand, issue: Issue) -> None:
    """The twin was deleted, and another issue there is linked instead."""
    pull.bury_twin(hand.mirror(issue))
    hand.human.create_issue(SHOP, "Another one")
    mirrors.ask(issue, actor=somebody(), number=2)
    hand.push()


def test_evidence_is_brought_to_an_issue_that_is_linked_in_the_last_phase(hand: AtHand, walk: Walk):
    issue = a_proven_issue(hand, walk)
    linked_to_another(hand, issue)

    afterwards.catch_up()
    hand.push()

    evidence, verdict = hand.comments(2)
    assert RED in evidence
    assert "Verified" in verdict
    assert hand.there(2)["state"] == "closed"
    assert walk.unmet() == []


def test_linking_an_open_issue_reopens_nothing_that_was_proven(hand: AtHand, walk: Walk):
    issue = a_proven_issue(hand, walk)
    walk.advance()

    linked_to_another(hand, issue)
    hand.poll()

    issue.refresh_from_db()
    assert (issue.state, issue.resolution) == ("resolved", "verified")


def test_labels_that_are_refused_hold_up_no_evidence(hand: AtHand, walk: Walk):
    hand.proxy.script("*", r"/labels", faults.refuses(403, "Must have push access"), times=None)
    issues.edit(walk.row.issue, actor=somebody(), changes={"severity_override": Severity.CRITICAL})

    a_proven_issue(hand, walk)

    assert len(hand.comments()) == 2


# --- Closed without proof ------------------------------------------------------------------------


def test_a_closing_without_proof_is_none_any_more_when_it_is_settled_here(hand: AtHand):
    issue = hand.a_linked_issue()
    hand.human.close(SHOP, 1)
    hand.poll()
    assert hand.mirror(issue).closed_unproven

    issues.resolve(issue, actor=somebody(), resolution="wont_fix", reason="The page goes away")

    assert not hand.mirror(issue).closed_unproven


def test_a_closing_without_proof_that_was_settled_here_stays_so_over_the_next_look(hand: AtHand):
    issue = hand.a_linked_issue()
    hand.human.close(SHOP, 1)
    hand.poll()
    issues.resolve(issue, actor=somebody(), resolution="wont_fix", reason="The page goes away")

    hand.push()
    hand.poll(times=2)

    assert not hand.mirror(issue).closed_unproven
    assert len(hand.comments()) == 1


def test_what_was_closed_there_while_it_was_ignored_is_unproven_when_it_wakes(hand: AtHand):
    issue = hand.a_linked_issue()
    issues.ignore(issue, actor=somebody(), until=timezone.now() + timedelta(hours=1))
    hand.human.close(SHOP, 1)
    hand.poll()
    ignored = hand.mirror(issue).closed_unproven

    Issue.objects.update(ignored_until=timezone.now() - timedelta(hours=1))
    issues.wake(issue.project)

    assert not ignored
    assert hand.mirror(issue).closed_unproven
