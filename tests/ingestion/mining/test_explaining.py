import random

import pytest

from ingestion.mining.explaining import SAMPLES, explain, sampled, values_in


def test_a_template_names_its_variables_by_the_kinds_that_stood_there():
    explained = explain(["took <NUM> on <HOST>", "took <NUM> on <IP>"])

    assert explained.template == "took <NUM> on <VALUE>"
    assert [variable.name for variable in explained.variables] == ["<NUM>", "<VALUE>"]


def test_words_that_vary_are_shown_with_the_reason_why_they_are_together():
    explained = explain(["session of ada", "session of grace", "session of root"])

    assert explained.template == "session of <WORD>"
    assert explained.variables[0].reason == ("<WORD>: 3 different words stand here while the rest is the same (grace, root, ada)")


def test_units_that_one_message_has_and_another_lacks_do_not_shift_the_template():
    assert explain(["sent <NUM> bytes to <IP>", "sent <SIZE> to <IP>"]).template == "sent <VALUE> bytes to <IP>"


def test_the_order_of_the_messages_does_not_change_the_explanation():
    forms = [f"session of {name} at <NUM>" for name in ("ada", "grace", "root", "linus", "tony")]
    shuffled = random.Random(3).sample(forms, len(forms))

    assert explain(shuffled) == explain(forms)


def test_samples_are_bounded_and_the_same_from_parts_as_from_the_whole():
    values = [f"name{number}" for number in range(100)]

    parts = sampled([*sampled(values[:40]), *sampled(values[40:])])

    assert len(parts) == SAMPLES
    assert parts == sampled(values)


@pytest.mark.parametrize(
    ("template", "message", "values"),
    [
        ("took <NUM> ms", "took 5 ms", ("5",)),
        ("<IP> said <WORD>", "10.0.0.1  said hello", ("10.0.0.1", "hello")),
        ("took <NUM> ms", "gave 5 ms", None),
        ("took <NUM> ms", "took 5 s", None),
        ("nothing varies", "nothing varies", ()),
        ("<NUM><NUM>", "12", ("", "12")),
        ("end <NUM>", "end ", None),
    ],
)
def test_the_values_of_a_message_are_found_by_its_template(template, message, values):
    assert values_in(template, message) == values


def test_values_are_looked_for_in_linear_time():
    assert values_in("<NUM> " * 500 + "x", "1 " * 100_000) is None


def test_nothing_is_explained_by_nothing():
    assert explain([]).template == ""
