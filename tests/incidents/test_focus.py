import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents import focus


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("threads", "THREAD CREATION: Creating missing thread record"),
        ("thread", "Too many threads"),
        ("websocket", "app.routes.websocket"),
        ("socket", "WebSocketManager closed"),
        ("user", "Invalid user_id format"),
        ("Straße", "STRASSE gesperrt"),
        ("class", "no such class"),
    ],
)
def test_a_word_is_found_whatever_its_case_its_plural_and_what_it_is_joined_to(asked, text):
    assert all(f" {word} " in focus.index([text]) for word in focus.wanted(asked))


@pytest.mark.parametrize(("asked", "text"), [("read", "thread"), ("clas", "class"), ("threads pool", "pooling of work")])
def test_a_part_of_a_word_is_not_the_word(asked, text):
    assert not any(f" {word} " in focus.index([text]) for word in focus.wanted(asked))


def test_an_empty_focus_asks_for_nothing():
    assert focus.wanted(" - ") == []


@given(st.text())
def test_a_text_matches_itself(text):
    index = focus.index([text])

    assert all(f" {word} " in index for word in focus.wanted(text))
