"""The tables of the bottom floor, by subject."""

from incidents.models.github import BranchCommit, Mirror
from incidents.models.history import ActorKind, Choice, Comment, Event
from incidents.models.issue import Confirmation, Issue, IssueQuerySet, IssueState, Occurrence, Resolution
from incidents.models.pattern import Affected, Fingerprint, HourCount, Pattern, Sample
from incidents.models.project import Membership, Project, ProjectQuerySet
from incidents.models.source import Release, Source, SourceKind, Stream
from incidents.models.token import Token

__all__ = [
    "ActorKind",
    "Affected",
    "BranchCommit",
    "Choice",
    "Comment",
    "Confirmation",
    "Event",
    "Fingerprint",
    "HourCount",
    "Issue",
    "IssueQuerySet",
    "IssueState",
    "Membership",
    "Mirror",
    "Occurrence",
    "Pattern",
    "Project",
    "ProjectQuerySet",
    "Release",
    "Resolution",
    "Sample",
    "Source",
    "SourceKind",
    "Stream",
    "Token",
]
