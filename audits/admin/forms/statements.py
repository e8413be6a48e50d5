from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanWidget

from audits.admin.forms.base import IterationForm, Part
from audits.admin.forms.fields import (
    LONGEST_SENTENCE,
    CommitField,
    LineField,
    LinesField,
    NumberField,
    PathField,
    PathsField,
    PlacesField,
    PlannedTestsField,
    ReferencesField,
    TestFilesField,
    TextField,
    ValuesField,
)
from audits.api import inputs
from audits.dossier import Place

MOST_WHYS: Final = 20


class RootCauseForm(IterationForm):
    """As many whys as the project wants, or as the newest version has where those are more."""

    statement = TextField(label="Root cause", help_text="Where the whys ended: what has to change so that it cannot happen again.")
    impact = TextField(help_text="Who or what suffers, and how badly.")
    fix = TextField(label="Proposed fix")
    scope = PlacesField(help_text="One place a line: path/to/file.py:194, or the file alone.")
    regex = LineField(
        label="Proposed pattern",
        longest=LONGEST_SENTENCE,
        mono=True,
        strip=False,
        help_text="A regular expression that the fix would bring in (RE2). It is tried on the values below at once.",
    )
    must_match = ValuesField(label="Values that it must match", help_text="One value a line.")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for number in range(1, self.whys + 1):
            self.fields[f"question_{number}"] = TextField(label="Question", rows=2, max_length=LONGEST_SENTENCE)
            self.fields[f"answer_{number}"] = TextField(label="Answer", rows=3)
            self.fields[f"evidence_{number}"] = ReferencesField(
                label="Evidence",
                rows=2,
                help_text="One reference a line: a log entry, a pattern, file:line, a commit, a test, an address." if number == 1 else "",
            )

    @property
    def whys(self) -> int:
        """How many are asked for. What was posted counts, too: the project may have changed its mind meanwhile."""
        posted = sum(f"question_{number}" in self.data for number in range(1, MOST_WHYS + 1))
        newest = self.dossier.root_cause
        return min(max(self.dossier.rules.whys, len(newest.whys) if newest else 0, posted), MOST_WHYS)

    def known(self) -> dict[str, Any]:
        cause = self.dossier.root_cause
        if cause is None:
            return {}
        known: dict[str, Any] = {name: getattr(cause, name) for name in ("statement", "impact", "fix")}
        known |= {"scope": [_row(place) for place in cause.scope], "regex": cause.pattern_regex, "must_match": cause.pattern_must_match}
        for number, why in enumerate(cause.whys, start=1):
            known |= {f"question_{number}": why.question, f"answer_{number}": why.answer, f"evidence_{number}": why.evidence}
        return known

    def parts(self) -> list[Part]:
        whys = [
            Part(f"Why {number}", [self[f"{name}_{number}"] for name in ("question", "answer", "evidence")])
            for number in range(1, self.whys + 1)
        ]
        ends = Part("Where they end", [self[name] for name in ("statement", "impact", "fix", "scope")])
        return [*whys, ends, Part("A pattern, where the fix is one", [self["regex"], self["must_match"]])]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for number in range(1, self.whys + 1):
            answered = given.get(f"answer_{number}") or given.get(f"evidence_{number}")
            if answered and not given.get(f"question_{number}") and f"question_{number}" not in self.errors:
                self.add_error(f"question_{number}", "An answer needs its question.")
        if given.get("must_match") and not given.get("regex"):
            self.add_error("regex", "Give the expression that the values must match.")
        return given

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            **{name: said[name] for name in ("statement", "impact", "fix", "scope")},
            "whys": [
                {
                    "question": said[f"question_{number}"],
                    "answer": said[f"answer_{number}"],
                    "evidence": self.kept(f"evidence_{number}") or [],
                }
                for number in range(1, self.whys + 1)
                if said[f"question_{number}"]
            ],
            "proposed_pattern": {"regex": said["regex"], "must_match": self.kept("must_match") or []} if said["regex"] else None,
        }


