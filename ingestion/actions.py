"""What can be done with batches: take one in, find what was left, try a failed one again."""

from __future__ import annotations

import gzip
import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from incidents.errors import DomainError
from incidents.models import Source
from incidents.soon import soon
from ingestion.formats import bodies
from ingestion.formats.bodies import Form
from ingestion.models import Batch, BatchState

# Fast and good enough for log text; the body is compressed while a client waits.
COMPRESSION = 3
# A batch younger than this has its message still under way.
PATIENCE = timedelta(seconds=15)
SWEPT_AT_ONCE = 100
PROCESS = "ingestion.tasks.process_batch"


class TooMuchWaiting(Exception):
    """More bytes wait to be processed than this installation allows; try again later."""


def accept(
    source: Source, *, body: bytes, form: Form, key: str | None = None, gzipped: bytes | None = None, process_soon: bool = True
) -> tuple[Batch, bool]:
    """Commit a body as a batch; gives it and whether it is new. `gzipped` is the body as a client compressed it.

    A known idempotency key with the same body gives the batch that it made. Raises `bodies.Malformed` where the body
    as a whole cannot be read, DomainError where the key came before with another body, TooMuchWaiting.
    """
    digest = hashlib.sha256(form.encode() + b"\0" + body).hexdigest()
    if key is not None and (known := _known(source, key, digest)) is not None:
        return known, False
    if Batch.objects.waiting_bytes() + len(body) > settings.MAX_WAITING_BYTES:
        raise TooMuchWaiting
    bodies.split(body, form)
    try:
        with transaction.atomic():
            raw = gzipped if gzipped is not None else gzip.compress(body, COMPRESSION)
            batch = Batch.objects.create(source=source, key=key, form=form, raw=raw, digest=digest, size=len(body))
            if process_soon:
                soon(PROCESS, batch.pk)
    except IntegrityError:
        # The same key at the same moment: the other request was first.
        known = _known(source, key or "", digest)
        if known is None:
            raise
        return known, False
    return batch, True


def _known(source: Source, key: str, digest: str) -> Batch | None:
    known = Batch.objects.filter(source=source, key=key).defer("raw").first()
    if known is not None and known.digest != digest:
        raise DomainError("idempotency_key_reused", f"The key {key!r} came before with another body (batch {known.pk}).")
    return known


def left_behind() -> list[int]:
    """Batches that nobody holds although they should be under way; those that used up their attempts are given up.

    Oldest first, and only so many that the queue does not fill with what is queued already.
    """
    now = timezone.now()
    spent = Batch.objects.unclaimed(now).filter(attempts__gte=Batch.MOST_ATTEMPTS)
    # A worker that is killed says nothing; without this a failed batch would not tell why.
    spent.filter(error="").update(error=f"Its worker died {Batch.MOST_ATTEMPTS} times without coming forward.")
    spent.update(state=BatchState.FAILED, lease_until=None)
    waiting = Batch.objects.unclaimed(now).filter(received_at__lt=now - PATIENCE).order_by("pk")
    return list(waiting.values_list("pk", flat=True)[:SWEPT_AT_ONCE])


@transaction.atomic
def retry(batch: Batch) -> Batch:
    """Let a failed batch be tried again from where it stands. Raises DomainError for any other."""
    changed = Batch.objects.filter(pk=batch.pk, state=BatchState.FAILED).update(
        state=BatchState.RECEIVED, attempts=0, lease_until=None, error=""
    )
    if not changed:
        raise DomainError("not_failed", "Only a failed batch can be tried again.")
    soon(PROCESS, batch.pk)
    batch.refresh_from_db()
    return batch
