"""Single statements that disagree with another: the place of the fix, a proposed pattern, arithmetic, times. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import combinations
from typing import Final

from audits.claims.shapes import (
    Contradiction,
    ProposedPattern,
    StatedChoice,
    StatedExecution,
    StatedFix,
    StatedIssue,
    StatedRootCause,
    StatedTime,
)
from audits.contradictions.patterns import PatternInvalid, failures
from audits.contradictions.places import is_test_file, is_told, is_within, name_of
from audits.contradictions.runs import Run, runs_of
from audits.contradictions.told import Told, listing

# A log that proposes more is made to cost.
_MOST_PATTERNS: Final = 20
_MOST_PLACES: Final = 50
_MOST_DIGITS: Final = 6


def fix_location_moved(told: Told) -> Iterator[Contradiction]:
    """No fix was made where the root cause that holds says that the fault is: another file, not only another line."""
    cause = _scoped_cause(told.each(StatedRootCause))
    fixes = [fix for fix in told.each(StatedFix) if is_told(fix.place) and not is_test_file(fix.place.file)]
    if cause is None or not fixes:
        return
    scope = [place for place in cause.scope if is_told(place)][:_MOST_PLACES]
    if any(is_within(fix.place, place) for fix in fixes for place in scope):
        return
    places = listing(dict.fromkeys(name_of(fix.place) for fix in fixes))
    detail = f"The root cause lies in {listing(name_of(place) for place in scope)}; the fix was made in {places}."
    yield told.contradiction("fix_location_moved", detail, [cause.lines.last, *(fix.lines.first for fix in fixes)])


def _scoped_cause(causes: Sequence[StatedRootCause]) -> StatedRootCause | None:
    """The newest root cause that tells its scope; none where a later one without a scope calls it wrong."""
    for cause in reversed(causes):
        if any(is_told(place) for place in cause.scope):
            return cause
        if cause.corrects:
            return None
    return None


def proposed_pattern_does_not_match(told: Told) -> Iterator[Contradiction]:
    """A proposed regular expression that does not match a value that it is for. One that RE2 cannot try is not judged."""
    for pattern in told.each(ProposedPattern)[:_MOST_PATTERNS]:
        missed = _missed(pattern)
        if missed:
            lines = [pattern.lines.first, *_lines_that_state(told, missed, pattern.lines.first)]
            detail = f"{pattern.regex} does not match {listing(missed)}."
            yield told.contradiction("proposed_pattern_does_not_match", detail, lines, pattern.regex)


def _missed(pattern: ProposedPattern) -> list[str]:
    r"""The values that it does not match, however it is read: in a string literal of many languages `\\d` stands for `\d`."""
    try:
        return failures(pattern.regex.replace(r"\\", "\\"), failures(pattern.regex, pattern.must_match))
    except PatternInvalid:
        return []


def _lines_that_state(told: Told, values: Sequence[str], but: int) -> list[int]:
    """Where the issue that is acted on states one of the values: its choice first, else the first issue that does."""
    choices = [choice.lines.first for choice in told.each(StatedChoice) if any(value in choice.title for value in values)]
    issues = [issue.lines.first for issue in told.each(StatedIssue) if any(value in f"{issue.title} {issue.message}" for value in values)]
    return [line for line in (choices or issues)[:1] if line != but]


def score_arithmetic(told: Told) -> Iterator[Contradiction]:
    """Totals whose parts do not add up, and percentages that do not follow from them."""
    for run in runs_of(told):
        totals = run.totals
        if totals is None:
            continue
        line = totals.lines.first
        if not _adds_up(totals):
            parts = [f"{number:,} {what}" for what, number in _parts(totals)]
            detail = f"{listing(parts)} are not {totals.total:,} in all."
            yield told.contradiction("score_arithmetic", detail, [line], f"total {totals.stage}".strip())
        elif not _percent_follows(totals):
            detail = f"{totals.percent:g} % does not follow from {totals.passed or 0:,} of {_whole(totals):,}."
            line = next(execution.lines.first for execution in run.executions if execution.percent is not None)
            yield told.contradiction("score_arithmetic", detail, [line], f"percent {totals.stage}".strip())


def _parts(execution: StatedExecution) -> list[tuple[str, int]]:
    named = (("passed", execution.passed), ("failed", execution.failed), ("errors", execution.errors), ("skipped", execution.skipped))
    return [(what, number) for what, number in named if number is not None]


def _adds_up(execution: StatedExecution) -> bool:
    """Whether the parts can make the total. Authors leave out what is zero, and count errors and skipped tests in or not."""
    total, passed, failed = execution.total, execution.passed, execution.failed
    if total is None or passed is None:
        return True
    if failed is None:
        return passed <= total
    extras = [number or 0 for number in (execution.errors, execution.skipped)]
    possible = {passed + failed + sum(some) for size in range(3) for some in combinations(extras, size)}
    return total in possible


def _percent_follows(execution: StatedExecution) -> bool:
    """Whether a percentage is that of the passed tests, or of the failed ones, of the total or of all that ran.

    A whole percentage may be rounded either way; one with decimals must be right to its last digit.
    """
    whole, percent = _whole(execution), execution.percent
    if percent is None or not whole or execution.passed is None:
        return True
    # Skipped tests may be left out of the base; that there were some must be told.
    is_told = execution.failed is not None or execution.skipped is not None
    bases = {whole, execution.passed + (execution.failed or 0) if is_told else 0} - {0}
    shares = [100 * part / base for part in (execution.passed, execution.failed) if part is not None for base in bases]
    return any(abs(share - percent) < _last_digit(percent) for share in shares)


def _whole(execution: StatedExecution) -> int:
    if execution.total is not None:
        return execution.total
    return sum(number for _, number in _parts(execution)) if execution.failed is not None else 0


def timing(told: Told) -> Iterator[Contradiction]:
    """Two stated durations, or moments, of one thing or one run that differ by more than how they are written."""
    by_thing: dict[str, list[StatedTime]] = {}
    for time in told.each(StatedTime):
        if time.of:
            by_thing.setdefault(" ".join(time.of.lower().split()), []).append(time)
    for thing, (first, *times) in by_thing.items():
        other = next((time for time in times if _differ(first, time)), None)
        if other:
            detail = f"{first.of} is told as {_said(first)} and {_said(other)}."
            yield told.contradiction("timing", detail, [first.lines.first, other.lines.first], thing)
    for run in runs_of(told):
        yield from _durations_of(told, run)


def _durations_of(told: Told, run: Run) -> Iterator[Contradiction]:
    for seconds, line in run.durations[1:]:
        first, first_line = run.durations[0]
        if _durations_differ(first, seconds):
            detail = f"One run is told to have taken {first:g} s and {seconds:g} s."
            yield told.contradiction("timing", detail, [first_line, line], f"run {run.stage}".strip())


def _durations_differ(one: float, other: float) -> bool:
    return abs(one - other) >= max(_last_digit(one), _last_digit(other))


def _differ(one: StatedTime, other: StatedTime) -> bool:
    if one.seconds is not None and other.seconds is not None:
        return _durations_differ(one.seconds, other.seconds)
    first, second = _moment(one.moment), _moment(other.moment)
    if first is None or second is None or (first.tzinfo is None) != (second.tzinfo is None):
        return False
    if _is_date(one.moment) or _is_date(other.moment):
        return first.date() != second.date()
    minutes = one.moment.count(":") == 1 or other.moment.count(":") == 1
    return abs((first - second).total_seconds()) >= (60 if minutes else 1)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def _is_date(text: str) -> bool:
    return ":" not in text


def _said(time: StatedTime) -> str:
    return f"{time.seconds:g} s" if time.seconds is not None else time.moment


def _last_digit(figure: float) -> float:
    """The worth of the last digit of a figure as it is written, with a little for what floats cannot hold."""
    digits = len(f"{figure:.{_MOST_DIGITS}f}".rstrip("0").partition(".")[2])
    return 10.0**-digits * (1 + 1e-9)
