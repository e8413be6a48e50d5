"""What people have done with issues holds against what the logs show to come together."""

import pytest

from incidents.actions import issues, regrouping
from incidents.actors import Actor
from incidents.models import Issue, IssueState
from tests.crashing import CAUSE, DURING, EXITED, WRAPPED, at, crash, crashes, standing
from tests.factories import a_user, ingest

pytestmark = pytest.mark.django_db


def test_an_issue_that_somebody_works_on_stays_by_itself(source):
    ingest(source, crash(0))
    issues.comment(Issue.objects.get(title="Shutting down: Master"), actor=Actor.person(a_user()), text="I look at this one")

    ingest(source, [*crash(1), *crash(2), *crash(3)])

    assert standing() == {"KeyError: 'card'": (4, 8), "Shutting down: Master": (4, 4)}


def test_what_a_person_merged_stays_there_although_it_comes_with_another_crash_too(source):
    def both(numbers):
        for number in numbers:
            yield at(number * 60, CAUSE, instance=f"k-{number}")
            yield at(number * 60 + 0.3, EXITED, instance=f"k-{number}", severity="WARNING")
            yield at(number * 60 + 20, WRAPPED, instance=f"v-{number}")
            yield at(number * 60 + 20.3, EXITED, instance=f"v-{number}", severity="WARNING")

    ingest(source, both([0]))
    regrouping.merge(Issue.objects.get(title=EXITED), actor=Actor.person(a_user()), into=Issue.objects.get(title="KeyError: 'card'"))

    ingest(source, both(range(1, 6)))

    assert {title: entries for title, (_, entries) in standing().items()} == {"KeyError: 'card'": 18, "RuntimeError: no page": 6}


def test_a_link_of_a_chain_stays_where_a_person_put_it(source):
    ingest(source, [at(0, "Mail refused"), at(100, WRAPPED)])
    mail = Issue.objects.get(title="Mail refused")
    regrouping.merge(Issue.objects.get(title="RuntimeError: no page"), actor=Actor.person(a_user()), into=mail)

    ingest(source, [at(200, CAUSE), at(200.1, DURING), at(200.2, WRAPPED)])

    assert standing()["Mail refused"][1] == 3


def test_what_still_comes_reopens_the_resolved_issue_that_it_is_merged_into(source):
    nameless = {"resource": {}}
    ingest(source, [at(0, "Mail refused", **nameless), at(5, "Queue is full", **nameless)])
    ada = Actor.person(a_user())
    mail = issues.resolve(Issue.objects.get(title="Mail refused"), actor=ada, resolution="unproven", reason="looks done")
    ingest(source, [at(50_000, "Queue is full", **nameless)])

    regrouping.merge(Issue.objects.get(title="Queue is full"), actor=ada, into=mail)

    mail.refresh_from_db()
    assert (mail.state, mail.confirmation) == (IssueState.OPEN, "regressed")


def test_the_leading_issue_takes_companions_in_also_when_somebody_works_on_it(source):
    ingest(source, crash(0))
    issues.comment(Issue.objects.get(title="KeyError: 'card'"), actor=Actor.person(a_user()), text="mine")

    ingest(source, [*crash(1), *crash(2)])

    assert standing() == {"KeyError: 'card'": (3, 9)}


def test_a_companion_on_a_newer_release_brings_the_resolved_issue_of_its_lead_back(source):
    ingest(source, crashes(3))
    issue = issues.resolve(Issue.objects.get(), actor=Actor.person(a_user()), resolution="unproven", reason="looks done")
    release = {"type": "cloud_run_revision", "labels": {"service_name": "shop", "revision_name": "shop-00002-new"}}

    ingest(source, [{**entry, "resource": release} for entry in crash(20)])

    issue.refresh_from_db()
    assert (issue.state, issue.confirmation, issue.occurrence_count) == (IssueState.OPEN, "regressed", 4)
