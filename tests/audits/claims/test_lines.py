import pytest

from audits.claims.lines import scan


def headings(text: str) -> list[tuple[int, int, str]]:
    return [(heading.line, heading.level, heading.raw) for heading in scan(text).headings]


def fences(text: str) -> list[tuple[int, int]]:
    return [(fence.first, fence.last) for fence in scan(text).fences]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_ends_where_an_editor_shows_it_to(end):
    scanned = scan(f"a{end}b\x0bc\u2028d{end}")

    assert scanned.lines == ["a", "b\x0bc\u2028d"]
    assert scanned.whole == [f"a{end}", f"b\x0bc\u2028d{end}"]


def test_a_last_line_without_an_end_counts():
    assert scan("a\nb").lines == ["a", "b"]


def test_no_text_has_no_lines():
    assert scan("").lines == []


def test_a_heading_may_lack_the_space_and_have_closing_marks():
    assert headings("##Fix ##\n# Log #\n###### Deep\n####### none\n#123 none\n") == [(1, 2, "Fix"), (2, 1, "Log"), (3, 6, "Deep")]


def test_a_heading_inside_a_code_fence_is_none():
    assert headings("```bash\n# run it\n```\n# Log\n") == [(4, 1, "Log")]


def test_underlined_headings_are_read_and_rules_are_not():
    assert headings("Audit\n=====\n\nWhys\n------\n\nSome text\n---\n\n- a list\n------\n") == [(1, 1, "Audit"), (4, 2, "Whys")]


def test_a_fence_closes_with_a_mark_at_least_as_long_and_without_a_language():
    assert fences("````\n```\n```python\n````\n~~~\n```\n~~~\n") == [(1, 4), (5, 7)]


def test_a_fence_of_markdown_may_hold_fences_of_its_own():
    assert fences("```markdown\n## Steps\n```bash\nls\n```\nmore\n```\nafter\n") == [(1, 7)]


def test_a_fence_of_markdown_that_does_not_come_out_even_ends_at_the_first_mark():
    assert fences("```markdown\n## Steps\n```bash\nls\n```\n\n# Log\n") == [(1, 5)]


def test_a_fence_that_nobody_closed_ends_before_the_next_heading():
    scanned = scan("```\nlog line\n# comment\n## Fix\ntext\n")

    assert [(fence.first, fence.last) for fence in scanned.fences] == [(1, 3)]
    assert [heading.raw for heading in scanned.headings] == ["Fix"]
