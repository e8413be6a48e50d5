import re
import time

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from incidents.github.defang import ZERO_WIDTH, defang, read
from incidents.quoting import cell, code, inline
from tests.audits.reports.strategies import nasty_texts
from tests.incidents.github.page import PARSERS, codes, hostile_markdown, noticed, pieces, visible

# In angle brackets, an address of e-mail whose name ends in a mark cannot be broken and stay one.
ODD_EMAIL = re.compile(r"<[^\s<>]*[^A-Za-z0-9\s<>]@")
# Bare addresses are GitHub's own, and take all up to a blank for theirs.
IN_ADDRESSES = ["www.x.y/`@name`", "https://x.y/`@name`", "(https://x.y`` @name ``", "*www.x.y/`\n@name` z"]


@settings(max_examples=400)
@given(hostile_markdown())
@example("[a](b`c) @name ` x")
@example("[a<x](>b`c) @name ` x")
@example('[x][<a b="`]`">@name ` x')
@example("[a]: /u`\n@name ` x")
@example("[a]:\nu`\n@name ` x")
@example("x <a b='>`'>@name ` x")
@example("x <a b='\n2. `'>@name` x")
@example("x <http://x.`>@name` y")
@example("x <!-- ` -->@name ` x")
@example("<div>`@name`")
@example("> <div>\n> `@name`")
@example("# a ` b\n@name ` c")
@example("# `\r@name `")
@example("    a ` b\n@name ` c")
@example("- ~~~\n~~~\n@name\n~~~\n@name")
@example("a\n2. ~~~\n   @name\n   ~~~")
@example("a\n    ~~~\n    @name\n    ~~~")
@example("  ~~~\n@name\n  ~~~\n@name")
@example("- a\n\n  ~~~\n@name\n  ~~~\n@name")
@example("   ~~~\n   x\n      ~~~\n   ~~~\n   @name\n   ~~~")
@example("```\n    ```\nx\n```\n@name")
@example("<!--\n\n```\n@name\n```\n-->\n@name")
@example("<div>\n```\n\n@name\n```")
@example("| a | b |\n| - | - |\n| `x | @name` |")
@example("a | b\n|-|-|\nx `\n@name ` z")
@example("\\`@name`")
@example("`` ` @name")
def test_no_text_outside_code_holds_a_mention_or_a_reference(markdown):
    assert noticed(defang(markdown)) == []


@settings(max_examples=400)
@given(hostile_markdown())
def test_a_reader_reads_the_same(markdown):
    assume(not ODD_EMAIL.search(markdown))

    assert visible(defang(markdown)) == visible(markdown)


@settings(max_examples=400)
@given(hostile_markdown())
@example("&#64@name")
@example("a@b.c@name@x")
def test_nothing_but_zero_width_spaces_is_added_and_that_once(markdown):
    harmless = defang(markdown)

    assert harmless.replace(ZERO_WIDTH, "") == markdown
    assert defang(harmless) == harmless


@given(st.lists(nasty_texts(6), min_size=3, max_size=3))
def test_code_in_what_quoting_makes_of_any_text_stays_as_it_is(texts):
    first, second, third = texts
    markdown = "\n".join(
        [
            f"- **Key**: {inline(first)} and {code(second)}",
            f"  1. {inline(third)}",
            "",
            "| A | B |",
            "| --- | --- |",
            f"| {cell(inline(first)) or '-'} | {cell(code(third)) or '-'} |",
            "",
            f"x {inline(second)}",
        ]
    )

    assert codes(defang(markdown)) == codes(markdown)


@pytest.mark.parametrize(
    "written",
    [
        "`@name #1`",
        "a `` ` @name `` b",
        "a `x\n@name` b",
        "- a `x\n  @name` b",
        "> a `@name`\n> b `@name`",
        "1. `@name`\n   `#1`",
        "```\n@name\n```",
        "```py title\n@name\n\n#1\n```\n",
        "~~~~\n```\n@name\n~~~\n~~~~",
        "text\n```\n@name",
        "- a\n  ```\n  @name\n\n  #1\n  ```\n- b",
        "1. a\n   ~~~\n   @name\n   ~~~",
        "- a\n  - b\n\n    ```\n    @name\n    ```",
        "   ```\n   @name\n   ```",
        "```\r\n@name\r\n```\r\n",
        "[a](/u) `@name` [b][c] `#1`",
        "a <b>bold</b> <br> `@name`",
        "<https://x.y> `@name`",
        "a < b, 1 <2 `@name`",
        "<details>\n\n`@name`\n\n</details>",
        "| `@name` | b |\n| --- | :-: |\n| `#1` | `a \\| @name` |",
        "costs $5: `@name`",
        "a\n===\n`@name`",
    ],
)
def test_code_stays_as_it_is(written):
    assert defang(written) == written


