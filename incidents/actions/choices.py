"""Which issue is the critical one: what the machine answers, and what a person chose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.db.models.expressions import Combinable

from incidents import focus as focusing
from incidents.actions.history import record
from incidents.actors import Actor
from incidents.errors import InvalidInput
from incidents.models import Choice, Issue, IssueQuerySet, Project
from incidents.ranking import Reason, ReasonRow, focus_points, focus_reason

RUNNERS_UP = 5


@dataclass(frozen=True, slots=True)
class Critical:
    """The issue that matters most, why, what came next, and whether the focus matched anything at all."""

    issue: Issue | None
    reasons: list[ReasonRow]
    runners_up: list[Issue]
    focus_matched: bool


def focused(issues: IssueQuerySet, focus: str) -> QuerySet[Any]:
    """The issues with `found` (how many of the focus's words they match) and `total` (priority with the focus's points)."""
    words = focusing.wanted(focus)
    found: Combinable = Value(0)
    for word in words:
        found = found + Case(When(tokens__contains=f" {word} ", then=1), default=0, output_field=IntegerField())
    points = Case(
        *[When(found=number, then=Value(focus_points(number, len(words)))) for number in range(1, len(words) + 1)],
        default=Value(0),
        output_field=IntegerField(),
    )
    return issues.annotate(found=found).annotate(total=F("priority") + points)


def most_critical(issues: IssueQuerySet, *, focus: str = "", project: Project | None = None) -> Critical:
    """The first of the open issues among these. A focus adds points to what matches it and excludes nothing.

    Within a project a person's choice for the same focus comes first as long as its issue is open.
    """
    ranked = focused(issues.open(), focus).select_related("project", "lead_pattern")
    choice = newest_choice(project, focus) if project else None
    ordered = list(ranked.order_by("-total", "id")[: RUNNERS_UP + 2])
    if choice is not None and (chosen := ranked.filter(pk=choice.issue_id).first()) is not None:
        ordered = [chosen, *(issue for issue in ordered if issue != chosen)]
    for issue in ordered:
        apply_focus(issue, focus)
    if choice is not None and ordered and ordered[0].pk == choice.issue_id:
        ordered[0].reasons = [choice_reason(choice).as_row(), *ordered[0].reasons]
    matched = any(issue.found for issue in ordered) or ranked.filter(found__gt=0).exists()
    first = ordered[0] if ordered else None
    return Critical(first, first.reasons if first else [], ordered[1 : RUNNERS_UP + 1], matched)


def newest_choice(project: Project, focus: str) -> Choice | None:
    """The last choice that somebody made in the project for this focus, whatever its spelling."""
    return project.choices.filter(focus_key=_key(focus)).order_by("-id").first()


def _key(focus: str) -> str:
    return " ".join(focusing.wanted(focus))


def choice_reason(choice: Choice) -> Reason:
    """A choice as a reason. It bears no points: it decides, it does not weigh."""
    return Reason("choice", 0, f"Chosen by {choice.actor_name}: {'; '.join(choice.reasons)}")


def apply_focus(issue: Any, focus: str) -> None:
    """Let a row of `focused` show the focus's points among its reasons; nothing is saved."""
    if issue.found:
        reason = focus_reason(focus, found=issue.found, asked=len(focusing.wanted(focus)))
        issue.reasons = sorted([*issue.reasons, reason.as_row()], key=lambda row: -row["points"])
        issue.priority = issue.total


@transaction.atomic
def choose(project: Project, *, actor: Actor, issue: Issue, reasons: list[str], focus: str = "") -> Choice:
    """Remember that somebody took this issue as the critical one. Raises InvalidInput."""
    if issue.project_id != project.pk:
        raise InvalidInput("issue_elsewhere", "The issue belongs to another project.")
    if not [reason for reason in reasons if reason.strip()]:
        raise InvalidInput("reasons_empty", "Give at least one reason.")
    choice = Choice.objects.create(project=project, focus=focus, focus_key=_key(focus), issue=issue, reasons=reasons, **actor.signature())
    record(issue, actor, "chosen", {"choice": choice.pk, "focus": focus, "reasons": reasons})
    return choice
