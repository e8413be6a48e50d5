"""The sentence behind a row: why a test has its result. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final

from audits.evidence.shapes import Identity
from audits.matching import How, Match, full_id
from audits.terms import Expectation
from audits.verification.runs import Side
from audits.verification.shapes import PlannedTest, Result

MOST_NAMED: Final = 5
EXCERPT_LENGTH: Final = 200

_SENTENCES: Final = {
    Result.STILL_RED: "It did not pass at the fix.",
    Result.NEVER_RED: "It passed before the fix, so it does not show the fault.",
    Result.NOT_RED: "It was not seen failing before the fix; an error, a skip or its absence proves nothing.",
    Result.RED_FOR_ANOTHER_REASON: "It failed before the fix, but not as the plan expects.",
    Result.REGRESSION: "It passed before the fix and did not at the fix.",
    Result.BROKEN_BEFORE: "It was to be always green, but failed before the fix and did not pass at the fix.",
    Result.REPAIRED: "It was to be always green, but failed before the fix; it passed at the fix, so the expectation was wrong.",
    Result.NO_BASE: "It was not seen passing before the fix.",
    Result.NO_FIX_RUN: "There is no run at the fix yet.",
    Result.VANISHED: "It ran before the fix and is in no run at the fix.",
    Result.FLAKY: "Runs of one commit do not agree on it.",
    Result.UNSTATED: "The plan does not state what is expected of it.",
}
_PROVEN: Final = {
    Expectation.RED_THEN_GREEN: "It failed before the fix and passed in every run at the fix.",
    Expectation.ALWAYS_GREEN: "It passed before the fix and in every run at the fix.",
}
_UNPLANNED: Final = {
    Result.UNPLANNED_REGRESSION: "It is not in the plan, passed before the fix and failed at the fix.",
    Result.VANISHED: "It is not in the plan, passed before the fix and is in no run at the fix.",
    Result.FLAKY: "It is not in the plan, passed before the fix and only sometimes at the fix.",
}


def planned_detail(test: PlannedTest, match: Match, result: Result, base: Side, fix: Side, gone: Collection[Identity]) -> str:
    """Why a planned test has its result, in one line; `gone` are its cases that ran at the base and are in no run at the fix."""
    sentence = _PROVEN[test.expectation] if result is Result.PROVEN else _SENTENCES[result]
    return " ".join([sentence, *_more(test, match, result, base, fix, gone), *_unmatched(match, base, fix)])


def unplanned_detail(identity: Identity, result: Result, fix: Side) -> str:
    """Why a test outside the plan counts against the fix, in one line."""
    more = () if result is Result.VANISHED else _shown([identity], fix)
    return " ".join([_UNPLANNED[result], *more])


def _more(test: PlannedTest, match: Match, result: Result, base: Side, fix: Side, gone: Collection[Identity]) -> Iterator[str]:
    match result:
        case Result.STILL_RED | Result.REGRESSION:
            yield from _shown(match.identities, fix)
        case Result.BROKEN_BEFORE:
            yield from _shown(match.identities, base)
        case Result.RED_FOR_ANOTHER_REASON:
            yield f"Expected was “{_excerpt(test.expected_failure)}”."
            yield from _said(match.identities, base)
        case Result.VANISHED:
            yield f"Gone: {_named(map(full_id, gone))}."
        case Result.FLAKY:
            yield from chain(_run_by_run(match.identities, base), _run_by_run(match.identities, fix))


def _unmatched(match: Match, base: Side, fix: Side) -> Iterator[str]:
    if match.how is How.AMBIGUOUS:
        yield f"Several tests of the reports may be meant, none was taken: {_named(match.candidates)}."
    elif match.how is How.NONE and (base.runs or fix.runs):
        yield "No test of the reports bears this name in this file."


def _shown(identities: Collection[Identity], side: Side) -> Iterator[str]:
    yield from _run_by_run(identities, side)
    yield from _said(identities, side)


def _run_by_run(identities: Collection[Identity], side: Side) -> Iterator[str]:
    states = []
    for run in side.runs:
        shown = run.of(identities)
        states.append(f"{'absent' if shown is None else shown.name.lower()} in run {run.id}")
    if states:
        yield f"At {side.commit[:12]}: {_named(states)}."
    unsteady = [each for each in identities if 0 < sum(each in run.shown for run in side.runs) < len(side.runs)]
    if len(identities) > 1 and unsteady:
        yield f"Not in every run: {_named(map(full_id, unsteady))}."


def _said(identities: Iterable[Identity], side: Side) -> Iterator[str]:
    """The first failure that has a text."""
    texts = (_excerpt(text) for each in identities for run in side.runs for text in run.failures.get(each, ()))
    text = next(filter(None, texts), "")
    if text:
        yield f"It said “{text}”."


def _excerpt(text: str) -> str:
    # Only so much is folded: a failure's text may be a megabyte.
    folded = " ".join(text[: 2 * EXCERPT_LENGTH].split())
    return folded if len(folded) <= EXCERPT_LENGTH and len(text) <= 2 * EXCERPT_LENGTH else f"{folded[:EXCERPT_LENGTH]}…"


def _named(names: Iterable[str]) -> str:
    listed: Sequence[str] = list(names)
    more = len(listed) - MOST_NAMED
    return ", ".join(islice(listed, MOST_NAMED)) + (f" and {more:,} more" if more > 0 else "")
