"""The score of a review, and the verdict by threshold."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.scoring import approves, score


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ([(1, 100)], "100.0"),
        ([(1, 0)], "0.0"),
        ([(1, 100), (1, 50)], "75.0"),
        ([(3, 100), (1, 0)], "75.0"),
        ([(30, 95), (25, 90), (20, 100), (15, 85), (10, 92.5)], "93.0"),
        ([(1, 84.95)], "85.0"),
        ([(1, 84.94)], "84.9"),
        ([(1, 0.25)], "0.3"),
        ([(0.1, 70), (0.2, 100)], "90.0"),
        ([(1, 100), (1, 100), (1, 0)], "66.7"),
    ],
)
def test_the_score_is_the_weighted_mean_to_one_decimal_rounded_half_up(checks, expected):
    assert str(score(checks)) == expected


@pytest.mark.parametrize(
    "checks",
    [[], [(0, 50)], [(-1, 50)], [(1, -0.1)], [(1, 100.1)], [(float("nan"), 50)], [(1, float("inf"))]],
)
def test_what_makes_no_score_is_refused(checks):
    with pytest.raises(ValueError):
        score(checks)


@pytest.mark.parametrize(
    ("reached", "critical", "verdict"),
    [("85.0", 0, "approved"), ("100.0", 0, "approved"), ("84.9", 0, "needs_improvement"), ("100.0", 1, "needs_improvement")],
)
def test_a_review_approves_at_the_threshold_and_without_open_critical_findings(reached, critical, verdict):
    assert approves(Decimal(reached), 85, critical) == verdict


@given(st.lists(st.tuples(st.integers(1, 100), st.integers(0, 100)), min_size=1, max_size=10))
def test_the_score_lies_between_the_worst_and_the_best_check(checks):
    scores = [given for _, given in checks]

    assert min(scores) <= score(checks) <= max(scores)
