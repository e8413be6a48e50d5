import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.github.markers import marker, subjects

SUBJECTS = st.text(alphabet="abcXYZ019._:/-", min_size=1, max_size=150)
TEXTS = st.text() | st.sampled_from(["<!-- fixproof:", " -->", ":", "a" * 32, "\n"])


@given(st.lists(SUBJECTS, max_size=4), st.lists(TEXTS, min_size=5, max_size=5))
def test_the_subjects_of_all_our_markers_are_found_in_order(written, between):
    text = "".join(f"{other}{marker(subject, secret='s')}" for subject, other in zip(written, between, strict=False)) + between[4]

    assert subjects(text, secrets=["s"]) == written


def test_a_marker_is_an_html_comment_in_one_line():
    assert re.fullmatch(r"<!-- fixproof:issue/12:[0-9a-f]{24,} -->", marker("issue/12", secret="s"))


def test_a_marker_that_was_made_with_another_secret_is_passed_over():
    text = marker("issue/1", secret="theirs") + marker("issue/2", secret="ours")

    assert subjects(text, secrets=["ours"]) == ["issue/2"]


def test_a_marker_of_a_secret_that_was_replaced_still_counts_while_that_is_given():
    text = marker("issue/1", secret="old") + marker("issue/2", secret="new")

    assert subjects(text, secrets=["new", "old"]) == ["issue/1", "issue/2"]
    assert subjects(text, secrets=["new"]) == ["issue/2"]
    assert subjects(text, secrets=[]) == []


@given(SUBJECTS, st.integers(min_value=0), st.sampled_from("0aZ:>- "))
def test_a_marker_with_one_character_altered_is_not_taken_for_its_subject(subject, place, character):
    made = marker(subject, secret="s")
    place %= len(made)
    altered = f"{made[:place]}{character}{made[place + 1 :]}"

    assert subjects(altered, secrets=["s"]) == ([subject] if altered == made else [])


@pytest.mark.parametrize("altered", ["<!--fixproof:a:{}-->", "<!-- fixproof:a:{} --", "<!-- fixproof:a:{}0 -->", "<!-- Fixproof:a:{} -->"])
def test_a_marker_in_another_form_is_passed_over(altered):
    digest = marker("a", secret="s").split(":")[2].split(" ")[0]

    assert subjects(altered.format(digest), secrets=["s"]) == []


@pytest.mark.parametrize("subject", ["", "a b", "a\n", "é", "a-->", "a" * 151, "<", "a\x00"])
def test_what_is_no_subject_is_refused(subject):
    with pytest.raises(ValueError, match="subject"):
        marker(subject, secret="s")


def test_an_empty_secret_is_refused():
    with pytest.raises(ValueError, match="secret"):
        marker("a", secret="")
    with pytest.raises(ValueError, match="secret"):
        subjects("", secrets=["s", ""])


@pytest.mark.parametrize("pattern", ["<!-- fixproof:", "<!-- fixproof:a:", f"<!-- fixproof:{'a' * 150}", f"<!-- fixproof:a:{'0' * 32} -->"])
def test_hostile_texts_take_no_more_time_than_their_length(pattern):
    text = (pattern * 100_000)[:1_000_000]
    began = time.process_time()

    assert subjects(text, secrets=["s"]) == []
    assert time.process_time() - began < 1
