"""The first page: what is most critical, and why."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.http import HttpRequest

from incidents.actions.choices import most_critical
from incidents.admin.github import standing
from incidents.models import Issue, IssueState, Project

SHOWN: Final = 15


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds the critical issue, the list after it, the projects, and what of GitHub needs somebody to the first page's context."""
    if not isinstance(request.user, User):
        return context
    visible = Project.objects.visible_to(request.user)
    issues = Issue.objects.of(visible)
    projects = list(visible.annotate(open_issue_count=Count("issues", filter=Q(issues__state=IssueState.OPEN))))
    context["title"] = "Overview"
    context["critical"] = most_critical(issues)
    context["open_issues"] = issues.open().select_related("project", "lead_pattern").order_by("-priority", "id")[:SHOWN]
    context["open_issue_count"] = sum(project.open_issue_count for project in projects)
    context["projects"] = projects
    context["github_troubles"] = standing.needing_somebody(projects)
    return context
