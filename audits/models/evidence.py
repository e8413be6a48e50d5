"""What runners reported."""

from __future__ import annotations

from typing import Any, Final

from django.db import models

from audits.models.iteration import Iteration
from audits.models.ledger import Recorded
from audits.terms import Outcome, Stage


class Run(Recorded):
    """One report of a test runner, at one commit and one stage. Reports with one `run_group` are parts of one run."""

    KIND = "run"

    iteration = models.ForeignKey(Iteration, on_delete=models.PROTECT, related_name="runs")
    report_hash = models.CharField(max_length=64, help_text="SHA-256 of the report's bytes.")
    report_id = models.CharField(max_length=200, null=True, blank=True, help_text="The client's own name for it.")
    stage = models.CharField(max_length=12, choices=[(stage.value, stage.value) for stage in Stage])
    commit = models.CharField(max_length=64)
    run_group = models.CharField(max_length=200, blank=True)
    command = models.TextField(blank=True)
    environment = models.TextField(blank=True)
    exit_status = models.IntegerField(null=True, blank=True)
    files = models.JSONField(default=dict, help_text="Path to SHA-256, as the client sent them.")
    size = models.PositiveBigIntegerField(help_text="Bytes of the report.")
    tool = models.CharField(max_length=200, blank=True)
    cases = models.PositiveIntegerField()
    passed = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    errors = models.PositiveIntegerField()
    skipped = models.PositiveIntegerField()
    xfailed = models.PositiveIntegerField()
    xpassed = models.PositiveIntegerField()
    seconds = models.FloatField(null=True, blank=True)
    collected = models.PositiveBigIntegerField(null=True, blank=True)
    runner_warnings = models.PositiveBigIntegerField(null=True, blank=True)
    remarks = models.JSONField(default=list, help_text="What was not understood, and where the report disagrees with itself.")
    results_hash = models.CharField(max_length=64, help_text="SHA-256 over the results as they were read.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(name="one_run_per_iteration_and_report", fields=["iteration", "report_hash"]),
            # Where no id was sent it is NULL, and NULLs are distinct.
            models.UniqueConstraint(name="one_run_per_iteration_and_report_id", fields=["iteration", "report_id"]),
            models.CheckConstraint(name="run_stage_is_known", condition=models.Q(stage__in=[stage.value for stage in Stage])),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}: {self.stage} at {self.commit[:12]}"

    def ledger_content(self) -> dict[str, Any]:
        names = ("report_hash", "report_id", "stage", "commit", "run_group", "command", "environment", "exit_status", "files", "size")
        counts = ("cases", "passed", "failed", "errors", "skipped", "xfailed", "xpassed", "collected", "runner_warnings")
        told = ("tool", "seconds", "remarks", "results_hash")
        return {**{name: getattr(self, name) for name in (*names, *counts, *told)}, **self.signature()}


class ReportChunk(models.Model):
    """A piece of a report as it came, gzip-compressed as a whole: in pieces, so that nobody has to hold a large one in memory."""

    SIZE = 512 * 1024

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="chunks")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(name="one_chunk_per_run_and_number", fields=["run", "number"])]

    def __str__(self) -> str:
        return f"piece {self.number} of run {self.run_id}"


class Result(models.Model):
    """What a report says of one attempt at one test."""

    # What a reader gives, in its order.
    READ: Final = ("file", "classname", "name", "parameters", "outcome", "seconds", "line", "failure_type", "message", "text")

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="results")
    ordinal = models.PositiveIntegerField()
    file = models.CharField(max_length=1000, blank=True)
    classname = models.CharField(max_length=1000, blank=True)
    name = models.CharField(max_length=1000)
    parameters = models.CharField(max_length=1000, blank=True)
    outcome = models.CharField(max_length=8, choices=[(outcome.value, outcome.value) for outcome in Outcome])
    seconds = models.FloatField(null=True, blank=True)
    line = models.BigIntegerField(null=True, blank=True)
    failure_type = models.CharField(max_length=1000, blank=True)
    message = models.TextField(blank=True)
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(name="one_result_per_run_and_ordinal", fields=["run", "ordinal"]),
            models.CheckConstraint(name="result_outcome_is_known", condition=models.Q(outcome__in=[outcome.value for outcome in Outcome])),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.outcome}"
