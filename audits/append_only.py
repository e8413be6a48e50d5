"""The database itself refuses to change or delete evidence, whoever asks.

Triggers stand on every table whose rows are written once. Rebuilding a table drops them on SQLite, so they are put
back after every migration, and a check says when one is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.core import checks
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

TABLES: Final = (
    "audits_record",
    "audits_rootcause",
    "audits_why",
    "audits_testplan",
    "audits_plannedtest",
    "audits_judgement",
    "audits_run",
    "audits_reportchunk",
    "audits_result",
    "audits_review",
    "audits_finding",
    "audits_closure",
    "audits_waiver",
    "audits_fix",
    "audits_claim",
    "audits_import",
)
_MESSAGE: Final = "evidence is append-only"
_FUNCTION: Final = f"""
    CREATE OR REPLACE FUNCTION fixproof_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{_MESSAGE}: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$
"""


def install(connection: BaseDatabaseWrapper, tables: Iterable[str] = TABLES) -> None:
    """Put the triggers on the tables; those that stand are left as they are."""
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor, tables):
            cursor.execute(statement)


def remove_statements(vendor: str) -> list[str]:
    """What takes the triggers away again."""
    if vendor == "postgresql":
        return [f"DROP TRIGGER IF EXISTS refuse_change ON {table}" for table in TABLES]
    return [f"DROP TRIGGER IF EXISTS {table}_refuses_{verb}" for table in TABLES for verb in ("update", "delete")]


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The tables that exist and are not protected."""
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            cursor.execute("SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname = 'refuse_change'")
            protected = {name for (name,) in cursor.fetchall()}
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            triggers = {name for (name,) in cursor.fetchall()}
            protected = {table for table in TABLES if {f"{table}_refuses_update", f"{table}_refuses_delete"} <= triggers}
    return [table for table in TABLES if table in existing and table not in protected]


def reinstall(*, using: str, **_: Any) -> None:
    """After a migration: put back what it may have dropped."""
    connection = connections[using]
    if gone := missing(connection):
        install(connection, gone)


@checks.register(checks.Tags.database)
def everything_is_protected(databases: Iterable[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """Part of `manage.py check --database default`."""
    return [
        checks.Error(
            f"Evidence in {table} could be changed: its triggers are missing. `manage.py migrate` puts them back.", id="audits.E001"
        )
        for alias in databases or ()
        for table in missing(connections[alias])
    ]


def _statements(vendor: str, tables: Iterable[str]) -> list[str]:
    if vendor == "postgresql":
        return [
            _FUNCTION,
            *(
                f"CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION fixproof_refuse_change()"
                for table in tables
            ),
        ]
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_refuses_{verb} BEFORE {verb.upper()} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{_MESSAGE}: {verb} on {table}'); END"
        for table in tables
        for verb in ("update", "delete")
    ]
