import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory

from config.problems import DatabaseBusyMiddleware

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def answer(error: Exception):
    return DatabaseBusyMiddleware(lambda request: None).process_exception(RequestFactory().get("/api/v1/issues/"), error)


def test_a_locked_database_is_told_with_when_to_try_again():
    refused = answer(OperationalError("database is locked"))

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")


def test_a_fault_of_ours_is_not_called_a_busy_database():
    if connection.vendor == "sqlite":
        assert answer(OperationalError("no such column: nonsense")) is None
    assert answer(ValueError("no")) is None
