"""The page that stands before a verb: it asks for what the verb needs, or only whether it is meant.

A verb is called by POST alone, so that no link, prefetch or foreign page can call it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from incidents.admin.scoped import ProjectScopedAdmin, told


class NothingToFillIn(forms.Form):
    """For a verb that needs no more than a yes."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the page says, what it asks for, and what it answers when the verb went through."""

    title: str
    button: str
    done: str
    explanation: str = ""
    form: type[forms.Form] = NothingToFillIn
    danger: bool = False


def ask(
    page: ProjectScopedAdmin, request: HttpRequest, subject: models.Model, question: Question, answer: Callable[..., object]
) -> HttpResponse:
    """Show the question; posted and valid, call `answer` with what was given and go back to the subject's page."""
    back = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_change", args=[subject.pk])
    form = question.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with told(request) as went_through:
            answer(**form.cleaned_data)
        if went_through():
            messages.success(request, question.done)
        return redirect(back)
    context: dict[str, Any] = {
        **page.admin_site.each_context(request),
        "title": f"{question.title}: {subject}",
        "question": question,
        "subject": subject,
        "original": subject,
        "form": form,
        "back": back,
        "opts": page.opts,
    }
    return TemplateResponse(request, "admin/ask.html", context)
