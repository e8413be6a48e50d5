from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from incidents.actions import issues
from incidents.actors import Actor
from incidents.admin import panels
from incidents.admin.filters import MinimumSeverityFilter, StateFilter
from incidents.admin.forms import CommentForm, IgnoreForm, ReopenForm, ResolveForm
from incidents.admin.scoped import ProjectScopedAdmin, person, told
from incidents.models import Issue, IssueState
from incidents.roles import Scope
from incidents.severity import Severity

SEVERITY_COLOURS = {
    "DEFAULT": "default",
    "DEBUG": "default",
    "INFO": "info",
    "NOTICE": "info",
    "WARNING": "warning",
    "ERROR": "danger",
    "CRITICAL": "danger",
    "ALERT": "danger",
    "EMERGENCY": "danger",
}
STATE_COLOURS = {"open": "warning", "resolved": "success", "ignored": "default", "merged": "default"}


@admin.register(Issue)
class IssueAdmin(ProjectScopedAdmin):
    change_scope = Scope.WRITE
    add_scope = Scope.WRITE

    list_display = ("headline", "shown_severity", "priority", "shown_state", "occurrence_count", "entries", "last_seen", "project")
    list_filter = (StateFilter, MinimumSeverityFilter, "project")
    list_filter_submit = False
    search_fields = ("title", "impact", "symptoms", "lead_pattern__template", "lead_pattern__module")
    search_help_text = "Title, impact, symptoms, message or module"
    ordering = ("-priority", "id")
    list_select_related = ("project", "lead_pattern")

    fieldsets = ((None, {"fields": ("title", ("severity_override", "assignee"), "impact", "context", "symptoms", "fix_needed")}),)
    add_fieldsets = ((None, {"fields": ("project", "title", "severity", "impact", "fix_needed")}),)

    actions_detail = ("comment", "resolve", "ignore", "reopen")
    change_form_outer_before_template = "admin/incidents/issue/before.html"
    change_form_outer_after_template = "admin/incidents/issue/after.html"

    @display(description="Issue", ordering="number", header=True)
    def headline(self, issue: Issue) -> tuple[str, str]:
        place = issue.location or {}
        where = ":".join(str(part) for part in (place.get("module"), place.get("line")) if part)
        return issue.title, f"{issue.key}  {where}"

    @display(description="Severity", ordering="effective_severity", label=SEVERITY_COLOURS)
    def shown_severity(self, issue: Issue) -> str:
        return issue.severity_name

    @display(description="State", ordering="state", label=STATE_COLOURS)
    def shown_state(self, issue: Issue) -> str:
        return str(issue.state)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Issue], search_term: str) -> tuple[QuerySet[Issue], bool]:
        found, distinct = super().get_search_results(request, queryset, search_term)
        slug, _, number = search_term.strip().rpartition("-")
        if slug and number.isdigit():
            found |= queryset.filter(Q(project__slug__iexact=slug, number=int(number[:9])))
        return found, distinct

    def get_fieldsets(self, request: HttpRequest, obj: Issue | None = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_form(self, request: HttpRequest, obj: Issue | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj and "assignee" in form.base_fields:
            form.base_fields["assignee"].queryset = (
                form.base_fields["assignee"].queryset.filter(Q(memberships__project=obj.project) | Q(is_superuser=True)).distinct()
            )
        if obj and "severity_override" in form.base_fields:
            form.base_fields["severity_override"].help_text = f"The logs say {Severity(obj.severity).name}. Empty leaves it to them."
        return form

    def save_model(self, request: HttpRequest, obj: Issue, form: Any, change: bool) -> None:
        """The verbs save; the form's own copy only has to know the key, so that the admin can go on with it."""
        actor = Actor.person(person(request))
        given = {name: form.cleaned_data[name] for name in form.changed_data}
        if change:
            with told(request):
                issues.edit(obj, actor=actor, changes=given)
            return
        project = given.pop("project")
        severity = Severity(given.pop("severity"))
        made = issues.create(project, actor=actor, severity=severity, **given)
        obj.pk, obj.number = made.pk, made.number

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The issue has a history of its own."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The issue has a history of its own."""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        issue = self.get_object(request, object_id)
        panel = panels.of_issue(issue) if isinstance(issue, Issue) else {}
        title = {"title": issue.title, "subtitle": issue.key} if isinstance(issue, Issue) else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **panel, **title})

    def has_comment_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id) is not None

    def has_close_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return (issue := self._may(request, object_id)) is not None and issue.state in (IssueState.OPEN, IssueState.IGNORED)

    def has_ignore_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return (issue := self._may(request, object_id)) is not None and issue.state == IssueState.OPEN

    def has_reopen_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return (issue := self._may(request, object_id)) is not None and issue.state in (IssueState.RESOLVED, IssueState.IGNORED)

    def _may(self, request: HttpRequest, object_id: Any) -> Issue | None:
        issue = self.get_queryset(request).filter(pk=object_id).first() if object_id else None
        return issue if issue is not None and self.has_change_permission(request, issue) else None

    @action(description="Comment", url_path="comment", icon="comment", permissions=["comment"])
    def comment(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask(request, object_id, CommentForm, issues.comment, "Comment")

    @action(description="Resolve", url_path="resolve", icon="task_alt", permissions=["close"], variant=ActionVariant.PRIMARY)
    def resolve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask(request, object_id, ResolveForm, issues.resolve, "Resolve without proof")

    @action(description="Ignore", url_path="ignore", icon="notifications_off", permissions=["ignore"])
    def ignore(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask(request, object_id, IgnoreForm, issues.ignore, "Ignore")

    @action(description="Reopen", url_path="reopen", icon="undo", permissions=["reopen"])
    def reopen(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask(request, object_id, ReopenForm, issues.reopen, "Reopen")

    def _ask(self, request: HttpRequest, object_id: str, form_class: type[forms.Form], verb: Any, title: str) -> HttpResponse:
        """A page that asks for what the verb needs, calls it, and goes back to the issue."""
        issue = get_object_or_404(self.get_queryset(request), pk=object_id)
        self.require(request, issue)
        form = form_class(request.POST or None)
        back = reverse("admin:incidents_issue_change", args=[issue.pk])
        if request.method == "POST" and form.is_valid():
            with told(request) as went_through:
                verb(issue, actor=Actor.person(person(request)), **form.cleaned_data)
            if went_through():
                messages.success(request, f"{issue.key}: done.")
            return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{title}: {issue.key}",
            "issue": issue,
            "form": form,
            "back": back,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/incidents/issue/ask.html", context)
