import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from incidents.github.body import LIMIT, Section, around, comment, ours, part, replaced, room, same, size
from incidents.github.defang import ZERO_WIDTH
from incidents.github.markers import marker, subjects
from incidents.quoting import inline
from tests.incidents.github.page import PARSERS, hostile_markdown, noticed, visible

BEGIN, END = "<!-- fixproof:begin -->", "<!-- fixproof:end -->"
MARKER = marker("issue/1", secret="s")
LINK = "https://fixproof.example/admin/incidents/issue/1/change/"
# The least that a part can be, with what says that it is cut.
LEAST = 450

EDGES = [
    BEGIN,
    END,
    f"\n{BEGIN}\n",
    f"\n{END}\n",
    f"{END} \r\n",
    "<!--  fixproof:end -->",
    MARKER,
    "\n",
    "\r\n",
    "x",
    " ",
    "```\n",
    "> ",
    "😀",
]
TEXTS = (st.lists(st.sampled_from(EDGES), max_size=10) | st.lists(st.sampled_from(EDGES) | st.text(max_size=4), max_size=8)).map("".join)
MARKDOWN = hostile_markdown() | TEXTS | st.tuples(hostile_markdown(8), TEXTS).map("".join)
SECTIONS = st.lists(st.builds(Section, title=st.sampled_from(["A", "", "B `x`", "#"]) | MARKDOWN, markdown=MARKDOWN), max_size=3)
BODIES = st.none() | TEXTS | st.tuples(TEXTS, TEXTS).map(lambda texts: replaced(texts[0], made([Section("A", "a")])) + texts[1])


def made(sections: list[Section], limit: int = LIMIT) -> str:
    return part(sections, marker=MARKER, link=LINK, limit=limit)


def of(markdown: str, limit: int = LIMIT) -> str:
    return made([Section("Title", markdown)], limit)


def headings(markdown: str) -> list[str]:
    """The headings that stand in no list or quotation."""
    tokens = PARSERS[0].parse(markdown)
    return [inside.content for token, inside in pairwise(tokens) if token.type == "heading_open" and not token.level]


def test_a_part_holds_its_lines_the_marker_and_the_sections_under_their_titles():
    written = made([Section("Root cause", "It was `x`."), Section("Fix", "- a\n- b")])

    assert written == (
        "<!-- fixproof:begin -->\n"
        "<!-- Text between these lines is kept by Fixproof; write around them. -->\n"
        f"{MARKER}\n\n"
        "### Root cause\n\nIt was `x`.\n\n"
        "### Fix\n\n- a\n- b\n\n"
        "<!-- fixproof:end -->"
    )


def test_a_part_without_sections_is_a_part():
    assert ours(made([])) == made([])


@settings(max_examples=400)
@given(SECTIONS, st.just(LIMIT) | st.integers(LEAST, 900))
@example([Section("A", f"```\n{END}\n```")], LIMIT)
@example([Section(f"A\n{END}\n", f"{MARKER}\n{BEGIN}\r\n{END}\r")], LIMIT)
def test_whatever_the_sections_hold_the_part_is_found_whole_and_has_one_marker(sections, limit):
    written = made(sections, limit)

    assert ours(written) == written
    assert subjects(written, secrets=["s"]) == ["issue/1"]
    assert size(written) <= limit


@settings(max_examples=400)
@given(SECTIONS)
@example([Section("A", "```\nx"), Section("B", "y")])
@example([Section("A", "- ~~~\nx\n~~~"), Section("B", "y")])
@example([Section("A", "  ~~~\nx"), Section("B", "y")])
@example([Section("A", "<!-- x"), Section("B", "<div>")])
@example([Section("A", "<script>\n\n"), Section("B", "y")])
def test_no_section_runs_on_past_its_end(sections):
    written = made([*sections, Section("Last", "x")])

    last = PARSERS[0].parse(written)[-1]
    titled = [section for section in sections if section.title.strip()]
    assert (last.type, last.content) == ("html_block", END)
    assert headings(written)[-1] == "Last"
    assert len(headings(written)) > len(titled)


@settings(max_examples=400)
@given(SECTIONS, MARKDOWN)
def test_nothing_in_a_part_or_a_comment_acts_on_github(sections, text):
    assert noticed(made(sections)) == []
    assert noticed(comment(text, marker=MARKER, link=LINK)) == []


@given(st.lists(st.text(max_size=12), max_size=4))
def test_what_people_wrote_is_read_as_they_wrote_it(texts):
    markdown = "\n\n".join(f"**Key**: {inline(text)}" for text in texts)

    assert visible(f"### Title\n\n{markdown}")[0] in visible(of(markdown))[0]


@pytest.mark.parametrize("html", ["<div>", "<!-- x -->", "</details>", "<script>", "<?x", "<a@b.c>", "<img src=x>"])
def test_html_is_shown_as_it_is_written(html):
    assert f"a <{ZERO_WIDTH}{html[1:]} b" in of(f"a {html} b")


