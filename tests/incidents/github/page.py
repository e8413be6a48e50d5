"""What GitHub sees of Markdown: the texts of the page, by a real parser of CommonMark, and what it would make of them."""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import NamedTuple

from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from incidents.github.defang import ZERO_WIDTH


class Parser(MarkdownIt):
    """Addresses stay as they are written: GitHub does not rewrite them either."""

    def normalizeLink(self, url: str) -> str:
        return url


PARSERS = [Parser("commonmark").enable(["table", "strikethrough"]), Parser("commonmark")]

ADDRESS = rf"//(?!{ZERO_WIDTH})[^\s/]+/+[^\s/]+/+[^\s/]+/+(?:issues|pull|discussions)/+[0-9]"
NOTICED = re.compile(rf"(?<![A-Za-z0-9])@[A-Za-z0-9]|#[0-9]|\bGH-[0-9]|{ADDRESS}", re.IGNORECASE)
LINKED = re.compile(rf"https?:{ADDRESS}", re.IGNORECASE)

MENTIONS = ["@name", "@name ", "@org/team", "@a@b", "@", "a@b", "a@b.c@name", "&#64;name", "&commat;name", "&#x40;n", "&#64", "&nbsp@name"]
REFERENCES = [
    "#1",
    "o/r#1",
    "GH-1",
    "gh\\-1",
    "Fixes #1",
    "closes: #1",
    "&#35;1",
    "&num;1",
    "#&#49;",
    "G&#72;-1",
    "\\#1",
    "\\&#35;1",
    "\\&num;1",
]
ADDRESSES = ["https://github.com/o/r/issues/1", "<https://git.x/o/r/pull/1>", "http://x/o/r/discussions/1", "https:\\//x/o/r\\/issues/1"]
CODE = ["`", "``", "```", "~~~", "```py", "~~~ x\n", "\n```\n", "\n~~~\n", "\n  ```\n", "\n    ```\n", "\\`", "](`", "$"]
BLOCKS = ["- ", "* ", "1. ", "2. ", "> ", "# ", "---", "===", "| - |", "|-|-|", "|", "\n| - |\n", "[a]: /u ", "[^1]: "]
SPANS = ["[", "]", "](", "](/u)", "][", "]:", "![", "(", ")", "*", "**", "_", "__", "~~", "\\", "'", '"', "<", ">", "&amp;"]
HTML = ["<a>", '<a b="', '">', "'>", "</a>", "<br>", "<div>", "</div>", "<!--", "-->", "<script>", "</script>", "<?", "<a"]
BLANKS = ["\n", "\n", "\n\n", "\r\n", "\r", " ", "  ", "    ", "\t", "\n  ", "\n    ", "\x0b", "\xa0", "\u2028"]
WORDS = ["x", "the code", "é", "日本", "y.", "0"]

PIECES = [*MENTIONS, *REFERENCES, *ADDRESSES, *CODE, *BLOCKS, *SPANS, *HTML, *BLANKS, *WORDS]
# Of these, most that is written is code, or nearly so.
TICKS = ["`"] * 8 + ["@name", "#1", "\n"] * 3 + ["``", "```", "~~~", " ", "- ", "> ", "x", "|", "\n    ", "\n\n"]


def hostile_markdown(most: int = 16) -> st.SearchStrategy[str]:
    """All that could be taken for something, in any order."""
    mixed = st.lists(st.sampled_from(PIECES), max_size=most)
    ticks = st.lists(st.sampled_from(TICKS), max_size=most + 6)
    both = st.lists(st.sampled_from([*TICKS, *PIECES]), max_size=most)
    return (mixed | ticks | both).map("".join)


class Piece(NamedTuple):
    """A piece of a page: a text, code, HTML as it is written, a link's address, or what is shown of an address in angle brackets."""

    kind: str
    text: str


def pieces(markdown: str, parser: MarkdownIt) -> Iterator[Piece]:
    for token in parser.parse(markdown):
        if token.type == "inline":
            yield from joined(inner(token.children or []))
        elif token.type == "html_block":
            yield Piece("html", token.content)
        elif token.type in ("fence", "code_block"):
            yield Piece("code", token.content)


def inner(tokens: Iterable[Token]) -> Iterator[Piece]:
    within_address = False
    for token in tokens:
        if token.type in ("text", "text_special", "softbreak", "hardbreak"):
            yield Piece("address" if within_address else "text", token.content or "\n")
        elif token.type in ("code_inline", "html_inline"):
            yield Piece(token.type.partition("_")[0], token.content)
        elif token.type == "image":
            yield Piece("link", str(token.attrs.get("src", "")))
            yield from inner(token.children or [])
        else:
            within_address = token.type == "link_open" and token.info == "auto"
            yield Piece("link", str(token.attrs.get("href", "")))


def joined(found: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbouring texts as the one text that they are on the page."""
    text = ""
    for piece in found:
        if piece.kind == "text":
            text += piece.text
            continue
        yield from [Piece("text", text)] if text else []
        text = ""
        yield piece
    yield from [Piece("text", text)] if text else []


def noticed(markdown: str) -> list[str]:
    """What GitHub would take for mentions and references, wherever they stand outside of code."""
    found = []
    for parser in PARSERS:
        for piece in pieces(markdown, parser):
            if piece.kind in ("text", "html"):
                found += NOTICED.findall(unescape(piece.text) if piece.kind == "html" else piece.text)
            elif piece.kind == "link":
                found += LINKED.findall(piece.text)
    return found


def visible(markdown: str) -> list[str]:
    """What a reader reads, by each parser. Angle brackets count for nothing: what they hold may show with them or without."""
    shown = ["".join(piece.text for piece in pieces(markdown, parser) if piece.kind != "link") for parser in PARSERS]
    return [re.sub(rf"[<>\s{ZERO_WIDTH}]", "", text) for text in shown]


def codes(markdown: str) -> list[str]:
    """The pieces of code, as they would be copied."""
    return [piece.text for piece in pieces(markdown, PARSERS[0]) if piece.kind == "code"]
