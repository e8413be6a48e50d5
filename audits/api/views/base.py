from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import status, viewsets
from rest_framework.response import Response

from audits.api import outputs
from audits.gates import still_unmet
from audits.gathering import contradictions_of, gather
from audits.models import Iteration, IterationQuerySet
from incidents.api.scoped import Scoped
from incidents.models import Issue
from incidents.roles import Scope

SCOPES = {
    "post_run": Scope.EVIDENCE,
    "reviews": Scope.REVIEW,
    "close_finding": Scope.REVIEW,
    "waivers": Scope.REVIEW,
}


class OfIteration(Scoped, viewsets.GenericViewSet[Iteration]):
    """What all calls of an iteration share."""

    queryset = Iteration.objects.none()
    lookup_value_regex = r"\d{1,18}"

    def scope_for(self, method: str | None) -> Scope:
        scope = super().scope_for(method)
        return scope if scope == Scope.READ else SCOPES.get(self.action or "", scope)

    def get_queryset(self) -> IterationQuerySet:
        rows = Iteration.objects.all() if getattr(self, "swagger_fake_view", False) else Iteration.objects.of(self.visible())
        return (
            rows.select_related("project", "issue__project", "previous")
            .prefetch_related("root_causes__whys", "reviews", "waivers")
            .annotate(contradiction_count=Count("contradictions"))
            # Of a long plan it is long, and no row shows it.
            .defer("verification")
        )

    def writable(self) -> Iteration:
        """The iteration of the address, where the role allows the request; 404 and 403 otherwise."""
        iteration: Iteration = self.get_object()
        self.require(iteration.project)
        return iteration

    def given(self, shape: type[Any]) -> dict[str, Any]:
        serializer = shape(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def visible_issue(self, pk: int) -> Issue:
        try:
            return get_object_or_404(Issue.objects.of(self.visible()), pk=pk)
        except (Http404, OverflowError):
            raise Http404(f"There is no issue {pk}.") from None

    def detail_of(self, iteration: Iteration, code: int = status.HTTP_200_OK) -> Response:
        """The iteration with all that is recorded of it; what is unmet and what contradicts itself are worked out now."""
        row = self.get_queryset().prefetch_related("reviews__findings__closure").get(pk=iteration.pk)
        dossier = gather(row)
        shown = outputs.IterationDetailSerializer(row).data
        now = {
            "unmet": [one.as_row() for one in still_unmet(dossier)],
            "reasons": dossier.reasons,
            "contradictions": len(contradictions_of(row, dossier)),
        }
        return Response(shown | now, code)
