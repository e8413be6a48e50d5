"""The test files that were created or approved, and how many tests are said to be implemented. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audits.claims.blocks import Item, Kind, Title, after
from audits.claims.count_rows import counts_in_row
from audits.claims.counts import Counted, counts_in, is_of_all
from audits.claims.found import Found
from audits.claims.names import leading_test, level_of, level_of_path, paths, test_files, tests_in
from audits.claims.shapes import Lines, StatedCount, StatedFile
from audits.claims.surroundings import Surroundings
from audits.claims.topic_words import Topic
from audits.claims.wording import one_of, plain
from audits.terms import Level

_CREATED: Final = frozenset({Topic.IMPLEMENTATION})
_TOPICS: Final[frozenset[Topic | None]] = frozenset({Topic.IMPLEMENTATION, Topic.REVIEW})
_APPROVED: Final = one_of(r"approved", r"accepted", r"signed\s+off")
_DONE: Final = one_of(r"implemented", r"created", r"written", r"wrote", r"added", r"built", r"authored", r"delivered")
_NOT_DONE: Final = one_of(r"planned", r"will", r"should", r"pending", r"not\s+yet", r"to\s+be", r"todo", r"designed", r"without")
_COMMAND_KEY: Final = re.compile(r".*\bcommands?\b|run|usage", re.IGNORECASE)
_BESIDE: Final = re.compile(r"[`*\s]*[(\[:–—-]\s*(\d{1,4})\s*(?:tests?|cases|test\s+cases|[)\]]|\Z)", re.IGNORECASE)
_TESTS_BESIDE: Final = re.compile(r"[`*\s]*[(\[:–—-]\s*\d{1,4}\s+(?:tests?|test\s+cases)\b", re.IGNORECASE)
_COUNT_COLUMN: Final = re.compile(
    r"(?:number\s+of\s+|#\s*)?(?:tests?|cases|count|total|implemented|test\s+count|#)(?:\s+(?:cases?|implemented|count"
    r"|written))?\Z",
    re.IGNORECASE,
)
_SAID_AGAIN: Final = frozenset({Topic.STATUS, Topic.AHEAD})


def read_files(items: list[Item]) -> Found:
    """The test files with their counts, and counts of implemented tests, in the file's order."""
    around = Surroundings()
    known: set[tuple[str, bool]] = set()
    for place, item in enumerate(items):
        around.take(item)
        if item.quoted or item.kind is Kind.CODE or _COMMAND_KEY.match(item.key):
            continue
        approves = item.topic is Topic.REVIEW and _approves(item)
        files = _named_files(item) if item.topic in _CREATED or approves else []
        for path in files:
            if (path, approves) not in known and not _is_mentioned_only(item, path):
                known.add((path, approves))
                yield _file(items, place, path, around, approved=approves)
        if not files and _tells_implemented(item):
            yield from _counts(items, place, around)


def _named_files(item: Item) -> list[str]:
    """The test files that an item names, and other files for which it tells how many tests they hold."""
    found = test_files(item.raw)
    if len(paths(item.raw)) > len(found) and item.kind is not Kind.ROW:
        raw = item.raw.replace("\\", "/")
        return [path for path in paths(raw) if path in found or _TESTS_BESIDE.match(raw.partition(path)[2])]
    return found


def _approves(item: Item) -> bool:
    return any(_APPROVED.search(title.text) for title in item.titles()) or (bool(_APPROVED.search(item.text)) and item.kind is Kind.ROW)


def _is_mentioned_only(item: Item, path: str) -> bool:
    """A file deep in a sentence is spoken of, not listed."""
    text = item.text
    place = text.find(path.rsplit("/", 1)[-1])
    return item.kind is Kind.PARAGRAPH and not item.key and place > len(path) + 80 and not _DONE.search(text)


