"""What a person may see and do in the admin follows from their roles, not from Django's permission tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from incidents.errors import DomainError
from incidents.models import Project
from incidents.roles import Scope


class ProjectScopedAdmin(ModelAdmin):
    """Shows only what belongs to the person's projects, and lets them change only what their role there allows.

    `project_path` leads from the model to its project; `change_scope`, `add_scope` and `delete_scope` say what a role
    has to allow, None means that nobody does it here.
    """

    project_path: ClassVar[str] = "project"
    change_scope: ClassVar[Scope | None] = None
    add_scope: ClassVar[Scope | None] = None
    delete_scope: ClassVar[Scope | None] = None

    list_fullwidth = True
    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(**{f"{self.project_path}__in": Project.objects.visible_to(person(request))})

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allowed(request, self.change_scope, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allowed(request, self.add_scope, None)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allowed(request, self.delete_scope, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Project:
            kwargs["queryset"] = Project.objects.where_allowed(person(request), self.add_scope or self.change_scope or Scope.READ)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def require(self, request: HttpRequest, obj: Any) -> None:
        if not self.has_change_permission(request, obj):
            raise PermissionDenied

    def _allowed(self, request: HttpRequest, scope: Scope | None, obj: Any) -> bool:
        if scope is None or not self.has_module_permission(request):
            return False
        allowed = Project.objects.where_allowed(person(request), scope)
        if obj is None or obj.pk is None:
            return allowed.exists()
        return allowed.filter(pk=self._project_of(obj)).exists()

    def _project_of(self, obj: models.Model) -> int:
        for step in filter(lambda step: step != "pk", self.project_path.split("__")):
            obj = getattr(obj, step)
        return int(obj.pk)


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
