"""The identity of what an entry says."""

import pytest

from incidents.severity import Severity
from ingestion.fingerprints import digest_of, fingerprint
from ingestion.records import Location, Record


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


def test_the_frame_of_the_logging_library_itself_parts_nothing():
    one = Record(message="slow", raw="", location=Location("logging", "callHandlers"))
    other = Record(message="slow", raw="", location=Location("logging", "handle"))

    assert fingerprint(one) == fingerprint(other)


def test_a_digest_never_changes():
    """Fingerprints are stored for ever: whoever changes this figure has to make a new version."""
    assert digest_of("took <DURATION>", "500 shop.payments:charge") == "7f180e58f7a876873c3d2ff0e26cc944"
