"""Time as the data tells it. Pure."""

from datetime import UTC, datetime, timedelta

NANOSECONDS = 1_000_000_000
HOUR_NS = 3600 * NANOSECONDS
DAY_NS = 24 * HOUR_NS

# How old the newest entry may be before "now" means that entry's time.
STALE_AFTER = timedelta(days=1)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def present(*, newest_entry: datetime | None, now: datetime) -> datetime:
    """The moment that rates, "new" and quiet windows count from.

    It is the newest entry's time when that is over a day old, so that last year's log is as useful as today's.
    """
    if newest_entry is not None and newest_entry < now - STALE_AFTER:
        return newest_entry
    return now


def to_datetime(time_ns: int) -> datetime:
    """A moment given in nanoseconds since 1970, cut to microseconds."""
    return _EPOCH + timedelta(microseconds=time_ns // 1000)


def to_ns(moment: datetime) -> int:
    """A moment as nanoseconds since 1970; exact, where a float would not be."""
    since = moment - _EPOCH
    return ((since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds) * 1000


def iso_ns(time_ns: int) -> str:
    """A moment in UTC with nine digits of fraction: 2025-09-09T01:33:32.726470000Z."""
    seconds, fraction = divmod(time_ns, NANOSECONDS)
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{fraction:09d}Z"


def iso(moment: datetime) -> str:
    """A moment in UTC as the API writes it, microseconds where there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
