"""Day partitions of the entry table on PostgreSQL; nothing to do on SQLite.

Only days near the present get a partition of their own, everything else goes to the DEFAULT one: an entry dated
1901 or next year must not open partitions at a client's will.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import structlog
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.migrations.operations import CreateModel

from incidents.clock import to_ns

log = structlog.get_logger(__name__)

TABLE: Final = "ingestion_entry"
DAYS_BACK: Final = 35
DAYS_AHEAD: Final = 1
# Two workers that open the same day at once: one does it, the other waits. The number has no meaning.
_LOCK: Final = 7_201_990


class CreatePartitionedModel(CreateModel):
    """Creates a model whose table PostgreSQL partitions by range of `time_ns`, with a DEFAULT partition."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        schema_editor.sql_create_table = "CREATE TABLE %(table)s (%(definition)s) PARTITION BY RANGE (time_ns)"
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            del schema_editor.sql_create_table
        schema_editor.execute(f"CREATE TABLE {TABLE}_default PARTITION OF {TABLE} DEFAULT")


def ensure(days: Iterable[date], *, today: date) -> None:
    """Give each of the days that lies near today a partition of its own, unless it has one.

    Runs in a transaction of its own: a part of a batch must not hold the lock on the table.
    """
    if connection.vendor != "postgresql":
        return
    wanted = {day for day in days if today - timedelta(days=DAYS_BACK) <= day <= today + timedelta(days=DAYS_AHEAD)}
    for day in sorted(wanted - _known()):
        _open(day)


def _known() -> set[date]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [TABLE])
        names = [name for (name,) in cursor.fetchall()]
    return {datetime.strptime(name[-8:], "%Y%m%d").replace(tzinfo=UTC).date() for name in names if name[-8:].isdigit()}


def _open(day: date) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    name, first, after = f"{TABLE}_{day:%Y%m%d}", to_ns(start), to_ns(start + timedelta(days=1))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # ATTACH waits for whoever writes to the DEFAULT partition, and everybody else then waits behind it.
            cursor.execute("SET LOCAL lock_timeout = '1s'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            if day in _known():
                return
            cursor.execute(f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING ALL)")
            # What came of that day while it was far away lies in the DEFAULT partition.
            cursor.execute(
                f"WITH moved AS (DELETE FROM {TABLE}_default WHERE time_ns >= {first} AND time_ns < {after} RETURNING *)"  # noqa: S608
                f" INSERT INTO {name} SELECT * FROM moved"
            )
            cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({after})")
    except (IntegrityError, OperationalError) as error:
        # Somebody holds the DEFAULT partition, or put an entry of that day there meanwhile. It takes entries of any day;
        # the next part tries again.
        log.info("no partition yet", day=str(day), reason=str(error).strip())
