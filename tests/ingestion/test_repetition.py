import pytest

from incidents.clock import HOUR_NS
from ingestion.repetition import comes_often, speaks_of

MINUTE = HOUR_NS // 60
WORDS = ["creating", "missing", "falling back"]


@pytest.mark.parametrize("message", ["THREAD CREATION: Creating missing thread", "Missing: the table", "cache down, falling back to disk"])
def test_a_text_speaks_of_a_word_whatever_its_case(message):
    assert speaks_of(WORDS, message)


@pytest.mark.parametrize("message", ["recreatings", "dismissing the dialogue", "fallingback"])
def test_a_part_of_a_word_does_not_count(message):
    assert not speaks_of(WORDS, message)


def test_no_words_match_nothing():
    assert not speaks_of([], "Creating missing thread")


def test_ten_within_an_hour_come_often_wherever_the_hour_begins():
    assert comes_often([30 * MINUTE + n * 6 * MINUTE for n in range(10)], per_hour=10)


def test_ten_over_an_hour_do_not():
    assert not comes_often([n * 7 * MINUTE for n in range(10)], per_hour=10)


def test_nine_are_not_ten():
    assert not comes_often([0] * 9, per_hour=10)


def test_the_order_does_not_matter():
    assert comes_often([9, 3, 1], per_hour=3)
