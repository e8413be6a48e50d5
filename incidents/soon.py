"""Asking a worker to do at once what the next sweep would do anyway."""

from __future__ import annotations

from typing import Any, Final

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerError

log = structlog.get_logger(__name__)

# A message that nobody took by then is worth nothing: the sweep has come by.
EXPIRES_SECONDS: Final = 60


def soon(task: str, *arguments: Any, expires: float | None = None) -> None:
    """Send the task when the transaction is committed. A broker that is away delays it until the next sweep, and nothing else."""
    transaction.on_commit(lambda: _send(task, arguments, expires))


def _send(task: str, arguments: tuple[Any, ...], expires: float | None) -> None:
    try:
        # By name: a task is a door to the verbs that ask for it, so they cannot import it.
        current_app.send_task(task, list(arguments), expires=expires)
    except BrokerError as error:
        log.warning("broker away; the sweep sends it later", task=task, arguments=arguments, error=str(error))
