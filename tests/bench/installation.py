"""An empty installation to measure: a durable PostgreSQL, Redis, a web server, and a token."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests import servers


@dataclass(frozen=True)
class Installation:
    """Where it is, the settings of its processes, and a client that may do everything that a token without a user may."""

    url: str
    env: dict[str, str]
    client: requests.Session


@contextmanager
def installation(folder: Path, **settings: str) -> Iterator[Installation]:
    """One with these settings, the project `shop` and its source `shop-logs`; its processes write their logs into the folder."""
    with ExitStack() as stack:
        env = {
            "DATABASE_URL": stack.enter_context(servers.postgres_server(durable=True)),
            "REDIS_URL": stack.enter_context(servers.redis_server()),
            "DATA_DIR": str(folder / "data"),
            "SECRET_KEY": "only for measuring",
            **settings,
        }
        for words in (["migrate", "-v0"], ["create_project", "shop"], ["create_source", "shop-logs", "--project", "shop"]):
            manage(env, *words)
        scopes = [word for scope in ("ingest", "read", "write", "evidence") for word in ("--scope", scope)]
        client = stack.enter_context(requests.Session())
        client.headers["Authorization"] = f"Bearer {manage(env, 'create_token', 'bench', *scopes).strip()}"
        yield Installation(stack.enter_context(servers.web_server(env, log=folder / "web.log")), env, client)


def manage(env: dict[str, str], *words: str) -> str:
    """What a management command prints."""
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, env=os.environ | env, cwd=servers.REPOSITORY, check=True, capture_output=True, text=True).stdout
