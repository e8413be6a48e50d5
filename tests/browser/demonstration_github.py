"""What the pictures show of GitHub: a twin that fares well, one that was closed without proof and holds a dead letter, and webhooks."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from incidents.actors import Actor
    from incidents.models import Issue, Mirror, Outbox, Project

REPOSITORY = "acme/backend"
REFUSED = "GitHub answered 403: Resource not accessible by personal access token"
LEFT = "No red run before the fix is recorded, and no green run after it. Until both are there, the issue stays open in Fixproof."


def tell(project: Project, critical: Issue, other: Issue, *, engineer: Actor, now: datetime) -> dict[str, int]:
    """What happened between the project and GitHub, without GitHub; gives the keys of the rows."""
    from incidents.actions import projects
    from incidents.actions.history import record
    from incidents.models import Outbox, OutboxState, Repository

    projects.change_project(project, changes={"github_repository": REPOSITORY})
    for issue in (critical, other):
        issue.refresh_from_db()
    times = dict.fromkeys(("last_push", "last_pull", "last_webhook"), now)
    Repository.objects.create(name=REPOSITORY, repository_id=1, default_branch="main", **times)

    twin = link(critical, 105, actor=engineer, now=now, labels=["bug", "chat"])
    say(twin, "The ids come from `e2e-staging.yml`. Shall we rename them instead?", who="octocat", node=1)
    record(critical, machine(), "github_pull_request_fixes", {"number": 107, "url": f"{twin.url[:-3]}107", "state": "open"})

    lost = link(other, 98, actor=engineer, now=now, state="closed", state_reason="completed", closed_unproven=True)
    record(other, account("hubot"), "github_closed_unproven", {"number": 98, "state_reason": "completed"})
    letter = write(lost, Outbox.Kind.COMMENT, OutboxState.DEAD, now, purpose="challenge", text=LEFT)
    letter.attempts, letter.first_sent_at, letter.settled_at, letter.last_error = 1, now, now, REFUSED
    letter.request = {"verb": "POST", "path": f"/repos/{REPOSITORY}/issues/98/comments", "body": {"body": LEFT}}
    said = {"message": REFUSED.partition(": ")[2], "documentation_url": "https://docs.github.com/rest", "status": "403"}
    letter.answer = {"status": 403, "body": json.dumps(said)}
    letter.save()
    write(lost, Outbox.Kind.UPDATE, OutboxState.WAITING, now)
    record(other, machine(), "github_refused", {"what": "comment", "text": REFUSED})

    delivered = [
        deliver("ping", {"zen": "Keep it logically awesome."}, "The webhook is set up.", now),
        deliver("star", {"action": "created"}, "An event that nothing follows from.", now, state="ignored"),
        deliver("issues", {"action": "labeled", "issue": issue_there(twin)}, f"{twin} was looked at.", now),
        deliver("push", {"ref": "refs/heads/main"}, "GitHub answered 502", now, state="received", attempts=3),
    ]
    return {"mirrored": other.pk, "write": letter.pk, "delivery": delivered[2]}


def machine() -> Actor:
    from incidents.actors import Actor

    return Actor.machine("github")


def account(login: str) -> Actor:
    from incidents.actors import Actor
    from incidents.models import ActorKind

    return Actor(ActorKind.PERSON, f"{login} on GitHub")


def link(issue: Issue, number: int, *, actor: Actor, now: datetime, **given: Any) -> Mirror:
    """The issue's twin, asked for by a person and created by the worker."""
    from incidents.actions import mirrors
    from incidents.actions.history import record
    from incidents.models import Mirror, Outbox, OutboxState

    mirror = mirrors.ask(issue, actor=actor)
    url = f"https://github.com/{REPOSITORY}/issues/{number}"
    known = {"standing": Mirror.Standing.LINKED, "node_id": f"I_{number}", "number": number, "url": url, "fetched_at": now}
    Mirror.objects.filter(pk=mirror.pk).update(**known, **given)
    made = {"state": OutboxState.SENT, "attempts": 1, "first_sent_at": now, "settled_at": now, "created_at": now, "not_before": now}
    Outbox.objects.filter(issue=issue).update(**made)
    record(issue, machine(), "github_created", {"repository": REPOSITORY, "number": number, "url": url})
    mirror.refresh_from_db()
    return mirror


def write(mirror: Mirror, kind: str, state: str, now: datetime, **payload: Any) -> Outbox:
    from incidents.models import Outbox

    seq = Outbox.objects.filter(issue=mirror.issue).count() + 1
    key = f"{payload.get('purpose', kind)}:{mirror.issue_id}:{seq}"
    return Outbox.objects.create(issue=mirror.issue, seq=seq, key=key, kind=kind, state=state, not_before=now, payload=payload)


def say(mirror: Mirror, text: str, *, who: str, node: int) -> None:
    """Somebody says something on GitHub, and it comes here."""
    from incidents.actions.history import record
    from incidents.models import Comment

    actor = account(who)
    said = Comment.objects.create(
        issue=mirror.issue, text=text, node_id=f"IC_{node}", url=f"{mirror.url}#issuecomment-{node}", **actor.signature()
    )
    record(mirror.issue, actor, "commented", {"comment": said.pk, "text": text, "url": said.url})


def issue_there(mirror: Mirror) -> dict[str, Any]:
    return {"number": mirror.number, "node_id": mirror.node_id, "title": mirror.issue.title, "state": mirror.state, "labels": mirror.labels}


def deliver(event: str, payload: dict[str, Any], outcome: str, now: datetime, *, state: str = "done", attempts: int = 1) -> int:
    """A webhook delivery of which this came; gives its key."""
    from incidents.models import Delivery

    body = json.dumps(payload | {"repository": {"full_name": REPOSITORY}, "sender": {"login": "octocat"}}).encode()
    digest = hashlib.sha256(body).hexdigest()
    headers = {"content-type": "application/json", "x-github-event": event, "x-github-delivery": digest[:32], "x-github-hook-id": "71"}
    given = {"event": event, "action": payload.get("action", ""), "headers": headers, "body": body, "digest": digest}
    there = {"repository": "" if state == "received" else REPOSITORY, "processed_at": None if state == "received" else now}
    return Delivery.objects.create(hook="71", guid=digest[:32], outcome=outcome, state=state, attempts=attempts, **given, **there).pk
