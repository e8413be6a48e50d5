"""Numbers of tests in tables: a row for each level or file, a column for each number. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audits.claims.blocks import Item, Kind
from audits.claims.names import level_of, level_of_path, test_files
from audits.claims.shapes import Lines, StatedCount
from audits.claims.wording import plain

_OF_COLUMN: Final = (
    ("planned", re.compile(r"(?:tests?\s+)?(?:planned|plan|declared|intended|expected)(?:\s+(?:tests?|count))?\Z", re.IGNORECASE)),
    (
        "implemented",
        re.compile(r"(?:tests?\s+)?(?:implemented|written|created|actual|done|added)(?:\s+(?:tests?|count))?\Z", re.IGNORECASE),
    ),
    ("collected", re.compile(r"(?:tests?\s+)?(?:collected|discovered)(?:\s+(?:tests?|count))?\Z", re.IGNORECASE)),
)
_COUNT_COLUMN: Final = re.compile(
    r"(?:number\s+of\s+|#\s*|no\.?\s+of\s+)?(?:tests?|cases|count|total|test\s+(?:count|cases)|#"
    r"|number)(?:\s+(?:cases?|count))?\Z",
    re.IGNORECASE,
)
_ORDINAL_COLUMN: Final = re.compile(r"#|no\.?|nr\.?|number", re.IGNORECASE)
_TOTAL: Final = re.compile(r"\W*(?:totals?|all|sum|overall)\b", re.IGNORECASE)
_MOST_DIGITS: Final = 5


def counts_in_row(item: Item, of: str) -> Iterator[StatedCount]:
    """The counts of a row: of what its columns name, else of `of`; none where the row is of no level, file or total."""
    if item.kind is not Kind.ROW or len(item.cells) < 2:
        return
    texts = [plain(cell) for _, cell in item.cells]
    files = test_files(" ".join(texts))
    level = next((found for text in texts if not test_files(text) and (found := level_of(text))), None)
    level = level or next((found for file in files if (found := level_of_path(file))), None)
    if not (level or files or _TOTAL.match(texts[0])):
        return
    for place, (column, text) in enumerate(zip((column for column, _ in item.cells), texts, strict=True)):
        if place == 0 and _ORDINAL_COLUMN.fullmatch(column):
            continue
        named = next((name for name, pattern in _OF_COLUMN if pattern.match(column)), "")
        if text.isdecimal() and len(text) <= _MOST_DIGITS and (named or _COUNT_COLUMN.match(column)):
            file = files[0] if len(files) == 1 else ""
            yield StatedCount(lines=Lines(item.first, item.last), of=named or of, count=int(text), level=level, file=file)
