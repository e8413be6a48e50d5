"""Titles that open an iteration of the process. Pure."""

from __future__ import annotations

import re
from typing import Final

from audits.claims.wording import one_of

_WORDS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_CYCLE: Final = r"(?:iteration|(?:process|audit|debug|debugging|main|improvement)\s+(?:loop|cycle|pass|round|run))"
_ITERATION: Final = re.compile(
    rf"\b{_CYCLE}\s*(?:#|no\.?|number|:|-)?\s*(\d{{1,4}}|{'|'.join(_WORDS)})\b|\b({'|'.join(_ORDINALS)})\s+{_CYCLE}\b", re.IGNORECASE
)
_NOT_ITERATIONS: Final = one_of(
    r"next",
    r"end\s+of",
    r"plan(?:s|ned)?\s+for",
    r"ready\s+for",
    r"prepar\w+",
    r"(?:fix|test|patch|code|review|plan)\s+iteration",
    r"see",
    r"from",
    r"before",
    r"after",
    r"carried\s+over",
    r"back\s+to",
)
_LONGEST: Final = 200


def iteration_number(title: str) -> int | None:
    """The number of the iteration that a plain title opens; None where it opens none."""
    match = _ITERATION.search(title[:_LONGEST])
    if match is None or _NOT_ITERATIONS.search(title[: match.end()]):
        return None
    if match[2]:
        return _ORDINALS.index(match[2].lower()) + 1
    return int(match[1]) if match[1].isdecimal() else _WORDS.index(match[1].lower()) + 1


def opens_iteration(title: str) -> bool:
    """Whether a plain title opens an iteration."""
    return iteration_number(title) is not None
