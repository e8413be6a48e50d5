from __future__ import annotations

from django.db import models

from incidents.models.project import SLUG, Project


class SourceKind(models.TextChoices):
    HTTP = "http", "HTTP push"
    PUBSUB = "pubsub", "Pub/Sub push"
    CLOUD_LOGGING = "cloud_logging", "Cloud Logging pull"
    OTLP = "otlp", "OpenTelemetry push"
    FILE = "file", "File"


class Source(models.Model):
    """Where a project's log entries come from."""

    slug = models.CharField(max_length=50, unique=True, validators=[SLUG], help_text="Part of the address that entries are posted to.")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=20, choices=SourceKind.choices, default=SourceKind.HTTP)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


class Release(models.Model):
    """A version of the watched system, as its entries name it. The nameless one stands for entries that name none."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="releases")
    name = models.CharField(max_length=200, blank=True)
    first_seen = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="one_release_per_project_and_name", fields=["project", "name"])]

    def __str__(self) -> str:
        return self.name or "(no version)"


class Stream(models.Model):
    """A resource's instance that writes entries, and when it was first heard: what it says in its first minute is start-up."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="streams")
    name = models.CharField(max_length=400)
    first_ns = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(name="one_stream_per_project_and_name", fields=["project", "name"])]

    def __str__(self) -> str:
        return self.name
