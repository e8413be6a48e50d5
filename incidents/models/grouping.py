"""How patterns make issues: where and when each was seen, what comes together, and what people decided."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from incidents.clock import iso_ns
from incidents.models.history import Authored
from incidents.models.issue import Issue
from incidents.models.pattern import Pattern
from incidents.models.project import Project
from incidents.models.source import Release


class Sighting(models.Model):
    """A stretch of one pattern's entries on one stream and release, no further apart than the closing gap.

    Sightings follow from the entries alone, in whatever order they came. To which issue one belongs is decided from them: it
    is `fresh` until that is done.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    pattern = models.ForeignKey(Pattern, on_delete=models.CASCADE, related_name="sightings")
    stream = models.CharField(max_length=400, blank=True)
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="+")
    start_ns = models.BigIntegerField()
    end_ns = models.BigIntegerField()
    entries = models.PositiveIntegerField()
    # The key of its first entry, whose time is `start_ns`. Not a foreign key: entries are dropped by retention.
    lead_source_id = models.BigIntegerField()
    lead_insert_id = models.CharField(max_length=128)
    issue = models.ForeignKey(Issue, null=True, on_delete=models.SET_NULL, related_name="sightings")
    fresh = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_sighting_per_pattern_stream_release_and_start", fields=["pattern", "stream", "release", "start_ns"]
            ),
            models.CheckConstraint(name="sighting_ends_after_it_starts", condition=Q(end_ns__gte=F("start_ns"))),
        ]
        indexes = [
            models.Index(name="sightings_on_a_stream", fields=["project", "stream", "start_ns"]),
            models.Index(name="sightings_of_a_pattern", fields=["pattern", "-start_ns"]),
            models.Index(name="sightings_of_an_issue", fields=["issue", "stream", "start_ns"]),
            models.Index(name="sightings_not_settled", fields=["project"], condition=Q(fresh=True)),
        ]

    def __str__(self) -> str:
        return f"{iso_ns(self.start_ns)} {self.stream}"


class IssuePattern(models.Model):
    """A pattern's part in an issue: how many of its entries tell of it, and when."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="parts")
    pattern = models.ForeignKey(Pattern, on_delete=models.CASCADE, related_name="parts")
    entries = models.PositiveBigIntegerField(default=0)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="one_part_per_issue_and_pattern", fields=["issue", "pattern"])]

    def __str__(self) -> str:
        return f"{self.entries} entries of pattern {self.pattern_id}"


class Companion(models.Model):
    """A pattern that keeps coming with another one, its lead, as the statistics found it. Found anew whenever more has been seen."""

    lead = models.ForeignKey(Pattern, on_delete=models.CASCADE, related_name="companions")
    pattern = models.ForeignKey(Pattern, on_delete=models.CASCADE, related_name="leads")
    together = models.PositiveIntegerField(help_text="So many of the companion’s sightings began beside one of the lead.")
    seen = models.PositiveIntegerField(help_text="Of so many that were looked at, the newest.")
    lead_together = models.PositiveIntegerField(help_text="So many of the lead’s sightings had the companion beside them.")
    lead_seen = models.PositiveIntegerField(help_text="Of so many that were looked at, the newest.")
    chance = models.FloatField(help_text="How likely that would be if they had nothing to do with each other.")
    lag_ns = models.BigIntegerField(help_text="How long after the lead it begins, in the middle of all cases.")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_row_per_lead_and_companion", fields=["lead", "pattern"]),
            models.CheckConstraint(name="nothing_is_its_own_companion", condition=~Q(lead=F("pattern"))),
        ]

    def __str__(self) -> str:
        return f"{self.together} of {self.seen} times with pattern {self.lead_id}"


class Occurrence(models.Model):
    """One time that a fault showed: sightings of an issue on one stream, no longer apart than the closing gap."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="occurrences")
    stream = models.CharField(max_length=400, blank=True)
    start_ns = models.BigIntegerField()
    end_ns = models.BigIntegerField()
    entries = models.PositiveIntegerField()
    # The key of the leading pattern's first entry in it. Not a foreign key: entries are dropped by retention.
    lead_source_id = models.BigIntegerField()
    lead_insert_id = models.CharField(max_length=128)
    companions = models.JSONField(default=list, help_text='What came in it, the first first: [{"pattern", "entries", "start_ns"}].')

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_occurrence_per_issue_stream_and_start", fields=["issue", "stream", "start_ns"]),
            models.CheckConstraint(name="occurrence_ends_after_it_starts", condition=Q(end_ns__gte=F("start_ns"))),
        ]
        indexes = [models.Index(name="occurrences_by_recency", fields=["issue", "-start_ns"])]

    def __str__(self) -> str:
        return f"{iso_ns(self.start_ns)} {self.stream}"


class GroupingDecision(Authored):
    """What a person decided about grouping, against which the machine does nothing. It can be undone, and is then kept as undone."""

    class Kind(models.TextChoices):
        MERGE = "merge", "merged"
        SPLIT = "split", "split"
        PART = "part", "parted"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    issue = models.ForeignKey(
        Issue, on_delete=models.CASCADE, related_name="decisions", help_text="What was merged, split, or had a pattern parted."
    )
    target = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="decisions_to", help_text="Where its patterns went.")
    patterns = models.JSONField(help_text="What went: the ids of the patterns, with what each was before.")
    before = models.JSONField(default=dict, help_text="What the issue was before; of a parting the pattern, and the digests that left it.")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="a_decision_has_two_issues", condition=~Q(issue=F("target"))),
            models.CheckConstraint(name="a_decision_is_of_a_known_kind", condition=Q(kind__in=["merge", "split", "part"])),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.actor_name}"
