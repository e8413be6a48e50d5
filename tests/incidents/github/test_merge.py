"""The three-way merge: whatever both sides change, it converges, and each keeps what is its own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from incidents.github.body import Section, ours, part, replaced, same
from incidents.github.merge import LONGEST_TITLE, Here, There, agreed, is_ours, is_told, merge, outgoing_title

MARKER = "<!-- fixproof:issue/1:0123 -->"


def our_part(text: str) -> str:
    return part([Section("Facts", text)], marker=MARKER, link="https://fixproof.example/1")


def here(title: str = "Login crashes", labels: frozenset[str] = frozenset({"fixproof", "fixproof: error"}), text: str = "one") -> Here:
    return Here(title, labels, our_part(text))


def as_written(side: Here) -> There:
    return There(side.title, side.labels, side.part)


def applied(there: There, merged) -> There:
    """What GitHub shows when everything that was asked for was done."""
    labels = (there.labels | set(merged.add_labels)) - set(merged.remove_labels)
    title = merged.title_there if merged.title_there is not None else there.title
    return There(title, labels, merged.body_there if merged.body_there is not None else there.body)


def test_where_nothing_changed_nothing_is_written():
    side = here()

    merged = merge(agreed(side, as_written(side)), side, as_written(side))

    assert not merged.writes
    assert merged.title_here is None


def test_a_title_changed_there_comes_here():
    side = here()
    there = as_written(side)

    merged = merge(agreed(side, there), side, There("Login crashes on Safari", there.labels, there.body))

    assert (merged.title_here, merged.overruled, merged.title_there) == ("Login crashes on Safari", None, None)


def test_a_title_changed_here_goes_there():
    base = agreed(here(), as_written(here()))

    merged = merge(base, here("Nobody gets in"), as_written(here()))

    assert (merged.title_here, merged.title_there) == (None, "Nobody gets in")


def test_titles_changed_on_both_sides_are_theirs_and_ours_is_told():
    base = agreed(here(), as_written(here()))

    merged = merge(base, here("Ours"), There("Theirs", here().labels, here().part))

    assert (merged.title_here, merged.overruled, merged.title_there) == ("Theirs", "Ours", None)


def test_a_title_of_blanks_is_not_taken_over():
    base = agreed(here(), as_written(here()))

    merged = merge(base, here(), There("  ", here().labels, here().part))

    assert (merged.title_here, merged.title_there) == (None, "Login crashes")


def test_an_issue_that_was_linked_just_now_keeps_its_words_and_gets_our_labels_and_part():
    side = here()
    base = {"written": {"title": side.title}, "seen": {"title": "I cannot log in"}}

    merged = merge(base, side, There("I cannot log in", frozenset({"bug"}), "It says no."))

    assert (merged.title_here, merged.title_there) == (None, None)
    assert merged.body_there == f"It says no.\n\n{side.part}"
    assert merged.add_labels == ("fixproof", "fixproof: error")


def test_a_label_that_github_dropped_is_not_asked_for_again():
    side = here()
    there = There(side.title, frozenset({"fixproof"}), side.part)
    base = agreed(side, there)

    assert not merge(base, side, there).writes
    changed = here(labels=frozenset({"fixproof", "fixproof: critical"}))
    assert merge(base, changed, there).add_labels == ("fixproof: critical",)


def test_a_label_of_ours_that_somebody_took_away_comes_back():
    side = here()

    merged = merge(agreed(side, as_written(side)), side, There(side.title, frozenset({"fixproof"}), side.part))

    assert merged.add_labels == ("fixproof: error",)


def test_a_body_that_github_keeps_in_its_own_way_is_not_written_again():
    side = here()
    kept = There(side.title, side.labels, side.part.replace("one", "one (edited by GitHub)"))

    assert not merge(agreed(side, kept), side, kept).writes


TITLES = st.text(max_size=30)
OUR_LABELS = st.frozensets(st.sampled_from(["fixproof", "fixproof: error", "fixproof: critical", "fixproof: priority high"]))
LABELS = st.frozensets(st.sampled_from(["bug", "fixproofed", "fixproof:error", "fixproof", "fixproof: error", "fixproof: old"]))
HERES = st.builds(here, TITLES.map(outgoing_title), OUR_LABELS, st.text(max_size=20))
BODIES = st.one_of(
    st.text(max_size=40), st.tuples(st.text(max_size=20), st.text(max_size=20)).map(lambda two: replaced(two[0], our_part(two[1])))
)
THERES = st.builds(There, TITLES, LABELS, BODIES)
BASES = st.one_of(st.just({}), st.builds(agreed, HERES, THERES))


@given(BASES, HERES, THERES)
def test_whatever_both_say_one_round_brings_them_together(base, side, there):
    merged = merge(base, side, there)
    if merged.title_here is not None:
        side = Here(outgoing_title(merged.title_here), side.labels, side.part)
    after = applied(there, merged)

    again = merge(agreed(side, after), side, after)

    assert not again.writes
    assert again.title_here is None
    assert is_told(agreed(side, after), side)


@given(BASES, HERES, THERES)
def test_what_humans_wrote_is_never_taken_away(base, side, there):
    merged = merge(base, side, there)

    after = applied(there, merged)

    assert {label for label in there.labels if not is_ours(label)} == {label for label in after.labels if not is_ours(label)}
    standing = ours(there.body)
    if merged.body_there is None:
        return
    assert same(ours(after.body), side.part)
    if standing is not None:
        before, _, behind = there.body.partition(standing)
        assert after.body.startswith(before)
        assert after.body.endswith(behind)
    else:
        assert after.body.startswith(there.body)


@given(st.text(max_size=600))
def test_an_outgoing_title_is_one_line_that_github_takes(title):
    line = outgoing_title(title)

    assert len(line) <= LONGEST_TITLE
    assert "\n" not in line
    assert outgoing_title(line) == line
