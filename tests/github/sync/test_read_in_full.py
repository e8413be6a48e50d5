"""What polling alone finds, and that one repository that cannot be read keeps no other waiting."""

from __future__ import annotations

import pytest

from incidents.models import Mirror, Repository
from tests.factories import a_project
from tests.github import faults
from tests.github.loopback import Answer, Request
from tests.github.proxy import Forward
from tests.github.stand_in import OTHER, SHOP
from tests.github.sync.at_hand import AtHand, down_for_maintenance
from tests.github.sync.at_hand import hand as hand

pytestmark = [pytest.mark.real_parts, pytest.mark.slow]

RENAMED = "acme/store"


def leads_to_the_new_name(request: Request, forward: Forward) -> Answer:
    """A fault: what GitHub answers under the old name of a repository."""
    return faults.moved_to(request.path.replace(f"/repos/{SHOP}", f"/repos/{RENAMED}"))(request, forward)


def rename(hand: AtHand) -> None:
    hand.human.ask("PATCH", f"/repos/{SHOP}", json={"name": RENAMED.partition("/")[2]})
    hand.proxy.script("*", rf"^/repos/{SHOP}(?![\w-])", leads_to_the_new_name, times=None)


def test_a_rename_that_nobody_told_of_is_followed(hand: AtHand):
    issue = hand.a_linked_issue()
    rename(hand)

    hand.poll()

    hand.project.refresh_from_db()
    assert hand.project.github_repository == hand.mirror(issue).repository == RENAMED
    assert [row.name for row in Repository.objects.all()] == [RENAMED]


def test_what_was_changed_after_a_rename_goes_both_ways(hand: AtHand):
    issue = hand.a_linked_issue()
    rename(hand)
    hand.human.edit_issue(RENAMED, 1, title="A person's words")
    hand.human.comment(RENAMED, 1, "Hello")

    hand.poll()
    hand.change(issue)
    hand.push()

    issue.refresh_from_db()
    assert issue.title == "A person's words"
    assert issue.comments.get().text == "Hello"
    assert "Nobody can log in" in hand.human.issue(RENAMED, 1)["body"]


def in_one_second(second: str):
    """A fault: all rows of a list say that they were changed in this second."""

    def stamp(rows: list[dict]) -> None:
        for row in rows:
            row["updated_at"] = second

    return faults.edited(stamp)


def test_more_changes_of_one_second_than_a_page_holds_are_all_read(hand: AtHand):
    issues = [hand.a_linked_issue(f"Fault {number}") for number in range(2)]
    # None of the stand-in's own times lies before it.
    second = hand.there(1)["updated_at"]
    for number in range(100):
        hand.human.create_issue(SHOP, f"Of others {number}")
    for number in (1, 2):
        hand.human.edit_issue(SHOP, number, title=f"Edited {number}")
    hand.proxy.script("GET", rf"^/repos/{SHOP}/issues\?.*sort=updated", in_one_second(second), times=None)
    # All that is kept of the two is no newer, too.
    Mirror.objects.update(remote_updated_at=None)

    hand.poll()

    for issue in issues:
        issue.refresh_from_db()
    assert [issue.title for issue in issues] == ["Edited 1", "Edited 2"]
    assert len([one for one in hand.proxy.asked if "sort=updated" in one.path and "page=2" in one.path]) == 1


def test_more_comments_of_one_second_than_a_page_holds_are_all_read(hand: AtHand):
    issue = hand.a_linked_issue()
    second = hand.there(1)["updated_at"]
    for number in range(101):
        hand.human.comment(SHOP, 1, f"Said {number}")
    hand.proxy.script("GET", rf"^/repos/{SHOP}/issues/comments\?.*sort=updated", in_one_second(second), times=None)

    hand.poll()

    assert issue.comments.count() == 101


@pytest.mark.parametrize("fault", [down_for_maintenance, faults.not_found()], ids=["a page for people", "not found"])
def test_a_repository_that_cannot_be_read_keeps_no_other_waiting(hand: AtHand, fault):
    issue = hand.a_linked_issue()
    a_project("other", github_repository=OTHER)
    hand.human.edit_issue(SHOP, 1, title="A person's words")
    hand.proxy.script("GET", rf"^/repos/{OTHER}", fault, times=None)

    hand.poll()

    issue.refresh_from_db()
    assert issue.title == "A person's words"
    assert Repository.objects.get(name=OTHER).last_error
    assert Repository.objects.get(name=SHOP).last_error == ""


def test_a_repository_that_could_not_be_read_is_read_the_next_time(hand: AtHand):
    issue = hand.a_linked_issue()
    hand.human.edit_issue(SHOP, 1, title="A person's words")
    hand.proxy.script("GET", rf"^/repos/{SHOP}$", down_for_maintenance)

    hand.poll(times=2)

    issue.refresh_from_db()
    assert issue.title == "A person's words"
