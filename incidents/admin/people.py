from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from incidents.actions import projects
from incidents.admin import columns
from incidents.admin.asking import Question, ask
from incidents.admin.forms import MomentField
from incidents.admin.scoped import ProjectScopedAdmin, allowed, person
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
    actions = None
    list_fullwidth = True
    list_display = (
        "username",
        "first_name",
        "last_name",
        "email",
        "is_active",
        "is_staff",
        "is_superuser",
        columns.moment("last_login", "Last login"),
    )
    list_filter = ("is_active", "is_staff", "is_superuser")
    filter_horizontal = ()
    search_help_text = "Name or e-mail address"
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

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        # Whoever is added here is meant to log in here.
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        looking_up = request.path == reverse("admin:autocomplete")
        return request.user.is_superuser or (looking_up and allowed(request, Scope.MANAGE))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # History names people; whoever leaves is made inactive.
        return False


SCOPES = {
    Scope.INGEST: "post log entries",
    Scope.EVIDENCE: "post test results",
    Scope.READ: "read everything",
    Scope.WRITE: "change issues and iterations",
    Scope.REVIEW: "review, in the name of the user chosen below",
    Scope.MANAGE: "set up projects, sources and members",
}


class TokenForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, f"{scope.value}: {what}") for scope, what in SCOPES.items()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    expires_at = MomentField(label="Expires at (UTC)", required=False, help_text="Empty: never.")
    maker: User

    class Meta:
        model = Token
        fields = ("name", "scopes", "user", "project", "expires_at")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            try:
                projects.check_new_token(**{name: given[name] for name in ("scopes", "project", "user", "expires_at")}, maker=self.maker)
            except InvalidInput as error:
                raise forms.ValidationError(error.detail) from error
        return given


@admin.register(Token)
class TokenAdmin(ProjectScopedAdmin):
    add_scope = Scope.MANAGE
    form = TokenForm
    when_empty = "A client of the API needs a token: a CI job that posts test results, a log source, an agent."

    list_display = (
        "name",
        "prefix",
        "shown_scopes",
        "project",
        "user",
        "shown_state",
        columns.moment("last_used_at", "Last used"),
        columns.moment("expires_at", "Expires"),
    )
    list_display_links = ("name",)
    search_fields = ("name", "prefix")
    search_help_text = "Name or prefix"
    list_select_related = ("project", "user")
    fields = ("name", "scopes", "project", "user", "expires_at")
    readonly_fields = ("shown_scopes", "shown_state", "shown_created_at", "shown_expires_at", "shown_last_used_at")
    actions_detail = ("revoke",)

    # Worked out from the times, so no column to sort by.
    shown_state = staticmethod(display(description="State")(lambda token: columns.badge(token.state)))
    shown_created_at = staticmethod(columns.moment("created_at", "Made"))
    shown_expires_at = staticmethod(columns.moment("expires_at", "Expires"))
    shown_last_used_at = staticmethod(columns.moment("last_used_at", "Last used"))

    def has_view_permission(self, request: HttpRequest, obj: Token | None = None) -> bool:
        return self.has_add_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Token | None = None) -> bool:
        # A superuser needs no project for it: a token may be for all of them.
        return request.user.is_superuser or super().has_add_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Token]:
        """All for a superuser; else the tokens of the projects that the person manages."""
        tokens = Token.objects.all()
        if request.user.is_superuser:
            return tokens
        return tokens.filter(project__in=Project.objects.where_allowed(person(request), Scope.MANAGE))

    def get_fields(self, request: HttpRequest, obj: Token | None = None) -> Any:
        if obj is None:
            return self.fields
        return (
            "name",
            "prefix",
            "shown_state",
            "shown_scopes",
            "project",
            "user",
            "shown_created_at",
            "shown_expires_at",
            "shown_last_used_at",
        )

    def get_autocomplete_fields(self, request: HttpRequest) -> Any:
        return ("user",) if request.user.is_superuser else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user" and not request.user.is_superuser:
            # A token acts and signs as its person: nobody makes one that speaks for somebody else.
            kwargs["queryset"] = User.objects.filter(pk=person(request).pk)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj: Token | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.maker = person(request)
        if "project" in form.base_fields and not request.user.is_superuser:
            # A token without a project would open every project.
            form.base_fields["project"].required = True
        return form

    @display(description="Scopes")
    def shown_scopes(self, token: Token) -> str:
        return ", ".join(token.scopes)

    def save_model(self, request: HttpRequest, obj: Token, form: Any, change: bool) -> None:
        made, secret = projects.create_token(**form.cleaned_data, maker=person(request))
        obj.pk, obj.prefix = made.pk, made.prefix
        said = format_html('The token of “{}”. It is shown this once: copy it now. <code class="fx-secret">{}</code>', made.name, secret)
        messages.warning(request, said)

    def response_add(self, request: HttpRequest, obj: Token, post_url_continue: str | None = None) -> HttpResponse:
        # The message with the secret says all that there is to say.
        return redirect("admin:incidents_token_changelist")

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.row(request, object_id) is not None

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        token = self.row(request, object_id)
        return super().get_actions_detail(request, object_id) if token and token.revoked_at is None else []

    @action(description="Revoke", url_path="revoke", icon="block", permissions=["revoke"], variant=ActionVariant.DANGER)
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        token = self.row(request, object_id)
        if token is None:
            raise Http404
        question = Question(
            title="Revoke",
            button="Revoke",
            done=f"{token.name} opens nothing any more.",
            explanation="Whoever uses it is refused from the next request on. It cannot be undone; a new token can be made.",
            danger=True,
        )
        return ask(self, request, token, question, lambda: projects.revoke_token(token))
