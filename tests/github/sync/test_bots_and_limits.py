"""Nobody goes on for ever: not we against a bot, and not we against a limit; and what a bot does is no decision of a person."""

from __future__ import annotations

import pytest
from django.utils import timezone

from incidents.actions import issues, mirrors
from incidents.github import inbox, writes
from incidents.models import Outbox, WriteAllowance
from incidents.severity import Severity
from tests.factories import somebody
from tests.github import faults
from tests.github.stand_in import HUMAN, SHOP
from tests.github.sync.at_hand import AtHand
from tests.github.sync.at_hand import hand as hand

pytestmark = [pytest.mark.real_parts, pytest.mark.slow]


# --- Bots ----------------------------------------------------------------------------------------


def test_a_label_that_a_bot_takes_away_again_and_again_is_left_to_it(hand: AtHand):
    issue = hand.a_linked_issue()
    before = len(hand.proxy.writes())

    for _ in range(6):
        if "fixproof: error" in hand.human.labels(SHOP, 1):
            hand.human.remove_label(SHOP, 1, "fixproof: error")
        hand.poll()

    assert len(hand.proxy.writes()) - before == writes.RESTORES[1]
    assert "fixproof: error" not in hand.human.labels(SHOP, 1)
    assert "they are left as they are there" in hand.mirror(issue).remark


def test_a_body_that_a_bot_cleans_again_and_again_is_left_to_it(hand: AtHand):
    issue = hand.a_linked_issue()
    before = len(hand.proxy.writes())

    for _ in range(6):
        hand.human.edit_issue(SHOP, 1, body="clean")
        hand.poll()

    assert len(hand.proxy.writes()) - before == writes.RESTORES[1]
    assert hand.there()["body"] == "clean"
    assert "they are left as they are there" in hand.mirror(issue).remark


def test_what_we_have_to_say_anew_is_written_beside_a_bot_all_the_same(hand: AtHand):
    issue = hand.a_linked_issue()
    for _ in range(6):
        hand.human.edit_issue(SHOP, 1, body="clean")
        hand.poll()

    hand.change(issue)
    hand.push()

    assert "Nobody can log in" in hand.there()["body"]


def closed_as_not_planned(hand: AtHand, number: int = 1, **closed_by: str) -> None:
    """By this account, as a webhook tells."""
    hand.human.close(SHOP, number, "not_planned")
    hand.proxy.script("GET", rf"/issues/{number}$", faults.edited(lambda there: there.update(closed_by=closed_by)), times=None)
    hand.deliver("issues", action="closed", issue=hand.there(number), sender=closed_by)


def test_a_bot_that_tidies_up_settles_nothing(hand: AtHand):
    issue = hand.a_linked_issue()

    closed_as_not_planned(hand, login="github-actions[bot]", type="Bot")

    issue.refresh_from_db()
    assert issue.state == "open"
    assert hand.mirror(issue).closed_unproven


def test_a_person_who_does_not_want_it_settles_it(hand: AtHand):
    issue = hand.a_linked_issue()

    closed_as_not_planned(hand, login=HUMAN, type="User")

    issue.refresh_from_db()
    assert (issue.state, issue.resolution) == ("resolved", "wont_fix")


def test_whoever_merely_wrote_the_issue_settles_nothing(hand: AtHand):
    issue = hand.an_issue()
    hand.human.create_issue(SHOP, "An old one")
    mirrors.ask(issue, actor=somebody(), number=1)
    hand.push()

    closed_as_not_planned(hand, login=HUMAN.upper(), type="User")

    issue.refresh_from_db()
    assert issue.state == "open"


# --- Limits --------------------------------------------------------------------------------------


def used_up() -> None:
    """As many writes as GitHub takes in an hour, the oldest of them some minutes ago."""
    now = timezone.now().timestamp()
    WriteAllowance.objects.update(writes=[now - 500 + number / 10 for number in range(500)])


def test_our_own_limit_on_writes_stops_no_reading(hand: AtHand):
    issue = hand.a_linked_issue()
    used_up()
    hand.change(issue)
    hand.human.edit_issue(SHOP, 1, title="A person's words")

    hand.poll()

    issue.refresh_from_db()
    assert issue.title == "A person's words"
    assert WriteAllowance.objects.get().blocked_until is None


def test_at_our_own_limit_nothing_is_taken_up_and_nothing_is_lost(hand: AtHand):
    issue = hand.a_linked_issue()
    used_up()
    hand.change(issue)
    before = len(hand.proxy.asked)

    hand.push()
    row, asked = Outbox.objects.backlog().get(), len(hand.proxy.asked)
    WriteAllowance.objects.update(writes=[])
    hand.push()

    assert (row.state, row.attempts, row.last_error) == ("waiting", 0, "")
    assert asked == before
    assert "Nobody can log in" in hand.there()["body"]


def test_at_githubs_limit_one_delivery_asks_and_the_others_wait(hand: AtHand):
    hand.a_linked_issue()
    hand.proxy.script("GET", r"/issues/1$", faults.primary_limit(reset_in=1800), times=None)
    for _ in range(20):
        delivery = hand.receive("issues", action="edited", issue=hand.there())
    before = len(hand.proxy.asked)

    inbox.drain()

    delivery.refresh_from_db()
    assert len(hand.proxy.asked) - before == 1
    assert (delivery.state, delivery.attempts) == ("received", 0)


def test_a_creation_takes_two_requests_however_many_issues_there_are(hand: AtHand):
    for number in range(3):
        hand.a_linked_issue(f"Fault {number}")
    before = len(hand.proxy.asked)

    hand.a_linked_issue()

    assert [(one.method, one.path.partition("?")[0]) for one in hand.proxy.asked[before:]] == [
        ("GET", "/repos/acme/shop/issues"),
        ("POST", "/repos/acme/shop/issues"),
    ]


def test_labels_that_are_refused_keep_nothing_else_from_being_written(hand: AtHand):
    issue = hand.a_linked_issue()
    hand.proxy.script("*", r"/labels", faults.refuses(403, "Must have push access"), times=None)

    issues.edit(issue, actor=somebody(), changes={"severity_override": Severity.CRITICAL, "impact": "Nobody can log in"})
    hand.push()

    assert "Nobody can log in" in hand.there()["body"]
    assert "Must have push access" in hand.mirror(issue).remark
    assert not Outbox.objects.unsettled().exists()
