"""Merging, splitting and taking either back, as the pages ask for it and tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from incidents.actions import regrouping
from incidents.actors import Actor
from incidents.admin import bursts, scoped
from incidents.admin.asking import Question
from incidents.admin.scoped import ProjectScopedAdmin
from incidents.models import GroupingDecision, Issue, IssuePattern, IssueState
from incidents.severity import Severity

SHOWN_DECISIONS: Final = 20
# So many patterns can be chosen from on one page, the largest.
OFFERED_PATTERNS: Final = 200
MOST_TOGETHER: Final = 50
_TEXT_LENGTH: Final = 160
_MOST_DIGITS: Final = 9


class UnknownIssue(forms.ValidationError):
    """What was typed names no issue of the project."""


def merging(issue: Issue) -> Question:
    """What has to be known before the issue is merged."""

    class MergeForm(forms.Form):
        into = forms.CharField(
            label="Into",
            widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
            max_length=200,
            help_text=f"The other issue’s key, like {issue.project.slug}-12, or its number.",
        )

        def clean_into(self) -> Issue:
            return issue_named(self.cleaned_data["into"], beside=issue)

    explanation = (
        f"All patterns of {issue.key} and what they have counted go to the other issue, and so does whatever comes of them from now on. "
        f"{issue.key} keeps its page and its history and leads there. It can be undone."
    )
    return Question("Merge", "Merge", f"{issue.key} is merged.", explanation, form=MergeForm)


def splitting(issue: Issue) -> Question:
    """What has to be known before patterns leave the issue."""

    class SplitForm(forms.Form):
        patterns = forms.TypedMultipleChoiceField(
            label="What leaves",
            choices=_choices(issue),
            coerce=int,
            widget=UnfoldAdminCheckboxSelectMultipleWidget(attrs={"class": "fx-choice"}),
            error_messages={"required": "Tick what is to leave the issue."},
        )

    explanation = (
        "What you tick gets an issue of its own, or goes back to the one that it has, with all its entries. From then on it is "
        "set apart: the machine joins it to nothing any more. At least one pattern stays. It can be undone."
    )
    return Question("Split", "Split", "The patterns have left; “Grouping decisions” says where they went.", explanation, form=SplitForm)


def undoing(issue: Issue, *, asked: str) -> Question:
    """Which decision is taken back; the one that was `asked` for is chosen already."""
    decisions = regrouping.standing(issue)

    class UndoForm(forms.Form):
        decision = forms.TypedChoiceField(
            choices=[(one.pk, f"{one.actor_name} {sentence(one, issue)} · {one.at:%Y-%m-%d %H:%M} UTC") for one in decisions],
            coerce=lambda pk: next(one for one in decisions if one.pk == int(pk)),
            initial=asked,
            widget=UnfoldAdminSelectWidget(),
            error_messages={"invalid_choice": "That decision does not stand any more, or never concerned this issue."},
        )

    explanation = (
        "What the decision moved goes back to where it was, as far as nobody has moved it since; a merged issue is again what it was "
        "before. The timeline keeps the decision, and that you took it back."
    )
    return Question("Undo", "Undo", "The decision is taken back.", explanation, form=UndoForm)


def together(page: ProjectScopedAdmin, request: HttpRequest, chosen: Sequence[Issue]) -> HttpResponse | None:
    """Merge the issues that were chosen in the list into one of them, once that is confirmed. Without an answer the list is shown again."""
    if refused := _refused(page, request, chosen):
        messages.error(request, refused)
        return None
    question = _merging_together(chosen)
    form = question.form(request.POST if "into" in request.POST else None)
    if form.is_valid():
        into, merged = form.cleaned_data["into"], 0
        with scoped.told(request):
            for issue in chosen:
                if issue != into:
                    regrouping.merge(issue, actor=Actor.person(scoped.person(request)), into=into)
                    merged += 1
        if merged:
            messages.success(request, f"{merged} issue{'' if merged == 1 else 's'} merged into {into.key}.")
        return redirect(request.get_full_path())
    context: dict[str, Any] = {
        **page.admin_site.each_context(request),
        "title": question.title,
        "question": question,
        "subject": ", ".join(issue.key for issue in chosen),
        "form": form,
        "back": request.get_full_path(),
        "opts": page.opts,
    }
    return TemplateResponse(request, "admin/ask.html", context)


def _refused(page: ProjectScopedAdmin, request: HttpRequest, chosen: Sequence[Issue]) -> str:
    if len(chosen) < 2:
        return "Choose at least two issues."
    if len(chosen) > MOST_TOGETHER:
        return f"At most {MOST_TOGETHER} issues can be merged at once."
    if len({issue.project_id for issue in chosen}) > 1:
        return "Only issues of one project can be merged."
    return "" if page.has_change_permission(request, chosen[0]) else "Your role does not allow it in this project."


def _merging_together(chosen: Sequence[Issue]) -> Question:
    by_pk = {str(issue.pk): issue for issue in chosen}

    class TogetherForm(forms.Form):
        # As the list sends them, so that the answer finds its way back to this action.
        action = forms.CharField(initial="merge_selected", widget=forms.HiddenInput)
        _selected_action = forms.MultipleChoiceField(
            choices=[(pk, pk) for pk in by_pk], initial=list(by_pk), widget=forms.MultipleHiddenInput
        )
        into = forms.TypedChoiceField(
            label="What stays",
            choices=[(pk, str(issue)) for pk, issue in by_pk.items()],
            coerce=by_pk.__getitem__,
            widget=UnfoldAdminSelectWidget(),
        )

    explanation = (
        "All patterns of the others, and what they have counted, go to the one that stays. The others keep their pages and their history "
        "and lead there. Each merge can be undone."
    )
    return Question("Merge", "Merge", "", explanation, form=TogetherForm)


def issue_named(text: str, *, beside: Issue) -> Issue:
    """The issue of the same project that a key, a number or an id names. Raises UnknownIssue, the same for other projects' issues."""
    project = beside.project
    slug, dash, number = text.strip().removeprefix("#").rpartition("-")
    if dash and slug.casefold() != project.slug.casefold():
        raise UnknownIssue(f"“{text.strip()}” is no issue of {project.slug}. Only issues of one project can be merged.")
    if not (number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS):
        raise UnknownIssue(f"“{text.strip()}” is neither a key, like {project.slug}-12, nor a number.")
    issues = project.issues.select_related("project")
    # A bare number may be an id, as it stands in a page's address.
    found = issues.filter(number=int(number)).first() or (None if dash else issues.filter(pk=int(number)).first())
    if found is None:
        raise UnknownIssue(f"{project.slug} has no issue {text.strip()}.")
    return found


