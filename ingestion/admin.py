from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from unfold.admin import TabularInline
from unfold.decorators import action, display

from incidents.admin.scoped import ProjectScopedAdmin, told
from incidents.models import Issue
from incidents.roles import Scope
from ingestion import actions
from ingestion.models import Batch, BatchState, Note, Rejection

STATE_COLOURS = {"received": "info", "processing": "info", "done": "success", "failed": "danger"}


class RemarkInline(TabularInline):
    fields = ("number", "code", "reason")
    extra = 0
    per_page = 20
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Whoever may see the batch: its page is not reached otherwise.
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RejectionInline(RemarkInline):
    model = Rejection
    verbose_name_plural = "Rejected entries"


class NoteInline(RemarkInline):
    model = Note
    verbose_name_plural = "Notes on entries that were taken"


@admin.register(Batch)
class BatchAdmin(ProjectScopedAdmin):
    project_path = "source__project"
    list_display = ("id", "source", "shown_state", "entries", "duplicates", "rejected", "noted", "size", "received_at")
    list_filter = ("state", "source")
    list_select_related = ("source__project",)
    ordering = ("-id",)
    search_fields = ("key",)
    fields = (
        ("source", "shown_state", "key"),
        ("entries", "duplicates", "rejected", "noted"),
        ("progress", "size", "form", "attempts"),
        ("received_at", "finished_at"),
        "opened",
        "error",
    )
    readonly_fields = ("shown_state", "progress", "opened")
    inlines = (RejectionInline, NoteInline)
    actions_detail = ("retry",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        return super().get_queryset(request).defer("raw")

    @display(description="State", ordering="state", label=STATE_COLOURS)
    def shown_state(self, batch: Batch) -> str:
        return str(batch.state)

    @display(description="Progress")
    def progress(self, batch: Batch) -> str:
        return f"{batch.next_offset:,} of {batch.items:,}" if batch.items is not None else "not begun"

    @display(description="Issues opened")
    def opened(self, batch: Batch) -> str:
        issues = Issue.objects.filter(pk__in=batch.issues_opened[:50]).select_related("project")
        return "\n".join(str(issue) for issue in issues) or "none"

    def has_retry_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        batch = self.get_queryset(request).filter(pk=object_id, state=BatchState.FAILED).first() if object_id else None
        return batch is not None and self._allowed(request, Scope.INGEST, batch)

    @action(description="Try again", url_path="retry", icon="replay", permissions=["retry"])
    def retry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = get_object_or_404(self.get_queryset(request), pk=object_id)
        with told(request) as went_through:
            actions.retry(batch)
        if went_through():
            messages.success(request, f"Batch {batch.pk} is tried again.")
        return redirect("admin:ingestion_batch_change", batch.pk)
