"""The door for GitHub's webhooks: look at the signature, commit the delivery, answer. Everything else comes later."""

from __future__ import annotations

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents.api.errors import Refusal
from incidents.github import inbox
from incidents.github.signatures import is_signed


class GitHubWebhook(APIView):
    """`POST /hooks/github/`: 202 when the delivery is stored; without a right signature 401, and nothing is stored."""

    authentication_classes: list[type] = []
    permission_classes: list[type] = []
    parser_classes: list[type] = []

    @extend_schema(exclude=True)
    def post(self, request: Request) -> Response:
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and int(length) > settings.MAX_WEBHOOK_BYTES:
            raise Refusal(413, "too_large", f"A delivery has at most {settings.MAX_WEBHOOK_BYTES:,} bytes.")
        # Never more than is declared; a body of unknown length is an empty one, which nobody has signed.
        body = request._request.read(settings.MAX_WEBHOOK_BYTES)
        if not settings.GITHUB_WEBHOOK_SECRETS:
            raise Refusal(401, "webhook_secret_missing", "This installation has no GITHUB_WEBHOOK_SECRET, so it takes no deliveries.")
        if not is_signed(body, request.headers.get("X-Hub-Signature-256", ""), secrets=settings.GITHUB_WEBHOOK_SECRETS):
            raise Refusal(401, "signature_wrong", "X-Hub-Signature-256 is missing, or is not this body's under a secret known here.")
        delivery, new = inbox.receive(
            hook=_header(request, "X-GitHub-Hook-ID"),
            guid=_header(request, "X-GitHub-Delivery"),
            event=_header(request, "X-GitHub-Event"),
            headers={name: _header(request, name) for name in inbox.KEPT_HEADERS},
            body=body,
        )
        return Response({"id": delivery.pk, "new": new}, status.HTTP_202_ACCEPTED)


def _header(request: Request, name: str) -> str:
    """A header as it can be stored. Whoever knows the secret is trusted, but not to spell."""
    return "".join(character for character in request.headers.get(name, "") if character.isprintable())[:500]
