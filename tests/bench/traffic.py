"""Log traffic for measuring: a few dozen templates with fresh values, as services write them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

TEMPLATES = [
    ("INFO", "Request: GET /api/orders/{number} | Status: 200 | Duration: {ms:.2f}ms | Trace: trace_{hex}"),
    ("INFO", "Cache hit for order {number} in {ms:.1f} ms"),
    ("INFO", "Session {uuid} opened from 10.0.{small}.{small}:{number}"),
    ("INFO", "Job {uuid} finished in {ms:.1f} s with {small} steps"),
    ("DEBUG", "SELECT took {ms:.2f} ms, {small} rows"),
    ("NOTICE", "Rotated key {hex} after {number} uses"),
    ("WARNING", "Slow answer of payments: {ms:.0f} ms, attempt {small}"),
    ("ERROR", "Payment {uuid} failed: card declined by issuer {number}"),
]


def entries(count: int, *, start: datetime, seed: int = 1) -> Iterator[dict[str, Any]]:
    """So many LogEntry objects, a hundredth of a second apart, on twenty instances; about 600 bytes each."""
    chance = random.Random(seed)
    for number in range(count):
        severity, template = chance.choices(TEMPLATES, weights=[30, 20, 10, 10, 15, 5, 6, 4])[0]
        module = f"shop.part{number % 9}.service"
        yield {
            "insertId": f"{seed}-{number:08d}",
            "timestamp": (start + timedelta(milliseconds=10 * number)).isoformat(),
            "severity": severity,
            "logName": "projects/example/logs/run.googleapis.com%2Fstderr",
            "resource": {"type": "cloud_run_revision", "labels": {"service_name": "shop", "revision_name": "shop-00042-abc"}},
            "labels": {"instanceId": f"{number % 20:064x}"},
            "trace": f"projects/example/traces/{chance.getrandbits(128):032x}",
            "jsonPayload": {
                "message": template.format(
                    number=chance.randrange(10**6),
                    small=chance.randrange(200),
                    ms=chance.random() * 900,
                    hex=f"{chance.getrandbits(64):016x}",
                    uuid=_uuid(chance),
                ),
                "labels": {"module": module, "function": "handle", "line": str(number % 400)},
            },
        }


def _uuid(chance: random.Random) -> str:
    digits = f"{chance.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def today() -> datetime:
    """A start whose entries all lie in a day near the present, so that they go where live traffic goes."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
