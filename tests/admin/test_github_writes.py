"""Writes to GitHub in the admin: what waits, what was refused and why, and what a person does about it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from incidents.actions import mirrors, projects
from incidents.models import Issue, Mirror, Outbox, OutboxState
from incidents.roles import Role
from tests.admin.conftest import a_dead_letter
from tests.admin.pages import list_of, messages, page_of, text
from tests.admin.test_hostile_text import EVIL, assert_harmless
from tests.factories import somebody

MAY_ACT = [Role.ENGINEER, Role.REVIEWER, Role.ADMIN]
WRITES = list_of("incidents_outbox")


@pytest.fixture
def mirror(shop) -> Mirror:
    """The twin of the issue that has the dead letter."""
    given = {"repository": "acme/shop", "number": 7, "url": "https://github.example/acme/shop/issues/7"}
    return Mirror.objects.create(issue=shop.write.issue, standing=Mirror.Standing.LINKED, last_seq=1, **given)


def a_write(issue: Issue, seq: int, state: str = OutboxState.WAITING, **given: object) -> Outbox:
    """Another row of the issue, of which nothing was sent yet."""
    fresh = {
        "key": f"update:{issue.pk}:{seq}",
        "kind": Outbox.Kind.UPDATE,
        "payload": {},
        "last_error": "",
        "request": None,
        "answer": None,
    }
    return a_dead_letter(issue, "shop", **{"seq": seq, "state": state, "attempts": 0, "settled_at": None, **fresh, **given})


def listed(client: Client, **query: object) -> list[Outbox]:
    return list(client.get(WRITES, query).context["cl"].result_list)


def now(row: Outbox) -> Outbox:
    return Outbox.objects.get(pk=row.pk)


# --- The list ------------------------------------------------------------------------------------


def test_the_list_shows_what_is_not_settled_dead_letters_first(viewer, shop):
    waiting = a_write(shop.issue, 1)
    a_write(shop.issue, 2, OutboxState.SENT)
    a_write(shop.issue, 3, OutboxState.DROPPED)

    assert listed(viewer) == [shop.write, waiting]


@pytest.mark.parametrize("state", [*OutboxState.values, "all"])
def test_the_list_can_show_one_state_or_all(viewer, shop, state):
    Outbox.objects.all().delete()
    now_there = {one: a_write(shop.issue, seq, one) for seq, one in enumerate(set(OutboxState.values) - {"in_flight"})}
    now_there["in_flight"] = a_write(shop.issue, 9, "in_flight", in_flight_since=timezone.now())

    found = listed(viewer, state=state)

    assert {row.pk for row in found} == {row.pk for one, row in now_there.items() if state in (one, "all")}


def test_the_links_above_the_list_keep_what_else_is_asked_for(viewer, shop):
    links = viewer.get(WRITES, {"q": "pay", "p": "2", "kind__exact": "comment"}).context["states"]

    assert links[1] == {"label": "Dead letter", "query": "q=pay&kind__exact=comment&state=dead", "current": False}
    assert [link["label"] for link in links if link["current"]] == ["Not settled"]


def test_a_row_tells_what_it_is_whose_and_what_went_wrong(viewer, shop):
    said = text(viewer.get(WRITES))

    assert f"Comment: evidence {shop.write.issue.key} · Audited fault of shop" in said
    assert "dead letter 1 - GitHub answered 403: Not for shop" in said


def test_a_long_error_is_cut_in_the_list(viewer, shop):
    Outbox.objects.filter(pk=shop.write.pk).update(last_error="x" * 5_000)

    page = viewer.get(WRITES).content.decode()

    assert "x" * 300 in page
    assert "x" * 301 not in page


def test_the_list_can_be_bounded_by_kind_and_project_and_searched(superuser, shop, rival):
    update = a_write(shop.issue, 1)

    assert listed(superuser, kind__exact="update") == [update]
    assert listed(superuser, issue__project__id__exact=rival.project.pk) == [rival.write]
    assert listed(superuser, q="evidence:shop") == [shop.write]
    assert listed(superuser, q="Not for rival") == [rival.write]


def test_where_nothing_waits_the_list_says_so_and_leads_to_the_rest(viewer, shop):
    Outbox.objects.update(state=OutboxState.SENT)

    page = viewer.get(WRITES)

    assert "Nothing waits to be written" in text(page)
    assert 'href="?state=all"' in page.content.decode()


# --- A row's page --------------------------------------------------------------------------------


def test_the_page_shows_request_and_answer(viewer, shop, mirror):
    body = {"title": "Slow", "labels": ["fixproof", "fixproof: error"], "body": "## Root cause\n\n`x`"}
    Outbox.objects.filter(pk=shop.write.pk).update(request={"verb": "POST", "path": "/repos/acme/shop/issues", "body": body})

    page = viewer.get(page_of(shop.write))

    said = text(page)
    assert "Request POST /repos/acme/shop/issues Title Slow Labels fixproof, fixproof: error Body ## Root cause `x`" in said
    assert 'Status 403 Body { "message": "Not for shop" }' in said
    assert "Idempotency key evidence:shop" in said
    assert "Attempts 1 of 20" in said
    assert page_of(shop.write.issue) in page.content.decode()
    assert mirror.url in page.content.decode()


def test_the_page_of_a_dead_letter_tells_what_to_do_and_what_waits(viewer, shop, mirror):
    a_write(shop.write.issue, 2)

    said = text(viewer.get(page_of(shop.write)))

    assert "Put right what GitHub complains of, then replay it; or discard it. 1 later write of the issue waits behind it." in said


def test_a_comment_that_was_not_sent_yet_shows_what_it_will_say(viewer, shop):
    row = a_write(shop.issue, 1, kind=Outbox.Kind.COMMENT, payload={"purpose": "verdict", "text": "It is **refuted**."})

    assert "Nothing yet. This is what it has to say: It is **refuted**." in text(viewer.get(page_of(row)))


def test_a_write_of_unknown_outcome_tells_what_follows(viewer, shop):
    row = a_write(shop.issue, 1, OutboxState.UNKNOWN)

    assert "Nobody knows whether it arrived." in text(viewer.get(page_of(row)))


def test_an_answer_from_before_the_write_went_through_is_not_taken_for_its_own(viewer, shop):
    Outbox.objects.filter(pk=shop.write.pk).update(state=OutboxState.SENT)

    assert "What GitHub answered before it was written Status 403" in text(viewer.get(page_of(shop.write)))


def test_a_long_body_is_cut(viewer, shop):
    request = {"verb": "POST", "path": "/x", "body": {"body": "y" * 65_000}}
    Outbox.objects.filter(pk=shop.write.pk).update(request=request)

    page = viewer.get(page_of(shop.write)).content.decode()

    assert "y" * 20_000 in page
    assert "y" * 20_001 not in page
    assert "The rest is not shown." in page


@pytest.mark.parametrize("odd", [[], "text", 7, {"verb": None, "path": ["x"], "body": [1]}, {"status": {}, "body": {"a": 1}}])
def test_a_request_of_another_shape_is_no_error(viewer, shop, odd):
    Outbox.objects.filter(pk=shop.write.pk).update(request=odd, answer=odd, payload=odd)

    assert viewer.get(page_of(shop.write)).status_code == 200
    assert viewer.get(WRITES).status_code == 200


def test_nothing_of_a_write_runs(viewer, shop, mirror):
    given = {"last_error": EVIL, "request": {"verb": EVIL, "path": EVIL, "body": {EVIL: EVIL, "labels": [EVIL], "body": EVIL}}}
    Outbox.objects.filter(pk=shop.write.pk).update(answer={"status": EVIL, "body": EVIL}, payload={"purpose": EVIL, "text": EVIL}, **given)
    Mirror.objects.update(repository=EVIL, url=f"javascript:{EVIL}")

    for address in (WRITES, page_of(shop.write)):
        assert_harmless(viewer, address)
    assert "javascript:" not in viewer.get(page_of(shop.write)).content.decode().replace("javascript: void", "")


def test_invisible_characters_of_an_error_are_written_out(viewer, shop):
    Outbox.objects.filter(pk=shop.write.pk).update(last_error="odd \x1b[31m \u202etxt")

    assert r"odd \x1b[31m \u202etxt" in text(viewer.get(page_of(shop.write)))


# --- Replaying -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", MAY_ACT)
def test_a_dead_letter_is_replayed_under_its_key(logged_in, shop, role):
    answer = logged_in(role).post(page_of(shop.write, "replay"), follow=True)

    row = now(shop.write)
    assert messages(answer) == ["It is tried again."]
    assert (row.state, row.attempts, row.key) == ("unknown", 0, "evidence:shop")
    assert (row.issue.events.first().actor_name, row.issue.events.first().verb) == (role.value.title(), "github_replayed")


@pytest.mark.parametrize("verb", ["replay", "discard"])
def test_a_link_does_neither_replay_nor_discard(engineer, shop, verb):
    answer = engineer.get(page_of(shop.write, verb), {"reason": "why not"})

    assert answer.status_code == 200
    assert "Of shop-2 Audited fault of shop." in text(answer)
    assert now(shop.write).state == "dead"


@pytest.mark.parametrize("verb", ["replay", "discard"])
def test_a_viewer_does_neither_replay_nor_discard(viewer, shop, verb):
    answer = viewer.post(page_of(shop.write, verb), {"reason": "why not"})

    assert answer.status_code == 403
    assert now(shop.write).state == "dead"
    assert page_of(shop.write, verb) not in viewer.get(page_of(shop.write)).content.decode()


@pytest.mark.parametrize("verb", ["replay", "discard"])
def test_another_projects_dead_letter_is_out_of_reach(engineer, shop, rival, verb):
    answer = engineer.post(page_of(rival.write, verb), {"reason": "why not"})

    assert answer.status_code == 403
    assert now(rival.write).state == "dead"


@pytest.mark.parametrize("verb", ["replay", "discard"])
def test_a_foreign_page_does_neither_replay_nor_discard(shop, verb):
    client = Client(enforce_csrf_checks=True)
    client.force_login(shop.admin)

    answer = client.post(page_of(shop.write, verb), {"reason": "why not"})

    assert answer.status_code == 403
    assert now(shop.write).state == "dead"


def test_only_a_dead_letter_is_replayed_or_discarded(engineer, shop):
    row = a_write(shop.issue, 1)

    answers = [engineer.post(page_of(row, verb), {"reason": "why not"}, follow=True) for verb in ("replay", "discard")]

    assert [messages(answer) for answer in answers] == [
        ["Only a dead letter can be replayed; this one is waiting."],
        ["Only a dead letter can be discarded; this one is waiting."],
    ]
    assert page_of(row, "replay") not in engineer.get(page_of(row)).content.decode()


# --- Discarding ----------------------------------------------------------------------------------


def test_a_dead_letter_is_discarded_with_a_reason(engineer, shop):
    answer = engineer.post(page_of(shop.write, "discard"), {"reason": "Said by hand"}, follow=True)

    assert messages(answer) == ["It is discarded."]
    assert now(shop.write).state == "dropped"
    assert "Why not Discarded by Engineer: Said by hand" in text(answer)
    assert "discarded a dead letter (comment) Said by hand" in text(engineer.get(page_of(shop.write.issue)))


def test_discarding_needs_a_reason(engineer, shop):
    answer = engineer.post(page_of(shop.write, "discard"), {"reason": " "})

    assert "reason" in answer.context["form"].errors
    assert now(shop.write).state == "dead"


def test_after_a_discarded_creation_the_issue_can_be_created_anew(engineer, shop):
    shop.project.github_repository = "acme/shop"
    shop.project.save()
    issue = Issue.objects.get(pk=shop.issue.pk)
    mirrors.ask(issue, actor=somebody())
    Outbox.objects.filter(issue=issue).update(state=OutboxState.DEAD)

    engineer.post(page_of(issue.outbox.get(), "discard"), {"reason": "Wrong repository"})

    assert page_of(issue, "create_on_github") in engineer.get(page_of(issue)).content.decode()


# --- Many at once --------------------------------------------------------------------------------


def replay_all(client: Client, *rows: Outbox):
    return client.post(WRITES, {"action": "replay_selected", "_selected_action": [row.pk for row in rows]}, follow=True)


def test_selected_dead_letters_are_replayed(engineer, shop):
    other = a_dead_letter(shop.issue, "other")

    answer = replay_all(engineer, shop.write, other)

    assert messages(answer) == ["2 dead letters are tried again."]
    assert {now(row).state for row in (shop.write, other)} == {"unknown"}


def test_what_is_no_dead_letter_is_left_alone(engineer, shop):
    waiting = a_write(shop.issue, 1)

    answer = replay_all(engineer, shop.write, waiting)

    assert messages(answer) == ["1 dead letter is tried again.", "1 of the selected was left alone: no dead letter, or not yours."]
    assert now(waiting).state == "waiting"


def test_a_viewer_is_not_offered_to_replay_many_and_cannot(viewer, shop):
    replay_all(viewer, shop.write)

    assert "replay_selected" not in viewer.get(WRITES).content.decode()
    assert now(shop.write).state == "dead"


def test_of_many_only_those_are_replayed_that_the_role_allows(engineer, shop, rival):
    projects.set_member(rival.project, user=User.objects.get(username="the-engineer"), role=Role.VIEWER)

    replay_all(engineer, shop.write, rival.write)

    assert (now(shop.write).state, now(rival.write).state) == ("unknown", "dead")


def test_another_projects_rows_are_not_replayed_by_their_keys(engineer, shop, rival):
    replay_all(engineer, rival.write)

    assert now(rival.write).state == "dead"
