"""`manage.py sync_github`: all that worker and scheduler do, at once, and what came of it in a line."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from incidents.models import Mirror
from tests.factories import a_project
from tests.github import faults
from tests.github.stand_in import OTHER, SHOP
from tests.github.sync.at_hand import AtHand
from tests.github.sync.at_hand import hand as hand

pytestmark = [pytest.mark.real_parts, pytest.mark.slow]


def test_it_does_all_that_waits_and_prints_the_sums(hand: AtHand, capsys):
    issue = hand.a_linked_issue()
    hand.human.edit_issue(SHOP, 1, title="A person's words")
    hand.receive("ping")
    hand.change(issue)

    call_command("sync_github")

    said = "1 webhooks processed, 1 of 1 repositories read, 1 writes taken up; 0 wait, 0 are dead letters.\n"
    issue.refresh_from_db()
    assert capsys.readouterr().out == said
    assert issue.title == "A person's words"
    assert "Nobody can log in" in hand.there()["body"]


def test_what_was_refused_is_counted(hand: AtHand, capsys):
    hand.an_asked_issue()
    hand.proxy.script("POST", r"/issues$", faults.read_only_token())

    call_command("sync_github")

    assert "0 wait, 1 are dead letters" in capsys.readouterr().out


def test_without_settings_it_says_which_to_set(hand: AtHand, settings):
    settings.GITHUB_TOKEN = settings.GITHUB_APP_ID = ""

    with pytest.raises(CommandError, match="set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY"):
        call_command("sync_github")

    assert hand.proxy.asked == []


def test_a_repository_that_cannot_be_read_is_named_with_the_reason(hand: AtHand, capsys):
    hand.a_linked_issue()
    a_project("other", github_repository=OTHER)
    hand.proxy.script("GET", rf"^/repos/{OTHER}", faults.not_found(), times=None)

    with pytest.raises(CommandError, match="acme/other could not be read: GitHub answered 404"):
        call_command("sync_github")

    assert "1 of 2 repositories read" in capsys.readouterr().out


def test_it_can_be_kept_to_one_project(hand: AtHand, capsys):
    a_project("other", github_repository=OTHER)

    call_command("sync_github", "--project", "shop")

    assert "1 of 1 repositories read" in capsys.readouterr().out
    assert not [one for one in hand.proxy.asked if OTHER in one.path]


def test_an_unknown_project_is_refused_with_those_that_there_are(hand: AtHand):
    with pytest.raises(CommandError, match="shop"):
        call_command("sync_github", "--project", "typo")


def test_rechecking_finds_an_issue_that_was_deleted(hand: AtHand, capsys):
    issue, other = hand.a_linked_issue(), hand.a_linked_issue("Another")
    hand.proxy.script("GET", r"/issues/1$", faults.deleted(), times=None)

    call_command("sync_github", "--recheck")

    assert "acme/shop#1 was deleted on GitHub." in capsys.readouterr().out
    assert hand.mirror(issue).standing == Mirror.Standing.DELETED
    assert hand.mirror(other).is_linked


def test_rechecking_goes_on_where_one_issue_cannot_be_looked_at(hand: AtHand, capsys):
    hand.a_linked_issue()
    other = hand.a_linked_issue("Another")
    hand.proxy.script("GET", r"/issues/1$", faults.refuses(403, "Not for you"), times=None)
    hand.proxy.script("GET", r"/issues/2$", faults.deleted(), times=None)

    call_command("sync_github", "--recheck")

    assert "acme/shop#1: GitHub answered 403: Not for you" in capsys.readouterr().err
    assert hand.mirror(other).standing == Mirror.Standing.DELETED
