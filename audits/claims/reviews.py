"""The audit of the tests: scores, verdict, findings, strengths, and what was mended. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from audits.claims.blocks import Item, Kind, Title
from audits.claims.findings import VERDICT_KEY, findings_of
from audits.claims.found import Found
from audits.claims.scores import OUT_OF, overall_of, score_said, scores_of
from audits.claims.shapes import Lines, StatedReview, StatedScore
from audits.claims.topic_words import Topic
from audits.claims.wording import one_of, sentences

_Round = tuple[StatedScore, str]  # a review's score and its verdict

APPROVED: Final = "approved"
NEEDS_IMPROVEMENT: Final = "needs_improvement"
_NEEDS: Final = one_of(
    r"needs?\s+(?:improvements?|work|changes|rework|revision|fixes|attention)",
    r"rejected",
    r"reject",
    r"not\s+(?:yet\s+)?(?:approved|accepted|ready)",
    r"changes\s+(?:requested|required|needed)",
    r"request(?:ed|s)?\s+changes",
    r"conditional(?:ly)?(?:\s+approv\w+)?",
    r"approved\s+(?:with|subject\s+to|pending)\s+(?:conditions?|changes|required\s+\w+|fixes)",
    r"disapproved",
    r"unacceptable",
    r"insufficient",
    r"must\s+be\s+(?:reworked|revised)",
    r"does\s+not\s+(?:pass|meet)",
    r"fail(?:ed|s)?\s+(?:the\s+)?(?:review|audit)",
    r"no[\s-]go",
    r"revise",
    r"blocked",
    r"send\s+back",
)
_YES: Final = one_of(
    r"approved?",
    r"accepted",
    r"pass(?:ed|es)\s+(?:the\s+)?(?:review|audit)",
    r"lgtm",
    r"sign(?:ed)?[\s-]off",
    r"ready\s+for\s+(?:execution|merge|implementation|the\s+red\s+run)",
    r"cleared",
    r"go\s+ahead",
)
_NO_VERDICT: Final = one_of(
    r"files?\s+approved",
    r"approved\s+(?:files?|tests?)(?=\s*:)",
    r"(?:to\s+be|awaiting|pending|needs?|for|until|once|after|if|when|before)\s+(?:\w+\s+)?approv\w+",
    r"approv(?:al|ed)\s+(?:threshold|criteria|required|needed|requires?).*",
    r"who\s+approved",
)
_VERDICT_ELSEWHERE: Final = re.compile(
    r"(?:(?:test|qa|code|quality|final|second)\s+)*(?:audit|review|re-?review|re-?audit)(?:\s+(?:verdict|status|result"
    r"|outcome|decision|score))?\Z"
)
# A review that has no section of its own: one sentence below the written tests.
_SPEAKS_OF_REVIEW: Final = re.compile(
    r"\W*(?:(?:the|a|our|test|code|peer|first|second|final|re)[\s-]+)*(?:review(?:ed|er)?|audit(?:ed)?)\b", re.IGNORECASE
)
_SPOKEN_OF_IN: Final = frozenset({None, Topic.IMPLEMENTATION, Topic.RUN})
_AGAIN: Final = one_of(
    r"re-?(?:audit|review|score)\w*",
    r"(?:second|2nd|third|3rd|last|final|new|follow[\s-]?up)\s+(?:audit|review|pass|round|look|reading)",
    r"score",
    r"verdict",
)
_ABOUT_REVIEWS: Final = frozenset({Topic.REVIEW, Topic.MENDING})


def read_reviews(items: list[Item]) -> Found:
    """Scores, verdicts and findings in the file's order; the verdict's score is the review's overall one."""
    for group in _groups(items):
        rounds = {id(item): found for item in group if len(found := _rounds(item)) > 1}
        scores = [score for item in group if not _only_mends(item) and id(item) not in rounds for score in scores_of(item)]
        overall = overall_of(scores)
        reviews = list(_reviews(group, rounds, overall))
        # Where one heading holds several reviews, each rests on the score beside its verdict.
        lines = {review.lines for review in reviews} if len(reviews) > 1 else set()
        for score in scores:
            yield msgspec.structs.replace(score, overall=score is overall or score.lines in lines)
        yield from (msgspec.structs.replace(score, overall=True) for found in rounds.values() for score, _ in found)
        yield from reviews
        yield from findings_of(group)


