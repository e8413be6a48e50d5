"""Limits and missing rights: the worker is never blocked, nothing is written twice, and people are told plainly."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from incidents.actions import mirrors
from incidents.github import allowance
from incidents.models import Outbox, OutboxState, Repository, WriteAllowance
from tests.factories import somebody
from tests.github import faults
from tests.github.stand_in import SHOP
from tests.github.sync.stack import Synced
from tests.waiting import until

pytestmark = [pytest.mark.real_parts, pytest.mark.slow]

CREATE = ("POST", r"/repos/acme/shop/issues$")
LIMITS = {
    "the hour's requests, 403": lambda: faults.primary_limit(reset_in=1800),
    "the hour's requests, 429": lambda: faults.primary_limit(reset_in=1800, status=429),
    "too many writes at once": lambda: faults.secondary_limit(retry_after=1800),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_at_a_limit_the_row_waits_for_the_reset_and_the_worker_goes_on(synced: Synced, limit):
    issue = synced.an_issue()
    synced.proxy.script(*CREATE, LIMITS[limit](), times=None)

    synced.ask(issue)
    until(lambda: Outbox.objects.get().last_error, within=20, what="GitHub to refuse")
    # The worker has time for others at once.
    synced.stack.settle(within=5)
    row = Outbox.objects.get()
    asked = len(synced.proxy.asked)
    synced.run("push_to_github")

    assert row.state == OutboxState.WAITING
    assert row.attempts == 0
    assert timedelta(minutes=28) < row.not_before - timezone.now() < timedelta(minutes=31)
    assert len(synced.proxy.asked) == asked


def test_the_backlog_drains_when_the_limit_is_over(synced: Synced):
    issues = [synced.an_issue(f"Fault {number}") for number in range(5)]
    synced.proxy.script(*CREATE, faults.primary_limit(reset_in=1800), times=1)
    for issue in issues:
        synced.ask(issue)
    synced.settle()
    assert len(synced.all_there()) < 5

    WriteAllowance.objects.update(blocked_until=None)
    synced.hurry()

    assert len(synced.all_there()) == 5
    assert not Outbox.objects.unsettled().exists()


def test_a_limit_met_while_reading_stops_the_reading_too(synced: Synced):
    synced.a_linked_issue()
    synced.proxy.script("GET", r"/issues\?.*since=", faults.primary_limit(reset_in=1800), times=None)

    synced.run("poll_github")
    asked = len(synced.proxy.asked)
    synced.run("poll_github", "push_to_github")

    assert len(synced.proxy.asked) == asked
    assert "limit" in Repository.objects.get().last_error


def test_no_more_than_eighty_writes_a_minute_whoever_writes(synced: Synced):
    now = timezone.now().timestamp()
    WriteAllowance.objects.create(pk=1, writes=[now - 50 + number / 10 for number in range(79)])
    issues = [synced.an_issue(f"Fault {number}") for number in range(3)]

    for issue in issues:
        synced.ask(issue)
    synced.settle()

    assert len(synced.all_there()) == 1
    assert WriteAllowance.objects.get().blocked_until is None
    assert timedelta(0) < allowance.writing_from() - timezone.now() < timedelta(seconds=15)


def test_a_token_that_may_only_read_makes_a_dead_letter_and_replay_writes_once(synced: Synced):
    issue = synced.an_issue()
    synced.proxy.script("POST", r"/repos/acme/shop/", faults.read_only_token(), times=None)

    synced.ask(issue)
    synced.settle()
    dead = Outbox.objects.get()
    synced.proxy.heal()
    mirrors.replay(dead, actor=somebody())
    synced.run("push_to_github")

    assert (dead.state, dead.attempts) == (OutboxState.DEAD, 1)
    assert "Resource not accessible by personal access token" in dead.last_error
    assert dead.request["verb"] == "POST"
    assert dead.answer["status"] == 403
    assert len(synced.all_there()) == 1
    replayed = Outbox.objects.get(pk=dead.pk)
    assert (replayed.state, replayed.key) == (OutboxState.SENT, dead.key)
    assert {"github_refused", "github_replayed", "github_created"} <= set(synced.verbs(issue))


@pytest.mark.parametrize(
    ("status", "said"), [(422, "Validation Failed"), (410, "Issues are disabled for this repo"), (403, "Must have push access")]
)
def test_what_github_refuses_for_good_is_a_dead_letter_at_once(synced: Synced, status, said):
    issue = synced.an_issue()
    synced.proxy.script(*CREATE, faults.refuses(status, said))

    synced.ask(issue)
    synced.settle()

    dead = Outbox.objects.get()
    assert (dead.state, dead.attempts) == (OutboxState.DEAD, 1)
    assert said in dead.last_error


def test_what_fails_again_and_again_is_a_dead_letter_in_the_end(synced: Synced):
    issue = synced.an_issue()
    synced.proxy.script("*", r"/repos/acme/shop/issues", faults.bad_gateway_before(), times=None)
    synced.ask(issue)
    synced.settle()

    Outbox.objects.update(attempts=Outbox.MOST_ATTEMPTS - 1)
    synced.hurry()

    assert Outbox.objects.get().state == OutboxState.DEAD


def test_what_waits_behind_a_dead_letter_goes_on_when_it_is_discarded(synced: Synced):
    issue = synced.a_linked_issue()
    synced.proxy.script("POST", r"/comments$", faults.refuses(422, "Validation Failed"))
    synced.client.post(f"issues/{issue.pk}/resolve/", {"resolution": "wont_fix", "reason": "The page goes away"})
    synced.settle()
    assert synced.there(issue)["state"] == "open"

    mirrors.discard(Outbox.objects.dead().get(), actor=somebody(), reason="Nobody needs that comment")
    synced.run("push_to_github")

    assert synced.there(issue)["state"] == "closed"


def test_labels_that_github_drops_silently_are_told_and_not_asked_for_again(synced: Synced):
    issue = synced.an_issue()
    synced.proxy.script(*CREATE, faults.drops_labels())

    synced.ask(issue)
    synced.settle()
    writes = len(synced.proxy.writes())
    synced.beat(2)

    assert "fixproof: error" in synced.mirror(issue).remark
    assert len(synced.proxy.writes()) == writes
    mirrors.resync(issue, actor=somebody())
    synced.run("push_to_github")
    assert "fixproof: error" in synced.github.as_human.labels(SHOP, 1)
    assert synced.mirror(issue).remark == ""


def test_an_app_writes_with_a_token_of_its_installation(synced: Synced):
    app = {
        "GITHUB_TOKEN": "",
        "GITHUB_APP_ID": str(synced.github.app_id),
        "GITHUB_APP_PRIVATE_KEY": synced.github.private_key.replace("\n", "\\n"),
    }
    synced.stack.start_worker(**app)
    issue = synced.an_issue()

    synced.ask(issue)
    synced.settle()
    synced.github.as_human.close(SHOP, 1)
    synced.beat(2)

    assert len(synced.all_there()) == 1
    assert len(synced.comments(issue)) == 1


def test_without_token_and_app_the_row_says_what_to_set(synced: Synced):
    synced.stack.start_worker(GITHUB_TOKEN="")
    issue = synced.an_issue()

    synced.ask(issue)
    synced.settle()

    row = Outbox.objects.get()
    assert (row.state, row.attempts) == (OutboxState.WAITING, 0)
    assert "GITHUB_TOKEN" in row.last_error
    assert issue.events.filter(verb="github_asked").exists()
