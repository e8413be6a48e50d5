"""The scores of the tests' audit. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audits.claims.blocks import Item, Kind
from audits.claims.shapes import Lines, StatedScore
from audits.claims.wording import one_of, plain

_SCORE: Final = re.compile(r"(?<![\w.])(\d{1,3}(?:\.\d{1,3})?)\s*(?:(%)|(?:/|\s(?:out\s+)?of\s)\s*(100|10|5)(?!\d|\.\d|/))")
OUT_OF: Final = re.compile(r"(?<![\w./])(\d{1,3}(?:\.\d{1,3})?)\s*()(?:/\s*|\sout\s+of\s+)(100|10)(?!\d|\.\d|/)")
# "approved, 89 of 100": "of" alone might be said of anything.
_JUDGED_OUT_OF: Final = re.compile(
    r"(?:approved|accepted|rejected|requested|improvements?|verdict|score[sd]?|grade[sd]?)[\s:,;–—(-]{1,5}(\d{1,3}(?:\.\d{1,3})?)\s*()of\s+(100)\b",
    re.IGNORECASE,
)
# A round of a review is no passed test.
_ROUND: Final = re.compile(r"\b(?:first|second|third|fourth|1st|2nd|3rd|next|last|final|new|another|review|audit)\s+pass\b", re.IGNORECASE)
_LONGEST_NAME: Final = 80
_LEADING_SCORE: Final = re.compile(r"[\s~≈:*]*(?=\d)")
_NAMED_SCORE: Final = re.compile(
    r"([A-Z][\w./ -]{0,60}?(?:score|compliance|rating|quality|coverage|grade))\s*(?:of|is|was|=|:)?\s*(?=\d)", re.IGNORECASE
)
_SCORED: Final = one_of(r"scores?", r"compliance", r"rating", r"quality", r"coverage", r"overall", r"grade", r"assessment")
_OVERALL: Final = (
    one_of(r"overall", r"total", r"final", r"weighted", r"average"),
    one_of(r"compliance\s+score", r"audit\s+score", r"review\s+score"),
    one_of(r"score", r"compliance"),
)
_SCORE_COLUMN: Final = re.compile(r"(?:score|rating|result|value|grade|points|compliance)(?:\s*\(.*\))?\Z", re.IGNORECASE)
_OF_TESTS: Final = one_of(
    r"pass(?:ed|ing|\s+rate)?",
    r"fail(?:ed|ing|ure)?",
    r"success\s+rate",
    r"reduction",
    r"business\s+value",
    r"uptime",
    r"threshold",
    r"required",
    r"minimum",
    r"target",
    r"weight",
)
_SCALE: Final = {"100": 1, "10": 10, "5": 20}


def scores_of(item: Item) -> Iterator[StatedScore]:
    """The scores that an item states, none of them marked as overall."""
    if item.kind is Kind.ROW:
        yield from _score_of_row(item)
        return
    if item.key and not _OF_TESTS.search(_ROUND.sub("", item.key)):
        value = plain(item.value)
        lead = _LEADING_SCORE.match(value)
        match = (_SCORE.match(value, lead.end()) if lead else None) or (_SCORE.search(value) if _SCORED.search(item.key) else None)
        if match:
            called = _NAMED_SCORE.search(value[: match.end()]) if match.start() > 0 else None
            yield _score(item, called[1].strip() if called else plain(item.raw).partition(":")[0] if ":" in item.raw else item.key, match)
            return
    named = _NAMED_SCORE.search(item.text)
    match = _SCORE.match(item.text, named.end()) if named else None
    if named and match and not _OF_TESTS.search(named[1]):
        yield _score(item, named[1].strip(), match)
        return
    # "Second review — 95/100": out of a hundred needs no other word, a percentage might be of anything.
    bare = score_said(item, item.text)
    if bare is not None:
        yield bare


def score_said(item: Item, text: str) -> StatedScore | None:
    """The score out of a hundred that a sentence of an item states, whatever it is called; None where it states none."""
    match = OUT_OF.search(text) or _JUDGED_OUT_OF.search(text)
    if match is None or _OF_TESTS.search(_ROUND.sub("", text[: match.start(1)])):
        return None
    of = text[: match.start(1)].strip(" :–—-(,")
    return _score(item, of.rsplit(". ", 1)[-1][-_LONGEST_NAME:] or "score", match)


def _score_of_row(item: Item) -> Iterator[StatedScore]:
    name = plain(item.cells[0][1])
    for column, cell in item.cells[1:]:
        text = plain(cell)
        match = _SCORE.match(text)
        bare = re.fullmatch(r"\d{1,3}(?:\.\d+)?", text) if _SCORE_COLUMN.match(column) else None
        if (match or bare) and not re.search(r"weight|threshold|target|required|min", column):
            yield _score(item, name, match) if match else StatedScore(lines=Lines(item.first, item.last), of=name, value=float(text))
            return


def _score(item: Item, of: str, match: re.Match[str]) -> StatedScore:
    value = float(match[1]) * _SCALE.get(match[3] or "100", 1)
    return StatedScore(lines=Lines(item.first, item.last), of=of.strip(" :*✅"), value=round(min(value, 100.0), 3))


def overall_of(scores: list[StatedScore]) -> StatedScore | None:
    """The score that the verdict rests on, None where none is called so and there are several."""
    for family in _OVERALL:
        for score in reversed(scores):
            if family.search(score.of):
                return next(first for first in scores if family.search(first.of))
    return scores[0] if len(scores) == 1 else None
