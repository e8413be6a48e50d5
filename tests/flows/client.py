"""A client of the running product, as CI jobs and agents are."""

from __future__ import annotations

import gzip
import json
from typing import Any

import requests

from ingestion.models import Batch
from tests.waiting import until


class Client:
    """Speaks REST with a token to a product at an address."""

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, **parameters: Any) -> Any:
        answer = requests.get(f"{self.url}/api/v1/{path}", params=parameters, headers=self.headers, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        headers = self.headers | options.pop("headers", {})
        return requests.post(f"{self.url}/api/v1/{path}", json=body, headers=headers, timeout=60, **options)

    def send(self, source: str, entries: list[dict[str, Any]], *, key: str | None = None) -> int:
        """Post entries as gzip NDJSON; gives the batch's id."""
        body = gzip.compress("\n".join(json.dumps(entry) for entry in entries).encode(), 1)
        headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"} | ({"Idempotency-Key": key} if key else {})
        answer = self.post(f"sources/{source}/entries/", data=body, headers=headers)
        assert answer.status_code in (200, 202), answer.text
        return answer.json()["id"]

    def batch(self, pk: int) -> dict[str, Any]:
        return self.get(f"batches/{pk}/")

    def wait(self, *batches: int, within: float = 60) -> list[dict[str, Any]]:
        """The batches when all of them are done or failed."""
        until(
            lambda: not Batch.objects.filter(pk__in=batches).exclude(state__in=["done", "failed"]).exists(),
            within=within,
            what=f"batches {batches} to be processed",
        )
        return [self.batch(pk) for pk in batches]
