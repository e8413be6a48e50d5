"""An issue's twin on GitHub, and how the way there fares, on the pages of issue and project and on the first page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from incidents.actions import mirrors
from incidents.models import Issue, Mirror, Outbox, OutboxState, Repository, WriteAllowance
from incidents.roles import Role
from tests.admin.conftest import a_dead_letter, a_delivery
from tests.admin.pages import list_of, messages, page_of, text
from tests.admin.test_hostile_text import EVIL, assert_harmless
from tests.factories import somebody

MAY_ACT = [Role.ENGINEER, Role.REVIEWER, Role.ADMIN]
VERBS = ["create_on_github", "link_to_github", "write_again"]
THEN = datetime(2025, 9, 9, 1, 50, 7, tzinfo=UTC)
LATER = datetime(2999, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def issue(shop) -> Issue:
    """An issue of a project that has a repository."""
    shop.project.github_repository = "acme/shop"
    shop.project.save()
    return Issue.objects.get(pk=shop.issue.pk)


def link(issue: Issue, **given: Any) -> Mirror:
    """The issue's twin, linked and with nothing to be told."""
    known = {"repository": "acme/shop", "number": 12, "node_id": "I_12", "url": "https://github.example/acme/shop/issues/12"}
    return Mirror.objects.create(issue=issue, standing=Mirror.Standing.LINKED, **known | given)


def ask(issue: Issue, **changed: Any) -> Outbox:
    """The issue's twin, asked for and queued; gives the row, changed like this."""
    mirrors.ask(issue, actor=somebody())
    Outbox.objects.filter(issue=issue).update(**changed)
    return Outbox.objects.get(issue=issue)


def offered(page: Any, issue: Issue) -> list[str]:
    return [verb for verb in VERBS if page_of(issue, verb) in page.content.decode()]


# --- The issue's page ----------------------------------------------------------------------------


def test_an_issue_of_a_project_without_a_repository_says_so_and_leads_to_the_project(engineer, shop):
    page = engineer.get(page_of(shop.issue))

    assert "The project Project shop names no GitHub repository." in text(page)
    assert page_of(shop.project) in page.content.decode()
    assert offered(page, shop.issue) == []


def test_an_issue_without_a_twin_says_so_and_offers_one(engineer, issue):
    page = engineer.get(page_of(issue))

    assert "not asked for in acme/shop" in text(page)
    assert offered(page, issue) == ["create_on_github", "link_to_github"]


def test_a_viewer_is_offered_nothing(viewer, issue):
    assert offered(viewer.get(page_of(issue)), issue) == []


