"""The side bar."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse_lazy

from incidents.admin.scoped import allowed
from incidents.roles import Scope


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of links; each shows only what the person can open."""
    return [
        {
            "title": "Incidents",
            "items": [
                _item("Overview", "monitoring", "index"),
                _item("Issues", "bug_report", "incidents_issue_changelist"),
                _item("Patterns", "notes", "incidents_pattern_changelist"),
            ],
        },
        {
            "title": "Audit",
            "items": [
                _item("Iterations", "published_with_changes", "audits_iteration_changelist"),
                _item("Runs", "fact_check", "audits_run_changelist"),
                _item("Imported logs", "history_edu", "audits_import_changelist"),
            ],
        },
        {
            "title": "Logs",
            "items": [
                _item("Batches", "inventory_2", "ingestion_batch_changelist"),
                _item("Sources", "input", "incidents_source_changelist"),
            ],
        },
        {
            "title": "GitHub",
            "items": [
                _item("Writes", "outbox", "incidents_outbox_changelist"),
                {**_item("Deliveries", "webhook", "incidents_delivery_changelist"), "permission": is_superuser},
            ],
        },
        {
            "title": "Access",
            "items": [
                _item("Projects", "folder", "incidents_project_changelist"),
                {**_item("Tokens", "key", "incidents_token_changelist"), "permission": manages_something},
                {**_item("People", "group", "auth_user_changelist"), "permission": is_superuser},
            ],
        },
    ]


def is_superuser(request: HttpRequest) -> bool:
    return request.user.is_superuser


def manages_something(request: HttpRequest) -> bool:
    # On the login page there is nobody yet.
    return isinstance(request.user, User) and (request.user.is_superuser or allowed(request, Scope.MANAGE))


def _item(title: str, icon: str, view: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{view}")}
