import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.claims.shapes import Contradiction, Lines, StatedRootCause, StatedWhy
from audits.reports.imported import markdown, original
from tests.audits.dossiers import a_complete_dossier, changed
from tests.audits.reports.strategies import nasty_texts

LOG = b"# A log\n\nWhy 1: because\n"
CLAIMS = [
    StatedWhy(lines=Lines(3, 3), position=1, question="", answer="because"),
    StatedWhy(lines=Lines(4, 4), position=2, question="", answer="so"),
    StatedRootCause(lines=Lines(5, 5), statement="it"),
]
CONTRADICTIONS = [Contradiction("planned_count", "Nine are declared | five listed.", ("line 83", "line 88"))]


def exported(log: bytes = LOG, *, claims=CLAIMS, contradictions=CONTRADICTIONS, title="A log", **changes) -> bytes:
    dossier = a_complete_dossier(state="imported", **changes)
    return markdown(dossier, claims=claims, contradictions=contradictions, original=log, title=title).encode()


def logs() -> st.SearchStrategy[bytes]:
    return (st.text() | nasty_texts()).map(lambda text: text.encode("utf-8", "ignore"))


@given(logs())
def test_the_export_of_an_import_imported_again_is_the_same_bytes(log):
    assert original(exported(log)) == log


@given(logs(), nasty_texts())
def test_no_text_of_the_record_hides_the_log(log, text):
    issue = changed(a_complete_dossier().issue, title=text)
    contradictions = [Contradiction("planned_count", text, (text,))]

    assert original(exported(log, title=text, issue=issue, focus=text, contradictions=contradictions)) == log


@given(logs())
def test_an_export_of_an_export_is_unwrapped_one_layer_at_a_time(log):
    once = exported(log)

    assert original(exported(once)) == once


@pytest.mark.parametrize("log", ["\ufeff# A log\r\n\r\nline\r\n".encode(), b"no line end", b"\n", b""])
def test_byte_order_mark_and_line_ends_come_back_as_they_were(log):
    assert original(exported(log)) == log


@given(logs())
def test_a_log_without_a_marker_is_itself(log):
    assert original(log) == log


def test_an_export_that_was_changed_below_the_marker_is_taken_whole():
    edited = exported() + b"one more line\n"

    assert original(edited) == edited


def test_an_export_that_was_changed_above_the_marker_is_taken_whole():
    edited = b"A note of mine.\n" + exported()

    assert original(edited) == edited


def test_a_marker_that_a_log_quotes_loses_nothing():
    digest = hashlib.sha256(b"tail\n").hexdigest().encode()
    forged = b"head\n<!-- fixproof: imported log, sha256=" + digest + b", preamble=" + digest + b" -->\ntail\n"

    assert original(forged) == forged


def test_it_says_that_claims_are_no_evidence():
    assert "none of them is evidence" in exported().decode()


def test_it_counts_what_was_read():
    text = exported().decode()

    assert "| why | 2 |" in text
    assert "| root cause | 1 |" in text


def test_it_shows_each_contradiction_with_its_lines():
    assert "| `planned_count` | Nine are declared \\| five listed. | line 83, line 88 |" in exported().decode()


def test_without_contradictions_it_says_so():
    assert "## Contradictions\n\nNone found.\n" in exported(contradictions=[]).decode()


def test_the_marker_names_the_hash_of_the_log():
    assert f"<!-- fixproof: imported log, sha256={hashlib.sha256(LOG).hexdigest()}," in exported().decode()


@pytest.mark.shared_data
def test_real_logs_come_back_byte_for_byte(shared_data):
    for path in sorted((shared_data / "audit-logs").glob("*-*.md")):
        log = path.read_bytes()

        assert original(exported(log)) == log
