from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from audits.actions import fixes, statements
from audits.api import inputs, outputs
from audits.api.views.base import OfIteration


class Statements(OfIteration):
    """What people and agents state: cause, plan, files, metrics, fix."""

    @extend_schema(
        summary="State the whys and the root cause: a new version",
        request=inputs.RootCauseInputSerializer,
        responses=outputs.RootCauseSerializer,
    )
    @action(detail=True, methods=["put"], url_path="root-cause")
    def root_cause(self, request: Request, pk: str) -> Response:
        iteration = self.writable()
        given = self.given(inputs.RootCauseInputSerializer)
        return Response(outputs.RootCauseSerializer(statements.set_root_cause(iteration, actor=self.actor, **given)).data)

    @extend_schema(summary="Plan the tests: a new version", request=inputs.TestPlanInputSerializer, responses=outputs.TestPlanSerializer)
    @action(detail=True, methods=["put"], url_path="test-plan")
    def test_plan(self, request: Request, pk: str) -> Response:
        iteration = self.writable()
        given = self.given(inputs.TestPlanInputSerializer)
        return Response(outputs.TestPlanSerializer(statements.set_test_plan(iteration, actor=self.actor, **given)).data)

    @extend_schema(
        summary="Name the files that hold the tests, all of them",
        request=inputs.TestFilesInputSerializer,
        responses=outputs.TestFilesSerializer,
    )
    @action(detail=True, methods=["put"], url_path="test-files")
    def test_files(self, request: Request, pk: str) -> Response:
        iteration = self.writable()
        given = self.given(inputs.TestFilesInputSerializer)
        files = statements.set_test_files(iteration, actor=self.actor, **given)
        return Response(outputs.TestFilesSerializer({"files": files}).data)

    @extend_schema(
        summary="Judge the success metrics: a new version", request=inputs.MetricsInputSerializer, responses=outputs.JudgementSerializer
    )
    @action(detail=True, methods=["put"], url_path="success-metrics")
    def success_metrics(self, request: Request, pk: str) -> Response:
        iteration = self.writable()
        given = self.given(inputs.MetricsInputSerializer)
        return Response(outputs.JudgementSerializer(statements.judge_metrics(iteration, actor=self.actor, **given)).data)

    @extend_schema(summary="Record the fix: a new version", request=inputs.NewFixSerializer, responses={201: outputs.FixSerializer})
    @action(detail=True, methods=["post"])
    def fixes(self, request: Request, pk: str) -> Response:
        iteration = self.writable()
        given = self.given(inputs.NewFixSerializer)
        fix = fixes.record_fix(iteration, actor=self.actor, **given)
        return Response(outputs.FixSerializer(fix).data, status.HTTP_201_CREATED)
