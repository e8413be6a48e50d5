from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from incidents.actions import projects
from incidents.admin.scoped import ProjectScopedAdmin, person
from incidents.errors import InvalidInput
from incidents.models import Project, Token
from incidents.roles import Scope

admin.site.unregister(User)
# Roles in projects stand in their place.
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    """People. Only a superuser makes and changes them; project admins may look them up to make them members."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "email", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        (
            "Access",
            {
                "fields": ("is_active", "is_staff", "is_superuser"),
                "description": "Staff may log in here; what they see follows from their roles in projects.",
            },
        ),
    )
    add_fieldsets = ((None, {"fields": ("username", "password1", "password2", "is_staff")}),)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        looking_up = request.path == reverse("admin:autocomplete")
        return request.user.is_superuser or (looking_up and Project.objects.where_allowed(person(request), Scope.MANAGE).exists())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # History names people; whoever leaves is made inactive.
        return False


class TokenForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, scope.value) for scope in Scope], widget=UnfoldAdminCheckboxSelectMultipleWidget()
    )

    class Meta:
        model = Token
        fields = ("name", "scopes", "user", "project", "expires_at")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            try:
                projects.check_new_token(scopes=given["scopes"], user=given["user"], expires_at=given["expires_at"])
            except InvalidInput as error:
                raise forms.ValidationError(error.detail) from error
        return given


@admin.register(Token)
class TokenAdmin(ProjectScopedAdmin):
    add_scope = Scope.MANAGE
    form = TokenForm
    list_display = ("name", "prefix", "shown_scopes", "project", "user", "state", "last_used_at", "expires_at")
    search_fields = ("name", "prefix")
    list_select_related = ("project", "user")
    fields = ("name", "scopes", "project", "user", "expires_at")
    autocomplete_fields = ("user",)
    actions_detail = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Token]:
        """All for a superuser; else the tokens of the projects that the person manages."""
        tokens = Token.objects.all()
        if request.user.is_superuser:
            return tokens
        return tokens.filter(Q(project__in=Project.objects.where_allowed(person(request), Scope.MANAGE)))

    def get_form(self, request: HttpRequest, obj: Token | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "project" in form.base_fields and not request.user.is_superuser:
            # A token without a project would open every project.
            form.base_fields["project"].required = True
        return form

    @display(description="Scopes")
    def shown_scopes(self, token: Token) -> str:
        return ", ".join(token.scopes)

    @display(description="State", label={"usable": "success", "revoked": "danger", "expired": "warning"})
    def state(self, token: Token) -> str:
        return token.state

    def save_model(self, request: HttpRequest, obj: Token, form: Any, change: bool) -> None:
        made, secret = projects.create_token(**form.cleaned_data)
        obj.pk = made.pk
        messages.warning(request, f"The token, shown this once: {secret}")

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return object_id is not None and self.get_queryset(request).filter(pk=object_id, revoked_at=None).exists()

    @action(description="Revoke", url_path="revoke", icon="block", permissions=["revoke"], variant=ActionVariant.DANGER)
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        token = get_object_or_404(self.get_queryset(request), pk=object_id)
        projects.revoke_token(token)
        messages.success(request, f"{token.name} opens nothing any more.")
        return redirect("admin:incidents_token_changelist")
