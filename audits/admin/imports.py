from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.decorators import display

from audits.actions.imports import import_log
from audits.admin.asking import Question, ask, bound
from audits.admin.forms.evidence import ImportForm
from audits.admin.panels import section_of
from audits.models import Contradiction, Import, Iteration
from incidents.actors import Actor
from incidents.admin import columns
from incidents.admin.filters import OwnFilter
from incidents.admin.scoped import ProjectScopedAdmin, person
from incidents.models import Project
from incidents.roles import Scope

SECTIONS_PER_PAGE: Final = 50
SHOWN_CHARACTERS: Final = 20_000
SHOWN_CONTRADICTIONS: Final = 500

ASKING: Final = Question(
    "Import an audit log",
    "Import",
    "A log that was kept by hand or by an agent. What it says stays a claim: an imported “PASSED” is never evidence. "
    "The same log again changes nothing.",
)


@admin.register(Import)
class ImportAdmin(ProjectScopedAdmin):
    add_scope = Scope.WRITE
    when_empty = "An audit log that was kept elsewhere can be imported: its claims are read, and held against each other."

    list_display = ("headline", "iterations_number", "actor_name", columns.moment("at", "Imported"))
    list_filter = (("project", OwnFilter),)
    search_fields = ("title",)
    search_help_text = "Title"
    list_select_related = ("project",)
    ordering = ("-id",)
    change_form_outer_before_template = "admin/audits/import/page.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        # Its page shows it; nothing of it is edited in a form.
        return []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Import]:
        rows = super().get_queryset(request).select_related("project").annotate(iteration_count=Count("iterations"))
        return rows.defer("raw", "sections")

    @display(description="Audit log", ordering="title")
    def headline(self, row: Import) -> str:
        return columns.two_lines(str(row), row.project.slug)

    @display(description="Iterations", ordering="iteration_count")
    def iterations_number(self, row: Any) -> str:
        return f"{row.iteration_count:,}"

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        user = person(request)

        def take_in(project: Project, raw: bytes) -> HttpResponse:
            made, new = import_log(project, actor=Actor.person(user), raw=raw)
            messages.success(request, "The log is imported." if new else "This log was imported before; nothing has changed.")
            return redirect("admin:audits_import_change", made.pk)

        form = ImportForm(user=user, **bound(request))
        return ask(self, request, ASKING, form, take_in, back=reverse("admin:audits_import_changelist"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row: Import | None = self.row(request, object_id)
        extra = {**_shown(row, request.GET.get("page", "1")), "title": str(row)} if row else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})


def _shown(row: Import, number: str) -> dict[str, Any]:
    page = Paginator(row.sections, SECTIONS_PER_PAGE).get_page(number)
    iterations = Iteration.objects.filter(source=row).select_related("issue__project").annotate(contradiction_count=Count("contradictions"))
    contradictions = Contradiction.objects.filter(iteration__source=row).select_related("iteration").order_by("iteration__number", "id")
    return {
        "row": row,
        "iterations": iterations.defer("verification").order_by("number"),
        "contradictions": contradictions.defer("iteration__verification")[:SHOWN_CONTRADICTIONS],
        "page": page,
        "sections": [_section(section) for section in page],
        "read": sum(bool(section["read_as"]) for section in row.sections),
    }


def _section(section: dict[str, Any]) -> dict[str, Any]:
    verbatim = section["verbatim"]
    return {**section_of(section), "verbatim": verbatim[:SHOWN_CHARACTERS], "left_out": max(0, len(verbatim) - SHOWN_CHARACTERS)}
