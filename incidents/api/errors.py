"""Refusals that a door gives itself, before any verb is called."""

from __future__ import annotations

from rest_framework.exceptions import APIException


class Refusal(APIException):
    """A request that is not taken: an HTTP status, a stable code and a sentence."""

    def __init__(self, status: int, code: str, detail: str, *, retry_after: int | None = None) -> None:
        super().__init__(detail, code)
        self.status_code = status
        self.wait = retry_after
