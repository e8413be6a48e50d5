"""Evidence, verdict and closing: each once, and only what is proven is closed."""

from __future__ import annotations

import pytest

from incidents.models import Issue, Outbox, OutboxState
from tests.audits.walking import FIX, GREEN, RED, Walk, junit
from tests.github import faults
from tests.github.stand_in import SHOP
from tests.github.sync.stack import Synced

pytestmark = [pytest.mark.real_parts, pytest.mark.slow]

COMMENT = ("POST", r"/comments$")


@pytest.fixture
def walked(synced: Synced) -> Walk:
    """An honest iteration in its last phase but one, over an issue that is linked."""
    issue = synced.a_linked_issue("IndexError in login")
    walk = Walk(issue.project)
    walk.everything()
    walk.advance(times=8)
    assert walk.row.phase == "green_run"
    synced.run("push_to_github")
    return walk


def enter_commit(synced: Synced, walk: Walk) -> Issue:
    walk.advance()
    synced.run("push_to_github")
    return walk.row.issue


def test_a_verified_fix_closes_the_twin_with_evidence_verdict_and_the_head_of_the_chain(synced: Synced, walked: Walk):
    issue = enter_commit(synced, walked)

    there = synced.there(issue)
    evidence, verdict = synced.comments(issue)
    assert (there["state"], there["state_reason"]) == ("closed", "completed")
    assert RED in evidence
    assert FIX[:12] in evidence
    assert "Verified" in verdict
    assert walked.get("chain/")["head"][:12] in evidence + verdict
    assert walked.advance()["state"] == "done"
    issue.refresh_from_db()
    assert (issue.state, issue.resolution) == ("resolved", "verified")
    synced.beat()
    assert len(synced.comments(issue)) == 2


def test_the_last_gate_waits_for_evidence_and_closing(synced: Synced, walked: Walk):
    walked.advance()

    assert walked.unmet() == ["github_evidence_pending", "github_closing_pending"]

    synced.run("push_to_github")
    assert walked.unmet() == []


@pytest.mark.parametrize("fault", [faults.bad_gateway_after, faults.drops_after], ids=["a 502 after the write", "a dropped connection"])
def test_a_comment_whose_answer_is_lost_is_written_once(synced: Synced, walked: Walk, fault):
    synced.proxy.script(*COMMENT, fault())

    issue = enter_commit(synced, walked)
    synced.hurry()

    assert len(synced.comments(issue)) == 2
    assert synced.there(issue)["state"] == "closed"


def test_a_task_that_is_run_again_adds_no_comment(synced: Synced, walked: Walk):
    issue = enter_commit(synced, walked)
    writes = len(synced.proxy.writes())

    Outbox.objects.filter(issue=issue, kind="comment").update(state=OutboxState.UNKNOWN, settled_at=None)
    synced.run("push_to_github", "push_to_github", "push_to_github")

    assert len(synced.comments(issue)) == 2
    assert len(synced.proxy.writes()) == writes


def test_going_back_and_forth_says_nothing_twice(synced: Synced, walked: Walk):
    issue = enter_commit(synced, walked)

    walked.done("post", "back/", {"to": "green_run", "reason": "Somebody doubts it"})
    walked.advance()
    synced.run("push_to_github")

    assert len(synced.comments(issue)) == 2


def test_what_is_not_verified_is_not_closed(synced: Synced):
    issue = synced.a_linked_issue("IndexError in login")
    walk = Walk(issue.project)
    walk.everything()
    walk.run("stability", red="failed")
    walk.advance(times=8)
    for one in walk.call("post", "advance/").json()["unmet"]:
        waiver = {"code": one["code"], "subject": one["subject"], "reason": "The machine was out of memory"}
        walk.done("post", "waivers/", waiver, client=walk.review_client)

    enter_commit(synced, walk)

    assert walk.row.phase == "commit"
    evidence, verdict = synced.comments(issue)
    assert "❌" in evidence
    assert "Refuted" in verdict
    assert synced.there(issue)["state"] == "open"


def test_evidence_that_speaks_against_the_fix_stops_a_closing_that_waits(synced: Synced, walked: Walk):
    synced.proxy.script("PATCH", r"/issues/1$", faults.bad_gateway_before(), times=None)
    issue = enter_commit(synced, walked)

    walked.post_run("stability", FIX, junit({RED: "failed", GREEN: "passed"}))
    synced.proxy.heal()
    synced.hurry()

    assert synced.there(issue)["state"] == "open"
    assert Outbox.objects.get(issue=issue, kind="close").state == OutboxState.DROPPED


