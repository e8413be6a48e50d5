from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from audits.terms import NUMBER_OF_PHASE, Phase, Verdict
from incidents.models import ActorKind, Issue, Project, ProjectQuerySet

PHASES = [(phase.value, f"{NUMBER_OF_PHASE[phase]} {phase.value.replace('_', ' ')}") for phase in Phase]

VERDICTS = [(verdict.value, verdict.value) for verdict in Verdict]


class IterationState(models.TextChoices):
    RUNNING = "running", "running"
    DONE = "done", "done"
    ABANDONED = "abandoned", "abandoned"
    IMPORTED = "imported", "imported"


class IterationQuerySet(models.QuerySet["Iteration"]):
    def of(self, projects: ProjectQuerySet) -> IterationQuerySet:
        return self.filter(project__in=projects)

    def running(self) -> IterationQuerySet:
        return self.filter(state=IterationState.RUNNING)


class Signed(models.Model):
    """Somebody's doing, for good: the person behind it cannot be deleted, and the name stands beside the key."""

    actor_kind = models.CharField(max_length=10, choices=ActorKind.choices)
    actor_name = models.CharField(max_length=200)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class Iteration(Signed):
    """One numbered pass of the audit over one issue; the actor is who began it.

    `verification` and `verdict` are what `audits.verification` made of the plan and the runs when one of them last
    changed; they are written by the verbs that change those, never by anybody else.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="iterations")
    number = models.PositiveIntegerField(editable=False)
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="iterations")
    state = models.CharField(max_length=10, choices=IterationState.choices, default=IterationState.RUNNING)
    phase = models.CharField(max_length=30, choices=PHASES, default=Phase.LOG_ANALYSIS.value)
    focus = models.CharField(max_length=200, blank=True)
    reasons = models.JSONField(default=list, help_text="Why this issue was chosen; sentences.")
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="later")
    source = models.ForeignKey("Import", null=True, blank=True, on_delete=models.PROTECT, related_name="iterations")
    source_lines = models.JSONField(null=True, blank=True, help_text="First and last line of the imported log that it was read from.")
    verdict = models.CharField(max_length=12, choices=VERDICTS, default=Verdict.INCOMPLETE.value)
    verification = models.JSONField(null=True, editable=False)
    unmet = models.JSONField(default=list, editable=False, help_text="Of the gate of its phase, when that was last worked out.")
    # The end of the evidence chain: what makes a cut-off tail visible.
    chain_length = models.PositiveIntegerField(default=0, editable=False)
    chain_head = models.CharField(max_length=64, default="", blank=True, editable=False)
    refreshed_at = models.DateTimeField(null=True, editable=False, help_text="When what follows from the record was last worked out.")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = IterationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(name="one_iteration_per_project_and_number", fields=["project", "number"]),
            models.UniqueConstraint(
                name="an_issue_has_at_most_one_running_iteration", fields=["issue"], condition=Q(state=IterationState.RUNNING)
            ),
            models.CheckConstraint(name="iteration_state_is_known", condition=Q(state__in=IterationState.values)),
            models.CheckConstraint(name="iteration_phase_is_known", condition=Q(phase__in=[phase.value for phase in Phase])),
            models.CheckConstraint(name="iteration_verdict_is_known", condition=Q(verdict__in=[verdict.value for verdict in Verdict])),
            models.CheckConstraint(
                name="iteration_is_imported_iff_it_has_a_source",
                condition=Q(state=IterationState.IMPORTED, source__isnull=False) | (~Q(state=IterationState.IMPORTED) & Q(source=None)),
            ),
        ]
        indexes = [models.Index(name="iterations_of_an_issue", fields=["issue", "-id"])]

    def __str__(self) -> str:
        return f"{self.project.slug} iteration {self.number}"

    @property
    def phase_number(self) -> str:
        """What people call the phase: "2.1"."""
        return NUMBER_OF_PHASE[Phase(self.phase)]
