"""One fault is one issue, however many lines tell of it; and what only happened to come beside it is another."""

import json
import random
from typing import Any

import pytest

from incidents.models import Companion, Issue, IssueState, Project, Sighting
from tests.crashing import CAUSE, DURING, EXITED, WRAPPED, at, crash, crashes, standing
from tests.factories import a_project, a_source, an_entry, ingest
from tests.ingestion.pictures import issues_of, patterns_of
from tests.shared_data import SHARED_DATA

pytestmark = pytest.mark.django_db

DUMP = SHARED_DATA / "gcp" / "backend-last-hour.json"


# --- The real crash loop ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dump() -> list[dict[str, Any]]:
    if not DUMP.exists():
        pytest.skip(f"{DUMP} is not here")
    entries: list[dict[str, Any]] = json.loads(DUMP.read_text())
    return entries


def test_a_crash_loop_on_fifteen_instances_is_one_issue(source, dump):
    ingest(source, dump)

    crash, *others = Issue.objects.order_by("-entries")
    assert crash.title == "ModuleNotFoundError: No module named 'netra_backend.app.services.monitoring'"
    assert (crash.occurrence_count, crash.parts.count()) == (15, 10)
    assert len(others) <= 3
    assert {issue.severity for issue in others} == {400}


@pytest.mark.both_databases
def test_the_same_crash_loop_in_shuffled_batches_is_the_same(dump):
    whole = a_project("whole")
    ingest(a_source(whole, "whole"), dump)
    shuffled = dump.copy()
    random.Random(5).shuffle(shuffled)
    parted = a_project("parted")
    source = a_source(parted, "parted")
    for part in range(10):
        ingest(source, shuffled[part::10])

    assert issues_of(parted) == issues_of(whole)
    assert patterns_of(parted) == patterns_of(whole)


# --- What comes together ---------------------------------------------------------------------------------------------------


def test_what_keeps_coming_together_on_new_instances_is_one_issue_titled_by_the_exception(source):
    ingest(source, crashes(3))

    assert standing() == {"KeyError: 'card'": (3, 9)}


def test_an_occurrence_lists_what_came_in_it_in_order(source):
    ingest(source, crashes(3))

    occurrence = Issue.objects.get().occurrences.order_by("start_ns").first()
    assert occurrence is not None
    assert [(one["entries"], one["start_ns"] - occurrence.start_ns) for one in occurrence.companions] == [
        (1, 0),
        (1, 200_000_000),
        (1, 300_000_000),
    ]


def test_twice_is_not_often_enough(source):
    ingest(source, crashes(2))

    assert len(standing()) == 3


def test_issues_that_were_opened_before_the_third_time_go_into_the_first_ones(source):
    for number in range(3):
        ingest(source, crash(number))

    assert standing() == {"KeyError: 'card'": (3, 9)}
    folded = Issue.objects.filter(state=IssueState.MERGED)
    assert {issue.title for issue in folded} == {"Shutting down: Master", EXITED}
    assert {issue.merged_into for issue in folded} == {Issue.objects.exclude(state=IssueState.MERGED).get()}
    assert {issue.events.first().verb for issue in folded} == {"folded"}


def test_a_companion_that_comes_alone_has_an_issue_of_its_own_for_that(source):
    ingest(source, crashes(4))

    ingest(source, [at(900, EXITED, instance="i-9", severity="WARNING")])

    assert standing() == {"KeyError: 'card'": (4, 12), EXITED: (1, 1)}


@pytest.mark.both_databases
def test_an_issue_that_went_into_another_one_stands_for_itself_again_when_it_is_seen_alone(source):
    for number in range(4):
        ingest(source, crash(number))
    folded = Issue.objects.get(title=EXITED)
    assert folded.state == IssueState.MERGED

    ingest(source, [at(900, EXITED, instance="i-9", severity="WARNING")])

    folded.refresh_from_db()
    assert (folded.state, folded.merged_into, folded.occurrence_count, folded.entries) == (IssueState.OPEN, None, 1, 1)
    assert folded.events.first().verb == "unfolded"


def test_what_mostly_comes_alone_is_no_companion(source):
    ingest(source, crashes(4) + [at(2_000 + number * 60, EXITED, instance="i-9", severity="WARNING") for number in range(9)])

    assert standing()[EXITED] == (13, 13)


def test_two_faults_that_overlap_once_stay_two(source):
    alone = [at(5_000 + number * 600, "Mail server refused", instance="i-m") for number in range(5)]

    ingest(source, [*crashes(4), *alone, at(0.1, "Mail server refused", instance="i-0")])

    assert standing() == {"KeyError: 'card'": (4, 12), "Mail server refused": (6, 6)}


def test_a_warning_that_repeats_all_the_time_is_not_drawn_into_a_rare_error(source):
    chatter = [at(second, "Queue is filling up", severity="WARNING") for second in range(0, 3_600, 40)]
    errors = [at(second, CAUSE) for second in (403, 1_003, 1_803, 2_603)]

    ingest(source, chatter + errors)

    assert standing() == {"KeyError: 'card'": (4, 4), "Queue is filling up": (90, 90)}


def test_warnings_that_every_start_brings_stay_apart_from_each_other_and_from_the_crash(source):
    starts = [
        entry
        for number in range(5)
        for entry in (
            at(number * 60 - 0.6, "SERVICE_ID has a blank", instance=f"i-{number}", severity="WARNING"),
            at(number * 60 - 0.1, "No tracing configured", instance=f"i-{number}", severity="WARNING"),
        )
    ]

    ingest(source, starts + crashes(5))

    assert standing() == {"KeyError: 'card'": (5, 15), "SERVICE_ID has a blank": (5, 5), "No tracing configured": (5, 5)}


