from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from unfold.admin import TabularInline
from unfold.decorators import display

from incidents.actions import projects
from incidents.admin import columns
from incidents.admin.filters import OwnFilter
from incidents.admin.forms import ReadableJSONField
from incidents.admin.github import standing
from incidents.admin.scoped import ProjectScopedAdmin, allowed, person, without_side_doors
from incidents.errors import InvalidInput
from incidents.models import IssueState, Membership, Project, Source
from incidents.project_settings import read_critical_areas, read_settings
from incidents.roles import Scope


class MembershipInline(TabularInline):
    model = Membership
    readonly_fields = ("person",)
    autocomplete_fields = ("user",)
    extra = 0
    hide_title = True
    verbose_name = "member"
    verbose_name_plural = "Members"

    def _allowed(self, request: HttpRequest, obj: Project | None) -> bool:
        return obj is not None and allowed(request, Scope.MANAGE, project=obj.pk)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Whoever may see the project: its page is not reached otherwise.
        return True

    has_add_permission = has_change_permission = has_delete_permission = _allowed

    def get_fields(self, request: HttpRequest, obj: Project | None = None) -> tuple[str, ...]:
        # Read-only, Django shows the user as a link, to a page that only a superuser may open.
        return ("user", "role") if self._allowed(request, obj) else ("person", "role")

    @display(description="Person")
    def person(self, membership: Membership) -> str:
        return str(membership.user)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        without_side_doors(field)
        if field is not None:
            # In a table the column's heading stands in for a label, but not for a screen reader.
            getattr(field.widget, "widget", field.widget).attrs["aria-label"] = db_field.verbose_name.capitalize()
        return field


class ProjectForm(forms.ModelForm):
    """Says at the field what is wrong with settings or critical areas."""

    critical_areas = ReadableJSONField(
        required=False,
        help_text='What must not break: [{"match": "websocket", "weight": 20, "reason": "Chat runs over it"}]. '
        "An issue whose place or text contains the match gains the weight as points.",
    )
    settings = ReadableJSONField(
        required=False,
        help_text="What differs from the defaults: "
        '{"issue_severity": "WARNING", "odd_repetition": {"words": ["retrying"], "per_hour": 10, "skip_first_seconds": 60}}.',
    )

    class Meta:
        model = Project
        fields = ("slug", "name", "github_repository", "settings", "critical_areas")

    def clean_settings(self) -> Any:
        return self._checked("settings", read_settings, {})

    def clean_critical_areas(self) -> Any:
        return self._checked("critical_areas", read_critical_areas, [])

    def _checked(self, name: str, read: Any, empty: Any) -> Any:
        given = self.cleaned_data[name] or empty
        try:
            read(given)
        except InvalidInput as error:
            raise forms.ValidationError(error.detail) from error
        return given


@admin.register(Project)
class ProjectAdmin(ProjectScopedAdmin):
    project_path = "pk"
    change_scope = Scope.MANAGE
    form = ProjectForm
    when_empty = "A project is a watched system; a superuser makes one and its admins make the members."

    list_display = (
        "name",
        "slug",
        "open_issues",
        columns.number("entries", "Entries"),
        columns.moment("as_of", "Newest entry"),
        "github_repository",
    )
    search_fields = ("slug", "name")
    search_help_text = "Slug or name"
    ordering = ("slug",)
    inlines = (MembershipInline,)
    change_form_outer_after_template = "admin/incidents/project/github.html"

    shown_entries = staticmethod(columns.number("entries", "Entries"))
    shown_as_of = staticmethod(columns.moment("as_of", "Newest entry"))

    def get_queryset(self, request: HttpRequest) -> Any:
        open_issues = Count("issues", filter=Q(issues__state=IssueState.OPEN))
        return super().get_queryset(request).annotate(open_issue_count=open_issues)

    def get_fields(self, request: HttpRequest, obj: Project | None = None) -> Any:
        about = ("name", "slug", "github_repository", "critical_areas", "settings")
        return (*about, ("shown_entries", "shown_as_of")) if obj else about

    def get_readonly_fields(self, request: HttpRequest, obj: Project | None = None) -> tuple[str, ...]:
        # The slug is part of every issue's key.
        return ("shown_entries", "shown_as_of", *(("slug",) if obj else ()))

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        project = self.row(request, object_id)
        extra = standing.of_project(project, request) if project else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    @display(description="Open issues", ordering="open_issue_count")
    def open_issues(self, project: Any) -> int:
        return int(project.open_issue_count)

    def save_model(self, request: HttpRequest, obj: Project, form: Any, change: bool) -> None:
        if change:
            managed = Project.objects.where_allowed(person(request), Scope.MANAGE)
            projects.change_project(obj, changes={name: form.cleaned_data[name] for name in form.changed_data}, managed=managed)
            return
        made = projects.create_project(**form.cleaned_data)
        obj.pk = made.pk


@admin.register(Source)
class SourceAdmin(ProjectScopedAdmin):
    """A source is made and stays as it is: clients post to its slug, and what came by it belongs to the project."""

    add_scope = Scope.MANAGE
    when_empty = "Log entries come from a source: make one, then post to it or feed it a file."

    list_display = ("slug", "kind", "project", columns.moment("created_at", "Made"))
    list_filter = ("kind", ("project", OwnFilter))
    search_fields = ("slug",)
    search_help_text = "Slug"
    list_select_related = ("project",)
    fields = ("slug", "project", "kind")
    change_form_outer_after_template = "admin/incidents/source/sending.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        source = self.row(request, object_id)
        extra = {"source": source, "address": request.build_absolute_uri(f"/api/v1/sources/{source.slug}/entries/")} if source else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        obj.pk = projects.create_source(**form.cleaned_data).pk
