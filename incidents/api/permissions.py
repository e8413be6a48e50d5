"""What a token may do at all. Where it may, the views ask it themselves (`Scoped`)."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from incidents.models import Token


class HasScope(BasePermission):
    """The request carries a token, and the token has the scope that the view names for what is done."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, Token):
            return False
        scope = view.scope_for(request.method)
        if not request.auth.has(scope):
            raise PermissionDenied(f"The token lacks the scope “{scope}”.", "scope_missing")
        return True
