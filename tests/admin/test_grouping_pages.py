"""What the pages tell of bursts and patterns, and how people merge, split and take either back."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from incidents.actions import folding, issues, projects, regrouping
from incidents.admin import bursts, wording
from incidents.models import GroupingDecision, Issue, Pattern
from incidents.roles import Role
from tests.admin.conftest import browser_of
from tests.admin.pages import list_of, messages, page_of, text
from tests.factories import a_project, a_source, a_user, an_entry, ingest, somebody

TIMES = 8
CAUSE = "ModuleNotFoundError: No module named 'payments'"
EXITED = "Worker failed to boot"
CALLED = "Container called exit"
ALONE = "Disk is full"
LIST = list_of("incidents_issue")


def a_crash(number: int, *, without: tuple[str, ...] = (), host: str = "host") -> list[dict[str, Any]]:
    """One container that does not start: the cause, and what follows it within half a second."""
    resource = {"type": "gce_instance", "labels": {"instance_id": f"{host}-{number}"}}
    told = [("00.100", "ERROR", CAUSE), ("00.500", "ERROR", EXITED), ("00.580", "WARNING", CALLED)]
    return [
        an_entry(message, severity=severity, timestamp=f"2025-09-09T02:{number:02}:{second}Z", resource=resource)
        for second, severity, message in told
        if message not in without
    ]


@pytest.fixture
def burst(shop) -> Issue:
    """An issue of three patterns, of which one is the cause."""
    ingest(shop.source, [entry for number in range(TIMES) for entry in a_crash(number)])
    return Issue.objects.get(title=CAUSE)


@pytest.fixture
def alone(shop) -> Issue:
    ingest(shop.source, [an_entry(ALONE)])
    return Issue.objects.get(title=ALONE)


@pytest.fixture
def grace(shop):
    return browser_of(a_user("grace", role=Role.ENGINEER, project=shop.project, first_name="Grace", last_name="Murray"))


def pattern(message: str) -> Pattern:
    return Pattern.objects.standing().get(template=message)


def region(answer: Any, name: str) -> str:
    """What the part of a page that has this id as its heading says."""
    found = re.search(rf'<section[^>]*aria-labelledby="{name}".*?</section>', answer.content.decode(), re.DOTALL)
    assert found, name
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", found.group())))


def merge(client: Client, issue: Issue, into: str) -> Any:
    return client.post(page_of(issue, "merge"), {"into": into}, follow=True)


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


# --- Patterns ------------------------------------------------------------------------------------


def test_a_pattern_says_what_varies_in_it_with_values_and_why(engineer, shop):
    ingest(shop.source, [an_entry(f"Worker {number} timed out") for number in (11, 12, 13)])
    found = Pattern.objects.get(template__startswith="Worker")
    reason = found.variables[0]["why"].split(": ", 1)[-1]

    said = region(engineer.get(page_of(found)), "variables")

    assert {"11", "12", "13"} <= set(said.split())
    assert reason in said


def test_a_pattern_says_where_it_belongs_and_what_brings_it(engineer, burst):
    page = engineer.get(page_of(pattern(EXITED)))

    assert f"{burst} {TIMES} what comes with the cause" in region(page, "belongs")
    assert re.search(rf"\+0\.40 s ERROR {re.escape(CAUSE)} with it {TIMES} of the {TIMES} times", region(page, "leads"))


def test_a_lead_says_what_comes_with_it(engineer, burst):
    page = engineer.get(page_of(pattern(CAUSE)))

    assert f"{burst} {TIMES} the cause" in region(page, "belongs")
    assert EXITED in region(page, "companions")
    assert CALLED in region(page, "companions")


def test_the_list_of_patterns_says_where_each_one_counts(engineer, shop, burst):
    ingest(shop.source, a_crash(30, without=(CAUSE, CALLED), host="lonely"))
    ingest(shop.source, [an_entry("All is well", severity="INFO")])

    shown = engineer.get(list_of("incidents_pattern"))

    listed = {row.template: shown.context["cl"].model_admin.issue_keys(row) for row in shown.context["cl"].result_list}
    assert listed[CALLED] == burst.key
    assert listed[EXITED] == f"{burst.key}, {pattern(EXITED).issue.key}"
    assert listed["All is well"] == ""


def test_a_pattern_that_reports_nothing_says_so(engineer, shop):
    ingest(shop.source, [an_entry("All is well", severity="INFO")])

    assert "To no issue" in region(engineer.get(page_of(pattern("All is well"))), "belongs")


def test_a_pattern_that_joined_another_one_says_so_and_is_not_listed(engineer, shop, alone):
    gone, into = pattern(ALONE), shop.pattern
    Pattern.objects.filter(pk=gone.pk).update(merged_into=min(into.pk, gone.pk - 1), entries=0)

    said = text(engineer.get(page_of(gone)))

    assert f"This pattern joined {into}" in said
    assert gone not in engineer.get(list_of("incidents_pattern")).context["cl"].result_list
    assert into in engineer.get(list_of("incidents_pattern")).context["cl"].result_list


def test_a_pattern_that_was_set_apart_says_so(grace, burst):
    grace.post(page_of(burst, "split"), {"patterns": [pattern(CALLED).pk]})

    assert "Set apart by a person" in text(grace.get(page_of(pattern(CALLED))))


def test_patterns_of_two_grouping_versions_lead_to_each_other(engineer, shop, alone):
    older, newer = shop.pattern, pattern(ALONE)
    Pattern.objects.filter(pk=older.pk).update(version=1)
    Pattern.objects.filter(pk=newer.pk).update(continues=older)

    assert "It continues the pattern of grouping version 1" in text(engineer.get(page_of(newer)))
    assert f"Grouping version {newer.version} continues it" in text(engineer.get(page_of(older)))


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


# --- In words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ns", "said"),
    [
        (0, "at once"),
        (-400_000, "at once"),
        (470_000_000, "+0.47 s"),
        (-3_000_000, "0.003 s before"),
        (59_994_000_000, "+59.99 s"),
        (59_999_000_000, "+1 min 0 s"),
        (125_000_000_000, "+2 min 5 s"),
        (-11_520_000_000_000, "3 h 12 min before"),
    ],
)
def test_an_offset_is_told_as_exactly_as_a_person_needs_it(ns, said):
    assert wording.offset(ns) == said


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        (0.0, "less than 1 in 1,000 trillion"),
        (3.3e-11, "1 in 30 billion"),
        (2.0**-13, "1 in 8,200"),
        (0.01, "1 in 100"),
        (1e-6, "1 in 1 million"),
        (1.0, "1 in 1"),
    ],
)
def test_odds_are_told_with_two_digits(chance, said):
    assert wording.odds(chance) == said


def test_an_offset_is_the_one_in_the_middle_and_counted_only_beside_the_lead():
    told = [
        [{"pattern": 1, "start_ns": 100}, {"pattern": 2, "start_ns": 110}],
        [{"pattern": 2, "start_ns": 190}, {"pattern": 1, "start_ns": 200}],
        [{"pattern": 1, "start_ns": 300}, {"pattern": 2, "start_ns": 350}],
        [{"pattern": 2, "start_ns": 400}, {"pattern": 3, "start_ns": 400}],
    ]

    known = bursts.coming(told, 1)

    assert (known.occurrences, dict(known.came)) == (4, {1: 3, 2: 4, 3: 1})
    assert (known.offset(1), known.offset(2), known.offset(3)) == (0, 10, None)
