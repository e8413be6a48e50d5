from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.decorators import display

from incidents.actions import projects
from incidents.admin.scoped import ProjectScopedAdmin, person
from incidents.errors import InvalidInput
from incidents.models import Membership, Project, Source
from incidents.project_settings import read_critical_areas, read_settings
from incidents.roles import Scope


class MembershipInline(TabularInline):
    model = Membership
    fields = ("user", "role")
    autocomplete_fields = ("user",)
    extra = 0
    verbose_name_plural = "Members"

    def _allowed(self, request: HttpRequest, obj: Project | None) -> bool:
        return obj is not None and Project.objects.where_allowed(person(request), Scope.MANAGE).filter(pk=obj.pk).exists()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Whoever may see the project: its page is not reached otherwise.
        return True

    has_add_permission = has_change_permission = has_delete_permission = _allowed


class ProjectForm(forms.ModelForm):
    """Says at the field what is wrong with settings or critical areas."""

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

    list_display = ("name", "slug", "open_issues", "entries", "as_of", "github_repository")
    search_fields = ("slug", "name")
    ordering = ("slug",)
    fields = ("name", "slug", "github_repository", "critical_areas", "settings", ("entries", "as_of", "created_at"))
    inlines = (MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(open_issue_count=Count("issues", filter=Q(issues__state="open")))

    def get_readonly_fields(self, request: HttpRequest, obj: Project | None = None) -> tuple[str, ...]:
        # The slug is part of every issue's key.
        return ("entries", "as_of", "created_at", *(("slug",) if obj else ()))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    @display(description="Open issues", ordering="open_issue_count")
    def open_issues(self, project: Any) -> int:
        return int(project.open_issue_count)

    def save_model(self, request: HttpRequest, obj: Project, form: Any, change: bool) -> None:
        if change:
            projects.change_project(obj, changes={name: form.cleaned_data[name] for name in form.changed_data})
            return
        made = projects.create_project(**form.cleaned_data)
        obj.pk = made.pk


@admin.register(Source)
class SourceAdmin(ProjectScopedAdmin):
    change_scope = Scope.MANAGE
    add_scope = Scope.MANAGE
    list_display = ("slug", "project", "kind", "created_at")
    list_filter = ("kind", "project")
    search_fields = ("slug",)
    list_select_related = ("project",)
    fields = ("slug", "project", "kind")

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> tuple[str, ...]:
        # Clients post to the slug, and entries that came belong to the project.
        return ("slug", "project") if obj else ()

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        obj.pk = projects.create_source(**form.cleaned_data).pk
