from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.html import format_html
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from incidents.actions import mirrors
from incidents.actors import Actor
from incidents.admin import columns
from incidents.admin.asking import Question, ask
from incidents.admin.filters import ALL, OwnFilter
from incidents.admin.forms import DiscardForm
from incidents.admin.github.excerpts import answer_of, excerpt, request_of
from incidents.admin.scoped import ProjectScopedAdmin, person, told
from incidents.models import Mirror, Outbox, OutboxState
from incidents.roles import Scope

UNSETTLED: Final = "unsettled"
# As the links above the list stand: what waits for a person comes first.
CHOICES: Final = [
    (UNSETTLED, "not settled"),
    *((state.value, str(state.label)) for state in (OutboxState.DEAD, OutboxState.WAITING, OutboxState.IN_FLIGHT, OutboxState.UNKNOWN)),
    *((state.value, str(state.label)) for state in (OutboxState.SENT, OutboxState.DROPPED)),
    (ALL, "all"),
]
# Of an error, where it stands in a list.
LISTED_CHARACTERS: Final = 300

DEAD_FIRST: Final = Case(When(state=OutboxState.DEAD, then=Value(0)), default=Value(1), output_field=IntegerField()).asc()


class OutboxStateFilter(admin.SimpleListFilter):
    """What is not settled unless something else is asked for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return CHOICES

    def choices(self, changelist: Any) -> Any:
        # Without Django's own "All": what is shown when nothing is chosen is what is not settled.
        for value, label in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": value == (self.value() or UNSETTLED), "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.value() or UNSETTLED
        if asked == ALL:
            return queryset
        return queryset.filter(state=asked) if asked in OutboxState.values else queryset.unsettled()  # type: ignore[attr-defined]


def state_links(asked: QueryDict) -> list[dict[str, Any]]:
    """The filter's choices as links that keep whatever else is asked for; without the page, which is another list's."""
    now = asked.get(OutboxStateFilter.parameter_name) or UNSETTLED
    links = []
    for value, label in CHOICES:
        query = asked.copy()
        query.pop("p", None)
        query[OutboxStateFilter.parameter_name] = value
        links.append({"label": label.capitalize(), "query": query.urlencode(), "current": value == now})
    return links


def state_badge(row: Outbox) -> str:
    """The row's state in its words, on its colour."""
    return format_html('<span class="fx-badge fx-badge-{}">{}</span>', row.state, row.get_state_display())


def what(row: Outbox, purpose: str | None) -> str:
    """What is to be written, in words: "Comment: evidence"."""
    kind = str(row.get_kind_display()).capitalize()
    return f"{kind}: {purpose}" if purpose else kind


