"""People work on both sides at once; nothing of theirs is lost, and nothing of ours comes back as news."""

from __future__ import annotations

import pytest

from incidents.models import Comment, Mirror
from tests.github import faults
from tests.github.stand_in import OTHER, SHOP
from tests.github.sync.stack import Synced

pytestmark = [pytest.mark.real_parts, pytest.mark.slow]


def counts(synced: Synced) -> tuple[int, int, int, int]:
    """Writes there, issues there, comments here, events here."""
    issue = Mirror.objects.get().issue
    return len(synced.proxy.writes()), len(synced.all_there()), Comment.objects.count(), issue.events.count()


# --- Echoes ------------------------------------------------------------------------------------


def test_our_own_edits_and_comments_come_back_and_cause_nothing(synced: Synced):
    synced.connect()
    issue = synced.a_linked_issue()
    synced.client.post(f"issues/{issue.pk}/resolve/", {"resolution": "wont_fix", "reason": "The page goes away"})
    synced.settle()
    synced.client.post(f"issues/{issue.pk}/reopen/", {"reason": "It stays after all"})
    synced.settle()
    synced.client.post(f"issues/{issue.pk}/comments/", {"text": "Said here"})
    synced.relay.until_came("issues", "reopened")
    synced.settle()
    before = counts(synced)

    synced.beat(3)

    assert counts(synced) == before
    assert before[2] == 1
    issue.refresh_from_db()
    assert issue.state == "open"
    assert synced.there(issue)["state"] == "open"


def test_a_comment_of_ours_that_a_person_quotes_is_theirs(synced: Synced):
    synced.connect()
    issue = synced.a_linked_issue()
    synced.github.as_human.close(SHOP, 1)
    synced.relay.until_came("issues", "closed")
    synced.settle()
    [ours] = synced.comments(issue)

    synced.github.as_human.comment(SHOP, 1, f"> {ours}\n\nWhat does that mean?")
    synced.relay.until_came("issue_comment", "created")
    synced.beat()

    assert "What does that mean?" in issue.comments.get().text


# --- Merging -----------------------------------------------------------------------------------


def test_a_humans_title_and_our_labels_changed_at_once_both_survive(synced: Synced):
    issue = synced.a_linked_issue("Login crashes")

    synced.github.as_human.edit_issue(SHOP, 1, title="Login crashes on Safari")
    synced.client_patch(issue, severity="CRITICAL")
    synced.settle()
    synced.beat()

    there = synced.there(issue)
    issue.refresh_from_db()
    assert there["title"] == issue.title == "Login crashes on Safari"
    assert "fixproof: critical" in synced.github.as_human.labels(SHOP, 1)
    assert "fixproof: error" not in synced.github.as_human.labels(SHOP, 1)


def test_a_humans_label_survives_our_change(synced: Synced):
    issue = synced.a_linked_issue()
    synced.github.as_human.add_labels(SHOP, 1, "bug", "fixproof-like")

    synced.client_patch(issue, severity="CRITICAL")
    synced.settle()

    assert {"bug", "fixproof-like", "fixproof: critical"} <= set(synced.github.as_human.labels(SHOP, 1))
    assert synced.mirror(issue).labels == ["bug", "fixproof-like"]


def test_a_title_edited_here_is_edited_there(synced: Synced):
    issue = synced.a_linked_issue("Login crashes")

    synced.client_patch(issue, title="Login crashes for new users")
    synced.settle()

    assert synced.there(issue)["title"] == "Login crashes for new users"


def test_titles_edited_on_both_sides_are_githubs_and_ours_is_told(synced: Synced):
    issue = synced.a_linked_issue("Login crashes")

    synced.github.as_human.edit_issue(SHOP, 1, title="Theirs")
    synced.client_patch(issue, title="Ours")
    synced.settle()
    synced.beat()

    issue.refresh_from_db()
    assert synced.there(issue)["title"] == issue.title == "Theirs"
    assert issue.events.get(verb="github_title_overruled").data == {"ours": "Ours", "theirs": "Theirs"}


