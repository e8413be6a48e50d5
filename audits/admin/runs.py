from __future__ import annotations

from typing import Any, Final

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.db.models.functions import Left, Length
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from unfold.decorators import display

from audits.admin.panels import words
from audits.models import Result, Run
from audits.terms import Outcome
from incidents.admin import columns
from incidents.admin.scoped import ProjectScopedAdmin

RESULTS_PER_PAGE: Final = 100
SHOWN_FILES: Final = 200
# Of what failed; the report itself may have a megabyte of it.
SHOWN_CHARACTERS: Final = 4_000

# In the order in which they are worth a look, and the column of Run that counts them.
COUNTED_IN: Final = {
    Outcome.FAILED: "failed",
    Outcome.ERROR: "errors",
    Outcome.XPASSED: "xpassed",
    Outcome.XFAILED: "xfailed",
    Outcome.SKIPPED: "skipped",
    Outcome.PASSED: "passed",
}


class CountedPaginator(Paginator):
    """Pages of rows that were counted when they were stored."""

    def __init__(self, rows: Any, count: int) -> None:
        self.counted = count
        super().__init__(rows, RESULTS_PER_PAGE)

    @property
    def count(self) -> int:
        return self.counted


@admin.register(Run)
class RunAdmin(ProjectScopedAdmin):
    """What runners reported. It is posted on an iteration's page, or by the API, and never changes."""

    project_path = "iteration__project"
    when_empty = "A run is what a test runner reported: post its JUnit XML or CTRF JSON on an iteration’s page, or from the CI."

    list_display = (
        "headline",
        "stage_name",
        columns.number("cases", "Results"),
        columns.number("passed", "Passed"),
        columns.number("failed", "Failed"),
        columns.number("errors", "Errors"),
        "exit_status",
        columns.moment("at", "Posted"),
    )
    list_filter = ("stage",)
    search_fields = ("commit", "report_id", "run_group", "iteration__issue__title")
    search_help_text = "Commit, report id, run group, or the issue’s title"
    list_select_related = ("iteration__project", "iteration__issue")
    ordering = ("-id",)
    change_form_outer_before_template = "admin/audits/run/page.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        # Its page shows it; nothing of it is edited in a form.
        return []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        return super().get_queryset(request).select_related("iteration__project", "iteration__issue__project").defer("environment")

    @display(description="Run", ordering="pk")
    def headline(self, run: Run) -> str:
        return columns.two_lines(f"Run {run.pk} at {run.commit[:12]}", f"{run.iteration}: {run.iteration.issue.title}")

    @display(description="Stage", ordering="stage")
    def stage_name(self, run: Run) -> str:
        return words(run.stage)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        run: Run | None = self.row(request, object_id)
        extra = {**_shown(run, request.GET.get("outcome", ""), request.GET.get("page", "1")), "title": f"Run {run.pk}"} if run else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})


def _shown(run: Run, outcome: str, number: str) -> dict[str, Any]:
    counts = {each.value: getattr(run, column) for each, column in COUNTED_IN.items()}
    outcome = outcome if outcome in counts else ""
    page = CountedPaginator(_results(run, outcome), counts.get(outcome, run.cases)).get_page(number)
    return {
        "run": run,
        "stage": words(run.stage),
        "size": filesizeformat(run.size),
        "counts": [{"outcome": each, "count": count, "current": each == outcome} for each, count in counts.items() if count],
        "outcome": outcome,
        "page": page,
        "results": page.object_list,
        "files": sorted(run.files.items())[:SHOWN_FILES],
        "files_left_out": max(0, len(run.files) - SHOWN_FILES),
    }


def _results(run: Run, outcome: str) -> QuerySet[Result, Any]:
    """The results, as much of each as a page shows: those of one outcome in the report's order, else what failed first."""
    rank = Case(*(When(outcome=each, then=Value(place)) for place, each in enumerate(COUNTED_IN)), output_field=IntegerField())
    rows = run.results.filter(outcome=outcome).order_by("ordinal") if outcome else run.results.order_by(rank, "ordinal")
    return rows.values(
        "ordinal",
        "file",
        "classname",
        "name",
        "parameters",
        "outcome",
        "seconds",
        "line",
        "failure_type",
        said=Left("message", SHOWN_CHARACTERS),
        told=Left("text", SHOWN_CHARACTERS),
        told_length=Length("text"),
    )
