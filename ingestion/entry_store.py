"""Writing many entries at once, each once.

An entry's key is (source, time, insert id). Rows go in sorted by it, so that two workers with
overlapping batches wait for each other instead of dead-locking.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from operator import itemgetter
from typing import Any, Final, NamedTuple

from django.db import connection

from ingestion.partitions import TABLE


class EntryRow(NamedTuple):
    """A row of the entry table; its first three columns are the key, the fourth tells rows of one key apart."""

    source_id: int
    time_ns: int
    insert_id: str
    number: int
    batch_id: int
    fingerprint_id: int
    release_id: int
    severity: int
    module: str
    function: str
    file: str
    line: int | None
    stream: str
    trace: str
    message: str
    payload: str


_COLUMNS: Final = ", ".join(EntryRow._fields)
_INSERT: Final = f"INSERT INTO {TABLE} ({_COLUMNS})"
# SQLite takes 32,766 parameters a statement.
_SQLITE_ROWS: Final = 1_000


def insert_new(rows: Iterable[EntryRow]) -> set[int]:
    """Insert the rows whose key is new; gives their numbers in the batch. Must run inside a transaction."""
    ordered = sorted(rows, key=itemgetter(0, 1, 2, 3))
    if connection.vendor == "postgresql":
        return _copy(ordered)
    return _insert(ordered)


def _copy(rows: list[EntryRow]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS incoming_entry (LIKE {TABLE}) ON COMMIT DELETE ROWS")
        with cursor.copy(f"COPY incoming_entry ({_COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f"{_INSERT} SELECT {_COLUMNS} FROM incoming_entry ORDER BY source_id, time_ns, insert_id, number"  # noqa: S608 — names are our own
            " ON CONFLICT DO NOTHING RETURNING number"
        )
        return {number for (number,) in cursor.fetchall()}


def _insert(rows: list[EntryRow]) -> set[int]:
    new: set[int] = set()
    one = f"({', '.join(['%s'] * len(EntryRow._fields))})"
    with connection.cursor() as cursor:
        for chunk in _chunks(rows, _SQLITE_ROWS):
            values: list[Any] = [value for row in chunk for value in row]
            cursor.execute(f"{_INSERT} VALUES {', '.join([one] * len(chunk))} ON CONFLICT DO NOTHING RETURNING number", values)
            new.update(number for (number,) in cursor.fetchall())
    return new


def _chunks(rows: list[EntryRow], size: int) -> Iterator[list[EntryRow]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk
