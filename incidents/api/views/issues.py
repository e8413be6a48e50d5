from __future__ import annotations

from typing import Any, Final

from django.db.models import BooleanField, Count, ExpressionWrapper, F, OuterRef, Prefetch, Q, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.actions import choices, issues, mirrors, regrouping, taking_back
from incidents.api import serializers as shapes
from incidents.api.filters import IssueFilters
from incidents.api.pagination import CursorPages
from incidents.api.scoped import Scoped
from incidents.models import Fingerprint, GroupingDecision, Issue, IssueQuerySet, Pattern

SHOWN_FINGERPRINTS: Final = 100


class TimelinePages(CursorPages):
    ordering = "-id"


@extend_schema_view(
    list=extend_schema(summary="Issues, the most critical first"),
    retrieve=extend_schema(summary="One issue with all that is known of it", responses=shapes.IssueDetailSerializer),
)
class IssueViewSet(Scoped, mixins.ListModelMixin, viewsets.GenericViewSet[Issue]):
    queryset = Issue.objects.none()
    serializer_class = shapes.IssueSerializer
    filterset_class = IssueFilters
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> IssueQuerySet:
        rows = Issue.objects.all() if getattr(self, "swagger_fake_view", False) else Issue.objects.of(self.visible())
        return rows.told_of()

    def filter_queryset(self, queryset: Any) -> Any:
        # Only the list is filtered: a resolved issue is not in it by default, but it is there by its id.
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        focus = self.request.query_params.get("focus", "")
        if focus and self.action == "list":
            for issue in page or []:
                choices.apply_focus(issue, focus)
        return page

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._detail(self.get_object())

    @extend_schema(summary="Open an issue by hand", request=shapes.NewIssueSerializer, responses={201: shapes.IssueDetailSerializer})
    def create(self, request: Request) -> Response:
        given = self._given(shapes.NewIssueSerializer)
        project = self.project_named(given.pop("project"))
        if (parent := given.pop("parent", None)) is not None:
            given["parent"] = self._visible_issue(parent)
        return self._detail(issues.create(project, actor=self.actor, **given), status.HTTP_201_CREATED)

    @extend_schema(summary="Edit what people may edit", request=shapes.IssueChangesSerializer, responses=shapes.IssueDetailSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        issue = self._writable()
        return self._detail(issues.edit(issue, actor=self.actor, changes=self._given(shapes.IssueChangesSerializer)))

    @extend_schema(
        summary="The issue that matters most, and why",
        parameters=[shapes.CriticalQuerySerializer],
        responses=shapes.CriticalSerializer,
        filters=False,
    )
    @action(detail=False, pagination_class=None)
    def critical(self, request: Request) -> Response:
        asked = shapes.CriticalQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        project = self.project_named(asked.validated_data["project"]) if asked.validated_data["project"] else None
        rows = self.get_queryset().filter(project=project) if project else self.get_queryset()
        found = choices.most_critical(rows, focus=asked.validated_data["focus"], project=project)
        return Response(shapes.CriticalSerializer(found).data)

    @extend_schema(
        summary="Say which issue is the critical one", request=shapes.NewChoiceSerializer, responses={201: shapes.ChoiceSerializer}
    )
    @critical.mapping.post
    def choose(self, request: Request) -> Response:
        given = self._given(shapes.NewChoiceSerializer)
        project = self.project_named(given["project"])
        issue = self._visible_issue(given["issue"])
        choice = choices.choose(project, actor=self.actor, issue=issue, reasons=given["reasons"], focus=given["focus"])
        return Response(shapes.ChoiceSerializer(choice).data, status.HTTP_201_CREATED)

    @extend_schema(summary="The patterns that report the issue", responses=shapes.PatternSerializer(many=True), filters=False)
    @action(detail=True, serializer_class=shapes.PatternSerializer)
    def patterns(self, request: Request, pk: str) -> Response:
        issue = self.get_object()
        own = Fingerprint.objects.filter(pattern=OuterRef("pk")).order_by()
        shown = Fingerprint.objects.only("digest", "pattern").order_by("pk")[:SHOWN_FINGERPRINTS]
        rows = (
            Pattern.objects.filter(parts__issue=issue)
            .annotate(
                entries_in_issue=F("parts__entries"),
                part_of=F("parts__issue"),
                fingerprint_count=Subquery(own.values("pattern").annotate(n=Count("pk")).values("n")),
                is_lead=ExpressionWrapper(Q(pk=issue.lead_pattern_id), BooleanField()),
            )
            .prefetch_related(Prefetch("fingerprints", shown, "shown"), "leads")
            .order_by("-is_lead", "-entries_in_issue", "id")
        )
        return self.get_paginated_response(shapes.PatternSerializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(summary="What happened to the issue, newest first", responses=shapes.EventSerializer(many=True), filters=False)
    @action(detail=True, serializer_class=shapes.EventSerializer, pagination_class=TimelinePages)
    def timeline(self, request: Request, pk: str) -> Response:
        rows = self.paginate_queryset(self.get_object().events.all())
        return self.get_paginated_response(shapes.EventSerializer(rows, many=True).data)

    @extend_schema(summary="Say something on the issue", request=shapes.NewCommentSerializer, responses={201: shapes.CommentSerializer})
    @action(detail=True, methods=["post"])
    def comments(self, request: Request, pk: str) -> Response:
        said = issues.comment(self._writable(), actor=self.actor, **self._given(shapes.NewCommentSerializer))
        return Response(shapes.CommentSerializer(said).data, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Close the issue without proof, with a reason", request=shapes.ResolveSerializer, responses=shapes.IssueDetailSerializer
    )
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        return self._detail(issues.resolve(self._writable(), actor=self.actor, **self._given(shapes.ResolveSerializer)))

    @extend_schema(summary="Put the issue aside", request=shapes.IgnoreSerializer, responses=shapes.IssueDetailSerializer)
    @action(detail=True, methods=["post"])
    def ignore(self, request: Request, pk: str) -> Response:
        return self._detail(issues.ignore(self._writable(), actor=self.actor, **self._given(shapes.IgnoreSerializer)))

    @extend_schema(summary="Take the issue up again", request=shapes.ReasonedSerializer, responses=shapes.IssueDetailSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        return self._detail(issues.reopen(self._writable(), actor=self.actor, **self._given(shapes.ReasonedSerializer)))

    @extend_schema(
        summary="Merge the issue into another one of its project",
        description="All that tells of it tells of the other one from now on. Take it back with `undo/`; the decision is in `decisions`.",
        request=shapes.MergeSerializer,
        responses=shapes.IssueDetailSerializer,
    )
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        issue = self._writable()
        into = self._visible_issue(self._given(shapes.MergeSerializer)["into"])
        regrouping.merge(issue, actor=self.actor, into=into)
        return self._detail(issue)

    @extend_schema(
        summary="Let patterns leave the issue",
        description="They get an issue of their own: the `target` of the newest of `decisions`. No machine joins them to anything again.",
        request=shapes.SplitSerializer,
        responses=shapes.IssueDetailSerializer,
    )
    @action(detail=True, methods=["post"])
    def split(self, request: Request, pk: str) -> Response:
        issue = self._writable()
        regrouping.split(issue, actor=self.actor, patterns=self._given(shapes.SplitSerializer)["patterns"])
        return self._detail(issue)

    @extend_schema(summary="Take a merge, a split or a parting back", request=shapes.UndoSerializer, responses=shapes.IssueDetailSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        issue = self._writable()
        wanted = self._given(shapes.UndoSerializer)["decision"]
        decision = GroupingDecision.objects.filter(Q(issue=issue) | Q(target=issue), pk=wanted).first()
        if decision is None:
            raise Http404(f"The issue has no decision {wanted}.")
        taking_back.undo(decision, actor=self.actor)
        return self._detail(issue)

    @extend_schema(
        summary="Ask for a twin on GitHub, or link one that exists",
        description="Queued: the row says soon which number it has. Asked again it changes nothing.",
        request=shapes.NewMirrorSerializer,
        responses={202: shapes.IssueDetailSerializer},
    )
    @action(detail=True, methods=["post"])
    def github(self, request: Request, pk: str) -> Response:
        issue = self._writable()
        mirrors.ask(issue, actor=self.actor, **self._given(shapes.NewMirrorSerializer))
        return self._detail(issue, status.HTTP_202_ACCEPTED)

    def _given(self, shape: type[Any]) -> dict[str, Any]:
        serializer = shape(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _writable(self) -> Issue:
        issue = self.get_object()
        self.require(issue.project)
        return issue

    def _visible_issue(self, pk: int) -> Issue:
        try:
            return get_object_or_404(self.get_queryset(), pk=pk)
        except Http404:
            raise Http404(f"There is no issue {pk}.") from None

    def _detail(self, issue: Issue, code: int = status.HTTP_200_OK) -> Response:
        return Response(shapes.IssueDetailSerializer(self.get_queryset().get(pk=issue.pk)).data, code)
