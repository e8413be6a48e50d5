"""What a section is about, by the word families of its title. Pure.

Claims are judged by the section that they stand in: a tick below "Success criteria" marks a goal, one below "Test results" a result.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from audits.claims.topic_words import FAMILIES, WHYS, Topic
from audits.claims.wording import one_of

# What stands below these is still to come, whatever the titles below say of themselves.
NOT_YET: Final = frozenset({Topic.PLAN, Topic.GOALS, Topic.AHEAD, Topic.FIX_PLAN})

_NUMBERING: Final = re.compile(
    r"(?:\[?(?:phase|step|stage|part|section|level|suite)?\s*#?\s*\d{1,2}(?:\.\d{1,2})*\]?\s*(?:[).:\-–—·|]+\s*|\s+))+", re.IGNORECASE
)
# A diary's headings lead with their day and hour.
_DATED: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?[\s:.–—-]+(?=\S)")
_NUMBERED_ALONE: Final = re.compile(r"\d{1,3}\s*%|\d+\s+(?:whys?|tests?|of)\b", re.IGNORECASE)
_ASIDE: Final = re.compile(r"\([^()]*\)")
_BEFORE: Final = one_of(r"(?:before|pre|prior to|without)[\s-]+(?:the[\s-]+|any[\s-]+)?(?:bug[\s-]?)?fix(?:es|ing)?")
_AFTER: Final = one_of(r"(?:after|post|with)[\s-]+(?:the[\s-]+)?(?:bug[\s-]?)?fix(?:es|ing)?")


def unnumbered(title: str) -> str:
    """A plain title without the numbering that leads it: "3) ", "Phase 2.1: ", "Step 4 -"."""
    if _NUMBERED_ALONE.match(title):
        return title
    match = _DATED.match(title) or _NUMBERING.match(title)
    return title[match.end() :] if match and match.end() < len(title) else title


# What a heading of one such word is about depends on what came before it.
_TESTS_ALONE: Final = re.compile(r"(?:the\s+|new\s+)?(?:tests?|test\s+(?:suite|cases))\Z", re.IGNORECASE)
_IMPLEMENTATION_ALONE: Final = re.compile(r"(?:the\s+)?implementation(?:\s+(?:phase|status|complete\w*|done))?\Z", re.IGNORECASE)
_ISSUE_ALONE: Final = re.compile(r"(?:the\s+)?(?:issue|ticket)\Z", re.IGNORECASE)


def settled(title: str, topic: Topic | None, seen: frozenset[Topic]) -> Topic | None:
    """The topic of a heading in the light of the topics before it: "Implementation" is of tests until they were run, then of the fix."""
    words = unnumbered(title).strip(" :-–—")
    planned = Topic.PLAN in seen
    if topic is None and _TESTS_ALONE.match(words) and not seen & {Topic.IMPLEMENTATION, Topic.RUN}:
        return Topic.IMPLEMENTATION if planned else Topic.PLAN
    if topic is Topic.FIX and _IMPLEMENTATION_ALONE.match(words) and planned and not seen & {Topic.RUN, Topic.FIX}:
        return Topic.IMPLEMENTATION
    is_ticket = topic in (None, Topic.ISSUES) and planned and _ISSUE_ALONE.match(words)
    return Topic.GITHUB if is_ticket else topic


def is_numbered(title: str) -> bool:
    """Whether a plain title is led by a number."""
    return unnumbered(title) is not title


_STILL_A_PLAN: Final = NOT_YET | {Topic.WHYS, Topic.CAUSE, Topic.GITHUB}
_REMARKS: Final = frozenset({Topic.ISSUES, Topic.STATUS, Topic.CHOICE})
# What a title below another is about where its own words alone would mislead: "Errors" below "Test results" are results.
_ABSORBED: Final[dict[Topic, frozenset[Topic]]] = {
    **dict.fromkeys(NOT_YET, frozenset(Topic) - _STILL_A_PLAN),
    Topic.GITHUB: frozenset(Topic),
    Topic.IMPLEMENTATION: _REMARKS | {Topic.VERIFICATION, Topic.FIX, Topic.COMMIT},
    Topic.REVIEW: _REMARKS | {Topic.VERIFICATION, Topic.RUN, Topic.CAUSE, Topic.COMMIT},
    Topic.MENDING: _REMARKS | {Topic.FIX, Topic.REVIEW},
    Topic.RUN: _REMARKS | {Topic.COMMIT},
    Topic.FIX: _REMARKS | {Topic.IMPLEMENTATION},
    Topic.VERIFICATION: _REMARKS | {Topic.COMMIT},
    Topic.WHYS: _REMARKS | {Topic.REVIEW, Topic.VERIFICATION},
    Topic.SYSTEM_ISSUES: _REMARKS,
}
_TURNED: Final = {
    (Topic.REVIEW, Topic.FIX): Topic.MENDING,
    (Topic.FIX, Topic.RUN): Topic.VERIFICATION,
    (Topic.VERIFICATION, Topic.RUN): Topic.VERIFICATION,
}
_DONE: Final = one_of(r"results?", r"execut(?:ed|ion\s+(?:log|report))", r"completed?", r"implemented", r"created", r"passed", r"applied")


def topic_below(parent: Topic | None, title: str) -> Topic | None:
    """What a section is about whose title stands below a section about `parent`."""
    own = topic_of(title)
    if title.endswith("?") and own is not Topic.WHYS:
        own = None
    if parent is None or own is None:
        return own or parent
    if parent in NOT_YET and own not in NOT_YET and _DONE.search(title):
        return own
    if own in _ABSORBED.get(parent, ()):
        return parent
    return _TURNED.get((parent, own), own)


@lru_cache(maxsize=4096)
def topic_of(title: str) -> Topic | None:
    """What a plain title says that its section is about; None where its words tell nothing."""
    words = unnumbered(title[:200])
    if WHYS.search(words):
        return Topic.WHYS
    outside = _ASIDE.sub(" ", words).strip()
    return _topic_of_words(outside) or _topic_of_words(words) if outside else _topic_of_words(words)


def _topic_of_words(words: str) -> Topic | None:
    bare = _AFTER.sub(" ", _BEFORE.sub(" ", words)).strip()
    for topic, family in FAMILIES:
        if family.search(bare):
            return topic
    if _BEFORE.search(words):
        return Topic.RUN
    return Topic.VERIFICATION if _AFTER.search(words) else None


def speaks_of_before(title: str) -> bool:
    """Whether a plain title says that what follows was seen without the fix."""
    return bool(_BEFORE.search(title))


def speaks_of_after(title: str) -> bool:
    """Whether a plain title says that what follows was seen with the fix."""
    return bool(_AFTER.search(title))
