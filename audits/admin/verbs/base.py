from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from audits.admin.asking import Question, ask, bound
from audits.admin.forms.base import IterationForm
from audits.gathering import gather
from audits.models import Iteration
from incidents.actors import Actor
from incidents.admin.scoped import ProjectScopedAdmin, person
from incidents.roles import Scope


class IterationVerbs(ProjectScopedAdmin):
    """What all pages before a verb share."""

    def row(self, request: HttpRequest, object_id: Any) -> Any:
        """As ProjectScopedAdmin has it; each button of a page asks, so it is looked up once a request."""
        known: dict[str, Any] = request.__dict__.setdefault("_iterations_looked_up", {})
        if str(object_id) not in known:
            known[str(object_id)] = super().row(request, object_id)
        return known[str(object_id)]

    def has_write_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, Scope.WRITE)

    def has_evidence_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, Scope.EVIDENCE)

    def has_review_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, Scope.REVIEW)

    def _may(self, request: HttpRequest, object_id: Any, scope: Scope) -> bool:
        iteration = self.row(request, object_id)
        return iteration is not None and self.allows(request, scope, iteration)

    def iteration(self, request: HttpRequest, object_id: str) -> Iteration:
        """The iteration of the address. Raises Http404."""
        found: Iteration | None = self.row(request, object_id)
        if found is None:
            raise Http404
        return found

    def ask(
        self,
        request: HttpRequest,
        object_id: str,
        question: Question,
        make_form: Callable[..., IterationForm],
        verb: Callable[..., str],
    ) -> HttpResponse:
        """Ask for what the verb takes; `verb` does it and gives the sentence that is said on the iteration's page."""
        iteration = self.iteration(request, object_id)
        form = make_form(iteration=iteration, dossier=gather(iteration), **bound(request))
        verb = partial(verb, iteration, actor=Actor.person(person(request)))

        def answer(**given: Any) -> HttpResponse:
            messages.success(request, verb(**given))
            return redirect("admin:audits_iteration_change", iteration.pk)

        back = reverse("admin:audits_iteration_change", args=[iteration.pk])
        return ask(self, request, question, form, answer, back=back, subject=iteration)
