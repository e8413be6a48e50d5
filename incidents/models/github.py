"""What is known of GitHub: an issue's twin there, what the audit tells it, and what stands on default branches."""

from __future__ import annotations

import re
from typing import Final

from django.db import models
from django.db.models import Q

from incidents.models.history import Authored
from incidents.models.issue import Issue
from incidents.models.project import Project

# A full hash, of SHA-1 or SHA-256: a short one may come to mean another commit.
COMMIT: Final = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")


class Mirror(models.Model):
    """An issue's twin on GitHub. `node_id` is its identity there; repository, number and address may change."""

    class State(models.TextChoices):
        OPEN = "open", "open"
        CLOSED = "closed", "closed"

    class Standing(models.TextChoices):
        ASKED = "asked", "asked for"
        LINKED = "linked", "linked"
        MOVED = "moved", "moved out of the project"
        DELETED = "deleted", "deleted there"

    issue = models.OneToOneField(Issue, on_delete=models.PROTECT, related_name="mirror")
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.ASKED)
    node_id = models.CharField(max_length=100, null=True, blank=True, unique=True)
    repository_id = models.BigIntegerField(null=True, blank=True)
    repository = models.CharField(max_length=200, help_text="OWNER/NAME")
    number = models.PositiveIntegerField(null=True, blank=True)
    url = models.URLField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    state_reason = models.CharField(max_length=30, blank=True)
    closed_unproven = models.BooleanField(default=False)
    # The moment of the closing that was answered with what is missing: one answer for one closing.
    challenged_at = models.DateTimeField(null=True, blank=True)
    labels = models.JSONField(default=list, blank=True, help_text="What others labelled it with there.")
    base = models.JSONField(default=dict, blank=True, help_text="What both sides agreed on when they were last brought together.")
    remark = models.TextField(blank=True, help_text="What keeps the two from being alike, in a sentence.")
    # Bare numbers: iterations live on the floor above.
    evidence_of_iteration = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="The iteration whose evidence has arrived there."
    )
    proven_by_iteration = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="The iteration that proves the fix, so that it may be closed there."
    )
    # What the proof rests on, as it was shown last, and what somebody there doubted by reopening: that closes nothing again.
    proof_digest = models.CharField(max_length=40, blank=True, editable=False)
    doubted_digest = models.CharField(max_length=40, blank=True, editable=False)
    # Counts the issues that were linked one after the other: what was said to one was not said to the next.
    generation = models.PositiveIntegerField(default=0, editable=False)
    # Seconds since 1970 at which we wrote again what others had changed there; of the last hour.
    restored = models.JSONField(default=list, blank=True, editable=False)
    missing_since = models.DateTimeField(null=True, blank=True, editable=False)
    last_seq = models.PositiveIntegerField(default=0, editable=False)
    remote_updated_at = models.DateTimeField(null=True, blank=True, help_text="GitHub's time of the newest state seen.")
    fetched_at = models.DateTimeField(null=True, blank=True, help_text="When the fetch of that state began.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_mirror_per_repository_and_number", fields=["repository", "number"], condition=Q(number__isnull=False)
            ),
            models.CheckConstraint(name="mirror_state_is_known", condition=Q(state__in=["open", "closed"])),
            models.CheckConstraint(name="mirror_standing_is_known", condition=Q(standing__in=["asked", "linked", "moved", "deleted"])),
            models.CheckConstraint(name="a_linked_mirror_has_a_number", condition=~Q(standing="linked") | Q(number__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.repository}#{self.number or '?'}"

    @property
    def is_linked(self) -> bool:
        return self.standing == Mirror.Standing.LINKED


class AuditReport(models.Model):
    """What the audit tells of an issue: finished Markdown, ready for the issue's twin."""

    issue = models.OneToOneField(Issue, on_delete=models.CASCADE, related_name="audit_report")
    sections = models.JSONField(default=list, help_text='[{"title", "markdown"}], in their order.')
    missing = models.TextField(blank=True, help_text="What to answer to a closing without proof.")

    def __str__(self) -> str:
        return f"what the audit tells of issue {self.issue_id}"


class BranchCommit(Authored):
    """A commit that was seen on a project's default branch, or that a person states to stand there."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="branch_commits")
    commit = models.CharField(max_length=64)
    branch = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_branch_commit_per_project_and_commit", fields=["project", "commit"])]

    def __str__(self) -> str:
        return f"{self.commit[:12]} on {self.branch}"


class CommitCheck(models.Model):
    """What a check or a workflow on GitHub concluded of a commit: a hint to people, never evidence."""

    class Kind(models.TextChoices):
        CHECK = "check_run", "check"
        WORKFLOW = "workflow_run", "workflow"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="commit_checks")
    commit = models.CharField(max_length=64)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=200)
    conclusion = models.CharField(max_length=30)
    url = models.URLField(max_length=500, blank=True)
    # GitHub numbers runs in the order in which they began; hooks bring them in any order.
    run_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_check_per_project_commit_kind_and_name", fields=["project", "commit", "kind", "name"])
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.conclusion}"
