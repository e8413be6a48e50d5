import pytest

from ingestion.records import Location, Record, fitted

LONG = "x" * 1_000


def test_what_fits_is_left_as_it_is():
    record = Record(message="m", raw="r", location=Location("a.b", "f", "a/b.py", 7), stream="s", trace="t")

    assert fitted(record) is record


@pytest.mark.parametrize("name", ["stream", "instance", "trace", "user", "release", "insert_id"])
def test_what_is_too_long_for_the_database_is_cut(name):
    cut = fitted(Record(message=LONG, raw=LONG, **{name: LONG}))

    assert len(getattr(cut, name)) < 1_000
    assert cut.message == cut.raw == LONG


@pytest.mark.parametrize("name", ["module", "function", "file"])
def test_a_place_that_is_too_long_is_cut(name):
    cut = fitted(Record(message="", raw="", location=Location(**{name: LONG}, line=7)))

    assert len(getattr(cut.location, name)) < 1_000
    assert cut.location.line == 7


@pytest.mark.parametrize("line", [2**31, -1, 10**30])
def test_a_line_that_no_file_has_is_dropped(line):
    assert fitted(Record(message="", raw="", location=Location("a", line=line))).location == Location("a")
