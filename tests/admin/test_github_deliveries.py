"""Webhook deliveries in the admin: a superuser's business, whatever came."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from django.urls import reverse

from incidents.admin.github.excerpts import readable
from incidents.models import Delivery, DeliveryState
from incidents.roles import Role
from tests.admin.conftest import a_delivery
from tests.admin.pages import list_of, messages, page_of, text
from tests.admin.test_hostile_text import EVIL, assert_harmless

DELIVERIES = list_of("incidents_delivery")


def listed(client, **query: str) -> list[str]:
    return [delivery.guid for delivery in client.get(DELIVERIES, query).context["cl"].result_list]


@pytest.mark.parametrize("role", list(Role))
def test_nobody_but_a_superuser_sees_or_touches_a_delivery(logged_in, shop, role):
    client = logged_in(role)

    answers = [client.get(DELIVERIES), client.get(page_of(shop.delivery)), client.post(page_of(shop.delivery, "reprocess"))]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert DELIVERIES not in client.get(reverse("admin:index")).content.decode()
    assert Delivery.objects.get(pk=shop.delivery.pk).state == DeliveryState.DONE


def test_a_superuser_is_led_to_the_deliveries_of_all_projects(superuser, shop, rival):
    assert DELIVERIES in superuser.get(reverse("admin:index")).content.decode()
    assert listed(superuser) == ["guid-of-rival", "guid-of-shop"]


def test_the_list_can_be_bounded_and_searched(superuser, shop):
    a_delivery("push", event="push", action="", state=DeliveryState.FAILED, repository="acme/till")

    assert listed(superuser, state__exact="failed") == ["guid-of-push"]
    assert listed(superuser, event="issues") == ["guid-of-shop"]
    assert listed(superuser, q="of-push") == ["guid-of-push"]
    assert listed(superuser, q="acme/shop") == ["guid-of-shop"]


def test_the_page_shows_headers_body_and_outcome(superuser, shop):
    said = text(superuser.get(page_of(shop.delivery)))

    assert "issues labeled done Outcome acme/shop#7 was looked at. Repository acme/shop Attempts 1 of 12" in said
    assert "GUID guid-of-shop Hook 71" in said
    assert "x-github-event issues" in said
    assert '{ "action": "labeled", "issue": { "title": "Fault of shop" } }' in said


def test_a_delivery_that_failed_is_tried_again_and_says_when(superuser, shop):
    about = {"state": DeliveryState.RECEIVED, "attempts": 3, "outcome": "GitHub answered 502", "processed_at": None}
    delivery = a_delivery("slow", lease_until="2999-01-02T03:04:05Z", **about)

    said = text(superuser.get(page_of(delivery)))

    assert "GitHub answered 502" in said
    assert "Attempts 3 of 12 Next (UTC) 2999-01-02 03:04:05" in said


def test_a_delivery_is_processed_again(superuser, shop):
    answer = superuser.post(page_of(shop.delivery, "reprocess"), follow=True)

    delivery = Delivery.objects.get(pk=shop.delivery.pk)
    assert messages(answer) == ["It is processed again."]
    assert (delivery.state, delivery.attempts, delivery.processed_at) == (DeliveryState.RECEIVED, 0, None)


def test_a_link_processes_nothing(superuser, shop):
    answer = superuser.get(page_of(shop.delivery, "reprocess"))

    assert answer.status_code == 200
    assert Delivery.objects.get(pk=shop.delivery.pk).state == DeliveryState.DONE


# --- Whatever came -------------------------------------------------------------------------------

DEEP = b"[" * 100_000 + b"]" * 100_000
WIDE_AND_DEEP = b"[" * 300 + b",".join([b"1"] * 200_000) + b"]" * 300
BODIES = {
    "empty": (b"", "It is empty."),
    "no UTF-8": (b'{"title": "caf\xe9"}', r'{"title": "caf\xe9"}'),
    "no JSON": (b"\xff\xfe{", r"\xff\xfe{"),
    "NUL": (b'{"title": "a\x00b"}', r'{"title": "a\x00b"}'),
    "escaped NUL": (b'{"title": "a\\u0000b"}', r'{ "title": "a\u0000b" }'),
    "half a character": (b'{"title": "\\ud800"}', r'{ "title": "\ud800" }'),
    "a turn of direction": ('{"title": "\u202eabc"}'.encode(), r'{ "title": "\u202eabc" }'),
    "a number without end": (b'{"number": ' + b"9" * 10_000 + b"}", '{"number": 999'),
    "too deep": (DEEP, "[[[["),
    "wide and deep": (WIDE_AND_DEEP, "[ [ [ ["),
    "a text": (b'"hello"', '"hello"'),
    "not a number": (b"NaN", "NaN"),
}


@pytest.mark.parametrize("kind", BODIES)
def test_any_body_can_be_read_and_no_page_is_endless(superuser, db, kind):
    body, shown = BODIES[kind]

    page = superuser.get(page_of(a_delivery("odd", body=body)))

    assert page.status_code == 200
    assert shown in text(page)
    assert len(page.content) < 300_000


def test_a_deep_nest_of_many_small_things_is_not_written_out_before_it_is_cut():
    tracemalloc.start()

    shown = readable(WIDE_AND_DEEP)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert shown.is_cut
    assert peak < 20_000_000


def test_of_a_body_of_many_megabytes_the_beginning_is_shown(superuser, db):
    delivery = a_delivery("large", body=json.dumps({"first": "seen", "filler": ["z" * 1_000] * 5_000, "last": "unseen"}).encode())

    page = superuser.get(page_of(delivery))

    assert '{"first": "seen"' in text(page)
    assert "unseen" not in text(page)
    assert "The rest is not shown." in text(page)
    assert "4.8 MB" in text(page)
    assert len(page.content) < 200_000


@pytest.mark.parametrize("headers", [{}, [], "text", {"x-github-event": {"a": [1]}}])
def test_headers_of_another_shape_are_no_error(superuser, db, headers):
    assert superuser.get(page_of(a_delivery("odd", headers=headers))).status_code == 200


def test_nothing_of_a_delivery_runs(superuser, db):
    given = {"guid": EVIL[:100], "event": EVIL[:60], "action": EVIL[:60], "repository": EVIL, "outcome": EVIL + "\x1b"}
    delivery = a_delivery("evil", headers={EVIL: EVIL}, body=json.dumps({EVIL: EVIL}).encode(), **given)

    for address in (DELIVERIES, page_of(delivery), page_of(delivery, "reprocess")):
        assert_harmless(superuser, address)
