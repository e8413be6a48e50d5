"""The tables of the bottom floor, by subject."""

from incidents.models.github import AuditReport, BranchCommit, CommitCheck, Mirror
from incidents.models.grouping import Companion, GroupingDecision, IssuePattern, Occurrence, Sighting
from incidents.models.history import ActorKind, Choice, Comment, Event
from incidents.models.issue import Confirmation, Issue, IssueQuerySet, IssueState, Resolution
from incidents.models.pattern import Affected, Fingerprint, HourCount, Pattern, PatternJoin, Sample
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
    "Companion",
    "Confirmation",
    "Delivery",
    "DeliveryState",
    "Event",
    "Fingerprint",
    "GroupingDecision",
    "HourCount",
    "Issue",
    "IssuePattern",
    "IssueQuerySet",
    "IssueState",
    "Membership",
    "Mirror",
    "Occurrence",
    "Outbox",
    "OutboxState",
    "Pattern",
    "PatternJoin",
    "Project",
    "ProjectQuerySet",
    "Release",
    "Repository",
    "Resolution",
    "Sample",
    "Sighting",
    "Source",
    "SourceKind",
    "Stream",
    "Token",
    "WriteAllowance",
]
