"""What people and agents state: the cause, the plan, the files, and whether the success metrics were met."""

from __future__ import annotations

from typing import Any

from django.db import models

from audits.models.iteration import Iteration
from audits.models.ledger import Recorded
from audits.terms import Expectation, Level


class Version(Recorded):
    """One version of a statement; versions are kept, and the newest counts."""

    version = models.PositiveIntegerField()

    class Meta:
        abstract = True


class RootCause(Version):
    """Where the whys ended: statement, impact, proposed fix, scope."""

    KIND = "root_cause"
    PARTS = "whys"

    iteration = models.ForeignKey(Iteration, on_delete=models.PROTECT, related_name="root_causes")
    statement = models.TextField(blank=True)
    impact = models.TextField(blank=True)
    fix = models.TextField("proposed fix", blank=True)
    scope = models.JSONField(default=list, help_text='Places: [{"file", "line"}].')
    pattern_regex = models.TextField("proposed pattern", blank=True)
    pattern_must_match = models.JSONField(default=list)

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(name="one_root_cause_per_iteration_and_version", fields=["iteration", "version"])]

    def __str__(self) -> str:
        return f"root cause, version {self.version}"

    def ledger_content(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "statement": self.statement,
            "impact": self.impact,
            "fix": self.fix,
            "scope": self.scope,
            "pattern": {"regex": self.pattern_regex, "must_match": self.pattern_must_match},
            "whys": [{"question": why.question, "answer": why.answer, "evidence": why.evidence} for why in self.parts],
            **self.signature(),
        }


class Why(models.Model):
    """One question of the five whys, and its answer."""

    cause = models.ForeignKey(RootCause, on_delete=models.PROTECT, related_name="whys")
    position = models.PositiveSmallIntegerField()
    question = models.TextField()
    answer = models.TextField(blank=True)
    evidence = models.JSONField(default=list, help_text="References: entries, patterns, file:line, commits, tests, addresses.")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(name="one_why_per_cause_and_position", fields=["cause", "position"])]

    def __str__(self) -> str:
        return f"{self.position}. {self.question}"


class TestPlan(Version):
    """Which tests will show the fault, and what each of them must show."""

    __test__ = False
    KIND = "test_plan"
    PARTS = "tests"

    iteration = models.ForeignKey(Iteration, on_delete=models.PROTECT, related_name="test_plans")
    strategy = models.TextField(blank=True)
    success_metrics = models.JSONField(default=list)
    declared = models.JSONField(default=dict, help_text="How many tests of each level the plan says that it has.")

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(name="one_test_plan_per_iteration_and_version", fields=["iteration", "version"])]

    def __str__(self) -> str:
        return f"test plan, version {self.version}"

    def ledger_content(self) -> dict[str, Any]:
        names = ("level", "file", "name", "expectation", "purpose", "expected_failure")
        return {
            "version": self.version,
            "strategy": self.strategy,
            "success_metrics": self.success_metrics,
            "declared": self.declared,
            "tests": [{name: getattr(test, name) for name in names} for test in self.parts],
            **self.signature(),
        }


class PlannedTest(models.Model):
    """One test of a plan. `identity` is file and name as the plan writes them."""

    plan = models.ForeignKey(TestPlan, on_delete=models.PROTECT, related_name="tests")
    position = models.PositiveIntegerField()
    identity = models.CharField(max_length=64, editable=False, help_text="SHA-256 of file and name.")
    level = models.CharField(max_length=12, blank=True, choices=[(level.value, level.value) for level in Level])
    file = models.CharField(max_length=500, blank=True)
    name = models.CharField(max_length=1000)
    expectation = models.CharField(
        max_length=15, choices=[(expectation.value, expectation.value) for expectation in Expectation], default=Expectation.UNSTATED.value
    )
    purpose = models.TextField(blank=True)
    expected_failure = models.TextField(blank=True, help_text="A plain part of the failure's type, message or text at the base.")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(name="one_planned_test_per_plan_and_identity", fields=["plan", "identity"]),
            models.CheckConstraint(
                name="planned_expectation_is_known",
                condition=models.Q(expectation__in=[expectation.value for expectation in Expectation]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TestFile(models.Model):
    """A file that holds planned tests, as it was said to have been written.

    The list is replaced as a whole; the ledger keeps every list, and who gave it.
    """

    __test__ = False

    iteration = models.ForeignKey(Iteration, on_delete=models.PROTECT, related_name="test_files")
    path = models.CharField(max_length=500)
    level = models.CharField(max_length=12, blank=True, choices=[(level.value, level.value) for level in Level])
    tests = models.PositiveIntegerField(null=True, blank=True, help_text="How many tests it is said to hold.")
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["path"]
        constraints = [models.UniqueConstraint(name="one_test_file_per_iteration_and_path", fields=["iteration", "path"])]

    def __str__(self) -> str:
        return self.path


class Judgement(Version):
    """Whether the success metrics were met: one version for each time that somebody judged them."""

    KIND = "judgement"

    iteration = models.ForeignKey(Iteration, on_delete=models.PROTECT, related_name="judgements")
    metrics = models.JSONField(default=list, help_text='[{"text", "met", "evidence"}]')

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(name="one_judgement_per_iteration_and_version", fields=["iteration", "version"])]

    def __str__(self) -> str:
        return f"success metrics, version {self.version}"

    def ledger_content(self) -> dict[str, Any]:
        return {"version": self.version, "metrics": self.metrics, **self.signature()}