def test_text_around_our_part_survives_our_change(synced: Synced):
    issue = synced.a_linked_issue()
    body = synced.there(issue)["body"]
    synced.github.as_human.edit_issue(SHOP, 1, body=f"Before.\r\n\r\n{body}\r\n\r\nAfter.")

    synced.client_patch(issue, impact="Nobody can pay")
    synced.settle()

    there = synced.there(issue)["body"]
    assert there.startswith("Before.\r\n\r\n")
    assert there.endswith("\r\n\r\nAfter.")
    assert "Nobody can pay" in there


def test_our_part_and_our_labels_come_back_when_somebody_takes_them_away(synced: Synced):
    synced.connect()
    issue = synced.a_linked_issue()
    body = synced.there(issue)["body"]

    synced.github.as_human.edit_issue(SHOP, 1, body="Only this.")
    synced.github.as_human.remove_label(SHOP, 1, "fixproof: error")
    synced.relay.until_came("issues", "unlabeled")
    synced.settle()

    assert synced.there(issue)["body"] == f"Only this.\n\n{body}"
    assert "fixproof: error" in synced.github.as_human.labels(SHOP, 1)


def test_closed_and_reopened_told_in_the_wrong_order_the_present_state_wins(synced: Synced):
    synced.connect()
    issue = synced.a_linked_issue()
    synced.settle()
    synced.relay.keep()
    synced.github.as_human.close(SHOP, 1)
    synced.github.as_human.reopen(SHOP, 1)
    closed = synced.relay.until_came("issues", "closed")
    reopened = synced.relay.until_came("issues", "reopened")

    synced.relay.send(reopened)
    synced.relay.send(closed)
    synced.settle()

    assert synced.mirror(issue).state == "open"
    assert not synced.mirror(issue).closed_unproven
    assert synced.comments(issue) == []


# --- Comments ----------------------------------------------------------------------------------


def test_a_comment_there_comes_into_the_timeline_and_follows_its_edits(synced: Synced):
    synced.connect()
    issue = synced.a_linked_issue()

    said = synced.github.as_human.comment(SHOP, 1, "It is the cookie")
    synced.relay.until_came("issue_comment", "created")
    synced.settle()
    synced.github.as_human.edit_comment(SHOP, said["id"], "It is the cookie's domain")
    synced.beat()

    comment = issue.comments.get()
    assert (comment.text, comment.actor_name) == ("It is the cookie's domain", "octocat on GitHub")
    assert synced.verbs(issue)[-2:] == ["commented", "comment_edited"]


def test_a_comment_that_was_deleted_there_is_marked_here(synced: Synced):
    synced.connect()
    issue = synced.a_linked_issue()
    said = synced.github.as_human.comment(SHOP, 1, "Wrong thread")
    synced.relay.until_came("issue_comment", "created")
    synced.settle()

    synced.github.as_human.delete_comment(SHOP, said["id"])
    body = {"action": "deleted", "issue": synced.there(issue), "comment": said, "repository": {"full_name": SHOP}}
    assert synced.deliver("issue_comment", body) == 202
    synced.settle()

    assert issue.comments.get().deleted_at is not None


# --- Identity ----------------------------------------------------------------------------------


def test_a_deleted_issue_is_a_tombstone_and_never_made_again(synced: Synced):
    issue = synced.a_linked_issue()
    there = synced.there(issue)
    synced.proxy.script("*", r"/issues/1(/|$)", faults.deleted(), times=None)

    synced.deliver("issues", {"action": "deleted", "issue": there, "repository": {"full_name": SHOP}})
    synced.settle()
    again = synced.client.post(f"issues/{issue.pk}/github/", {})
    synced.client_patch(issue, title="Another")
    synced.beat()

    assert synced.mirror(issue).standing == "deleted"
    assert (again.status_code, again.json()["type"].rsplit(":", 1)[1]) == (409, "github_issue_lost")
    assert len(synced.all_there()) == 1


