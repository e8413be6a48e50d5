"""Webhooks as GitHub sends them: 329 real payloads of 58 events, and the headers that go with a body."""

import hashlib
import hmac
import json
import uuid
from typing import Any, NamedTuple

from tests.github import stand_in


class Payload(NamedTuple):
    event: str
    # The event, its action where it has one, and a number: for the ids of tests.
    name: str
    body: dict[str, Any]


def real_payloads() -> list[Payload]:
    """Those of `@octokit/webhooks-examples`, in its order. A third do not match today's schema: so will GitHub's own one day."""
    listed = stand_in.installed() / "@octokit/webhooks-examples/api.github.com/index.json"
    found = []
    for event in json.loads(listed.read_text()):
        for number, body in enumerate(event["examples"]):
            name = ".".join(str(part) for part in (event["name"], body.get("action"), number) if part is not None)
            found.append(Payload(event["name"], name, body))
    return found


def signed(
    body: bytes,
    secret: str,
    *,
    event: str = "issues",
    delivery: str | None = None,
    hook_id: int = 1,
    agent: str = "GitHub-Hookshot/0000000",
) -> dict[str, str]:
    """The headers of a delivery of these bytes. Without `delivery` it gets a GUID of its own."""
    headers = {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/0000000",
        "X-GitHub-Delivery": delivery or str(uuid.uuid4()),
        "X-GitHub-Event": event,
        "X-GitHub-Hook-ID": str(hook_id),
        "X-GitHub-Hook-Installation-Target-ID": "1",
        "X-GitHub-Hook-Installation-Target-Type": "repository",
    }
    # GitHub signs with SHA-1, too, for receivers of old.
    for header, algorithm in (("X-Hub-Signature", "sha1"), ("X-Hub-Signature-256", "sha256")):
        headers[header] = f"{algorithm}={hmac.new(secret.encode(), body, getattr(hashlib, algorithm)).hexdigest()}"
    return headers
