from __future__ import annotations

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from audits.actions import iterations
from audits.api import inputs, outputs
from audits.api.views.base import OfIteration
from audits.models import Iteration, IterationState
from audits.terms import Phase, Verdict


class IterationFilters(django_filters.FilterSet):
    project = django_filters.CharFilter(field_name="project__slug")
    issue = django_filters.NumberFilter(field_name="issue_id", min_value=1, max_value=2**63 - 1)
    state = django_filters.ChoiceFilter(choices=IterationState.choices)
    phase = django_filters.ChoiceFilter(choices=[(phase.value, phase.value) for phase in Phase])
    verdict = django_filters.ChoiceFilter(choices=[(verdict.value, verdict.value) for verdict in Verdict])
    focus = django_filters.CharFilter(lookup_expr="icontains", max_length=200)

    class Meta:
        model = Iteration
        fields: tuple[str, ...] = ()


class Walking(mixins.ListModelMixin, OfIteration):
    """Beginning an iteration, looking at it, and moving it through its phases."""

    serializer_class = outputs.IterationSerializer
    filterset_class = IterationFilters

    def filter_queryset(self, queryset: Any) -> Any:
        return super().filter_queryset(queryset).order_by("-id") if self.action == "list" else queryset

    @extend_schema(
        summary="Begin an iteration over an issue, or over the most critical one",
        request=inputs.NewIterationSerializer,
        responses={201: outputs.IterationDetailSerializer},
    )
    def create(self, request: Request) -> Response:
        given = self.given(inputs.NewIterationSerializer)
        project = self.project_named(given.pop("project"))
        issue = self.visible_issue(given["issue"]) if given["issue"] is not None else None
        begun = iterations.begin(project, actor=self.actor, **(given | {"issue": issue}))
        return self.detail_of(begun, status.HTTP_201_CREATED)

    @extend_schema(summary="One iteration with all that is recorded of it", responses=outputs.IterationDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        return self.detail_of(self.get_object())

    @extend_schema(
        summary="End the phase, or say what is unmet (409)", request=None, responses=outputs.IterationDetailSerializer, filters=False
    )
    @action(detail=True, methods=["post"])
    def advance(self, request: Request, pk: str) -> Response:
        return self.detail_of(iterations.advance(self.writable(), actor=self.actor))

    @extend_schema(
        summary="Go back to an earlier phase, with a reason", request=inputs.BackSerializer, responses=outputs.IterationDetailSerializer
    )
    @action(detail=True, methods=["post"])
    def back(self, request: Request, pk: str) -> Response:
        return self.detail_of(iterations.back(self.writable(), actor=self.actor, **self.given(inputs.BackSerializer)))

    @extend_schema(
        summary="Give the iteration up, with a reason", request=inputs.ReasonSerializer, responses=outputs.IterationDetailSerializer
    )
    @action(detail=True, methods=["post"])
    def abandon(self, request: Request, pk: str) -> Response:
        return self.detail_of(iterations.abandon(self.writable(), actor=self.actor, **self.given(inputs.ReasonSerializer)))

    @extend_schema(
        summary="State, as a person, that a commit stands on the default branch",
        request=inputs.StatedCommitSerializer,
        responses=outputs.IterationDetailSerializer,
    )
    @action(detail=True, methods=["post"])
    def commit(self, request: Request, pk: str) -> Response:
        iteration = self.writable()
        iterations.state_commit(iteration, actor=self.actor, **self.given(inputs.StatedCommitSerializer))
        return self.detail_of(iteration)
