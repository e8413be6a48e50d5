"""What a person may see and do in the admin follows from their roles, not from Django's permission tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Final

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from incidents.errors import DomainError
from incidents.models import Project
from incidents.roles import SCOPES_OF_ROLE, Role, Scope

# The key that no project has.
NO_PROJECT: Final = 0


class ProjectScopedAdmin(ModelAdmin):
    """Shows only what belongs to the person's projects, and lets them change only what their role there allows.

    `project_path` leads from the model to its project; `change_scope`, `add_scope` and `delete_scope` say what a role
    has to allow, None means that nobody does it here. `when_empty` is said where a list has no row at all.
    """

    project_path: ClassVar[str] = "project"
    change_scope: ClassVar[Scope | None] = None
    add_scope: ClassVar[Scope | None] = None
    delete_scope: ClassVar[Scope | None] = None
    when_empty: ClassVar[str] = ""

    # No bulk actions: Django's only one deletes.
    actions: Sequence[str] | None = None
    list_fullwidth = True
    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True
    formfield_overrides: ClassVar[dict[Any, Any]] = {models.TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 4})}}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(**{f"{self.project_path}__in": Project.objects.visible_to(person(request))})

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, self.change_scope, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, self.add_scope, None)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, self.delete_scope, obj)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # One way to save is enough; what follows is decided by response_add and response_change.
        buttons = {"show_save_and_add_another": False, "show_save_and_continue": False}
        try:
            return super().changeform_view(request, object_id, form_url, {**buttons, **(extra_context or {})})
        except DomainError as refused:
            # A form checks what it can; the verb has the last word, and nothing was saved.
            messages.error(request, refused.detail)
            return redirect(request.path)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        without_side_doors(field)
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Project:
            kwargs["queryset"] = Project.objects.where_allowed(person(request), self.add_scope or self.change_scope or Scope.READ)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def allows(self, request: HttpRequest, scope: Scope | None, obj: Any = None) -> bool:
        """Whether the person's role allows the scope in the row's project; without a row, in any project."""
        if scope is None or not self.has_module_permission(request):
            return False
        return allowed(request, scope, project=None if obj is None or obj.pk is None else (self._project_of(obj) or NO_PROJECT))

    def row(self, request: HttpRequest, object_id: Any) -> Any:
        """The row of this id as far as the person may see it; None for any other, and for what is no id."""
        return self.get_object(request, str(object_id)) if object_id is not None else None

    def _project_of(self, obj: models.Model) -> int | None:
        for step in filter(lambda step: step != "pk", self.project_path.split("__")):
            obj = getattr(obj, step)
        return obj.pk if obj is not None else None


def allowed(request: HttpRequest, scope: Scope, *, project: int | None = None) -> bool:
    """Whether the person's role allows the scope in the project of this key; without one, in any project that there is."""
    user = person(request)
    if user.is_superuser:
        return project is not None or Project.objects.exists()
    scopes = _scopes(request, user)
    return scope in scopes.get(project, frozenset()) if project is not None else any(scope in each for each in scopes.values())


def _scopes(request: HttpRequest, user: User) -> dict[int, frozenset[Scope]]:
    """What the person's roles allow, by project. Asked once a request: a page wants to know it dozens of times."""
    known: dict[int, frozenset[Scope]] | None = getattr(request, "_scopes_of_person", None)
    if known is None:
        known = {project: SCOPES_OF_ROLE[Role(role)] for project, role in user.memberships.values_list("project", "role")}
        request._scopes_of_person = known  # type: ignore[attr-defined]
    return known


def without_side_doors(field: Any) -> None:
    """Take from a select box the buttons that would add, change or delete what it points to."""
    if hasattr(field, "widget"):
        for button in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
            if hasattr(field.widget, button):
                setattr(field.widget, button, False)


@contextmanager
def told(request: HttpRequest) -> Iterator[Callable[[], bool]]:
    """Run a verb; what it refuses becomes a message. Gives a function that tells whether it went through."""
    went = True

    def went_through() -> bool:
        return went

    try:
        yield went_through
    except DomainError as error:
        went = False
        messages.error(request, error.detail)


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 — the admin has let nobody else in
    return request.user
