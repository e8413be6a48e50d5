"""Without webhooks polling brings both sides together; where they have stopped, somebody is told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from incidents.github import health, remote
from incidents.models import Comment, Issue, Mirror, Repository
from tests.github import faults
from tests.github.stand_in import SHOP
from tests.github.sync.stack import Synced
from tests.waiting import until

pytestmark = [pytest.mark.real_parts, pytest.mark.slow]


def linked(synced: Synced, count: int) -> list[Issue]:
    """So many issues whose twins were made by a person before; linking needs no creation, which GitHub limits."""
    issues = [synced.an_issue(f"Fault {number}", severity="INFO") for number in range(count)]
    for issue in issues:
        there = synced.github.as_human.create_issue(SHOP, issue.title)
        synced.ask(issue, number=there["number"])
    synced.settle(within=120)
    return issues


def test_150_edits_on_github_arrive_over_all_pages(synced: Synced):
    issues = linked(synced, 25)
    others = [synced.github.as_human.create_issue(SHOP, f"Of others {number}") for number in range(95)]
    synced.proxy.script("GET", r"/repos/acme/shop/issues\?.*since=", faults.with_pull_request(9_999), times=1)

    for issue in issues:
        synced.github.as_human.edit_issue(SHOP, synced.mirror(issue).number, title=f"Edited {issue.pk}")
        synced.github.as_human.comment(SHOP, synced.mirror(issue).number, f"On {issue.pk}")
    for there in others:
        synced.github.as_human.edit_issue(SHOP, there["number"], title=f"Edited {there['number']}")
    closed = [issue for issue in issues if issue.pk % 5 == 0]
    for issue in closed:
        synced.github.as_human.close(SHOP, synced.mirror(issue).number)
    synced.beat()

    for issue in Issue.objects.all():
        assert issue.title == f"Edited {issue.pk}"
    assert sorted(Comment.objects.filter(node_id__isnull=False).values_list("text", flat=True)) == sorted(
        f"On {issue.pk}" for issue in issues
    )
    assert set(Mirror.objects.filter(closed_unproven=True).values_list("issue", flat=True)) == {issue.pk for issue in closed}


def test_an_edit_in_the_cursors_own_second_is_not_missed(synced: Synced):
    issue = synced.a_linked_issue()
    synced.github.as_human.edit_issue(SHOP, 1, title="First")
    synced.beat()
    edited = synced.github.as_human.edit_issue(SHOP, 1, title="Second")
    # As if another edit of this second had been read before this one was made.
    cursor = remote.moment(edited["updated_at"]).replace(microsecond=0)
    Repository.objects.update(issues_cursor=cursor)

    synced.beat()

    issue.refresh_from_db()
    assert issue.title == "Second"


def test_the_cursor_stays_where_it_is_when_a_page_cannot_be_taken_over(synced: Synced):
    issue = synced.a_linked_issue()
    synced.beat()
    before = Repository.objects.get().issues_cursor
    synced.github.as_human.edit_issue(SHOP, 1, title="Edited there")
    synced.proxy.script("GET", r"/repos/acme/shop/issues\?.*since=", faults.bad_gateway_before(), times=5)

    synced.run("poll_github")
    unread = Repository.objects.get()
    synced.proxy.heal()
    synced.run("poll_github")

    assert unread.issues_cursor == before
    assert "502" in unread.last_error
    issue.refresh_from_db()
    assert issue.title == "Edited there"
    assert Repository.objects.get().last_error == ""


def test_deliveries_that_failed_are_asked_for_again(synced: Synced):
    hook = synced.connect()
    issue = synced.a_linked_issue()
    synced.settle()
    synced.relay.lose()
    synced.github.as_human.comment(SHOP, 1, "Into the void")
    synced.relay.until_came("issue_comment", "created")
    synced.relay.pass_on()
    Repository.objects.update(asked_for_failed_at=None)
    ours = f"{synced.stack.url}/hooks/github/"
    synced.proxy.script("GET", r"/hooks\?", faults.edited(lambda hooks: hooks[0]["config"].update(url=ours)))
    again = rf"/hooks/{hook.hook_id}/deliveries/\d+/attempts"
    synced.proxy.script("POST", again, faults.answers(202), times=None)

    synced.run("poll_github", "poll_github")

    asked = [one for one in synced.proxy.asked if one.method == "POST" and re.search(again, one.path)]
    assert [one.status for one in asked] == [202]
    assert synced.verbs(issue).count("commented") == 1


def test_webhooks_that_have_stopped_raise_an_alarm_until_one_comes(synced: Synced):
    synced.connect()
    issue = synced.a_linked_issue()
    until(lambda: Repository.objects.get().last_webhook, within=20, what="a webhook")
    synced.settle()
    synced.relay.lose()
    Repository.objects.update(last_webhook=timezone.now() - timedelta(hours=1))

    synced.github.as_human.edit_issue(SHOP, 1, title="Nobody told us")
    synced.run("poll_github")
    Repository.objects.update(unheard_since=timezone.now() - timedelta(minutes=5))
    alarm = health.of(issue.project).alarm
    synced.relay.pass_on()
    synced.github.as_human.comment(SHOP, 1, "Hello?")
    synced.relay.until_came("issue_comment", "created")
    synced.settle()

    assert "Webhooks have stopped" in alarm
    assert health.of(issue.project).alarm == ""


def test_without_any_webhook_nothing_is_missed(synced: Synced):
    issue = synced.a_linked_issue()

    synced.github.as_human.edit_issue(SHOP, 1, title="Polled")
    synced.run("poll_github")

    assert Repository.objects.get().unheard_since is None
    assert health.of(issue.project).repository.last_pull is not None
