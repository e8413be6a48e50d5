"""Which commit of those that a log names is the fix's. Pure.

A log names many: the one that brought the fault in, the base that was tested, the release that was running.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from audits.claims.blocks import Item, Kind
from audits.claims.names import commits
from audits.claims.topic_words import Topic
from audits.claims.wording import one_of, plain

_CULPRIT: Final = one_of(
    r"introduc\w+",
    r"caus\w+",
    r"culprit",
    r"regress\w+\s+(?:from|in|by|since)",
    r"bisect\w*",
    r"first\s+bad",
    r"bad\s+commit",
    r"offending",
    r"brok\w+(?:\s+(?:by|in|since))",
    r"since\s+(?:commit\s+)?",
    r"blame\w*",
    r"suspect\w*",
    r"brought\s+in",
    r"originat\w+",
    r"came\s+(?:in\s+)?with",
    r"recent\s+commits?",
    r"before(?:\s+the)?\s+fix",
    r"base(?:line)?(?:\s+commit)?",
    r"parent",
    r"last\s+(?:known\s+)?good",
    r"pre-fix",
    r"unfixed",
    r"reverts?(?:ed)?",
    r"upstream",
    r"red\s+run",
    r"branched\s+(?:from|off)",
    r"merge[\s-]base",
    r"goes?\s+back\s+to",
    r"dates?\s+(?:back\s+)?(?:to|from)",
    r"(?:came|comes|stems?)\s+from",
    r"(?:of|from)\s+last\s+\w+",
)
_CLAUSE: Final = re.compile(r"(?:[.;!?]\s|\s[-–—]\s)")
_OF_FIX: Final = one_of(
    r"commit(?:s|ted|ting)?",
    r"fix(?:ed|es)?(?:\s+in)?",
    r"pushed",
    r"merged",
    r"landed",
    r"sha",
    r"hash",
    r"git",
    r"head",
    r"shipped",
    r"patch",
    r"as",
)
_WINDOW: Final = 120
_BLAMED: Final = re.compile(
    r"\W*(?:\([^)]{0,80}\)\s*)?(?:(?:is|was|which|that|had)\s+)?(?:the\s+)?(?:first\s+bad|culprit|introduc|caus|broke)"
    r"(?!\w*\s*[:=]\s*`?[0-9a-f]{7})",
    re.IGNORECASE,
)
_MADE: Final = re.compile(r"\A\[[\w./-]{1,100} (?:\(root-commit\) )?[0-9a-f]{7,40}\]")  # git commit
_FIX_TOPICS: Final = frozenset({Topic.FIX, Topic.COMMIT, Topic.VERIFICATION, Topic.STATUS})


def commit_of_fix(items: Iterable[Item]) -> str:
    """The commit that these items name as the fix's, empty where they name none."""
    for item in items:
        found = named_commit(item)
        if found:
            return found
    return ""


def named_commit(item: Item) -> str:
    """The commit that an item names as that of the fix, empty where it names none or another's."""
    if item.topic not in _FIX_TOPICS and not (
        item.topic in (None, Topic.GITHUB) and re.search(r"\bfix\w*\b|\bcommitted\b", item.text, re.IGNORECASE)
    ):
        return ""
    for _, raw in item.lines if item.kind is Kind.CODE else ((item.first, item.raw),):
        text = plain(raw)
        for commit in commits(text):
            lead, behind = text.split(commit, 1)
            lead = _CLAUSE.split(lead[-_WINDOW:])[-1]
            if _CULPRIT.search(lead) or _CULPRIT.match(behind.lstrip(" )`,:–—-")) or _BLAMED.match(behind):
                continue
            if _MADE.search(text) or _OF_FIX.search(f"{item.key} {lead}") or item.topic in (Topic.COMMIT, Topic.FIX):
                return commit
    return ""
