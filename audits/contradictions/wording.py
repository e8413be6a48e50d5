"""Which of a log's statuses call the fault itself fixed, and which only speak of a hope, a test or a fault on the side. Pure.

A status is a word in a sentence: "RESOLVED" under "issues found in review" is no word about the fault. What is left out here is
left out of every rule, since only what a sceptical reader would accept counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from audits.claims.shapes import (
    StatedChoice,
    StatedFinding,
    StatedGitHub,
    StatedIssue,
    StatedPhase,
    StatedRootCause,
    StatedStatus,
    StatedSystemIssue,
)
from audits.contradictions.told import Told

# The strongest first: which of several statements a contradiction points at.
_FIXED: Final = ("resolved", "verified", "fixed")
_ENDED: Final = ("committed", "ready_to_commit", "complete")
_UNSOLVED: Final = ("failing", "pending")
# A test that fails before the fix does what it is for.
_BY_DESIGN: Final = re.compile(r"\b(?:as|by) (?:expected|designed?|intended)\b|\bexpected\b|\bbefore (?:the )?fix\b", re.IGNORECASE)

_HEDGED: Final = re.compile(
    r"\b(?:should|will|would|must|can|could|may|might|needs?|going) (?:now )?(?:to )?(?:be|have|been)\b|\balready\b|\bpartial(?:ly)?\b"
    r"|\b(?:not|never|no longer|isn't|wasn't) (?:yet |been |fully )*(?:fixed|resolved|complete|verified)|\bonly (?:when|once|after)\b"
    r"|\A\W*(?:when|once|if|until|after)\b",
    re.IGNORECASE,
)
# A run's summary, a test's name or the closing of a review's findings, none of which is said of the fault.
_ASIDE: Final = re.compile(
    r"\b\d+ (?:tests? )?(?:passed|failed)\b|\btest_\w+|\bduring (?:the )?(?:audit|review)\b"
    r"|\b(?:review|audit) (?:findings?|issues?|comments?)\b",
    re.IGNORECASE,
)
_ADJECTIVE: Final = re.compile(
    r"\b(?:an?|the|its|their|each|every|any|no|with|without|of|in|at|for|to|from) [*_`]*fixed[*_`]* (?=[^\W\d_])|\bfixed-\w+", re.IGNORECASE
)
_SAYS_FIXED: Final = re.compile(r"\bfixed\b|\bfix(?:es)? (?:is |was |has been )?(?:applied|deployed|merged|works)\b", re.IGNORECASE)
_COMPLETE: Final = re.compile(r"\b(?:completed?|completely|done|finished|accomplished)\b", re.IGNORECASE)
_WHOLE: Final = re.compile(r"\b(?:fix(?:es|ed)?|resol(?:ution|ved)|incident|mission|iteration|loop|remediation)\b", re.IGNORECASE)
_PART: Final = re.compile(
    r"\b(?:tests?|plan(?:ning)?|suites?|analys[ie]s|reviews?|audits?|compliance|documentation|whys|creation|created|strategy|identified|selection)\b",
    re.IGNORECASE,
)
_FIX: Final = re.compile(r"\bfix(?:es|ed)?\b", re.IGNORECASE)
_UNDER_TEST: Final = re.compile(r"\bsystems? under test\b|\baudit log\b", re.IGNORECASE)

_WORD: Final = re.compile(r"[^\W\d_][\w.-]{2,}")
# Words of any status line; what is left when they are taken away says what a status is about.
_ANY_STATUS: Final = """
    the and for with was were has have had been now all both its this that are not but from into our any one two three out off per via
    still new before after time date overall result results issue issues bug bugs problem problems fault faults error errors failure
    failures incident fix fixes fixed resolved resolution resolve complete completed completely fully successful successfully success
    status final update verified verification validated confirmed done closed solved primary main core critical root cause identified
    mission accomplished phase step iteration applied system working works github commit committed ready test tests pass passes passed
    passing planned green
