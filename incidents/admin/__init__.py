"""The admin of the bottom floor: a door like the API. It shows, and calls the verbs."""

from incidents.admin.github import DeliveryAdmin, OutboxAdmin
from incidents.admin.issues import IssueAdmin
from incidents.admin.patterns import PatternAdmin
from incidents.admin.people import TokenAdmin, UserAdmin
from incidents.admin.projects import ProjectAdmin, SourceAdmin

__all__ = [
    "DeliveryAdmin",
    "IssueAdmin",
    "OutboxAdmin",
    "PatternAdmin",
    "ProjectAdmin",
    "SourceAdmin",
    "TokenAdmin",
    "UserAdmin",
]
