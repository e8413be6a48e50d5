from __future__ import annotations

from typing import Any

from django.db import models

from audits.models.iteration import PHASES, Iteration
from audits.models.ledger import Recorded


class PhaseSpan(Recorded):
    """An iteration's stay in one phase; the actor is who moved it there. `at` is when it was entered."""

    KIND = "phase"

    iteration = models.ForeignKey(Iteration, on_delete=models.PROTECT, related_name="spans")
    seq = models.PositiveIntegerField()
    phase = models.CharField(max_length=30, choices=PHASES)
    reason = models.TextField(blank=True, help_text="Why it went back.")
    let_through = models.JSONField(default=list, help_text='The waivers that opened the gate before it: [{"code", "subject"}].')
    left = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(name="one_span_per_iteration_and_seq", fields=["iteration", "seq"])]

    def __str__(self) -> str:
        return f"{self.seq}. {self.get_phase_display()}"

    def ledger_content(self) -> dict[str, Any]:
        return {"seq": self.seq, "phase": self.phase, "reason": self.reason, "let_through": self.let_through, **self.signature()}
