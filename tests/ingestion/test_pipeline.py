"""A batch becomes entries, patterns, issues and occurrences, once, whatever happens on the way."""

import json
import threading
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from incidents.models import Affected, Fingerprint, HourCount, Issue, Pattern, Project, Release, Sample, Stream
from ingestion import accounting, actions, parts, pipeline
from ingestion.formats.bodies import Form
from ingestion.models import Batch, Entry
from tests.factories import a_project, a_source, an_entry, ingest, store
from tests.waiting import until

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def small_parts():
    """Parts of three entries, so that a small batch has many."""
    with patch.dict(pipeline.PART_ITEMS, {connection.vendor: 3}):
        yield


def totals() -> dict[str, int]:
    """All that is counted anywhere."""
    return {
        "entries": Entry.objects.count(),
        "pattern entries": sum(Pattern.objects.values_list("entries", flat=True)),
        "hour counts": sum(HourCount.objects.values_list("entries", flat=True)),
        "issue entries": sum(Issue.objects.values_list("entries", flat=True)),
        "occurrence entries": sum(
            entries for issue in Issue.objects.all() for entries in issue.occurrences.values_list("entries", flat=True)
        ),
        "project entries": sum(Project.objects.values_list("entries", flat=True)),
        "issues": Issue.objects.count(),
        "samples": Sample.objects.count(),
    }


def test_a_batch_is_counted_everywhere(source):
    batch = ingest(source, [an_entry("Payment failed"), an_entry("Payment failed"), an_entry("Started", severity="INFO")])

    assert (batch.state, batch.entries, batch.duplicates, batch.rejected) == ("done", 3, 0, 0)
    assert totals() == {
        "entries": 3,
        "pattern entries": 3,
        "hour counts": 3,
        "issue entries": 2,
        "occurrence entries": 2,
        "project entries": 3,
        "issues": 1,
        "samples": 3,
    }


def test_the_same_entries_again_are_duplicates_and_change_no_count(source):
    entries = [an_entry("Payment failed"), an_entry("Started", severity="INFO")]
    ingest(source, entries)
    before = totals()

    again = ingest(source, entries)

    assert (again.entries, again.duplicates, again.issues_opened) == (2, 2, [])
    assert totals() == before


def test_the_same_entry_twice_in_one_batch_counts_once(source):
    entry = an_entry()

    batch = ingest(source, [entry, entry])

    assert (batch.entries, batch.duplicates) == (2, 1)
    assert totals()["entries"] == 1


def test_equal_entries_without_an_id_are_two_and_are_known_again(source):
    entry = an_entry(insertId=None)

    first, again = ingest(source, [entry, entry]), ingest(source, [entry, entry])

    assert (first.duplicates, again.duplicates) == (0, 2)
    assert totals()["entries"] == 2


def test_equal_entries_without_an_id_keep_their_ordinals_across_parts(source, small_parts):
    entries = [an_entry(insertId=None)] * 8

    ingest(source, entries)
    again = ingest(source, entries)

    assert totals()["entries"] == 8
    assert again.duplicates == 8


def test_two_sources_may_have_the_same_ids(project, source):
    entry = an_entry()

    ingest(source, [entry])
    batch = ingest(a_source(project, "other"), [entry])

    assert batch.duplicates == 0


def test_a_batch_in_many_parts_is_counted_like_one_in_one(source, small_parts):
    batch = ingest(source, [an_entry(f"Payment {number} failed") for number in range(20)])

    assert (batch.state, batch.entries, batch.next_offset) == ("done", 20, 20)
    assert totals()["issue entries"] == totals()["occurrence entries"] == 20


def test_rejected_entries_keep_their_number_and_the_rest_goes_through(source, small_parts):
    entries = [an_entry(), {"timestamp": "yesterday"}, an_entry(), an_entry(), {"timestamp": "never"}]

    batch = ingest(source, entries)

    assert (batch.entries, batch.rejected) == (3, 2)
    assert [(row.number, row.code) for row in batch.rejections.all()] == [(1, "timestamp_invalid"), (4, "timestamp_invalid")]


def test_an_entry_without_a_time_gets_that_of_receipt_and_a_note(source):
    batch = ingest(source, [an_entry(timestamp=None)])

    assert abs(Entry.objects.get().time_ns / 1e9 - batch.received_at.timestamp()) < 0.001
    assert [(note.number, note.code) for note in batch.notes.all()] == [(0, "no_time")]


def test_lines_of_text_become_entries(source):
    body = b"2025-09-09 01:33:32,726 - shop.payments - ERROR - Payment failed\nplain line\n"
    batch, _ = actions.accept(source, body=body, form=Form.TEXT, process_soon=False)

    pipeline.process(batch.pk)

    assert set(Entry.objects.values_list("message", "severity", "module")) == {
        ("Payment failed", 500, "shop.payments"),
        ("plain line", 0, ""),
    }


