"""The way the work went: reviews not repeated, commits not named, and what the fault is called at the end. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audits.claims.shapes import (
    Contradiction,
    StatedExecution,
    StatedFinding,
    StatedFix,
    StatedGitHub,
    StatedResult,
    StatedReview,
    StatedScore,
    StatedStatus,
)
from audits.contradictions.runs import red, runs_of
from audits.contradictions.told import Told
from audits.contradictions.wording import calls_ended, calls_fixed, calls_unsolved, in_head, is_near

# A commit that is named as the fault's origin is not that of its fix.
_CULPRIT: Final = re.compile(
    r"\b(?:introduced|caused|brok\w+ by|goes back|went back|since commit|regressed|bisect\w*|blame)\b", re.IGNORECASE
)
_OF_THE_END: Final = frozenset({"fixed", "resolved", "complete", "committed"})
_HASH: Final = re.compile(r"\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40}\b")
_AT_FIRST: Final = re.compile(r"\b(?:at first|initially|first attempt)\b", re.IGNORECASE)
_CLOSES: Final = re.compile(r"\bclos(?:e[ds]?|ing)\b", re.IGNORECASE)
# Lines so near to each other were written in one go.
_ONE_BLOCK: Final = 6
_SERIOUS: Final = frozenset({"critical", "blocker", "major", "high"})


def review_not_repeated(told: Told) -> Iterator[Contradiction]:
    """A review asked for changes, and work went on without a later review that approves."""
    refused = [review for review in told.each(StatedReview) if review.verdict == "needs_improvement"]
    if not refused:
        yield from _findings_left(told)
        return
    last = refused[-1]
    if not _is_reviewed_after(told, last.lines.first, last.score):
        yield from _went_on(told, last)


def _went_on(told: Told, review: StatedReview) -> Iterator[Contradiction]:
    work = [claim.lines.first for claim in told.claims if isinstance(claim, StatedExecution | StatedResult)]
    work += [claim.lines.first for claim in calls_fixed(told)] + [line for line, _ in calls_ended(told)]
    later = [line for line in sorted(work) if line > review.lines.last]
    if later:
        score = f" with {review.score:g} of 100" if review.score is not None else ""
        detail = f"The review{score} asked for changes; work went on, and no later review approves."
        yield told.contradiction("review_not_repeated", detail, [review.lines.first, later[0]])


def _is_reviewed_after(told: Told, line: int, score: float | None) -> bool:
    # Two rounds of a review may stand in one paragraph.
    approved = any(review.verdict == "approved" and review.lines.first >= line for review in told.each(StatedReview))
    better = [other for other in told.each(StatedScore) if other.overall and other.lines.first >= line and score is not None]
    return approved or any(other.value > (score or 0) for other in better)


def _findings_left(told: Told) -> Iterator[Contradiction]:
    """A review without a verdict that left grave findings open, in a log that goes on to call the fault fixed."""
    grave = [
        finding for finding in told.each(StatedFinding) if finding.severity in _SERIOUS and not finding.closed and not finding.strength
    ]
    claims = calls_fixed(told)
    later = [claim for claim in claims if grave and claim.lines.first > grave[-1].lines.last]
    mended = any(finding.closed and finding.lines > grave[-1].lines for finding in told.each(StatedFinding)) if grave else False
    if later and not mended and not any(review.verdict == "approved" for review in told.each(StatedReview)):
        detail = f"The review left {len(grave):,} grave findings open; the fault is called {later[0].status}, and no later review approves."
        yield told.contradiction("review_not_repeated", detail, [grave[0].lines.first, later[0].lines.first])


def commit_missing(told: Told) -> Iterator[Contradiction]:
    """The work is called complete or committed, and no commit is named as its own."""
    commits = [status for status in told.each(StatedStatus) if status.status == "commit_named" and not _CULPRIT.search(status.text)]
    named = bool(commits) or any(fix.commit for fix in told.each(StatedFix)) or any(map(_names_commit, told.each(StatedStatus)))
    ended = calls_ended(told)
    if named or not ended:
        return
    line, text = ended[0]
    fixes = [fix.lines.first for fix in told.each(StatedFix)][:1]
    yield told.contradiction("commit_missing", f"“{text[:120]}”, and no commit is named.", [line, *fixes])


def _names_commit(status: StatedStatus) -> bool:
    """Whether a sentence about the end names a commit by its hash: "0a1b2c3 merged to main"."""
    return status.status in _OF_THE_END and bool(_HASH.search(status.text)) and not _CULPRIT.search(status.text)


def github_state(told: Told) -> Iterator[Contradiction]:
    """The fault is called fixed and its GitHub issue afterwards stated open, or the issue closed and the fault not fixed."""
    named = told.each(StatedGitHub)
    # Others that are named later are pull requests and follow-ups.
    own = next((github.number for github in named if github.number is not None), None)
    stated = [github for github in named if github.state and github.number in (None, own)]
    if not stated:
        return
    last, claims = stated[-1], calls_fixed(told)
    # A log's head is written last: what it says is later than an issue that was opened on the way.
    before = [claim for claim in claims if claim.lines.first < last.lines.first and not in_head(told, claim)]
    if last.state == "open" and before:
        detail = f"The fault is called {before[0].status}; the GitHub issue is stated open after that."
        yield told.contradiction("github_state", detail, [before[0].lines.first, last.lines.first])
    elif last.state == "open" and _is_final(told, last):
        near = [claim for claim in claims if 0 < claim.lines.first - last.lines.last <= _ONE_BLOCK and not _CLOSES.search(claim.text)]
        if near:
            detail = f"The GitHub issue is stated open; in the same final lines the fault is called {near[0].status}."
            yield told.contradiction("github_state", detail, [last.lines.first, near[0].lines.first])
    unsolved = [status for status in calls_unsolved(told) if status.lines > last.lines]
    if last.state == "closed" and unsolved and not claims:
        detail = f"The GitHub issue is stated closed; the log goes on to say “{unsolved[-1].text[:120]}”."
        yield told.contradiction("github_state", detail, [last.lines.first, unsolved[-1].lines.first])


def _is_final(told: Told, stated: StatedGitHub) -> bool:
    """Whether an issue's state is told at the end: after all evidence, and of an issue that was named before."""
    evidence = [claim for claim in told.claims if isinstance(claim, StatedExecution | StatedResult | StatedFix)]
    known = any(other.lines.last < stated.lines.first for other in told.each(StatedGitHub))
    return known and bool(evidence) and evidence[-1].lines.last < stated.lines.first


def not_reproduced_called_fixed(told: Told) -> Iterator[Contradiction]:
    """The log says that the fault was not reproduced, and later calls it fixed; no statement between shows it after all."""
    unseen = [status for status in told.each(StatedStatus) if status.status == "not_reproduced" and not _AT_FIRST.search(status.text)]
    if not unseen:
        return
    last = unseen[-1]
    later = [claim for claim in calls_fixed(told) if claim.lines.first > last.lines.first]
    if later and not _is_shown_after(told, last):
        near = [claim for claim in later if is_near(claim.text, last.text)] or later
        detail = f"The fault was not reproduced, and is called {near[0].status}."
        yield told.contradiction("not_reproduced_called_fixed", detail, [last.lines.first, near[0].lines.first])


def _is_shown_after(told: Told, unseen: StatedStatus) -> bool:
    """Whether the fault was shown after all: said so, or by a test that failed later and before the fix."""
    if any(status.status == "confirmed" and status.lines > unseen.lines for status in told.each(StatedStatus)):
        return True
    later = [run for run in runs_of(told) if run.stage == "before" and run.first_line > unseen.lines.last]
    return any(red(run) or (run.totals and run.totals.failed) for run in later)
