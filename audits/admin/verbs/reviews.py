from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from audits.actions import reviews
from audits.admin.asking import Question
from audits.admin.forms.reviews import ClosureForm, ReviewForm, WaiverForm
from audits.admin.verbs.base import IterationVerbs
from audits.models import Finding, Iteration
from incidents.actors import Actor
from incidents.errors import InvalidInput, Unmet

WAIVING = "It opens the gate for this one thing. An issue that ends by it is resolved as waived, never as verified."


class Reviews(IterationVerbs):
    """What reviewers do."""

    @action(description="Review the tests", url_path="review", icon="rate_review", permissions=["review"])
    def review(self, request: HttpRequest, object_id: str) -> HttpResponse:
        threshold = self.iteration(request, object_id).project.rules.review_threshold
        explanation = (
            f"The score is the weighted mean of what was checked; from {threshold} on a review approves. Nobody reviews their own tests."
        )
        return self.ask(request, object_id, Question("Review the tests", "Store", explanation), ReviewForm, _review)

    @action(description="Close a finding", url_path="close-finding", icon="task_alt", permissions=["review"])
    def close_finding(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def form(**given: Any) -> ClosureForm:
            return ClosureForm(initial={"finding": request.GET.get("finding", "")}, **given)

        return self.ask(request, object_id, Question("Close a finding", "Close it"), form, _close)

    @action(description="Let something pass", url_path="waive", icon="lock_open", permissions=["review"])
    def waive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        iteration = self.iteration(request, object_id)
        explanation = WAIVING if iteration.unmet else "Nothing is unmet in this phase."

        def form(**given: Any) -> WaiverForm:
            return WaiverForm(initial={"what": request.GET.get("what", "")}, **given)

        return self.ask(request, object_id, Question("Let something pass", "Let it pass", explanation), form, _waive)


def _review(iteration: Iteration, *, actor: Actor, **given: Any) -> str:
    review = reviews.review(iteration, actor=actor, **given)
    return f"Review {review.version} is stored: {review.score} of 100, {review.get_verdict_display()}."


def _close(iteration: Iteration, *, actor: Actor, finding: int, how: str, commit: str) -> str:
    found = Finding.objects.filter(pk=finding, review__iteration=iteration).first()
    if found is None:
        raise InvalidInput(
            "finding_unknown", "There is no such finding here.", [Unmet("unknown", "There is no such finding here.", "finding")]
        )
    reviews.close_finding(iteration, found, actor=actor, how=how, commit=commit)
    return "The finding is closed."


def _waive(iteration: Iteration, *, actor: Actor, code: str, subject: str, reason: str) -> str:
    waiver = reviews.waive(iteration, actor=actor, code=code, subject=subject, reason=reason)
    return f"{waiver.actor_name} lets {waiver} pass."
