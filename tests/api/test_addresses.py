import pytest
from rest_framework.test import APIClient

from incidents.models import Source
from tests.api.calls import expect_problem
from tests.factories import an_entry

pytestmark = pytest.mark.django_db


def test_a_post_to_an_address_without_its_slash_is_refused_with_a_hint(api: APIClient, source: Source) -> None:
    answer = api.post("/api/v1/sources/shop-logs/entries", [an_entry()])

    assert "slash" in expect_problem(answer, 404, "not_found")["detail"]


def test_a_get_of_an_address_without_its_slash_is_led_on(api: APIClient) -> None:
    assert api.get("/api/v1/issues").headers["Location"] == "/api/v1/issues/"
