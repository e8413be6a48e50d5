"""Doors for Celery: arguments are ids, and every task is safe to run twice."""

from __future__ import annotations

import structlog
from celery import shared_task

from incidents.models import Project
from incidents.priorities import rank_issues
from ingestion import actions, pipeline

log = structlog.get_logger(__name__)


@shared_task
def process_batch(batch_id: int) -> None:
    """Bring a batch to its end."""
    batch = pipeline.process(batch_id)
    if batch is not None:
        log.info("batch", id=batch.pk, state=batch.state, entries=batch.entries, duplicates=batch.duplicates, rejected=batch.rejected)


@shared_task(expires=30)
def sweep_batches() -> None:
    """Send again the batches that nobody holds: their message was lost, or their worker died."""
    for batch_id in actions.left_behind():
        process_batch.delay(batch_id)


@shared_task
def join_patterns(project_id: int) -> None:
    """Join the project's patterns that are noted as one, without waiting for its next batch."""
    project = Project.objects.filter(pk=project_id).first()
    if project is not None:
        rank_issues(project, pipeline.settle(project))
