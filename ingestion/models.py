"""Batches as they came, the entries in them, and what could not be taken."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from incidents.models import Source
from incidents.models.pattern import SEVERITY_CHOICES


class BatchState(models.TextChoices):
    RECEIVED = "received", "received"
    PROCESSING = "processing", "processing"
    DONE = "done", "done"
    FAILED = "failed", "failed"


class BatchQuerySet(models.QuerySet["Batch"]):
    def unfinished(self) -> BatchQuerySet:
        return self.filter(state__in=[BatchState.RECEIVED, BatchState.PROCESSING])

    def unclaimed(self, now: datetime) -> BatchQuerySet:
        """Unfinished batches that no living worker holds."""
        return self.unfinished().filter(Q(lease_until=None) | Q(lease_until__lt=now))

    def waiting_bytes(self) -> int:
        """How many bytes of log wait to be processed."""
        return self.unfinished().aggregate(total=models.Sum("size"))["total"] or 0


class Batch(models.Model):
    """One delivery of raw log bytes: committed before it is acknowledged, processed in parts, replayable.

    A part commits its rows together with `next_offset` moved on from the value that it expected, so a worker that
    was thought dead and comes back cannot write a part a second time.
    """

    LEASE = timedelta(seconds=30)
    MOST_ATTEMPTS = 5

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="batches")
    key = models.CharField("idempotency key", max_length=200, null=True, blank=True)
    form = models.CharField(max_length=10)
    raw = models.BinaryField(help_text="The body, gzip-compressed.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of form and decompressed body.")
    size = models.PositiveBigIntegerField(help_text="Bytes after decompression.")
    state = models.CharField(max_length=10, choices=BatchState.choices, default=BatchState.RECEIVED)
    items = models.PositiveIntegerField("entries in the body", null=True)
    next_offset = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Since it last came forward.")
    entries = models.PositiveIntegerField(default=0, help_text="All that were read, duplicates included.")
    duplicates = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    noted = models.PositiveIntegerField(default=0, help_text="Notes on entries that were taken nevertheless.")
    issues_opened = models.JSONField(default=list)
    error = models.TextField(blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "batches"
        ordering = ["-id"]
        constraints = [
            # Where no key was sent it is NULL, and NULLs are distinct.
            models.UniqueConstraint(name="one_batch_per_source_and_key", fields=["source", "key"]),
            models.CheckConstraint(name="batch_state_is_known", condition=Q(state__in=BatchState.values)),
            models.CheckConstraint(
                name="batch_is_done_only_when_all_was_read", condition=~Q(state=BatchState.DONE) | Q(next_offset=F("items"))
            ),
        ]
        indexes = [
            models.Index(
                name="batches_not_finished",
                fields=["id", "lease_until", "size"],
                condition=Q(state__in=[BatchState.RECEIVED, BatchState.PROCESSING]),
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk} of {self.source}"


class AboutEntry(models.Model):
    """A remark on one entry of a batch, which is named by its number, counted from 0."""

    # Remarks are counted in full on the batch, but a body of a million bad lines must not become a million rows.
    MOST_PER_BATCH = 1_000

    number = models.PositiveIntegerField()
    code = models.CharField(max_length=40)
    reason = models.TextField()

    class Meta:
        abstract = True
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.code}"


class Rejection(AboutEntry):
    """An entry that could not be taken, and why."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rejections")

    class Meta(AboutEntry.Meta):
        constraints = [models.UniqueConstraint(name="one_rejection_per_batch_and_number", fields=["batch", "number"])]


class Note(AboutEntry):
    """An entry that was taken although something about it was odd, and what was done."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="notes")

    class Meta(AboutEntry.Meta):
        constraints = [models.UniqueConstraint(name="one_note_per_batch_number_and_code", fields=["batch", "number", "code"])]


class Entry(models.Model):
    """One log entry. No foreign keys in or out: on PostgreSQL the table is partitioned by day, and days are dropped whole."""

    pk = models.CompositePrimaryKey("source_id", "time_ns", "insert_id")
    source_id = models.BigIntegerField()
    time_ns = models.BigIntegerField()
    insert_id = models.CharField(max_length=128)
    batch_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    fingerprint_id = models.BigIntegerField()
    release_id = models.BigIntegerField()
    severity = models.PositiveSmallIntegerField(choices=SEVERITY_CHOICES)
    module = models.CharField(max_length=300, blank=True)
    function = models.CharField(max_length=300, blank=True)
    file = models.CharField(max_length=500, blank=True)
    line = models.PositiveIntegerField(null=True)
    stream = models.CharField(max_length=400, blank=True)
    trace = models.CharField(max_length=200, blank=True)
    message = models.TextField()
    payload = models.TextField(help_text="The entry as it came.")

    class Meta:
        verbose_name_plural = "entries"
        # The newest entries of a pattern, and a pattern's entries in an hour.
        indexes = [models.Index(name="entries_of_a_fingerprint", fields=["fingerprint_id", "time_ns"])]

    def __str__(self) -> str:
        return self.message[:120]
