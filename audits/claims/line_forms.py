"""What the form of a single line says: a title, a label, a row, how far it is indented. Pure."""

from __future__ import annotations

import re
from typing import Final

from audits.claims.blocks import INTRODUCTION, LABEL, SUBLABEL
from audits.claims.names import test_files
from audits.claims.wording import key_value, plain, without_signs

BOLD_LINE: Final = re.compile(r"(\*\*|__)(?=\S)(?:(?!\1).)+\1[\s:.!]*\Z")
CAPITALS: Final = re.compile(r"[A-Z][A-Z0-9 /&'()#.-]{4,60}\Z")
_LONGEST_LABEL: Final = 200
_CELL_END: Final = re.compile(r"(?<!\\)\|")
# A label that only says what kind of thing follows stands below the one before it, not beside it.
_NEUTRAL: Final = re.compile(
    r"(?:\w+ )?(?:tests?|test cases?|test scenarios?|scenarios?|cases|details?|descriptions?|outputs?|commands?|notes?"
    r"|list|steps|examples?)"
    r"(?: (?:implemented|included|covered))?:?\Z",
    re.IGNORECASE,
)


def looks_like_title(raw: str) -> bool:
    """Whether a bold line may be the title of a list behind a blank line: one with a value must be numbered, or name a file."""
    found = key_value(raw)
    if found is not None and found[1] and not (any(char.isdigit() for char in found[0]) or test_files(found[1])):
        return False
    return without_signs(raw).startswith(("**", "__")) and len(raw) <= _LONGEST_LABEL and not raw.rstrip("*_ ").endswith((".", "!", "?"))


def rank_of(raw: str, before_list: bool) -> int | None:
    """The rank of the title that a paragraph is for what follows; None where it is a statement of its own."""
    words = without_signs(raw)
    if not words or len(raw) > _LONGEST_LABEL:
        return None
    text = plain(raw)
    is_open = text.endswith(":") and not raw.rstrip("*_ ").endswith("`")
    opens = is_open or BOLD_LINE.match(words) is not None or CAPITALS.match(text) is not None
    if opens and _NEUTRAL.match(text):
        return SUBLABEL
    if opens:
        return LABEL if words.startswith(("**", "__")) or CAPITALS.match(text) else INTRODUCTION
    found = key_value(raw) if before_list else None
    return INTRODUCTION if before_list and (found is None or found[1]) else None


def indent_of(raw: str) -> int:
    """How far a line is indented; a tab counts four, as most editors show it."""
    return len((raw[: len(raw) - len(raw.lstrip())]).expandtabs(4))


def is_broken(raw: str) -> bool:
    """Whether a line ends in a hard break."""
    return raw.endswith(("  ", "\\"))


def closes_fence(line: str) -> bool:
    """Whether a line is the mark of a fence."""
    return line.strip(" \t>")[:3] in ("```", "~~~")


def cells_of(stripped: str) -> tuple[str, ...]:
    """The cells of a table's row; a bar that is escaped belongs to its cell."""
    within = stripped.removeprefix("|")
    within = within if within.endswith("\\|") else within.removesuffix("|")
    return tuple(cell.strip().replace("\\|", "|") for cell in _CELL_END.split(within))
