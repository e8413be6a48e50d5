"""Whether a result was seen before or after the fix. Pure.

The nearest title that says so decides; where none does, whether it stands before or behind the section in which the fix is made.
"""

from __future__ import annotations

import re
from typing import Final

from audits.claims.blocks import Item, Kind
from audits.claims.topic_words import Topic
from audits.claims.topics import speaks_of_after, speaks_of_before, topic_of, unnumbered
from audits.claims.wording import one_of

BEFORE: Final = "before"
AFTER: Final = "after"

_SAYS_BEFORE: Final = one_of(
    r"red\s+(?:run|phase|state|tests?)",
    r"(?:go|went|were|are)\s+red",
    r"baseline",
    r"(?:bug|issue|fault|defect|error)\s+(?:confirm\w*|reproduc\w*|exists)",
    r"(?:confirm|prove|reproduc|demonstrat|show|expos)\w*\s+(?:that\s+)?(?:the\s+|an?\s+)?(?:\w+\s+)?(?:bug|issue"
    r"|fault|defect)(?:\s+\w+)?",
    r"expected\s+failures?",
    r"fail(?:ing|ed|ures?|s)?\s+(?:as\s+(?:expected|designed|planned|intended)|\(?expected\)?)",
    r"(?:initial|first)\s+(?:test\s+)?(?:runs?|results?|execution)",
    r"at\s+(?:the\s+)?base(?:\s+commit)?",
    r"unfixed",
    r"failing\s+baseline",
    r"(?:before|without)\s+(?:the\s+)?(?:change|patch|rework|deploy\w*)",
    r"initially",
    r"reproduction\s+(?:run|results?|test)",
)
_SAYS_AFTER: Final = one_of(
    r"stability",
    r"green\s+(?:run|phase|state|tests?)",
    r"re-?(?:run|test)s?",
    r"fix\s+(?:verif\w+|validat\w+|confirm\w+|results?)",
    r"verif\w+\s+of\s+(?:the\s+)?fix",
    r"now\s+(?:pass\w*|green|fixed)",
    r"post[\s-]?(?:fix|change|deploy\w*)",
    r"soak",
    r"at\s+(?:the\s+)?fix(?:\s+commit)?",
    r"with\s+(?:the\s+)?(?:change|patch)",
    r"after\s+(?:the\s+)?(?:change|patch|rework|deploy\w*)",
    r"no\s+breaking\s+changes?",
)
# "12 of 12 pass, 5 of them were red before" tells of the later run.
_OF_SOME: Final = re.compile(
    r"\b\w+\s+of\s+(?:them|these|those|which)\s+(?:were|was|had\s+been)\s+(?:red|failing|failed|broken)"
    r"(?:\s+(?:before|earlier|at\s+first))?(?:\s+the\s+fix)?",
    re.IGNORECASE,
)
# The columns and keys under which results of either run stand side by side.
BEFORE_COLUMN: Final = one_of(r"before", r"pre", r"base(?:line)?", r"red", r"unfixed", r"initial", r"was", r"old")
AFTER_COLUMN: Final = one_of(r"after", r"post", r"fix(?:ed)?", r"green", r"now", r"final", r"stability", r"new")
_MADE_BEFORE: Final = frozenset({Topic.IMPLEMENTATION, Topic.RUN, Topic.REVIEW, Topic.MENDING})
_MADE_AFTER: Final = frozenset({Topic.FIX, Topic.VERIFICATION, Topic.COMMIT})
_CLAIMS_FIXED: Final = one_of(r"fixed", r"resolved", r"solved")
_LINES_OF_CODE: Final = 40


def stage_said(text: str) -> str:
    """The stage that a plain text speaks of, empty where it speaks of none or of both."""
    text = _OF_SOME.sub(" ", text)
    words = unnumbered(text).strip(" :.-–—").lower()
    if words in ("red", "green"):
        return BEFORE if words == "red" else AFTER
    before = speaks_of_before(text) or bool(_SAYS_BEFORE.search(text))
    after = speaks_of_after(text) or bool(_SAYS_AFTER.search(text))
    return "" if before == after else BEFORE if before else AFTER


class Stages:
    """Tells the stage of the results in the items of one incident."""

    def __init__(self, items: list[Item]) -> None:
        self._fix = next((item.first for item in items if item.is_label and _makes_fix(item)), None)
        self._claimed = any(_CLAIMS_FIXED.search(item.text) for item in items[:1])

    def of(self, item: Item, words: str = "") -> str:
        """`before` or `after` the fix, empty where the log does not tell; `words` are the item's own, where they may say it."""
        own = stage_said(words)
        if own:
            return own
        for title in item.titles():
            said = stage_said(title.text)
            if said:
                return said
            if title.topic is Topic.VERIFICATION and topic_of(title.text) is Topic.VERIFICATION and self._is_behind_fix(item):
                return AFTER
        return self._by_place(item)

    def _is_behind_fix(self, item: Item) -> bool:
        return self._fix is None or item.first >= self._fix

    def _by_place(self, item: Item) -> str:
        if self._fix is not None:
            return AFTER if item.first >= self._fix else BEFORE
        if item.topic in _MADE_AFTER:
            return AFTER
        return BEFORE if item.topic in _MADE_BEFORE and not self._claimed else ""


def _makes_fix(item: Item) -> bool:
    """Whether a title opens the section in which the fix is made."""
    return item.topic is Topic.FIX


def words_of_code(item: Item) -> str:
    """The first lines of a code fence as words, in which a stage may be said."""
    return " ; ".join(line for _, line in item.lines[:_LINES_OF_CODE]) if item.kind is Kind.CODE else ""


def stage_of_column(column: str) -> str:
    """The stage that a table's column is about, empty where it is about none."""
    said = stage_said(column)
    if said:
        return said
    first = min(
        ((match.start(), stage) for stage, family in ((BEFORE, BEFORE_COLUMN), (AFTER, AFTER_COLUMN)) if (match := family.search(column))),
        default=(0, ""),
    )
    return first[1]
