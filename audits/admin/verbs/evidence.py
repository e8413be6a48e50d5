from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.decorators import action

from audits.actions import chain, evidence
from audits.actions.judging import signals_of
from audits.admin.asking import Question
from audits.admin.forms.evidence import RunForm
from audits.admin.verbs.base import IterationVerbs
from audits.models import Iteration
from incidents.actors import Actor

EXPLANATION = "It is kept as it is, read and judged. The same bytes again are the same run."


class Evidence(IterationVerbs):
    """Taking in what runners report, and looking closely at what was taken in."""

    @action(description="Post a run", url_path="post-run", icon="upload_file", permissions=["evidence"])
    def post_run(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def post(iteration: Iteration, *, actor: Actor, report: Any, about: evidence.About) -> str:
            run, new = evidence.post_run(iteration, actor=actor, report=report, about=about)
            for remark in run.remarks[:10]:
                messages.warning(request, remark["detail"])
            counts = ", ".join(f"{getattr(run, name):,} {name}" for name in ("passed", "failed", "errors", "skipped") if getattr(run, name))
            return f"Run {run.pk} {'is stored' if new else 'was known already'}: {counts or 'no results'}."

        return self.ask(request, object_id, Question("Post a run", "Post", EXPLANATION), RunForm, post)

    @action(description="Check the evidence", url_path="chain", icon="link", permissions=["view"])
    def check_chain(self, request: HttpRequest, object_id: str) -> HttpResponse:
        iteration = self.iteration(request, object_id)
        return self._look(request, iteration, "Evidence chain", "admin/audits/iteration/chain.html", faults=chain.faults(iteration))

    @action(description="Signs of fake tests", url_path="signals", icon="search", permissions=["view"])
    def signals(self, request: HttpRequest, object_id: str) -> HttpResponse:
        iteration = self.iteration(request, object_id)
        return self._look(request, iteration, "Signs of fake tests", "admin/audits/iteration/signals.html", signals=signals_of(iteration))

    def _look(self, request: HttpRequest, iteration: Iteration, title: str, template: str, **shown: Any) -> HttpResponse:
        """A page that shows what has to be worked out from every result: too much for the iteration's own page."""
        context = {**self.admin_site.each_context(request), "title": f"{title}: {iteration}", "iteration": iteration, "opts": self.opts}
        return TemplateResponse(request, template, {**context, "original": iteration, **shown})
