from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from audits.actions import fixes, statements
from audits.admin.asking import Question
from audits.admin.forms.statements import FixForm, MetricsForm, RootCauseForm, TestFilesForm, TestPlanForm
from audits.admin.verbs.base import IterationVerbs
from audits.models import Iteration
from incidents.actors import Actor

NEW_VERSION = "Saving makes a new version; the earlier ones are kept."


class Statements(IterationVerbs):
    """What people state: cause, plan, files, metrics, fix."""

    @action(description="Root cause", url_path="root-cause", icon="account_tree", permissions=["write"])
    def root_cause(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def state(iteration: Iteration, *, actor: Actor, **given: Any) -> str:
            cause = statements.set_root_cause(iteration, actor=actor, **given)
            missed = statements.check_pattern(cause.pattern_regex, cause.pattern_must_match)
            if missed:
                messages.warning(request, f"The proposed pattern does not match {', '.join(f'“{value[:200]}”' for value in missed[:5])}.")
            return f"Root cause, version {cause.version}, is stored."

        return self.ask(request, object_id, Question("State the root cause", "Store", NEW_VERSION), RootCauseForm, state)

    @action(description="Test plan", url_path="test-plan", icon="checklist", permissions=["write"])
    def test_plan(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.ask(request, object_id, Question("Plan the tests", "Store", NEW_VERSION), TestPlanForm, _plan)

    @action(description="Test files", url_path="test-files", icon="draft", permissions=["write"])
    def test_files(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.ask(request, object_id, Question("Name the test files", "Store"), TestFilesForm, _name_files)

    @action(description="Success metrics", url_path="success-metrics", icon="speed", permissions=["write"])
    def success_metrics(self, request: HttpRequest, object_id: str) -> HttpResponse:
        iteration = self.iteration(request, object_id)
        plan = iteration.test_plans.first()
        explanation = (
            NEW_VERSION if plan and plan.success_metrics else "The newest test plan names no success metric; add some to it first."
        )
        return self.ask(request, object_id, Question("Judge the success metrics", "Store", explanation), MetricsForm, _judge)

    @action(description="Fix", url_path="fix", icon="build", permissions=["write"])
    def fix(self, request: HttpRequest, object_id: str) -> HttpResponse:
        explanation = f"From now on the evidence at its commit counts. {NEW_VERSION}"
        return self.ask(request, object_id, Question("Record the fix", "Store", explanation), FixForm, _record_fix)


def _plan(iteration: Iteration, *, actor: Actor, **given: Any) -> str:
    plan = statements.set_test_plan(iteration, actor=actor, **given)
    return f"Test plan, version {plan.version}, is stored with {_counted(len(given['tests']), 'test')}."


def _name_files(iteration: Iteration, *, actor: Actor, files: list[dict[str, Any]]) -> str:
    return f"{_counted(len(statements.set_test_files(iteration, actor=actor, files=files)), 'test file')} recorded."


def _judge(iteration: Iteration, *, actor: Actor, metrics: list[dict[str, Any]]) -> str:
    judged = statements.judge_metrics(iteration, actor=actor, metrics=metrics).metrics
    met = sum(metric["met"] is True for metric in judged)
    return f"{met} of {_counted(len(judged), 'success metric')} met."


def _record_fix(iteration: Iteration, *, actor: Actor, **given: Any) -> str:
    fix = fixes.record_fix(iteration, actor=actor, **given)
    return f"Fix, version {fix.version}, is recorded at {fix.commit[:12]}."


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
