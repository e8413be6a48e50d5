"""The filters of the issue list."""

from __future__ import annotations

from typing import Any, Final

import django_filters
from django.db.models import Q, QuerySet

from incidents.actions.choices import focused
from incidents.models import HourCount, IssueQuerySet, IssueState
from incidents.severity import Severity, by_name

ANY: Final = "all"


class SeverityFilter(django_filters.ChoiceFilter):
    """Takes a severity's name and keeps what is at least as bad."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=[(name, name) for name in Severity.__members__], lookup_expr="gte", **options)

    def filter(self, qs: Any, value: Any) -> Any:
        severity = by_name(value) if value else None
        return qs if severity is None else qs.filter(**{f"{self.field_name}__gte": int(severity)})


class IssueFilters(django_filters.FilterSet):
    """Without `state` only open issues; `focus` lifts what it matches and hides nothing."""

    project = django_filters.CharFilter(field_name="project__slug")
    source = django_filters.CharFilter(method="from_source")
    state = django_filters.ChoiceFilter(choices=[*IssueState.choices, (ANY, "all")], method="in_state")
    severity = SeverityFilter(field_name="effective_severity")
    phase = django_filters.CharFilter()
    search = django_filters.CharFilter(method="containing")
    focus = django_filters.CharFilter(method="keep_all")
    ordering = django_filters.OrderingFilter(
        fields={
            "priority": "priority",
            "effective_severity": "severity",
            "entries": "entries",
            "occurrence_count": "occurrences",
            "first_seen": "first_seen",
            "last_seen": "last_seen",
            "number": "number",
        }
    )

    def filter_queryset(self, queryset: IssueQuerySet) -> QuerySet[Any]:
        asked = self.form.cleaned_data
        filtered: IssueQuerySet = super().filter_queryset(queryset)
        issues = focused(filtered if asked.get("state") else filtered.open(), asked.get("focus") or "")
        return issues if asked.get("ordering") else issues.order_by("-total", "id")

    def in_state(self, issues: IssueQuerySet, name: str, value: str) -> IssueQuerySet:
        return issues if value == ANY else issues.filter(state=value)

    def from_source(self, issues: IssueQuerySet, name: str, value: str) -> IssueQuerySet:
        return issues.filter(pk__in=HourCount.objects.filter(source__slug=value, pattern__issue__isnull=False).values("pattern__issue"))

    def containing(self, issues: IssueQuerySet, name: str, value: str) -> IssueQuerySet:
        return issues.filter(
            Q(title__icontains=value)
            | Q(impact__icontains=value)
            | Q(symptoms__icontains=value)
            | Q(lead_pattern__template__icontains=value)
        )

    def keep_all(self, issues: IssueQuerySet, name: str, value: str) -> IssueQuerySet:
        return issues
