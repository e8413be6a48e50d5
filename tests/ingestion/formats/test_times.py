import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.clock import iso_ns
from ingestion.formats.times import EARLIEST_NS, LATEST_NS, in_range, rfc3339_ns

MOMENT = 1_756_340_414_000_000_000  # 2025-08-28T00:20:14Z


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-08-28T00:20:14Z", MOMENT),
        ("2025-08-28t00:20:14z", MOMENT),
        ("2025-08-28T00:20:14.1Z", MOMENT + 100_000_000),
        ("2025-08-28T00:20:14.123456789Z", MOMENT + 123_456_789),
        ("2025-08-28T00:20:14.000000001+00:00", MOMENT + 1),
        ("2025-08-28T02:20:14+02:00", MOMENT),
        ("2025-08-27T18:50:14-05:30", MOMENT),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000_000),
        ("1969-12-31T23:59:59.999999999Z", -1),
    ],
)
def test_a_time_is_read_to_the_nanosecond(text, expected):
    assert rfc3339_ns(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("2025-08-28", "2025-08-28T00:20:14", "2025-08-28T00:20Z", "yesterday", "", "1756340414", " 2025-08-28T00:20:14Z"),
        *("2025-13-28T00:20:14Z", "2025-02-30T00:20:14Z", "0000-01-01T00:00:00Z", "2025-08-28T24:00:00Z", "2025-08-28T00:60:00Z"),
        *("2025-08-28T00:00:61Z", "2025-08-28T00:00:00.Z", "2025-08-28T00:00:00+2:00", "2025-08-28T00:00:00+24:00", "٢٠٢٥-08-28T00:20:14Z"),
        "2025-08-28T00:20:14Z\n",
    ],
)
def test_what_is_no_rfc3339_time_is_none(text):
    assert rfc3339_ns(text) is None


def test_only_the_years_1678_to_2261_are_in_range():
    inside = ["1678-01-01T00:00:00Z", "2261-12-31T23:59:59.999999999Z"]
    outside = ["1677-12-31T23:59:59.999999999Z", "2262-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"]

    assert [in_range(rfc3339_ns(text)) for text in inside + outside] == [True, True, False, False, False, False]


@settings(deadline=None)
@given(st.integers(EARLIEST_NS, LATEST_NS))
def test_a_time_that_we_write_is_read_as_the_same(time_ns):
    assert rfc3339_ns(iso_ns(time_ns)) == time_ns
