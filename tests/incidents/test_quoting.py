import re
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from incidents.quoting import cell, code, inline, shown
from tests.audits.reports.strategies import nasty_texts

RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def kinds(markdown: str) -> list[str]:
    """The blocks of a piece of Markdown, and the marks within its lines that are no text, no code and no line break."""
    tokens = RENDERER.parse(markdown)
    inner = [child for token in tokens for child in token.children or ()]
    marks = [child.type for child in inner if child.type not in ("text", "code_inline") and child.content != "<br>"]
    return [token.type for token in tokens] + marks


def seen(markdown: str) -> str:
    """What a reader of the rendered page sees, blanks joined."""
    return " ".join(unescape(re.sub(r"<br>", " ", re.sub(r"</?(?:p|code)>", "", RENDERER.render(markdown)))).split())


def as_seen(text: str) -> str:
    """A text without the marks of code, which a page does not show, blanks joined and invisible characters written out."""
    return " ".join(shown(text).replace("`", "").split())


@given(nasty_texts())
@example("a ` b")
@example("`a``b` c")
@example("`` ` ``")
@example("see:`x`:x:")
def test_any_text_behind_a_key_is_one_paragraph_of_text_and_code(text):
    assert kinds(f"**Key**: {inline(text)}") == kinds("**Key**: x")


@given(nasty_texts())
def test_any_text_is_one_entry_of_a_list(text):
    written = inline(text) or "x"

    assert kinds(f"- {written}\n- y") == kinds("- x\n- y")


@given(nasty_texts())
def test_any_text_is_one_cell_of_a_table(text):
    written = cell(inline(text)) or "x"

    assert kinds(f"| A | B |\n| --- | --- |\n| {written} | {cell(code(text)) or 'x'} |") == kinds("| A | B |\n| --- | --- |\n| x | `y` |")


@given(nasty_texts())
def test_any_text_is_one_heading(text):
    assert kinds(f"### Why: {inline(text)}") == kinds("### Why: x")


@given(nasty_texts())
@example("&lt; is <, and \\* is *")
@example("a **b** _c_ ~~d~~ [e](f) :x: $g$")
def test_a_reader_sees_what_was_written(text):
    assert as_seen(seen(f"x {inline(text)}")) == as_seen(f"x {text}")


@given(nasty_texts())
def test_a_reader_of_a_name_sees_the_name(text):
    assert as_seen(seen(f"x {code(text)}")) == as_seen(f"x {text}")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"])
def test_every_line_end_becomes_a_break_within_the_line(end):
    assert inline(f"one{end}two") == "one<br>two"


def test_blank_lines_are_left_out():
    assert inline("\n one \n\n\t\n two\n") == "one<br>two"


def test_code_that_the_author_marked_stays_as_it_is():
    assert inline("Both `a_*b` and (`c`), `d`/`e`: fine.") == "Both `a_*b` and (`c`), `d`/`e`: fine."


def test_a_stray_mark_of_code_is_shown_as_code():
    assert inline("a ` b") == "a `` ` `` b"


@pytest.mark.parametrize(
    "word",
    ["**bold**", "__init__", "_x_", "<b>", "</b>", "<!--", "&amp;", "C:\\new", "[a](b)", "![a](b)", "~~x~~", "$x$", ":x:", "*", "##"],
)
def test_what_markdown_would_take_for_a_mark_is_shown_as_code(word):
    assert inline(f"a {word} b") == f"a `{word}` b"


def test_bold_words_are_shown_as_one_piece_of_code():
    assert inline("It is **two words** here") == "It is `**two words**` here"


@pytest.mark.parametrize(
    "text", ["a_b", "a < b > c", "x -> y", "AT&T", "it's 10:30:15", "(note)", "50 %", "foo()", "items[0]", "a|b", "#12"]
)
def test_ordinary_words_stay_as_they_are(text):
    assert inline(f"a {text}") == f"a {text}"


@pytest.mark.parametrize("first", ["#", "###", "-", "+", "1.", "12)", ">", "•", "===", "|"])
def test_what_would_begin_a_block_is_shown_as_code_where_it_comes_first(first):
    assert inline(f"{first} a {first} b").startswith(f"`{first}` a ")


def test_invisible_characters_are_written_out():
    assert inline("a\x00b\x1b[1m\u202ec\ud800") == "a\\x00b\\x1b[1m\\u202ec\\ud800".join("``")


@given(nasty_texts())
def test_what_is_written_is_printable_utf_8_in_one_line(text):
    written = inline(text) + code(text)

    assert len(written.splitlines()) <= 1
    assert written.encode("utf-8").decode() == written


def test_a_text_of_marks_alone_takes_no_more_time_than_others():
    text = "`a b`x" * 20_000 + "*" + "**a " * 20_000 + "[" * 100_000 + "&a" * 50_000

    assert inline(text)


@given(st.text(alphabet=" \n\t"))
def test_a_blank_text_is_empty(text):
    assert inline(text) == code(text) == ""