"""
_COMMON: Final = frozenset(_ANY_STATUS.split())
# A status of whose words more than this share are those of one thing on the side is about that.
_MOST: Final = 0.5
_MOST_ASIDE: Final = 200
# What a status says, it says at its beginning.
_LONGEST: Final = 1_000


def calls_fixed(told: Told) -> list[StatedStatus]:
    """The statuses that call this fault fixed, the strongest word first, by line among equals."""
    order = (*_FIXED, "complete")
    return sorted(_of_the_fault(told, order), key=lambda status: (order.index(status.status), status.lines))


def calls_ended(told: Told) -> list[tuple[int, str]]:
    """The lines that call the work on this fault complete or committed, with what they say; those that speak of a commit first."""
    said = [(_ENDED.index(status.status), status.lines.first, status.text) for status in _of_the_fault(told, _ENDED)]
    said += [(len(_ENDED) - 1, phase.lines.first, phase.title) for phase in told.each(StatedPhase) if _is_ended_fix(phase)]
    said += [(len(_ENDED) + _FIXED.index(status.status), status.lines.first, status.text) for status in _of_the_fault(told, _FIXED)]
    return [(line, text) for _, line, text in sorted(said)]


def calls_unsolved(told: Told, word: str = "") -> list[StatedStatus]:
    """The statuses, by line, that call this fault failing or pending (or only the one of the two that is named)."""
    said = _of_the_fault(told, (word,) if word else _UNSOLVED)
    fault = _fault_words(told)
    return [status for status in said if not _BY_DESIGN.search(status.text) and (not _words(status.text) or _words(status.text) & fault)]


def _is_whole(status: StatedStatus) -> bool:
    """False where "complete" is said of a plan, a review or a suite of tests and not of the fault's fix, or is only a tick."""
    if status.status != "complete":
        return True
    text = _UNDER_TEST.sub(" ", f"{status.of} {status.text}")
    if _PART.search(text) or not _COMPLETE.search(status.text):
        return False
    return bool(_WHOLE.search(text)) or not _words(text)


def is_near(one: str, other: str) -> bool:
    """Whether two sentences speak of one thing: they share a word that is no common one."""
    return bool(_words(one) & _words(other))


def in_head(told: Told, status: StatedStatus) -> bool:
    """Whether a status stands at the head of the log, and so is said of its end, wherever the evidence stands."""
    return status.lines.first < told.head_ends


def _is_ended_fix(phase: StatedPhase) -> bool:
    title = _UNDER_TEST.sub(" ", phase.title)
    return bool((_COMPLETE.search(title) or "✅" in title) and _FIX.search(title) and not _PART.search(title))


def _of_the_fault(told: Told, words: Sequence[str]) -> list[StatedStatus]:
    """Those statuses that may be said of the fault: neither hedged nor, by most of their words, about something on the side."""
    fault, aside = _fault_words(told), _aside_words(told)
    said = [status for status in told.each(StatedStatus) if status.status in words and _is_whole(status)]
    plain = [status for status in said if not _HEDGED.search(status.text[:_LONGEST]) and not _ASIDE.search(status.text[:_LONGEST])]
    plain = [status for status in plain if not _only_describes(status)]
    return [status for status in plain if not _is_aside(_words(status.text), fault, aside)]


def _only_describes(status: StatedStatus) -> bool:
    """Whether "fixed" is said of a thing that does not change: "a fixed seed", "fixed-width"."""
    text = status.text[:_LONGEST]
    return status.status == "fixed" and bool(_ADJECTIVE.search(text)) and not _SAYS_FIXED.search(_ADJECTIVE.sub(" ", text))


def _is_aside(about: frozenset[str], fault: frozenset[str], aside: list[frozenset[str]]) -> bool:
    nearest = max((len(about & words) for words in aside), default=0)
    return nearest > len(about) * _MOST and nearest > len(about & fault)


def _aside_words(told: Told) -> list[frozenset[str]]:
    texts = [f"{issue.title} {issue.error}" for issue in told.each(StatedSystemIssue)]
    texts += [finding.text for finding in told.each(StatedFinding)]
    return [_words(text) for text in texts[:_MOST_ASIDE]]


def _fault_words(told: Told) -> frozenset[str]:
    issues = told.each(StatedIssue)
    chosen = [issue for issue in issues if issue.chosen] or issues
    texts: Iterable[str] = (
        *(f"{issue.title} {issue.message} {issue.symptoms}" for issue in chosen),
        *(choice.title for choice in told.each(StatedChoice)),
        *(f"{cause.statement} {cause.fix}" for cause in told.each(StatedRootCause)),
        *(github.title for github in told.each(StatedGitHub)),
        *(status.text for status in told.each(StatedStatus) if status.status == "not_reproduced"),
    )
    return _words(" ".join(texts))


def _words(text: str) -> frozenset[str]:
    return frozenset(word.rstrip("s.-") for word in _WORD.findall(text[:_LONGEST].lower()) if word not in _COMMON)
