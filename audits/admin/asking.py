"""The page that stands before a verb of the audit: like `incidents.admin.asking`, but what was typed outlives a refusal.

Whoever has written five whys must not lose them because an expression has a bracket too many.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from audits.admin.forms.base import VerbForm
from incidents.admin.scoped import ProjectScopedAdmin
from incidents.errors import DomainError


@dataclass(frozen=True, slots=True)
class Question:
    """What the page says besides its form."""

    title: str
    button: str
    explanation: str = ""
    danger: bool = False


def bound(request: HttpRequest) -> dict[str, Any]:
    """What a form takes: what was posted, or nothing yet. A verb is called by POST alone."""
    return {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}


def ask(
    page: ProjectScopedAdmin,
    request: HttpRequest,
    question: Question,
    form: VerbForm,
    answer: Callable[..., HttpResponse],
    *,
    back: str,
    subject: models.Model | None = None,
) -> HttpResponse:
    """Show the question; posted and valid, call `answer` with what was given. What it refuses is said on the same page."""
    if form.is_valid():
        try:
            return answer(**form.given())
        except DomainError as refused:
            form.refuse(refused)
    context: dict[str, Any] = {
        **page.admin_site.each_context(request),
        "title": f"{question.title}: {subject}" if subject else question.title,
        "question": question,
        "subject": subject,
        "original": subject,
        "form": form,
        "back": back,
        "opts": page.opts,
    }
    return TemplateResponse(request, "admin/audits/ask.html", context)
