from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.actions import projects
from incidents.api import serializers as shapes
from incidents.api.scoped import Scoped
from incidents.models import Membership, Project, ProjectQuerySet, Source
from incidents.roles import Scope


@extend_schema_view(
    list=extend_schema(summary="The projects that the token sees"),
    create=extend_schema(summary="A new project", responses={201: shapes.ProjectSerializer}),
    partial_update=extend_schema(summary="Change name, repository, settings or critical areas"),
)
class ProjectViewSet(Scoped, mixins.ListModelMixin, viewsets.GenericViewSet[Project]):
    queryset = Project.objects.none()
    serializer_class = shapes.ProjectSerializer
    filter_backends: list[Any] = []
    lookup_field = "slug"
    lookup_value_regex = "[^/]+"
    write_scope = Scope.MANAGE

    def get_queryset(self) -> ProjectQuerySet:
        return self.visible().order_by("slug")

    def create(self, request: Request) -> Response:
        if self.token.project_id or (self.token.user and not self.token.user.is_superuser):
            raise PermissionDenied("A new project needs a token that is bounded to none, of a superuser or of nobody.", "role_insufficient")
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        project = projects.create_project(**given.validated_data, owner=self.token.user)
        return Response(self.get_serializer(project).data, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, slug: str) -> Response:
        project = self.project_named(slug)
        given = self.get_serializer(project, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        changes = dict(given.validated_data)
        if changes.pop("slug", slug) != slug:
            raise ValidationError({"slug": "A slug is for good: it is part of every issue's key."})
        changed = projects.change_project(project, changes=changes, managed=self.token.projects_where(Scope.MANAGE))
        return Response(self.get_serializer(changed).data)

    @extend_schema(summary="Who belongs to the project", responses=shapes.MemberSerializer(many=True))
    @action(detail=True, serializer_class=shapes.MemberSerializer)
    def members(self, request: Request, slug: str) -> Response:
        rows: Any = Membership.objects.filter(project=self.get_object()).select_related("user").order_by("user__username")
        return self.get_paginated_response(shapes.MemberSerializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(
        summary="Give a person a role",
        request=shapes.MemberSerializer,
        responses={200: shapes.MemberSerializer, 201: shapes.MemberSerializer},
    )
    @members.mapping.post
    def set_member(self, request: Request, slug: str) -> Response:
        project = self.project_named(slug)
        given = shapes.MemberSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        member, new = projects.set_member(project, **given.validated_data)
        return Response(shapes.MemberSerializer(member).data, status.HTTP_201_CREATED if new else status.HTTP_200_OK)


@extend_schema_view(list=extend_schema(summary="Where entries come from"), create=extend_schema(summary="A new source"))
class SourceViewSet(Scoped, mixins.ListModelMixin, viewsets.GenericViewSet[Source]):
    queryset = Source.objects.none()
    serializer_class = shapes.SourceSerializer
    filter_backends: list[Any] = []
    write_scope = Scope.MANAGE

    def get_queryset(self) -> Any:
        return Source.objects.filter(project__in=self.visible()).select_related("project").order_by("slug")

    def create(self, request: Request) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        fields = dict(given.validated_data)
        project = self.project_named(fields.pop("project")["slug"])
        source = projects.create_source(project, **fields)
        return Response(self.get_serializer(source).data, status.HTTP_201_CREATED)
