from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from incidents.models import Issue, IssueState
from incidents.severity import Severity

ALL = "all"


class StateFilter(admin.SimpleListFilter):
    """Open issues unless something else is asked for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*((state.value, str(state.label)) for state in IssueState), (ALL, "all")]

    def choices(self, changelist: Any) -> Any:
        # Without Django's own "All": what is shown when nothing is chosen is what is open.
        for value, label in self.lookup_choices:
            chosen = self.value() == value or (self.value() is None and value == IssueState.OPEN)
            yield {"selected": chosen, "query_string": changelist.get_query_string({self.parameter_name: value}), "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Issue]) -> QuerySet[Issue]:
        value = self.value() or IssueState.OPEN
        return queryset if value == ALL else queryset.filter(state=value)


class MinimumSeverityFilter(admin.SimpleListFilter):
    title = "severity, at least"
    parameter_name = "severity"
    column = "effective_severity"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(severity.name, severity.name) for severity in Severity if severity >= Severity.INFO]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        severity = Severity.__members__.get(self.value() or "")
        return queryset if severity is None else queryset.filter(**{f"{self.column}__gte": severity})


class PatternSeverityFilter(MinimumSeverityFilter):
    column = "severity"
