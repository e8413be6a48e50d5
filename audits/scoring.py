"""The score of a review: the weighted mean of its checks, and the verdict by threshold. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

Number = int | float | Decimal

MOST: Final = Decimal(100)
_TO_ONE_DECIMAL: Final = Decimal("0.1")


def score(checks: Iterable[tuple[Number, Number]]) -> Decimal:
    """The mean of (weight, score) pairs, scores from 0 to 100, rounded half up to one decimal.

    Raises ValueError where there is no check, a weight is not above 0, or a score is not from 0 to 100.
    """
    weights = total = Decimal(0)
    for weight, given in ((_exact(weight), _exact(given)) for weight, given in checks):
        if weight <= 0:
            raise ValueError(f"a weight must be above 0, not {weight}")
        if not 0 <= given <= MOST:
            raise ValueError(f"a score must be from 0 to {MOST}, not {given}")
        weights += weight
        total += weight * given
    if not weights:
        raise ValueError("a review has at least one check")
    return (total / weights).quantize(_TO_ONE_DECIMAL, ROUND_HALF_UP)


def approves(score: Decimal, threshold: Number, critical_findings: int) -> Literal["approved", "needs_improvement"]:
    """The verdict of a review: approved at or above the threshold while it has no open critical finding."""
    return "approved" if score >= _exact(threshold) and not critical_findings else "needs_improvement"


def _exact(number: Number) -> Decimal:
    """The number as it was written: 0.1 is a tenth. Raises ValueError where it is no finite number."""
    exact = Decimal(str(number))
    if not exact.is_finite():
        raise ValueError(f"not a finite number: {number}")
    return exact