@pytest.mark.parametrize("verb", VERBS)
def test_a_viewer_cannot_call_a_verb_of_github(viewer, issue, verb):
    link(issue)

    answers = [viewer.get(page_of(issue, verb)), viewer.post(page_of(issue, verb), {"number": "7"})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not Outbox.objects.filter(issue=issue).exists()


@pytest.mark.parametrize("verb", VERBS)
def test_opening_a_verbs_page_asks_for_nothing(engineer, issue, verb):
    answer = engineer.get(page_of(issue, verb), {"number": "7"})

    assert answer.status_code == 200
    assert not Mirror.objects.exists()


@pytest.mark.parametrize("role", MAY_ACT)
def test_a_twin_is_asked_for_in_the_persons_name(logged_in, issue, role):
    answer = logged_in(role).post(page_of(issue, "create_on_github"), follow=True)

    assert messages(answer) == ["It is asked for, and made in moments."]
    assert (issue.mirror.standing, issue.outbox.get().kind) == ("asked", "create")
    assert f"{role.value.title()} asked for a twin in acme/shop" in text(answer)


@pytest.mark.parametrize("number", ["12", "#12", " acme/shop#12 ", "https://github.com/acme/shop/issues/12"])
def test_an_issue_on_github_is_linked_by_whatever_names_it(engineer, issue, number):
    answer = engineer.post(page_of(issue, "link_to_github"), {"number": number}, follow=True)

    assert messages(answer) == ["It is asked for, and linked in moments."]
    assert (issue.outbox.get().kind, issue.outbox.get().payload) == ("link", {"number": 12})
    assert "Engineer asked to link it to acme/shop#12" in text(answer)


@pytest.mark.parametrize(
    ("number", "refusal"),
    [
        ("twelve", "Name an issue by its number, as OWNER/NAME#105, or by its address."),
        ("acme/other#12", "The project's repository is acme/shop, not acme/other."),
    ],
)
def test_what_names_no_issue_of_the_repository_is_refused_with_words(engineer, issue, number, refusal):
    answer = engineer.post(page_of(issue, "link_to_github"), {"number": number}, follow=True)

    assert messages(answer) == [refusal]
    assert not Mirror.objects.exists()


def test_a_number_is_needed_to_link(engineer, issue):
    answer = engineer.post(page_of(issue, "link_to_github"), {"number": " "})

    assert "number" in answer.context["form"].errors


def test_a_twin_that_was_asked_for_tells_what_it_waits_for(viewer, issue):
    row = ask(issue, attempts=3, last_error="GitHub answered 502", not_before=LATER)

    page = viewer.get(page_of(issue))

    said = text(page)
    assert "acme/shop asked for" in said
    assert "Next write: create the issue waiting tried 3 times, again at 2999-01-02 03:04:05 UTC GitHub answered 502" in said
    assert page_of(row) in page.content.decode()


def test_a_dead_letter_is_told_with_what_it_holds_up(viewer, issue):
    link(issue)
    row = a_dead_letter(issue, "shop", key="first")
    for seq in (2, 3):
        a_dead_letter(issue, "shop", seq=seq, key=f"later {seq}", state=OutboxState.WAITING)

    page = viewer.get(page_of(issue))

    assert "dead letter It waits for a person, and holds up 2 more writes. GitHub answered 403: Not for shop" in text(page)
    assert page_of(row) in page.content.decode()


def test_writes_that_wait_for_githubs_limit_say_until_when(viewer, issue):
    ask(issue)
    WriteAllowance.objects.create(pk=1, blocked_until=LATER)

    assert "GitHub’s limit is reached; writing goes on at 03:04:05 UTC" in text(viewer.get(page_of(issue)))


def test_a_twin_tells_its_state_the_labels_of_others_and_what_is_wrong(viewer, issue):
    link(issue, state="closed", state_reason="not_planned", labels=["bug", "good first issue"], remark="GitHub dropped our labels.")

    page = viewer.get(page_of(issue))

    assert "acme/shop#12 closed: not planned Labels of others: bug, good first issue GitHub dropped our labels." in text(page)
    assert 'href="https://github.example/acme/shop/issues/12"' in page.content.decode()


def test_a_closing_without_proof_is_told_clearly(viewer, issue):
    link(issue, state="closed", state_reason="completed", closed_unproven=True)

    said = text(viewer.get(page_of(issue)))

    assert "closed: completed closed there without proof Here it stays open until a fix is proven" in said


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        ("moved", "acme/shop#12 was moved to a repository that is none of the project’s."),
        ("deleted", "acme/shop#12 was deleted on GitHub. It is not made again."),
    ],
)
def test_a_twin_that_is_lost_is_told_plainly_and_another_can_be_linked(engineer, issue, standing, said):
    Mirror.objects.filter(pk=link(issue).pk).update(standing=standing)

    page = engineer.get(page_of(issue))

    assert said in text(page)
    assert offered(page, issue) == ["link_to_github"]


def test_a_linked_issue_can_only_be_written_again(engineer, issue):
    link(issue)

    assert offered(engineer.get(page_of(issue)), issue) == ["write_again"]


def test_a_merged_issue_gets_no_twin(engineer, shop, issue):
    Issue.objects.filter(pk=issue.pk).update(state="merged", merged_into=shop.iteration.issue)

    assert offered(engineer.get(page_of(issue)), issue) == []


def test_writing_again_queues_a_write(engineer, issue):
    link(issue, base={"written": {"labels": ["fixproof"], "part": "all of it"}}, remark="GitHub dropped our labels.")

    answer = engineer.post(page_of(issue, "write_again"), follow=True)

    assert messages(answer) == ["It is written again in moments."]
    assert issue.outbox.get().kind == "update"
    assert "GitHub dropped our labels." not in text(answer)


def test_writing_again_what_is_not_linked_is_a_message(engineer, issue):
    answer = engineer.post(page_of(issue, "write_again"), follow=True)

    assert messages(answer) == ["The issue has no twin on GitHub."]


def test_a_hundred_labels_do_not_fill_the_page(viewer, issue):
    link(issue, labels=[f"label {number}" for number in range(100)])

    said = text(viewer.get(page_of(issue)))

    assert "label 29 and 70 more" in said
    assert "label 30" not in said


def test_what_github_says_of_the_twin_runs_nothing(engineer, issue):
    link(issue, repository=EVIL, url=f'https://x/"{EVIL}', state_reason=EVIL[:30], labels=[EVIL], remark=EVIL)
    a_dead_letter(issue, "evil", last_error=EVIL + "\x1b")

    assert_harmless(engineer, page_of(issue))


# --- The project's page --------------------------------------------------------------------------


def test_a_project_without_a_repository_tells_what_one_is_for(viewer, shop):
    assert "The project names no GitHub repository." in text(viewer.get(page_of(shop.project)))


