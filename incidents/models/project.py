from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from incidents import clock
from incidents.project_settings import REPOSITORY_NAME, ProjectSettings, read_settings
from incidents.roles import Role, Scope, roles_with

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SLUG = RegexValidator(r"^[a-z0-9]+(?:-[a-z0-9]+)*\Z", "Small letters and digits, in parts joined by single hyphens.")
REPOSITORY = RegexValidator(rf"^{REPOSITORY_NAME}\Z", "OWNER/NAME, as in the repository's address.")


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User) -> ProjectQuerySet:
        """The projects that the person belongs to; all of them for a superuser."""
        if user.is_superuser:
            return self
        return self.filter(pk__in=Membership.objects.filter(user=user).values("project"))

    def where_allowed(self, user: User, scope: Scope) -> ProjectQuerySet:
        """The projects in which the person's role allows what the scope stands for."""
        if user.is_superuser:
            return self
        return self.filter(pk__in=Membership.objects.filter(user=user, role__in=roles_with(scope)).values("project"))


class Project(models.Model):
    """A watched system: where its logs come from, who looks after it, and what is critical in it."""

    slug = models.CharField(max_length=50, unique=True, validators=[SLUG], help_text="Part of every issue's key.")
    name = models.CharField(max_length=200)
    github_repository = models.CharField("GitHub repository", max_length=200, blank=True, validators=[REPOSITORY], help_text="OWNER/NAME")
    settings = models.JSONField(default=dict, blank=True, help_text="Thresholds and words; empty means the defaults. See docs/guide.md.")
    critical_areas = models.JSONField(
        default=list,
        blank=True,
        help_text='What must not break: [{"match": "websocket", "weight": 20, "reason": "Chat runs over it"}].',
    )
    last_issue_number = models.PositiveIntegerField(default=0, editable=False)
    last_iteration_number = models.PositiveIntegerField(default=0, editable=False)
    entries = models.PositiveBigIntegerField(default=0, editable=False)
    since = models.DateTimeField("oldest entry", null=True, editable=False)
    as_of = models.DateTimeField("newest entry", null=True, editable=False)
    ranked_as_of = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name

    @property
    def rules(self) -> ProjectSettings:
        """The project's settings with defaults filled in."""
        return read_settings(self.settings)

    def present(self) -> datetime:
        """The moment that rates and "new" count from; see `clock.present`."""
        return clock.present(newest_entry=self.as_of, now=timezone.now())


class Membership(models.Model):
    """A person's role in a project."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=[(role.value, role.value) for role in Role], default=Role.VIEWER.value)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_membership_per_person_and_project", fields=["user", "project"]),
            models.CheckConstraint(name="membership_role_is_known", condition=models.Q(role__in=[role.value for role in Role])),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} in {self.project}"
