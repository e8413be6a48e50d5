from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from incidents.models.project import Project, ProjectQuerySet
from incidents.roles import Scope

# How often "last used" is written: a busy client must not turn every read into a write.
LAST_USED_PRECISION = timedelta(minutes=1)


class TokenQuerySet(models.QuerySet["Token"]):
    def usable(self, now: datetime) -> TokenQuerySet:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)

    def find(self, secret: str) -> Token | None:
        """The usable token with this secret; None where there is none, or its person may no longer log in."""
        found = self.usable(timezone.now()).select_related("user", "project").filter(digest=Token.digest_of(secret)).first()
        if found is None or (found.user is not None and not found.user.is_active):
            return None
        return found


class Token(models.Model):
    """A client's key to the API: what it may do (scopes), on whose behalf (user) and where (project).

    Only a SHA-256 digest is kept. A slow password hash would add nothing: the secret is 256 random bits.
    """

    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(max_length=12, editable=False, help_text="The secret's first characters, to recognise it.")
    name = models.CharField(max_length=100, help_text="Who or what uses it: 'CI of the backend'.")
    scopes = models.JSONField(default=list)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, help_text="Bounds the token by this person's roles."
    )
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, help_text="Bounds the token to one project.")
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def new_secret() -> str:
        return f"fxp_{secrets.token_urlsafe(32)}"

    @staticmethod
    def digest_of(secret: str) -> str:
        return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()

    def has(self, scope: Scope) -> bool:
        return scope.value in self.scopes

    def projects(self) -> ProjectQuerySet:
        """The projects that this token can see at all."""
        return self._bounded(Project.objects.visible_to(self.user) if self.user else Project.objects.all())

    def projects_where(self, scope: Scope) -> ProjectQuerySet:
        """The projects in which this token may do what the scope stands for."""
        if not self.has(scope):
            return Project.objects.none()
        return self._bounded(Project.objects.where_allowed(self.user, scope) if self.user else Project.objects.all())

    def _bounded(self, projects: ProjectQuerySet) -> ProjectQuerySet:
        return projects.filter(pk=self.project_id) if self.project_id else projects

    def note_use(self) -> None:
        now = timezone.now()
        if self.last_used_at is None or now - self.last_used_at > LAST_USED_PRECISION:
            Token.objects.filter(pk=self.pk).update(last_used_at=now)

    @property
    def state(self) -> str:
        """`usable`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= timezone.now() else "usable"
