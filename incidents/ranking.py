"""Which issue matters most, and why. Pure.

The priority is the sum of the reasons' points; nothing is added that no reason states. The points are
set so that severity leads, a critical area can lift an issue by one severity, and counts, which grow without
bound, enter by their logarithm and are capped: a noisy warning must not bury a rare, grave error.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import log2, log10
from typing import Final, TypedDict

from incidents.severity import Severity

SEVERITY_POINTS: Final = {
    Severity.EMERGENCY: 100,
    Severity.ALERT: 90,
    Severity.CRITICAL: 75,
    Severity.ERROR: 50,
    Severity.WARNING: 20,
    Severity.NOTICE: 10,
    Severity.INFO: 8,
    Severity.DEBUG: 3,
    Severity.DEFAULT: 5,
}
FOCUS_POINTS: Final = 25
REGRESSION_POINTS: Final = 25
ODD_POINTS: Final = 6
MOST_RATE_POINTS: Final = 20
# Fewer recent entries than this, or less than this many times the rate before, are no trend.
TREND_NEEDS: Final = 5
RISING: Final = 2.0
MOST_TREND_POINTS: Final = 10
MOST_SPREAD_POINTS: Final = 12
# Points for ten times as many; users weigh most, a request may be repeated by anybody.
SPREAD_WEIGHTS: Final = {"users": 8, "instances": 6, "traces": 4}
NEW_WITHIN_AN_HOUR: Final = 10
NEW_WITHIN_A_DAY: Final = 5
# A log that has only just begun makes everything look new.
HISTORY_NEEDED: Final = timedelta(hours=1)


class ReasonRow(TypedDict):
    """A reason as it is stored and as the API gives it."""

    factor: str
    points: int
    text: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that makes an issue matter: which factor, how many points, and a sentence."""

    factor: str
    points: int
    text: str

    def as_row(self) -> ReasonRow:
        return ReasonRow(factor=self.factor, points=self.points, text=self.text)


@dataclass(frozen=True, slots=True)
class Count:
    """How many distinct values were seen; `more` where counting stopped there."""

    number: int = 0
    more: bool = False

    def of(self, things: str) -> str:
        return f"{self.number:,}{' or more' if self.more else ''} {things}"


@dataclass(frozen=True, slots=True)
class Area:
    """A critical area of the project that an issue touches."""

    match: str
    weight: int
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the ranking knows of an issue. Entries are counted in whole hours: `recent` since `recent_since`
    (one to two hours), `day_before` in the 24 hours before that."""

    severity: Severity
    first_seen: datetime
    present: datetime
    project_since: datetime
    recent_since: datetime
    severity_by_person: bool = False
    from_logs: bool = True
    recent: int = 0
    day_before: int = 0
    users: Count = field(default_factory=Count)
    instances: Count = field(default_factory=Count)
    traces: Count = field(default_factory=Count)
    areas: Sequence[Area] = ()
    regressed: bool = False


def rank(facts: Facts) -> list[Reason]:
    """The reasons for the issue's priority, weightiest first; their points sum up to it."""
    reasons = [
        _severity(facts),
        *_odd(facts),
        *_rate(facts),
        *_trend(facts),
        *_spread(facts),
        *_areas(facts),
        *_new(facts),
        *_regression(facts),
    ]
    return sorted(reasons, key=lambda reason: -reason.points)


def priority(reasons: Iterable[Reason]) -> int:
    """The sum of the points."""
    return sum(reason.points for reason in reasons)


def focus_reason(focus: str, *, found: int, asked: int) -> Reason:
    """What an issue gains that matches `found` of the `asked` words of a focus."""
    return Reason("focus", focus_points(found, asked), f"It matches the focus “{focus}”.")


def focus_points(found: int, asked: int) -> int:
    """The share of a focus that an issue matches, in points."""
    return round(FOCUS_POINTS * found / asked)


def _severity(facts: Facts) -> Reason:
    name = facts.severity.name
    said = f"A person set its severity to {name}." if facts.severity_by_person else f"The logs call it {name}."
    return Reason("severity", SEVERITY_POINTS[facts.severity], said)


def _odd(facts: Facts) -> Iterator[Reason]:
    if facts.from_logs and facts.severity < Severity.WARNING:
        yield Reason("odd_repetition", ODD_POINTS, "Nothing calls it an error, yet it keeps mending something: often a fault behind it.")


def _rate(facts: Facts) -> Iterator[Reason]:
    seen = facts.recent + facts.day_before
    if seen:
        points = min(MOST_RATE_POINTS, 1 + round(5 * log10(seen)))
        times = "Once" if seen == 1 else f"{seen:,} times"
        yield Reason("rate", points, f"{times} in the last day.")


def _trend(facts: Facts) -> Iterator[Reason]:
    hours_recent = (facts.present - facts.recent_since) / timedelta(hours=1)
    # A log that began five hours ago says nothing of the nineteen before.
    hours_before = min(24.0, (facts.recent_since - facts.project_since) / timedelta(hours=1))
    if facts.recent < TREND_NEEDS or not facts.day_before or hours_recent <= 0 or hours_before < 1:
        return
    an_hour_before = facts.day_before / hours_before
    ratio = facts.recent / hours_recent / an_hour_before
    if ratio >= RISING:
        points = min(MOST_TREND_POINTS, round(3 * log2(ratio)))
        since = f"{facts.recent:,} since {facts.recent_since:%H:%M}"
        yield Reason("trend", points, f"Rising: {since}, against {an_hour_before:.1f} an hour before.")


def _spread(facts: Facts) -> Iterator[Reason]:
    for factor, told, things, count in (
        ("users", "It met", "users", facts.users),
        ("instances", "Seen on", "instances", facts.instances),
        ("traces", "Seen in", "requests", facts.traces),
    ):
        if count.number > 1:
            points = min(MOST_SPREAD_POINTS, max(1, round(SPREAD_WEIGHTS[factor] * log10(count.number))))
            yield Reason(factor, points, f"{told} {count.of(things)}.")


def _areas(facts: Facts) -> Iterator[Reason]:
    for area in facts.areas:
        yield Reason("critical_area", area.weight, f"Touches “{area.match}”: {area.reason.rstrip('.')}.")


def _new(facts: Facts) -> Iterator[Reason]:
    age = facts.present - facts.first_seen
    if age > timedelta(days=1) or facts.first_seen - facts.project_since < HISTORY_NEEDED:
        return
    points = NEW_WITHIN_AN_HOUR if age <= timedelta(hours=1) else NEW_WITHIN_A_DAY
    yield Reason("newness", points, f"New: first seen {facts.first_seen:%Y-%m-%d at %H:%M} UTC.")


def _regression(facts: Facts) -> Iterator[Reason]:
    if facts.regressed:
        yield Reason("regression", REGRESSION_POINTS, "It came back after it had been resolved.")
