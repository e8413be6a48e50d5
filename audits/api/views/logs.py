from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from audits.actions.imports import LARGEST, import_log
from audits.api import outputs
from audits.api.views.base import OfIteration
from audits.exporting import as_json, as_markdown
from audits.models import Contradiction, Import
from incidents.api.errors import Refusal


class MarkdownParser(BaseParser):
    """A log as it is."""

    media_type = "text/markdown"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body: Any = stream.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise Refusal(413, "too_large", f"A log may have {LARGEST:,} bytes.")
        return body


class PlainTextParser(MarkdownParser):
    media_type = "text/plain"


class MarkdownRenderer(BaseRenderer):
    media_type = "text/markdown"
    format = "md"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        return data


class Logs(OfIteration):
    """Audit logs, out and in."""

    @extend_schema(
        summary="The audit log: Markdown, or JSON by Accept",
        responses={(200, "text/markdown"): OpenApiTypes.STR, (200, "application/json"): OpenApiTypes.OBJECT},
    )
    @action(detail=True, pagination_class=None, renderer_classes=[MarkdownRenderer, JSONRenderer])
    def log(self, request: Request, pk: str) -> Response:
        iteration = self.get_object()
        if isinstance(request.accepted_renderer, JSONRenderer):
            return Response(as_json(iteration))
        return Response(as_markdown(iteration))

    @extend_schema(
        summary="Take in an audit log that was kept elsewhere",
        parameters=[OpenApiParameter("project", str, required=True, description="The project's slug.")],
        request={"text/markdown": OpenApiTypes.STR, "text/plain": OpenApiTypes.STR},
        responses={200: outputs.ImportSerializer, 201: outputs.ImportSerializer},
        filters=False,
    )
    @action(detail=False, methods=["post"], url_path="import", pagination_class=None, parser_classes=[MarkdownParser, PlainTextParser])
    def import_log(self, request: Request) -> Response:
        slug = request.query_params.get("project", "")
        if not slug:
            raise ValidationError({"project": "Say into which project, as ?project=SLUG."})
        project = self.project_named(slug)
        made, new = import_log(project, actor=self.actor, raw=request.data if isinstance(request.data, bytes) else b"")
        return Response(self._shown(made), status.HTTP_201_CREATED if new else status.HTTP_200_OK)

    def _shown(self, made: Import) -> Any:
        iterations = (
            self.get_queryset().filter(source=made).order_by("number").prefetch_related("claims", "test_plans__tests", "test_files")
        )
        contradictions = Contradiction.objects.filter(iteration__source=made).order_by("iteration__number", "id")
        shown = {"id": made.pk, "title": made.title, "iterations": iterations, "sections": made.sections, "contradictions": contradictions}
        return outputs.ImportSerializer(shown).data
