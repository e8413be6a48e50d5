"""No process of ours runs: the test does itself what web server and worker would, and so chooses the moments in which they meet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from incidents import soon
from incidents.actions import issues, mirrors
from incidents.github import client, credentials, inbox, poll, push
from incidents.models import Delivery, Issue, Mirror, Outbox, OutboxState, Project
from incidents.severity import Severity
from tests.audits.walking import Walk
from tests.factories import a_project, somebody
from tests.github.account import Account
from tests.github.loopback import Answer, Request
from tests.github.proxy import Forward, Proxy
from tests.github.stand_in import SHOP, GitHub

_guids = count(1)


@dataclass
class AtHand:
    """The project `shop` names the repository `acme/shop`; `human` is a person there, whose calls do not pass the proxy."""

    project: Project
    github: GitHub
    proxy: Proxy

    @property
    def human(self) -> Account:
        return self.github.as_human

    # --- Doing ---

    def an_issue(self, title: str = "Login crashes") -> Issue:
        return issues.create(self.project, actor=somebody(), title=title, severity=Severity.ERROR)

    def an_asked_issue(self, title: str = "Login crashes") -> Issue:
        """Its twin is asked for and not made yet."""
        issue = self.an_issue(title)
        mirrors.ask(issue, actor=somebody())
        return issue

    def a_linked_issue(self, title: str = "Login crashes") -> Issue:
        issue = self.an_asked_issue(title)
        self.push()
        assert self.mirror(issue).is_linked
        return issue

    def a_walk(self) -> Walk:
        """An honest iteration in its last phase but one, over an issue that is linked."""
        walk = Walk(self.a_linked_issue("IndexError in login").project)
        walk.everything()
        walk.advance(times=8)
        assert walk.row.phase == "green_run"
        self.push()
        return walk

    def change(self, issue: Issue, impact: str = "Nobody can log in") -> None:
        """Something that the twin is to be told."""
        issues.edit(issue, actor=somebody(), changes={"impact": impact})

    def push(self) -> None:
        """What a worker does that is asked to write."""
        push.drain()

    def hurry(self) -> None:
        """As if the time had come that waiting rows wait for."""
        Outbox.objects.filter(state__in=[OutboxState.WAITING, OutboxState.UNKNOWN]).update(not_before=timezone.now())
        self.push()

    def poll(self, times: int = 1) -> None:
        """What a worker does that is asked to read, and then writes what follows from it."""
        for _ in range(times):
            poll.poll_all()
            self.push()

    def deliver(self, event: str, **said: Any) -> Delivery:
        """A webhook of the repository, received and processed."""
        delivery = self.receive(event, **said)
        inbox.drain()
        delivery.refresh_from_db()
        return delivery

    def receive(self, event: str, **said: Any) -> Delivery:
        body = json.dumps({"repository": {"full_name": SHOP}, **said}).encode()
        return inbox.receive(hook="1", guid=f"guid-{next(_guids)}", event=event, headers={}, body=body)[0]

    # --- Looking ---

    def mirror(self, issue: Issue) -> Mirror:
        return Mirror.objects.get(issue=issue)

    def there(self, number: int = 1) -> dict[str, Any]:
        return self.human.issue(SHOP, number)

    def comments(self, number: int = 1) -> list[str]:
        return [comment["body"] for comment in self.human.comments(SHOP, number)]


def down_for_maintenance(_request: Request, _forward: Forward) -> Answer:
    """A fault: whatever is asked for, a page for people comes instead, as if all were well."""
    return Answer(200, b"<html>Down for maintenance</html>", {"Content-Type": "text/html"})


@pytest.fixture
def hand(transactional_db: None, github: GitHub, proxy: Proxy, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AtHand:
    settings.GITHUB_API_URL, settings.GITHUB_TOKEN = proxy.url, github.token
    # What this process has learnt of the GitHub of another test.
    monkeypatch.setattr(client, "_logins", {})
    monkeypatch.setattr(credentials, "_held", {})
    # Nobody attacks the passwords of these tests, and each walk makes users.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # There is no worker to be asked.
    monkeypatch.setattr(soon, "_send", lambda *_: None)
    return AtHand(a_project(github_repository=SHOP), github, proxy)
