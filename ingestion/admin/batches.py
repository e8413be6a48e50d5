from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from unfold.decorators import action, display

from incidents.admin import columns
from incidents.admin.asking import Question, ask
from incidents.admin.filters import SourceFilter
from incidents.admin.patterns import ReadOnlyInline
from incidents.admin.scoped import ProjectScopedAdmin
from incidents.models import Issue
from incidents.roles import Scope
from ingestion import actions
from ingestion.models import Batch, BatchState, Note, Rejection


class RemarkInline(ReadOnlyInline):
    fields = ("number", "code", "reason")
    readonly_fields = fields
    per_page = 20


class RejectionInline(RemarkInline):
    model = Rejection
    verbose_name_plural = "Rejected entries, by their number in the body"


class NoteInline(RemarkInline):
    model = Note
    verbose_name_plural = "Notes on entries that were taken"


@admin.register(Batch)
class BatchAdmin(ProjectScopedAdmin):
    project_path = "source__project"
    when_empty = "A batch is one delivery of log entries: post some to a source, or use manage.py ingest."

    list_display = (
        "id",
        "source",
        "shown_state",
        columns.number("entries", "Entries"),
        columns.number("duplicates", "Duplicates"),
        columns.number("rejected", "Rejected"),
        columns.number("noted", "Notes"),
        "shown_size",
        columns.moment("received_at", "Received"),
    )
    list_filter = ("state", ("source", SourceFilter))
    list_select_related = ("source",)
    ordering = ("-id",)
    search_fields = ("key",)
    search_help_text = "Idempotency key"
    fields = (
        ("source", "shown_state"),
        ("entries", "duplicates"),
        ("rejected", "noted"),
        ("progress", "shown_size"),
        ("form", "attempts"),
        ("shown_received", "shown_finished"),
        "key",
        "opened",
        "shown_error",
    )
    readonly_fields = ("shown_state", "shown_size", "progress", "shown_received", "shown_finished", "opened", "shown_error")
    inlines = (RejectionInline, NoteInline)
    actions_detail = ("retry",)

    shown_state = staticmethod(columns.state())
    shown_received = staticmethod(columns.moment("received_at", "Received", seconds=True))
    shown_finished = staticmethod(columns.moment("finished_at", "Finished", seconds=True))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        return super().get_queryset(request).defer("raw")

    def get_inlines(self, request: HttpRequest, obj: Batch | None) -> Any:
        """Only those that have something to show."""
        shown = ((RejectionInline, obj.rejected), (NoteInline, obj.noted)) if obj else ()
        return [inline for inline, count in shown if count]

    @display(description="Size", ordering="size")
    def shown_size(self, batch: Batch) -> str:
        return filesizeformat(batch.size)

    @display(description="Progress")
    def progress(self, batch: Batch) -> str:
        return f"{batch.next_offset:,} of {batch.items:,}" if batch.items is not None else "not begun"

    @display(description="Issues opened")
    def opened(self, batch: Batch) -> str:
        issues = Issue.objects.filter(pk__in=batch.issues_opened[:50]).select_related("project")
        links = ((reverse("admin:incidents_issue_change", args=[issue.pk]), str(issue)) for issue in issues)
        listed = format_html_join("", '<li><a class="fx-link" href="{}">{}</a></li>', links)
        return format_html('<ul class="fx-lines">{}</ul>', listed) if listed else "none"

    @display(description="Error")
    def shown_error(self, batch: Batch) -> str | None:
        return columns.text_block(batch.error) if batch.error else None

    def has_retry_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        batch = self.row(request, object_id)
        return batch is not None and self.allows(request, Scope.INGEST, batch)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        batch = self.row(request, object_id)
        return super().get_actions_detail(request, object_id) if batch and batch.state == BatchState.FAILED else []

    @action(description="Try again", url_path="retry", icon="replay", permissions=["retry"])
    def retry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = self.row(request, object_id)
        if batch is None:
            raise Http404
        question = Question(
            title="Try again",
            button="Try again",
            done=f"Batch {batch.pk} is tried again.",
            explanation="It goes on where it stopped: what was read before is not counted twice.",
        )
        return ask(self, request, batch, question, lambda: actions.retry(batch))
