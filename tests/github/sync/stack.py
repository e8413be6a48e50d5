"""The whole product beside a GitHub: web server and worker as processes, the stand-in behind a proxy, its webhooks through a relay."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import requests
from celery import Celery
from django.utils import timezone

from config import redis_url as redis_urls
from config.celery import app
from incidents.github import inbox, push
from incidents.models import Issue, Mirror, Outbox, OutboxState
from tests.conftest import LiveStack
from tests.factories import a_project, a_token
from tests.flows.client import Client
from tests.github import payloads
from tests.github.proxy import Proxy
from tests.github.relay import Hook, Relay
from tests.github.stand_in import SHOP, GitHub
from tests.waiting import until

SECRET = "known to GitHub and us"


def settings_for(proxy: Proxy, github: GitHub) -> Mapping[str, str]:
    """What web server and worker are started with."""
    return {"GITHUB_API_URL": proxy.url, "GITHUB_TOKEN": github.token, "GITHUB_WEBHOOK_SECRET": f"an older one, {SECRET}"}


@dataclass
class Synced:
    """What a test does and waits for."""

    stack: LiveStack
    github: GitHub
    proxy: Proxy
    relay: Relay

    def __post_init__(self) -> None:
        a_project(github_repository=SHOP)
        self.client = Client(self.stack.url, a_token())

    # --- Doing ---

    def connect(self) -> Hook:
        """Let GitHub tell us of everything in the repository."""
        return self.relay.connect(self.github, SHOP, f"{self.stack.url}/hooks/github/", SECRET)

    def an_issue(self, title: str = "Login crashes", severity: str = "ERROR", **given: Any) -> Issue:
        answer = self.client.post("issues/", {"project": "shop", "title": title, "severity": severity, **given})
        assert answer.status_code == 201, answer.text
        return Issue.objects.get(pk=answer.json()["id"])

    def ask(self, issue: Issue, **body: Any) -> None:
        answer = self.client.post(f"issues/{issue.pk}/github/", body)
        assert answer.status_code == 202, answer.text

    def a_linked_issue(self, title: str = "Login crashes", **given: Any) -> Issue:
        issue = self.an_issue(title, **given)
        self.ask(issue)
        self.settle()
        assert self.mirror(issue).is_linked
        return issue

    def client_patch(self, issue: Issue, **changes: Any) -> None:
        answer = requests.patch(f"{self.client.url}/api/v1/issues/{issue.pk}/", json=changes, headers=self.client.headers, timeout=30)
        assert answer.status_code == 200, answer.text

    def deliver(self, event: str, body: dict[str, Any], *, secret: str = SECRET, **given: Any) -> int:
        """A webhook of the test's own making; the status of our answer."""
        raw = json.dumps(body).encode()
        headers = payloads.signed(raw, secret, event=event, **given)
        return requests.post(f"{self.stack.url}/hooks/github/", data=raw, headers=headers, timeout=30).status_code

    def send(self, *tasks: str) -> None:
        """Ask the worker to run these tasks of ours."""
        broker = redis_urls.for_celery(self.stack.env["REDIS_URL"])
        with closing(Celery(broker=broker, set_as_current=False)) as asking:
            for task in tasks:
                asking.send_task(task, queue="github")

    def run(self, *tasks: str) -> None:
        """Let the worker run these tasks of the ground floor, and wait until all is quiet."""
        self.send(*(f"incidents.tasks.{task}" for task in tasks))
        self.settle()

    def beat(self, times: int = 1) -> None:
        """Everything that the scheduler would send in a minute, so many times."""
        for _ in range(times):
            self.send(*(entry["task"] for entry in app.conf.beat_schedule.values()))
            self.settle()

    def hurry(self) -> None:
        """As if the time had come that waiting rows wait for."""
        backlog = Outbox.objects.backlog()
        backlog.filter(state__in=[OutboxState.WAITING, OutboxState.UNKNOWN]).update(not_before=timezone.now())
        backlog.filter(state=OutboxState.IN_FLIGHT).update(in_flight_since=timezone.now() - 2 * Outbox.LEASE)
        self.run("push_to_github")

    def kill_worker(self) -> None:
        """In the middle of whatever it does; and its broker lost the messages, too, so that only the rows are left."""
        self.stack.kill_worker()
        self.stack.redis.delete(self.stack.TAKEN, self.stack.TAKEN_WHEN, *self.stack.WAITING)

    # --- Waiting and looking ---

    def settle(self, *, within: float = 30) -> None:
        """Until the worker rests and nothing is due any more."""
        until(self._nothing_is_due, within=within, what="outbox and inbox to be empty of what is due")
        self.stack.settle(within=within)

    def _nothing_is_due(self) -> bool:
        in_flight = Outbox.objects.filter(state=OutboxState.IN_FLIGHT).exists()
        return not (in_flight or push.is_more_due() or inbox.is_more_due())

    def mirror(self, issue: Issue) -> Mirror:
        return Mirror.objects.get(issue=issue)

    def there(self, issue: Issue) -> dict[str, Any]:
        """The issue's twin, as anybody sees it."""
        return self.github.as_human.issue(SHOP, self.mirror(issue).number)

    def comments(self, issue: Issue) -> list[str]:
        return [comment["body"] for comment in self.github.as_human.comments(SHOP, self.mirror(issue).number)]

    def all_there(self) -> list[dict[str, Any]]:
        return self.github.as_human.issues(SHOP)

    def verbs(self, issue: Issue) -> list[str]:
        """The issue's history, oldest first."""
        return list(issue.events.order_by("pk").values_list("verb", flat=True))
