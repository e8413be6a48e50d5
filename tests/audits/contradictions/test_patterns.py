from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.contradictions import patterns
from audits.contradictions.patterns import PatternInvalid, failures


def test_values_that_match_are_no_failures():
    assert failures(r"^order-\d+$", ["order-1", "order-22"]) == []


def test_the_values_that_do_not_match_come_in_their_order():
    assert failures(r"^order-\d+$", ["order-x", "order-1", "orders"]) == ["order-x", "orders"]


def test_an_expression_without_anchors_may_match_anywhere():
    assert failures(r"\d+", ["order-1"]) == []


def test_an_anchored_expression_holds_its_ends():
    assert failures(r"^\d+$", ["order-1"]) == ["order-1"]


def test_letters_beyond_ascii_are_single_characters():
    assert failures("^.$", ["é", "✅"]) == []


@pytest.mark.parametrize("regex", ["(?=a)", r"(a)\1", "(", "[z-a]", r"\Z", "\ud800"])
def test_what_cannot_be_compiled_says_so(regex):
    with pytest.raises(PatternInvalid) as refused:
        failures(regex, ["a"])

    assert refused.value.detail.endswith(".")


def test_an_expression_of_more_memory_than_the_limit_is_refused():
    with pytest.raises(PatternInvalid, match="too large"):
        failures("(?:x{0,30}){0,30}" * 100, ["x"])


@pytest.mark.parametrize(
    ("regex", "values"),
    [
        ("a" * (patterns.LONGEST_EXPRESSION + 1), ["a"]),
        ("a", ["a" * patterns.MOST_TEXT]),
        ("a", [""] * (patterns.MOST_TEXT + 1)),
    ],
)
def test_sizes_past_the_limits_are_refused(regex, values):
    with pytest.raises(PatternInvalid, match="may have"):
        failures(regex, values)


def test_an_expression_that_hangs_other_engines_ends_here():
    assert failures("^(a+)+$", ["a" * 16_000 + "!"]) == ["a" * 16_000 + "!"]


def test_a_lone_surrogate_in_a_value_is_no_crash():
    assert failures("^x$", ["\ud800"]) == ["\ud800"]


def test_nothing_is_written_to_the_error_stream(capfd):
    with pytest.raises(PatternInvalid):
        failures("(", ["a"])

    assert capfd.readouterr().err == ""


@given(st.text(max_size=40), st.lists(st.text(max_size=20), max_size=5))
def test_any_expression_is_tried_or_refused(regex, values):
    missed = []

    with suppress(PatternInvalid):
        missed = failures(regex, values)

    assert set(missed) <= set(values)
