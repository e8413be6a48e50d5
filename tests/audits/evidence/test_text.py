import pytest

from audits.evidence.text import Gathered, clean, shortened


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("plain <b>text</b> ☃", "plain <b>text</b> ☃"),
        ("two\n\tlines", "two\n\tlines"),
        ("\x1b[31mred\x1b[39m \x1b[1;4mbold\x1b[0m", "red bold"),
        ("\x1b]8;;https://example.org\x07link\x1b]8;;\x07", "link"),
        ("dos\r\nold mac\rend", "dos\nold mac\nend"),
        ("bell\x07 delete\x7f", "bell delete"),
    ],
)
def test_terminal_sequences_and_control_characters_are_taken_out(raw, cleaned):
    assert clean(raw) == (cleaned, False)


def test_a_nul_is_taken_out_and_told():
    assert clean("a\0b") == ("ab", True)


def test_a_long_text_is_shortened_to_the_limit_and_kept_apart_from_others():
    one, other = shortened("x" * 100 + "a", 50), shortened("x" * 100 + "b", 50)

    assert len(one) == len(other) == 50
    assert one != other


def test_a_text_of_the_limit_is_not_shortened():
    assert shortened("x" * 50, 50) == "x" * 50


def test_what_is_gathered_is_one_character_longer_than_the_limit_at_most():
    gathered = Gathered(10)
    for _ in range(1_000):
        gathered.add("abc")

    assert gathered.text == "abcabcabcab"


def test_empty_pieces_get_no_separator():
    gathered = Gathered(10, "\n")
    for piece in ("", "a", "", "b", ""):
        gathered.add(piece)

    assert gathered.text == "a\nb"
