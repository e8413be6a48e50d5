"""Texts, lists and tables that are cut where they are longer than somebody reads, and say so. Pure.

GitHub takes 65,536 characters for a body or a comment. What is cut is the text as it was written, and never its Markdown, so
that no mark loses its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, TypeVar

from audits.reports.markup import bullets, table
from incidents.quoting import code, inline, shown

MOST: Final = 200
NAME: Final = 200
SENTENCE: Final = 600
PARAGRAPH: Final = 2_000

# A line, or a row of cells.
Entry = TypeVar("Entry", bound=Sequence[str])


def short(text: str, most: int) -> str:
    """A text, or its beginning and an ellipsis. Invisible characters count as they are written out: one may take six."""
    written = shown(text.strip()[: most + 1])
    return written if len(written) <= most else f"{written[:most].rstrip()}…"


def named(text: str) -> str:
    """A name, a path or a commit as code."""
    return code(short(text, NAME))


def told(text: str, most: int = SENTENCE) -> str:
    """Somebody's words in one line."""
    return inline(short(text, most))


def fitting(entries: Iterable[Entry], *, characters: int) -> list[Entry]:
    """The first of them: at most 200, and as many as fit into so many characters, but always one."""
    kept: list[Entry] = []
    for entry in islice(entries, MOST):
        # A table escapes its bars.
        characters -= sum(len(piece) + piece.count("|") for piece in entry)
        if kept and characters < 0:
            break
        kept.append(entry)
    return kept


def short_list(lines: Iterable[str], *, of: int, characters: int) -> str:
    """A list of those that fit; its last entry counts the others. `of` is how many there are."""
    kept = fitting(lines, characters=characters)
    return bullets([*kept, *left_out(of - len(kept))])


def short_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, of: int, characters: int) -> Iterator[str]:
    """A table of the rows that fit, and a sentence that counts the others. `of` is how many there are."""
    kept = fitting(rows, characters=characters)
    yield table(columns, kept)
    yield from left_out(of - len(kept))


def left_out(number: int) -> Iterator[str]:
    """How many are not listed; nothing where all are."""
    if number > 0:
        yield f"{number:,} more {'is' if number == 1 else 'are'} not listed here."