def test_a_project_tells_which_settings_are_missing(viewer, shop, issue, settings):
    settings.GITHUB_TOKEN, settings.GITHUB_APP_ID, settings.GITHUB_WEBHOOK_SECRETS = "", "", []

    said = text(viewer.get(page_of(shop.project)))

    assert "None: set GITHUB_TOKEN , or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY ." in said
    assert "Without GITHUB_WEBHOOK_SECRET no delivery is taken." in said
    assert "Written last (UTC) never Read last (UTC) never Last webhook (UTC) never" in said


def test_a_project_tells_how_the_way_to_github_fares(viewer, shop, issue, settings):
    settings.GITHUB_TOKEN, settings.PUBLIC_URL = "secret of ours", "https://fixproof.example"
    times = {"last_push": THEN, "last_pull": THEN - timedelta(minutes=1), "last_webhook": THEN - timedelta(minutes=2)}
    Repository.objects.create(name="acme/shop", last_error="GitHub answered 500", last_error_at=THEN, **times)
    ask(issue)
    a_delivery("waiting", state="received", repository="")

    page = viewer.get(page_of(shop.project))

    said = text(page)
    assert "with GITHUB_TOKEN" in said
    assert "secret of ours" not in page.content.decode()
    assert "2025-09-09 01:50:07 UTC GitHub answered 500" in said
    assert "Dead letters 1 waits for a person Writes waiting 1 Deliveries waiting 1" in said
    assert "Written last (UTC) 2025-09-09 01:50:07 Read last (UTC) 2025-09-09 01:49:07 Last webhook (UTC) 2025-09-09 01:48:07" in said
    assert "https://fixproof.example/hooks/github/" in said
    assert "Alarm" not in said


def test_the_alarm_of_a_project_is_told(viewer, shop, issue):
    Repository.objects.create(name="acme/shop", last_webhook=THEN, unheard_since=THEN)

    page = viewer.get(page_of(shop.project))

    assert "Alarm Webhooks have stopped: a change of 2025-09-09 01:50 UTC" in text(page)
    assert 'class="fx-wrong" role="alert"' in page.content.decode()


def test_the_count_of_dead_letters_leads_to_them(viewer, shop, issue):
    address = f"{list_of('incidents_outbox')}?state=dead&issue__project__id__exact={shop.project.pk}"

    page = viewer.get(page_of(shop.project)).content.decode()

    assert address.replace("&", "&amp;") in page
    assert [row.pk for row in viewer.get(address).context["cl"].result_list] == [shop.write.pk]


def test_only_a_superuser_is_led_to_the_deliveries(project_admin, superuser, shop, issue):
    a_delivery("waiting", state="received", repository="acme/shop")

    pages = [client.get(page_of(shop.project)).content.decode() for client in (project_admin, superuser)]

    assert [f"{list_of('incidents_delivery')}?" in page for page in pages] == [False, True]


def test_githubs_limit_is_told_on_the_project(viewer, shop, issue):
    WriteAllowance.objects.create(pk=1, blocked_until=LATER)

    assert "writing goes on at 2999-01-02 03:04:05 UTC" in text(viewer.get(page_of(shop.project)))


def test_no_error_of_a_repository_runs_anything(viewer, shop, issue):
    Repository.objects.create(name="acme/shop", last_error=EVIL + "\x1b", last_error_at=THEN)

    assert_harmless(viewer, page_of(shop.project))


# --- The first page ------------------------------------------------------------------------------


def test_the_first_page_tells_of_dead_letters_and_where_they_are(viewer, shop):
    page = viewer.get(reverse("admin:index"))

    assert "Project shop: 1 write to GitHub waits for a person" in text(page)
    assert f"?state=dead&amp;issue__project__id__exact={shop.project.pk}" in page.content.decode()


def test_the_first_page_tells_where_webhooks_have_stopped(viewer, shop, issue):
    Outbox.objects.all().delete()
    Repository.objects.create(name="acme/shop", last_webhook=THEN, unheard_since=THEN)

    page = viewer.get(reverse("admin:index"))

    assert "Project shop: webhooks from GitHub have stopped" in text(page)
    assert f"{page_of(shop.project)}#github" in page.content.decode()


def test_a_webhook_that_is_a_little_late_is_no_trouble(viewer, shop, issue):
    Outbox.objects.all().delete()
    Repository.objects.create(name="acme/shop", last_webhook=THEN, unheard_since=timezone.now())

    assert "webhooks" not in text(viewer.get(reverse("admin:index")))


def test_the_first_page_is_silent_where_all_is_well(viewer, shop, issue):
    Outbox.objects.all().delete()
    Repository.objects.create(name="acme/shop", last_webhook=THEN)

    assert "fx-trouble" not in viewer.get(reverse("admin:index")).content.decode()


def test_the_first_page_tells_nothing_of_another_projects_troubles(engineer, shop, rival):
    shop.write.delete()

    assert "fx-trouble" not in engineer.get(reverse("admin:index")).content.decode()
