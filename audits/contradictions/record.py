"""Where the record of an iteration that was walked here disagrees with itself. Pure.

The codes are those of a log, and hold for what corresponds to them. `timing` has no counterpart: a record states no time twice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

from audits.claims.shapes import Contradiction, Place
from audits.contradictions.facts import Facts, MoveFact, ReviewFact, RowFact
from audits.contradictions.patterns import PatternInvalid, failures
from audits.contradictions.places import is_test_file, is_within, name_of, same_file
from audits.contradictions.record_runs import executed_count, score_arithmetic
from audits.contradictions.told import listing, once_each, tests
from audits.terms import NUMBER_OF_PHASE, Level, Phase
from audits.verification import Result

_ORDER: Final = {phase: position for position, phase in enumerate(Phase)}
# A resolution that does not say that the fault was mended.
_NOT_MENDED: Final = frozenset({"wont_fix", "not_reproduced"})
_RED_AT_FIX: Final = frozenset({Result.STILL_RED, Result.REGRESSION, Result.BROKEN_BEFORE, Result.FLAKY})
_NOT_SEEN: Final = frozenset({"", "absent"})
_TESTS_PASS: Final = re.compile(r"\btests?\b.*\b(?:pass|green)", re.IGNORECASE | re.DOTALL)


def of_record(record: Facts) -> list[Contradiction]:
    """The contradictions of an iteration's record as it stands. `where` names records: "test plan", "review 2", "run 12".

    What is only not done yet contradicts nothing: a new iteration has none, and neither has one that is complete and honest.
    """
    return list(once_each(contradiction for rule in _RULES for contradiction in rule(record)))


def _planned_count(record: Facts) -> Iterator[Contradiction]:
    listed = Counter(test.level for test in record.planned)
    for name, declared in sorted(record.declared.items()):
        if name in list(Level) and declared != listed[Level(name)]:
            detail = f"The plan declares {declared:,} {name} tests and lists {listed[Level(name)]:,}."
            yield Contradiction("planned_count", detail, ("test plan",), name)


def _implemented_count(record: Facts) -> Iterator[Contradiction]:
    for file in record.files:
        planned = sum(same_file(test.file, file.path) for test in record.planned)
        if planned and file.tests is not None and file.tests != planned:
            detail = f"The plan has {tests(planned)} in {file.path}; it is recorded with {file.tests:,}."
            yield Contradiction("implemented_count", detail, ("test plan", f"test file {file.path}"), file.path)


def _result_missing(record: Facts) -> Iterator[Contradiction]:
    if not _has_left(record, Phase.GREEN_RUN):
        return
    for row in record.rows:
        if row.base not in _NOT_SEEN and row.fix in _NOT_SEEN:
            detail = f"{row.name} ran before the fix and has no result at it."
            yield Contradiction("result_missing", detail, ("test plan", _runs(record, "after_fix")), row.name)


def _never_executed(record: Facts) -> Iterator[Contradiction]:
    if not _is_called_mended(record) and record.phase is not Phase.COMMIT:
        return
    left = [row for row in record.rows if row.base in _NOT_SEEN and row.fix in _NOT_SEEN]
    if left:
        whole = [level for level in Level if _is_whole_level(record, left, level)]
        named = [f"the {level} tests" for level in whole] + [row.name for row in left if row.level not in whole]
        detail = f"The record goes on to its end, and no run holds {listing(named)}."
        yield Contradiction("never_executed", detail, ("test plan", _end(record)))


def _is_whole_level(record: Facts, left: list[RowFact], level: Level) -> bool:
    of_level = [row for row in record.rows if row.level == level]
    return bool(of_level) and all(row in left for row in of_level)


def _still_red_called_fixed(record: Facts) -> Iterator[Contradiction]:
    red = [row for row in record.rows if row.result in _RED_AT_FIX]
    if _is_called_mended(record):
        for row in red:
            detail = f"{row.name} is not green at the fix ({row.result}); the issue is resolved as {record.resolution}."
            yield Contradiction("still_red_called_fixed", detail, (_runs(record, "after_fix"), "issue"), row.name)
    for metric in record.metrics:
        if red and metric.met and _TESTS_PASS.search(metric.text):
            detail = f"“{metric.text}” is judged met; {listing(row.name for row in red)} did not pass at the fix."
            yield Contradiction("still_red_called_fixed", detail, ("success metrics", _runs(record, "after_fix")), f"metric {metric.text}")


def _never_red(record: Facts) -> Iterator[Contradiction]:
    for row in record.rows:
        if row.result == Result.NEVER_RED:
            detail = f"{row.name} must fail before the fix; it passed before it."
            yield Contradiction("never_red", detail, ("test plan", _runs(record, "before_fix")), row.name)


def _review_not_repeated(record: Facts) -> Iterator[Contradiction]:
    for number, review in enumerate(record.reviews, 1):
        later = [move for move in record.moves if move.at > review.at and _ORDER[move.phase] >= _ORDER[Phase.RED_RUN]]
        if not review.approved and later and not _is_open_by_right(record, review, later[0]):
            phase = _phase(later[0].phase)
            detail = f"Review {number} asked for changes; {phase} was entered without a later review that approves."
            yield Contradiction("review_not_repeated", detail, (f"review {number}", phase), f"review {number}")


def _is_open_by_right(record: Facts, review: ReviewFact, move: MoveFact) -> bool:
    # A waiver is a person's decision, with its reason beside it: no disagreement.
    # A second review that asked for changes too answers for itself.
    return bool(move.let_through) or any(review.at < other.at <= move.at for other in record.reviews)


def _phases_out_of_order(record: Facts) -> Iterator[Contradiction]:
    """A phase that was jumped over, or entered again. Going back is allowed with a reason; only one without is told."""
    for before, move in pairwise(record.moves):
        step = _ORDER[move.phase] - _ORDER[before.phase]
        where = (_phase(before.phase), _phase(move.phase))
        if step > 1:
            yield Contradiction("phase_skipped", f"{where[0]} was followed by {where[1]}.", where, f"{where[0]}, {where[1]}")
        elif step <= 0 and not move.reason.strip():
            yield Contradiction("phase_repeated", f"{where[1]} was entered again, and no reason is given.", where, where[1])


def _fix_location_moved(record: Facts) -> Iterator[Contradiction]:
    scope = [Place(place.file, place.line) for place in record.scope if place.file]
    fixes = [(number, Place(fix.file, fix.line)) for number, fix in enumerate(record.fixes, 1) if fix.file and not is_test_file(fix.file)]
    if scope and fixes and not any(is_within(place, other) for _, place in fixes for other in scope):
        made = listing(dict.fromkeys(name_of(place) for _, place in fixes))
        detail = f"The root cause lies in {listing(map(name_of, scope))}; the fix was made in {made}."
        yield Contradiction("fix_location_moved", detail, ("root cause", *(f"fix {number}" for number, _ in fixes)))


def _not_reproduced_called_fixed(record: Facts) -> Iterator[Contradiction]:
    if _is_called_mended(record) and record.reproduced is False:
        detail = f"No test failed before the fix for the issue's reason; the issue is resolved as {record.resolution}."
        yield Contradiction("not_reproduced_called_fixed", detail, (_runs(record, "before_fix"), "issue"))


def _commit_missing(record: Facts) -> Iterator[Contradiction]:
    if (record.ended or _is_called_mended(record)) and not record.on_default_branch:
        detail = "The work is called done, and no commit of it is known on the default branch."
        fixes = (f"fix {len(record.fixes)}",) if record.fixes else ()
        yield Contradiction("commit_missing", detail, (_end(record), *fixes))


def _proposed_pattern(record: Facts) -> Iterator[Contradiction]:
    if record.pattern is None:
        return
    try:
        missed = failures(record.pattern.regex, record.pattern.must_match)
    except PatternInvalid:
        return
    if missed:
        detail = f"{record.pattern.regex} does not match {listing(missed)}."
        yield Contradiction("proposed_pattern_does_not_match", detail, ("root cause",), record.pattern.regex)


def _github_state(record: Facts) -> Iterator[Contradiction]:
    if record.mirror == "closed" and not record.resolved:
        yield Contradiction("github_state", "The GitHub issue is closed; the issue is open here.", ("GitHub issue", "issue"))
    elif record.mirror == "open" and record.resolved:
        detail = f"The issue is resolved as {record.resolution}; the GitHub issue is open."
        yield Contradiction("github_state", detail, ("issue", "GitHub issue"))


def _is_called_mended(record: Facts) -> bool:
    return record.resolved and record.resolution not in _NOT_MENDED


def _has_left(record: Facts, phase: Phase) -> bool:
    """Whether a phase lies behind: a later one is the present one, or the issue is called mended."""
    return record.ended or _ORDER[record.phase] > _ORDER[phase] or _is_called_mended(record)


def _end(record: Facts) -> str:
    return "issue" if record.resolved else _phase(record.phase)


def _phase(phase: Phase) -> str:
    return f"phase {NUMBER_OF_PHASE[phase]} {phase}"


def _runs(record: Facts, stage: str) -> str:
    """The newest run of a stage, by its number."""
    return next((f"run {run.id}" for run in reversed(record.runs) if run.stage == stage), f"runs {stage}")


_RULES: Final[tuple[Callable[[Facts], Iterator[Contradiction]], ...]] = (
    _planned_count,
    _implemented_count,
    executed_count,
    _result_missing,
    _never_executed,
    _still_red_called_fixed,
    _never_red,
    score_arithmetic,
    _review_not_repeated,
    _phases_out_of_order,
    _fix_location_moved,
    _not_reproduced_called_fixed,
    _commit_missing,
    _proposed_pattern,
    _github_state,
)
