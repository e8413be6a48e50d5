"""What reviewers say of the tests, and what they let through."""

from __future__ import annotations

from typing import Any

from django.db import models

from audits.models.iteration import Iteration
from audits.models.ledger import Recorded
from audits.models.statements import Version


class Review(Version):
    """One audit of the tests: a weighted checklist, its score, and a verdict by the project's threshold."""

    KIND = "review"
    PARTS = "findings"

    class Verdict(models.TextChoices):
        APPROVED = "approved", "approved"
        NEEDS_IMPROVEMENT = "needs_improvement", "needs improvement"

    iteration = models.ForeignKey(Iteration, on_delete=models.PROTECT, related_name="reviews")
    checks = models.JSONField(help_text='[{"name", "weight", "score", "evidence"}]')
    score = models.DecimalField(max_digits=4, decimal_places=1, help_text="0 to 100, to one decimal.")
    threshold = models.PositiveSmallIntegerField(help_text="What the project asked for then.")
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    strengths = models.JSONField(default=list)
    approved_files = models.JSONField(default=list)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(name="one_review_per_iteration_and_version", fields=["iteration", "version"]),
            models.CheckConstraint(name="a_review_is_signed_by_a_person", condition=models.Q(user__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"review {self.version}: {self.score} of 100, {self.get_verdict_display()}"

    def ledger_content(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "checks": self.checks,
            "score": str(self.score),
            "threshold": self.threshold,
            "verdict": self.verdict,
            "strengths": self.strengths,
            "approved_files": self.approved_files,
            "findings": [{"severity": finding.severity, "text": finding.text, "file": finding.file} for finding in self.parts],
            **self.signature(),
        }


class Finding(models.Model):
    """Something about the tests that a review wants changed."""

    class Severity(models.TextChoices):
        CRITICAL = "critical", "critical"
        HIGH = "high", "high"
        MAJOR = "major", "major"
        MEDIUM = "medium", "medium"
        MINOR = "minor", "minor"
        LOW = "low", "low"

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="findings")
    ordinal = models.PositiveIntegerField()
    severity = models.CharField(max_length=10, choices=Severity.choices)
    text = models.TextField()
    file = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["ordinal"]
        constraints = [models.UniqueConstraint(name="one_finding_per_review_and_ordinal", fields=["review", "ordinal"])]

    def __str__(self) -> str:
        return f"{self.severity}: {self.text[:120]}"


class Closure(Recorded):
    """How a finding was closed."""

    KIND = "closure"

    finding = models.OneToOneField(Finding, on_delete=models.PROTECT, related_name="closure")
    how = models.TextField()
    commit = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.how[:120]

    def ledger_content(self) -> dict[str, Any]:
        return {"finding": self.finding_id, "how": self.how, "commit": self.commit, **self.signature()}


class Waiver(Recorded):
    """A reviewer lets one unmet thing pass, with a reason. It opens a gate; it never changes the verdict."""

    KIND = "waiver"

    iteration = models.ForeignKey(Iteration, on_delete=models.PROTECT, related_name="waivers")
    code = models.CharField(max_length=60)
    subject = models.CharField(max_length=1000, blank=True)
    reason = models.TextField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="one_waiver_per_iteration_code_and_subject", fields=["iteration", "code", "subject"]),
            models.CheckConstraint(name="a_waiver_is_signed_by_a_person", condition=models.Q(user__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.subject}".strip()

    def ledger_content(self) -> dict[str, Any]:
        return {"code": self.code, "subject": self.subject, "reason": self.reason, **self.signature()}
