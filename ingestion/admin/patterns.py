from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from incidents.actors import Actor
from incidents.admin.asking import Question, ask
from incidents.admin.patterns import PatternAdmin
from incidents.admin.scoped import person
from incidents.models import Pattern
from incidents.roles import Scope
from ingestion import parting

# So many messages can be chosen from on the page, those with the most entries; the API gives all.
OFFERED: Final = 200
_TEXT_LENGTH: Final = 160

admin.site.unregister(Pattern)


@admin.register(Pattern)
class PartingPatternAdmin(PatternAdmin):
    """A pattern's page, from which messages that the miner joined wrongly can be parted."""

    actions_detail = ("part",)

    def has_part_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        pattern = self.row(request, object_id)
        return pattern is not None and self.allows(request, Scope.WRITE, pattern)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        pattern = self.row(request, object_id)
        sensible = pattern is not None and pattern.reports_a_fault and pattern.fingerprints.count() > 1
        return super().get_actions_detail(request, object_id) if sensible else []

    @action(description="Part messages…", url_path="part", icon="call_split", permissions=["part"])
    def part(self, request: HttpRequest, object_id: str) -> HttpResponse:
        pattern = self.row(request, object_id)
        if pattern is None:
            raise Http404
        actor = Actor.person(person(request))
        return ask(self, request, pattern, _parting(pattern), lambda **given: parting.part(pattern, actor=actor, **given))


def _parting(pattern: Pattern) -> Question:
    """What has to be known before messages leave the pattern."""

    class PartForm(forms.Form):
        fingerprints = forms.MultipleChoiceField(
            label="What leaves",
            choices=_choices(pattern),
            widget=UnfoldAdminCheckboxSelectMultipleWidget(attrs={"class": "fx-choice"}),
            error_messages={"required": "Tick what is to leave the pattern."},
        )

    explanation = (
        "What you tick becomes a pattern with an issue of its own, and takes what was counted for it along, as far as entries are kept. "
        "The machine joins it to nothing any more; new words go on to this pattern. At least one message stays. It can be undone on "
        "the issue’s page."
    )
    done = "The messages have left; “Grouping decisions” on the issue’s page says where they went."
    return Question("Part messages", "Part", done, explanation, form=PartForm)


def _choices(pattern: Pattern) -> Sequence[tuple[str, str]]:
    rows = list(pattern.fingerprints.order_by("-pk").values_list("pk", "digest", "masked")[: 10 * OFFERED])
    kept = parting.kept([pk for pk, _, _ in rows])
    rows.sort(key=lambda row: (-kept.get(row[0], 0), row[2]))
    return [(digest, f"{masked[:_TEXT_LENGTH]} · {_entries(kept.get(pk, 0))}") for pk, digest, masked in rows[:OFFERED]]


def _entries(number: int) -> str:
    return "1 entry kept" if number == 1 else f"{number:,} entries kept"
