"""What cannot be found is not deleted, what was found is taken for what it is, and what was lost is not made again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audits.actions import afterwards
from incidents.actions import issues, mirrors
from incidents.github import pull, push
from incidents.models import DeliveryState, Issue, Mirror, Outbox, OutboxState, Repository
from tests.factories import somebody
from tests.github import faults
from tests.github.stand_in import SHOP
from tests.github.sync.at_hand import AtHand
from tests.github.sync.at_hand import hand as hand

pytestmark = [pytest.mark.real_parts, pytest.mark.slow]


# --- Not found, and yet there --------------------------------------------------------------------


def test_an_issue_that_a_replica_does_not_know_yet_is_not_taken_for_deleted(hand: AtHand):
    issue = hand.a_linked_issue()
    hand.proxy.script("GET", r"/issues/1$", faults.not_found(), times=2)
    hand.change(issue)

    hand.push()
    standing = hand.mirror(issue).standing
    hand.hurry()

    assert standing == Mirror.Standing.LINKED
    assert "Nobody can log in" in hand.there()["body"]


def test_an_issue_that_is_not_found_for_long_was_deleted(hand: AtHand):
    issue = hand.a_linked_issue()
    hand.proxy.script("GET", r"/issues/1$", faults.not_found(), times=None)
    hand.change(issue)
    hand.push()

    Mirror.objects.update(missing_since=timezone.now() - pull.NOT_FOUND_FOR - timedelta(seconds=1))
    hand.hurry()

    assert hand.mirror(issue).standing == Mirror.Standing.DELETED


def test_issues_that_are_switched_off_for_a_while_are_not_deleted(hand: AtHand):
    issue = hand.a_linked_issue()
    hand.proxy.script("*", r"/issues", faults.issues_disabled(), times=None)
    hand.change(issue)
    hand.push()
    standing = hand.mirror(issue).standing

    hand.proxy.heal()
    mirrors.replay(Outbox.objects.dead().get(), actor=somebody())
    hand.push()

    assert standing == Mirror.Standing.LINKED
    assert "Nobody can log in" in hand.there()["body"]


def test_a_comment_of_a_repository_that_is_hidden_from_us_was_not_deleted(hand: AtHand):
    issue = hand.a_linked_issue()
    said = hand.human.comment(SHOP, 1, "Hello")
    hand.poll()
    hand.proxy.script("*", r"/repos/", faults.not_found(), times=None)

    delivery = hand.deliver("issue_comment", action="edited", issue=hand.there(), comment=said)

    assert issue.comments.get().deleted_at is None
    assert delivery.state == DeliveryState.RECEIVED


# --- Found, and not ours -------------------------------------------------------------------------


def test_an_issue_of_another_repository_under_the_old_name_is_left_alone(hand: AtHand):
    issue = hand.a_linked_issue()
    Mirror.objects.update(node_id="I_of_the_repository_that_was_here", repository_id=99_999_999)
    Repository.objects.update(repository_id=99_999_999)
    hand.human.edit_issue(SHOP, 1, title="A stranger's issue", body="Strange")
    hand.change(issue)

    hand.push()

    issue.refresh_from_db()
    assert hand.there()["body"] == "Strange"
    assert issue.title == "Login crashes"
    assert hand.mirror(issue).standing == Mirror.Standing.DELETED


def test_a_database_that_was_begun_anew_takes_no_issue_of_the_former_one_for_its_own(hand: AtHand):
    issue = hand.a_linked_issue("Fault of the former database")
    Outbox.objects.all().delete()
    Mirror.objects.all().delete()
    # The same number, born at another time.
    Issue.objects.filter(pk=issue.pk).update(title="Another fault", created_at=timezone.now())
    issue.refresh_from_db()

    mirrors.ask(issue, actor=somebody())
    hand.push()

    assert hand.mirror(issue).number == 2
    assert [there["title"] for there in hand.human.issues(SHOP)] == ["Fault of the former database", "Another fault"]


def test_a_database_that_was_restored_finds_the_issue_that_it_had_made(hand: AtHand):
    issue = hand.a_linked_issue()
    Outbox.objects.all().delete()
    Mirror.objects.all().delete()

    mirrors.ask(issue, actor=somebody())
    hand.push()

    assert hand.mirror(issue).number == 1
    assert len(hand.human.issues(SHOP)) == 1


# --- Linking -------------------------------------------------------------------------------------


def test_whoever_discarded_a_creation_may_link_an_issue_instead(hand: AtHand):
    hand.proxy.script("POST", r"/issues$", faults.read_only_token())
    issue = hand.an_asked_issue()
    hand.push()
    mirrors.discard(Outbox.objects.dead().get(), actor=somebody(), reason="There is one already")
    there = hand.human.create_issue(SHOP, "An old one")

    mirrors.ask(issue, actor=somebody(), number=there["number"])
    hand.push()

    assert hand.mirror(issue).is_linked
    assert len(hand.human.issues(SHOP)) == 1


def test_linking_an_issue_that_was_closed_long_ago_resolves_nothing(hand: AtHand):
    issue = hand.an_issue()
    hand.human.create_issue(SHOP, "An old one")
    hand.human.close(SHOP, 1, "not_planned")

    mirrors.ask(issue, actor=somebody(), number=1)
    hand.push()
    hand.poll()

    issue.refresh_from_db()
    assert issue.state == "open"
    assert hand.comments() == []


class Killed(BaseException):
    """The worker, by the machine."""


def test_comments_from_before_the_linking_survive_a_worker_that_dies_over_them(hand: AtHand, monkeypatch):
    hand.human.create_issue(SHOP, "An old one")
    hand.human.comment(SHOP, 1, "Said long ago")
    issue = hand.an_issue()
    mirrors.ask(issue, actor=somebody(), number=1)

    def dies(*_, **__):
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(pull, "take_comment", dies)
        with pytest.raises(Killed):
            push.drain()
    Outbox.objects.filter(state=OutboxState.IN_FLIGHT).update(in_flight_since=timezone.now() - 2 * Outbox.LEASE)

    hand.push()

    assert [said.text for said in issue.comments.all()] == ["Said long ago"]


def a_twin_that_was_deleted(hand: AtHand) -> Issue:
    """It was closed without proof before, and told what is missing; another issue is there by now."""
    issue = hand.a_linked_issue()
    hand.human.close(SHOP, 1)
    hand.poll()
    assert hand.mirror(issue).closed_unproven
    pull.bury_twin(hand.mirror(issue))
    hand.human.create_issue(SHOP, "Another's title", body="Another's text")
    return issue


def test_a_deleted_twin_is_not_made_again(hand: AtHand):
    issue = a_twin_that_was_deleted(hand)

    with pytest.raises(mirrors.DomainError) as refused:
        mirrors.ask(issue, actor=somebody())

    assert refused.value.code == "github_issue_lost"


def test_linking_after_a_deletion_starts_afresh(hand: AtHand):
    issue = a_twin_that_was_deleted(hand)

    mirrors.ask(issue, actor=somebody(), number=2)
    hand.push()

    there, mirror = hand.there(2), hand.mirror(issue)
    assert (mirror.number, mirror.state, mirror.closed_unproven, mirror.remark) == (2, "open", False, "")
    assert there["title"] == "Another's title"
    assert "Another's text" in there["body"]
    assert "fixproof" in hand.human.labels(SHOP, 2)
    assert hand.comments(2) == []


def test_what_was_answered_to_the_twin_before_is_answered_to_the_next_one_too(hand: AtHand):
    issue = a_twin_that_was_deleted(hand)
    mirrors.ask(issue, actor=somebody(), number=2)
    hand.push()

    hand.human.close(SHOP, 2)
    hand.poll()

    assert len(hand.comments(2)) == 1
    assert hand.mirror(issue).closed_unproven


def test_linking_an_open_issue_reopens_nothing_that_was_settled_here(hand: AtHand):
    issue = a_twin_that_was_deleted(hand)
    issues.resolve(issue, actor=somebody(), resolution="wont_fix", reason="The page goes away")

    mirrors.ask(issue, actor=somebody(), number=2)
    hand.push()
    hand.poll()

    issue.refresh_from_db()
    assert issue.state == "resolved"


def relink_in_vain(hand: AtHand, issue: Issue) -> None:
    """To a number that there is not; the dead letter is discarded."""
    mirrors.ask(issue, actor=somebody(), number=404)
    hand.push()
    mirrors.discard(Outbox.objects.dead().get(), actor=somebody(), reason="A wrong number")


def test_a_wrong_number_does_not_make_a_deleted_twin_forgotten(hand: AtHand):
    issue = a_twin_that_was_deleted(hand)
    relink_in_vain(hand, issue)

    with pytest.raises(mirrors.DomainError) as refused:
        mirrors.ask(issue, actor=somebody())

    assert refused.value.code == "github_issue_lost"
    assert hand.mirror(issue).standing == "deleted"


def test_after_wrong_numbers_a_right_one_is_linked_each_time(hand: AtHand):
    issue = a_twin_that_was_deleted(hand)
    relink_in_vain(hand, issue)
    mirrors.ask(issue, actor=somebody(), number=2)
    hand.push()
    pull.bury_twin(hand.mirror(issue))
    hand.human.create_issue(SHOP, "A third")
    relink_in_vain(hand, issue)

    mirrors.ask(issue, actor=somebody(), number=3)
    hand.push()

    assert (hand.mirror(issue).standing, hand.mirror(issue).number) == ("linked", 3)


def test_evidence_comes_to_the_twin_that_was_linked_after_a_wrong_number(hand: AtHand):
    walk = hand.a_walk()
    walk.advance()
    hand.push()
    issue = walk.row.issue
    pull.bury_twin(hand.mirror(issue))
    relink_in_vain(hand, issue)
    hand.human.create_issue(SHOP, "The next one")

    mirrors.ask(issue, actor=somebody(), number=2)
    hand.push()
    afterwards.catch_up()
    hand.push()

    assert len(hand.comments(2)) == 2
    assert hand.there(2)["state"] == "closed"
