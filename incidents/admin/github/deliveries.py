from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import BinaryField, QuerySet
from django.db.models.functions import Length, Substr
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import format_html
from unfold.decorators import action, display

from incidents.admin import columns
from incidents.admin.asking import Question, ask
from incidents.admin.github.excerpts import READ_BYTES, excerpt, readable
from incidents.admin.scoped import ProjectScopedAdmin
from incidents.github import inbox
from incidents.models import Delivery, DeliveryState


@admin.register(Delivery)
class DeliveryAdmin(ProjectScopedAdmin):
    """What GitHub's webhooks brought. For superusers: a delivery may tell of any project's repository, and of none."""

    when_empty = (
        "GitHub sends one for everything that happens in a repository, once its webhook is set up there. "
        "The address stands on each project’s page."
    )

    list_display = (
        "event_and_action",
        "repository",
        columns.state(),
        columns.number("attempts", "Attempts"),
        columns.moment("received_at", "Received", seconds=True),
        "shown_outcome",
    )
    list_filter = ("state", "event")
    search_fields = ("guid", "repository")
    search_help_text = "GUID or repository"
    ordering = ("-id",)
    actions_detail = ("reprocess",)
    change_form_outer_before_template = "admin/incidents/delivery/page.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_superuser

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        return Delivery.objects.defer("body", "headers")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        # Its page shows it; nothing of it is edited.
        return []

    @display(description="Event", ordering="event")
    def event_and_action(self, delivery: Delivery) -> str:
        return f"{delivery.event} {delivery.action}".strip() or "not named"

    @display(description="Outcome")
    def shown_outcome(self, delivery: Delivery) -> str | None:
        return format_html('<span class="fx-clip-2 fx-broad">{}</span>', delivery.outcome[:300]) if delivery.outcome else None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        delivery = self.row(request, object_id)
        extra = _about(delivery) if delivery else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    def has_reprocess_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_module_permission(request) and self.row(request, object_id) is not None

    @action(description="Process again", url_path="reprocess", icon="replay", permissions=["reprocess"])
    def reprocess(self, request: HttpRequest, object_id: str) -> HttpResponse:
        delivery = self.row(request, object_id)
        if delivery is None:
            raise Http404
        explanation = "GitHub is asked for the present state, so that doing it twice does no harm."
        question = Question("Process again", "Process again", "It is processed again.", explanation)
        return ask(self, request, delivery, question, lambda: inbox.reprocess(delivery))


def _about(delivery: Delivery) -> dict[str, Any]:
    """The template's context for one delivery. Its body may be 25 MB; of that only the beginning is fetched."""
    beginning, size = (
        Delivery.objects.filter(pk=delivery.pk).values_list(Substr("body", 1, READ_BYTES, output_field=BinaryField()), Length("body")).get()
    )
    headers = delivery.headers if isinstance(delivery.headers, dict) else {}
    return {
        "delivery": delivery,
        "title": f"{delivery.event} {delivery.action}".strip() or "Delivery",
        "subtitle": delivery.guid,
        "size": size,
        "body": readable(bytes(beginning or b""), is_whole=size <= READ_BYTES),
        "headers": [(excerpt(str(name)).text, excerpt(str(value)).text) for name, value in headers.items()],
        "outcome": excerpt(delivery.outcome),
        "most_attempts": Delivery.MOST_ATTEMPTS,
        "is_retried": delivery.state == DeliveryState.RECEIVED and delivery.attempts > 0,
    }