def test_what_two_crashes_have_in_common_belongs_to_each_where_it_came_with_it(source):
    other = [
        entry
        for number in range(10, 14)
        for entry in (
            at(number * 60, WRAPPED, instance=f"i-{number}"),
            at(number * 60 + 0.3, EXITED, instance=f"i-{number}", severity="WARNING"),
        )
    ]

    ingest(source, crashes(3) + other)

    assert standing() == {"KeyError: 'card'": (3, 9), "RuntimeError: no page": (4, 8)}


def test_an_old_sighting_moves_when_its_cause_arrives_late(source):
    cause, *rest = crash(3)
    ingest(source, [*crashes(3), *rest])
    assert standing() == {"KeyError: 'card'": (3, 9), "Shutting down: Master": (1, 1), EXITED: (1, 1)}

    ingest(source, [cause])

    assert standing() == {"KeyError: 'card'": (4, 12)}


def test_a_companion_leaves_when_its_lead_proves_to_have_begun_long_before(source):
    ingest(source, crashes(6))

    ingest(source, [at(3 * 60 - 20, CAUSE, instance="i-3")])

    assert standing() == {"KeyError: 'card'": (6, 17), "Shutting down: Master": (1, 1), EXITED: (1, 1)}


@pytest.mark.both_databases
@pytest.mark.parametrize("seed", range(4))
def test_any_order_and_any_split_into_batches_end_with_the_same_issues(seed):
    chance = random.Random(seed)
    entries = [
        *crashes(5),
        *crashes(4, every=97, fresh=False),
        *(at(700 + number * 61, "Mail server refused", instance="i-m") for number in range(4)),
        at(1_500, EXITED, instance="i-9", severity="WARNING"),
        at(1_600, CAUSE, instance="i-8"),
        at(1_600.1, DURING, instance="i-8", severity="DEFAULT"),
        at(1_600.2, WRAPPED, instance="i-8"),
    ]
    whole = a_project("whole")
    ingest(a_source(whole, "whole"), entries)
    parted = a_project("parted")
    source = a_source(parted, "parted")
    chance.shuffle(entries)
    while entries:
        count = chance.randint(1, 12)
        ingest(source, entries[:count])
        del entries[:count]

    assert issues_of(parted) == issues_of(whole)


# --- Bookkeeping -----------------------------------------------------------------------------------------------------------


def test_the_statistics_behind_a_companion_are_kept(source):
    ingest(source, crashes(4))

    tie = Companion.objects.get(pattern__template__startswith="Container")
    assert (tie.together, tie.seen, tie.lead_together, tie.lead_seen) == (4, 4, 4, 4)
    assert tie.lag_ns == 300_000_000
    assert tie.chance < 0.01


def test_nothing_stays_fresh_when_a_batch_is_done(source):
    ingest(source, crashes(3))

    assert not Sighting.objects.filter(fresh=True).exists()


def test_what_a_dead_worker_left_unsettled_is_settled_by_the_next_batch(source, monkeypatch):
    ingest(source, crash(0))
    Sighting.objects.update(fresh=True, issue=None)

    ingest(source, [at(5_000, "something else", severity="INFO")])

    assert not Sighting.objects.filter(fresh=True).exists()
    assert all(issue.occurrence_count == 1 for issue in Issue.objects.all())


def test_projects_are_settled_each_by_itself(source):
    other = a_project("bank")
    ingest(a_source(other, "bank-logs"), crashes(2))
    ingest(source, crashes(2))

    assert len(issues_of(other)) == len(issues_of(Project.objects.get(slug="shop"))) == 3


def test_the_companions_of_an_old_log_that_is_read_in_pieces_are_known_beside_much_newer_ones(source):
    ingest(source, [at(90 * 86_400, "Something new")])
    for number in range(4):
        ingest(source, crash(number))

    ingest(source, crash(4)[1:])

    assert standing() == {"Something new": (1, 1), "KeyError: 'card'": (4, 12), "Shutting down: Master": (1, 1), EXITED: (1, 1)}


@pytest.mark.both_databases
@pytest.mark.parametrize("moment", ["2200-01-01T00:00:00Z", "2025-10-20T00:00:00Z"], ids=["a broken clock", "weeks later"])
def test_an_entry_from_another_time_dissolves_no_burst(source, moment):
    """A stream that lives for long says how unlikely it is that two things come together on it: all of its life counts."""
    ingest(source, [at(second, "Still here", severity="WARNING") for second in range(0, 3_600, 600)])
    for number in range(4):
        ingest(source, crash(number, every=45, fresh=False))
    assert Companion.objects.count() == 2
    ingest(source, [an_entry("Something else", timestamp=moment, labels={"instanceId": "z"})])

    ingest(source, crash(4, every=45, fresh=False))

    assert Companion.objects.count() == 2


def test_of_what_was_seen_very_often_the_newest_sightings_decide(source):
    ingest(source, [at(number * 60, EXITED, instance=f"old-{number}", severity="WARNING") for number in range(60)])

    ingest(source, [entry for number in range(100, 151) for entry in crash(number)])

    assert standing() == {"KeyError: 'card'": (51, 153), EXITED: (60, 60)}
