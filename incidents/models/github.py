"""What is known of GitHub: an issue's twin there, and the commits that stand on default branches."""

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

    issue = models.OneToOneField(Issue, on_delete=models.PROTECT, related_name="mirror")
    node_id = models.CharField(max_length=100, null=True, blank=True, unique=True)
    repository_id = models.BigIntegerField(null=True, blank=True)
    repository = models.CharField(max_length=200, help_text="OWNER/NAME")
    number = models.PositiveIntegerField(null=True, blank=True)
    url = models.URLField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    closed_unproven = models.BooleanField(default=False)
    base = models.JSONField(default=dict, blank=True, help_text="What both sides agreed on when they were last brought together.")
    # Bare number: iterations live on the floor above.
    evidence_of_iteration = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="The iteration whose evidence has arrived there."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_mirror_per_repository_and_number", fields=["repository", "number"], condition=Q(number__isnull=False)
            ),
            models.CheckConstraint(name="mirror_state_is_known", condition=Q(state__in=["open", "closed"])),
        ]

    def __str__(self) -> str:
        return f"{self.repository}#{self.number or '?'}"


class BranchCommit(Authored):
    """A commit that was seen on a project's default branch, or that a person states to stand there."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="branch_commits")
    commit = models.CharField(max_length=64)
    branch = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_branch_commit_per_project_and_commit", fields=["project", "commit"])]

    def __str__(self) -> str:
        return f"{self.commit[:12]} on {self.branch}"
