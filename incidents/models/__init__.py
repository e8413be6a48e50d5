"""The tables of the bottom floor, by subject."""

from incidents.models.github import AuditReport, BranchCommit, CommitCheck, Mirror
from incidents.models.history import ActorKind, Choice, Comment, Event
from incidents.models.issue import Confirmation, Issue, IssueQuerySet, IssueState, Occurrence, Resolution
from incidents.models.pattern import Affected, Fingerprint, HourCount, Pattern, Sample
from incidents.models.project import Membership, Project, ProjectQuerySet
from incidents.models.source import Release, Source, SourceKind, Stream
from incidents.models.sync import Delivery, DeliveryState, Outbox, OutboxState, Repository, WriteAllowance
from incidents.models.token import Token

__all__ = [
    "ActorKind",
    "Affected",
    "AuditReport",
    "BranchCommit",
    "Choice",
    "Comment",
    "CommitCheck",
    "Confirmation",
    "Delivery",
    "DeliveryState",
    "Event",
    "Fingerprint",
    "HourCount",
    "Issue",
    "IssueQuerySet",
    "IssueState",
    "Membership",
    "Mirror",
    "Occurrence",
    "Outbox",
    "OutboxState",
    "Pattern",
    "Project",
    "ProjectQuerySet",
    "Release",
    "Repository",
    "Resolution",
    "Sample",
    "Source",
    "SourceKind",
    "Stream",
    "Token",
    "WriteAllowance",
]
