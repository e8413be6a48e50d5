from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.db.models.functions import Coalesce

from incidents import focus
from incidents.models.pattern import SEVERITY_CHOICES, Pattern
from incidents.models.project import Project, ProjectQuerySet
from incidents.severity import Severity


class IssueState(models.TextChoices):
    OPEN = "open", "open"
    RESOLVED = "resolved", "resolved"
    IGNORED = "ignored", "ignored"
    MERGED = "merged", "merged"


class Resolution(models.TextChoices):
    """How an issue was resolved. Nobody states `verified`: only the last gate of an iteration gives it."""

    VERIFIED = "verified", "verified"
    WAIVED = "waived", "waived"
    UNPROVEN = "unproven", "unproven"
    NOT_REPRODUCED = "not_reproduced", "not reproduced"
    WONT_FIX = "wont_fix", "won't fix"


class Confirmation(models.TextChoices):
    """What the logs say after a resolution."""

    NONE = "none", "none"
    WATCHING = "watching", "watching"
    CONFIRMED = "confirmed", "confirmed"
    REGRESSED = "regressed", "regressed"


class IssueQuerySet(models.QuerySet["Issue"]):
    def of(self, projects: ProjectQuerySet) -> IssueQuerySet:
        return self.filter(project__in=projects)

    def told_of(self) -> IssueQuerySet:
        """With all that a row of them shows, and `pattern_count`."""
        return self.select_related("project", "lead_pattern", "assignee", "mirror").annotate(pattern_count=models.Count("patterns"))

    def open(self) -> IssueQuerySet:
        return self.filter(state=IssueState.OPEN)

    def at_least(self, severity: Severity) -> IssueQuerySet:
        return self.filter(effective_severity__gte=severity)

    def worked_on(self) -> IssueQuerySet:
        """Those that a person or an agent has had a hand in: the machine no longer moves them about.

        Where a split let patterns go tells nothing of the issue; while it stands, they are set apart.
        """
        by_split = Q(events__verb__in=("split_from", "split_undone", "folded")) | Q(events__verb="opened", events__data__by="split")
        hand = FilteredRelation("events", condition=Q(events__actor_kind__in=("person", "agent")) & ~by_split)
        by_hand = self.model.objects.alias(hand=hand).filter(hand__isnull=False)
        return self.filter(pk__in=by_hand.values("pk"))

    def folded(self) -> IssueQuerySet:
        """Those that the machine let go into another one, and no person."""
        return self.filter(state=IssueState.MERGED).exclude(
            pk__in=self.model.objects.filter(decisions__kind="merge", decisions__undone_at=None)
        )

    def due_to_wake(self, *, project: Project, present: datetime) -> IssueQuerySet:
        """Ignored issues of the project whose time or count is up."""
        return self.filter(project=project, state=IssueState.IGNORED).filter(
            Q(ignored_until__lte=present) | Q(entries__gte=F("ignored_until_entries"))
        )


