"""The admin as a person sees it: a real browser, a real server, the sample."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from incidents.models import Issue, Project, Token
from incidents.roles import Role
from ingestion import pipeline
from ingestion.models import Batch
from tests.factories import a_source, a_user, an_entry, ingest

pytestmark = [pytest.mark.browser, pytest.mark.real_parts]

CRITICAL = "Invalid user_id format"
EVIL = "<script>document.title = 'taken over'</script><img src=x onerror=\"document.title = 'taken over'\">"

# What has no name for a screen reader: the text without icons, a label, a title.
NAMELESS = """() => [...document.querySelectorAll("a[href], button, [role=button], input:not([type=hidden]), select, textarea")]
  .filter(element => element.checkVisibility())
  .filter(element => {
    const words = element.cloneNode(true);
    words.querySelectorAll("[aria-hidden=true]").forEach(icon => icon.remove());
    const labels = [...(element.labels || [])].map(label => label.textContent).join("");
    return ![words.textContent, labels, element.getAttribute("aria-label"), element.title].some(name => (name || "").trim());
  })
  .map(element => element.outerHTML.slice(0, 200))"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUS = """() => {
  const focused = document.activeElement, style = getComputedStyle(focused), box = focused.getBoundingClientRect();
  return {
    tag: focused.tagName,
    text: focused.textContent.trim(),
    onScreen: box.width > 0 && box.top < innerHeight,
    outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
  };
}"""


@pytest.fixture
def url(live_stack) -> str:
    """The address of a server that has read the sample, and of which Eve is an engineer."""
    call_command("load_sample", verbosity=0)
    pipeline.process(Batch.objects.get().pk)
    a_user("eve", role=Role.ENGINEER, project=Project.objects.get(), first_name="Eve", last_name="Engineer")
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


@pytest.fixture
def superusers_page(browser_page: Page, url: str) -> Page:
    a_user("root", is_superuser=True)
    log_in(browser_page, url, "root")
    return browser_page


def log_in(page: Page, url: str, name: str) -> None:
    page.goto(url)
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_the_overview_lists_the_samples_issues_worst_first_with_the_reasons(page):
    critical = page.get_by_role("region", name="Most critical")
    listed = page.get_by_role("region", name="Open issues").locator("tbody tr")

    expect(critical.get_by_role("link")).to_contain_text(CRITICAL)
    expect(listed.first).to_contain_text(CRITICAL)
    assert critical.locator("tbody tr").count() >= 3
    assert listed.count() >= 3


def test_an_issue_is_commented_on_and_resolved_with_a_reason(page):
    page.get_by_role("region", name="Most critical").get_by_role("link").click()
    page.get_by_role("link", name="Comment").click()
    page.get_by_role("textbox", name="Comment").fill("The test pipeline sends its own name.\nIt is no user.")
    page.get_by_role("button", name="Comment").click()
    expect(page.get_by_text("The comment was added.")).to_be_visible()

    page.get_by_role("link", name="Resolve").click()
    page.get_by_label("Resolution").select_option("not reproduced")
    page.get_by_label("Reason").fill("Not since the pipeline has an account")
    page.get_by_role("button", name="Resolve").click()

    expect(page.get_by_text("The issue is resolved.")).to_be_visible()
    timeline = page.get_by_role("region", name="Timeline")
    expect(timeline).to_contain_text("Eve Engineer resolved it as not reproduced")
    expect(timeline).to_contain_text("Not since the pipeline has an account")
    expect(timeline).to_contain_text("It is no user.")
    expect(page.get_by_role("link", name="Reopen")).to_be_visible()
    expect(page.get_by_role("link", name="Resolve")).to_have_count(0)
    assert Issue.objects.get(title__contains=CRITICAL).state == "resolved"


def test_an_issue_is_edited_on_its_page(page, url):
    issue = Issue.objects.get(title__contains=CRITICAL)
    page.goto(f"{url}/admin/incidents/issue/{issue.pk}/change/")

    page.get_by_label("Impact").fill("Nobody reaches the chat")
    page.get_by_label("Severity").select_option("CRITICAL")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("region", name="Timeline")).to_contain_text("impact: nothing → “Nobody reaches the chat”")
    expect(page.get_by_label("Impact")).to_have_value("Nobody reaches the chat")
    expect(page.get_by_role("heading", name=CRITICAL)).to_contain_text("CRITICAL")


def test_a_sample_entry_unfolds_as_it_came(page):
    page.get_by_role("region", name="Most critical").get_by_role("link").click()
    samples = page.get_by_role("region", name="Sample entries")

    samples.get_by_text("The entry as it came").first.click()

    expect(samples.locator("pre").first).to_contain_text('"insertId"')


def test_issues_are_found_by_state_severity_and_words(page, url):
    page.get_by_role("link", name="Issues", exact=True).click()
    rows = page.locator("#result_list tbody")
    expect(rows.first).to_contain_text(CRITICAL)
    every = rows.count()

    page.get_by_role("button", name="Filters").click()
    page.get_by_role("link", name="ERROR", exact=True).click()
    expect(rows).to_have_count(1)
    page.get_by_role("navigation", name="State").get_by_role("link", name="Resolved").click()
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    page.get_by_role("link", name="Show the list without them").click()
    expect(rows).to_have_count(every)
    page.get_by_label("Title, key, impact").fill("thread")
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{url}/admin/incidents/issue/?q=thread")
    expect(rows.first).to_contain_text("THREAD CREATION")


def test_a_token_is_made_shown_once_and_revoked(superusers_page, url):
    superusers_page.goto(f"{url}/admin/incidents/token/add/")
    superusers_page.get_by_role("textbox", name="Name").fill("CI of the backend")
    superusers_page.get_by_label("ingest: post log entries").check()
    superusers_page.get_by_role("combobox", name="Project").select_option("Chat backend (sample)")
    superusers_page.get_by_label("Expires at").fill("2999-12-31T12:00")
    superusers_page.get_by_role("button", name="Save").click()
    secret = superusers_page.locator(".fx-secret").text_content()
    superusers_page.reload()
    expect(superusers_page.locator(".fx-secret")).to_have_count(0)

    superusers_page.get_by_role("link", name="CI of the backend").click()
    superusers_page.get_by_role("link", name="Revoke").click()
    superusers_page.get_by_role("button", name="Revoke").click()

    expect(superusers_page.get_by_text("opens nothing any more")).to_be_visible()
    assert Token.objects.get().digest == Token.digest_of(secret)
    assert Token.objects.get().state == "revoked"


def test_a_member_is_added_by_looking_them_up(superusers_page, url):
    newcomer = a_user("newcomer")
    superusers_page.goto(f"{url}/admin/incidents/project/{Project.objects.get().pk}/change/")

    superusers_page.get_by_text("Add another Member").click()
    superusers_page.locator(".template:not(.empty-form) .select2-selection").click()
    superusers_page.locator(".select2-search__field").fill("newc")
    superusers_page.get_by_role("option", name="newcomer").click()
    superusers_page.locator("#id_memberships-1-role").select_option("reviewer")
    superusers_page.get_by_role("button", name="Save").click()

    expect(superusers_page.get_by_text("was changed successfully")).to_be_visible()
    assert newcomer.memberships.get().role == "reviewer"


def test_hostile_text_neither_runs_nor_breaks_the_page(page, url):
    source = a_source(Project.objects.get(), "hostile-logs")
    ingest(source, [an_entry(EVIL, severity="EMERGENCY"), an_entry("x" * 10_000), an_entry("\u202eשלום" + "ש" * 3_000)])
    pages = ["", "incidents/issue/", "incidents/pattern/"]
    pages += [f"incidents/issue/{issue.pk}/change/" for issue in Issue.objects.filter(patterns__hours__source=source)]

    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for address in pages:
            page.goto(f"{url}/admin/{address}")
            assert page.title() != "taken over"
            assert page.evaluate(TOO_WIDE) <= 0, (width, address)

    page.goto(f"{url}/admin/")
    expect(page.get_by_role("link", name="<script>document.title").first).to_be_visible()
    # It asks for no picture either.
    assert page.locator("#content img").count() == 0


@pytest.mark.slow
def test_every_control_has_a_name_and_every_page_one_heading_and_a_main_part(superusers_page, url):
    issue, batch, project = Issue.objects.first(), Batch.objects.get(), Project.objects.get()
    Token.objects.create(name="a token", digest="x", prefix="fxp_x", scopes=["read"])
    rows = [f"incidents/issue/{issue.pk}/", f"incidents/pattern/{issue.patterns.first().pk}/", f"ingestion/batch/{batch.pk}/"]
    rows += [f"incidents/project/{project.pk}/", f"incidents/source/{batch.source_id}/", f"incidents/token/{Token.objects.get().pk}/"]
    lists = [
        "incidents/issue/",
        "incidents/pattern/",
        "incidents/project/",
        "incidents/source/",
        "incidents/token/",
        "ingestion/batch/",
        "auth/user/",
    ]
    adding = [f"incidents/{name}/add/" for name in ("issue", "project", "source", "token")]
    verbs = [f"incidents/issue/{issue.pk}/{verb}/" for verb in ("comment", "resolve", "ignore", "reopen")]

    for address in ["", *lists, *[f"{row}change/" for row in rows], *adding, *verbs]:
        superusers_page.goto(f"{url}/admin/{address}")
        assert superusers_page.evaluate(NAMELESS) == [], address
        assert superusers_page.locator("h1").count() == 1, address
        assert superusers_page.get_by_role("main").count() == 1, address


def test_the_keyboard_reaches_the_links_and_shows_where_it_is(page):
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUS))

    assert seen[0]["tag"] == "A"
    assert [focus for focus in seen if not (focus["onScreen"] and focus["outline"])] == []
    assert "Issues" in " ".join(focus["text"] for focus in seen)


def test_the_side_bar_and_the_account_menu_work_without_a_mouse(page):
    page.get_by_role("button", name="Show or hide the side bar").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Patterns")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Patterns")).to_be_visible()

    page.get_by_role("button", name="Eve Engineer").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Log out").click()

    expect(page.get_by_label("Username").or_(page.get_by_text("Logged out"))).to_be_visible()
