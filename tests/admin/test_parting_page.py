"""From a pattern's page, messages that the miner joined wrongly are parted."""

import pytest

from incidents.models import Fingerprint, GroupingDecision, Issue, Pattern
from incidents.roles import Role
from tests.admin.pages import page_of
from tests.factories import an_entry, ingest

pytestmark = pytest.mark.django_db

NAMES = ("ada", "grace", "linus", "ken", "barbara", "edsger", "donald", "root")


@pytest.fixture
def logins(shop) -> Pattern:
    ingest(shop.source, [an_entry(f"Login of {name} refused") for name in NAMES])
    return Pattern.objects.standing().get(template="Login of <WORD> refused")


def digest(name: str) -> str:
    return Fingerprint.objects.get(masked=f"Login of {name} refused").digest


def test_an_engineer_chooses_messages_that_get_an_issue_of_their_own(logins, logged_in):
    client = logged_in(Role.ENGINEER)
    asked = client.get(page_of(logins, "part")).content.decode()
    assert all(f"Login of {name} refused · 1 entry kept" in asked for name in NAMES)

    answer = client.post(page_of(logins, "part"), {"fingerprints": [digest("root")]}, follow=True)

    assert "The messages have left" in answer.content.decode()
    decision = GroupingDecision.objects.get()
    assert (decision.target.title, decision.target.entries) == ("Login of root refused", 1)
    assert decision.issue.parts.get(pattern=logins).entries == 7


def test_the_issues_page_takes_a_parting_back(logins, logged_in):
    client = logged_in(Role.ENGINEER)
    client.post(page_of(logins, "part"), {"fingerprints": [digest("root")]})
    decision = GroupingDecision.objects.get()

    client.post(page_of(decision.issue, "undo"), {"decision": decision.pk})

    assert Issue.objects.get(pk=decision.issue_id).entries == 8


@pytest.mark.parametrize("chosen", [[], ["no digest"], "all"], ids=["nothing", "what is not its own", "everything"])
def test_a_choice_that_makes_no_sense_moves_nothing(logins, logged_in, chosen):
    given = [digest(name) for name in NAMES] if chosen == "all" else chosen

    logged_in(Role.ENGINEER).post(page_of(logins, "part"), {"fingerprints": given}, follow=True)

    assert not GroupingDecision.objects.exists()


def test_a_viewer_neither_sees_nor_reaches_it(logins, logged_in):
    client = logged_in(Role.VIEWER)

    assert "Part messages" not in client.get(page_of(logins)).content.decode()
    assert client.post(page_of(logins, "part"), {"fingerprints": [digest("root")]}).status_code in (302, 403, 404)
    assert not GroupingDecision.objects.exists()


def test_a_pattern_of_one_message_has_nothing_to_part(shop, logged_in):
    assert "Part messages" not in logged_in(Role.ENGINEER).get(page_of(shop.pattern)).content.decode()
