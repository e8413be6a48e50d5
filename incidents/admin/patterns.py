from __future__ import annotations

from typing import Any, Final

from django.contrib import admin
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.views import ChangeList

from incidents.admin import belonging, columns
from incidents.admin.filters import OwnFilter, PatternSeverityFilter
from incidents.admin.scoped import ProjectScopedAdmin
from incidents.clock import iso_ns
from incidents.models import IssuePattern, Pattern, Sample

LISTED_ISSUES: Final = 2


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


class StandingPatterns(ChangeList):
    """The list. A pattern that joined another one has a page of its own still, but is no row."""

    def get_queryset(self, *given: Any, **named: Any) -> QuerySet[Pattern]:
        parts = IssuePattern.objects.select_related("issue__project").order_by("-entries", "issue")
        return super().get_queryset(*given, **named).filter(merged_into=None).prefetch_related(Prefetch("parts", parts))


@admin.register(Pattern)
class PatternAdmin(ProjectScopedAdmin):
    when_empty = "Patterns appear with the first log entries: each is a message with its variable parts masked."

    list_display = (
        "headline",
        columns.severity(),
        columns.number("entries", "Entries"),
        columns.moment("last_seen", "Last seen"),
        "issue_keys",
        "project",
    )
    list_filter = (PatternSeverityFilter, ("project", OwnFilter))
    search_fields = ("template", "module", "function")
    search_help_text = "Template, module or function"
    list_select_related = ("project",)
    ordering = ("-last_seen",)
    change_form_outer_before_template = "admin/incidents/pattern/before.html"
    inlines = (SampleInline,)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        # Its page shows it; nothing of it is edited in a form.
        return []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pattern]:
        # A pattern that was made for a part which was never committed has no entries yet.
        return super().get_queryset(request).filter(Q(entries__gt=0) | Q(merged_into__isnull=False))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return StandingPatterns

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        pattern = self.row(request, object_id)
        extra = {**belonging.of_pattern(pattern), "title": str(pattern)} if pattern else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    @display(description="Pattern", ordering="template")
    def headline(self, pattern: Pattern) -> str:
        return columns.two_lines(str(pattern), pattern.module)

    @display(description="Issues")
    def issue_keys(self, pattern: Pattern) -> str:
        """Where most of its entries count, and the next."""
        keys = [part.issue.key for part in pattern.parts.all()]
        more = f" and {len(keys) - LISTED_ISSUES} more" if len(keys) > LISTED_ISSUES else ""
        return f"{', '.join(keys[:LISTED_ISSUES])}{more}"