@admin.register(Outbox)
class OutboxAdmin(ProjectScopedAdmin):
    """What is written to GitHub. Dead letters wait for somebody who replays or discards them."""

    project_path = "issue__project"
    when_empty = (
        "What an issue has to tell its twin on GitHub waits here until it is written, mostly for seconds. What GitHub refuses stays "
        "as a dead letter until somebody replays or discards it."
    )

    list_display = (
        "headline",
        "state_badge",
        columns.number("attempts", "Attempts"),
        "due",
        "error",
        columns.moment("created_at", "Since"),
    )
    list_filter = (OutboxStateFilter, "kind", ("issue__project", OwnFilter))
    list_before_template = "admin/incidents/issue/states.html"
    list_select_related = ("issue__project",)
    search_fields = ("issue__title", "key", "last_error")
    search_help_text = "Issue’s title, idempotency key or error"
    ordering = (DEAD_FIRST, "-id")
    actions = ("replay_selected",)
    actions_detail = ("replay", "discard")
    change_form_outer_before_template = "admin/incidents/outbox/page.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        # Its page shows it; nothing of it is edited.
        return []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Outbox]:
        rows = super().get_queryset(request).select_related("issue__project", "issue__lead_pattern")
        # A list of comments would be megabytes.
        return rows.defer("payload", "request", "answer").annotate(purpose=KeyTextTransform("purpose", "payload"))

    # --- The list ---

    @display(description="Write", ordering="kind")
    def headline(self, row: Any) -> str:
        title = row.issue.title
        return columns.two_lines(what(row, row.purpose), f"{row.issue.key} · {title[:120]}{'…' if len(title) > 120 else ''}")

    @display(description="State", ordering="state")
    def state_badge(self, row: Outbox) -> str:
        return state_badge(row)

    @display(description="Due (UTC)", ordering="not_before")
    def due(self, row: Outbox) -> str | None:
        waits = row.state in (OutboxState.WAITING, OutboxState.UNKNOWN)
        return row.not_before.strftime("%Y-%m-%d %H:%M") if waits else None

    @display(description="Last error", ordering="last_error")
    def error(self, row: Outbox) -> str | None:
        return format_html('<span class="fx-clip-2 fx-broad">{}</span>', row.last_error[:LISTED_CHARACTERS]) if row.last_error else None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        # Asked by the template alone, where the list is empty.
        extra = {"states": state_links(request.GET), "has_others": self.get_queryset(request).exists}
        return super().changelist_view(request, {**(extra_context or {}), **extra})

    @action(description="Replay the selected dead letters", permissions=["act"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[Outbox]) -> None:
        selected = list(queryset.order_by("issue", "seq"))
        replayed = 0
        for row in selected:
            if row.state == OutboxState.DEAD and self.allows(request, Scope.WRITE, row):
                with told(request) as went_through:
                    mirrors.replay(row, actor=Actor.person(person(request)))
                replayed += went_through()
        if replayed:
            messages.success(request, f"{replayed:,} dead letter{'s are' if replayed > 1 else ' is'} tried again.")
        if replayed < len(selected):
            left = len(selected) - replayed
            messages.warning(request, f"{left:,} of the selected {'were' if left > 1 else 'was'} left alone: no dead letter, or not yours.")

    # --- A row ---

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.row(request, object_id)
        extra = _about(row) if row else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    def has_act_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        # Of many rows the verb is asked for each one that it is allowed for.
        if object_id is None:
            return self.allows(request, Scope.WRITE)
        row = self.row(request, object_id)
        return row is not None and self.allows(request, Scope.WRITE, row)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.row(request, object_id)
        return super().get_actions_detail(request, object_id) if row and row.state == OutboxState.DEAD else []

    @action(description="Replay", url_path="replay", icon="replay", permissions=["act"], variant=ActionVariant.PRIMARY)
    def replay(self, request: HttpRequest, object_id: str) -> HttpResponse:
        explanation = "It keeps its key: what had arrived on GitHub after all is found there, and not written a second time."
        return self._ask(request, object_id, Question("Replay", "Replay", "It is tried again.", explanation), mirrors.replay)

    @action(description="Discard…", url_path="discard", icon="delete_forever", permissions=["act"], variant=ActionVariant.DANGER)
    def discard(self, request: HttpRequest, object_id: str) -> HttpResponse:
        explanation = (
            "It is given up, and what waits behind it goes on; an issue that was to be created or linked can be asked for again. "
            "Your reason stands in the issue’s timeline."
        )
        question = Question("Discard", "Discard", "It is discarded.", explanation, form=DiscardForm, danger=True)
        return self._ask(request, object_id, question, mirrors.discard)

    def _ask(self, request: HttpRequest, object_id: str, question: Question, verb: Any) -> HttpResponse:
        row = self.row(request, object_id)
        if row is None:
            raise Http404
        actor = Actor.person(person(request))
        about = replace(question, explanation=f"Of {row.issue}. {question.explanation}")
        return ask(self, request, row, about, lambda **given: verb(row, actor=actor, **given))


def _about(row: Any) -> dict[str, Any]:
    """The template's context for one row."""
    said = row.payload.get("text") if isinstance(row.payload, dict) else None
    return {
        "row": row,
        "title": what(row, row.purpose),
        "subtitle": row.issue.key,
        "mirror": Mirror.objects.filter(issue=row.issue_id).first(),
        "most_attempts": Outbox.MOST_ATTEMPTS,
        "error": excerpt(row.last_error),
        "request_sent": request_of(row.request),
        "answer": answer_of(row.answer),
        "to_say": excerpt(said) if isinstance(said, str) else None,
        "behind": Outbox.objects.filter(issue=row.issue_id, seq__gt=row.seq).unsettled().count(),
        "is_due": row.state in (OutboxState.WAITING, OutboxState.UNKNOWN),
    }
