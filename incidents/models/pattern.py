from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from incidents.models.project import Project
from incidents.models.source import Release, Source
from incidents.pieces import Piece
from incidents.severity import Severity

SEVERITY_CHOICES = [(severity.value, severity.name) for severity in Severity]


class PatternQuerySet(models.QuerySet["Pattern"]):
    def standing(self) -> PatternQuerySet:
        """Patterns with entries that did not join another one."""
        return self.filter(merged_into=None, entries__gt=0)

    def as_they_are_now(self, ids: Iterable[int]) -> dict[int, int]:
        """For each of these patterns (ids) the one that it is now: itself, or what it has joined since."""
        now = {pk: pk for pk in ids}
        while joined := dict(self.filter(pk__in=set(now.values()), merged_into__isnull=False).values_list("pk", "merged_into")):
            now = {first: joined.get(pk, pk) for first, pk in now.items()}
        return now

    def held(self) -> PatternQuerySet:
        """These patterns, locked in the one order that everybody takes: a pattern only ever joins one of a smaller id."""
        return self.order_by("-pk").select_for_update(no_key=True)


class Pattern(models.Model):
    """A log template: all entries that say the same thing with other values, at one severity, in one place."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="patterns")
    version = models.PositiveSmallIntegerField("grouping version")
    template = models.TextField()
    severity = models.PositiveSmallIntegerField(choices=SEVERITY_CHOICES)
    module = models.CharField(max_length=300, blank=True)
    function = models.CharField(max_length=300, blank=True)
    # File and line are those of the newest entry: code moves, and the newest place is the one to open.
    file = models.CharField(max_length=500, blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)
    labels = models.JSONField(default=dict, blank=True)
    variables = models.JSONField(default=list, blank=True, help_text='What varies in it: [{"name", "values", "why"}].')
    first_seen = models.DateTimeField(null=True)
    last_seen = models.DateTimeField(null=True)
    entries = models.PositiveBigIntegerField(default=0)
    # The piece of an exception's tale that its messages are, and the exception at the bottom of it: `ValueError: no such card`.
    piece = models.CharField(max_length=10, blank=True, choices=[(piece.value, piece.name.lower()) for piece in Piece])
    exception = models.CharField(max_length=200, blank=True)
    reports_a_fault = models.BooleanField(default=False, help_text="Grave, or oddly repeated: where it comes, there is an issue.")
    # Where it counts when it comes alone; what comes in a burst counts for the issue of the burst's lead.
    issue = models.ForeignKey("Issue", null=True, blank=True, on_delete=models.SET_NULL, related_name="own_patterns")
    set_apart = models.BooleanField(default=False, help_text="By a person: no pattern joins it, it joins none, and it is part of no burst.")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="merged")
    continues = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="The pattern of an earlier grouping version."
    )

    objects = PatternQuerySet.as_manager()

    class Meta:
        ordering = ["-last_seen"]
        indexes = [
            models.Index(name="patterns_by_recency", fields=["project", "-last_seen"]),
            models.Index(name="patterns_that_report_faults", fields=["project", "-last_seen"], condition=models.Q(reports_a_fault=True)),
        ]
        constraints = [
            models.CheckConstraint(
                name="pattern_only_joins_an_older_one",
                condition=models.Q(merged_into=None) | models.Q(merged_into__lt=models.F("id")),
            ),
        ]

    def __str__(self) -> str:
        return self.template.split("\n", 1)[0][:120]


class Fingerprint(models.Model):
    """The immutable digest of severity, module, function and masked message; it belongs to one pattern at a time.

    Its masked message and context are all that the template miner has to know: from these rows any worker has the same miner.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="fingerprints")
    version = models.PositiveSmallIntegerField("grouping version")
    digest = models.CharField(max_length=32)
    masked = models.TextField(default="", editable=False)
    context = models.TextField(default="", editable=False)
    pattern = models.ForeignKey(Pattern, on_delete=models.RESTRICT, related_name="fingerprints")
    told = models.BooleanField(default=True, editable=False, help_text="Whether the pattern’s template tells of it.")

    class Meta:
        indexes = [models.Index(name="fingerprints_not_told", fields=["pattern"], condition=models.Q(told=False))]
        constraints = [
            models.UniqueConstraint(name="one_fingerprint_per_project_version_and_digest", fields=["project", "version", "digest"])
        ]

    def __str__(self) -> str:
        return self.digest


class PatternJoin(models.Model):
    """Two patterns that the miner found to be one. Kept until whoever settles the project's issues has joined them."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    one = models.ForeignKey(Pattern, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Pattern, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.one_id} is {self.other_id}"


class Sample(models.Model):
    """One of a pattern's raw entries, kept when the entries themselves have gone."""

    SLOTS = 20

    pattern = models.ForeignKey(Pattern, on_delete=models.CASCADE, related_name="samples")
    slot = models.PositiveSmallIntegerField()
    time_ns = models.BigIntegerField()
    message = models.TextField()
    raw = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_sample_per_pattern_and_slot", fields=["pattern", "slot"]),
            models.CheckConstraint(name="a_pattern_has_at_most_20_samples", condition=models.Q(slot__lt=20)),
        ]

    def __str__(self) -> str:
        return self.message[:120]


class HourCount(models.Model):
    """How many entries a pattern had in one hour, from one source, on one release."""

    pattern = models.ForeignKey(Pattern, on_delete=models.CASCADE, related_name="hours")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="+")
    hour = models.DateTimeField()
    entries = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_count_per_pattern_source_release_and_hour", fields=["pattern", "source", "release", "hour"])
        ]
        # Ranking reads the last day of many patterns at once.
        indexes = [models.Index(name="hour_counts_by_hour", fields=["hour", "pattern"])]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H}h: {self.entries}"


class Affected(models.Model):
    """Whom or what a pattern touched: a trace, a user, an instance. Counted up to a limit; beyond it, "or more"."""

    LIMIT = 200

    class Kind(models.TextChoices):
        TRACE = "trace"
        USER = "user"
        INSTANCE = "instance"

    pattern = models.ForeignKey(Pattern, on_delete=models.CASCADE, related_name="affected")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=400)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_row_per_pattern_kind_and_value", fields=["pattern", "kind", "value"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
