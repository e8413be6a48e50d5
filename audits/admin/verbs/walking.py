from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from unfold.decorators import action
from unfold.enums import ActionVariant

from audits.actions import iterations
from audits.admin.asking import Question
from audits.admin.forms.walking import AbandonForm, AdvanceForm, BackForm, StatedCommitForm
from audits.admin.verbs.base import IterationVerbs
from audits.models import Iteration, IterationState
from incidents.actors import Actor


class Walking(IterationVerbs):
    """Moving an iteration through its phases."""

    @action(description="Advance", url_path="advance", icon="arrow_forward", permissions=["write"], variant=ActionVariant.PRIMARY)
    def advance(self, request: HttpRequest, object_id: str) -> HttpResponse:
        phase = self.iteration(request, object_id).get_phase_display()
        explanation = "The evidence is judged as it stands now. What was recorded in a phase stays when it ends."
        return self.ask(request, object_id, Question(f"End phase {phase}", "Advance", explanation), AdvanceForm, _advance)

    @action(description="Go back", url_path="back", icon="arrow_back", permissions=["write"])
    def back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.ask(request, object_id, Question("Go back to an earlier phase", "Go back"), BackForm, _back)

    @action(description="Abandon", url_path="abandon", icon="block", permissions=["write"], variant=ActionVariant.DANGER)
    def abandon(self, request: HttpRequest, object_id: str) -> HttpResponse:
        explanation = "It cannot be taken up again; another iteration can be begun over the same issue."
        return self.ask(request, object_id, Question("Abandon the iteration", "Abandon", explanation, danger=True), AbandonForm, _abandon)

    @action(description="State the commit", url_path="commit", icon="merge", permissions=["write"])
    def commit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        explanation = "You state, with your name, that this commit stands on the default branch. A webhook from GitHub proves it, too."
        return self.ask(request, object_id, Question("State the commit", "State it", explanation), StatedCommitForm, _state_commit)


def _advance(iteration: Iteration, *, actor: Actor) -> str:
    moved = iterations.advance(iteration, actor=actor)
    if moved.state == IterationState.DONE:
        return f"The iteration has ended; {moved.issue.key} is resolved as {moved.issue.get_resolution_display()}."
    return f"The iteration is in phase {moved.get_phase_display()} now."


def _back(iteration: Iteration, *, actor: Actor, to: str, reason: str) -> str:
    return f"The iteration is back in phase {iterations.back(iteration, actor=actor, to=to, reason=reason).get_phase_display()}."


def _abandon(iteration: Iteration, *, actor: Actor, reason: str) -> str:
    iterations.abandon(iteration, actor=actor, reason=reason)
    return "The iteration is abandoned."


def _state_commit(iteration: Iteration, *, actor: Actor, commit: str, branch: str) -> str:
    said = iterations.state_commit(iteration, actor=actor, commit=commit, branch=branch)
    return f"{said.actor_name} states that {said.commit[:12]} stands on {said.branch}."
