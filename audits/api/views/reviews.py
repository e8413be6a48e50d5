from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from audits.actions import reviews
from audits.api import inputs, outputs
from audits.api.views.base import OfIteration
from audits.models import Finding


class Reviews(OfIteration):
    """What reviewers do. Their tokens have the scope `review`, and a person."""

    @extend_schema(summary="Review the tests", request=inputs.NewReviewSerializer, responses={201: outputs.ReviewSerializer})
    @action(detail=True, methods=["post"])
    def reviews(self, request: Request, pk: str) -> Response:
        iteration = self.writable()
        given = self.given(inputs.NewReviewSerializer)
        review = reviews.review(iteration, actor=self.actor, **given)
        return Response(outputs.ReviewSerializer(review).data, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Say how a finding was closed",
        request=inputs.ClosureInputSerializer,
        responses={201: outputs.ClosureSerializer},
        parameters=[OpenApiParameter("finding", OpenApiTypes.INT, OpenApiParameter.PATH)],
    )
    @action(detail=True, methods=["post"], url_path=r"findings/(?P<finding>\d{1,18})/close")
    def close_finding(self, request: Request, pk: str, finding: str) -> Response:
        iteration = self.writable()
        found = get_object_or_404(Finding, pk=finding, review__iteration=iteration)
        closure = reviews.close_finding(iteration, found, actor=self.actor, **self.given(inputs.ClosureInputSerializer))
        return Response(outputs.ClosureSerializer(closure).data, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Let one unmet thing pass, with a reason", request=inputs.NewWaiverSerializer, responses={201: outputs.WaiverSerializer}
    )
    @action(detail=True, methods=["post"])
    def waivers(self, request: Request, pk: str) -> Response:
        iteration = self.writable()
        given = self.given(inputs.NewWaiverSerializer)
        waiver = reviews.waive(iteration, actor=self.actor, **given)
        return Response(outputs.WaiverSerializer(waiver).data, status.HTTP_201_CREATED)
