"""Whatever a log or a person writes is shown as text, and never becomes part of the page."""

import pytest
from django.urls import reverse

from incidents.actions import issues, projects
from incidents.models import Issue, Pattern
from incidents.roles import Role
from tests.admin.conftest import browser_of
from tests.admin.pages import LISTS, list_of, page_of
from tests.factories import a_project, a_source, a_user, an_entry, ingest, somebody

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7|add:7 }}\"'><svg/onload=alert(3)>"
RAW = ["<script>alert", "<img src=x", "<svg/onload", "onerror=alert(2)>{{ 14"]
ENDLESS = "x" * 10_000
RIGHT_TO_LEFT = "\u202eשלום\u202c" + "ש" * 3_000


@pytest.fixture
def hostile(db):
    """A project in which everything that somebody may write is hostile; its issues, patterns and batch."""
    project = a_project("evil", name=EVIL)
    source = a_source(project, "evil-logs")
    labelled = {
        "jsonPayload": {"message": f"Failed {EVIL}", "labels": {"module": EVIL, "function": EVIL, "line": "1"}},
        "textPayload": None,
    }
    resource = {"type": EVIL, "labels": {"service_name": EVIL, "revision_name": EVIL, "x": EVIL}}
    entries = [an_entry(EVIL), an_entry(ENDLESS), an_entry(RIGHT_TO_LEFT), an_entry(**labelled), an_entry("odd", resource=resource)]
    batch = ingest(source, entries)
    projects.create_token(name=EVIL, scopes=["read"], project=project)
    first = Issue.objects.filter(project=project).first()
    issues.edit(first, actor=somebody(), changes=dict.fromkeys(("impact", "context", "symptoms"), EVIL + ENDLESS))
    issues.edit(first, actor=somebody(), changes={"title": EVIL})
    issues.comment(first, actor=somebody(), text=EVIL + ENDLESS)
    issues.resolve(first, actor=somebody(), resolution="unproven", reason=EVIL)
    issues.reopen(first, actor=somebody(), reason=EVIL)
    a_user(EVIL[:100], role=Role.ADMIN, project=project, first_name=EVIL[:100])
    return {"project": project, "batch": batch}


@pytest.fixture
def victim(hostile):
    return browser_of(a_user("victim", is_superuser=True, first_name=EVIL[:140]))


def assert_harmless(client, address: str) -> None:
    page = client.get(address).content.decode()
    assert not [piece for piece in RAW if piece in page], address


def test_no_list_and_not_the_first_page_runs_it(victim):
    for address in [reverse("admin:index"), *map(list_of, [*LISTS, "auth_user"])]:
        assert_harmless(victim, address)


def test_no_page_of_a_row_runs_it(victim, hostile):
    rows = [hostile["project"], hostile["batch"], *Issue.objects.all(), *Pattern.objects.all()]

    for row in rows:
        assert_harmless(victim, page_of(row))


def test_no_page_before_a_verb_runs_it(victim):
    for issue in Issue.objects.all():
        for verb in ("comment", "resolve", "ignore", "reopen"):
            assert_harmless(victim, page_of(issue, verb))


def test_no_message_runs_it(victim, hostile):
    given = {"project": hostile["project"].pk, "title": EVIL, "severity": "500", "impact": EVIL, "fix_needed": EVIL}

    page = victim.post(reverse("admin:incidents_issue_add"), given, follow=True).content.decode()

    assert not [piece for piece in RAW if piece in page]


def test_a_tokens_name_in_the_message_with_its_secret_runs_nothing(victim, hostile):
    given = {"name": EVIL[:100], "scopes": ["read"], "project": hostile["project"].pk, "user": "", "expires_at": ""}

    page = victim.post(reverse("admin:incidents_token_add"), given, follow=True).content.decode()

    assert "fxp_" in page
    assert not [piece for piece in RAW if piece in page]


def test_a_search_for_it_runs_nothing(victim):
    page = victim.get(list_of("incidents_issue"), {"q": EVIL}).content.decode()

    assert not [piece for piece in RAW if piece in page]


def test_a_page_stays_small_whatever_the_entries_are(victim, hostile):
    source = hostile["project"].sources.get()
    ingest(source, [an_entry("Enormous " + "y" * 200_000, severity="CRITICAL", labels={"filler": "z" * 200_000}) for _ in range(12)])
    issue = Issue.objects.order_by("-pk").first()

    assert len(victim.get(page_of(issue)).content) < 600_000
    assert len(victim.get(page_of(issue.patterns.get())).content) < 600_000
