from __future__ import annotations

from typing import Any

from django.db import models

from audits.models.iteration import Iteration
from audits.models.statements import Version


class Fix(Version):
    """Where, what and why something was changed, and at which commit. `residual` is None where nobody has said what is left."""

    KIND = "fix"

    iteration = models.ForeignKey(Iteration, on_delete=models.PROTECT, related_name="fixes")
    commit = models.CharField(max_length=64)
    file = models.CharField(max_length=500, blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)
    change = models.TextField()
    purpose = models.TextField(blank=True)
    pull_request = models.CharField(max_length=500, blank=True)
    residual = models.JSONField(null=True, blank=True, help_text="What is left to do; an empty list says that nothing is.")
    documentation = models.JSONField(default=list, help_text="Where the change is documented.")

    class Meta:
        verbose_name_plural = "fixes"
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(name="one_fix_per_iteration_and_version", fields=["iteration", "version"])]

    def __str__(self) -> str:
        return f"fix {self.version}: {self.commit[:12]}"

    def ledger_content(self) -> dict[str, Any]:
        names = ("version", "commit", "file", "line", "change", "purpose", "pull_request", "residual", "documentation")
        return {**{name: getattr(self, name) for name in names}, **self.signature()}
