"""Offsets and odds in words."""

from __future__ import annotations

import pytest

from incidents.admin import bursts, wording


@pytest.mark.parametrize(
    ("ns", "said"),
    [
        (0, "at once"),
        (-400_000, "at once"),
        (470_000_000, "+0.47 s"),
        (-3_000_000, "0.003 s before"),
        (59_994_000_000, "+59.99 s"),
        (59_999_000_000, "+1 min 0 s"),
        (125_000_000_000, "+2 min 5 s"),
        (-11_520_000_000_000, "3 h 12 min before"),
    ],
)
def test_an_offset_is_told_as_exactly_as_a_person_needs_it(ns, said):
    assert wording.offset(ns) == said


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        (0.0, "less than 1 in 1,000 trillion"),
        (3.3e-11, "1 in 30 billion"),
        (2.0**-13, "1 in 8,200"),
        (0.01, "1 in 100"),
        (1e-6, "1 in 1 million"),
        (1.0, "1 in 1"),
    ],
)
def test_odds_are_told_with_two_digits(chance, said):
    assert wording.odds(chance) == said


def test_an_offset_is_the_one_in_the_middle_and_counted_only_beside_the_lead():
    told = [
        [{"pattern": 1, "start_ns": 100}, {"pattern": 2, "start_ns": 110}],
        [{"pattern": 2, "start_ns": 190}, {"pattern": 1, "start_ns": 200}],
        [{"pattern": 1, "start_ns": 300}, {"pattern": 2, "start_ns": 350}],
        [{"pattern": 2, "start_ns": 400}, {"pattern": 3, "start_ns": 400}],
    ]

    known = bursts.coming(told, 1)

    assert (known.occurrences, dict(known.came)) == (4, {1: 3, 2: 4, 3: 1})
    assert (known.offset(1), known.offset(2), known.offset(3)) == (0, 10, None)
