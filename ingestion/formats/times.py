"""Times as logs write them, to exact nanoseconds. Pure.

`datetime` stops at microseconds, so only days are counted by it.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Final

from incidents.clock import DAY_NS, HOUR_NS, NANOSECONDS

_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_MINUTE_NS: Final = HOUR_NS // 60
# Nanoseconds in 64 bits end in 1677 and 2262; whole years are easier to explain.
EARLIEST_NS: Final = (date(1678, 1, 1).toordinal() - _EPOCH_DAY) * DAY_NS
LATEST_NS: Final = (date(2262, 1, 1).toordinal() - _EPOCH_DAY) * DAY_NS - 1

_RFC3339: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d{1,40}))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))\Z", re.ASCII
)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS: Final = {name: number for number, name in enumerate(_MONTHS, 1)}


def in_range(time_ns: int) -> bool:
    """Whether a time lies in the years 1678 to 2261."""
    return EARLIEST_NS <= time_ns <= LATEST_NS


def rfc3339_ns(text: str) -> int | None:
    """The nanoseconds since 1970 of an RFC 3339 time, in whatever year; None for what is no such time.

    A leap second counts as the first second of the next minute; digits after the ninth are dropped.
    """
    match = _RFC3339.match(text)
    if match is None:
        return None
    day, hour, minute, second, fraction, sign, offset_hour, offset_minute = match.groups()
    start = day_ns(day)
    if start is None:
        return None
    time_ns = start + clock_ns(hour, minute, second, fraction)
    if sign is None:
        return time_ns
    offset = int(offset_hour) * HOUR_NS + int(offset_minute) * _MINUTE_NS
    return time_ns - offset if sign == "+" else time_ns + offset


@lru_cache(maxsize=4096)
def day_ns(day: str) -> int | None:
    """Where a day, as 2025-08-28, begins in UTC; None for a day that no calendar has."""
    try:
        return (date.fromisoformat(day).toordinal() - _EPOCH_DAY) * DAY_NS
    except ValueError:
        return None


def clock_ns(hour: str, minute: str, second: str, fraction: str | None) -> int:
    """Nanoseconds since midnight."""
    whole = (int(hour) * 3600 + int(minute) * 60 + int(second)) * NANOSECONDS
    return whole + int(fraction[:9].ljust(9, "0")) if fraction else whole


def written_ns(day: str, clock: str, fraction: str | None, zone: str | None) -> int | None:
    """The time that a log line writes: day as 2025-08-28, clock as 00:20:14; without a zone it is UTC.

    None for what is no time, and for years outside of 1678 to 2261.
    """
    start = day_ns(day)
    hour, minute, second = clock.split(":")
    if start is None or int(hour) > 23 or int(minute) > 59 or int(second) > 60:
        return None
    time_ns = start + clock_ns(hour, minute, second, fraction) - _offset_ns(zone)
    return time_ns if in_range(time_ns) else None


def _offset_ns(zone: str | None) -> int:
    digits = (zone or "").replace(":", "")
    if len(digits) != 5:
        return 0
    offset = int(digits[1:3]) * HOUR_NS + int(digits[3:]) * _MINUTE_NS
    return -offset if digits[0] == "-" else offset
