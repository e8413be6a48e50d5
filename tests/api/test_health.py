"""healthz, readyz and metrics."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from kombu.exceptions import OperationalError as BrokerError
from pytest_django import Settings

from config import health
from config.celery import app
from incidents.actions import projects
from incidents.models import Source, Token
from incidents.roles import Role, Scope
from tests.api.calls import expect_problem
from tests.factories import a_project, a_token, a_user, an_entry, ingest

FAR = {"REMOTE_ADDR": "203.0.113.7"}


# --- Alive and ready ---------------------------------------------------------------------------


def test_the_process_is_alive_whatever_its_database_does() -> None:
    # Without a mark, pytest-django lets no test near the database.
    answer = Client().get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that answers."""
    monkeypatch.setattr(health, "_broker", lambda: "")


def ready() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()


@pytest.mark.django_db
def test_where_the_broker_is_away_the_whole_is_not_ready_and_says_so(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    status, said = ready()

    assert (status, said["ready"], set(said["wrong"])) == (503, False, {"broker"})
    assert said["wrong"]["broker"].startswith("does not answer: ")


@pytest.mark.django_db
def test_where_no_worker_answers_the_whole_is_not_ready_and_says_so(broker: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.control, "ping", lambda **_: [])

    assert ready() == (503, {"ready": False, "wrong": {"worker": "none answers"}})


@pytest.mark.django_db
def test_a_broker_that_goes_away_while_workers_are_asked_is_told(broker: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**_: object) -> None:
        raise BrokerError("gone")

    monkeypatch.setattr(app.control, "ping", away)

    assert ready() == (503, {"ready": False, "wrong": {"worker": "cannot be asked: gone"}})


@pytest.mark.django_db
def test_where_the_database_is_away_the_whole_is_not_ready_and_says_so(broker: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(app.control, "ping", lambda **_: [{"worker": {"ok": "pong"}}])
    monkeypatch.setattr(connection, "cursor", away)

    assert ready() == (503, {"ready": False, "wrong": {"database": "does not answer: gone"}})


@pytest.mark.django_db
def test_where_all_answer_the_whole_is_ready(broker: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.control, "ping", lambda **_: [{"worker": {"ok": "pong"}}])

    assert ready() == (200, {"ready": True, "wrong": {}})


# --- Figures -----------------------------------------------------------------------------------


def metrics(secret: str = "", **where: str) -> Any:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    return Client().get("/metrics", headers=headers, **where)


@pytest.mark.django_db
def test_who_asks_through_a_unix_socket_is_not_known() -> None:
    assert metrics(REMOTE_ADDR="").status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1"])
def test_the_machine_itself_may_ask_for_figures(address: str) -> None:
    answer = metrics(REMOTE_ADDR=address)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.django_db
def test_from_elsewhere_nobody_may_without_a_token() -> None:
    answer = metrics(**FAR)

    expect_problem(answer, 401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED"])
def test_what_a_proxy_passes_on_is_not_from_the_machine_itself(header: str) -> None:
    expect_problem(metrics(**{"REMOTE_ADDR": "127.0.0.1", header: "203.0.113.7"}), 401, "not_authenticated")


@pytest.mark.django_db
def test_from_elsewhere_a_token_that_reads_everything_may() -> None:
    assert metrics(a_token(Scope.READ), **FAR).status_code == 200
    assert metrics(a_token(Scope.READ, user=a_user("root", is_superuser=True)), **FAR).status_code == 200


@pytest.mark.django_db
def test_a_token_that_reads_less_than_everything_may_not() -> None:
    project = a_project()
    admin = a_user(role=Role.ADMIN, project=project)

    for secret in (a_token(Scope.WRITE), a_token(project=project), a_token(user=admin)):
        expect_problem(metrics(secret, **FAR), 403, "token_bounded")


@pytest.mark.django_db
def test_a_wrong_or_revoked_token_may_not() -> None:
    secret = a_token()
    projects.revoke_token(Token.objects.get())

    expect_problem(metrics("wrong", **FAR), 401, "not_authenticated")
    expect_problem(metrics(secret, **FAR), 401, "not_authenticated")


@pytest.mark.django_db
def test_the_figures_are_those_of_the_database(source: Source) -> None:
    ingest(source, [an_entry("Payment failed"), an_entry("Payment failed"), {"timestamp": "never"}])

    lines = set(metrics().content.decode().splitlines())

    assert {
        'fixproof_batches{state="done"} 1.0',
        "fixproof_waiting_bytes 0.0",
        "fixproof_entries_rejected_total 1.0",
        'fixproof_entries_total{project="shop"} 2.0',
        'fixproof_issues{project="shop",state="open"} 1.0',
    } <= lines
