"""The addresses of the admin's pages, and what a page says."""

from __future__ import annotations

import html
import re
from typing import Any

from django.db.models import Model
from django.http import HttpResponse
from django.urls import reverse

LISTS = [
    "incidents_issue",
    "incidents_pattern",
    "incidents_project",
    "incidents_source",
    "incidents_token",
    "ingestion_batch",
    "audits_iteration",
    "audits_run",
    "audits_import",
    "incidents_outbox",
]
PEOPLE = "auth_user"
# Of any project, and of none: a superuser's business, like people.
DELIVERIES = "incidents_delivery"
ADDABLE = ["incidents_issue", "incidents_project", "incidents_source", "incidents_token", "audits_iteration", "audits_import", PEOPLE]


def list_of(name: str) -> str:
    return reverse(f"admin:{name}_changelist")


def adding(name: str) -> str:
    return reverse(f"admin:{name}_add")


def page_of(row: Model, verb: str = "change") -> str:
    """The page of a row, or the one that stands before a verb."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{verb}", args=[row.pk])


def text(answer: HttpResponse) -> str:
    """What a page says, without its tags, in one line."""
    plain = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(plain))


def messages(answer: HttpResponse) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def form_values(answer: HttpResponse) -> dict[str, Any]:
    """What the change form of a page would send if nobody touched it."""
    form = answer.context["adminform"].form
    values = {form.add_prefix(name): form[name].value() for name in form.fields}
    for inline in answer.context["inline_admin_formsets"]:
        formset = inline.formset
        for part in [formset.management_form, *formset.forms]:
            values |= {part.add_prefix(name): part[name].value() for name in part.fields}
    return {name: "" if value is None else value for name, value in values.items() if value is not False}
