from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.models import User
from unfold.widgets import UnfoldAdminSelectWidget

from audits.admin.forms.base import IterationForm, VerbForm
from audits.admin.forms.fields import CommitField, LineField, LinesField, TextField
from audits.gates import still_unmet
from audits.models import Iteration
from audits.models.iteration import PHASES
from incidents.api.filters import LONGEST_FOCUS
from incidents.errors import DomainError
from incidents.models import Issue, Project, ProjectQuerySet
from incidents.roles import Scope


class BeginForm(VerbForm):
    """`asked` is the key of the issue whose page somebody came from, as the address has it."""

    project = forms.ModelChoiceField(queryset=Project.objects.none(), widget=UnfoldAdminSelectWidget())
    issue = forms.ModelChoiceField(
        queryset=Issue.objects.none(),
        required=False,
        widget=AutocompleteSelect(Iteration._meta.get_field("issue"), admin.site),
        help_text="Found by key, title or message. Empty: the one that ranks first among those that no running iteration walks.",
    )
    focus = LineField(
        longest=LONGEST_FOCUS,
        help_text="A word or two that the issue should be about, such as “threads”. It adds points, and hides nothing.",
    )
    reasons = LinesField(
        label="Why this issue",
        rows=4,
        help_text="One reason a line. Needed where another issue ranks first; else the ranking’s reasons are taken.",
    )

    def __init__(self, *args: Any, user: User, asked: str = "", **given: Any) -> None:
        super().__init__(*args, **given)
        projects = Project.objects.where_allowed(user, Scope.WRITE)
        issues = Issue.objects.of(projects).select_related("project")
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]
        self.fields["issue"].queryset = issues  # type: ignore[attr-defined]
        issue = issues.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
        self.initial = {"issue": issue.pk, "project": issue.project_id} if issue else {"project": the_only(projects)}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        project, issue = given.get("project"), given.get("issue")
        if project and issue and issue.project_id != project.pk:
            self.add_error("issue", "It belongs to another project.")
        return given


def the_only(projects: ProjectQuerySet) -> int | None:
    """The key of the project, where there is but one."""
    keys = list(projects.values_list("pk", flat=True)[:2])
    return keys[0] if len(keys) == 1 else None


class AdvanceForm(IterationForm):
    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.unmet = still_unmet(self.dossier)

    def refuse(self, error: DomainError) -> None:
        super().refuse(error)
        self.unmet = error.unmet


class BackForm(IterationForm):
    to = forms.ChoiceField(label="To phase", widget=UnfoldAdminSelectWidget())
    reason = TextField(required=True, help_text="What makes you take it back. What was recorded stays.")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        names = [phase for phase, _ in PHASES]
        self.fields["to"].choices = PHASES[: names.index(self.iteration.phase)]  # type: ignore[attr-defined]


class AbandonForm(IterationForm):
    reason = TextField(required=True, help_text="What makes you give it up. The issue stays as it is.")


class StatedCommitForm(IterationForm):
    commit = CommitField()
    branch = LineField(longest=255, required=True, help_text="The project’s default branch.")

    def known(self) -> dict[str, Any]:
        return {"commit": self.dossier.fix.commit if self.dossier.fix else ""}
