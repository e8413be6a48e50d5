"""Times and odds in words. Pure."""

from __future__ import annotations

from typing import Final

from incidents.clock import NANOSECONDS

# What is closer together than this came at once, as far as anybody can tell from a log.
AT_ONCE_NS: Final = NANOSECONDS // 2_000
_SIZES: Final = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_RAREST: Final = 1e-15


def offset(ns: int) -> str:
    """How far something is from what it is held against: `+0.47 s`, `0.003 s before`, `at once`."""
    if abs(ns) < AT_ONCE_NS:
        return "at once"
    return f"+{duration(ns)}" if ns > 0 else f"{duration(-ns)} before"


def duration(ns: int) -> str:
    """A length of time: `0.003 s`, `0.47 s`, `2 min 5 s`, `3 h 12 min`."""
    seconds = ns / NANOSECONDS
    if seconds < 59.995:
        return f"{seconds:.3f} s" if seconds < 0.0995 else f"{seconds:.2f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"


def odds(chance: float) -> str:
    """A probability as people say it: `1 in 30 billion`; two digits of it are told."""
    if chance < _RAREST:
        return "less than 1 in 1,000 trillion"
    one_in = float(f"{1 / chance:.2g}")
    for size, name in _SIZES:
        if one_in >= size:
            return f"1 in {one_in / size:g} {name}"
    return f"1 in {one_in:,g}" if one_in < 100_000 else f"1 in {int(one_in):,}"
