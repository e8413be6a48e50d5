"""Doors for Celery: what has to happen to iterations as time passes and the logs go on."""

from __future__ import annotations

from celery import shared_task

from audits.actions import afterwards


@shared_task(expires=60)
def follow_the_logs() -> None:
    """After a fix the logs have the last word: confirm it, watch on, or begin again where it came back."""
    afterwards.hear_the_logs()
    afterwards.begin_again_after_regressions()
    afterwards.catch_up()
