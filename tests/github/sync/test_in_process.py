"""What the worker does, done by the test itself: the moments that two processes cannot be made to meet in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from incidents.actions import issues, mirrors
from incidents.github import inbox, push, texts
from incidents.models import Delivery, DeliveryState, Issue, Outbox, OutboxState
from incidents.severity import Severity
from tests.factories import somebody
from tests.github.stand_in import SHOP
from tests.github.sync.at_hand import AtHand
from tests.github.sync.at_hand import hand as hand

pytestmark = [pytest.mark.real_parts, pytest.mark.both_databases]


@pytest.fixture
def issue(hand: AtHand) -> Issue:
    return hand.an_asked_issue()


def test_a_row_that_kills_its_worker_again_and_again_becomes_a_dead_letter(issue, monkeypatch):
    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(texts, "here", breaks)
    Outbox.objects.update(attempts=Outbox.MOST_ATTEMPTS - 1)
    with pytest.raises(ZeroDivisionError):
        push.drain()
    Outbox.objects.update(in_flight_since=timezone.now() - timedelta(minutes=5))

    push.drain()

    assert Outbox.objects.get().state == OutboxState.DEAD
    assert "worker died" in Outbox.objects.get().last_error


def test_a_delivery_that_kills_its_worker_again_and_again_is_given_up(issue):
    delivery, _ = inbox.receive(hook="1", guid="g", event="ping", headers={}, body=b"{}")
    Delivery.objects.update(attempts=Delivery.MOST_ATTEMPTS)

    inbox.drain()

    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.FAILED
    assert "worker died" in delivery.outcome


def test_a_change_while_the_row_is_being_written_gets_a_row_of_its_own(issue):
    push.drain()
    issues.edit(issue, actor=somebody(), changes={"impact": "First"})
    row = push.claim()

    issues.edit(issue, actor=somebody(), changes={"impact": "Second"})

    assert row is not None
    assert list(Outbox.objects.filter(kind="update").order_by("seq").values_list("state", flat=True)) == ["in_flight", "waiting"]


def test_many_changes_before_a_write_are_one_write(issue, proxy):
    push.drain()
    before = len(proxy.writes())

    for number in range(5):
        issues.edit(issue, actor=somebody(), changes={"impact": f"Version {number}"})
    push.drain()

    assert len(proxy.writes()) - before == 1


def test_what_was_said_already_is_not_even_asked_for(issue, proxy):
    push.drain()
    issues.edit(issue, actor=somebody(), changes={"impact": "Something"})
    issues.edit(issue, actor=somebody(), changes={"impact": ""})
    before = len(proxy.asked)

    push.drain()

    assert len(proxy.asked) == before
    assert not Outbox.objects.unsettled().exists()


def test_writes_of_one_issue_keep_their_order_and_do_not_hold_up_others(issue, github):
    other = issues.create(issue.project, actor=somebody(), title="Another", severity=Severity.ERROR)
    mirrors.ask(other, actor=somebody())
    Outbox.objects.filter(issue=issue).update(not_before=timezone.now() + timedelta(hours=1))
    issues.edit(issue, actor=somebody(), changes={"title": "Edited before it was created"})

    push.drain()

    assert [there["title"] for there in github.as_us.issues(SHOP)] == ["Another"]


@pytest.mark.parametrize("number", ["x", "", "acme/other#1", "https://github.com/acme/other/issues/1", "0", "-1"])
def test_what_names_no_issue_of_the_repository_is_refused(issue, number):
    with pytest.raises(mirrors.InvalidInput):
        mirrors.ask(issue, actor=somebody(), number=number)


def test_an_issue_that_is_another_ones_twin_is_not_linked_twice(issue, github):
    push.drain()
    other = issues.create(issue.project, actor=somebody(), title="Another", severity=Severity.ERROR)

    with pytest.raises(mirrors.DomainError) as refused:
        mirrors.ask(other, actor=somebody(), number=1)

    assert refused.value.code == "linked_elsewhere"


def test_a_project_may_want_twins_for_every_new_issue(issue, github):
    issue.project.settings = {"github": {"mirror_new_issues": True}}
    issue.project.save()

    issues.create(issue.project, actor=somebody(), title="Unasked", severity=Severity.ERROR)
    push.drain()

    assert "Unasked" in [there["title"] for there in github.as_us.issues(SHOP)]
