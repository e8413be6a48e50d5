from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.models.issue import Issue
from incidents.models.project import Project


class ActorKind(models.TextChoices):
    PERSON = "person", "person"
    AGENT = "agent", "agent"
    MACHINE = "machine", "machine"


class Authored(models.Model):
    """Somebody's doing. The name stands beside the key, so that it outlives the account."""

    actor_kind = models.CharField(max_length=10, choices=ActorKind.choices)
    actor_name = models.CharField(max_length=200)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class Event(Authored):
    """A turning point in an issue's life; written by the verb that caused it, never changed."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="events")
    verb = models.CharField(max_length=30)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(name="events_of_an_issue", fields=["issue", "-id"])]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.verb}"


class Comment(Authored):
    """What somebody has to say on an issue."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="comments")
    text = models.TextField()
    # Of one that was written on GitHub: its identity and address there. Whoever edits or deletes it there changes it here.
    node_id = models.CharField(max_length=100, null=True, blank=True, unique=True, editable=False)
    url = models.URLField(max_length=500, blank=True, editable=False)
    remote_updated_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.text[:120]


class Choice(Authored):
    """Which issue somebody took as the critical one, and why. Never changed; the newest counts."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="choices")
    focus = models.CharField(max_length=200, blank=True)
    # The focus's folded words: choices for "Threads" and "thread" are of one kind.
    focus_key = models.CharField(max_length=400, blank=True, editable=False)
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="choices")
    reasons = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(name="choices_of_a_focus", fields=["project", "focus_key", "-id"])]

    def __str__(self) -> str:
        return f"{self.actor_name} chose {self.issue}"
