"""What people wrote, set into Markdown so that it shows as it was written and breaks nothing. Pure.

Every text takes one physical line: its own line breaks become `<br>`, the only HTML of a log, so that no line of a log begins
with what a stranger wrote. Within the line, a word that Markdown or HTML would take for a mark is shown as code; code that
the author marked stays as it is. Backslash escapes would serve Markdown as well, but not people and programs that read the log as text.
"""

from __future__ import annotations

import re
from typing import Final

BREAK: Final = "<br>"

# CommonMark's line ends and Python's: none of them may end a line of the log, whoever reads it.
_LINE_END: Final = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Control characters, marks that turn the direction of a text, and halves of characters, which UTF-8 cannot hold.
_UNSHOWN: Final = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_TICKS: Final = re.compile(r"`+")

# Code as its author marked it, perhaps several pieces of it and plain letters, with blanks around the whole.
_PLAIN: Final = r"(?:[^\s`*_<\[\]\\~$&:]|:(?![\w+-]+:))"
_MARKED: Final = rf"(?<!\S)(?:{_PLAIN}*(?<!`)(?P<ticks>`{{1,2}})[^`\n]{{1,300}}(?P=ticks)(?!`)){{1,4}}{_PLAIN}*(?!\S)"
_BOLD: Final = r"(?<!\S)\*\*[^*`\s](?:[^*`\n]*[^*`\s])?\*\*[^\s`]*(?!\S)"
_WORD: Final = r"\S+"
_PIECE: Final = re.compile(rf"(?P<marked>{_MARKED})|(?P<bold>{_BOLD})|{_WORD}")
# What is or may become emphasis, a link, HTML, an entity, an escape, a strike-through, mathematics or a picture.
_MARK: Final = re.compile(r"[`*\\$]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|\]\(|~~|~\Z|&#?\w+;|(?<!\w):[a-z0-9_+-]+:|\A#+\Z")
# What begins a block where it stands first in a line or in a list's entry.
_BLOCK_START: Final = re.compile(r"(?:[-+*•‣▪=>]+|#{1,6}|\d{1,9}[.)])\Z|[>|~\[]")


def inline(text: str) -> str:
    """A text as one line of Markdown that shows it; empty where it is blank. Blanks are joined, as Markdown joins them."""
    lines = [_line(line) for line in _LINE_END.split(shown(text)) if line.strip()]
    if lines:
        first, blank, rest = lines[0].partition(" ")
        lines[0] = f"{_spanned(first)}{blank}{rest}" if _BLOCK_START.match(first) else lines[0]
    return BREAK.join(lines)


def code(text: str) -> str:
    """A name, a path or an expression as code, in one line; empty where it is blank."""
    words = " ".join(shown(text).split())
    return _spanned(words) if words else ""


def cell(markdown: str) -> str:
    """A piece of Markdown for a cell of a table, where a bar must be escaped even within code."""
    return markdown.replace("|", "\\|")


def shown(text: str) -> str:
    """A text whose invisible characters are written out as Python writes them: "\\x1b"."""
    return _UNSHOWN.sub(lambda match: ascii(match[0])[1:-1], text)


def _line(line: str) -> str:
    return _PIECE.sub(_piece, " ".join(line.split()))


def _piece(match: re.Match[str]) -> str:
    if match["marked"] or not (match["bold"] or _MARK.search(match[0])):
        return match[0]
    return _spanned(match[0])


def _spanned(text: str) -> str:
    """A span of code around any text: its fence is longer than any run of backticks within."""
    fence = "`" * (1 + max((len(run) for run in _TICKS.findall(text)), default=0))
    blank = " " if "`" in text else ""
    return f"{fence}{blank}{text}{blank}{fence}"
