from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import RelatedFieldListFilter
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from incidents.admin.scoped import person
from incidents.models import Issue, IssueState, Project
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


def state_links(asked: QueryDict) -> list[dict[str, Any]]:
    """The choices of StateFilter as links that keep whatever else is asked for; without the page, which is another list's."""
    now = asked.get(StateFilter.parameter_name) or IssueState.OPEN.value
    links = []
    for value, label in [*((state.value, str(state.label)) for state in IssueState), (ALL, "all")]:
        query = asked.copy()
        query.pop("p", None)
        query[StateFilter.parameter_name] = value
        links.append({"label": label.capitalize(), "query": query.urlencode(), "current": value == now})
    return links


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


class OwnFilter(RelatedFieldListFilter):
    """Offers only what belongs to the person's projects; Django's own lists every row, with its name.

    `path` leads from what is offered to its project.
    """

    path = "pk"

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        visible = {f"{self.path}__in": Project.objects.visible_to(person(request))}
        return field.get_choices(
            include_blank=False, ordering=self.field_admin_ordering(field, request, model_admin), limit_choices_to=visible
        )

    def has_output(self) -> bool:
        # What has no output does not filter either, and a link would show what it does not say.
        return super().has_output() or self.lookup_val is not None


class SourceFilter(OwnFilter):
    path = "project"
