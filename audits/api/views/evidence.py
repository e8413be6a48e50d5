from __future__ import annotations

from typing import Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from audits.actions import chain, evidence
from audits.actions.judging import signals_of
from audits.api import inputs, outputs
from audits.api.views.base import OfIteration
from audits.gathering import contradictions_of, gather, verification_of
from audits.models import Run
from incidents.api.errors import Refusal
from incidents.api.pagination import CursorPages

# What the form's other fields may take besides the report.
FORM_BYTES = 2 * 1024 * 1024


class ResultPages(CursorPages):
    ordering = "ordinal"


class ReportParser(MultiPartParser):
    """A form with a report, which Django writes to disk beyond a few megabytes. Refuses what is too large before reading it."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        declared = (parser_context or {})["request"].META.get("CONTENT_LENGTH") or "0"
        if declared.isdecimal() and int(declared) > settings.MAX_BODY_BYTES + FORM_BYTES:
            raise Refusal(413, "too_large", f"A report may have {settings.MAX_BODY_BYTES:,} bytes.")
        return super().parse(stream, media_type, parser_context)


class Evidence(OfIteration):
    """What runners reported, and what follows from it."""

    @extend_schema(summary="What was stored, the newest run first", responses=outputs.RunSerializer(many=True), filters=False)
    @action(detail=True, serializer_class=outputs.RunSerializer, parser_classes=[ReportParser])
    def runs(self, request: Request, pk: str) -> Response:
        rows: Any = self.get_object().runs.order_by("-id")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(outputs.RunSerializer(page, many=True).data)

    @extend_schema(
        summary="Post a report: JUnit XML or CTRF JSON",
        request={"multipart/form-data": inputs.NewRunSerializer},
        responses={200: outputs.RunSerializer, 201: outputs.RunSerializer},
    )
    @runs.mapping.post
    def post_run(self, request: Request, pk: str) -> Response:
        iteration = self.writable()
        given = self.given(inputs.NewRunSerializer)
        report = given.pop("report")
        if report.size > settings.MAX_BODY_BYTES:
            raise Refusal(413, "too_large", f"A report may have {settings.MAX_BODY_BYTES:,} bytes.")
        run, new = evidence.post_run(iteration, actor=self.actor, report=report.file, about=evidence.About(**given))
        return Response(outputs.RunSerializer(run).data, status.HTTP_201_CREATED if new else status.HTTP_200_OK)

    @extend_schema(
        summary="A run's results, in the report's order",
        responses=outputs.ResultSerializer(many=True),
        parameters=[OpenApiParameter("run", OpenApiTypes.INT, OpenApiParameter.PATH)],
        filters=False,
    )
    @action(
        detail=True, url_path=r"runs/(?P<run>\d{1,18})/results", serializer_class=outputs.ResultSerializer, pagination_class=ResultPages
    )
    def results(self, request: Request, pk: str, run: str) -> Response:
        rows: Any = get_object_or_404(Run, pk=run, iteration=self.get_object()).results.all()
        return self.get_paginated_response(outputs.ResultSerializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(summary="The verdict, test by test", responses=outputs.VerificationSerializer)
    @action(detail=True, pagination_class=None)
    def verification(self, request: Request, pk: str) -> Response:
        iteration = self.get_object()
        judged = verification_of(iteration)
        shown = {name: getattr(judged, name) for name in judged.__struct_fields__} | {"waivers": iteration.waivers.all()}
        return Response(outputs.VerificationSerializer(shown).data)

    @extend_schema(
        summary="Where the record or the imported log disagrees with itself, or with the evidence",
        responses=outputs.ContradictionsSerializer,
    )
    @action(detail=True, pagination_class=None)
    def contradictions(self, request: Request, pk: str) -> Response:
        iteration = self.get_object()
        return Response(outputs.ContradictionsSerializer({"results": contradictions_of(iteration, gather(iteration))}).data)

    @extend_schema(summary="Hints that a test may be a fake; for reviewers", responses=outputs.SignalsSerializer)
    @action(detail=True, pagination_class=None)
    def signals(self, request: Request, pk: str) -> Response:
        return Response(outputs.SignalsSerializer({"results": signals_of(self.get_object())}).data)

    @extend_schema(summary="Whether the evidence is as it was recorded", responses=outputs.ChainSerializer)
    @action(detail=True, pagination_class=None)
    def chain(self, request: Request, pk: str) -> Response:
        iteration = self.get_object()
        faults = chain.faults(iteration)
        state = "broken" if faults else "intact"
        shown = {"state": state, "length": iteration.chain_length, "head": iteration.chain_head, "faults": faults}
        return Response(outputs.ChainSerializer(shown).data)
