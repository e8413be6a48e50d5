"""The filters of the issue list."""

from __future__ import annotations

from typing import Any, Final

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from incidents.actions.choices import focused
from incidents.models import IssuePattern, IssueQuerySet, IssueState, Sighting, Source
from incidents.severity import Severity, by_name

ANY: Final = "all"
LONGEST_FOCUS: Final = 200
LONGEST_SEARCH: Final = 500


class SeverityWord(forms.CharField):
    """A severity's name, as everywhere in the API."""

    def clean(self, value: Any) -> Severity | None:
        word = super().clean(value)
        severity = by_name(word) if word else None
        if word and severity is None:
            raise forms.ValidationError(f"A severity is one of: {', '.join(Severity.__members__)}.", code="unknown")
        return severity


class SeverityFilter(django_filters.Filter):
    """Keeps what is at least as bad."""

    field_class = SeverityWord

    def filter(self, qs: Any, value: Severity | None) -> Any:
        return qs if value is None else qs.filter(**{f"{self.field_name}__gte": int(value)})


class IssueFilters(django_filters.FilterSet):
    """Without `state` only open issues; `focus` lifts what it matches and hides nothing."""

    project = django_filters.CharFilter(field_name="project__slug")
    source = django_filters.CharFilter(method="from_source")
    state = django_filters.ChoiceFilter(choices=[*IssueState.choices, (ANY, "all")], method="in_state")
    severity = SeverityFilter(field_name="effective_severity")
    phase = django_filters.CharFilter()
    search = django_filters.CharFilter(method="containing", max_length=LONGEST_SEARCH)
    focus = django_filters.CharFilter(method="keep_all", max_length=LONGEST_FOCUS)
    ordering = django_filters.OrderingFilter(
        fields={
            "priority": "priority",
            "effective_severity": "severity",
            "entries": "entries",
            "occurrence_count": "occurrences",
            "first_seen": "first_seen",
            "last_seen": "last_seen",
            "number": "number",
            "id": "id",
        }
    )

    def filter_queryset(self, queryset: IssueQuerySet) -> QuerySet[Any]:
        asked = self.form.cleaned_data
        filtered: IssueQuerySet = super().filter_queryset(queryset)
        issues = focused(filtered if asked.get("state") else filtered.open(), asked.get("focus") or "")
        # What ties has to keep its place from page to page.
        return issues.order_by(*issues.query.order_by, "id") if asked.get("ordering") else issues.order_by("-total", "id")

    def in_state(self, issues: IssueQuerySet, name: str, value: str) -> IssueQuerySet:
        return issues if value == ANY else issues.filter(state=value)

    def from_source(self, issues: IssueQuerySet, name: str, value: str) -> IssueQuerySet:
        """Those that entries of the source count for. Of a pattern that several issues share, sightings tell whose entries came where."""
        elsewhere = IssuePattern.objects.filter(pattern=OuterRef("pattern")).exclude(issue=OuterRef("issue"))
        # A sighting knows the source of its first entry only; others wrote in the same seconds on the same stream.
        seen = Sighting.objects.filter(
            issue=OuterRef("issue"), pattern=OuterRef("pattern"), lead_source_id__in=Source.objects.filter(slug=value).values("pk")
        )
        parts = IssuePattern.objects.filter(~Exists(elsewhere) | Exists(seen), pattern__hours__source__slug=value)
        return issues.filter(pk__in=parts.values("issue"))

    def containing(self, issues: IssueQuerySet, name: str, value: str) -> IssueQuerySet:
        return issues.filter(
            Q(title__icontains=value)
            | Q(impact__icontains=value)
            | Q(symptoms__icontains=value)
            | Q(lead_pattern__template__icontains=value)
        )

    def keep_all(self, issues: IssueQuerySet, name: str, value: str) -> IssueQuerySet:
        return issues
