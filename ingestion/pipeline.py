"""From a stored batch to patterns, issues and occurrences.

A worker takes a lease on a batch, reads it and commits it part by part. It may die anywhere: the lease runs out,
another worker takes the batch up where `next_offset` stands, and nothing is counted twice.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Final

import structlog
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from incidents.actions import settling
from incidents.actors import Actor
from incidents.clock import to_datetime, to_ns
from incidents.models import Project, Release
from incidents.priorities import rank_issues, rank_project
from ingestion import joining, partitions, parts
from ingestion.fingerprints import Fingerprinted, fingerprint
from ingestion.formats import bodies
from ingestion.formats.bodies import Form
from ingestion.formats.logentry import read_logentry
from ingestion.formats.text import read_line
from ingestion.grouping import Grouping
from ingestion.models import Batch, BatchState
from ingestion.parts import Part
from ingestion.placed import Placed
from ingestion.records import Record, Rejected, fitted

log = structlog.get_logger(__name__)

MACHINE: Final = Actor.machine("ingestion")

# A transaction on SQLite locks everybody else out, so it has to be short; on PostgreSQL longer parts are faster.
PART_ITEMS: Final = {"sqlite": 2_000, "postgresql": 10_000}

Progress = Callable[[Batch], None]


def process(batch_id: int, *, on_part: Progress = lambda _: None) -> Batch | None:
    """Bring a batch to its end and give it as it is then; None where somebody else holds it or nothing is left to do.

    `on_part` is called after each part that was committed. Safe to run twice, at once, and after a crash at any point.
    """
    batch = _claim(batch_id)
    if batch is not None:
        with _attempt(batch):
            _run(batch, on_part)
    return batch


def _claim(batch_id: int) -> Batch | None:
    now = timezone.now()
    with transaction.atomic():
        free = Batch.objects.unclaimed(now).filter(pk=batch_id, attempts__lt=Batch.MOST_ATTEMPTS)
        # Skipped where it is locked: somebody is committing a part of it, and waiting for that would cost a worker.
        if not free.select_for_update(skip_locked=True).values_list("pk").first():
            return None
        free.update(state=BatchState.PROCESSING, lease_until=now + Batch.LEASE, attempts=F("attempts") + 1)
    return Batch.objects.select_related("source__project").get(pk=batch_id)


@contextmanager
def _attempt(batch: Batch) -> Iterator[None]:
    """Keeps on the batch why an attempt ended. It is tried again when the lease has run out; after the last attempt no more."""
    try:
        yield
    except parts.Fenced:
        log.warning("batch was taken over", batch=batch.pk)
    except BaseException as error:
        last = batch.attempts >= Batch.MOST_ATTEMPTS
        Batch.objects.filter(pk=batch.pk, state=BatchState.PROCESSING, next_offset=batch.next_offset).update(
            error=f"{type(error).__name__}: {error}"[:2_000], state=BatchState.FAILED if last else BatchState.PROCESSING
        )
        raise


def _run(batch: Batch, on_part: Progress) -> None:
    project = batch.source.project
    resumed = batch.next_offset > 0
    items = bodies.split(gzip.decompress(batch.raw), Form(batch.form))
    Batch.objects.filter(pk=batch.pk).update(items=len(items))
    batch.items = len(items)
    reader = PartReader(batch, items)
    touched: set[int] = set()
    while batch.next_offset < len(items):
        parts.commit(batch, reader.read())
        touched |= settle(project, batch)
        on_part(batch)
    # Whoever had the batch before may have died between the two.
    touched |= settle(project, batch)
    _rank(project, touched, everything=resumed)
    # Also from FAILED: a worker that was given up while it ranked has come to the end all the same.
    Batch.objects.filter(pk=batch.pk, next_offset=len(items)).exclude(state=BatchState.DONE).update(
        state=BatchState.DONE, finished_at=timezone.now(), lease_until=None, error=""
    )
    batch.refresh_from_db()
    on_part(batch)


def settle(project: Project, batch: Batch | None = None) -> set[int]:
    """Let what was counted make issues; gives the ids of those touched. The batch at work, if any, remembers those that were opened."""
    joining.join_patterns(project)
    with transaction.atomic():
        # The batch before the patterns, as in its parts. A worker that was given up may be settling for it, too: each adds what it opened.
        row = batch and Batch.objects.only("issues_opened").select_for_update(no_key=True).get(pk=batch.pk)
        settled = settling.settle(project, actor=MACHINE)
        if row is not None and settled.opened:
            row.issues_opened = [*row.issues_opened, *settled.opened]
            row.save(update_fields=["issues_opened"])
    return settled.touched


def _rank(project: Project, touched: set[int], *, everything: bool) -> None:
    # Which issues an earlier, dead worker had touched is not known.
    if everything:
        rank_project(project)
    else:
        rank_issues(project, touched)


class PartReader:
    """Reads the items of a batch part by part, from where the batch stands."""

    def __init__(self, batch: Batch, items: list[str | Rejected]) -> None:
        self._batch = batch
        self._items = items
        self._received_ns = to_ns(batch.received_at)
        self._read = read_line if batch.form == Form.TEXT else read_logentry
        self._grouping = Grouping(batch.source.project)
        self._releases: dict[str, Release] = {}
        self._equals: Counter[str] = Counter()
        for item in islice(items, batch.next_offset):
            if isinstance(item, str):
                self._id_by_content(item)

    def read(self) -> Part:
        """The next part, its fingerprints, releases and partitions made ready."""
        start = self._batch.next_offset
        end = min(len(self._items), start + PART_ITEMS[connection.vendor])
        part = Part(start, end)
        records: list[tuple[int, Record, str]] = []
        for number, item in enumerate(self._items[start:end], start):
            if isinstance(item, Rejected):
                part.rejected.append((number, item))
                continue
            id_by_content = self._id_by_content(item)
            record = self._read(item)
            if isinstance(record, Rejected):
                part.rejected.append((number, record))
            else:
                record = fitted(record)
                records.append((number, record, record.insert_id or id_by_content))
        part.placed = self._place(records)
        return part

    def _id_by_content(self, item: str) -> str:
        """The id of an entry that has none: what it says, and its ordinal among equals in the batch.

        Asked for every item in its turn, also for those of parts that were committed before: an ordinal must not depend
        on where a worker began.
        """
        digest = hashlib.blake2b(item.encode(), digest_size=16).hexdigest()
        self._equals[digest] += 1
        return f"~{digest}-{self._equals[digest]}"

    def _place(self, records: list[tuple[int, Record, str]]) -> list[Placed]:
        times = [record.time_ns if record.time_ns is not None else self._received_ns for _, record, _ in records]
        partitions.ensure({to_datetime(time_ns).date() for time_ns in times}, today=datetime.now(UTC).date())
        prints = [fingerprint(record) for _, record, _ in records]
        shapes: dict[str, tuple[Fingerprinted, Record]] = {}
        for one, (_, record, _) in zip(prints, records, strict=True):
            shapes.setdefault(one.digest, (one, record))
        fingerprints = self._grouping.resolve(shapes)
        self._make_releases(records, times)
        return [
            Placed(number, record, time_ns, insert_id, fingerprints[one.digest], self._releases[record.release])
            for (number, record, insert_id), time_ns, one in zip(records, times, prints, strict=True)
        ]

    def _make_releases(self, records: list[tuple[int, Record, str]], times: list[int]) -> None:
        first: dict[str, int] = {}
        for (_, record, _), time_ns in zip(records, times, strict=True):
            if record.release not in self._releases:
                first[record.release] = min(time_ns, first.get(record.release, time_ns))
        if not first:
            return
        project = self._batch.source.project
        with transaction.atomic():
            Release.objects.bulk_create(
                [Release(project=project, name=name, first_seen=to_datetime(first[name])) for name in sorted(first)], ignore_conflicts=True
            )
        self._releases.update({release.name: release for release in Release.objects.filter(project=project, name__in=first)})
