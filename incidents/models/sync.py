"""The way to GitHub and back: what waits to be written there, what came from there, and how both go."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q

from incidents.models.issue import Issue


class OutboxState(models.TextChoices):
    WAITING = "waiting", "waiting"
    IN_FLIGHT = "in_flight", "under way"
    UNKNOWN = "unknown", "outcome unknown"
    SENT = "sent", "sent"
    DEAD = "dead", "dead letter"
    DROPPED = "dropped", "dropped"


class OutboxQuerySet(models.QuerySet["Outbox"]):
    def unsettled(self) -> OutboxQuerySet:
        """What still waits for its end; a dead letter waits for a person."""
        return self.exclude(state__in=[OutboxState.SENT, OutboxState.DROPPED])

    def backlog(self) -> OutboxQuerySet:
        return self.filter(state__in=[OutboxState.WAITING, OutboxState.IN_FLIGHT, OutboxState.UNKNOWN])

    def dead(self) -> OutboxQuerySet:
        return self.filter(state=OutboxState.DEAD)

    def due(self, now: datetime) -> OutboxQuerySet:
        """What may be written now: nothing earlier of the same issue is unsettled."""
        earlier = Outbox.objects.filter(issue=OuterRef("issue"), seq__lt=OuterRef("seq")).unsettled()
        return self.filter(Q(state__in=[OutboxState.WAITING, OutboxState.UNKNOWN]), not_before__lte=now).exclude(Exists(earlier))


class Outbox(models.Model):
    """One thing to be written to GitHub, committed together with the change that it tells of.

    A row whose write got no answer, or whose worker died, is *unknown*: before anything is written again, what stands
    on GitHub is looked at, and what is found there under the row's key is taken for the answer.
    """

    class Kind(models.TextChoices):
        CREATE = "create", "create the issue"
        LINK = "link", "link to an issue"
        UPDATE = "update", "bring title, labels and text up to date"
        COMMENT = "comment", "comment"
        CLOSE = "close", "close"
        REOPEN = "reopen", "reopen"

    # Longer than any single write may take, timeouts included: the lease is renewed before each.
    LEASE = timedelta(seconds=120)
    MOST_ATTEMPTS = 20

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="outbox")
    seq = models.PositiveIntegerField()
    key = models.CharField("idempotency key", max_length=150, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    payload = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=OutboxState.choices, default=OutboxState.WAITING)
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    in_flight_since = models.DateTimeField(null=True, blank=True)
    # As long as nothing has been sent there is nothing to look for.
    first_sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    request = models.JSONField(null=True, blank=True, help_text="What was asked of GitHub last.")
    answer = models.JSONField(null=True, blank=True, help_text="What GitHub answered.")
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = "write to GitHub"
        verbose_name_plural = "writes to GitHub"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(name="one_outbox_row_per_issue_and_seq", fields=["issue", "seq"]),
            models.CheckConstraint(name="outbox_state_is_known", condition=Q(state__in=OutboxState.values)),
            models.CheckConstraint(
                name="outbox_is_in_flight_iff_it_says_since_when",
                condition=Q(state=OutboxState.IN_FLIGHT, in_flight_since__isnull=False)
                | (~Q(state=OutboxState.IN_FLIGHT) & Q(in_flight_since=None)),
            ),
        ]
        indexes = [
            models.Index(
                name="outbox_not_settled",
                fields=["issue", "seq"],
                condition=~Q(state__in=[OutboxState.SENT, OutboxState.DROPPED]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.key})"


class DeliveryState(models.TextChoices):
    RECEIVED = "received", "received"
    DONE = "done", "done"
    IGNORED = "ignored", "ignored"
    FAILED = "failed", "failed"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def unclaimed(self, now: datetime) -> DeliveryQuerySet:
        """Received deliveries that no living worker holds and that need not wait."""
        return self.filter(state=DeliveryState.RECEIVED).filter(Q(lease_until=None) | Q(lease_until__lt=now))


class Delivery(models.Model):
    """One webhook delivery as GitHub sent it: committed before it is acknowledged, processed afterwards."""

    LEASE = timedelta(seconds=120)
    MOST_ATTEMPTS = 12

    # A delivery's GUID is per event: all hooks that subscribe to it get the same one.
    hook = models.CharField(max_length=40, blank=True)
    guid = models.CharField(max_length=100)
    event = models.CharField(max_length=60)
    action = models.CharField(max_length=60, blank=True)
    repository = models.CharField(max_length=200, blank=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the body.")
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.RECEIVED)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(blank=True, help_text="What came of it, or what went wrong.")
    received_at = models.DateTimeField(auto_now_add=True)
    processed_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "webhook delivery"
        verbose_name_plural = "webhook deliveries"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(name="one_delivery_per_hook_and_guid", fields=["hook", "guid"]),
            models.CheckConstraint(name="delivery_state_is_known", condition=Q(state__in=DeliveryState.values)),
        ]
        indexes = [
            models.Index(name="deliveries_not_processed", fields=["id", "lease_until"], condition=Q(state=DeliveryState.RECEIVED)),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.guid}"


class Repository(models.Model):
    """A GitHub repository that projects name, how far it has been read, and how the way to it fares."""

    name = models.CharField(max_length=200, unique=True, help_text="OWNER/NAME, in small letters: GitHub tells no other apart.")
    repository_id = models.BigIntegerField(null=True, blank=True, unique=True)
    default_branch = models.CharField(max_length=255, blank=True)
    # GitHub's clock: the newest change that has been read.
    issues_cursor = models.DateTimeField(null=True, blank=True)
    comments_cursor = models.DateTimeField(null=True, blank=True)
    polling_until = models.DateTimeField(null=True, blank=True)
    asked_for_failed_at = models.DateTimeField(null=True, blank=True)
    last_pull = models.DateTimeField(null=True, blank=True)
    last_push = models.DateTimeField(null=True, blank=True)
    last_webhook = models.DateTimeField(null=True, blank=True)
    # Set when polling found a change that a webhook should have brought; gone with the next webhook.
    unheard_since = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "repositories"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class WriteAllowance(models.Model):
    """What was written in the last hour, by all workers together, and until when GitHub wants to be left alone. One row."""

    # Seconds since 1970, oldest first; GitHub allows 500 an hour, so the list stays short.
    writes = models.JSONField(default=list)
    blocked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="there_is_one_allowance", condition=Q(pk=1))]

    def __str__(self) -> str:
        return f"{len(self.writes)} writes"
