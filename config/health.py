"""Whether the process lives, whether the whole can work, and figures for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

import redis
from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from kombu.exceptions import OperationalError as BrokerError
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config import redis_url
from config.problems import problem
from incidents.models import Delivery, Issue, Outbox, Project, Token
from incidents.roles import Scope
from ingestion.models import Batch

WORKER_ANSWERS_WITHIN = 1.0


def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """200 while database, broker and a worker answer; else 503 with what is wrong."""
    wrong = {name: fault for name, fault in (("database", _database()), ("broker", _broker())) if fault}
    if "broker" not in wrong and (fault := _worker()):
        wrong["worker"] = fault
    return JsonResponse({"ready": not wrong, "wrong": wrong}, status=503 if wrong else 200)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"does not answer: {error}"
    return ""


def _broker() -> str:
    try:
        with redis.Redis.from_url(redis_url.for_redis_py(settings.REDIS_URL), socket_timeout=1, socket_connect_timeout=1) as client:
            client.ping()
    except redis.RedisError as error:
        return f"does not answer: {error}"
    return ""


def _worker() -> str:
    try:
        answers = current_app.control.ping(timeout=WORKER_ANSWERS_WITHIN, limit=1)
    except (BrokerError, redis.RedisError) as error:
        return f"cannot be asked: {error}"
    return "" if answers else "none answers"


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, to the machine itself or with a token that may read everything."""
    if not _is_local(request):
        token = _token(request)
        if token is None:
            answer = problem(401, "not_authenticated", "Ask from the machine itself, or with a token that has the scope “read”.")
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        if not _sees_everything(token):
            return problem(403, "token_bounded", "The figures are of all projects: the token needs the scope “read” everywhere.")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(DatabaseFigures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _is_local(request: HttpRequest) -> bool:
    # Behind a proxy everybody seems local; the proxy says so.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    address = request.META.get("REMOTE_ADDR", "")
    # Empty behind a unix socket, and then whoever is in front of it is not known.
    return bool(address) and ip_address(address).is_loopback


def _token(request: HttpRequest) -> Token | None:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return Token.objects.find(secret) if kind.lower() == "bearer" else None


def _sees_everything(token: Token) -> bool:
    return token.has(Scope.READ) and token.project_id is None and (token.user is None or token.user.is_superuser)


class DatabaseFigures(Collector):
    """Counted from the rows when asked: right whatever the number of processes, and after a restart."""

    def collect(self) -> Iterator[Metric]:
        batches = GaugeMetricFamily("fixproof_batches", "Batches by state", labels=["state"])
        for state, number in Batch.objects.values_list("state").annotate(Count("pk")).order_by("state"):
            batches.add_metric([state], number)
        yield batches
        yield GaugeMetricFamily("fixproof_waiting_bytes", "Bytes of log that wait to be processed", value=Batch.objects.waiting_bytes())
        rejected = Batch.objects.aggregate(total=Sum("rejected"))["total"] or 0
        yield CounterMetricFamily("fixproof_entries_rejected", "Entries that could not be taken", value=rejected)
        entries = CounterMetricFamily("fixproof_entries", "Entries by project, without duplicates", labels=["project"])
        for slug, number in Project.objects.values_list("slug", "entries"):
            entries.add_metric([slug], number)
        yield entries
        issues = GaugeMetricFamily("fixproof_issues", "Issues by project and state", labels=["project", "state"])
        for slug, state, number in (
            Issue.objects.values_list("project__slug", "state").annotate(Count("pk")).order_by("project__slug", "state")
        ):
            issues.add_metric([slug, state], number)
        yield issues
        writes = GaugeMetricFamily("fixproof_github_writes", "Writes to GitHub that are not settled, by state", labels=["state"])
        for state, number in Outbox.objects.unsettled().values_list("state").annotate(Count("pk")).order_by("state"):
            writes.add_metric([state], number)
        yield writes
        deliveries = GaugeMetricFamily("fixproof_github_deliveries", "Webhook deliveries by state", labels=["state"])
        for state, number in Delivery.objects.values_list("state").annotate(Count("pk")).order_by("state"):
            deliveries.add_metric([state], number)
        yield deliveries
