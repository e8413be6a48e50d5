from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget

from audits.admin.forms.base import MOST_SHOWN, IterationForm, Part, told_of
from audits.admin.forms.fields import CommitField, FindingsField, LinesField, PathsField, TextField
from audits.dossier import Finding
from audits.gates import still_unmet
from incidents.errors import Unmet
from incidents.project_settings import Policy


class ReviewForm(IterationForm):
    """One row for each policy of the project. One that is left empty is not checked, and does not count."""

    strengths = LinesField(help_text="One a line.")
    approved_files = PathsField(help_text="One path a line.")
    findings = FindingsField(
        rows=6,
        help_text="What should change, one finding a line, with its severity: “critical: the login is mocked”, or with the file, "
        "“minor tests/unit/test_ids.py: three tests assert the same”. An open critical finding keeps the gate shut.",
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for number, policy in self._policies():
            self.fields[f"score_{number}"] = forms.FloatField(
                label=f"Score, 0 to 100 (weight {policy.weight})",
                required=False,
                min_value=0,
                max_value=100,
                widget=UnfoldAdminDecimalFieldWidget(),
            )
            self.fields[f"evidence_{number}"] = TextField(label="Evidence", rows=2)

    def _policies(self) -> Iterator[tuple[int, Policy]]:
        return enumerate(self.iteration.project.rules.policies, start=1)

    def parts(self) -> list[Part]:
        checks = [
            Part(policy.name.capitalize(), [self[f"score_{number}"], self[f"evidence_{number}"]]) for number, policy in self._policies()
        ]
        return [*checks, Part("What was found", [self[name] for name in ("strengths", "approved_files", "findings")])]

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        checks = [
            {"name": policy.name, "weight": policy.weight, "score": said[f"score_{number}"], "evidence": said[f"evidence_{number}"]}
            for number, policy in self._policies()
            if said[f"score_{number}"] is not None
        ]
        return {"checks": checks, **{name: said[name] for name in ("strengths", "approved_files", "findings")}}


class ClosureForm(IterationForm):
    finding = forms.TypedChoiceField(coerce=int, widget=UnfoldAdminSelectWidget())
    how = TextField(label="How it was closed", required=True)
    commit = CommitField(required=False)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["finding"].choices = [(finding.id, f"{finding.severity}: {finding.text[:120]}") for finding in self._open()]  # type: ignore[attr-defined]

    def _open(self) -> list[Finding]:
        return [finding for review in self.dossier.reviews for finding in review.findings if finding.closed is None]


class WaiverForm(IterationForm):
    """Only what is unmet now can be let pass; it is named by code and subject."""

    what = forms.ChoiceField(label="What to let pass", widget=UnfoldAdminSelectWidget())
    reason = TextField(required=True, help_text="It stands beside the verdict with your name. The verdict stays what it is.")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        named = {name_of(one): f"{one.code}: {told_of(one)[:160]}" for one in still_unmet(self.dossier)}
        asked = self.data.get("what") or self.initial.get("what")
        choices = [(name, label) for place, (name, label) in enumerate(named.items()) if place < MOST_SHOWN or name == asked]
        self.fields["what"].choices = choices  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        code, subject = json.loads(self.cleaned_data["what"])
        return {"code": code, "subject": subject, "reason": self.cleaned_data["reason"]}


def name_of(unmet: Unmet) -> str:
    """An unmet thing's name in an address and in a form."""
    return json.dumps([unmet.code, unmet.subject], ensure_ascii=False)
