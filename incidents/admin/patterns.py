from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.decorators import display

from incidents.admin import columns
from incidents.admin.filters import OwnFilter, PatternSeverityFilter
from incidents.admin.scoped import ProjectScopedAdmin
from incidents.clock import iso_ns
from incidents.models import Pattern, Sample


class ReadOnlyInline(TabularInline):
    """Rows that belong to what the page shows; whoever may see that, may see them."""

    extra = 0
    can_delete = False
    hide_title = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SampleInline(ReadOnlyInline):
    model = Sample
    fields = ("time", "text")
    readonly_fields = ("time", "text")
    ordering = ("-time_ns",)
    verbose_name_plural = "Sample entries"

    @display(description="Time (UTC)")
    def time(self, sample: Sample) -> str:
        return iso_ns(sample.time_ns)

    @display(description="Message")
    def text(self, sample: Sample) -> str:
        return columns.text_block(sample.message)


@admin.register(Pattern)
class PatternAdmin(ProjectScopedAdmin):
    when_empty = "Patterns appear with the first log entries: each is a message with its variable parts masked."

    list_display = (
        "headline",
        columns.severity(),
        columns.number("entries", "Entries"),
        columns.moment("last_seen", "Last seen"),
        "issue_key",
        "project",
    )
    list_filter = (PatternSeverityFilter, ("project", OwnFilter))
    search_fields = ("template", "module", "function")
    search_help_text = "Template, module or function"
    list_select_related = ("issue__project", "project")
    ordering = ("-last_seen",)
    fields = (
        "shown_template",
        "shown_severity",
        ("module", "function"),
        ("file", "line"),
        ("entries", "issue"),
        ("shown_first_seen", "shown_last_seen"),
        ("project", "version"),
    )
    readonly_fields = ("shown_template", "shown_severity", "shown_first_seen", "shown_last_seen")
    inlines = (SampleInline,)

    shown_severity = staticmethod(columns.severity())
    shown_first_seen = staticmethod(columns.moment("first_seen", "First seen", seconds=True))
    shown_last_seen = staticmethod(columns.moment("last_seen", "Last seen", seconds=True))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pattern]:
        # A pattern that was made for a part which was never committed has no entries yet.
        return super().get_queryset(request).filter(entries__gt=0)

    @display(description="Pattern", ordering="template")
    def headline(self, pattern: Pattern) -> str:
        return columns.two_lines(str(pattern), pattern.module)

    @display(description="Issue", ordering="issue")
    def issue_key(self, pattern: Pattern) -> str | None:
        return pattern.issue.key if pattern.issue else None

    @display(description="Template")
    def shown_template(self, pattern: Pattern) -> str:
        return columns.text_block(pattern.template)