@pytest.mark.parametrize("markdown", ["a<br>b", "<https://x.y/z>", "`<div>`", "```\n<!-- x -->\n```", "a < b", "[a](https://x.y)"])
def test_breaks_addresses_links_and_html_in_code_stay_as_they_are(markdown):
    assert f"\n\n{markdown}\n\n{END}" in of(markdown)


def test_a_part_that_fits_exactly_is_not_cut():
    sections = [Section("A", "a\n" * 300), Section("B", "b")]
    whole = made(sections)

    assert made(sections, limit=size(whole)) == whole
    assert size(made(sections, limit=size(whole) - 1)) < size(whole)


def test_a_part_that_does_not_fit_is_cut_at_the_end_of_a_section():
    sections = [Section("A", "a" * 300), Section("B", "b" * 300), Section("C", "c" * 300)]

    written = made(sections, limit=1_000)

    assert headings(written) == ["A", "B"]
    assert f"{'b' * 300}\n\n*This is cut off here, as GitHub takes no more.* [Read all of it in Fixproof]({LINK})\n\n{END}" in written


def test_a_section_that_does_not_fit_is_cut_at_the_end_of_a_line():
    written = of("\n".join(f"- line {number}" for number in range(100)), limit=700)

    lines = [line for line in written.split("\n") if line.startswith("- ")]
    assert lines == [f"- line {number}" for number in range(len(lines))]
    assert size(written) > 680


def test_of_what_comes_after_a_section_that_is_cut_nothing_is_told():
    written = made([Section("A", "a\n" * 300), Section("B", "b")], limit=700)

    assert headings(written) == ["A"]


def test_a_table_that_is_cut_keeps_its_head():
    rows = "\n".join(f"| `test_{number}` | passed |" for number in range(100))
    written = of(f"Tests:\n\n| Test | Result |\n| --- | --- |\n{rows}", limit=700)

    assert "| Test | Result |\n| --- | --- |\n| `test_0` | passed |" in written
    assert "passed |\n\n*This is cut off here" in written


def test_the_head_of_a_table_does_not_stand_alone():
    above = "x" * 200
    table = f"| Test | Result |\n| --- | --- |\n| {'y' * 200} | passed |\n| z | passed |"
    least, most = size(of(above)) + 140, size(of(f"{above}\n\n{table}")) - 20

    cuts = [of(f"{above}\n\n{table}", limit) for limit in range(least, most)]

    assert all(above in written and ("Test" in written) == ("yyy" in written) for written in cuts)


@pytest.mark.parametrize("code", ["```\n{}\n```", "~~~ py\n{}\n~~~", "1. x\n   ```\n   {}\n   ```", "```math\n{}\n```", "a `{}` b"])
def test_no_cut_is_made_within_code(code):
    rows = "\n   ".join(f"row {number}" for number in range(200))

    written = of(f"above\n\n{code.format(rows)}\n\nbelow", limit=800)

    assert "above" in written
    assert "row" not in written


@given(MARKDOWN, st.integers(LEAST, 700))
def test_a_part_that_is_cut_tells_the_beginning_of_the_whole(markdown, limit):
    whole, written = of(markdown * 3), of(markdown * 3, limit)

    told, cut, _ = written.partition("*This is cut off here")
    assert whole.startswith(told.rstrip()) if cut else written == whole


def test_characters_beyond_the_first_plane_count_twice():
    assert size("a😀é") == 4
    assert size(of("\n".join(["😀" * 50] * 20), limit=1_000)) <= 1_000


def test_with_no_room_at_all_there_is_the_frame_and_the_link():
    written = of("text", limit=0)

    assert ours(written) == written
    assert LINK in written
    assert size(written) < LEAST


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "\u202e"])
def test_characters_that_github_cannot_take_are_written_out(text):
    assert ascii(text)[1:-1] in of(text)


def test_a_comment_ends_with_its_marker():
    assert comment("**Done**", marker=MARKER, link=LINK) == f"**Done**\n\n{MARKER}"
    assert comment(" \n", marker=MARKER, link=LINK).endswith(MARKER)


@given(MARKDOWN, st.just(LIMIT) | st.integers(250, 400))
def test_whatever_a_comment_says_it_fits_and_has_one_marker_which_shows_nowhere(text, limit):
    written = comment(text, marker=MARKER, link=LINK, limit=limit)

    assert size(written) <= limit
    assert subjects(written, secrets=["s"]) == ["issue/1"]
    last = PARSERS[0].parse(written)[-1]
    assert (last.type, last.content) == ("html_block", MARKER)


