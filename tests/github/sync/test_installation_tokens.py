"""As a GitHub App we speak with a token of its installation, which ends after an hour, and sooner where somebody takes it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from incidents.github import credentials
from incidents.models import Outbox
from tests.github import faults
from tests.github.stand_in import SHOP
from tests.github.sync.at_hand import AtHand
from tests.github.sync.at_hand import hand as hand

pytestmark = [pytest.mark.real_parts, pytest.mark.slow]


@pytest.fixture(autouse=True)
def app(hand: AtHand, settings) -> None:
    settings.GITHUB_TOKEN = ""
    settings.GITHUB_APP_ID, settings.GITHUB_APP_PRIVATE_KEY = str(hand.github.app_id), hand.github.private_key


def granted(hand: AtHand) -> int:
    """How often we asked for a token."""
    return sum(one.path.endswith("/access_tokens") for one in hand.proxy.asked)


def test_a_token_serves_as_long_as_it_holds(hand: AtHand):
    issue = hand.a_linked_issue()
    hand.change(issue)

    hand.push()

    assert hand.there()["user"]["login"] == "fixproof[bot]"
    assert granted(hand) == 1


def test_a_token_is_renewed_before_it_ends(hand: AtHand):
    issue = hand.a_linked_issue()
    soon = timezone.now() + timedelta(minutes=4)
    credentials._held[SHOP] = replace(credentials._held[SHOP], token="ghs_ends_soon", expires_at=soon)
    hand.change(issue)

    hand.push()

    assert "Nobody can log in" in hand.there()["body"]
    assert granted(hand) == 2
    assert credentials._held[SHOP].expires_at > timezone.now() + timedelta(minutes=30)


def test_a_token_that_was_taken_back_is_replaced_at_the_next_attempt(hand: AtHand):
    issue = hand.a_linked_issue()
    hand.proxy.script("GET", r"/issues/1$", faults.bad_credentials())
    hand.change(issue)

    hand.push()
    row = Outbox.objects.backlog().get()
    hand.hurry()

    assert "Bad credentials" in row.last_error
    assert "Nobody can log in" in hand.there()["body"]
    assert granted(hand) == 2


@pytest.mark.parametrize("key", ["nonsense", "-----BEGIN RSA PRIVATE KEY-----\nnonsense\n-----END RSA PRIVATE KEY-----"])
def test_a_key_that_cannot_be_read_is_named_and_nothing_is_lost(hand: AtHand, settings, key):
    settings.GITHUB_APP_PRIVATE_KEY = key
    issue = hand.an_asked_issue()

    hand.push()
    row = Outbox.objects.get()
    settings.GITHUB_APP_PRIVATE_KEY = hand.github.private_key
    hand.hurry()

    assert (row.state, row.attempts) == ("waiting", 0)
    assert "GITHUB_APP_PRIVATE_KEY" in row.last_error
    assert hand.mirror(issue).is_linked


def test_an_app_that_is_not_installed_is_named(hand: AtHand):
    hand.proxy.script("GET", r"/installation$", faults.not_found())
    hand.an_asked_issue()

    hand.push()

    assert "not installed for acme/shop" in Outbox.objects.get().last_error
