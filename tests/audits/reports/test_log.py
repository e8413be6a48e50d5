"""The log as Markdown: its parts, and that nobody's words can change its structure."""

from hypothesis import given, settings
from markdown_it import MarkdownIt

from audits.claims.lines import scan
from tests.audits.reports.logs import PARTS, an_empty_dossier, headings, log, log_of, part
from tests.audits.reports.strategies import logs

RENDERER = MarkdownIt("commonmark").enable("table")


def test_the_parts_stand_in_the_order_of_the_phases():
    found = [heading for heading in headings(log()) if heading in PARTS]

    assert found == PARTS


def test_an_iteration_that_has_just_begun_has_every_part_and_says_what_is_not_recorded():
    text = log_of(an_empty_dossier())

    assert [heading for heading in headings(text) if heading in PARTS] == PARTS
    for heading in ("1) FIVE WHYS ROOT CAUSE ANALYSIS", "2) TEST SUITE PLAN", "3) TEST IMPLEMENTATION", "4) TEST AUDIT", "6) FIX"):
        assert part(text, heading).strip() == "Not recorded."


@given(logs())
@settings(max_examples=40, deadline=None)
def test_no_text_changes_the_structure(pair):
    nasty, harmless = (log_of(*each) for each in pair)

    assert blocks(nasty) == blocks(harmless)
    assert [(heading.line, heading.level) for heading in scan(nasty).headings] == [
        (heading.line, heading.level) for heading in scan(harmless).headings
    ]
    assert not scan(nasty).fences


def blocks(text: str) -> list[str]:
    return [f"{token.type} {token.tag}" for token in RENDERER.parse(text)]


@given(logs())
@settings(max_examples=40, deadline=None)
def test_it_is_utf_8_of_one_kind_of_line(pair):
    text = log_of(*pair[0])

    assert text.encode().decode().splitlines() == text.removesuffix("\n").split("\n")


@given(logs())
@settings(max_examples=40, deadline=None)
def test_the_only_html_is_a_line_break(pair):
    tokens = [child for token in RENDERER.parse(log_of(*pair[0])) for child in (token, *(token.children or ()))]

    assert {token.content for token in tokens if token.type.startswith("html")} <= {"<br>"}


def test_it_holds_no_tick():
    assert not set("✅✔☑✓") & set(log())