class Issue(models.Model):
    """One fault in a watched system, however many log entries report it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="issues")
    number = models.PositiveIntegerField(editable=False)
    title = models.CharField(max_length=300)
    impact = models.TextField(blank=True, help_text="Who or what suffers, and how badly.")
    context = models.TextField(blank=True, help_text="What was going on when it happened.")
    symptoms = models.TextField(blank=True, help_text="What a person sees of it.")
    stated_location = models.JSONField(default=dict, blank=True, editable=False, help_text="Where it happens, as somebody stated it.")
    fix_needed = models.TextField(blank=True, help_text="What has to be done, where that is known.")
    severity = models.PositiveSmallIntegerField("severity in the logs", choices=SEVERITY_CHOICES)
    severity_override = models.PositiveSmallIntegerField("severity", choices=SEVERITY_CHOICES, null=True, blank=True)
    effective_severity = models.GeneratedField(
        expression=Coalesce("severity_override", "severity"),
        output_field=models.PositiveSmallIntegerField(choices=SEVERITY_CHOICES),
        db_persist=True,
    )
    state = models.CharField(max_length=10, choices=IssueState.choices, default=IssueState.OPEN)
    resolution = models.CharField(max_length=20, choices=Resolution.choices, null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True, help_text="By the data's clock.")
    confirmation = models.CharField(max_length=10, choices=Confirmation.choices, default=Confirmation.NONE)
    ignored_until = models.DateTimeField(null=True, blank=True)
    ignored_until_entries = models.PositiveBigIntegerField(null=True, blank=True)
    priority = models.IntegerField(default=0)
    reasons = models.JSONField(default=list)
    # Space-separated, folded: what `focus` is looked up in.
    tokens = models.TextField(default="", editable=False)
    patterns = models.ManyToManyField(Pattern, through="IssuePattern", related_name="issues")
    lead_pattern = models.ForeignKey(Pattern, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.RESTRICT, related_name="merged")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    entries = models.PositiveBigIntegerField(default=0)
    occurrence_count = models.PositiveIntegerField("occurrences", default=0)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    # Written by the floor that walks an issue through its audit; here they are only shown and filtered by.
    iteration_id = models.PositiveBigIntegerField(null=True, blank=True)
    iteration_number = models.PositiveIntegerField(null=True, blank=True)
    phase = models.CharField(max_length=30, blank=True)
    verdict = models.CharField(max_length=20, blank=True)
    waivers = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = IssueQuerySet.as_manager()

    class Meta:
        ordering = ["-priority", "id"]
        constraints = [
            models.UniqueConstraint(name="one_issue_per_project_and_number", fields=["project", "number"]),
            models.CheckConstraint(
                name="issue_has_a_resolution_iff_resolved",
                condition=Q(state=IssueState.RESOLVED, resolution__isnull=False) | (~Q(state=IssueState.RESOLVED) & Q(resolution=None)),
            ),
            models.CheckConstraint(
                name="issue_is_merged_iff_it_says_into_what",
                condition=Q(state=IssueState.MERGED, merged_into__isnull=False) | (~Q(state=IssueState.MERGED) & Q(merged_into=None)),
            ),
            models.CheckConstraint(
                name="only_an_ignored_issue_waits_for_something",
                condition=Q(state=IssueState.IGNORED) | Q(ignored_until=None, ignored_until_entries=None),
            ),
            models.CheckConstraint(
                name="issue_state_is_known",
                condition=Q(state__in=IssueState.values),
            ),
        ]
        indexes = [
            models.Index(name="issues_by_priority", fields=["project", "state", "-priority", "id"]),
            models.Index(name="issues_by_recency", fields=["project", "-last_seen"]),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def key(self) -> str:
        """The name that never changes: SLUG-12. Reads the project."""
        return f"{self.project.slug}-{self.number}"

    def index_tokens(self) -> None:
        """Bring `tokens` up to date with the title and the patterns; not saved."""
        texts = [self.title, *(value for value in self.stated_location.values() if isinstance(value, str))]
        for pattern in self.patterns.all():
            texts += [pattern.template, pattern.module, pattern.function, pattern.file, *pattern.labels.values()]
        self.tokens = focus.index(texts)

    def is_walked(self) -> bool:
        """Whether an iteration of the audit walks it at this moment, as its history tells."""
        last = self.events.filter(verb__in=("iteration_begun", "proven", "iteration_abandoned")).first()
        return last is not None and last.verb == "iteration_begun"

    @property
    def severity_name(self) -> str:
        return Severity(self.effective_severity).name

    @property
    def location(self) -> dict[str, Any] | None:
        """Where the leading pattern says that it happens, else where somebody said so; None where nobody did."""
        lead = self.lead_pattern
        if lead is None:
            return {"module": "", "function": "", "file": "", "line": None, **self.stated_location} if self.stated_location else None
        return {"module": lead.module, "function": lead.function, "file": lead.file, "line": lead.line}
