"""One part of a batch: what its records add up to, and how that is committed."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from ingestion import accounting, entry_store
from ingestion.entry_store import EntryRow
from ingestion.models import AboutEntry, Batch, BatchState, Note, Rejection
from ingestion.placed import Placed
from ingestion.records import Rejected


class Fenced(Exception):
    """Somebody else has moved the batch on: this worker was thought dead, and must write nothing."""


@dataclass
class Part:
    """The items of a batch from `start` up to `end`."""

    start: int
    end: int
    placed: list[Placed] = field(default_factory=list)
    rejected: list[tuple[int, Rejected]] = field(default_factory=list)


def commit(batch: Batch, part: Part) -> None:
    """Store a part with what its entries add up to, once.

    Everything is in one transaction with the batch's offset, so a part is stored wholly or not at all. The order
    of the tables is the same for every worker, and rows are locked in the order of their ids: no dead-locks.

    Raises Fenced when the batch is not where this worker left it.
    """
    with transaction.atomic():
        _advance(batch, part)
        new_numbers = entry_store.insert_new(_row(batch, placed) for placed in part.placed)
        new = [placed for placed in part.placed if placed.number in new_numbers]
        _remark(batch, part)
        if new:
            accounting.account(batch.source, new)
        _count(batch, part, duplicates=len(part.placed) - len(new))
    batch.next_offset, batch.attempts = part.end, 0


def _advance(batch: Batch, part: Part) -> None:
    moved = Batch.objects.filter(pk=batch.pk, state=BatchState.PROCESSING, next_offset=part.start).update(
        next_offset=part.end, lease_until=timezone.now() + Batch.LEASE, attempts=0, error=""
    )
    if not moved:
        raise Fenced(f"batch {batch.pk} is no longer at {part.start}")


def _row(batch: Batch, placed: Placed) -> EntryRow:
    record, location = placed.record, placed.record.location
    return EntryRow(
        source_id=batch.source_id,
        time_ns=placed.time_ns,
        insert_id=placed.insert_id,
        number=placed.number,
        batch_id=batch.pk,
        fingerprint_id=placed.fingerprint.pk,
        release_id=placed.release.pk,
        severity=int(record.severity),
        module=location.module,
        function=location.function,
        file=location.file,
        line=location.line,
        stream=record.stream,
        trace=record.trace,
        message=record.message,
        payload=record.raw,
    )


def _remark(batch: Batch, part: Part) -> None:
    notes = [(placed.number, note.code, note.detail) for placed in part.placed for note in placed.record.notes]
    room = AboutEntry.MOST_PER_BATCH - batch.noted
    Note.objects.bulk_create(
        [Note(batch=batch, number=n, code=code, reason=detail) for n, code, detail in notes[: max(0, room)]], ignore_conflicts=True
    )
    room = AboutEntry.MOST_PER_BATCH - batch.rejected
    Rejection.objects.bulk_create(
        [Rejection(batch=batch, number=n, code=one.code, reason=one.reason) for n, one in part.rejected[: max(0, room)]]
    )
    batch.noted += len(notes)
    batch.rejected += len(part.rejected)


def _count(batch: Batch, part: Part, *, duplicates: int) -> None:
    batch.entries += len(part.placed)
    batch.duplicates += duplicates
    # Anew: the one that was taken at the beginning of a long part may be over by now.
    batch.lease_until = timezone.now() + Batch.LEASE
    batch.save(update_fields=["entries", "duplicates", "rejected", "noted", "lease_until"])
