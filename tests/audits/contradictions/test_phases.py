import pytest

from audits.claims.shapes import StatedReview
from tests.audits.contradictions.stated import HONEST, at, but, codes, found, phase, status


def numbered(*numbers, start=1, title=""):
    return [phase(start + 10 * place, str(number), title) for place, number in enumerate(numbers)]


def test_the_phases_in_their_order_are_right():
    assert codes(numbered(0, 1, 2, "2.1", 3, 4, 5, 6, 7, 8)) == []


def test_a_number_that_is_missing_inside_is_told_with_its_neighbours():
    (contradiction,) = found(but(phase_4=None))

    assert (contradiction.code, contradiction.where) == ("phase_skipped", ("line 40", "line 60"))
    assert contradiction.detail == "Missing: phase 4, between 3 and 5."


@pytest.mark.parametrize("numbers", [(4, 5, 6, 7), (1, 2, 3), (0, 1, "2.1", 3), (1, 7), (3,), ()])
def test_sequences_that_begin_late_end_early_or_are_none(numbers):
    assert codes(numbered(*numbers)) == []


def test_a_stretch_that_comes_again_is_one_contradiction():
    (contradiction,) = found(numbered(0, 1, 2, 3, 4, 3, 4, 5))

    assert (contradiction.code, contradiction.where) == ("phase_repeated", ("line 31", "line 51"))
    assert contradiction.subject == "3-4"


def test_two_stretches_are_two():
    assert codes(numbered(1, 2, 3, 1, 4, 3)) == ["phase_repeated", "phase_repeated"]


@pytest.mark.parametrize("title", ["Test audit, second round", "Re-review", "Test execution (continued)", "Fix, retry"])
def test_a_phase_that_says_it_comes_again_is_no_slip(title):
    assert codes([*numbered(1, 2, 3, 4), phase(60, "4", title)]) == []


def test_a_phase_that_a_review_asked_for_again_is_none():
    review = StatedReview(lines=at(45), verdict="needs_improvement")
    again = [phase(50, "3", "Tests"), phase(60, "4", "Review"), StatedReview(lines=at(61), verdict="approved")]

    assert codes([*numbered(1, 2, 3, 4), review, *again]) == []


@pytest.mark.parametrize("review", [StatedReview(lines=at(45), verdict="approved"), StatedReview(lines=at(5), verdict="needs_improvement")])
def test_no_other_review_asks_for_a_phase_again(review):
    assert "phase_repeated" in codes([*numbered(1, 2, 3, 4), review, phase(50, "3", "Tests")])


def test_a_review_of_the_first_fault_does_not_ask_for_the_phases_of_the_second():
    review = StatedReview(lines=at(35), verdict="needs_improvement")
    first = [*numbered(1, 2, 3, 4), review, StatedReview(lines=at(36), verdict="approved")]

    assert "phase_repeated" in codes(first, [phase(100, "3", "Tests")])


def test_three_numbers_are_a_sequence():
    assert codes(numbered(1, 2, 4)) == ["phase_skipped"]


def test_a_number_that_is_none_is_left_out():
    assert codes(numbered("A", "1", "²", "2", "4.5.6", "3")) == []


def test_a_second_fault_whose_numbering_begins_again_repeats_phases():
    second = [phase(200, "3"), phase(210, "4"), phase(220, "5")]

    (contradiction,) = found(HONEST.values(), second)

    assert (contradiction.code, contradiction.where) == ("phase_repeated", ("line 40", "line 200"))


def test_a_fault_that_is_called_complete_without_the_other_ones_phases_skips_them():
    first = [*numbered(0, 1, 2, 3, 4, 5, 6), status(70, "commit_named"), status(71, "fixed")]
    second = [*numbered(3, 4, 5, 6, 7, 8, start=100), status(170, "commit_named"), status(171, "fixed")]

    skipped = [one for one in found(first, second) if one.code == "phase_skipped"]

    assert [one.where for one in skipped] == [("line 61", "line 100"), ("line 100", "line 61")]
    assert "phases 7, 8" in skipped[0].detail
    assert "phases 0, 1, 2" in skipped[1].detail


def test_a_fault_that_is_not_called_complete_may_stop_where_it_is():
    first = [*numbered(0, 1, 2, 3, 4, 5, 6), status(70, "pending")]

    assert "phase_skipped" not in codes(first, numbered(3, 4, 5, 6, 7, 8, start=100))


def test_a_second_fault_without_numbered_phases_skips_none():
    assert "phase_skipped" not in codes(HONEST.values(), [status(200, "fixed")])


def test_the_number_of_a_part_is_not_its_wholes_again():
    assert codes(but(more=phase(33, "2.2", "More"))) == []
