from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from audits.actions import iterations
from audits.admin import panels
from audits.admin.asking import Question, ask, bound
from audits.admin.forms.walking import BeginForm
from audits.admin.verbs.evidence import Evidence
from audits.admin.verbs.logs import Logs
from audits.admin.verbs.reviews import Reviews
from audits.admin.verbs.statements import Statements
from audits.admin.verbs.walking import Walking
from audits.models import Contradiction, Iteration, IterationState, Review
from audits.models.iteration import PHASES
from incidents.actors import Actor
from incidents.admin import columns
from incidents.admin.filters import OwnFilter
from incidents.admin.scoped import person
from incidents.models import Project
from incidents.roles import Scope

# What can still be looked at and taken along when nothing can be added any more.
READING: Final = {"chain", "signals", "log-markdown", "log-json"}

BEGIN: Final = Question(
    "Begin an iteration",
    "Begin",
    "One pass of the audit over one issue: from the five whys to tests that were red, a fix, and the same tests green.",
)


@admin.register(Iteration)
class IterationAdmin(Walking, Statements, Evidence, Reviews, Logs):
    add_scope = Scope.WRITE
    when_empty = (
        "An iteration walks one issue from its root cause to a fix that the tests prove. Begin one over an issue, or import an audit log."
    )

    list_display = (
        "headline",
        columns.state(),
        "phase_name",
        "shown_verdict",
        "review_score",
        "contradictions_number",
        columns.moment("at", "Begun"),
    )
    list_filter = ("state", "phase", "verdict", ("project", OwnFilter))
    list_select_related = ("project", "issue__project")
    search_fields = ("issue__title", "focus")
    search_help_text = "Issue’s title or key, or focus"
    ordering = ("-id",)
    change_form_outer_before_template = "admin/audits/iteration/page.html"
    actions_detail = (
        "advance",
        "post_run",
        {"title": "State", "icon": "edit_note", "items": ["root_cause", "test_plan", "test_files", "fix", "success_metrics", "commit"]},
        {"title": "Review", "icon": "rate_review", "items": ["review", "close_finding", "waive"]},
        {"title": "More", "icon": "more_horiz", "items": ["check_chain", "signals", "log_markdown", "log_json", "back", "abandon"]},
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        # Its page shows it; nothing of it is edited in a form.
        return []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Iteration]:
        newest_score = Review.objects.filter(iteration=OuterRef("pk")).order_by("-version").values("score")[:1]
        contradictions = Contradiction.objects.filter(iteration=OuterRef("pk")).order_by().values("iteration")
        count = contradictions.annotate(count=Count("pk")).values("count")
        return (
            super()
            .get_queryset(request)
            .select_related("project", "issue__project", "issue__lead_pattern", "previous", "source")
            .defer("source__raw", "source__sections", "previous__verification", "verification")
            .prefetch_related("waivers")
            .annotate(
                newest_score=Subquery(newest_score),
                contradiction_count=Coalesce(Subquery(count, output_field=IntegerField()), 0),
            )
        )

    # --- The list ---

    @display(description="Iteration", ordering="number")
    def headline(self, iteration: Iteration) -> str:
        return columns.two_lines(f"{iteration.number}. {iteration.issue.title}", f"{iteration.project.slug} · {iteration.issue.key}")

    @display(description="Phase", ordering="phase")
    def phase_name(self, iteration: Iteration) -> str | None:
        return None if iteration.state == IterationState.IMPORTED else iteration.get_phase_display()

    @display(description="Verdict", ordering="verdict")
    def shown_verdict(self, iteration: Iteration) -> str:
        if iteration.state == IterationState.IMPORTED:
            return format_html('<span class="fx-under">{}</span>', "claims only")
        names = ", ".join(dict.fromkeys(waiver.actor_name for waiver in iteration.waivers.all()))
        waived = format_html('<span class="fx-under">waivers by {}</span>', names) if names else ""
        return format_html("{}{}", columns.badge(iteration.verdict), waived)

    @display(description="Review", ordering="newest_score")
    def review_score(self, iteration: Any) -> str | None:
        return None if iteration.newest_score is None else f"{iteration.newest_score:.1f}"

    @display(description="Contradictions", ordering="contradiction_count")
    def contradictions_number(self, iteration: Any) -> str:
        return f"{iteration.contradiction_count:,}"

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Iteration], search_term: str) -> tuple[QuerySet[Iteration], bool]:
        found, distinct = super().get_search_results(request, queryset, search_term)
        slug, _, number = search_term.strip().rpartition("-")
        if slug and number.isascii() and number.isdigit():
            found |= queryset.filter(Q(project__slug__iexact=slug, issue__number=int(number[:9])))
        return found, distinct

    # --- Beginning one ---

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        user = person(request)

        def begin(project: Project, **given: Any) -> HttpResponse:
            begun = iterations.begin(project, actor=Actor.person(user), **given)
            messages.success(request, f"Iteration {begun.number} over {begun.issue.key} has begun.")
            return redirect("admin:audits_iteration_change", begun.pk)

        form = BeginForm(user=user, asked=request.GET.get("issue", ""), **bound(request))
        return ask(self, request, BEGIN, form, begin, back=reverse("admin:audits_iteration_changelist"))

    # --- The page ---

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        iteration: Iteration | None = self.row(request, object_id)
        extra: dict[str, Any] = {}
        if iteration is not None:
            may = {scope.value: self.allows(request, scope, iteration) for scope in (Scope.WRITE, Scope.EVIDENCE, Scope.REVIEW)}
            acting = may if iteration.state == IterationState.RUNNING else {}
            extra = {**panels.of_iteration(iteration), **panels.of_claims(iteration), "may": acting}
            extra |= {"title": f"Iteration {iteration.number}: {iteration.issue.title}", "subtitle": iteration.issue.key}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        iteration: Iteration | None = self.row(request, object_id)
        if iteration is None:
            return []
        buttons = super().get_actions_detail(request, object_id)
        if iteration.state != IterationState.RUNNING:
            return [button for button in buttons if button.path in READING]
        senseless = set() if iteration.unmet else {"waive"}
        if iteration.phase == PHASES[0][0]:
            senseless.add("back")
        return [button for button in buttons if button.path not in senseless]
