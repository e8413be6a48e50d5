"""How fast entries become patterns, issues and occurrences, end to end, against the bare table."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg
import requests

from tests import servers
from tests.bench import traffic
from tests.bench.installation import installation
from tests.waiting import until

BATCHES = 10
PER_BATCH = 10_000


def measure(folder: Path) -> dict[str, float]:
    """Ten gzip NDJSON batches of 10,000 entries through HTTP, two workers and a durable PostgreSQL."""
    with installation(folder) as made, servers.celery_worker(made.env, log=folder / "worker.log"):
        url, client = made.url, made.client
        bodies = [_body(number) for number in range(BATCHES)]

        started = perf_counter()
        batches = [_post(client, url, body) for body in bodies]
        acknowledged = perf_counter() - started
        until(lambda: all(_batch(client, url, pk)["state"] == "done" for pk in batches), within=300, what="the batches to be done")
        seconds = perf_counter() - started

        counted = sum(_batch(client, url, pk)["entries"] for pk in batches)
        assert counted == BATCHES * PER_BATCH, f"{counted} entries were counted"
        floor = _floor(made.env["DATABASE_URL"])
    whole = BATCHES * PER_BATCH / seconds
    return {
        "ingest.entries_per_s": whole,
        "ingest.acknowledged_per_s": BATCHES * PER_BATCH / acknowledged,
        "ingest.bare_table_rows_per_s": floor,
        "ingest.share_of_bare_table": whole / floor,
    }


def _body(number: int) -> bytes:
    lines = "\n".join(json.dumps(entry) for entry in traffic.entries(PER_BATCH, start=traffic.today(), seed=number))
    return gzip.compress(lines.encode(), 6)


def _post(client: requests.Session, url: str, body: bytes) -> int:
    headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
    answer = client.post(f"{url}/api/v1/sources/shop-logs/entries/", data=body, headers=headers, timeout=60)
    answer.raise_for_status()
    return int(answer.json()["id"])


def _batch(client: requests.Session, url: str, pk: int) -> dict[str, Any]:
    answer = client.get(f"{url}/api/v1/batches/{pk}/", timeout=60)
    answer.raise_for_status()
    return dict(answer.json())


def _floor(database: str) -> float:
    """Rows per second when the same rows are copied to a bare table by way of a temporary one, in the same parts, by one connection."""
    with psycopg.connect(database, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (LIKE ingestion_entry, PRIMARY KEY (source_id, time_ns, insert_id))")
        cursor.execute("CREATE TEMPORARY TABLE incoming (LIKE ingestion_entry)")
        with cursor.copy("COPY (SELECT * FROM ingestion_entry ORDER BY batch_id, number) TO STDOUT") as copy:
            rows = [bytes(row) for row in copy]
        started = perf_counter()
        for start in range(0, len(rows), PER_BATCH):
            with cursor.copy("COPY incoming FROM STDIN") as copy:
                for row in rows[start : start + PER_BATCH]:
                    copy.write(row)
            cursor.execute("INSERT INTO bare SELECT * FROM incoming ON CONFLICT DO NOTHING")
            cursor.execute("TRUNCATE incoming")
        return len(rows) / (perf_counter() - started)
