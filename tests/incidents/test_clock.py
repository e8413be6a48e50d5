from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents import clock

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("newest", "present"),
    [
        (None, NOW),
        (NOW - timedelta(hours=3), NOW),
        (NOW - timedelta(days=1), NOW),
        (NOW - timedelta(days=300), NOW - timedelta(days=300)),
        (NOW + timedelta(hours=1), NOW),
    ],
)
def test_the_present_is_the_newest_entry_when_that_is_over_a_day_old(newest, present):
    assert clock.present(newest_entry=newest, now=NOW) == present


def test_a_time_has_always_nine_digits():
    assert clock.iso_ns(1_757_381_612_726_470_001) == "2025-09-09T01:33:32.726470001Z"
    assert clock.iso_ns(-1) == "1969-12-31T23:59:59.999999999Z"


@given(st.datetimes(datetime(1678, 1, 1), datetime(2261, 12, 31), timezones=st.just(UTC)))
def test_a_moment_survives_the_way_to_nanoseconds_and_back(moment):
    assert clock.to_datetime(clock.to_ns(moment)) == moment
