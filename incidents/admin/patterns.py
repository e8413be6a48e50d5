from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.decorators import display

from incidents.admin.filters import PatternSeverityFilter
from incidents.admin.scoped import ProjectScopedAdmin
from incidents.clock import iso_ns
from incidents.models import Pattern, Sample
from incidents.severity import Severity


class SampleInline(TabularInline):
    model = Sample
    fields = ("time", "message")
    readonly_fields = ("time", "message")
    ordering = ("-time_ns",)
    extra = 0
    can_delete = False
    verbose_name_plural = "Sample entries"

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        # Whoever may see the pattern: its page is not reached otherwise.
        return True

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    @display(description="Time")
    def time(self, sample: Sample) -> str:
        return iso_ns(sample.time_ns)


@admin.register(Pattern)
class PatternAdmin(ProjectScopedAdmin):
    list_display = ("__str__", "shown_severity", "module", "entries", "last_seen", "issue", "project")
    list_filter = (PatternSeverityFilter, "project")
    search_fields = ("template", "module", "function")
    list_select_related = ("issue__project", "project")
    ordering = ("-last_seen",)
    fields = (
        "template",
        "shown_severity",
        ("module", "function"),
        ("file", "line"),
        ("entries", "first_seen", "last_seen"),
        "issue",
        "project",
        "version",
    )
    readonly_fields = ("shown_severity",)
    inlines = (SampleInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pattern]:
        # A pattern that was made for a part which was never committed has no entries yet.
        return super().get_queryset(request).filter(entries__gt=0)

    @display(description="Severity", ordering="severity")
    def shown_severity(self, pattern: Pattern) -> str:
        return Severity(pattern.severity).name
