"""How much may be written now: two sliding windows over the moments of the last writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from incidents.github import allowance
from incidents.github.allowance import _used_until
from incidents.github.failures import AllowanceUsed, MustWait
from incidents.models import WriteAllowance

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def writes(count: int, *, first: timedelta, apart: float = 0.1) -> list[float]:
    """So many moments, the first of them so long before now."""
    start = (NOW - first).timestamp()
    return [start + number * apart for number in range(count)]


def at(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, UTC)


@pytest.mark.parametrize(
    "given",
    [
        [],
        writes(79, first=timedelta(seconds=50)),
        writes(80, first=MINUTE),
        writes(499, first=timedelta(minutes=50)),
        writes(500, first=HOUR),
    ],
    ids=["none", "one less than a minute's", "a minute's, just over", "one less than an hour's", "an hour's, the first just over"],
)
def test_as_long_as_no_window_is_full_something_may_be_written(given):
    assert _used_until(given, NOW) is None


def test_a_full_minute_lasts_until_its_oldest_write_leaves_it():
    given = writes(80, first=timedelta(seconds=50))

    assert _used_until(given, NOW) == at(given[0]) + MINUTE


def test_of_more_writes_than_a_minutes_the_newest_eighty_count():
    given = writes(100, first=timedelta(seconds=50))

    assert _used_until(given, NOW) == at(given[20]) + MINUTE


def test_a_full_hour_lasts_until_its_oldest_write_leaves_it():
    given = writes(500, first=timedelta(minutes=50), apart=5)

    assert _used_until(given, NOW) == at(given[0]) + HOUR


def test_where_both_are_full_the_later_end_counts():
    given = writes(420, first=timedelta(minutes=50)) + writes(80, first=timedelta(seconds=50))

    assert _used_until(given, NOW) == at(given[0]) + HOUR


# --- Taking --------------------------------------------------------------------------------------


def kept(count: int, *, seconds_ago: float) -> None:
    moment = timezone.now().timestamp() - seconds_ago
    WriteAllowance.objects.update_or_create(pk=1, defaults={"writes": [moment] * count})


@pytest.mark.django_db
def test_what_is_taken_is_remembered_and_what_is_older_than_an_hour_is_forgotten():
    kept(3, seconds_ago=3601)

    allowance.take()

    [taken] = WriteAllowance.objects.get().writes
    assert abs(taken - timezone.now().timestamp()) < 5


@pytest.mark.django_db
def test_where_none_is_left_none_is_taken():
    kept(80, seconds_ago=10)

    with pytest.raises(AllowanceUsed) as used:
        allowance.take()

    row = WriteAllowance.objects.get()
    assert (len(row.writes), row.blocked_until) == (80, None)
    assert timedelta(seconds=40) < used.value.until - timezone.now() < timedelta(seconds=51)


@pytest.mark.django_db
def test_as_long_as_github_wants_to_be_left_alone_none_is_taken():
    until = timezone.now() + HOUR
    allowance.block(until)

    with pytest.raises(MustWait) as refused:
        allowance.take()

    assert not isinstance(refused.value, AllowanceUsed)
    assert (refused.value.until, WriteAllowance.objects.get().writes) == (until, [])


@pytest.mark.django_db
def test_a_shorter_wait_does_not_cut_a_longer_one_short():
    until = timezone.now() + HOUR
    allowance.block(until)

    allowance.block(until - MINUTE)

    assert allowance.blocked_until() == until


@pytest.mark.django_db
def test_writing_waits_for_github_and_for_our_own_limit_reading_for_github_alone():
    kept(80, seconds_ago=10)

    assert allowance.blocked_until() is None
    assert allowance.writing_from() is not None


@pytest.mark.django_db
@pytest.mark.parametrize("kept_before", [False, True], ids=["nothing was ever written", "a wait that is over"])
def test_without_a_limit_something_may_be_written_at_once(kept_before):
    if kept_before:
        allowance.block(timezone.now() - MINUTE)

    assert allowance.writing_from() is None