def _file(items: list[Item], place: int, path: str, around: Surroundings, *, approved: bool) -> StatedFile:
    item = items[place]
    level = (
        level_of(item.key)
        or _level_in_row(item)
        or level_of(plain(item.raw.split(path)[0]))
        or around.level_of(item, _TOPICS)
        or level_of_path(path)
    )
    return StatedFile(
        lines=Lines(item.first, item.last), path=path, level=level, count=_count_beside(items, place, path), approved=approved
    )


def _level_in_row(item: Item) -> Level | None:
    return next((level for _, cell in item.cells if not test_files(cell) and (level := level_of(plain(cell)))), None)


def _count_beside(items: list[Item], place: int, path: str) -> int | None:
    """The number of tests stated for a file: in its own line, its row's column, or right below it."""
    item = items[place]
    for column, cell in item.cells:
        if _COUNT_COLUMN.match(column) and plain(cell).isdecimal() and len(cell) < 6:
            return int(plain(cell))
    name = path.rsplit("/", 1)[-1]
    behind = item.raw.replace("\\", "/").partition(name)[2]
    if len(paths(item.raw)) == 1:
        behind += " ; " + item.raw.replace("\\", "/").partition(path)[0]
    beside = _BESIDE.match(behind)
    if beside:
        return int(beside[1])
    stated = [counted for counted in counts_in(plain(behind)) if counted.exact]
    if not stated and item.opens is not None:
        below = [later for later in items[place + 1 : place + 4] if later.is_under(item.opens) and not tests_in(later.raw)]
        stated = [counted for later in below for counted in counts_in(later.text) if counted.exact]
    return stated[0].count if stated else None


def _tells_implemented(item: Item) -> bool:
    """Whether an item's numbers are of tests that were implemented."""
    if item.kind is Kind.ENTRY and leading_test(item.raw, listed=False):
        return False
    if item.topic is Topic.IMPLEMENTATION:
        return not _NOT_DONE.search(item.text) or bool(_DONE.search(item.text))
    said = item.topic in _SAID_AGAIN or item.topic in (None, Topic.COMMIT, Topic.REVIEW)
    return said and item.checked is not False and bool(_DONE.search(item.text)) and not _NOT_DONE.search(item.text)


def _counts(items: list[Item], place: int, around: Surroundings) -> Iterator[StatedCount]:
    item = items[place]
    if item.kind is Kind.ROW:
        yield from counts_in_row(item, "implemented")
        return
    counted = list(counts_in(item.text))
    for one in counted:
        file = around.file_of(item, _TOPICS) if item.key or item.is_label else ""
        level = (
            one.level or (level_of(item.text) if len(counted) == 1 else None) or (around.level_of(item, _TOPICS, file) if file else None)
        )
        listed = _listed(items, place) if one.exact and len(counted) == 1 else None
        exact = one.exact and not _is_part(one, item) and bool(level or file or listed or is_of_all(one, item.key))
        yield StatedCount(
            lines=Lines(item.first, item.last), of="implemented", count=one.count, level=level, file=file, listed=listed, exact=exact
        )


def _is_part(counted: Counted, item: Item) -> bool:
    """ "16 failing tests" may be some of more, unless all are said to be such."""
    return counted.failing and not item.text.lower().startswith(("all", "successfully")) and " all " not in item.text.lower()


def _listed(items: list[Item], place: int) -> int | None:
    """How many tests are named in the list that a count belongs to: below it, or in its section behind it."""
    item = items[place]
    title: Title | None = item.opens if item.is_label or (item.opens is not None and not item.key) else item.title
    if title is None or (not item.is_label and not item.key):
        return None
    names: set[str] = set()
    for later in after(items, place):
        if not later.is_under(title) or (later.kind is Kind.HEADING and not item.is_label):
            break
        if later.kind in (Kind.ENTRY, Kind.ROW) and later.topic is Topic.IMPLEMENTATION:
            names.update(tests_in(later.raw)[:1])
    return len(names) or None