@pytest.mark.parametrize(
    "written",
    [
        "```math\n@name\n```",
        "$x ` y$ @name ` z",
        "[^1]: <div>\n    `@name`",
        "[^1]: ~~~\n\n    x\n\n    ~~~\n    @name\n\n    ~~~",
        "[a][b`c] @name ` x\n\n[b`c]: /u",
        "\ufeff```\n@name\n```\n@name",
        *IN_ADDRESSES,
    ],
)
def test_what_only_github_takes_for_text_is_no_code(written):
    assert "@name" not in defang(written)


@pytest.mark.parametrize(
    ("written", "harmless"),
    [
        ("@name", "@​name"),
        ("(@org/team)", "(@​org/team)"),
        ("é@name", "é@​name"),
        ("#12", "#​12"),
        ("owner/name#12", "owner/name#​12"),
        ("Fixes #12, closes: GH-13", "Fixes #​12, closes: GH-​13"),
        ("gh\\-13", "gh\\-​13"),
        ("resolves https://github.com/o/r/issues/1", "resolves https://​github.com/o/r/issues/1"),
        ("HTTP://git.x:8080/o/r/pull/1#x", "HTTP://​git.x:8080/o/r/pull/1#x"),
        ("<https://github.com/o/r/discussions/1>", "<https://​github.com/o/r/discussions/1>"),
        ("[a](https://github.com/o/r/pull/1)", "[a](https://​github.com/o/r/pull/1)"),
        ("[a](//github.com/o/r/pull/1)", "[a](//​github.com/o/r/pull/1)"),
        ("&#64;name", "&#64;​name"),
        ("&#35;12", "&#35;​12"),
        ("G&#x48;-12", "G&#x48;​-12"),
        ("https&colon;//github.com/o/r/issues/1", "https&colon;​//​github.com/o/r/issues/1"),
        ("a@b.c@name", "a@b.c@​name"),
        ("&nbsp@name", "&nbsp@​name"),
        ("@<!-- -->name", "@​<!-- -->name"),
    ],
)
def test_what_github_would_act_on_is_broken(written, harmless):
    assert defang(written) == harmless


@pytest.mark.parametrize(
    "written",
    [
        "",
        "a@b, first.last@example.org, <a@b.example>",
        "owner/name@0123abc",
        "# 12",
        "C# and F#, item #one, @ noon",
        "https://github.com/o/r/commit/0123abc",
        "https://github.com/o/r/issues",
        "https://fixproof.example/admin/incidents/issue/12/change/",
        "[SHOP-12](https://fixproof.example/admin/incidents/issue/12/change/#evidence)",
        "![red](https://fixproof.example/red.png)",
        "a &amp; b &lt; c &#8212; d, R&amp;D",
    ],
)
def test_what_github_leaves_alone_stays_as_it_is(written):
    assert defang(written) == written


def test_an_intended_link_stays_a_link_beside_what_is_broken():
    harmless = defang("@name: [SHOP-12](https://fixproof.example/admin/issue/12/) and [theirs](https://github.com/o/r/issues/1)")

    links = [piece.text for piece in pieces(harmless, PARSERS[0]) if piece.kind == "link" and piece.text]
    assert links[0] == "https://fixproof.example/admin/issue/12/"
    assert len(links) == 2


def test_a_block_of_code_without_an_end_is_told_with_its_fence():
    assert read("a\n~~~~ py\nb").open_fence == "~~~~"
    assert read("a\n~~~~ py\nb\n~~~~").open_fence == ""


@pytest.mark.parametrize(
    "pattern",
    [
        "`",
        "` ",
        "`a`\n\n",
        "+`a`\n",
        "```\n",
        " ```\n ```\n",
        "~~~\n\n",
        "\n",
        "> ",
        "- ",
        "- - `a` ",
        "@a",
        "#1",
        "&#64;",
        '<a b="',
        "<a ",
        "<!--",
        "https://a/b/c/issues/1 ",
        "//a",
        "](",
        "][a",
        "[a]: ",
        "-",
        "|-",
        "|-|\n`a`|\n",
        "gh-1",
        "a.",
        "\\`",
        "$",
        "www.",
        "<div>\n```",
        "``a` ",
    ],
)
def test_hostile_texts_take_no_more_time_than_their_length(pattern):
    text = (pattern * 65_536)[:65_536]

    assert min(seconds(text) for _ in range(3)) < 0.5


def seconds(text: str) -> float:
    began = time.process_time()
    defang(text)
    return time.process_time() - began
