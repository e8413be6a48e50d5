from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.utils.functional import cached_property

from audits.models.iteration import Iteration, Signed


class Record(models.Model):
    """One link of an iteration's evidence chain; see `audits.ledger`. The database refuses to change or delete it."""

    iteration = models.ForeignKey(Iteration, on_delete=models.PROTECT, related_name="records")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=30)
    content = models.BinaryField(help_text="The canonical bytes.")
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["iteration", "seq"]
        constraints = [models.UniqueConstraint(name="one_record_per_iteration_and_seq", fields=["iteration", "seq"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.seq}"


class Recorded(Signed):
    """A row that stands in the ledger: `ledger_content` is what its record says, and must still be so when it is checked.

    Rows that belong to it (whys, findings) are its `parts`: set before it is saved, read from the database ever after.
    """

    KIND: str
    PARTS: str = ""

    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def ledger_content(self) -> dict[str, Any]:
        """Everything about the row that must not change, as plain data."""
        raise NotImplementedError

    @cached_property
    def parts(self) -> Sequence[Any]:
        return list(getattr(self, self.PARTS).all()) if self.PARTS else []

    def signature(self) -> dict[str, Any]:
        """Who did it and when, as the ledger words it."""
        return {"actor": {"kind": self.actor_kind, "name": self.actor_name, "user": self.user_id}, "at": self.at.isoformat()}
