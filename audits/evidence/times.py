"""Durations as runners write them. Pure."""

from __future__ import annotations

import re
from typing import Final

from audits.evidence.remarks import Remarks

# No test runs for a month; a clock that jumped does.
MOST_SECONDS: Final = 30 * 86_400

_NUMBER: Final = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
# Surefire groups thousands (its schema's SUREFIRE_TIME). A group never begins with 0: "0,003" is a decimal comma, and not read.
_GROUPED: Final = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?", re.ASCII)


def read_seconds(text: str | None, remarks: Remarks) -> float | None:
    """A duration in seconds; None where none is stated, and with a remark where it is not a sensible one."""
    text = (text or "").strip()
    if not text:
        return None
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    elif not _NUMBER.fullmatch(text):
        negative = text.startswith("-") and _NUMBER.fullmatch(text[1:])
        remarks.note("time_unread", f"A time {'is negative' if negative else 'is not a number of seconds'}; it counts as not stated.")
        return None
    return sensible(float(text), remarks)


def sensible(seconds: float, remarks: Remarks) -> float | None:
    """The duration itself; None, with a remark, where no run takes that long or so little."""
    # Written so that NaN fails it.
    if 0 <= seconds <= MOST_SECONDS:
        return seconds
    reason = "is negative" if seconds < 0 else f"is longer than {MOST_SECONDS // 86_400} days"
    remarks.note("time_unread", f"A time {reason}; it counts as not stated.")
    return None


def milliseconds(duration: float, remarks: Remarks) -> float | None:
    """A duration that is counted in milliseconds, in seconds; None, with a remark, where it is not sensible."""
    # A number of JSON may have thousands of digits, more than a float takes.
    return sensible(min(max(duration, -1), 1000 * MOST_SECONDS + 1) / 1000, remarks)
