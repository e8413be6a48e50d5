"""The pages of the sync with GitHub as a person sees and works them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from incidents.actors import Actor
from incidents.models import Delivery, Issue, Outbox, Project
from incidents.roles import Role
from ingestion import pipeline
from ingestion.models import Batch
from tests.browser import demonstration_github
from tests.browser.test_pages import CRITICAL, EVIL, NAMELESS, TOO_WIDE, log_in
from tests.factories import a_user

pytestmark = [pytest.mark.browser, pytest.mark.real_parts]


@pytest.fixture
def url(live_stack) -> str:
    """The address of a server that has read the sample, and of which Eve is an engineer."""
    call_command("load_sample", verbosity=0)
    pipeline.process(Batch.objects.get().pk)
    a_user("eve", role=Role.ENGINEER, project=Project.objects.get(), first_name="Eve")
    a_user("root", is_superuser=True)
    return live_stack.url


@pytest.fixture
def page(browser_page: Page, url: str) -> Iterator[Page]:
    """A page of the browser. A test fails on which the browser complained about anything."""
    complaints: list[str] = []
    browser_page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
    browser_page.on("pageerror", lambda error: complaints.append(str(error)))
    yield browser_page
    assert complaints == []


@pytest.fixture
def synced(url: str) -> dict[str, int]:
    """What happened between the project and GitHub, without GitHub; the keys of its rows."""
    critical = Issue.objects.get(title__contains=CRITICAL)
    other = Issue.objects.exclude(pk=critical.pk).order_by("-priority")[0]
    engineer = Actor.person(a_user("grace", first_name="Grace"))
    told = demonstration_github.tell(Project.objects.get(), critical, other, engineer=engineer, now=timezone.now())
    rest = Issue.objects.exclude(pk__in=[critical.pk, other.pk])[0]
    return told | {"critical": critical.pk, "rest": rest.pk, "project": Project.objects.get().pk}


def test_an_issue_is_linked_from_its_page(page, url, synced):
    log_in(page, url, "eve")
    page.goto(f"{url}/admin/incidents/issue/{synced['rest']}/change/")
    page.get_by_role("link", name="Link to an issue…").click()
    page.get_by_label("Issue on GitHub").fill("acme/backend#12")
    page.get_by_role("button", name="Link").click()

    expect(page.get_by_text("It is asked for, and linked in moments.")).to_be_visible()
    expect(page.get_by_role("row", name="GitHub")).to_contain_text("link to an issue")
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("Eve asked to link it to acme/backend#12")
    assert Outbox.objects.get(issue=synced["rest"]).payload == {"number": 12}


def test_a_verb_of_github_is_reached_without_a_mouse(page, url, synced):
    log_in(page, url, "eve")
    page.goto(f"{url}/admin/incidents/issue/{synced['critical']}/change/")

    page.get_by_role("button", name="GitHub").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Write again").press("Enter")
    page.get_by_role("button", name="Write").click()

    expect(page.get_by_text("It is written again in moments.")).to_be_visible()


def test_dead_letters_are_found_from_the_first_page_and_replayed_together(page, url, synced):
    log_in(page, url, "eve")
    page.get_by_role("link", name="1 write to GitHub waits for a person").click()
    page.get_by_role("row", name="Comment: challenge").get_by_role("checkbox").check()
    page.locator("select[name=action]").select_option("Replay the selected dead letters")
    page.get_by_role("button", name="Run").click()

    expect(page.get_by_text("1 dead letter is tried again.")).to_be_visible()
    assert Outbox.objects.get(pk=synced["write"]).state != "dead"


@pytest.mark.slow
def test_every_control_has_a_name_and_no_page_is_too_wide(page, url, synced):
    said = EVIL + "x" * 3_000
    Outbox.objects.create(
        issue_id=synced["rest"], seq=1, key="evil", kind="update", state="dead", last_error=said, not_before=timezone.now()
    )
    evil = Delivery.objects.create(guid="g" * 100, event="e" * 60, repository="r" * 200, body=said.encode(), digest="d" * 64, outcome=said)
    log_in(page, url, "root")
    issues = [f"incidents/issue/{synced[name]}/" for name in ("critical", "mirrored", "rest")]
    addresses = ["", *(f"{issue}change/" for issue in issues), f"incidents/project/{synced['project']}/change/"]
    addresses += [f"{issues[2]}{verb}/" for verb in ("create-on-github", "link-to-github", "write-again")]
    addresses += ["incidents/outbox/", "incidents/outbox/?state=all", "incidents/outbox/?state=sent&q=nothing"]
    addresses += [f"incidents/outbox/{synced['write']}/{verb}/" for verb in ("change", "replay", "discard")]
    addresses += ["incidents/delivery/", f"incidents/delivery/{evil.pk}/change/"]
    addresses += [f"incidents/delivery/{synced['delivery']}/{verb}/" for verb in ("change", "reprocess")]

    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for address in addresses:
            page.goto(f"{url}/admin/{address}")
            assert page.evaluate(NAMELESS) == [], address
            assert page.evaluate(TOO_WIDE) <= 0, (width, address)
            assert page.locator("h1").count() == 1, address
            assert page.get_by_role("main").count() == 1, address
            assert page.title() != "taken over", address
