from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiRequest, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.errors import Refusal
from incidents.api.fields import LARGEST_ID, SeverityField
from incidents.api.filters import LONGEST_SEARCH
from incidents.api.pagination import CursorPages
from incidents.api.scoped import Scoped
from incidents.api.serializers import IssueDetailSerializer
from incidents.clock import to_ns
from incidents.models import Fingerprint, Issue, Occurrence, Pattern, Release, Sighting, Source
from incidents.roles import Scope
from ingestion import actions, intake, parting
from ingestion.api import serializers as shapes
from ingestion.formats.bodies import Malformed, form_of
from ingestion.models import Batch, Entry

RETRY_AFTER = 30
STATUS_OF = {"media_type_unsupported": 415, "encoding_unsupported": 415, "too_many_entries": 413}
LONGEST_KEY = 200


class EntryPages(CursorPages):
    ordering = ("-time_ns", "-insert_id")


class OccurrencePages(CursorPages):
    ordering = ("-start_ns", "-id")


class EntryFilterSerializer(serializers.Serializer):
    pattern = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    severity = SeverityField(required=False)
    since = serializers.DateTimeField(required=False)
    search = serializers.CharField(required=False, max_length=LONGEST_SEARCH)


class EntriesView(Scoped, generics.GenericAPIView[Entry]):
    """The entries of a source: taken in with POST, listed with GET."""

    queryset = Entry.objects.none()
    serializer_class = shapes.EntrySerializer
    pagination_class = EntryPages
    filter_backends: list[Any] = []
    write_scope = Scope.INGEST

    @extend_schema(
        summary="A source's entries, newest first", parameters=[EntryFilterSerializer], responses=shapes.EntrySerializer(many=True)
    )
    def get(self, request: Request, slug: str) -> Response:
        asked = EntryFilterSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        page: list[Entry] = self.paginate_queryset(_entries(self._source(slug), asked.validated_data)) or []
        return self.get_paginated_response(shapes.EntrySerializer(page, many=True, context=_looked_up(page)).data)

    @extend_schema(
        summary="Post log entries",
        description='A JSON array of LogEntry, `{"entries": […]}`, NDJSON, or plain lines; `Content-Encoding: gzip` allowed.',
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="The same key and body make one batch.")],
        request={
            "application/json": OpenApiRequest(OpenApiTypes.OBJECT),
            "application/x-ndjson": OpenApiRequest(OpenApiTypes.STR),
            "text/plain": OpenApiRequest(OpenApiTypes.STR),
        },
        responses={200: shapes.AcceptedSerializer, 202: shapes.AcceptedSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:
        source = self._source(slug)
        self.require(source.project)
        body, gzipped = _read_body(request)
        try:
            form = form_of(request.content_type or "")
            batch, new = actions.accept(source, body=body, form=form, key=_key(request), gzipped=gzipped)
        except Malformed as error:
            raise Refusal(STATUS_OF.get(error.code, 400), error.code, error.detail) from error
        except actions.TooMuchWaiting:
            raise Refusal(
                503, "too_much_waiting", "Too much is waiting to be processed. Try again later.", retry_after=RETRY_AFTER
            ) from None
        return Response(shapes.AcceptedSerializer(batch).data, status.HTTP_202_ACCEPTED if new else status.HTTP_200_OK)

    def _source(self, slug: str) -> Source:
        try:
            return get_object_or_404(Source.objects.filter(project__in=self.visible()).select_related("project"), slug=slug)
        except Http404:
            raise Http404(f"There is no source “{slug}”.") from None


def _key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise Refusal(400, "idempotency_key_invalid", f"An Idempotency-Key has at most {LONGEST_KEY} printable characters.")
    return key or None


def _read_body(request: Request) -> tuple[bytes, bytes | None]:
    """The body, decompressed, and as it came where it came compressed."""
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        raise Refusal(415, "content_encoding_unsupported", f"Content-Encoding {encoding!r} is not understood; use gzip or none.")
    length = request.META.get("CONTENT_LENGTH") or ""
    try:
        body = intake.read(_stream(request), limit=settings.MAX_BODY_BYTES, declared=int(length) if length.isdecimal() else 0)
        if "gzip" not in encoding:
            return body, None
        return intake.gunzip(body, limit=settings.MAX_DECOMPRESSED_BYTES), body
    except intake.TooLarge as error:
        raise Refusal(413, "too_large", str(error)) from error
    except intake.BadCompression as error:
        raise Refusal(400, error.code, error.detail) from error


def _stream(request: Request) -> intake.Readable:
    # Django reads nothing where no length is declared. A chunked body has none, but the server marks its end.
    chunked = not request.META.get("CONTENT_LENGTH") and request.META.get("wsgi.input_terminated")
    stream: intake.Readable = request.META["wsgi.input"] if chunked else request._request
    return stream


def _entries(source: Source, asked: dict[str, Any]) -> QuerySet[Entry]:
    rows = Entry.objects.filter(source_id=source.pk)
    if "pattern" in asked:
        now = Pattern.objects.as_they_are_now([asked["pattern"]])
        prints = Fingerprint.objects.filter(pattern__in=now.values(), project=source.project)
        rows = rows.filter(fingerprint_id__in=list(prints.values_list("pk", flat=True)))
    if "severity" in asked:
        rows = rows.filter(severity__gte=asked["severity"])
    if isinstance(since := asked.get("since"), datetime):
        rows = rows.filter(time_ns__gte=to_ns(since))
    if "search" in asked:
        rows = rows.filter(message__icontains=asked["search"])
    return rows


def _looked_up(page: list[Entry]) -> dict[str, Any]:
    patterns = dict(Fingerprint.objects.filter(pk__in={entry.fingerprint_id for entry in page}).values_list("pk", "pattern"))
    return {
        "patterns": patterns,
        "issues": _issues_of(page, patterns),
        "releases": dict(Release.objects.filter(pk__in={entry.release_id for entry in page}).values_list("pk", "name")),
    }


def _issues_of(page: list[Entry], patterns: dict[int, int]) -> dict[Any, int | None]:
    """The issue of each entry, by its key: that of the sighting that it lies in."""
    if not page:
        return {}
    times = [entry.time_ns for entry in page]
    found = Sighting.objects.filter(
        pattern__in=set(patterns.values()),
        stream__in={entry.stream for entry in page},
        start_ns__lte=max(times),
        end_ns__gte=min(times),
    )
    sightings: dict[tuple[int, str, int], list[Sighting]] = defaultdict(list)
    for sighting in found:
        sightings[sighting.pattern_id, sighting.stream, sighting.release_id].append(sighting)
    return {
        entry.pk: next((one.issue_id for one in near if one.start_ns <= entry.time_ns <= one.end_ns), None)
        for entry in page
        for near in [sightings[patterns[entry.fingerprint_id], entry.stream, entry.release_id]]
    }


class BatchView(Scoped, generics.RetrieveAPIView[Batch]):
    queryset = Batch.objects.none()
    serializer_class = shapes.BatchSerializer

    def get_queryset(self) -> QuerySet[Batch]:
        return Batch.objects.filter(source__project__in=self.visible()).select_related("source").defer("raw")

    @extend_schema(summary="How far a batch has come")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class OccurrencesView(Scoped, generics.ListAPIView[Occurrence]):
    queryset = Occurrence.objects.none()
    serializer_class = shapes.OccurrenceSerializer
    pagination_class = OccurrencePages
    filter_backends: list[Any] = []

    def get_queryset(self) -> QuerySet[Occurrence]:
        issue = get_object_or_404(Issue.objects.of(self.visible()), pk=self.kwargs["pk"])
        return Occurrence.objects.filter(issue=issue)

    @extend_schema(summary="The times that the issue showed, newest first, and what came each time")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page: list[Occurrence] = self.paginate_queryset(self.get_queryset()) or []
        named = {one["pattern"] for occurrence in page for one in occurrence.companions}
        templates = dict(Pattern.objects.filter(pk__in=named).values_list("pk", "template"))
        return self.get_paginated_response(shapes.OccurrenceSerializer(page, many=True, context={"templates": templates}).data)


class FingerprintsView(Scoped, generics.ListAPIView[Fingerprint]):
    queryset = Fingerprint.objects.none()
    serializer_class = shapes.FingerprintSerializer
    filter_backends: list[Any] = []

    def get_queryset(self) -> QuerySet[Fingerprint]:
        issue = get_object_or_404(Issue.objects.of(self.visible()), pk=self.kwargs["pk"])
        pattern = get_object_or_404(Pattern, parts__issue=issue, pk=self.kwargs["pattern"])
        return Fingerprint.objects.filter(pattern=pattern).order_by("pk")

    @extend_schema(summary="The masked messages that are one pattern, and how many entries of each are kept")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page: list[Fingerprint] = self.paginate_queryset(self.get_queryset()) or []
        kept = parting.kept([fingerprint.pk for fingerprint in page])
        return self.get_paginated_response(shapes.FingerprintSerializer(page, many=True, context={"kept": kept}).data)


class PartView(Scoped, generics.GenericAPIView[Issue]):
    queryset = Issue.objects.none()
    serializer_class = IssueDetailSerializer

    @extend_schema(
        summary="Let messages leave a pattern of the issue",
        description=(
            "They are a pattern with an issue of its own: the `target` of the newest of `decisions`. No machine joins it to anything again."
            " Take it back with `undo/`."
        ),
        request=shapes.PartSerializer,
        responses=IssueDetailSerializer,
    )
    def post(self, request: Request, pk: int) -> Response:
        issue = get_object_or_404(Issue.objects.of(self.visible()), pk=pk)
        self.require(issue.project)
        asked = shapes.PartSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        pattern = get_object_or_404(Pattern, parts__issue=issue, pk=asked.validated_data["pattern"])
        parting.part(pattern, actor=self.actor, fingerprints=asked.validated_data["fingerprints"], issue=issue)
        return Response(IssueDetailSerializer(Issue.objects.told_of().get(pk=issue.pk)).data)
