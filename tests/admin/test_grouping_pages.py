"""What the pages tell of bursts and patterns, and how people merge, split and take either back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from incidents.actions import folding, issues, projects, regrouping
from incidents.admin import bursts
from incidents.models import GroupingDecision, Issue, Pattern
from incidents.roles import Role
from tests.admin.conftest import browser_of
from tests.admin.grouped import CALLED, CAUSE, EXITED, LIST, TIMES, a_crash, merge, pattern, region
from tests.admin.pages import list_of, messages, page_of, text
from tests.factories import a_project, a_source, a_user, ingest, somebody

# --- The burst -----------------------------------------------------------------------------------


def test_a_burst_tells_the_cause_first_and_then_what_comes_in_which_order(engineer, burst):
    said = region(engineer.get(page_of(burst)), "burst")

    places = [said.index(part) for part in ("the cause", CAUSE, "+0.40 s", EXITED, "+0.48 s", CALLED)]
    assert places == sorted(places)


def test_a_burst_says_how_often_each_pattern_came_and_how_unlikely_that_is_by_chance(engineer, burst):
    said = region(engineer.get(page_of(burst)), "burst")

    assert f"in {TIMES} of {TIMES}" in said
    assert re.search(rf"with the cause {TIMES} of the {TIMES} times it was looked at; by chance 1 in [\d,.]+", said)


def test_a_burst_is_drawn_without_style_or_script_and_hidden_from_who_hears_it(engineer, burst):
    page = engineer.get(page_of(burst)).content.decode()

    drawings = re.findall(r"<svg class=\"fx-strip\".*?</svg>", page, re.DOTALL)
    assert len(drawings) == 3
    assert all('aria-hidden="true"' in drawing and "style=" not in drawing and "<script" not in drawing for drawing in drawings)


def test_a_pattern_that_comes_alone_has_no_burst_and_says_so(engineer, alone):
    answer = engineer.get(page_of(alone))

    assert answer.context["burst"] is None
    assert "Nothing else keeps coming with it" in region(answer, "patterns")


def test_a_companion_that_also_comes_alone_leads_to_the_issue_that_it_has_of_its_own(engineer, shop, burst):
    ingest(shop.source, a_crash(30, without=(CAUSE, CALLED), host="lonely"))

    own = pattern(EXITED).issue
    said = region(engineer.get(page_of(burst)), "burst")

    assert own is not None
    assert f"also seen without it: {own.key}" in said


def test_an_occurrence_tells_its_patterns_in_order(engineer, burst):
    said = region(engineer.get(page_of(burst)), "occurrences")

    assert said.count("3 patterns") == TIMES
    assert said.index("the cause") < said.index("+0.40 s") < said.index("+0.48 s")


def test_more_patterns_than_are_shown_are_a_link(engineer, burst, monkeypatch):
    monkeypatch.setattr(bursts, "SHOWN_PATTERNS", 2)

    answer = engineer.get(page_of(burst))

    link = f"{list_of('incidents_pattern')}?issues__id__exact={burst.pk}"
    assert link in answer.content.decode()
    assert {row.template for row in engineer.get(link).context["cl"].result_list} == {CAUSE, EXITED, CALLED}


def test_what_a_person_merged_is_told_with_the_name_and_where_it_came_from(grace, burst, alone):
    merge(grace, alone, burst.key)

    assert f"merged by Grace Murray, from {alone.key}" in region(grace.get(page_of(burst)), "burst")


# --- Merging -------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", ["{key}", "{number}", "#{number}", " {upper} "])
def test_an_issue_is_merged_into_one_named_by_key_or_number(grace, burst, alone, named):
    answer = merge(grace, alone, named.format(key=burst.key, number=burst.number, upper=burst.key.upper()))

    alone.refresh_from_db()
    assert (alone.state, alone.merged_into) == ("merged", burst)
    assert messages(answer) == [f"{alone.key} is merged."]


def test_a_merged_issue_says_at_its_top_by_whom_and_offers_to_undo_it(grace, burst, alone):
    page = merge(grace, alone, burst.key)

    decision = GroupingDecision.objects.get()
    assert f"Grace Murray merged this issue into {burst}" in text(page)
    assert f"{page_of(alone, 'undo')}?decision={decision.pk}" in page.content.decode()
    assert page.content.decode().index("Grace Murray</strong> merged this issue") < page.content.decode().index('id="facts"')


def test_where_the_machine_let_it_go_into_another_one_nothing_is_to_undo(engineer, burst, alone):
    folding.fold(alone, into=burst, actor=somebody())

    page = engineer.get(page_of(alone))

    assert f"This issue went into {burst} : the logs show that both are one fault" in text(page)
    assert "Undo" not in text(page)


def test_an_issue_lists_what_was_merged_into_it(grace, burst, alone):
    merge(grace, alone, burst.key)

    assert f"Merged into it {alone}" in text(grace.get(page_of(burst)))


def test_a_merged_issue_has_no_button_but_comment_and_undo(grace, burst, alone):
    page = merge(grace, alone, burst.key).content.decode()

    shown = [verb for verb in ("comment", "resolve", "ignore", "reopen", "merge", "split", "undo") if f'"{page_of(alone, verb)}"' in page]
    assert shown == ["comment", "undo"]


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("", "This field is required."),
        ("shop-99", "shop has no issue shop-99."),
        ("99999", "shop has no issue 99999."),
        ("9" * 30, "nor a number"),
        ("²", "nor a number"),
        ("payments", "is neither a key, like shop-12, nor a number."),
        ("rival-1", "is no issue of shop. Only issues of one project can be merged."),
    ],
)
def test_what_names_no_issue_of_the_project_is_said_at_the_field(grace, rival, alone, named, said):
    answer = grace.post(page_of(alone, "merge"), {"into": named})

    assert said in answer.context["form"].errors["into"][0]
    assert not GroupingDecision.objects.exists()


def test_an_id_names_no_issue_of_another_project(grace, shop, rival, alone):
    foreign = Issue.objects.exclude(project=shop.project).exclude(pk__in=shop.project.issues.values("number")).latest("pk")

    answer = grace.post(page_of(alone, "merge"), {"into": foreign.pk})

    assert "has no issue" in answer.context["form"].errors["into"][0]


def test_merging_an_issue_into_itself_is_a_message(grace, alone):
    assert messages(merge(grace, alone, alone.key)) == ["An issue cannot be merged into itself."]


# --- Splitting and undoing -----------------------------------------------------------------------


def test_patterns_are_split_off_into_an_issue_of_their_own(grace, burst):
    answer = grace.post(page_of(burst, "split"), {"patterns": [pattern(EXITED).pk, pattern(CALLED).pk]}, follow=True)

    new = Issue.objects.get(title=EXITED)
    assert pattern(CALLED).set_apart
    assert f"Grace Murray split 2 patterns off, to {new.key}" in region(answer, "decisions")
    assert f"split off by Grace Murray, from {burst.key}" in region(grace.get(page_of(new)), "burst")


def test_the_page_for_splitting_names_each_pattern_and_which_is_the_cause(grace, burst):
    labels = [label for _, label in grace.get(page_of(burst, "split")).context["form"]["patterns"].field.choices]

    assert labels[0] == f"{CAUSE} · the cause · ERROR · 8 entries"
    assert set(labels[1:]) == {f"{EXITED} · ERROR · 8 entries", f"{CALLED} · WARNING · 8 entries"}


def test_splitting_off_nothing_is_said_at_the_field(grace, burst):
    answer = grace.post(page_of(burst, "split"), {})

    assert answer.context["form"].errors["patterns"] == ["Tick what is to leave the issue."]


def test_splitting_off_everything_is_a_message(grace, burst):
    every = [row.pk for row in burst.patterns.all()]

    assert messages(grace.post(page_of(burst, "split"), {"patterns": every}, follow=True)) == [
        "At least one pattern has to stay with the issue."
    ]


def test_an_issue_of_one_pattern_has_no_button_to_split(grace, alone):
    assert page_of(alone, "split") not in grace.get(page_of(alone)).content.decode()


@pytest.mark.parametrize("from_the_target", [False, True])
def test_a_merge_is_taken_back_from_either_page(grace, burst, alone, from_the_target):
    merge(grace, alone, burst.key)
    decision = GroupingDecision.objects.get()

    page = page_of(burst if from_the_target else alone, "undo")
    answer = grace.post(f"{page}?decision={decision.pk}", {"decision": decision.pk}, follow=True)

    alone.refresh_from_db()
    assert alone.state == "open"
    assert messages(answer) == ["The decision is taken back."]
    assert "decisions" not in re.findall(r'aria-labelledby="(\w+)"', answer.content.decode())


def test_what_was_taken_back_stays_in_the_timeline(grace, burst, alone):
    merge(grace, alone, burst.key)
    grace.post(page_of(alone, "undo"), {"decision": GroupingDecision.objects.get().pk})

    said = region(grace.get(page_of(alone)), "timeline")

    assert f"Grace Murray took back the merge with {burst.key}" in said
    assert f"Grace Murray merged it into {burst.key}" in said


def test_the_decision_that_was_asked_for_is_chosen_already(grace, burst, alone):
    merge(grace, alone, burst.key)
    grace.post(page_of(burst, "split"), {"patterns": [pattern(CALLED).pk]})
    older = GroupingDecision.objects.earliest("pk")

    page = grace.get(f"{page_of(burst, 'undo')}?decision={older.pk}").content.decode()

    assert re.search(rf'<option value="{older.pk}"\s+selected', page)


def test_a_decision_that_does_not_concern_the_issue_cannot_be_taken_back_on_its_page(grace, shop, burst, alone):
    merge(grace, alone, burst.key)
    decision = GroupingDecision.objects.get()

    answer = grace.post(page_of(shop.issue, "undo"), {"decision": decision.pk})

    decision.refresh_from_db()
    assert answer.context["form"].errors["decision"] == ["That decision does not stand any more, or never concerned this issue."]
    assert decision.undone_at is None


def test_a_decision_that_was_overtaken_is_a_message(grace, shop, burst, alone):
    merge(grace, alone, burst.key)
    merge(grace, burst, shop.issue.key)
    first = GroupingDecision.objects.earliest("pk")

    answer = grace.post(page_of(alone, "undo"), {"decision": first.pk}, follow=True)

    assert messages(answer) == ["What was decided then has been moved again since; undo the later decision first."]


# --- Who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["merge", "split", "undo"])
def test_a_viewer_neither_sees_nor_reaches_the_verbs(viewer, burst, alone, verb):
    regrouping.merge(alone, actor=somebody(), into=burst)
    before = burst.events.count()

    answers = [viewer.get(page_of(burst, verb)), viewer.post(page_of(burst, verb), {"into": "1", "patterns": "1", "decision": "1"})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert page_of(burst, verb) not in viewer.get(page_of(burst)).content.decode()
    assert page_of(alone, verb) not in viewer.get(page_of(alone)).content.decode()
    assert burst.events.count() == before


@pytest.mark.parametrize("verb", ["merge", "split", "undo"])
def test_an_issue_of_another_project_is_out_of_reach(grace, rival, verb):
    assert grace.get(page_of(rival.issue, verb)).status_code in (403, 404)
    assert grace.post(page_of(rival.issue, verb), {"into": "1"}).status_code in (403, 404)


@pytest.mark.parametrize("verb", ["merge", "split", "undo"])
def test_opening_a_verbs_page_changes_nothing(grace, burst, alone, verb):
    regrouping.merge(alone, actor=somebody(), into=burst)
    decision = GroupingDecision.objects.get()

    answer = grace.get(page_of(burst, verb), {"into": "1", "patterns": pattern(CALLED).pk, "decision": decision.pk})

    decision.refresh_from_db()
    assert answer.status_code == 200
    assert GroupingDecision.objects.count() == 1
    assert decision.undone_at is None


# --- Several at once, in the list ----------------------------------------------------------------


def choose(client: Client, *chosen: Issue, **given: Any) -> Any:
    return client.post(LIST, {"action": "merge_selected", "_selected_action": [issue.pk for issue in chosen], **given}, follow=True)


def test_chosen_issues_are_merged_into_the_one_with_the_highest_priority_once_confirmed(grace, shop, burst, alone):
    asked = choose(grace, alone, burst, shop.issue)
    proposed = asked.context["form"]["into"].field.choices[0][0]
    assert not GroupingDecision.objects.exists()

    answer = choose(grace, alone, burst, shop.issue, into=proposed)

    assert messages(answer) == [f"2 issues merged into {burst.key}."]
    assert proposed == str(burst.pk)
    assert set(burst.merged.all()) == {alone, shop.issue}


def test_one_issue_alone_is_not_merged(grace, alone):
    assert messages(choose(grace, alone)) == ["Choose at least two issues."]


def test_issues_of_two_projects_are_not_merged_together(superuser, shop, rival):
    assert messages(choose(superuser, shop.issue, rival.issue)) == ["Only issues of one project can be merged."]


def test_issues_of_a_project_in_which_one_only_reads_are_not_merged(shop, alone):
    mary = a_user("mary", role=Role.VIEWER, project=shop.project)
    projects.set_member(a_project("elsewhere"), user=mary, role=Role.ENGINEER)

    answer = choose(browser_of(mary), shop.issue, alone, into=alone.pk)

    assert messages(answer) == ["Your role does not allow it in this project."]
    assert not GroupingDecision.objects.exists()


def test_a_viewer_has_nothing_to_choose_in_the_list(viewer, shop):
    assert "merge_selected" not in viewer.get(LIST).content.decode()


# --- The timeline --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "data", "said"),
    [
        ("merged", {"into": "shop-1"}, "merged it into shop-1"),
        ("merge_received", {"key": "shop-2"}, "merged shop-2 into it"),
        ("merge_undone", {"key": "shop-1"}, "took back the merge with shop-1"),
        ("split", {"key": "shop-3", "patterns": [1]}, "split 1 pattern off, to shop-3"),
        ("split_from", {"key": "shop-1", "patterns": [1, 2]}, "split 2 patterns off from shop-1, to it"),
        ("split_undone", {"key": "shop-1"}, "took back the split between it and shop-1"),
        ("folded", {"into": "shop-1"}, "let it go into shop-1: the logs show that both are one fault"),
        ("took_in", {"key": "shop-2"}, "took in shop-2: the logs show that both are one fault"),
        ("unfolded", {"was": "shop-1"}, "let it stand for itself again: it was seen without shop-1"),
        ("unfolded", {"was": ""}, "let it stand for itself again: it was seen alone"),
        ("opened", {"by": "split"}, "opened it for what was split off from another issue"),
    ],
)
def test_each_move_of_grouping_is_a_sentence(engineer, shop, verb, data, said):
    shop.issue.events.create(verb=verb, data=data, **somebody().signature())

    assert f"a test {said}" in region(engineer.get(page_of(shop.issue)), "timeline")


def test_a_sentence_leads_to_the_other_issue(grace, burst, alone):
    page = merge(grace, alone, burst.key).content.decode()

    timeline = page[page.index('aria-labelledby="timeline"') : page.index('aria-labelledby="decisions"')]
    assert re.search(rf'href="{page_of(burst)}"[^>]*>merged it into {burst.key}</a>', timeline)


# --- Whatever is written, and however much -------------------------------------------------------

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def test_hostile_text_stays_text_on_every_page_of_grouping(grace, shop, burst, alone):
    issues.edit(alone, actor=somebody(), changes={"title": EVIL})
    Pattern.objects.filter(pk__in=burst.patterns.all()).update(
        template=EVIL, variables=[{"name": EVIL, "values": [EVIL], "why": EVIL}], module=EVIL
    )
    merge(grace, alone, burst.key)
    addresses = [page_of(burst), page_of(alone), *(page_of(burst, verb) for verb in ("merge", "split", "undo"))]
    addresses += [page_of(row) for row in Pattern.objects.all()]

    for address in addresses:
        page = grace.get(address).content.decode()
        assert "<script>alert" not in page, address
        assert "<img src=x" not in page, address


def test_an_issue_asks_no_more_often_for_more_patterns_decisions_and_merged_issues(
    grace, shop, burst, alone, django_assert_max_num_queries
):
    others = [f"Fault of {word}" for word in ("apples", "bread", "cheese", "dates", "eggs", "figs")]
    merge(grace, alone, burst.key)
    grace.get(page_of(burst))
    with django_assert_max_num_queries(40) as few:
        grace.get(page_of(burst))
    for other in others:
        made = issues.create(shop.project, actor=somebody(), title=other, severity=burst.lead_pattern.severity)
        regrouping.merge(made, actor=somebody(), into=burst)
    ingest(a_source(shop.project, "more"), [entry for number in range(10, 20) for entry in a_crash(number)])

    with django_assert_max_num_queries(len(few)):
        grace.get(page_of(burst))