class TestPlanForm(IterationForm):
    __test__ = False

    strategy = TextField(help_text="What the tests show, and how.")
    tests = PlannedTestsField(
        help_text="Each test with level (unit, integration, e2e), file, name, expectation (red_then_green, always_green), and, where it is "
        "known, purpose and expected_failure, a plain part of the failure that the issue causes: "
        '[{"level": "unit", "file": "tests/unit/test_ids.py", "name": "test_pipeline_ids_are_valid", "expectation": "red_then_green", '
        '"expected_failure": "Invalid user_id format"}]'
    )
    success_metrics = LinesField(help_text="One a line; each is judged met or not before phase 7 ends.")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for level in inputs.LEVELS:
            self.fields[_declared(level)] = NumberField(label=f"Declared {level} tests", min_value=0, max_value=1_000_000)
        self.fields["tests"].widget.attrs["rows"] = 18

    def known(self) -> dict[str, Any]:
        plan = self.dossier.test_plan
        if plan is None:
            return {"tests": []}
        known: dict[str, Any] = {"strategy": plan.strategy, "success_metrics": plan.success_metrics}
        known["tests"] = [{name: str(getattr(test, name)) for name in test.__struct_fields__ if getattr(test, name)} for test in plan.tests]
        return known | {_declared(level): count for level, count in plan.declared.items()}

    def parts(self) -> list[Part]:
        counts = [self[_declared(level)] for level in inputs.LEVELS]
        return [
            Part("", [self["strategy"], self["tests"]]),
            Part("How many the plan says that it has", counts),
            Part("", [self["success_metrics"]]),
        ]

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        declared = {level: said[_declared(level)] for level in inputs.LEVELS if said[_declared(level)] is not None}
        return {
            "strategy": said["strategy"],
            "tests": said["tests"],
            "success_metrics": self.kept("success_metrics") or [],
            "declared": declared,
        }


class TestFilesForm(IterationForm):
    """Where nothing is recorded yet it names the planned files; counting their tests is left to whoever records them."""

    __test__ = False

    files = TestFilesField(  # type: ignore[assignment]  # forms take their fields out of the class
        rows=10,
        help_text="One file a line: path | level | number of tests | SHA-256, such as tests/unit/test_ids.py | unit | 7. "
        "All of them: the list replaces what was recorded before.",
    )

    def known(self) -> dict[str, Any]:
        recorded = self.dossier.test_files
        if recorded:
            return {"files": [{name: getattr(file, name) for name in ("path", "level", "tests", "sha256")} for file in recorded]}
        tests = self.dossier.test_plan.tests if self.dossier.test_plan else []
        levels = {test.file: test.level for test in tests if test.file}
        return {"files": [{"path": path, "level": level, "tests": None, "sha256": ""} for path, level in levels.items()]}


class MetricsForm(IterationForm):
    """One row for each success metric of the newest plan."""

    CHOICES: Final = (("", "not judged"), ("yes", "met"), ("no", "not met"))
    _MET: Final = {"": None, "yes": True, "no": False}

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for number, _ in self._metrics():
            self.fields[f"met_{number}"] = forms.ChoiceField(
                label="Judgement", choices=self.CHOICES, required=False, widget=UnfoldAdminSelectWidget()
            )
            self.fields[f"evidence_{number}"] = TextField(label="Evidence", rows=2)

    def _metrics(self) -> Iterator[tuple[int, Any]]:
        return enumerate(self.dossier.metrics, start=1)

    def known(self) -> dict[str, Any]:
        word = {met: word for word, met in self._MET.items()}
        known = {f"met_{number}": word[metric.met] for number, metric in self._metrics()}
        return known | {f"evidence_{number}": metric.evidence for number, metric in self._metrics()}

    def parts(self) -> list[Part]:
        return [Part(metric.text, [self[f"met_{number}"], self[f"evidence_{number}"]]) for number, metric in self._metrics()]

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "metrics": [
                {"text": metric.text, "met": self._MET[said[f"met_{number}"]], "evidence": said[f"evidence_{number}"]}
                for number, metric in self._metrics()
            ]
        }


class FixForm(IterationForm):
    commit = CommitField()
    file = PathField(required=True, help_text="Where it was fixed.")
    line = NumberField(min_value=1, max_value=inputs.LARGEST_LINE)
    change = TextField(required=True, help_text="What was changed.")
    purpose = TextField(help_text="What the change is for.")
    pull_request = LineField(longest=500, help_text="Its address or number.")
    documentation = PathsField(help_text="Where the change is documented, one place a line.")
    residual = LinesField(label="What is left to do", help_text="One thing a line.")
    nothing_left = forms.BooleanField(label="Nothing is left to do", required=False, widget=UnfoldBooleanWidget())

    def known(self) -> dict[str, Any]:
        fix = self.dossier.fix
        if fix is None:
            return {}
        names = ("commit", "file", "line", "change", "purpose", "pull_request", "documentation")
        known = {name: getattr(fix, name) for name in names}
        return known | {"residual": fix.residual or [], "nothing_left": fix.residual == []}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("nothing_left") and given.get("residual"):
            self.add_error("nothing_left", "The lines above name something.")
        return given

    def given(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        residual, nothing_left = self.kept("residual") or None, said.pop("nothing_left")
        location = {"file": said.pop("file"), "line": said.pop("line")}
        return said | {
            "location": location,
            "documentation": self.kept("documentation") or [],
            "residual": [] if nothing_left else residual,
        }


def _declared(level: str) -> str:
    return f"declared_{level}"


def _row(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line}
