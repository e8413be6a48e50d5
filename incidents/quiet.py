"""Whether the logs confirm a fix: quiet for long enough, while the system was at work. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

# So much of the window's hours must have seen entries of any kind: a system that is switched off is quiet, too.
BUSY_SHARE: Final = 0.5


def since(*, resolved_at: datetime, last_seen: datetime | None) -> datetime:
    """From when on the quiet counts: the resolution, or the fault's last entry where an old release wrote one after it."""
    return max(resolved_at, last_seen) if last_seen is not None else resolved_at


def is_confirmed(*, since: datetime, newest_entry: datetime | None, window: timedelta, busy_hours: int) -> bool:
    """Whether a fault that was quiet since `since` counts as gone.

    The project's entries must reach to the window's end (time is the data's), and at least half of the window's hours must
    have seen some.
    """
    if newest_entry is None or newest_entry < since + window:
        return False
    return busy_hours >= max(1, BUSY_SHARE * window / timedelta(hours=1))
