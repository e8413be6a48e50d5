"""How many webhook deliveries are taken in a second, and how long GitHub waits for the slowest answer, with no worker running."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import requests

from tests.bench.installation import installation
from tests.github.payloads import signed

DELIVERIES = 2_000
AT_ONCE = 8
SECRET = "only for measuring"
# As large as GitHub's own for an issue with a long body.
BODY_BYTES = 16 * 1024


def measure(folder: Path) -> dict[str, float]:
    """A burst of deliveries for one issue, each committed to a durable PostgreSQL before it is answered.

    `webhooks.relative_to_ping` compares with the same requests answered without any work (`/healthz`), in the same run.
    """
    issue = {"node_id": "I_1", "number": 1, "title": "Login crashes", "body": "x" * BODY_BYTES}
    body = json.dumps({"action": "edited", "issue": issue, "repository": {"full_name": "acme/shop"}}).encode()
    with installation(folder, GITHUB_WEBHOOK_SECRET=SECRET) as made:
        # The first requests of a process import what all later ones share.
        _burst(f"{made.url}/hooks/github/", body, 20)
        took, slowest = _burst(f"{made.url}/hooks/github/", body, DELIVERIES)
        bare, _ = _burst(f"{made.url}/healthz", None, DELIVERIES)
    return {
        "webhooks.accepted_per_s": DELIVERIES / took,
        "webhooks.slowest_answer_ms": slowest * 1000,
        "webhooks.relative_to_ping": bare / took,
    }


def _burst(url: str, body: bytes | None, count: int) -> tuple[float, float]:
    """So many requests by several clients at once; gives the seconds that all took, and the slowest."""

    def client(number: int) -> list[float]:
        with requests.Session() as session:
            return [_send(session, url, body) for _ in range(count // AT_ONCE)]

    started = perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        times = [seconds for of_client in pool.map(client, range(AT_ONCE)) for seconds in of_client]
    return perf_counter() - started, max(times)


def _send(session: requests.Session, url: str, body: bytes | None) -> float:
    headers = signed(body, SECRET, delivery=str(uuid.uuid4())) if body is not None else {}
    started = perf_counter()
    answer = session.request("GET" if body is None else "POST", url, data=body, headers=headers, timeout=30)
    assert answer.status_code in (200, 202), answer.text
    return perf_counter() - started
