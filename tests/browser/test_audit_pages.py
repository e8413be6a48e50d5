"""The pages of the audit as a person sees and works them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from audits.models import Iteration, Run
from incidents.actors import Actor
from incidents.models import Issue, Project
from incidents.roles import Role
from ingestion import pipeline
from ingestion.models import Batch
from tests.browser.demonstration_audit import BASE, LOG, TESTS, report, walk
from tests.browser.test_pages import CRITICAL, NAMELESS, TOO_WIDE, log_in
from tests.factories import a_user

pytestmark = [pytest.mark.browser, pytest.mark.real_parts]


@pytest.fixture
def url(live_stack) -> str:
    """The address of a server that has read the sample, and of which Rita is a reviewer."""
    call_command("load_sample", verbosity=0)
    pipeline.process(Batch.objects.get().pk)
    a_user("rita", role=Role.REVIEWER, project=Project.objects.get(), first_name="Rita")
    return live_stack.url


@pytest.fixture
def page(browser_page: Page, url: str) -> Iterator[Page]:
    """A page on which Rita has logged in. A test fails on which the browser complained about anything."""
    complaints: list[str] = []
    browser_page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
    browser_page.on("pageerror", lambda error: complaints.append(str(error)))
    log_in(browser_page, url, "rita")
    yield browser_page
    assert complaints == []


@pytest.fixture
def walked(url: str) -> dict[str, int]:
    people = [Actor.person(a_user(name)) for name in ("grace", "edith")]
    return walk(Project.objects.get(), Issue.objects.get(title__contains=CRITICAL), engineer=people[0], reviewer=people[1])


def test_an_iteration_is_begun_from_its_issue_and_a_report_is_posted(page, url, tmp_path):
    file = tmp_path / "report.xml"
    file.write_bytes(report(dict.fromkeys(TESTS, "failure"), 1.5))
    page.get_by_role("region", name="Most critical").get_by_role("link").click()
    page.get_by_role("link", name="begin one").click()
    page.get_by_label("Why this issue").fill("Nobody reaches the chat")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text("has begun.")).to_be_visible()

    page.get_by_role("link", name="Post a run").click()
    page.get_by_label("Report*").set_input_files(file)
    page.get_by_label("Commit").fill(BASE)
    page.get_by_role("button", name="Post").click()

    expect(page.get_by_role("region", name="Runs")).to_contain_text("6 failed")
    page.get_by_role("region", name="Runs").get_by_role("link", name="Run ", exact=False).first.click()
    expect(page.get_by_role("region", name="Results").locator("tbody tr")).to_have_count(6)
    assert Run.objects.get().iteration == Iteration.objects.get()


def test_an_issue_is_found_by_typing(page, url):
    page.goto(f"{url}/admin/audits/iteration/add/")
    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill("user_id")
    page.get_by_role("option", name=CRITICAL).click()
    page.get_by_label("Why this issue").fill("Nobody reaches the chat")
    page.get_by_role("button", name="Begin").click()

    expect(page.get_by_text("has begun.")).to_be_visible()
    assert CRITICAL in Iteration.objects.get().issue.title


def test_verbs_in_a_menu_are_reached_without_a_mouse(page, url, walked):
    page.goto(f"{url}/admin/audits/iteration/{walked['iteration']}/change/")

    page.get_by_role("button", name="State").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Root cause").press("Enter")

    cause = page.get_by_role("textbox", name="Root cause", exact=True)
    expect(cause).to_have_value("The patterns of user ids do not know the ids that the staging pipeline makes.")


def test_a_pasted_log_is_read_and_held_against_itself(page, url):
    page.goto(f"{url}/admin/audits/import/add/")
    page.get_by_label("Or its text").fill(LOG)
    page.get_by_role("button", name="Import").click()

    expect(page.get_by_role("region", name="Where it disagrees with itself")).to_contain_text("planned_count")


@pytest.mark.slow
def test_every_control_has_a_name_and_no_page_is_too_wide(page, url, walked):
    iteration = f"audits/iteration/{walked['iteration']}/"
    verbs = [
        "advance",
        "back",
        "abandon",
        "commit",
        "root-cause",
        "test-plan",
        "test-files",
        "success-metrics",
        "fix",
        "post-run",
        "review",
    ]
    addresses = [f"{iteration}{verb}/" for verb in ["change", *verbs, "close-finding", "waive", "chain", "signals"]]
    addresses += [f"audits/iteration/{walked['imported']}/change/", f"audits/run/{walked['run']}/change/"]
    addresses += [f"audits/import/{walked['import']}/change/", *(f"audits/{name}/" for name in ("iteration", "run", "import"))]
    addresses += ["audits/iteration/add/", "audits/import/add/"]

    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for address in addresses:
            page.goto(f"{url}/admin/{address}")
            assert page.evaluate(NAMELESS) == [], address
            assert page.evaluate(TOO_WIDE) <= 0, (width, address)
            assert page.locator("h1").count() == 1, address
            assert page.get_by_role("main").count() == 1, address