def _reviews(group: list[Item], rounds: dict[int, list[_Round]], overall: StatedScore | None) -> Iterator[StatedReview]:
    said: set[str] = set()
    for item in group:
        lines = Lines(item.first, item.last)
        for score, verdict in rounds.get(id(item), ()):
            said.add(verdict)
            yield StatedReview(lines=lines, verdict=verdict, score=score.value)
        verdict = _verdict(item) if id(item) not in rounds else ""
        if verdict and (verdict not in said or _AGAIN.search(item.key)):
            said.add(verdict)
            own = next(scores_of(item), None) or overall
            yield StatedReview(lines=lines, verdict=verdict, score=own.value if own else None)


def _rounds(item: Item) -> list[_Round]:
    """The reviews that one paragraph or entry tells of, a sentence each: "First round: changes requested, 74/100. Second round: …"."""
    if item.kind not in (Kind.PARAGRAPH, Kind.ENTRY):
        return []
    told = ((score_said(item, sentence), _verdict_in(sentence)) for sentence in sentences(item.text))
    return [(score, verdict) for score, verdict in told if score is not None and verdict]


def _groups(items: list[Item]) -> Iterator[list[Item]]:
    """The items of each review: a run of items that are about one, as one heading after the other opens it."""
    group: list[Item] = []
    root: Title | None = None
    for item in items:
        if not _is_about_review(item):
            continue
        top = _root(item)
        if group and top is not root:
            yield group
            group = []
        root = top
        group.append(item)
    if group:
        yield group


def _is_about_review(item: Item) -> bool:
    if item.kind is Kind.CODE or item.quoted:
        return False
    if item.topic in _ABOUT_REVIEWS or (_VERDICT_ELSEWHERE.match(item.key) and item.topic in (None, Topic.STATUS)):
        return True
    spoken = item.kind in (Kind.PARAGRAPH, Kind.ENTRY) and item.topic in _SPOKEN_OF_IN and _SPEAKS_OF_REVIEW.match(item.text)
    return bool(spoken and (OUT_OF.search(item.text) or _YES.search(item.text) or _NEEDS.search(item.text)))


def _only_mends(item: Item) -> bool:
    """Whether an item tells what was mended after a review, rather than of a new one."""
    return item.topic is Topic.MENDING and not _AGAIN.search(item.text)


def _root(item: Item) -> Title | None:
    """The outermost heading or label about the review that an item stands in, or is."""
    titles = [item.opens, *item.titles()] if item.is_label else list(item.titles())
    root: Title | None = None
    for title in titles:
        if title is not None and title.topic in _ABOUT_REVIEWS:
            root = title
    return root


# --- Verdicts ---------------------------------------------------------------------------------------


def _verdict(item: Item) -> str:
    """What an item says that the review came to; empty where it says nothing of it."""
    if item.kind is Kind.ROW or _only_mends(item):
        return ""
    keyed = item.key and item.value and item.kind is not Kind.HEADING
    if keyed and not VERDICT_KEY.search(item.key) and next(scores_of(item), None) is None:
        return ""
    if item.kind is Kind.ENTRY and not item.key and not item.raw.startswith(("**", "✅", "❌")):
        return ""
    return _verdict_in(item.text)


def _verdict_in(text: str) -> str:
    text = _NO_VERDICT.sub(" ", text)
    if _NEEDS.search(text):
        return NEEDS_IMPROVEMENT
    return APPROVED if _YES.search(text) else ""
