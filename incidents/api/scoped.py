"""What a token sees, and where it may act."""

from __future__ import annotations

from typing import ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.views import APIView

from incidents.actors import Actor
from incidents.models import Project, ProjectQuerySet, Token
from incidents.roles import Scope


class Scoped(APIView):
    """What every view of the API is besides a view: it knows its scopes, and what the token sees.

    A GET needs `read`, anything else `write_scope`.
    """

    write_scope: ClassVar[Scope] = Scope.WRITE

    def scope_for(self, method: str | None) -> Scope:
        return Scope.READ if method in SAFE_METHODS else self.write_scope

    @property
    def token(self) -> Token:
        assert isinstance(self.request.auth, Token)  # noqa: S101 — HasScope has refused everybody else
        return self.request.auth

    @property
    def actor(self) -> Actor:
        return Actor.token(self.token)

    def visible(self) -> ProjectQuerySet:
        """The projects that the token can see at all: what lies in others is not there (404)."""
        return self.token.projects()

    def require(self, project: Project) -> None:
        """Refuse (403) what the person's role in this project does not allow."""
        if not self.token.projects_where(self.scope_for(self.request.method)).filter(pk=project.pk).exists():
            raise PermissionDenied(f"Your role in {project.slug} does not allow this.", "role_insufficient")

    def project_named(self, slug: str) -> Project:
        """The visible project of this slug; 404 where there is none, 403 where the role does not allow the request."""
        try:
            project = get_object_or_404(self.visible(), slug=slug)
        except Http404:
            raise Http404(f"There is no project “{slug}”.") from None
        self.require(project)
        return project
