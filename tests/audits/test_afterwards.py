"""After a fix the logs have the last word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from audits.actions.refresh import refresh
from audits.models import Iteration
from audits.tasks import follow_the_logs
from incidents.actions import issues
from incidents.models import Issue
from tests.audits.walking import GREEN, RED, Walk
from tests.factories import a_project, a_source, an_entry, ingest, somebody

pytestmark = pytest.mark.django_db
START = datetime(2025, 9, 9, 1, 30, tzinfo=UTC)


def entry(message: str, *, hours: float, release: str = "shop-1", **given):
    return an_entry(
        message,
        timestamp=(START + timedelta(hours=hours)).isoformat(),
        resource={"type": "cloud_run_revision", "labels": {"service_name": "shop", "revision_name": release}},
        **given,
    )


@pytest.fixture
def walk() -> Walk:
    """An iteration that has just proven the fix of an issue from the logs, at the moment of the project's newest entry."""
    project = a_project()
    ingest(a_source(project), [entry("Payment failed", hours=0)])
    walk = Walk(project)
    walk.everything()
    walk.advance(times=10)
    assert walk.get()["state"] == "done"
    return walk


def issue() -> Issue:
    return Issue.objects.get()


def hours_of_work(walk: Walk, *hours: float, release: str = "shop-2") -> None:
    ingest(walk.project.sources.get(), [entry(f"served in {hour} ms", hours=hour, release=release, severity="INFO") for hour in hours])


def test_a_quiet_window_at_work_confirms(walk):
    hours_of_work(walk, *range(1, 26))

    follow_the_logs()

    assert issue().confirmation == "confirmed"
    assert (issue().state, issue().resolution) == ("resolved", "verified")
    assert issue().events.filter(verb="confirmed").count() == 1


def test_before_the_window_is_over_it_is_watched_on(walk):
    hours_of_work(walk, *range(1, 20))

    follow_the_logs()

    assert issue().confirmation == "watching"


def test_a_system_that_was_switched_off_confirms_nothing(walk):
    hours_of_work(walk, 1, 30)

    follow_the_logs()

    assert issue().confirmation == "watching"


def test_the_projects_own_window_counts(walk):
    walk.project.settings = {"quiet_hours": 4}
    walk.project.save()
    hours_of_work(walk, *range(1, 7))

    follow_the_logs()

    assert issue().confirmation == "confirmed"


def test_an_occurrence_on_a_new_release_reopens_with_an_iteration_that_links_the_old(walk):
    ingest(walk.project.sources.get(), [entry("Payment failed", hours=2, release="shop-2")])

    follow_the_logs()
    follow_the_logs()

    assert (issue().state, issue().confirmation) == ("open", "regressed")
    old, new = Iteration.objects.order_by("pk")
    assert (new.previous, new.state, new.issue) == (old, "running", issue())
    assert "shop-2" in new.reasons[0]
    assert new.actor_kind == "machine"


def test_an_old_release_that_still_runs_is_no_regression(walk):
    ingest(walk.project.sources.get(), [entry("Payment failed", hours=2, release="shop-1")])
    hours_of_work(walk, *range(3, 20))

    follow_the_logs()

    assert (issue().state, issue().confirmation) == ("resolved", "watching")
    assert Iteration.objects.count() == 1


def test_the_quiet_counts_from_the_old_releases_last_word(walk):
    ingest(walk.project.sources.get(), [entry("Payment failed", hours=10, release="shop-1")])
    hours_of_work(walk, *range(11, 30))
    follow_the_logs()
    assert issue().confirmation == "watching"

    hours_of_work(walk, *range(30, 36))
    follow_the_logs()

    assert issue().confirmation == "confirmed"


def test_the_issue_shows_the_new_iteration_and_not_the_old_verdict(walk):
    ingest(walk.project.sources.get(), [entry("Payment failed", hours=2, release="shop-2")])

    for _ in range(3):
        follow_the_logs()

    assert (issue().iteration_number, issue().phase, issue().verdict) == (2, "log_analysis", "incomplete")


def test_a_regression_of_a_confirmed_issue_begins_again_too(walk):
    hours_of_work(walk, *range(1, 26))
    follow_the_logs()

    ingest(walk.project.sources.get(), [entry("Payment failed", hours=40, release="shop-3")])
    follow_the_logs()

    assert issue().confirmation == "regressed"
    assert Iteration.objects.filter(previous__isnull=False).count() == 1


def test_where_people_have_given_up_the_new_iteration_none_is_begun_again(walk):
    ingest(walk.project.sources.get(), [entry("Payment failed", hours=2, release="shop-2")])
    follow_the_logs()
    walk.pk = Iteration.objects.latest("pk").pk
    walk.done("post", "abandon/", {"reason": "We replace it"})

    follow_the_logs()

    assert Iteration.objects.count() == 2


def test_an_issue_that_a_person_closed_while_a_test_is_red_shows_the_contradiction():
    walk = Walk()
    walk.everything()
    walk.run("stability", red="failed", green="failed")
    issues.resolve(issue(), actor=somebody(), resolution="unproven", reason="It looks fine")

    follow_the_logs()

    row = walk.client.get("/api/v1/iterations/").json()["results"][0]
    assert row["contradictions"] == walk.get()["contradictions"] > 0
    assert "still_red_called_fixed" in [one["code"] for one in walk.get("contradictions/")["results"]]


def test_an_honest_iteration_contradicts_nothing(walk):
    assert walk.get("contradictions/")["results"] == []


def test_working_out_again_what_follows_changes_nothing():
    walk = Walk()
    walk.everything()
    before = walk.get()

    refresh(walk.row, judge=True)

    assert walk.get() == before
    assert {row["name"] for row in walk.verification()["tests"]} == {RED, GREEN}