def told(decisions: Iterable[GroupingDecision], issue: Issue) -> list[dict[str, Any]]:
    """The standing decisions as the issue's page tells them."""
    undo = reverse("admin:incidents_issue_undo", args=[issue.pk])
    return [
        {
            "at": one.at,
            "actor": one.actor_name,
            "sentence": sentence(one, issue),
            "other": one.target if one.issue_id == issue.pk else one.issue,
            "undo": f"{undo}?decision={one.pk}",
        }
        for one in decisions
    ]


def sentence(decision: GroupingDecision, issue: Issue) -> str:
    """What was decided, as it looks from the issue; goes on from the name."""
    leaves, merge = decision.issue_id == issue.pk, decision.kind == GroupingDecision.Kind.MERGE
    if merge:
        return f"merged it into {decision.target.key}" if leaves else f"merged {decision.issue.key} into it"
    number = len(decision.patterns)
    patterns = f"{number} pattern{'' if number == 1 else 's'}"
    return f"split {patterns} off, to {decision.target.key}" if leaves else f"split {patterns} off from {decision.issue.key}, to it"


def merge_of(issue: Issue, decisions: Iterable[GroupingDecision]) -> GroupingDecision | None:
    """The decision by which somebody merged the issue; None where the logs did, or nobody."""
    mine = (one for one in decisions if one.issue_id == issue.pk and one.kind == GroupingDecision.Kind.MERGE)
    return next(mine, None) if issue.state == IssueState.MERGED else None


def sensible(issue: Issue) -> set[str]:
    """The buttons that make sense now, by their paths. Whether the move is allowed, the verb itself says."""
    buttons = {"undo"} if regrouping.standing(issue) else set()
    if issue.state == IssueState.MERGED:
        return buttons
    return buttons | {"merge"} | ({"split"} if issue.parts.count() > 1 else set())


def _choices(issue: Issue) -> Sequence[tuple[int, str]]:
    return [(part.pattern_id, _label(part, issue)) for part in bursts.parts_of(issue, most=OFFERED_PATTERNS)]


def _label(part: IssuePattern, issue: Issue) -> str:
    cause = ["the cause"] if part.pattern_id == issue.lead_pattern_id else []
    return " · ".join([str(part.pattern)[:_TEXT_LENGTH], *cause, Severity(part.pattern.severity).name, _entries(part.entries)])


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number:,} entries"
