"""How the ways to GitHub fare: of one project on its page, of all that need somebody on the first page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse

from incidents.admin.github.excerpts import excerpt
from incidents.github import health
from incidents.models import Outbox, Project


def of_project(project: Project, request: HttpRequest) -> dict[str, Any]:
    """The template's context for the project's section."""
    found = health.of(project)
    return {
        "health": found,
        "last_error": excerpt(found.repository.last_error) if found else None,
        "credentials": "GITHUB_TOKEN" if settings.GITHUB_TOKEN else f"the GitHub App {settings.GITHUB_APP_ID}",
        "has_webhook_secret": bool(settings.GITHUB_WEBHOOK_SECRETS),
        "webhook_address": f"{settings.PUBLIC_URL}{reverse('github-webhook')}",
        "may_see_deliveries": request.user.is_superuser,
    }


def needing_somebody(projects: Sequence[Project]) -> list[dict[str, Any]]:
    """The projects with dead letters, or whose webhooks have stopped; mostly there are none."""
    letters = Outbox.objects.dead().filter(issue__project__in=projects).order_by().values_list("issue__project")
    dead = dict(letters.annotate(Count("pk")))
    repositories = {project.github_repository.lower() for project in projects if project.github_repository}
    silent = set(health.silent(repositories).values_list("name", flat=True)) if repositories else set()
    told = [
        {"project": project, "dead": dead.get(project.pk, 0), "is_silent": project.github_repository.lower() in silent}
        for project in projects
    ]
    return [row for row in told if row["dead"] or row["is_silent"]]
