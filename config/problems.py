"""Errors as RFC 9457 problem documents under `/api/` and `/v1/`, as pages elsewhere; a busy database as a 503."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, Final

import structlog
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.db import OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.common import CommonMiddleware
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from incidents.errors import DomainError, InvalidInput

log = structlog.get_logger(__name__)

CONTENT_TYPE: Final = "application/problem+json"
RETRY_AFTER: Final = 2

Errors = list[dict[str, str]]


def problem(status: int, code: str, detail: str, *, errors: Errors | None = None, unmet: Errors | None = None) -> JsonResponse:
    """A problem document as an HTTP answer. `type` carries the stable code."""
    body: dict[str, Any] = {
        "type": f"urn:fixproof:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": errors or [],
    }
    if unmet is not None:
        body["unmet"] = unmet
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def answer(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """REST framework's exception handler: a problem document for every error that a client can cause."""
    if isinstance(error, InvalidInput):
        errors = [{"field": one.field, "code": one.code, "detail": one.detail} for one in error.unmet]
        return problem(400, error.code, error.detail, errors=errors)
    if isinstance(error, DomainError):
        return problem(409, error.code, error.detail, unmet=[one.as_row() for one in error.unmet])
    if isinstance(error, Http404):
        error = exceptions.NotFound(str(error) or None)
    if isinstance(error, DjangoPermissionDenied):
        error = exceptions.PermissionDenied()
    # Sets the status and the headers (WWW-Authenticate, Retry-After), and rolls back an atomic request.
    plain = exception_handler(error, context)
    if plain is None or not isinstance(error, exceptions.APIException):
        return None
    return _with_headers(_of_api_exception(error, plain.status_code), plain)


def _of_api_exception(error: exceptions.APIException, status: int) -> JsonResponse:
    if isinstance(error, exceptions.ValidationError):
        errors = list(_flatten(error.get_full_details(), ""))
        said = " ".join(f"{one['field']}: {one['detail']}" if one["field"] else one["detail"] for one in errors)
        return problem(status, "invalid", said, errors=errors)
    return problem(status, str(error.get_codes()), str(error.detail))


def _with_headers(answer: JsonResponse, plain: Response) -> JsonResponse:
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in plain.headers:
            answer.headers[name] = plain.headers[name]
    return answer


def _flatten(details: Any, field: str) -> Iterator[dict[str, str]]:
    """One row an error, its field as a dotted path."""
    if isinstance(details, list):
        for item in details:
            yield from _flatten(item, field)
    elif isinstance(details, dict) and set(details) == {"message", "code"}:
        yield {"field": field, "code": str(details["code"]), "detail": str(details["message"])}
    elif isinstance(details, dict):
        for name, inner in details.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _flatten(inner, ".".join(part for part in (field, own) if part))


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith(("/api/", "/v1/", "/hooks/"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(400, "bad_request", "The request is malformed.") if is_api(request) else defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not is_api(request):
        return defaults.page_not_found(request, exception)
    hint = "" if request.path.endswith("/") else " Addresses end with a slash."
    return problem(404, "not_found", f"There is nothing at this address.{hint}")


def server_error(request: HttpRequest) -> HttpResponse:
    if is_api(request):
        return problem(500, "error", "Something went wrong here; it has been logged.")
    return defaults.server_error(request)


class SlashMiddleware(CommonMiddleware):
    """Adds a missing slash by a redirect, but not to what a client sends: following it, clients turn a POST into a GET."""

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        if is_api(request) and request.method not in ("GET", "HEAD"):
            return False
        return super().should_redirect_with_slash(request)


class RefuseNulMiddleware:
    """Refuses NUL in an address: PostgreSQL takes none in a text, and no address of ours has a use for one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return problem(400, "nul", "An address cannot hold a NUL character.")
        return self.get_response(request)


def _is_busy(error: Exception) -> bool:
    """Whether trying again later may help. SQLite says "no such column" by the same exception as "database is locked"."""
    if not isinstance(error, OperationalError):
        return False
    return connection.vendor != "sqlite" or "locked" in str(error) or "busy" in str(error)


class DatabaseBusyMiddleware:
    """Turns "the database is locked", or away, into a 503 that says when to try again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not _is_busy(error):
            return None
        log.warning("database busy or away", path=request.path, error=str(error))
        answer = problem(503, "database_busy", "The database is busy or away. Try again in a moment.")
        answer.headers["Retry-After"] = str(RETRY_AFTER)
        return answer
