"""A pattern's template and variables, as people are shown them: told from its masked messages and its samples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db.models import Window
from django.db.models.functions import RowNumber

from incidents.bulk import save_columns
from incidents.models import Fingerprint, Pattern, Sample
from ingestion.grouping import TEMPLATE_LENGTH
from ingestion.mining.explaining import explain, sampled, values_in

# So many masked messages of a pattern are compared; what varies in it shows in far fewer.
FORMS: Final = 100
SHOWN_VALUES: Final = 8
VALUE_LENGTH: Final = 200


def describe(patterns: Mapping[int, Pattern]) -> None:
    """Tell the patterns' templates and variables anew and save them. The caller holds their rows."""
    forms = _forms(patterns)
    samples: dict[int, list[str]] = defaultdict(list)
    for pattern_id, message in Sample.objects.filter(pattern__in=patterns).values_list("pattern", "message"):
        samples[pattern_id].append(message)
    changed = []
    for pk, pattern in patterns.items():
        before = pattern.template, pattern.variables
        pattern.template, pattern.variables = told(forms[pk], samples[pk]) if forms[pk] else before
        if (pattern.template, pattern.variables) != before:
            changed.append(pattern)
    save_columns(changed, "template", "variables")
    Fingerprint.objects.filter(pattern__in=patterns, told=False).update(told=True)


def told(forms: Sequence[str], messages: Iterable[str]) -> tuple[str, list[dict[str, Any]]]:
    """The template of these masked messages, and for each of its variables name, some values, and why they are together."""
    explanation = explain(forms)
    columns: list[set[str]] = [set() for _ in explanation.variables]
    for message in messages:
        for column, value in zip(columns, values_in(explanation.template, message) or (), strict=False):
            column.add(value[:VALUE_LENGTH])
    variables = [
        {"name": one.name, "values": list(sampled(column or one.seen)[:SHOWN_VALUES]), "why": one.reason}
        for one, column in zip(explanation.variables, columns, strict=True)
    ]
    return explanation.template[:TEMPLATE_LENGTH], variables


def _forms(patterns: Iterable[int]) -> dict[int, list[str]]:
    """The oldest masked messages of each pattern."""
    forms: dict[int, list[str]] = defaultdict(list)
    masked = Fingerprint.objects.filter(pattern__in=patterns).exclude(masked="")
    oldest = masked.annotate(place=Window(RowNumber(), partition_by="pattern", order_by="pk")).filter(place__lte=FORMS)
    for pattern_id, form in oldest.order_by("pk").values_list("pattern", "masked"):
        forms[pattern_id].append(form)
    return forms
