"""Audit logs that were kept elsewhere, what they say, and where somebody disagrees with himself or with the evidence."""

from __future__ import annotations

from django.db import models

from audits.models.iteration import Iteration, Signed
from incidents.models import Project


class Import(Signed):
    """An audit log as it came. The same bytes are the same import."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="imports")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the bytes.")
    title = models.CharField(max_length=300, blank=True)
    raw = models.BinaryField(help_text="gzip-compressed.")
    sections = models.JSONField(default=list, help_text="What was made of each section.")

    class Meta:
        verbose_name = "imported log"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(name="one_import_per_project_and_digest", fields=["project", "digest"])]

    def __str__(self) -> str:
        return self.title or f"import {self.pk}"


class Claim(models.Model):
    """One thing that an imported log says. It stays a claim: nothing of it is evidence."""

    iteration = models.ForeignKey(Iteration, on_delete=models.PROTECT, related_name="claims")
    ordinal = models.PositiveIntegerField()
    incident = models.PositiveSmallIntegerField(default=0, help_text="0 is what the iteration is about.")
    kind = models.CharField(max_length=30)
    first_line = models.PositiveIntegerField()
    last_line = models.PositiveIntegerField()
    value = models.JSONField()

    class Meta:
        ordering = ["ordinal"]
        constraints = [models.UniqueConstraint(name="one_claim_per_iteration_and_ordinal", fields=["iteration", "ordinal"])]

    def __str__(self) -> str:
        return f"{self.kind}, line {self.first_line}"


class Contradiction(models.Model):
    """Where an iteration's log or record disagrees with itself or with the evidence. Derived: replaced as a whole on every change."""

    iteration = models.ForeignKey(Iteration, on_delete=models.PROTECT, related_name="contradictions")
    code = models.CharField(max_length=40)
    subject = models.CharField(max_length=1000, blank=True)
    detail = models.TextField()
    where = models.JSONField(default=list)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="one_contradiction_per_iteration_code_and_subject", fields=["iteration", "code", "subject"])
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.detail[:120]}"
