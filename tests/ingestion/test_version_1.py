import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.severity import Severity
from ingestion.fingerprints import digest_of, fingerprint
from ingestion.records import Location, Record
from ingestion.templates import MASKED_LENGTH, mask


@pytest.mark.parametrize(
    ("message", "template"),
    [
        ("took 58.11s", "took <NUM>s"),
        ("job 6f1c0a52-9d5c-4f57-8a3e-0b3cf5f1d9aa done", "job <UUID> done"),
        ("mail to ada@example.org", "mail to <EMAIL>"),
        ("see https://example.org/a?b=1 now", "see <URL> now"),
        ("from 10.0.0.7:5432", "from <IP>"),
        ("object at 0x7fccd6643250", "object at <HEX>"),
        ("commit 763603bcc00d65e4", "commit <HEX>"),
        ("at 2025-09-09T01:33:32.726Z it broke", "at <TIME> it broke"),
        ("user e2e-test_user7 unknown", "user <ID> unknown"),
        ("two  blanks\tand a tab", "two blanks and a tab"),
        ("line one\n  line 2", "line one\n  line <NUM>"),
        ("plain words stay", "plain words stay"),
        ("Ünïcode bleibt: 12 €", "Ünïcode bleibt: <NUM> €"),
    ],
)
def test_values_are_named_by_their_kind_and_words_stay(message, template):
    assert mask(message) == template


@given(st.text(max_size=200))
def test_masking_what_is_masked_changes_nothing(message):
    once = mask(message)

    assert mask(once) == once


@pytest.mark.parametrize("hostile", ["a-" * 100_000, "1." * 100_000, "://" * 100_000, "0" * 1_000_000, "ab@" * 100_000, "f" * 500_000])
def test_a_long_hostile_message_is_masked_by_its_beginning(hostile):
    assert len(mask(hostile)) <= MASKED_LENGTH + 10


def test_messages_that_differ_in_values_have_one_fingerprint():
    one, other = Record(message="took 5 s", raw=""), Record(message="took 17 s", raw="")

    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    "other",
    [
        Record(message="slow", raw="", severity=Severity.INFO, location=Location("a", "b")),
        Record(message="slow", raw="", severity=Severity.ERROR, location=Location("x", "b")),
        Record(message="slow", raw="", severity=Severity.ERROR, location=Location("a", "x")),
        Record(message="fast", raw="", severity=Severity.ERROR, location=Location("a", "b")),
    ],
    ids=["severity", "module", "function", "message"],
)
def test_each_of_the_four_parts_makes_a_fingerprint_of_its_own(other):
    one = Record(message="slow", raw="", severity=Severity.ERROR, location=Location("a", "b"))

    assert fingerprint(one).digest != fingerprint(other).digest


def test_a_line_number_does_not_part_what_the_same_place_says():
    one = Record(message="slow", raw="", location=Location("a", "b", "a.py", 1))
    moved = Record(message="slow", raw="", location=Location("a", "b", "a.py", 2))

    assert fingerprint(one) == fingerprint(moved)


def test_a_digest_never_changes():
    """Fingerprints are stored for ever: whoever changes this figure has to make a new version."""
    assert digest_of(Severity.ERROR, "shop.payments", "charge", "took <NUM> s") == "c3b368040aa588cc10699f122a0414fc"
