"""A pattern's page: what varies in it, where it belongs, and what comes with it."""

from __future__ import annotations

import re

from incidents.models import Pattern
from tests.admin.grouped import ALONE, CALLED, CAUSE, EXITED, TIMES, a_crash, pattern, region
from tests.admin.pages import list_of, page_of, text
from tests.factories import an_entry, ingest


def test_a_pattern_says_what_varies_in_it_with_values_and_why(engineer, shop):
    ingest(shop.source, [an_entry(f"Worker {number} timed out") for number in (11, 12, 13)])
    found = Pattern.objects.get(template__startswith="Worker")
    reason = found.variables[0]["why"].split(": ", 1)[-1]

    said = region(engineer.get(page_of(found)), "variables")

    assert {"11", "12", "13"} <= set(said.split())
    assert reason in said


def test_a_pattern_says_where_it_belongs_and_what_brings_it(engineer, burst):
    page = engineer.get(page_of(pattern(EXITED)))

    assert f"{burst} {TIMES} what comes with the cause" in region(page, "belongs")
    assert re.search(rf"\+0\.40 s ERROR {re.escape(CAUSE)} with it {TIMES} of the {TIMES} times", region(page, "leads"))


def test_a_lead_says_what_comes_with_it(engineer, burst):
    page = engineer.get(page_of(pattern(CAUSE)))

    assert f"{burst} {TIMES} the cause" in region(page, "belongs")
    assert EXITED in region(page, "companions")
    assert CALLED in region(page, "companions")


def test_the_list_of_patterns_says_where_each_one_counts(engineer, shop, burst):
    ingest(shop.source, a_crash(30, without=(CAUSE, CALLED), host="lonely"))
    ingest(shop.source, [an_entry("All is well", severity="INFO")])

    shown = engineer.get(list_of("incidents_pattern"))

    listed = {row.template: shown.context["cl"].model_admin.issue_keys(row) for row in shown.context["cl"].result_list}
    assert listed[CALLED] == burst.key
    assert listed[EXITED] == f"{burst.key}, {pattern(EXITED).issue.key}"
    assert listed["All is well"] == ""


def test_a_pattern_that_reports_nothing_says_so(engineer, shop):
    ingest(shop.source, [an_entry("All is well", severity="INFO")])

    assert "To no issue" in region(engineer.get(page_of(pattern("All is well"))), "belongs")


def test_a_pattern_that_joined_another_one_says_so_and_is_not_listed(engineer, shop, alone):
    gone, into = pattern(ALONE), shop.pattern
    Pattern.objects.filter(pk=gone.pk).update(merged_into=min(into.pk, gone.pk - 1), entries=0)

    said = text(engineer.get(page_of(gone)))

    assert f"This pattern joined {into}" in said
    assert gone not in engineer.get(list_of("incidents_pattern")).context["cl"].result_list
    assert into in engineer.get(list_of("incidents_pattern")).context["cl"].result_list


def test_a_pattern_that_was_set_apart_says_so(grace, burst):
    grace.post(page_of(burst, "split"), {"patterns": [pattern(CALLED).pk]})

    assert "Set apart by a person" in text(grace.get(page_of(pattern(CALLED))))


def test_patterns_of_two_grouping_versions_lead_to_each_other(engineer, shop, alone):
    older, newer = shop.pattern, pattern(ALONE)
    Pattern.objects.filter(pk=older.pk).update(version=1)
    Pattern.objects.filter(pk=newer.pk).update(continues=older)

    assert "It continues the pattern of grouping version 1" in text(engineer.get(page_of(newer)))
    assert f"Grouping version {newer.version} continues it" in text(engineer.get(page_of(older)))
