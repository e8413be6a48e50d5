import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.severity import Severity
from ingestion.records import Location, Record
from ingestion.version_1 import MASKED_LENGTH, digest_of, mask


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


def test_a_digest_of_the_first_version_never_changes():
    """What stands in the databases of the first version has to be found by it."""
    record = Record(message="took 58 s", raw="", severity=Severity.ERROR, location=Location("shop.payments", "charge"))

    assert digest_of(record) == "c3b368040aa588cc10699f122a0414fc"
