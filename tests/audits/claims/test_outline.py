from audits.claims.blocks import Kind
from audits.claims.topic_words import Topic

from .reading import items_of


def under(text: str, words: str) -> list[str]:
    """The titles around the item that says these words, from the inside out."""
    item = next(item for item in items_of(text) if item.text == words)
    return [title.text for title in item.titles()]


def topics(text: str) -> dict[str, Topic | None]:
    return {item.text: item.topic for item in items_of(text) if item.is_label}


def test_an_item_stands_under_its_list_entry_its_label_and_its_headings():
    text = "# Log\n## Results\n**Failed:**\n1. `test_a`\n   - timeout\n"

    assert under(text, "timeout") == ["test_a", "Failed:", "Results", "Log"]


def test_bullets_right_below_a_numbered_entry_belong_to_it_without_indent():
    assert under("1. First\n- detail\n2. Second\n", "detail") == ["First"]


def test_a_label_ends_at_the_next_one_and_a_neutral_one_stands_below():
    text = "**UNIT TESTS (2):**\n**Test cases:**\n- one\n\n**E2E TESTS (1):**\n- two\n"

    assert under(text, "one") == ["Test cases:", "UNIT TESTS (2):"]
    assert under(text, "two") == ["E2E TESTS (1):"]


def test_wrapped_lines_are_one_statement():
    items = items_of("- the pool is\n  exhausted because\n  nobody returns.\nA new\nparagraph of two lines\n")

    assert [item.text for item in items] == ["the pool is exhausted because nobody returns.", "A new paragraph of two lines"]


def test_lines_with_keys_of_their_own_are_parted():
    items = items_of("**Date**: today\n**Status**: open\nSeverity: ERROR\n")

    assert [item.key for item in items] == ["date", "status", "severity"]


def test_several_keys_in_one_line_are_parted():
    items = items_of("**Date**: today | **Focus**: mails\n\n- **Severity**: ERROR · **Location**: `a.py:1`\n")

    assert [(item.key, item.first) for item in items] == [("date", 1), ("focus", 1), ("severity", 3), ("location", 3)]


def test_a_table_gives_a_row_an_item_with_its_columns():
    rows = [item for item in items_of("| Test | After |\n|---|:-:|\n| `a` | ✅ |\n") if item.kind is Kind.ROW]

    assert [row.cells for row in rows] == [(("test", "`a`"), ("after", "✅"))]


def test_two_columns_are_a_key_and_a_value():
    row = items_of("| Field | Value |\n|---|---|\n| **Severity** | ERROR |\n")[0]

    assert row.key_value == ("severity", "ERROR")


def test_boxes_tell_whether_they_are_ticked():
    assert [item.checked for item in items_of("- [x] a\n- [ ] b\n- c\n")] == [True, False, None]


def test_quoted_and_indented_text_is_read():
    items = items_of("> **Key**: value\n\n    FAILED test_a\n\n```markdown\n# Issue\n```\n")

    assert [(item.kind, item.quoted) for item in items] == [(Kind.PARAGRAPH, False), (Kind.CODE, False), (Kind.CODE, True)]


def test_titles_tell_their_topics_by_families_of_words():
    text = (
        "# Log\n## Log review\n## Five whys\n## The tests we planned\n## GitHub issue\n"
        "## Test suite written\n## Peer review of the tests\n"
        "## Red run\n## Hotfix applied\n## Verification of the fix\n## Commit\n## Next steps\n## Lessons learned\n"
    )

    assert list(topics(text).values()) == [
        None,
        Topic.ISSUES,
        Topic.WHYS,
        Topic.PLAN,
        Topic.GITHUB,
        Topic.IMPLEMENTATION,
        Topic.REVIEW,
        Topic.RUN,
        Topic.FIX,
        Topic.VERIFICATION,
        Topic.COMMIT,
        Topic.AHEAD,
        Topic.BACKGROUND,
    ]


def test_what_stands_below_a_plan_is_planned_unless_it_says_that_it_was_done():
    found = topics("# Log\n## Test plan\n### Verification\n### Expected results\n### Results of the red run\n")

    assert list(found.values())[1:] == [Topic.PLAN, Topic.PLAN, Topic.GOALS, Topic.RUN]


def test_fixes_below_a_review_mend_its_findings():
    assert topics("# Log\n## Test review\n### Fixes applied\n")["Fixes applied"] is Topic.MENDING


def test_implementation_is_of_the_tests_until_they_were_run():
    text = "# Log\n## Test plan\n## Implementation\n## Red run\n## Implementation status\n"

    assert list(topics(text).values())[2:] == [Topic.IMPLEMENTATION, Topic.RUN, Topic.FIX]


def test_a_number_tells_what_words_do_not():
    text = "# Log\n## 0. Log analysis\n## 1. Five whys\n## 2. Test plan\n## 5. Rot\n## 6. Fix\n"

    assert topics(text)["5. Rot"] is Topic.RUN


def test_the_title_of_the_document_says_nothing_of_its_parts():
    found = topics("# Test audit of the fix\n## Details\n")

    assert found["Details"] is None


def test_diagnostics_of_a_tap_run_are_no_headings_and_dates_no_numbers():
    text = (
        "# Log\n## 2025-02-12 11:00  plan of tests\nok 1 a\nnot ok 2 b\n# (in test file a.bats, line 4)\n#   failed with status 1\n"
        "## 2025-02-13 why\nx\n"
    )

    headings = [(item.text, item.topic) for item in items_of(text) if item.kind is Kind.HEADING]

    assert headings == [("Log", None), ("2025-02-12 11:00 plan of tests", Topic.PLAN), ("2025-02-13 why", Topic.WHYS)]
