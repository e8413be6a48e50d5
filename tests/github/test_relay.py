"""Webhooks of the stand-in arrive as GitHub's would, and as a test wants them; the real payloads and their signatures."""

import hashlib
import hmac
from collections.abc import Callable, Iterator

import pytest

from tests.github import payloads
from tests.github.loopback import Answer, Request, served
from tests.github.relay import Relay
from tests.github.stand_in import SHOP
from tests.waiting import until

pytestmark = pytest.mark.real_parts


class Receiver:
    """A webhook of a test's own: keeps what it gets, and answers with `status`."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 202
        self.got: list[Request] = []

    def __call__(self, request: Request) -> Answer:
        self.got.append(request)
        return Answer(self.status)

    def events(self) -> list[tuple[str, str | None]]:
        return [(request.headers["X-GitHub-Event"], request.json.get("action")) for request in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    with served(receiver) as receiver.url:
        yield receiver


def hears(receiver: Receiver, event: str, action: str | None = None) -> Callable[[], bool]:
    return lambda: (event, action) in receiver.events()


def test_a_delivery_is_signed_numbered_and_named_as_githubs(github, relay, receiver):
    hook = relay.connect(github, SHOP, f"{receiver.url}/hooks/", "a secret")
    github.as_human.create_issue(SHOP, "x")
    until(hears(receiver, "issues", "opened"), within=20, what="the webhook")

    ping, opened = receiver.got
    assert (ping.headers["X-GitHub-Event"], opened.path) == ("ping", "/hooks/")
    assert opened.headers["X-Hub-Signature-256"] == f"sha256={hmac.new(b'a secret', opened.body, hashlib.sha256).hexdigest()}"
    assert opened.headers["X-GitHub-Hook-ID"] == str(hook.hook_id)
    assert len(opened.headers["X-GitHub-Delivery"]) == 36
    assert opened.json["issue"]["user"]["login"] == "octocat"


def test_a_body_names_the_proxy_whole_seconds_and_what_was_before(github, proxy, relay, receiver):
    relay.connect(github, SHOP, receiver.url, "s")
    github.as_human.create_issue(SHOP, "Old")
    relay.until_came("issues", "opened")
    github.as_human.edit_issue(SHOP, 1, title="New")

    edited = relay.until_came("issues", "edited").json

    assert edited["changes"] == {"title": {"from": "Old"}}
    assert edited["issue"]["url"] == f"{proxy.url}/repos/{SHOP}/issues/1"
    assert len(edited["issue"]["updated_at"]) == len("2026-11-24T09:00:00Z")


def test_the_hooks_that_hear_of_one_event_share_its_guid(github, relay, receiver):
    hooks = [relay.connect(github, SHOP, receiver.url, secret) for secret in ("a", "b")]
    github.as_human.create_issue(SHOP, "x")
    github.as_human.create_issue(SHOP, "y")
    until(lambda: receiver.events().count(("issues", "opened")) == 4, within=20, what="two events at two hooks")

    opened = [delivery for delivery in relay.deliveries if delivery.event == "issues"]
    assert len({delivery.guid for delivery in opened}) == 2
    assert len({(delivery.hook.hook_id, delivery.guid) for delivery in opened}) == 4
    assert [hook.hook_id for hook in hooks] == [1, 2]


def test_kept_deliveries_are_sent_in_the_order_that_the_test_wants_and_as_often(github, relay, receiver):
    github.as_human.create_issue(SHOP, "x")
    relay.connect(github, SHOP, receiver.url, "s")
    relay.keep()
    github.as_human.close(SHOP, 1)
    closed = relay.until_came("issues", "closed")
    github.as_human.reopen(SHOP, 1)
    reopened = relay.until_came("issues", "reopened")

    assert [relay.send(delivery) for delivery in (reopened, closed, closed)] == [202, 202, 202]

    assert receiver.events() == [("ping", None), ("issues", "reopened"), ("issues", "closed"), ("issues", "closed")]
    assert receiver.got[2].headers["X-GitHub-Delivery"] == receiver.got[3].headers["X-GitHub-Delivery"]


@pytest.mark.parametrize("down", ["lost", "refused"])
def test_a_failed_delivery_is_failed_in_githubs_list_too(github, relay: Relay, receiver, down):
    hook = relay.connect(github, SHOP, receiver.url, "s")
    if down == "lost":
        relay.lose()
    receiver.status = 500
    github.as_human.create_issue(SHOP, "x")
    listed = lambda: [d for d in github.as_human.deliveries(SHOP, hook.hook_id) if d["event"] == "issues"]  # noqa: E731
    [delivery] = until(listed, within=20, what="the delivery in the list")

    assert (delivery["status"], delivery["status_code"]) == ("Failed", 502 if down == "lost" else 500)


def test_the_real_payloads_are_all_there(github_installed):
    real = payloads.real_payloads()

    assert (len(real), len({payload.event for payload in real}), len({payload.name for payload in real})) == (329, 58, 329)


def test_headers_are_signed_over_the_raw_bytes():
    headers = payloads.signed(b"[1,  2]", "s", event="push", delivery="a guid", hook_id=7)

    assert headers["X-Hub-Signature-256"] == f"sha256={hmac.new(b's', b'[1,  2]', hashlib.sha256).hexdigest()}"
    assert [headers[f"X-GitHub-{name}"] for name in ("Event", "Delivery", "Hook-ID")] == ["push", "a guid", "7"]
