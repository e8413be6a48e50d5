"""Writing some columns of many rows at once."""

from datetime import UTC, datetime

import pytest

from incidents.bulk import save_columns
from incidents.models import Issue, Pattern
from tests.factories import a_project, a_source, an_entry, ingest

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def patterns() -> list[Pattern]:
    ingest(a_source(a_project()), [an_entry("Mail refused"), an_entry("Queue is full"), an_entry("Disk broken")])
    return list(Pattern.objects.order_by("pk"))


def test_every_kind_of_column_is_stored_as_the_model_has_it(patterns):
    moment = datetime(2025, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    for number, pattern in enumerate(patterns):
        pattern.entries, pattern.last_seen, pattern.set_apart = 2**40 + number, moment, True
        pattern.template, pattern.variables, pattern.line, pattern.issue = f"it's 100% \u00e9 {number}", [{"why": "\u00fc"}], None, None
    names = ("entries", "last_seen", "set_apart", "template", "variables", "line", "issue")

    save_columns(patterns, *names)

    stored = Pattern.objects.order_by("pk")
    assert [[getattr(row, name) for name in names] for row in stored] == [[getattr(row, name) for name in names] for row in patterns]


def test_other_rows_and_columns_stay_as_they_are(patterns):
    first, second, third = patterns
    second.entries, second.template = 7, "not asked for"

    save_columns([second], "entries")

    assert list(Pattern.objects.order_by("pk").values_list("entries", "template")) == [
        (first.entries, first.template),
        (7, "Queue is full"),
        (third.entries, third.template),
    ]


def test_more_rows_than_fit_one_statement_are_stored(patterns, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("incidents.bulk._MOST_PARAMETERS", 4)
    for pattern in patterns:
        pattern.entries = 9

    with django_assert_num_queries(2):
        save_columns(patterns, "entries")

    assert set(Pattern.objects.values_list("entries", flat=True)) == {9}


def test_nothing_is_asked_where_there_is_nothing_to_store(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        save_columns([], "entries")


def test_a_column_that_the_database_computes_follows(patterns):
    issue = Issue.objects.first()
    issue.severity = 800

    save_columns([issue], "severity")

    issue.refresh_from_db()
    assert issue.effective_severity == 800
