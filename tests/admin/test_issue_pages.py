"""What people do with an issue in the admin: by verbs, with their names in the history, and only where their role allows it."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from incidents.actions import issues, projects
from incidents.errors import DomainError
from incidents.models import Issue
from incidents.roles import Role
from tests.admin.pages import adding, form_values, list_of, messages, page_of, text
from tests.factories import a_user, an_entry, ingest, somebody

MAY_ACT = [Role.ENGINEER, Role.REVIEWER, Role.ADMIN]


def newest_event(issue: Issue) -> tuple[str, str]:
    event = issue.events.first()
    return event.actor_name, event.verb


# --- Editing -------------------------------------------------------------------------------------


def test_the_page_tells_what_the_logs_know(engineer, shop):
    said = text(engineer.get(page_of(shop.issue)))

    assert "Payment failed in shop" in said
    assert "1 occurrence, 1 entry" in said
    assert f"Why it has priority {shop.issue.priority}" in said
    assert shop.issue.reasons[0]["text"] in said
    assert "Seen by support of shop" in said
    assert "2025-09-09T01:33:32.726470000Z" in said


def test_the_parts_of_the_page_stand_in_order(engineer, shop):
    page = engineer.get(page_of(shop.issue)).content.decode()

    parts = ['id="facts"', 'id="why"', 'id="id_title"', 'id="samples"', 'id="occurrences"', 'id="timeline"', 'id="patterns"']

    places = [page.index(part) for part in parts]
    assert places == sorted(places)


def test_editing_the_title_keeps_the_rest_and_stands_in_the_history(engineer, shop):
    issues.edit(shop.issue, actor=somebody(), changes={"impact": "Nobody can pay", "symptoms": "A red box"})
    form = form_values(engineer.get(page_of(shop.issue)))

    answer = engineer.post(page_of(shop.issue), form | {"title": "Nobody can pay by card"})

    shop.issue.refresh_from_db()
    assert answer.url == page_of(shop.issue)
    assert (shop.issue.title, shop.issue.impact, shop.issue.symptoms) == ("Nobody can pay by card", "Nobody can pay", "A red box")
    assert newest_event(shop.issue) == ("Engineer", "edited")
    assert list(shop.issue.events.first().data) == ["title"]


def test_saving_without_a_change_writes_no_history(engineer, shop):
    before = shop.issue.events.count()

    engineer.post(page_of(shop.issue), form_values(engineer.get(page_of(shop.issue))))

    assert shop.issue.events.count() == before


def test_a_severity_set_by_a_person_ranks_the_issue_anew(engineer, shop):
    form = form_values(engineer.get(page_of(shop.issue)))

    engineer.post(page_of(shop.issue), form | {"severity_override": "800"})

    before = shop.issue.priority
    shop.issue.refresh_from_db()
    assert shop.issue.priority > before
    assert "severity: nothing → EMERGENCY" in text(engineer.get(page_of(shop.issue)))


def test_only_a_member_can_be_the_assignee(engineer, shop):
    outsider = a_user("outsider")
    form = form_values(engineer.get(page_of(shop.issue)))

    answer = engineer.post(page_of(shop.issue), form | {"assignee": outsider.pk})

    assert answer.status_code == 200
    assert "assignee" in answer.context["adminform"].form.errors
    assert "outsider" not in text(answer)


def test_a_viewer_reads_but_has_no_field_and_no_button(viewer, shop):
    page = viewer.get(page_of(shop.issue))

    assert "Payment failed in shop" in text(page)
    assert "<textarea" not in page.content.decode()
    assert not [verb for verb in ("comment", "resolve", "ignore", "reopen") if page_of(shop.issue, verb) in page.content.decode()]


def test_a_viewer_cannot_edit_by_hand_written_requests(viewer, shop):
    answer = viewer.post(page_of(shop.issue), {"title": "Mine now"})

    shop.issue.refresh_from_db()
    assert answer.status_code == 403
    assert shop.issue.title == "Payment failed in shop"


def test_what_a_verb_refuses_is_a_message_and_nothing_is_saved(engineer, shop, monkeypatch):
    def refuse(*_, **__):
        raise DomainError("too_late", "Somebody was faster.")

    form = form_values(engineer.get(page_of(shop.issue)))
    monkeypatch.setattr(issues, "edit", refuse)

    answer = engineer.post(page_of(shop.issue), form | {"title": "Another"}, follow=True)

    assert messages(answer) == ["Somebody was faster."]


def test_every_field_has_a_label(engineer, shop):
    page = engineer.get(page_of(shop.issue)).content.decode()

    labelled = set(re.findall(r'<label[^>]*for="([^"]+)"', page))
    fields = set(re.findall(r'<(?:textarea|select|input(?! type="hidden"))[^>]* id="(id_[^"]+)"', page))
    assert fields
    assert fields <= labelled


# --- Verbs ---------------------------------------------------------------------------------------

CALLS = {
    "comment": ({"text": "Looking at it"}, "commented", "open"),
    "resolve": ({"resolution": "not_reproduced", "reason": "Gone since Monday"}, "resolved", "resolved"),
    "ignore": ({"until": "", "count": "5"}, "ignored", "ignored"),
}


@pytest.mark.parametrize("verb", CALLS)
@pytest.mark.parametrize("role", MAY_ACT)
def test_a_verb_is_done_and_remembered_with_the_persons_name(logged_in, shop, role, verb):
    given, remembered, state = CALLS[verb]
    client = logged_in(role)

    answer = client.post(page_of(shop.issue, verb), given, follow=True)

    shop.issue.refresh_from_db()
    assert shop.issue.state == state
    assert newest_event(shop.issue) == (role.value.title(), remembered)
    assert answer.redirect_chain == [(page_of(shop.issue), 302)]
    assert len(messages(answer)) == 1


@pytest.mark.parametrize("verb", CALLS)
def test_a_viewer_cannot_call_a_verb(viewer, shop, verb):
    before = shop.issue.events.count()

    answers = [viewer.get(page_of(shop.issue, verb)), viewer.post(page_of(shop.issue, verb), CALLS[verb][0])]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert shop.issue.events.count() == before


@pytest.mark.parametrize("verb", CALLS)
def test_opening_a_verbs_page_changes_nothing(engineer, shop, verb):
    before = shop.issue.events.count()

    answer = engineer.get(page_of(shop.issue, verb), CALLS[verb][0])

    shop.issue.refresh_from_db()
    assert answer.status_code == 200
    assert shop.issue.state == "open"
    assert shop.issue.events.count() == before


@pytest.mark.parametrize("verb", CALLS)
def test_a_foreign_page_cannot_call_a_verb(shop, verb):
    client = Client(enforce_csrf_checks=True)
    client.force_login(shop.admin)

    answer = client.post(page_of(shop.issue, verb), CALLS[verb][0])

    shop.issue.refresh_from_db()
    assert answer.status_code == 403
    assert shop.issue.state == "open"


def test_a_resolved_issue_can_be_reopened_with_a_reason(engineer, shop):
    issues.resolve(shop.issue, actor=somebody(), resolution="unproven", reason="looks fine")

    engineer.post(page_of(shop.issue, "reopen"), {"reason": "It is back"})

    shop.issue.refresh_from_db()
    assert shop.issue.state == "open"
    assert "Engineer reopened it; it was unproven It is back" in text(engineer.get(page_of(shop.issue)))


def test_ignoring_until_a_time_takes_it_as_utc(engineer, shop):
    engineer.post(page_of(shop.issue, "ignore"), {"until": "2999-01-02T03:04", "count": ""})

    shop.issue.refresh_from_db()
    assert shop.issue.ignored_until == datetime(2999, 1, 2, 3, 4, tzinfo=UTC)
    assert "until 2999-01-02 03:04 UTC" in text(engineer.get(page_of(shop.issue)))


def test_verified_cannot_be_stated(engineer, shop):
    answer = engineer.post(page_of(shop.issue, "resolve"), {"resolution": "verified", "reason": "trust me"})

    shop.issue.refresh_from_db()
    assert "resolution" in answer.context["form"].errors
    assert shop.issue.state == "open"


@pytest.mark.parametrize(
    ("verb", "given"), [("comment", {"text": " "}), ("resolve", {"resolution": "unproven"}), ("ignore", {"count": "0"})]
)
def test_what_is_missing_is_said_at_the_field(engineer, shop, verb, given):
    answer = engineer.post(page_of(shop.issue, verb), given)

    assert answer.status_code == 200
    assert answer.context["form"].errors


def test_a_move_that_the_state_does_not_allow_is_a_message(engineer, shop):
    issues.resolve(shop.issue, actor=somebody(), resolution="unproven", reason="looks fine")

    answer = engineer.post(page_of(shop.issue, "resolve"), {"resolution": "unproven", "reason": "me too"}, follow=True)

    assert answer.status_code == 200
    assert messages(answer) == ["The issue is already resolved as unproven. Reopen it first."]


def test_ignoring_until_yesterday_is_a_message(engineer, shop):
    answer = engineer.post(page_of(shop.issue, "ignore"), {"until": "2001-01-01T00:00"}, follow=True)

    assert messages(answer) == ["“until” must lie in the future."]


@pytest.mark.parametrize(
    ("state", "buttons"),
    [("open", ["comment", "resolve", "ignore"]), ("resolved", ["comment", "reopen"]), ("ignored", ["comment", "resolve", "reopen"])],
)
def test_only_the_buttons_that_make_sense_are_shown(engineer, shop, state, buttons):
    if state == "resolved":
        issues.resolve(shop.issue, actor=somebody(), resolution="unproven", reason="looks fine")
    if state == "ignored":
        issues.ignore(shop.issue, actor=somebody())

    page = engineer.get(page_of(shop.issue)).content.decode()

    assert [verb for verb in ("comment", "resolve", "ignore", "reopen") if page_of(shop.issue, verb) in page] == buttons


# --- By hand -------------------------------------------------------------------------------------


def by_hand(shop, **given: object) -> dict[str, object]:
    return {"project": shop.project.pk, "title": "Slow at night", "severity": "400", "impact": "", "fix_needed": "", **given}


def test_an_issue_is_opened_by_hand_with_the_next_number_and_a_priority(engineer, shop):
    answer = engineer.post(adding("incidents_issue"), by_hand(shop, impact="Everybody waits"), follow=True)

    made = Issue.objects.order_by("-pk").first()
    assert (made.title, made.severity, made.impact) == ("Slow at night", 400, "Everybody waits")
    assert made.number == Issue.objects.filter(project=shop.project).count()
    assert made.priority > 0
    assert newest_event(made) == ("Engineer", "opened")
    assert answer.redirect_chain == [(page_of(made), 302)]
    assert "by hand" in text(answer)


def test_an_issue_cannot_be_opened_in_another_project(engineer, shop, rival):
    answer = engineer.post(adding("incidents_issue"), by_hand(rival))

    assert "project" in answer.context["adminform"].form.errors
    assert not Issue.objects.filter(title="Slow at night").exists()


def test_where_one_only_reads_no_issue_can_be_opened(engineer, shop, rival):
    projects.set_member(rival.project, user=rival.admin, role=Role.ADMIN)
    projects.set_member(rival.project, user=type(rival.admin).objects.get(username="the-engineer"), role=Role.VIEWER)

    answer = engineer.post(adding("incidents_issue"), by_hand(rival))

    assert "project" in answer.context["adminform"].form.errors


def test_a_viewer_cannot_open_an_issue(viewer, shop):
    assert viewer.get(adding("incidents_issue")).status_code == 403
    assert viewer.post(adding("incidents_issue"), by_hand(shop)).status_code == 403


def test_an_issue_needs_a_title(engineer, shop):
    answer = engineer.post(adding("incidents_issue"), by_hand(shop, title="  "))

    assert "title" in answer.context["adminform"].form.errors


# --- The list ------------------------------------------------------------------------------------


def test_the_list_shows_open_issues_worst_first(engineer, shop):
    ingest(shop.source, [an_entry("Disk full", severity="CRITICAL"), an_entry("Slow", severity="WARNING")])
    issues.resolve(shop.issue, actor=somebody(), resolution="unproven", reason="looks fine")

    listed = list(engineer.get(list_of("incidents_issue")).context["cl"].result_list)

    assert [issue.title for issue in listed][:1] == ["Disk full"]
    assert shop.issue not in listed
    assert [issue.priority for issue in listed] == sorted((issue.priority for issue in listed), reverse=True)


@pytest.mark.parametrize(("state", "shown"), [("resolved", True), ("all", True), ("ignored", False), ("open", False)])
def test_the_list_can_show_another_state(engineer, shop, state, shown):
    issues.resolve(shop.issue, actor=somebody(), resolution="unproven", reason="looks fine")

    listed = list(engineer.get(list_of("incidents_issue"), {"state": state}).context["cl"].result_list)

    assert (shop.issue in listed) is shown


def test_the_links_to_other_states_keep_what_else_is_asked_for(engineer, shop):
    page = engineer.get(list_of("incidents_issue"), {"severity": "ERROR", "q": "pay", "p": "2"})

    assert page.context["states"][1] == {"label": "Resolved", "query": "severity=ERROR&q=pay&state=resolved", "current": False}
    assert [link["label"] for link in page.context["states"] if link["current"]] == ["Open"]


def test_the_list_can_be_bounded_by_severity(engineer, shop):
    ingest(shop.source, [an_entry("Disk full", severity="CRITICAL")])

    listed = engineer.get(list_of("incidents_issue"), {"severity": "CRITICAL"}).context["cl"].result_list

    assert [issue.title for issue in listed] == ["Disk full"]
