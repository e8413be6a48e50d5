"""Writing some columns of many rows at once, in statements whose text hardly grows with the rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.db import connection, models

# SQLite takes 32,766 parameters a statement.
_MOST_PARAMETERS: Final = 20_000


def save_columns(rows: Iterable[models.Model], *names: str) -> None:
    """Store these fields of saved rows of one model, as `bulk_update` does with an expression for each value, in a tenth of its time."""
    kept = list(rows)
    if not kept:
        return
    meta = kept[0]._meta
    fields: list[Any] = [meta.get_field(name) for name in names]
    size = _MOST_PARAMETERS // (len(fields) + 1)
    for start in range(0, len(kept), size):
        _save(meta, fields, kept[start : start + size])


def _save(meta: Any, fields: list[Any], rows: list[models.Model]) -> None:
    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in fields]
    # The type of a parameter in a list of values is not known to PostgreSQL; the column's is.
    told = [f"CAST(v.{column} AS {field.db_type(connection)})" for column, field in zip(columns, fields, strict=True)]
    if connection.vendor == "sqlite":
        told = [f"v.{column}" for column in columns]
    one = f"({', '.join(['%s'] * (len(fields) + 1))})"
    sql = (
        f"WITH v(row_id, {', '.join(columns)}) AS (VALUES {', '.join([one] * len(rows))}) "  # noqa: S608 — names are our own
        f"UPDATE {quote(meta.db_table)} SET {', '.join(f'{column} = {value}' for column, value in zip(columns, told, strict=True))} "
        f"FROM v WHERE {quote(meta.db_table)}.{quote(meta.pk.column)} = v.row_id"
    )
    values = [value for row in rows for value in (row.pk, *(_prepared(field, row) for field in fields))]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _prepared(field: Any, row: models.Model) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)
