"""Odd repetition: something below WARNING that speaks of mending and comes too often. Pure."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from incidents.clock import HOUR_NS


def speaks_of(words: Sequence[str], message: str) -> bool:
    """Whether the message contains one of the words as a whole word, whatever its case."""
    return bool(words) and _any_of(tuple(words)).search(message) is not None


@lru_cache(maxsize=256)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(word) for word in words)
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)


def comes_often(times_ns: Iterable[int], *, per_hour: int) -> bool:
    """Whether some hour, wherever it begins, holds at least `per_hour` of these moments."""
    times = sorted(times_ns)
    return any(last - first < HOUR_NS for first, last in zip(times, times[per_hour - 1 :], strict=False))
