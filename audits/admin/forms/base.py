"""What the forms before the verbs have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from django import forms
from django.forms import BoundField

from audits.dossier import Dossier
from audits.models import Iteration
from audits.verification import Result
from incidents.errors import DomainError, Unmet


class Part(NamedTuple):
    """Fields that belong together on the page; without a legend they stand alone."""

    legend: str
    fields: Sequence[BoundField]


# A plan of thousands of tests can leave as many things unmet.
MOST_SHOWN: Final = 300
# The sentences of a verification stand beside the test or the file that they are about, and leave its name out.
_NAMELESS: Final = {result.value for result in Result} | {"files_changed", "files_disagree"}


def told_of(unmet: Unmet) -> str:
    """The sentence on something unmet, with the name of what it is about."""
    named = unmet.code not in _NAMELESS or unmet.detail.startswith(f"{unmet.subject}: ")
    return unmet.detail if named else f"{unmet.subject}: {unmet.detail}"


class VerbForm(forms.Form):
    """Stands before a verb. Once it is valid, `given` is what the verb takes.

    `unmet` is what keeps the verb from being called at all, to be read on the page.
    """

    unmet: Sequence[Unmet] = ()

    def given(self) -> dict[str, Any]:
        return self.cleaned_data

    def parts(self) -> list[Part]:
        return [Part("", list(self))]

    def shut_by(self) -> list[tuple[str, str]]:
        """Code and sentence of what is unmet, as much of it as a page shows."""
        shown = [(one.code, told_of(one)) for one in self.unmet[:MOST_SHOWN]]
        left_out = len(self.unmet) - len(shown)
        return [*shown, ("", f"and {left_out:,} more")] if left_out else shown

    def refuse(self, error: DomainError) -> None:
        """Say what the verb refused: at the fields that it names, else above the form."""
        named = [(one.field.rpartition(".")[2], one.detail) for one in error.unmet]
        at_fields = [(name, detail) for name, detail in named if name in self.fields]
        for name, detail in at_fields:
            self.add_error(name, detail)
        if not at_fields:
            self.add_error(None, error.detail)

    def kept(self, name: str) -> Any:
        """What was given; where nobody touched it what was there before, of which a line may show less than it holds."""
        return self.cleaned_data[name] if name in self.changed_data else self.get_initial_for_field(self.fields[name], name)


class IterationForm(VerbForm):
    """Stands before a verb of an iteration; what is recorded of it now fills in what the verb would replace."""

    def __init__(self, *args: Any, iteration: Iteration, dossier: Dossier, **given: Any) -> None:
        self.iteration, self.dossier = iteration, dossier
        super().__init__(*args, **given)
        self.initial = {**self.known(), **self.initial}

    def known(self) -> dict[str, Any]:
        """What the fields show before anybody has typed."""
        return {}
