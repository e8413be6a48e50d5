from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from unfold.widgets import UnfoldAdminSelectWidget

from audits.actions.evidence import About
from audits.actions.imports import LARGEST
from audits.admin.forms.base import IterationForm, VerbForm
from audits.admin.forms.fields import CommitField, FileHashesField, LineField, NumberField, TextField, UploadField
from audits.admin.forms.walking import the_only
from audits.terms import Stage
from incidents.models import Project
from incidents.roles import Scope

STAGES = [
    (Stage.BEFORE_FIX.value, "before the fix"),
    (Stage.AFTER_FIX.value, "after the fix"),
    (Stage.STABILITY.value, "stability: again at the fix"),
]


class RunForm(IterationForm):
    report = UploadField(help_text="What the runner wrote: JUnit XML, or CTRF JSON.")
    stage = forms.ChoiceField(choices=STAGES, widget=UnfoldAdminSelectWidget())
    commit = CommitField(help_text="The full hash of what was tested.")
    exit_status = NumberField(min_value=-(2**31), max_value=2**31 - 1, help_text="Of the runner; 0 where it says that all is well.")
    run_group = LineField(longest=200, help_text="The same word for reports that are parts of one run, such as shards.")
    report_id = LineField(longest=200, help_text="The client’s own name for the report.")
    command = TextField(rows=2, mono=True, max_length=10_000)
    environment = TextField(rows=2, mono=True, help_text="Versions and settings that somebody would need to run it again.")
    files = FileHashesField(  # type: ignore[assignment]  # forms take their fields out of the class
        label="SHA-256 of files",
        required=False,
        help_text='Test files and runner configuration, so that a change between the runs shows: {"tests/unit/test_ids.py": "9f86d0…"}.',
    )

    def known(self) -> dict[str, Any]:
        has_base = any(run.stage is Stage.BEFORE_FIX for run in self.dossier.runs)
        stage = Stage.AFTER_FIX if self.dossier.fix and has_base else Stage.BEFORE_FIX
        return {"stage": stage.value, "commit": self.dossier.fix.commit if self.dossier.fix and has_base else "", "files": ""}

    def clean_report(self) -> Any:
        report = self.cleaned_data["report"]
        if report.size > settings.MAX_BODY_BYTES:
            raise forms.ValidationError(f"A report may have {settings.MAX_BODY_BYTES:,} bytes; this one has {report.size:,}.")
        return report

    def given(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        return {"report": said.pop("report").file, "about": About(**said)}


class ImportForm(VerbForm):
    project = forms.ModelChoiceField(queryset=Project.objects.none(), widget=UnfoldAdminSelectWidget())
    file = UploadField(required=False, help_text="Markdown, as a person or an agent kept it.")
    text = TextField(label="Or its text", rows=16, mono=True, max_length=None, strip=False)

    def __init__(self, *args: Any, user: User, **given: Any) -> None:
        super().__init__(*args, **given)
        projects = Project.objects.where_allowed(user, Scope.WRITE)
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]
        self.initial = {"project": the_only(projects)}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        file, text = given.get("file"), given.get("text", "")
        if bool(file) == bool(text.strip()):
            self.add_error("file", "Give one of the two: a file, or the text." if file else "Choose a file, or paste its text below.")
        elif file and file.size > LARGEST:
            self.add_error("file", f"An audit log has at most {LARGEST:,} bytes; this one has {file.size:,}.")
        return given

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"project": said["project"], "raw": said["file"].read() if said["file"] else said["text"].encode()}
