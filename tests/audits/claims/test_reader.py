import gc
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.claims.lines import scan
from audits.claims.outline import MOST_ITEMS, outline
from audits.claims.reader import read
from audits.claims.shapes import StatedStatus

from .reading import all_claims

PIECES = [
    "# Log",
    "## 1) FIVE WHYS",
    "### Why 1: Why so?",
    "## ROOT CAUSE: x",
    "## Test plan",
    "## 6) FIX",
    "## Process Iteration 2",
    "**Status**: FIXED",
    "- `test_a` - ✅ FAILED",
    "1. **Why?** x",
    "| a | b |",
    "|---|---|",
    "```",
    "```markdown",
    "~~~",
    "    FAILED test_a",
    "> quoted",
    "- [x] done",
    "**UNIT (3 tests)** - `tests/a.py`:",
    "3 failed, 4 passed in 5.8s",
    "r'^a-\\d+$'  # a-1",
    "https://github.com/a/b/issues/1",
    "Commit: 1a2b3c4d",
    "Score: 75/100",
    "---",
    "====",
    "",
    "  - nested",
    "\tx",
    "**",
    "`",
    "`` ` ``",
    "(((",
    "[[[](",
    "\x00",
    "\u2028",
    "é",
    "→",
]
texts = st.lists(st.tuples(st.sampled_from(PIECES) | st.text(max_size=30), st.sampled_from(["\n", "\r\n", "\r", ""])), max_size=40).map(
    lambda parts: "".join(line + end for line, end in parts)
)


@given(texts)
def test_the_sections_are_the_text(text):
    log = read(text)

    assert "".join(section.verbatim for section in log.sections) == text
    assert log.lines == len(scan(text).whole)
    assert [section.lines.first for section in log.sections[1:]] == [section.lines.last + 1 for section in log.sections[:-1]]


@given(texts)
def test_any_text_is_read_the_same_twice(text):
    assert read(text) == read(text)


@given(texts)
def test_iterations_incidents_and_claims_lie_in_each_other_in_order(text):
    log = read(text)

    last = 0
    for iteration in log.iterations:
        assert iteration.incidents[0].lines.first == iteration.lines.first
        for incident in iteration.incidents:
            assert incident.lines.first == last + 1
            last = incident.lines.last
            spans = [claim.lines for claim in incident.claims]
            assert spans == sorted(spans)
            assert all(incident.lines.first <= span.first <= span.last <= incident.lines.last for span in spans)
    assert last == max(1, log.lines)


@given(st.text())
def test_no_text_is_refused(text):
    read(text)


def test_an_empty_log_has_no_sections_and_says_nothing():
    log = read("")

    assert (log.title, log.lines, log.sections) == ("", 0, ())
    assert [incident.claims for incident in log.iterations[0].incidents] == [()]


def test_a_section_tells_what_was_read_in_it_and_keeps_the_rest():
    text = "before\n# Log\n\n## Notes\nnothing to see\n## Root cause\nan index\n"

    sections = read(text).sections

    assert [(section.heading, section.level, section.read_as, section.verbatim) for section in sections] == [
        ("", 0, (), "before\n"),
        ("Log", 1, (), "# Log\n\n"),
        ("Notes", 2, (), "## Notes\nnothing to see\n"),
        ("Root cause", 2, ("root_cause",), "## Root cause\nan index\n"),
    ]


def test_a_section_that_adds_to_a_claim_elsewhere_was_read_too():
    text = (
        "# Log\n## Issues\n1. **Coupon counted twice**\n   - Severity: ERROR\n## Choice\n"
        "**Coupon counted twice**\n## Issue details\n- **Symptoms**: low total\n"
    )

    assert [section.read_as for section in read(text).sections][1:] == [("issue",), ("choice",), ("issue",)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_change_no_claim(end):
    text = "# Log\n## Five whys\n### Why 1: Why so?\nx\n## Fix\n**Status**: FIXED\n"

    assert [iteration.incidents for iteration in read(text.replace("\n", end)).iterations] == [
        iteration.incidents for iteration in read(text).iterations
    ]


def test_quoted_documents_claim_nothing():
    assert all_claims(read("# Log\n## GitHub\n```markdown\n## Status\n**Status**: RESOLVED\n```\n"), StatedStatus) == []


HOSTILE = {
    "stars": "*",
    "backticks": "`",
    "hashes": "#",
    "digits": "1",
    "brackets": "[(",
    "quotes": "> ",
    "pipes": "|",
    "underscores": "_a_b__c ",
    "links": "[a](b) ",
    "passed": "1 passed, ",
    "paths": "a/b.py:1 ",
    "dots": "a.",
    "colons": ": ",
    "hex": "abcdef1 ",
    "whys": "Why 1: why? ",
    "names": "test_a::test_b[x] ",
    "regexes": "`^[a-z]+$` for `a-1` ",
}
MANY_LINES = {
    "headings": "#\n",
    "phases": "## 3) FIX\n## 1) FIVE WHYS\n",
    "bullets": "- a\n",
    "results": "- **test_a** - PASSED\n",
    "plans": "## TEST PLAN\n- `test_a`\n",
    "rows": "|a|b|\n",
    "fences": "```\nx\n",
    "open fences": "```markdown\n```x\n",
    "statuses": "**Status**: FIXED\n",
    "whys": "### Why 1: why?\nbecause\n",
    "causes": "**Root cause**: abc def\n",
    "issues": "## Issue 2: x y\n### Root cause\nfoo\n",
    "choices": "## My choice\n",
    "iterations": "## Process Iteration 1\n## Process Iteration 2\n",
    "reviews": "## Test review\n**Score**: 5/100 needs work\n",
    "commits": "## Fix\nCommit: 1a2b3c4d\n",
}


def seconds_to_read(text: str) -> float:
    # A full collection would walk all that the tests before this one have left, once in a while and for as long as a reading.
    gc.disable()
    try:
        started = time.process_time()
        read(text)
        return time.process_time() - started
    finally:
        gc.enable()


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_one_long_line_costs_little(unit):
    # What is looked at of a line is bounded, so that two megabytes cost hardly more than a few thousand characters.
    assert seconds_to_read(unit * (2_000_000 // len(unit))) < 20 * max(0.05, seconds_to_read(unit * (4_000 // len(unit))))


@pytest.mark.parametrize("unit", MANY_LINES.values(), ids=MANY_LINES)
def test_the_cost_grows_with_the_number_of_lines_and_no_faster(unit):
    short, long = unit * (400 // unit.count("\n")), unit * (3_200 // unit.count("\n"))
    seconds_to_read(short)

    # Eight times as much; a cost that grew with the square would be 64 times.
    assert seconds_to_read(long) < 30 * max(0.02, seconds_to_read(short))


def test_a_text_of_very_many_statements_is_kept_whole_and_read_to_a_bound():
    text = "- a\n" * (MOST_ITEMS + 100)

    assert len(outline(scan(text))) == MOST_ITEMS
    assert "".join(section.verbatim for section in read(text).sections) == text


@pytest.mark.parametrize("line", ["Focus = migrations", "Two people, one day. Focus: migrations. All times in UTC."])
def test_the_focus_may_stand_in_a_sentence(line):
    assert read(f"# Log\n## What happened\n{line}\n").iterations[0].focus == "migrations"