def test_a_twin_that_is_closed_already_is_not_closed_again(synced: Synced, walked: Walk):
    synced.github.as_human.close(SHOP, 1)

    issue = enter_commit(synced, walked)

    closing = Outbox.objects.get(issue=issue, kind="close")
    assert (closing.state, closing.request) == (OutboxState.SENT, None)
    assert synced.mirror(issue).state == "closed"
    assert not synced.mirror(issue).closed_unproven
    assert len(synced.comments(issue)) == 2


def test_closed_without_proof_it_stays_open_here_and_is_answered_once(synced: Synced):
    synced.connect()
    issue = synced.a_linked_issue()

    synced.github.as_human.close(SHOP, 1)
    synced.relay.until_came("issues", "closed")
    synced.beat(3)

    issue.refresh_from_db()
    assert issue.state == "open"
    assert synced.client.get(f"issues/{issue.pk}/")["github"]["closed_unproven"] is True
    [said] = synced.comments(issue)
    assert "unproven" in said
    assert synced.there(issue)["state"] == "closed"
    assert synced.verbs(issue).count("github_closed_unproven") == 1


def test_the_answer_to_a_closing_names_what_is_missing(synced: Synced):
    issue = synced.a_linked_issue("IndexError in login")
    walk = Walk(issue.project)
    walk.root_cause()
    walk.plan()

    synced.github.as_human.close(SHOP, 1)
    synced.beat()

    [said] = synced.comments(issue)
    assert "review" in said
    assert RED in said or "base" in said


def test_a_project_can_switch_the_answer_off(synced: Synced):
    issue = synced.a_linked_issue()
    issue.project.settings = {"github": {"challenge": False}}
    issue.project.save()

    synced.github.as_human.close(SHOP, 1)
    synced.beat()

    assert synced.comments(issue) == []
    assert synced.mirror(issue).closed_unproven


def test_closed_as_not_planned_it_is_not_wanted_here_either(synced: Synced):
    issue = synced.a_linked_issue()

    synced.github.as_human.close(SHOP, 1, "not_planned")
    synced.beat()

    issue.refresh_from_db()
    assert (issue.state, issue.resolution) == ("resolved", "wont_fix")
    assert synced.comments(issue) == []


def test_what_is_not_wanted_here_is_closed_there_as_not_planned(synced: Synced):
    issue = synced.a_linked_issue()

    synced.client.post(f"issues/{issue.pk}/resolve/", {"resolution": "wont_fix", "reason": "The page goes away"})
    synced.settle()

    there = synced.there(issue)
    assert (there["state"], there["state_reason"]) == ("closed", "not_planned")
    [said] = synced.comments(issue)
    assert "The page goes away" in said
    assert not synced.mirror(issue).closed_unproven


def test_resolved_here_without_proof_it_stays_open_there(synced: Synced):
    issue = synced.a_linked_issue()

    synced.client.post(f"issues/{issue.pk}/resolve/", {"resolution": "unproven", "reason": "Looks fine"})
    synced.settle()

    assert synced.there(issue)["state"] == "open"


def test_reopened_there_it_is_open_here(synced: Synced, walked: Walk):
    issue = enter_commit(synced, walked)
    walked.advance()

    synced.github.as_human.reopen(SHOP, 1)
    synced.beat(2)

    issue.refresh_from_db()
    assert (issue.state, issue.resolution) == ("open", None)
    assert synced.there(issue)["state"] == "open"


def test_reopened_here_it_is_open_there(synced: Synced, walked: Walk):
    issue = enter_commit(synced, walked)
    walked.advance()

    synced.client.post(f"issues/{issue.pk}/reopen/", {"reason": "It came again"})
    synced.settle()

    assert synced.there(issue)["state"] == "open"
    assert "It came again" in synced.comments(issue)[-1]


def test_a_twin_that_is_linked_only_in_the_last_phase_gets_the_evidence_too(synced: Synced):
    issue = synced.an_issue("IndexError in login")
    walk = Walk(issue.project)
    walk.everything()
    walk.advance(times=3)
    walk.done("post", "waivers/", {"code": "github_issue_missing", "reason": "Later"}, client=walk.review_client)
    walk.advance(times=6)
    assert walk.row.phase == "commit"

    synced.ask(issue)
    synced.settle()
    synced.beat(2)

    assert len(synced.comments(issue)) == 2
