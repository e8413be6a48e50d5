"""Bursts as a person sees them, and merging, splitting and undoing by mouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from incidents.models import Issue, Pattern
from incidents.roles import Role
from tests.admin.grouped import ALONE, CALLED, CAUSE, EXITED, TIMES, a_crash
from tests.browser.test_pages import NAMELESS, TOO_WIDE, log_in
from tests.factories import a_project, a_source, a_user, an_entry, ingest

pytestmark = [pytest.mark.browser, pytest.mark.real_parts]


@pytest.fixture
def url(live_stack) -> str:
    """The address of a server that knows a burst and an issue beside it, and of which Eve is an engineer."""
    project = a_project("shop")
    source = a_source(project)
    ingest(source, [*(entry for number in range(TIMES) for entry in a_crash(number)), an_entry(ALONE)])
    a_user("eve", role=Role.ENGINEER, project=project, first_name="Eve", last_name="Engineer")
    return live_stack.url


@pytest.fixture
def page(browser_page: Page, url: str) -> Iterator[Page]:
    """A page on which Eve has logged in. A test fails on which the browser complained about anything."""
    complaints: list[str] = []
    browser_page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
    browser_page.on("pageerror", lambda error: complaints.append(str(error)))
    log_in(browser_page, url, "eve")
    yield browser_page
    assert complaints == []


def address(url: str, title: str, verb: str = "change") -> str:
    return f"{url}/admin/incidents/issue/{Issue.objects.get(title=title).pk}/{verb}/"


def test_one_glance_tells_what_caused_what(page, url):
    page.goto(address(url, CAUSE))

    rows = page.get_by_role("region", name="What comes with it").locator("tbody tr")
    expect(rows).to_contain_text(["the cause", EXITED, CALLED])
    marks = [rows.nth(number).locator("circle").bounding_box()["x"] for number in range(3)]
    assert marks == sorted(marks)
    assert marks[2] - marks[0] > 50


def test_an_occurrence_opens_to_what_came_in_it(page, url):
    page.goto(address(url, CAUSE))
    first = page.get_by_role("region", name="Occurrences").locator("tbody tr").first

    expect(first.get_by_text("+0.40 s")).to_be_hidden()
    first.get_by_text("3 patterns").click()

    expect(first.get_by_text("+0.40 s")).to_be_visible()


def test_an_issue_is_merged_and_the_merge_is_taken_back(page, url):
    into = Issue.objects.get(title=CAUSE)
    page.goto(address(url, ALONE))
    page.get_by_role("button", name="Grouping").click()
    page.get_by_role("link", name="Merge into…").click()
    page.get_by_label("Into").fill(into.key)
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("region", name="Merged", exact=True)).to_contain_text(f"Eve Engineer merged this issue into {into.key}")

    page.get_by_role("link", name="Undo the merge…").click()
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_text("The decision is taken back.")).to_be_visible()
    expect(page.get_by_role("region", name="Timeline")).to_contain_text(f"took back the merge with {into.key}")
    assert Issue.objects.get(title=ALONE).state == "open"


def test_a_pattern_is_split_off_and_comes_back(page, url):
    page.goto(address(url, CAUSE, "split"))
    page.get_by_label(CALLED).check()
    page.get_by_role("button", name="Split").click()
    expect(page.get_by_role("region", name="Grouping decisions")).to_contain_text("Eve Engineer split 1 pattern off")
    expect(page.get_by_role("region", name="What comes with it").locator("tbody tr")).to_have_count(2)

    page.get_by_role("link", name="Undo…").last.click()
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("region", name="What comes with it").locator("tbody tr")).to_have_count(3)
    assert not Pattern.objects.get(template=CALLED).set_apart


def test_issues_that_are_chosen_in_the_list_are_merged(page, url):
    page.goto(f"{url}/admin/incidents/issue/")
    for box in page.locator("input.action-select").all():
        box.check()
    page.locator("select[name=action]").first.select_option(label="Merge into one…")
    page.get_by_role("button", name="Run").first.click()
    expect(page.get_by_label("What stays")).to_contain_text(CAUSE)
    page.get_by_role("button", name="Merge").click()

    expect(page.get_by_text("1 issue merged into shop-")).to_be_visible()
    assert Issue.objects.get(title=ALONE).merged_into == Issue.objects.get(title=CAUSE)


def test_no_page_of_grouping_is_wider_than_a_telephone_or_has_a_nameless_control(page, url):
    issue, pattern = Issue.objects.get(title=CAUSE), Pattern.objects.get(template=CALLED)
    pages = [f"issue/{issue.pk}/{verb}/" for verb in ("change", "merge", "split")] + [f"pattern/{pattern.pk}/change/", "issue/", "pattern/"]

    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for part in pages:
            page.goto(f"{url}/admin/incidents/{part}")
            page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
            assert page.evaluate(TOO_WIDE) <= 0, (width, part)
            assert page.evaluate(NAMELESS) == [], (width, part)
