"""Whether the logs confirm a fix."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.quiet import is_confirmed, since

FIXED = datetime(2026, 1, 5, 10, tzinfo=UTC)
DAY = timedelta(hours=24)


def test_the_quiet_counts_from_the_resolution():
    assert since(resolved_at=FIXED, last_seen=FIXED - DAY) == FIXED
    assert since(resolved_at=FIXED, last_seen=None) == FIXED


def test_the_quiet_counts_from_the_last_entry_of_an_old_release_that_still_ran():
    assert since(resolved_at=FIXED, last_seen=FIXED + DAY) == FIXED + DAY


@pytest.mark.parametrize(
    ("newest_entry", "busy_hours", "confirmed"),
    [
        (FIXED + DAY, 12, True),
        (FIXED + DAY, 11, False),
        (FIXED + DAY - timedelta(seconds=1), 23, False),
        (None, 0, False),
    ],
    ids=["quiet and at work", "mostly switched off", "not over yet", "no entry at all"],
)
def test_it_takes_the_whole_window_and_a_system_at_work(newest_entry, busy_hours, confirmed):
    assert is_confirmed(since=FIXED, newest_entry=newest_entry, window=DAY, busy_hours=busy_hours) is confirmed


def test_the_shortest_window_wants_one_busy_hour():
    assert is_confirmed(since=FIXED, newest_entry=FIXED + DAY, window=timedelta(hours=1), busy_hours=1)
    assert not is_confirmed(since=FIXED, newest_entry=FIXED + DAY, window=timedelta(hours=1), busy_hours=0)