def test_a_forged_word_of_a_deletion_changes_nothing(synced: Synced):
    issue = synced.a_linked_issue()

    synced.deliver("issues", {"action": "deleted", "issue": synced.there(issue), "repository": {"full_name": SHOP}})
    synced.settle()

    assert synced.mirror(issue).is_linked


def transferred(synced: Synced, there: dict, to: str) -> dict:
    """A webhook as GitHub sends it when a person moves an issue; the stand-in has no such button."""
    moved = synced.github.as_human.create_issue(to, there["title"], there["body"])
    repository = synced.github.as_human.ask("GET", f"/repos/{to}").json()
    return {
        "action": "transferred",
        "issue": there,
        "repository": {"full_name": SHOP},
        "changes": {"new_issue": moved, "new_repository": repository},
    }


def test_an_issue_that_moves_out_of_the_project_is_left_alone(synced: Synced):
    issue = synced.a_linked_issue()

    synced.deliver("issues", transferred(synced, synced.there(issue), OTHER))
    synced.settle()
    writes = len(synced.proxy.writes())
    synced.client_patch(issue, title="Another")
    synced.beat()

    assert synced.mirror(issue).standing == "moved"
    assert len(synced.proxy.writes()) == writes


def test_an_issue_that_moves_within_the_project_is_followed(synced: Synced):
    issue = synced.a_linked_issue()
    issue.project.settings = {"github": {"other_repositories": [OTHER]}}
    issue.project.save()

    synced.deliver("issues", transferred(synced, synced.there(issue), OTHER))
    synced.settle()
    synced.client_patch(issue, title="Another")
    synced.settle()

    mirror = synced.mirror(issue)
    assert (mirror.standing, mirror.repository) == ("linked", OTHER)
    assert synced.github.as_human.issue(OTHER, mirror.number)["title"] == "Another"


def test_a_renamed_repository_is_followed(synced: Synced):
    issue = synced.a_linked_issue()
    synced.github.as_human.ask("PATCH", f"/repos/{SHOP}", json={"name": "store"})

    place = synced.github.as_human.ask("GET", "/repos/acme/store").json()
    synced.deliver("repository", {"action": "renamed", "repository": place, "changes": {"repository": {"name": {"from": "shop"}}}})
    synced.settle()
    synced.client_patch(issue, title="Another")
    synced.settle()

    issue.project.refresh_from_db()
    assert issue.project.github_repository == synced.mirror(issue).repository == "acme/store"
    assert synced.github.as_human.issue("acme/store", 1)["title"] == "Another"


# --- What others say of fixes ------------------------------------------------------------------


def test_commits_on_the_default_branch_are_remembered_and_say_what_they_fix(synced: Synced):
    issue = synced.a_linked_issue()
    commit, elsewhere = "d" * 40, "e" * 40
    place = {"full_name": SHOP, "default_branch": "main"}
    pushed = {"ref": "refs/heads/main", "after": commit, "commits": [{"id": commit, "message": "Fixes #1"}], "repository": place}

    synced.deliver("push", pushed)
    synced.deliver("push", {**pushed, "ref": "refs/heads/topic", "after": elsewhere, "commits": [{"id": elsewhere, "message": "Fixes #1"}]})
    synced.settle()

    assert list(issue.project.branch_commits.values_list("commit", "branch")) == [(commit, "main")]
    assert synced.verbs(issue)[-1] == "github_commit_fixes"
    issue.refresh_from_db()
    assert issue.state == "open"


def test_a_check_that_succeeds_verifies_nothing(synced: Synced):
    issue = synced.a_linked_issue()
    for kind in ("check_run", "workflow_run"):
        run = {"id": 7, "name": "tests", "head_sha": "d" * 40, "conclusion": "success", "html_url": "https://github.com/acme/shop/runs/7"}
        synced.deliver(kind, {"action": "completed", kind: run, "repository": {"full_name": SHOP}})

    synced.settle()

    issue.refresh_from_db()
    assert (issue.state, issue.verdict) == ("open", "")
    assert issue.project.commit_checks.count() == 2
