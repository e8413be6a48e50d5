"""Which patterns become issues, and what later entries do to them."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.actions import issues, projects
from incidents.models import Issue, Pattern
from incidents.models.issue import Confirmation, IssueState
from tests.factories import a_source, an_entry, ingest, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

START = datetime(2025, 9, 9, 1, tzinfo=UTC)
BEAT = "Creating missing thread record"


def at(seconds: float, message: str = BEAT, *, instance: str | None = "i-1", severity: str = "NOTICE", **given) -> dict:
    """An entry so many seconds after the start, by an instance."""
    labels = {"instanceId": instance} if instance else None
    return an_entry(message, timestamp=(START + timedelta(seconds=seconds)).isoformat(), severity=severity, labels=labels, **given)


def born(instance: str = "i-1") -> dict:
    """The first sign of life of an instance, at the start."""
    return at(0, "System ready", instance=instance, severity="INFO")


# --- Opening -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("severity", "opens"), [("NOTICE", False), ("WARNING", True), ("ERROR", True), ("EMERGENCY", True)])
def test_warning_and_above_open_an_issue(source, severity, opens):
    batch = ingest(source, [an_entry("Disk nearly full", severity=severity)])

    assert [issue.title for issue in Issue.objects.filter(pk__in=batch.issues_opened)] == (["Disk nearly full"] if opens else [])


def test_a_project_may_open_issues_from_another_severity(project, source):
    projects.change_project(project, changes={"settings": {"issue_severity": "ERROR"}})

    ingest(source, [an_entry("Disk nearly full", severity="WARNING")])

    assert not Issue.objects.exists()


def test_a_traceback_is_titled_by_its_exception(source):
    trace = 'Traceback (most recent call last):\n  File "/app/shop/pay.py", line 7, in charge\n    go()\nValueError: no such card\n'

    ingest(source, [an_entry(trace)])

    issue = Issue.objects.get()
    assert issue.title == "ValueError: no such card"
    assert issue.location == {"module": issue.location["module"], "function": "charge", "file": "/app/shop/pay.py", "line": 7}


def test_an_issue_says_how_it_was_opened(source):
    ingest(source, [an_entry()])

    event = Issue.objects.get().events.get()
    assert (event.verb, event.actor_kind, event.data["by"]) == ("opened", "machine", "logs")


def test_issues_are_numbered_for_each_project(source):
    ingest(source, [an_entry("one thing failed"), an_entry("another thing failed")])

    assert sorted(issue.key for issue in Issue.objects.select_related("project")) == ["shop-1", "shop-2"]


# --- Odd repetition ----------------------------------------------------------------------------


def test_what_keeps_mending_something_ten_times_an_hour_is_an_issue(source):
    ingest(source, [born(), *(at(60 + n * 300) for n in range(10))])

    issue = Issue.objects.get()
    assert (issue.title, issue.entries, issue.occurrence_count) == (BEAT, 10, 10)


@pytest.mark.parametrize(
    "entries",
    [
        [at(60 + n * 300) for n in range(9)],
        [at(60 + n * 500) for n in range(10)],
        [at(n * 5) for n in range(11)],
        [at(60 + n * 300, "Serving a thread record") for n in range(10)],
        [at(60 + n * 300, severity="DEBUG") for n in range(10)],
    ],
    ids=["nine", "over more than an hour", "in the first minute of the instance", "ordinary words", "debugging"],
)
def test_what_is_less_odd_is_none(source, entries):
    ingest(source, [born(), *entries])

    assert not Issue.objects.exists()


def test_each_instance_has_a_first_minute_of_its_own(source):
    starting = [entry for n in range(15) for entry in (at(n * 100, "System ready", instance=f"i-{n}"), at(n * 100 + 30, instance=f"i-{n}"))]

    ingest(source, starting)

    assert not Issue.objects.exists()


def test_without_an_instance_there_is_no_first_minute(source):
    ingest(source, [at(n, instance=None) for n in range(10)])

    assert Issue.objects.count() == 1


def test_odd_repetition_is_seen_across_batches_in_any_order(source):
    entries = [born(), *(at(60 + n * 300) for n in range(10))]

    for entry in reversed(entries):
        ingest(source, [entry])

    issue = Issue.objects.get()
    assert (issue.entries, issue.occurrence_count) == (10, 10)


def test_an_instance_that_proves_older_makes_its_entries_count(source):
    repeated = [at(60 + n * 5) for n in range(11)]
    ingest(source, repeated)
    assert not Issue.objects.exists()

    batch = ingest(source, [born()])

    assert batch.issues_opened == [Issue.objects.get().pk]
    assert Issue.objects.get().entries == 11


def test_a_project_has_words_and_thresholds_of_its_own(project, source):
    projects.change_project(project, changes={"settings": {"odd_repetition": {"words": ["lost"], "per_hour": 2, "skip_first_seconds": 0}}})

    ingest(source, [at(0, "Lost the lease"), at(1, "Lost the lease")])

    assert Issue.objects.get().title == "Lost the lease"


# --- Occurrences -------------------------------------------------------------------------------


def test_occurrences_are_by_stream_and_gap(source):
    ingest(
        source,
        [
            at(0, "Crash", severity="ERROR"),
            at(20, "Crash", severity="ERROR"),
            at(100, "Crash", severity="ERROR"),
            at(10, "Crash", severity="ERROR", instance="i-2"),
        ],
    )

    issue = Issue.objects.get()
    assert issue.occurrence_count == 3
    assert sorted(issue.occurrences.values_list("entries", flat=True)) == [1, 1, 2]


def test_an_entry_that_arrives_late_joins_what_it_lies_between(source):
    ingest(source, [at(0, "Crash", severity="ERROR"), at(50, "Crash", severity="ERROR")])
    assert Issue.objects.get().occurrence_count == 2

    ingest(source, [at(25, "Crash", severity="ERROR")])

    issue = Issue.objects.get()
    assert issue.occurrence_count == 1
    assert issue.occurrences.get().entries == 3


# --- After a decision --------------------------------------------------------------------------


def resolved(issue: Issue, resolution: str = "unproven") -> Issue:
    return issues.resolve(issue, actor=somebody(), resolution=resolution, reason="looks done")


def on_release(release: str, seconds: float) -> dict:
    resource = {"type": "cloud_run_revision", "labels": {"service_name": "shop", "revision_name": release}}
    return at(seconds, "Crash", severity="ERROR", resource=resource)


def test_a_resolved_issue_that_comes_on_a_newer_release_is_a_regression(source):
    ingest(source, [on_release("r1", 0)])
    resolved(Issue.objects.get())

    ingest(source, [on_release("r2", 3600)])

    issue = Issue.objects.get()
    assert (issue.state, issue.resolution, issue.confirmation) == (IssueState.OPEN, None, Confirmation.REGRESSED)
    assert "regression" in {reason["factor"] for reason in issue.reasons}
    assert issue.events.first().data == {"release": "r2", "was": "unproven"}


def test_an_old_release_that_still_runs_is_no_regression(source):
    ingest(source, [on_release("r1", 0)])
    resolved(Issue.objects.get())

    ingest(source, [on_release("r1", 3600)])

    issue = Issue.objects.get()
    assert (issue.state, issue.entries) == (IssueState.RESOLVED, 2)


def test_where_no_release_is_named_a_later_entry_is_a_regression(source):
    nameless = {"resource": {"type": "global", "labels": {}}}
    ingest(source, [at(0, "Crash", severity="ERROR", **nameless)])
    resolved(Issue.objects.get())

    ingest(source, [at(3600, "Crash", severity="ERROR", **nameless)])

    assert Issue.objects.get().confirmation == Confirmation.REGRESSED


def test_an_older_entry_that_arrives_late_is_no_regression(source):
    ingest(source, [on_release("r1", 3600)])
    resolved(Issue.objects.get())

    ingest(source, [on_release("r0", 0)])

    assert Issue.objects.get().state == IssueState.RESOLVED


def test_what_nobody_wants_to_fix_stays_closed(source):
    ingest(source, [on_release("r1", 0)])
    resolved(Issue.objects.get(), "wont_fix")

    ingest(source, [on_release("r2", 3600)])

    assert Issue.objects.get().state == IssueState.RESOLVED


def test_a_severity_that_a_person_set_survives_later_entries(source):
    ingest(source, [at(0, "Crash", severity="ERROR")])
    issues.edit(Issue.objects.get(), actor=somebody(), changes={"severity_override": 800})

    ingest(source, [at(3600, "Crash", severity="ERROR")])

    assert Issue.objects.get().effective_severity == 800


def test_a_title_that_a_person_gave_survives_later_entries(source):
    ingest(source, [at(0, "Crash", severity="ERROR")])
    issues.edit(Issue.objects.get(), actor=somebody(), changes={"title": "The shop falls over"})

    ingest(source, [at(3600, "Crash", severity="ERROR")])

    assert Issue.objects.get().title == "The shop falls over"


def test_an_ignored_issue_wakes_when_so_many_more_entries_have_come(project, source):
    ingest(source, [at(0, "Crash", severity="ERROR")])
    issues.ignore(Issue.objects.get(), actor=somebody(), count=2)

    ingest(source, [at(100, "Crash", severity="ERROR")])
    assert (issues.wake(project), Issue.objects.get().state) == (0, IssueState.IGNORED)
    ingest(source, [at(200, "Crash", severity="ERROR")])

    assert (issues.wake(project), Issue.objects.get().state) == (1, IssueState.OPEN)


def test_a_second_source_of_the_project_feeds_the_same_issue(project, source):
    ingest(source, [at(0, "Crash", severity="ERROR")])
    ingest(a_source(project, "other"), [at(0, "Crash", severity="ERROR")])

    assert (Issue.objects.get().entries, Pattern.objects.count()) == (2, 1)


def test_the_hour_after_an_instances_first_minute_is_judged_anew_when_it_proves_older(source):
    """The first of the ten lies in the first minute that was wrongly assumed, the last an hour after it."""
    ingest(source, [at(0, "hello", severity="INFO"), at(30), *(at(3600 + n) for n in range(1, 10))])
    assert not Issue.objects.exists()

    ingest(source, [at(-200, "System ready", severity="INFO")])

    assert Issue.objects.get().entries == 10


def test_of_a_pattern_on_very_many_instances_every_one_may_prove_older(source):
    ingest(source, [*(at(0, instance=f"a-{n:03}") for n in range(200)), *(at(1 + n, instance="z") for n in range(10))])
    assert not Issue.objects.exists()

    ingest(source, [at(-200, "System ready", severity="INFO", instance="z")])

    assert Issue.objects.count() == 1


def test_two_streams_of_one_instance_may_both_prove_older(source):
    def by(container: str, second: float, message: str = BEAT, severity: str = "NOTICE") -> dict:
        resource = {"type": "k8s_container", "labels": {"pod_name": "pod-1", "container_name": container}}
        return at(second, message, severity=severity, instance=None, resource=resource)

    day = 86_400
    ingest(source, [by("sidecar", 0, "hello", "INFO"), by("app", day, "hello", "INFO"), *(by("app", day + 1 + n) for n in range(10))])
    assert not Issue.objects.exists()

    ingest(source, [by("sidecar", -100, "up", "INFO"), by("app", day - 7200, "up", "INFO")])

    assert Issue.objects.count() == 1


def test_many_issues_are_opened_and_brought_up_to_date_with_few_queries(source, django_assert_max_num_queries):
    places = [{"file": "pay.py", "function": f"{one}{other}"} for one in "abcdefghij" for other in "abcdefghijklmnopqrst"]

    with django_assert_max_num_queries(150):
        ingest(source, [an_entry("Payment failed", sourceLocation=place) for place in places])
    with django_assert_max_num_queries(150):
        ingest(source, [an_entry("Payment failed", sourceLocation=place, timestamp="2025-09-09T03:00:00Z") for place in places])

    assert Issue.objects.filter(entries=2, occurrence_count=2).count() == 200