def test_a_comment_that_does_not_fit_is_cut_at_the_end_of_a_line_with_the_link():
    written = comment("a line\n" * 100, marker=MARKER, link=LINK, limit=400)

    assert f"\na line\n\n*This is cut off here, as GitHub takes no more.* [Read all of it in Fixproof]({LINK})\n\n{MARKER}" in written


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "  \n"])
def test_our_part_is_found_as_it_stands_whatever_ends_lines(line_end):
    standing = of("a\nb").replace("\n", line_end)
    body = f"before{line_end}{standing}{line_end}after"

    assert ours(body) == standing
    assert around(body) == (f"before{line_end}", f"{line_end}after")


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        "text",
        BEGIN,
        END,
        f"{END}\n{BEGIN}",
        f"x {BEGIN}\n{END}",
        f"{BEGIN}\n{END} x",
        f" {BEGIN}\n{END}",
        f"> {BEGIN}\n> a\n> {END}",
    ],
)
def test_without_both_whole_lines_in_order_there_is_no_part(body):
    assert ours(body) is None
    assert around(body) == (body or "", "")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("{0}\n\n{1}", "{0}"),
        (f"{BEGIN}\nleft\n{{0}}\nafter", "{0}"),
        (f"left\n{END}\n{{0}}\n{{1}}", "{0}"),
        (f"{{0}}\nleft\n{END}", "{0}"),
    ],
)
def test_of_copies_and_halves_the_first_whole_part_is_ours(body, found):
    parts = of("a"), of("b")

    assert ours(body.format(*parts)) == found.format(*parts)


@given(BODIES, SECTIONS)
def test_a_part_takes_the_place_of_the_one_before_and_nothing_else_changes(body, sections):
    ours_now = made(sections)
    changed = replaced(body, ours_now)

    before, after = around(body)
    assert ours(changed) == ours_now
    assert changed.startswith(before)
    assert changed.endswith(after)
    assert replaced(replaced(body, of("another")), ours_now) == changed
    if ours(body) is not None:
        assert changed == f"{before}{ours_now}{after}"


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        (None, "{}"),
        ("", "{}"),
        ("text", "text\n\n{}"),
        ("text\n", "text\n\n{}"),
        ("text\n\n", "text\n\n{}"),
        ("a\r\nb", "a\r\nb\r\n\r\n{}"),
        ("a\r\n", "a\r\n\r\n{}"),
        ("a\r\n\r\n", "a\r\n\r\n{}"),
    ],
)
def test_a_part_is_appended_after_a_blank_line_where_there_is_none(body, changed):
    assert replaced(body, of("a")) == changed.format(of("a"))


@given(BODIES, SECTIONS, st.integers(LEAST, 2_000))
def test_a_part_that_keeps_to_the_room_keeps_the_body_within_the_limit(body, sections, limit):
    left = room(body, limit)

    assert left <= limit - size("".join(around(body))) or left == 0
    if left >= LEAST:
        assert size(replaced(body, made(sections, left))) <= limit


def test_the_room_beside_other_text_counts_the_blank_line_between():
    written = of("a")

    assert room("text", limit=size(f"text\n\n{written}")) == size(written)
    assert room(f"a\n{written}\nb", limit=size(f"a\n{written}\nb")) == size(written)


def test_a_body_that_people_filled_leaves_no_room():
    assert room("x" * LIMIT) == 0
    assert room(None) == LIMIT


@pytest.mark.parametrize(("a", "b"), [("a\nb", "a\r\nb"), ("a \nb", "a\t\nb  \n\n"), (None, None), (None, ""), ("", "\r\n")])
def test_texts_that_differ_in_line_ends_and_trailing_blanks_are_the_same(a, b):
    assert same(a, b)


@pytest.mark.parametrize(("a", "b"), [("a", "b"), ("a", None), ("a\n\nb", "a\nb"), (" a", "a"), ("a b", "a  b")])
def test_texts_that_differ_otherwise_are_not_the_same(a, b):
    assert not same(a, b)


@given(TEXTS)
def test_a_part_that_went_through_a_browser_is_the_same(text):
    assert same(of(text), ours(replaced("before", of(text)).replace("\n", "\r\n")))


@pytest.mark.parametrize(
    "pattern",
    [
        "`",
        "`a`\n\n",
        "```\n",
        "| - |\n",
        "\n",
        "<",
        "- ~~~\n",
        "x",
        "😀",
        f"{BEGIN}\n",
        f"{BEGIN}{' ' * 99}x\n",
        "a `b\n",
        "[a]: `\n",
        "| `a` |\n|-|\n",
    ],
)
def test_hostile_sizes_take_no_more_time_than_their_length(pattern):
    text = (pattern * LIMIT)[:400_000]
    began = time.process_time()

    written = made([Section(text, text), Section("B", text)])
    comment(text, marker=MARKER, link=LINK)
    replaced(text, written)

    assert size(written) <= LIMIT
    assert time.process_time() - began < 3
