"""Durations and moments that a log states of a thing. Pure.

Two statements are of one thing where they are called the same; what is called by a word that fits anything ("Duration") is told
apart by the section that it stands in.
"""

from __future__ import annotations

import re
from typing import Final

from audits.claims.blocks import Item, Kind
from audits.claims.found import Found
from audits.claims.shapes import Lines, StatedTime
from audits.claims.topic_words import Topic
from audits.claims.topics import NOT_YET
from audits.claims.wording import one_of, plain

_ABOUT_TIME: Final = one_of(
    r"times?",
    r"durations?",
    r"elapsed",
    r"runtime",
    r"took",
    r"timestamp",
    r"started",
    r"ended",
    r"finished",
    r"seen",
    r"occurred",
    r"detected",
    r"deployed",
    r"when",
    r"date",
    r"at",
    r"latency",
    r"downtime",
    r"since",
    r"until",
    r"window",
    r"resolution",
    r"detection",
    r"start",
    r"end",
    r"timing",
)
_FITS_ANYTHING: Final = one_of(
    r"(?:(?:total|test|tests|execution|run|wall|elapsed|estimated|average|mean|max|min|expected)\s+)*(?:times?"
    r"|durations?|runtime|elapsed|took|timing|timestamp|date|when|latency|start(?:ed)?|end(?:ed)?|finished|at"
    r"|time\s+stamp)(?:\s+(?:validation|verification))?"
)
_DURATION: Final = re.compile(
    r"[\s~≈<>=]*(?:about\s+|approx\.?\s+|around\s+|under\s+|over\s+)?(?:(\d{1,5}(?:\.\d{1,3})?)\s?h(?:ours?"
    r"|rs?)?)?\s*,?\s*(?:(\d{1,6}(?:\.\d{1,3})?)\s?m(?:in(?:ute)?s?)?(?![a-z]))?\s*,?\s*(?:(\d{1,9}(?:\.\d{1,6})?)"
    r"\s?(?:s|secs?|seconds?)(?![a-z]))?(?:(\d{1,9}(?:\.\d{1,3})?)\s?(?:ms|milliseconds?))?",
    re.IGNORECASE,
)
_VAGUE: Final = re.compile(
    r"\s*(?:[~≈<>]|about|approx|around|under|over|up\s+to|at\s+least|\d+(?:\.\d+)?\s*(?:-|–|to)\s*\d)", re.IGNORECASE
)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)?\s?(?:Z|UTC|[+-]\d\d:?\d\d)?")
_LONGEST: Final = 200


def read_times(items: list[Item]) -> Found:
    """The durations and moments of lines "**Key**: value" whose key speaks of time, in the file's order."""
    for item in items:
        if item.kind in (Kind.CODE, Kind.HEADING) or item.quoted or not item.value or item.topic in NOT_YET or item.topic is Topic.WHYS:
            continue
        if not _ABOUT_TIME.search(item.key):
            continue
        claim = _time(item)
        if claim is not None:
            yield claim


def _time(item: Item) -> StatedTime | None:
    value = plain(item.value)
    moment = _MOMENT.match(value)
    if moment:
        return StatedTime(lines=Lines(item.first, item.last), of=_thing(item), moment=_iso(moment[0].strip()))
    # "~2 hours" and "2 to 3 min" are no figures that another could differ from.
    if _VAGUE.match(value):
        return None
    match = _DURATION.match(value)
    if match is None or not any(match.groups()):
        return None
    hours, minutes, seconds, milliseconds = (float(group or 0) for group in match.groups())
    total = hours * 3600 + minutes * 60 + seconds + milliseconds / 1000
    return StatedTime(lines=Lines(item.first, item.last), of=_thing(item), seconds=round(total, 6))


def _thing(item: Item) -> str:
    """What the time is of: its key, with the titles around it where the key alone fits anything."""
    if not _FITS_ANYTHING.fullmatch(item.key):
        return item.key[:_LONGEST]
    titles = [title.text for title in item.titles()][:2]
    return " / ".join([*reversed(titles), item.key])[:_LONGEST]


def _iso(moment: str) -> str:
    return moment.replace(" UTC", "+00:00").replace("UTC", "+00:00").replace(",", ".")