# --- What may happen on the way ----------------------------------------------------------------


def break_after(commits: int, error: Exception):
    """Let the commit after so many fail."""
    real, done = parts.commit, []

    def commit(batch, part):
        if len(done) == commits:
            raise error
        done.append(part)
        return real(batch, part)

    return patch.object(parts, "commit", commit)


def test_a_worker_that_dies_in_the_middle_leaves_what_the_next_one_completes(source, small_parts):
    batch = store(source, [an_entry(insertId=None)] * 5 + [an_entry(f"n {number}") for number in range(10)])
    with break_after(2, OperationalError("gone")), pytest.raises(OperationalError):
        pipeline.process(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.next_offset, batch.entries) == ("processing", 6, 6)
    Batch.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    pipeline.process(batch.pk)

    batch.refresh_from_db()
    assert (batch.state, batch.entries, batch.duplicates) == ("done", 15, 0)
    assert totals()["entries"] == totals()["pattern entries"] == totals()["issue entries"] == 15


def test_a_batch_that_is_held_is_left_alone(source):
    batch = store(source, [an_entry()])
    Batch.objects.update(state="processing", lease_until=timezone.now() + timedelta(seconds=30))

    assert pipeline.process(batch.pk) is None
    assert totals()["entries"] == 0


def test_a_stale_worker_cannot_write_a_part_that_another_has_written(source, small_parts):
    batch = store(source, [an_entry() for _ in range(6)])
    stale = pipeline._claim(batch.pk)
    assert stale is not None
    reader = pipeline.PartReader(stale, json.loads(json.dumps([json.dumps(an_entry()) for _ in range(3)])))
    part = reader.read()
    Batch.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    pipeline.process(batch.pk)
    before = totals()

    with pytest.raises(parts.Fenced):
        parts.commit(stale, part)

    assert totals() == before


def test_a_done_batch_is_not_processed_again(source):
    batch = ingest(source, [an_entry()])
    before = totals()

    assert pipeline.process(batch.pk) is None
    assert totals() == before


def test_a_batch_that_never_comes_forward_is_given_up_with_its_error(source):
    batch = store(source, [an_entry()])
    for _ in range(Batch.MOST_ATTEMPTS):
        Batch.objects.update(lease_until=None)
        with break_after(0, OperationalError("disk full")), pytest.raises(OperationalError):
            pipeline.process(batch.pk)

    batch.refresh_from_db()

    assert (batch.state, batch.error) == ("failed", "OperationalError: disk full")


def test_a_batch_whose_workers_are_killed_again_and_again_is_given_up(source):
    """A kill leaves no error behind, only attempts that came to nothing."""
    batch = store(source, [an_entry()])
    Batch.objects.update(state="processing", attempts=Batch.MOST_ATTEMPTS, lease_until=timezone.now() - timedelta(seconds=1))

    assert actions.left_behind() == []

    batch.refresh_from_db()
    assert batch.state == "failed"
    assert batch.error


def test_a_failed_batch_can_be_tried_again(source):
    batch = store(source, [an_entry()])
    Batch.objects.update(state="failed", attempts=5, error="disk full")

    actions.retry(batch)
    pipeline.process(batch.pk)

    batch.refresh_from_db()
    assert (batch.state, batch.error, batch.entries) == ("done", "", 1)


def test_coming_forward_makes_a_batch_patient_again(source, small_parts):
    batch = store(source, [an_entry() for _ in range(9)])
    Batch.objects.update(attempts=Batch.MOST_ATTEMPTS - 1)

    with break_after(1, OperationalError("gone")), pytest.raises(OperationalError):
        pipeline.process(batch.pk)

    batch.refresh_from_db()
    assert (batch.state, batch.attempts) == ("processing", 0)


def test_what_nobody_holds_is_found_after_a_while(source):
    young, lost, dead, held, done = (store(source, [an_entry()]) for _ in range(5))
    past = timezone.now() - timedelta(minutes=1)
    Batch.objects.exclude(pk=young.pk).update(received_at=past)
    Batch.objects.filter(pk=dead.pk).update(state="processing", lease_until=past)
    Batch.objects.filter(pk=held.pk).update(state="processing", lease_until=timezone.now() + timedelta(minutes=1))
    pipeline.process(done.pk)

    assert actions.left_behind() == [lost.pk, dead.pk]


# --- Grouping ----------------------------------------------------------------------------------


def test_entries_that_differ_in_values_are_one_pattern(source):
    ingest(source, [an_entry("took 5 s"), an_entry("took 17 s")])

    pattern = Pattern.objects.get()
    assert (pattern.template, pattern.entries) == ("took <DURATION>", 2)


