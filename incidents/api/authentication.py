"""`Authorization: Bearer <token>`, and nothing else."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from incidents.models import Token


class BearerAuthentication(BaseAuthentication):
    """Finds the token; the request's `auth` is the Token, its `user` the token's person or nobody."""

    def authenticate(self, request: Request) -> tuple[User | AnonymousUser, Token] | None:
        words = get_authorization_header(request).split()
        if not words:
            return None
        if words[0].lower() != b"bearer" or len(words) != 2:
            raise AuthenticationFailed("Give the token as “Authorization: Bearer <token>”.", "authorization_malformed")
        token = Token.objects.find(words[1].decode("latin-1"))
        if token is None:
            raise AuthenticationFailed("The token is not known, has expired or was revoked.", "token_invalid")
        token.note_use()
        return token.user or AnonymousUser(), token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="fixproof"'
