"""What people do with an iteration in the admin: by verbs, with their names, and only where their role allows it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from audits.actions import iterations
from audits.models import Iteration
from incidents.models import BranchCommit, Issue
from incidents.roles import Role
from tests.admin.conftest import A_TEST, FIX, a_run_form
from tests.admin.pages import adding, messages, page_of, text
from tests.factories import somebody

# What each page is given, and what the iteration has more of afterwards.
CALLS: dict[str, tuple[Any, str]] = {
    "advance": (dict, "spans"),
    "root_cause": (lambda: {"question_1": "Why do they wait?", "answer_1": "The bank is slow."}, "root_causes"),
    "test_plan": (lambda: {"tests": json.dumps([A_TEST])}, "test_plans"),
    "test_files": (lambda: {"files": "tests/test_pay.py | unit | 1"}, "test_files"),
    "success_metrics": (lambda: {"met_1": "yes", "evidence_1": "Seen"}, "judgements"),
    "fix": (lambda: {"commit": FIX, "file": "shop/pay.py", "change": "Waits longer"}, "fixes"),
    "post_run": (a_run_form, "runs"),
    "commit": (lambda: {"commit": FIX, "branch": "main"}, "records"),
    "abandon": (lambda: {"reason": "Found another way"}, "records"),
    "review": (lambda: {"score_1": "90", "findings": "critical: All is mocked"}, "reviews"),
}
OF_REVIEWERS = ["review", "waive", "close_finding"]
EVERY_VERB = [*CALLS, "back", "waive", "close_finding"]
READING = ["check_chain", "signals", "log_markdown", "log_json"]


def count(iteration: Iteration, what: str) -> int:
    return getattr(iteration, what).count()


# --- Who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", CALLS)
def test_a_verb_is_done_with_the_persons_name(reviewer, iteration, verb):
    given, what = CALLS[verb]
    before = count(iteration, what)

    answer = reviewer.post(page_of(iteration, verb), given(), follow=True)

    assert answer.redirect_chain == [(page_of(iteration), 302)]
    assert len(messages(answer)) >= 1
    assert count(iteration, what) == before + 1
    newest = getattr(iteration, what).order_by("-pk").first()
    assert getattr(newest, "actor_name", "Reviewer") == "Reviewer"


def test_a_viewer_cannot_call_any_verb(viewer, iteration):
    before = count(iteration, "records")

    for verb in EVERY_VERB:
        given = CALLS[verb][0]() if verb in CALLS else {"reason": "mine", "how": "mine"}
        answers = [viewer.get(page_of(iteration, verb)), viewer.post(page_of(iteration, verb), given)]
        assert [answer.status_code for answer in answers] == [403, 403], verb
    assert count(iteration, "records") == before


@pytest.mark.parametrize("verb", OF_REVIEWERS)
def test_an_engineer_cannot_call_a_reviewers_verb(engineer, iteration, verb):
    given = {"score_1": "90", "reason": "mine", "how": "mine", "finding": "1", "what": "[]"}

    assert [engineer.get(page_of(iteration, verb)).status_code, engineer.post(page_of(iteration, verb), given).status_code] == [403, 403]


@pytest.mark.parametrize("role", list(Role))
def test_nobody_reaches_the_iteration_of_another_project(logged_in, rival, role):
    client = logged_in(role)

    for verb in EVERY_VERB:
        answers = [client.get(page_of(rival.iteration, verb)), client.post(page_of(rival.iteration, verb), {"reason": "mine"})]
        assert [answer.status_code for answer in answers] == [403, 403], verb
        assert not [answer for answer in answers if "rival" in text(answer)], verb


def test_nobody_looks_into_the_iteration_of_another_project(viewer, rival):
    assert {viewer.get(page_of(rival.iteration, verb)).status_code for verb in READING} == {404}


def test_opening_a_page_changes_nothing(reviewer, iteration):
    before = count(iteration, "records")

    for verb in [*EVERY_VERB, *READING]:
        given = CALLS[verb][0]() if verb in CALLS else {}
        answer = reviewer.get(page_of(iteration, verb), {name: value for name, value in given.items() if isinstance(value, str)})
        assert answer.status_code == 200, verb
    assert count(iteration, "records") == before


@pytest.mark.parametrize("verb", ["advance", "abandon", "root_cause", "post_run"])
def test_a_foreign_page_cannot_call_a_verb(shop, iteration, verb):
    client = Client(enforce_csrf_checks=True)
    client.force_login(shop.admin)
    before = count(iteration, "records")

    assert client.post(page_of(iteration, verb), CALLS[verb][0]()).status_code == 403
    assert count(iteration, "records") == before


@pytest.mark.parametrize("verb", ["root_cause", "post_run", "review", "advance", "waive"])
def test_what_has_ended_takes_nothing_and_says_so(reviewer, iteration, verb):
    iterations.abandon(iteration, actor=somebody(), reason="Another way")
    given = CALLS[verb][0]() if verb in CALLS else {}

    answer = reviewer.post(page_of(iteration, verb), given)

    assert answer.status_code == 200
    assert answer.context["form"].errors


def test_every_field_of_a_verbs_page_has_a_label(reviewer, iteration):
    for verb in EVERY_VERB:
        page = reviewer.get(page_of(iteration, verb)).content.decode()

        labelled = set(re.findall(r'<label[^>]*for="([^"]+)"', page))
        fields = set(re.findall(r'<(?:textarea|select|input(?! type="hidden"))[^>]* id="(id_[^"]+)"', page))
        assert fields <= labelled, verb


# --- Walking -------------------------------------------------------------------------------------


def test_a_shut_gate_is_explained_and_offers_no_button(engineer, shop):
    iterations.advance(shop.iteration, actor=somebody())

    page = engineer.get(page_of(shop.iteration, "advance"))

    assert "There is no root cause yet. root_cause_missing" in text(page)
    assert '<button type="submit" class="fx-button' not in page.content.decode()


def test_pressing_on_a_shut_gate_says_what_is_unmet(engineer, shop):
    iterations.advance(shop.iteration, actor=somebody())

    answer = engineer.post(page_of(shop.iteration, "advance"))

    shop.iteration.refresh_from_db()
    assert answer.status_code == 200
    assert "cannot end yet: 1 unmet" in text(answer)
    assert shop.iteration.phase == "root_cause"


def test_going_back_needs_an_earlier_phase_and_a_reason(engineer, shop):
    iterations.advance(shop.iteration, actor=somebody())
    page = page_of(shop.iteration, "back")

    refused = engineer.post(page, {"to": "commit", "reason": ""})
    engineer.post(page, {"to": "log_analysis", "reason": "The wrong issue"})

    shop.iteration.refresh_from_db()
    assert sorted(refused.context["form"].errors) == ["reason", "to"]
    assert shop.iteration.phase == "log_analysis"
    assert "gone back to: The wrong issue" in text(engineer.get(page_of(shop.iteration)))


def test_a_stated_commit_is_remembered_with_the_persons_name(engineer, shop):
    answer = engineer.post(page_of(shop.iteration, "commit"), {"commit": FIX, "branch": "main"}, follow=True)

    assert BranchCommit.objects.get(project=shop.project).actor_name == "Engineer"
    assert messages(answer) == [f"Engineer states that {FIX[:12]} stands on main."]


# --- Beginning one -------------------------------------------------------------------------------


def test_an_iteration_is_begun_over_the_issue_that_one_came_from(engineer, shop):
    address = f"{adding('audits_iteration')}?issue={shop.issue.pk}"
    form = engineer.get(address).context["form"]

    given = {
        "project": form["project"].value(),
        "issue": form["issue"].value(),
        "focus": "paying",
        "reasons": "Everybody waits\r\nIt costs",
    }
    answer = engineer.post(address, given, follow=True)

    begun = Iteration.objects.order_by("-pk").first()
    assert answer.redirect_chain == [(page_of(begun), 302)]
    assert (begun.issue, begun.focus, begun.reasons, begun.actor_name) == (
        shop.issue,
        "paying",
        ["Everybody waits", "It costs"],
        "Engineer",
    )


def test_without_an_issue_the_first_in_rank_is_taken(engineer, shop):
    engineer.post(adding("audits_iteration"), {"project": shop.project.pk})

    begun = Iteration.objects.order_by("-pk").first()
    first = shop.project.issues.exclude(pk=shop.iteration.issue_id).order_by("-priority", "id").first()
    assert begun.issue == first
    assert begun.reasons == [reason["text"] for reason in first.reasons]


def test_an_issue_that_is_walked_already_is_refused_on_the_same_page(engineer, shop):
    given = {"project": shop.project.pk, "issue": shop.iteration.issue_id, "reasons": "Once more"}

    answer = engineer.post(adding("audits_iteration"), given)

    assert "is walked by iteration 1 already" in text(answer)
    assert "Once more" in answer.content.decode()


@pytest.mark.parametrize("asked", ["", "abc", "0", "99999999999999999999", "-1"])
def test_an_issue_that_there_is_not_is_not_filled_in(engineer, shop, asked):
    assert engineer.get(f"{adding('audits_iteration')}?issue={asked}").context["form"]["issue"].value() is None


def test_neither_project_nor_issue_of_others_can_be_chosen(engineer, shop, rival):
    answers = [
        engineer.post(adding("audits_iteration"), {"project": rival.project.pk}),
        engineer.post(adding("audits_iteration"), {"project": shop.project.pk, "issue": rival.issue.pk}),
        engineer.get(f"{adding('audits_iteration')}?issue={rival.issue.pk}"),
    ]

    assert [sorted(answer.context["form"].errors) for answer in answers[:2]] == [["project"], ["issue"]]
    assert not [answer for answer in answers if "rival" in text(answer)]


def test_an_issue_of_another_project_of_ones_own_is_said_to_be_elsewhere(superuser, shop, rival):
    answer = superuser.post(adding("audits_iteration"), {"project": shop.project.pk, "issue": rival.issue.pk})

    assert answer.context["form"].errors["issue"] == ["It belongs to another project."]


def test_issues_are_looked_up_and_not_listed(engineer, shop, rival):
    asked = {"term": shop.issue.key, "app_label": "audits", "model_name": "iteration", "field_name": "issue"}

    found = json.loads(engineer.get("/admin/autocomplete/", asked).content)["results"]

    assert [row["id"] for row in found] == [str(shop.issue.pk)]
    assert Issue.objects.count() > 1
    assert shop.issue.title not in engineer.get(adding("audits_iteration")).content.decode()


def test_a_viewer_begins_nothing(viewer, shop):
    answers = [viewer.get(adding("audits_iteration")), viewer.post(adding("audits_iteration"), {"project": shop.project.pk})]

    assert [answer.status_code for answer in answers] == [403, 403]