def test_error_and_info_are_never_one_pattern(source):
    ingest(source, [an_entry("took 5 s"), an_entry("took 5 s", severity="INFO")])

    assert Pattern.objects.count() == 2


def test_two_projects_share_no_pattern(source):
    ingest(source, [an_entry()])
    ingest(a_source(a_project("bank"), "bank-logs"), [an_entry()])

    assert Fingerprint.objects.count() == Pattern.objects.count() == Issue.objects.count() == 2


def test_a_pattern_keeps_the_newest_line_of_its_place_in_whatever_order_entries_come(source):
    def at(second: int, line: int) -> dict:
        return an_entry(timestamp=f"2025-09-09T01:00:{second:02}Z", sourceLocation={"file": "a.py", "line": line, "function": "f"})

    ingest(source, [at(5, 50), at(9, 90)])
    ingest(source, [at(1, 10)])

    assert Pattern.objects.get().line == 90


def test_a_pattern_keeps_twenty_samples_and_no_more(source, small_parts):
    ingest(source, [an_entry(f"took {number} s") for number in range(25)])

    assert Sample.objects.count() == 20


def test_whom_a_pattern_touched_is_counted_once_each_and_up_to_a_limit(source):
    def by(user: int) -> dict:
        return an_entry(
            textPayload=None, jsonPayload={"message": "Payment failed", "user_id": f"u{user}"}, trace="projects/example/traces/abc"
        )

    ingest(source, [by(number % 250) for number in range(500)])

    assert Affected.objects.filter(kind="user").count() == Affected.LIMIT
    assert Affected.objects.filter(kind="trace").count() == 1


def test_a_release_is_first_seen_at_its_earliest_entry(source):
    ingest(source, [an_entry(timestamp="2025-09-09T05:00:00Z")])
    ingest(source, [an_entry(timestamp="2025-09-09T03:00:00Z")])

    release = Release.objects.get()
    assert (release.name, release.first_seen.hour) == ("shop-00001-abc", 3)


def test_an_entry_with_endless_names_does_not_fail_those_that_came_with_it(source):
    """PostgreSQL refuses a text that is longer than its column, and with it the whole part."""
    endless = "x" * 2_000
    stack = f"Error: boo\n    at run (webpack:///{endless}.js:99999999999:5)"

    batch = ingest(source, [an_entry(), an_entry(stack), an_entry(sourceLocation={"file": endless, "function": endless, "line": "1"})])

    assert (batch.state, batch.entries) == ("done", 3)


@pytest.mark.usefixtures("postgres")
@pytest.mark.django_db(transaction=True)
def test_two_workers_that_hear_an_instance_at_once_agree_on_its_birth():
    """The one with the older entry comes second, while the other has not committed yet."""
    source = a_source(a_project())

    def by(moment: str) -> dict:
        return an_entry(timestamp=moment, labels={"instanceId": "i-1"})

    young, old = store(source, [by("2025-09-09T02:00:00Z")]), store(source, [by("2025-09-09T01:00:00Z")])
    real, heard = accounting._date_streams, threading.Event()

    def slow(project, new):
        moved = real(project, new)
        heard.set()
        until(_waits_for_a_lock, within=10, what="the other worker to wait")
        return moved

    def work() -> None:
        heard.wait(10)
        pipeline.process(old.pk)
        connection.close()

    other = threading.Thread(target=work)
    other.start()
    with patch.object(accounting, "_date_streams", lambda project, new: (real if heard.is_set() else slow)(project, new)):
        pipeline.process(young.pk)
    other.join()

    assert Stream.objects.get().first_ns == 1_757_379_600 * 10**9


def _waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        # Within a transaction the view shows what it showed first.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
        return cursor.fetchone()[0] > 0


@pytest.mark.parametrize("odd", [{"timestamp": None}, {"timestamp": "2200-01-01T00:00:00Z"}], ids=["no time", "a time to come"])
def test_last_years_log_stays_last_years_log_when_one_entry_has_no_believable_time(source, odd):
    ingest(source, [an_entry(timestamp="2025-09-09T01:00:00Z"), an_entry(**odd)])

    assert Project.objects.get().present().year == 2025


def test_a_worker_that_was_given_up_takes_nothing_from_what_the_next_one_opened(source):
    batch = store(source, [an_entry("Alpha")])
    given_up = pipeline._claim(batch.pk)
    Batch.objects.filter(pk=batch.pk).update(lease_until=None)
    pipeline.process(batch.pk)
    left = pipeline._claim(store(source, [an_entry("Beta")]).pk)
    parts.commit(left, pipeline.PartReader(left, [json.dumps(an_entry("Beta"))]).read())

    pipeline.settle(source.project, given_up)

    batch.refresh_from_db()
    assert batch.issues_opened == list(Issue.objects.order_by("pk").values_list("pk", flat=True))
    assert len(batch.issues_opened) == 2
