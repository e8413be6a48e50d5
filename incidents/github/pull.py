"""Taking over what people did on GitHub: the present state of an issue there, merged with ours, and its comments.

A webhook or a poll only says that something may have changed. What counts is what stands there now, and of two fetches the
one that began later, however late the earlier one is applied.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from incidents.actions import issues, mirrors
from incidents.actions.history import record
from incidents.actors import Actor
from incidents.github import repositories, texts
from incidents.github.client import GitHub
from incidents.github.failures import Gone
from incidents.github.merge import Here, Merged, There, agreed, is_ours, merge, outgoing_title
from incidents.github.remote import Person, RemoteComment, RemoteIssue
from incidents.models import ActorKind, Comment, Issue, IssueState, Mirror, Outbox, OutboxState, Resolution

LONGEST_TITLE_HERE: Final = 300

Standing = Mirror.Standing


def held(mirror: Mirror) -> tuple[Issue, Mirror]:
    """Issue and twin as they are now, locked in the order in which everybody locks them."""
    issue = issues.locked(mirror.issue)
    return issue, Mirror.objects.select_for_update(no_key=True).get(pk=mirror.pk)


def fetch(mirror: Mirror, github: GitHub, *, by: Person | None = None, may_write: bool = True) -> tuple[Mirror, RemoteIssue]:
    """Fetch the twin's present state and take it over; `by` is who is known to have done something there.

    With `may_write` what we have to say is queued where it differs. Raises a GitHubFailure; Gone where there is no such issue any more.
    """
    assert mirror.number is not None  # noqa: S101 — only linked ones are fetched
    began = timezone.now()
    remote = github.issue(mirror.repository, mirror.number)
    if remote.node_id != mirror.node_id or remote.repository.lower() != mirror.repository.lower():
        mirror = _follow(mirror, remote, github)
    if mirror.is_linked:
        mirror = absorb(mirror, remote, began, by=by, may_write=may_write)[0]
    return mirror, remote


def absorb(
    mirror: Mirror, remote: RemoteIssue, began: datetime, *, by: Person | None = None, may_write: bool = True
) -> tuple[Mirror, bool]:
    """Take over what the twin says; also tells whether anything was new. `began` is when the fetch of `remote` did."""
    with transaction.atomic():
        issue, mirror = held(mirror)
        if not mirror.is_linked or _is_old(mirror, remote, began):
            return mirror, False
        was = (mirror.state, mirror.base, mirror.labels)
        _follow_state(issue, mirror, remote, began, by)
        there = There(remote.title, remote.labels, remote.body)
        merged = merge(mirror.base, texts.here(issue, beside=remote.body), there)
        if merged.title_here is not None:
            _take_title(issue, mirror, merged, by)
            merged = merge(mirror.base, texts.here(issue, beside=remote.body), there)
        mirror.labels = _labels_of_others(remote)
        mirror.save(update_fields=["base", "labels"])
        if merged.writes and may_write:
            mirrors.touch([issue.pk], restore=True)
        return mirror, was != (mirror.state, mirror.base, mirror.labels) or merged.writes


def _is_old(mirror: Mirror, remote: RemoteIssue, began: datetime) -> bool:
    later = mirror.fetched_at is not None and began < mirror.fetched_at
    return later or (mirror.remote_updated_at is not None and remote.updated_at < mirror.remote_updated_at)


def note_state(mirror: Mirror, remote: RemoteIssue, began: datetime) -> None:
    """What the twin is and how it stands, as GitHub says; nothing follows from it yet."""
    mirror.url, mirror.state, mirror.state_reason = remote.url[:500], remote.state, remote.state_reason[:30]
    mirror.remote_updated_at, mirror.fetched_at = remote.updated_at, began
    mirror.save(update_fields=["url", "state", "state_reason", "remote_updated_at", "fetched_at"])


def note_labels(mirror: Mirror, wanted: frozenset[str], remote: RemoteIssue) -> None:
    """Whether GitHub kept our labels: without the right to push it drops them silently. Not saved."""
    dropped = sorted(wanted - remote.labels)
    mirror.labels = _labels_of_others(remote)
    mirror.remark = (
        f"GitHub dropped our labels ({', '.join(dropped)}): the account may not set labels in {mirror.repository}. Give it write "
        "access to issues, then press “Write again”."
        if dropped
        else ""
    )


def become_twin(issue: Issue, mirror: Mirror, remote: RemoteIssue, began: datetime, *, by: str, wrote: Here | None = None) -> None:
    """Link the issue to what was created or named there. `wrote` is what we have just created it with.

    The caller holds both rows. What we have to say is queued where it does not stand there yet.
    """
    there = There(remote.title, remote.labels, remote.body)
    mirror.standing, mirror.node_id = Standing.LINKED, remote.node_id
    mirror.repository, mirror.number = remote.repository or mirror.repository, remote.number
    kept = repositories.row(mirror.repository)
    mirror.repository_id = kept.repository_id
    mirror.save()
    if wrote is not None:
        mirror.base = agreed(wrote, there)
        note_labels(mirror, wrote.labels, remote)
    else:
        # Each side keeps its title until somebody changes it; our labels and our part are added.
        mirror.base = {"written": {"title": texts.here(issue).title}, "seen": {"title": remote.title}}
        mirror.labels = _labels_of_others(remote)
    mirror.save(update_fields=["base", "remark", "labels"])
    record(issue, Actor.machine("github"), f"github_{by}", {"repository": mirror.repository, "number": mirror.number, "url": remote.url})
    _follow_state(issue, mirror, remote, began, None)
    mirrors.touch([issue.pk])


def _labels_of_others(remote: RemoteIssue) -> list[str]:
    return sorted(label for label in remote.labels if not is_ours(label))


# --- State -----------------------------------------------------------------------------------


def _follow_state(issue: Issue, mirror: Mirror, remote: RemoteIssue, began: datetime, by: Person | None) -> None:
    """The closing rule: proven is fine; without proof it stays open here, and is answered once; reopened there, reopened here."""
    was = mirror.state
    note_state(mirror, remote, began)
    if remote.state == Mirror.State.OPEN:
        mirror.closed_unproven = False
        mirror.save(update_fields=["closed_unproven"])
        if was == Mirror.State.CLOSED and not _is_under_way(issue, Outbox.Kind.REOPEN):
            _reopened_there(issue, mirror, _actor(by))
    elif issue.state == IssueState.OPEN and mirror.proven_by_iteration is None and not _is_under_way(issue, Outbox.Kind.REOPEN):
        _closed_there(issue, mirror, remote, is_new=was == Mirror.State.OPEN, actor=_actor(remote.closed_by or by))
    elif mirror.closed_unproven:
        mirror.closed_unproven = False
        mirror.save(update_fields=["closed_unproven"])


def _reopened_there(issue: Issue, mirror: Mirror, actor: Actor) -> None:
    record(issue, actor, "github_reopened", {"number": mirror.number})
    if issue.state == IssueState.RESOLVED and not _is_under_way(issue, Outbox.Kind.CLOSE):
        issues.reopen(issue, actor=actor, reason=f"Reopened on GitHub (#{mirror.number}).")
    # Whoever reopens it doubts the proof; only evidence that is newer closes it again.
    mirror.proven_by_iteration = None
    mirror.save(update_fields=["proven_by_iteration"])
    issue.refresh_from_db()


def _closed_there(issue: Issue, mirror: Mirror, remote: RemoteIssue, *, is_new: bool, actor: Actor) -> None:
    """Closed while it is open here and nothing proves a fix."""
    if is_new and remote.state_reason == mirrors.NOT_PLANNED:
        # That claims no fix, so nothing needs to be proven.
        issues.resolve(issue, actor=actor, resolution=Resolution.WONT_FIX, reason=f"Closed as not planned on GitHub (#{mirror.number}).")
        issue.refresh_from_db()
        return
    closed_at = remote.closed_at or remote.updated_at
    mirror.closed_unproven = True
    if is_new or mirror.challenged_at != closed_at:
        record(issue, actor, "github_closed_unproven", {"number": mirror.number, "state_reason": remote.state_reason})
        if issue.project.rules.github.challenge:
            mirrors.challenge(mirror, closed_at=closed_at, text=texts.challenge(issue))
        mirror.challenged_at = closed_at
    mirror.save(update_fields=["closed_unproven", "challenged_at"])


def _is_under_way(issue: Issue, kind: Outbox.Kind) -> bool:
    return Outbox.objects.backlog().filter(issue=issue, kind=kind).exists()


# --- Title -----------------------------------------------------------------------------------


def _take_title(issue: Issue, mirror: Mirror, merged: Merged, by: Person | None) -> None:
    """A title that was given there becomes ours, and the base says so."""
    given = merged.title_here or ""
    if merged.overruled is not None:
        record(issue, _actor(by), "github_title_overruled", {"ours": merged.overruled, "theirs": given})
    issues.edit(issue, actor=_actor(by), changes={"title": given[:LONGEST_TITLE_HERE]})
    issue.refresh_from_db()
    written, seen = mirror.base.get("written", {}), mirror.base.get("seen", {})
    mirror.base = {"written": {**written, "title": outgoing_title(issue.title)}, "seen": {**seen, "title": given}}


# --- Comments --------------------------------------------------------------------------------


def take_comment(mirror: Mirror, remote: RemoteComment, *, login: str) -> bool:
    """Keep a comment from there, or what became of it; tells whether anything was new. Our own come back, too, and are not kept."""
    if _is_our_own(remote, login) or not remote.body.strip():
        return False
    with transaction.atomic():
        issue, _ = held(mirror)
        actor = _actor(remote.author)
        kept = Comment.objects.filter(node_id=remote.node_id).first()
        if kept is None:
            said = Comment.objects.create(issue=issue, text=remote.body, node_id=remote.node_id, url=remote.url[:500], **actor.signature())
            record(issue, actor, "commented", {"comment": said.pk, "text": said.text, "url": said.url})
            return True
        if kept.text == remote.body:
            return False
        kept.text = remote.body
        kept.save(update_fields=["text"])
        record(issue, actor, "comment_edited", {"comment": kept.pk, "text": kept.text, "url": kept.url})
    return True


def drop_comment(node_id: str, *, by: Person | None) -> bool:
    """A comment was deleted there: it stays in the history, marked; tells whether it was known."""
    with transaction.atomic():
        kept = Comment.objects.select_for_update(no_key=True, of=("self",)).filter(node_id=node_id, deleted_at=None).first()
        if kept is None:
            return False
        kept.deleted_at = timezone.now()
        kept.save(update_fields=["deleted_at"])
        record(kept.issue, _actor(by), "comment_deleted", {"comment": kept.pk})
    return True


def _is_our_own(remote: RemoteComment, login: str) -> bool:
    """By account and marker: a person may quote us, and our account may be a person's, too."""
    written_by_us = not login or remote.author.login.lower() == login.lower()
    return written_by_us and any(subject.startswith("write/") for subject in texts.subjects(remote.body))


# --- Moved and deleted -----------------------------------------------------------------------


def _follow(mirror: Mirror, remote: RemoteIssue, github: GitHub) -> Mirror:
    """The answer is about another place than was asked for: the repository was renamed, or the issue was transferred."""
    place = github.repository(remote.repository)
    if mirror.repository_id is not None and place.id == mirror.repository_id:
        repositories.renamed(mirror.repository, place.name, place.id)
    with transaction.atomic():
        issue, mirror = held(mirror)
        return transferred(issue, mirror, remote, repository_id=place.id)


def transferred(issue: Issue, mirror: Mirror, remote: RemoteIssue, *, repository_id: int) -> Mirror:
    """Follow the twin to where it is now, if that is the project's, too; else it is left alone. The caller holds both rows."""
    was = str(mirror)
    if not repositories.belongs_to(issue.project, remote.repository):
        return _lose(issue, mirror, Standing.MOVED, "github_moved_away", was=was, now=f"{remote.repository}#{remote.number}")
    if (mirror.repository.lower(), mirror.number, mirror.node_id) == (remote.repository.lower(), remote.number, remote.node_id):
        return mirror
    mirror.node_id, mirror.repository, mirror.number = remote.node_id, remote.repository, remote.number
    mirror.repository_id, mirror.url = repository_id, remote.url[:500]
    mirror.save()
    record(issue, Actor.machine("github"), "github_followed", {"was": was, "now": str(mirror)})
    return mirror


def is_deleted(mirror: Mirror, github: GitHub) -> bool:
    """Whether the issue is gone while its repository is there: what is hidden from us is not deleted. Raises a GitHubFailure."""
    assert mirror.number is not None  # noqa: S101 — only linked ones are looked for
    github.repository(mirror.repository)
    try:
        github.issue(mirror.repository, mirror.number)
    except Gone:
        return True
    return False


def bury_twin(mirror: Mirror) -> Mirror:
    """The issue was deleted there. It stays known, and is never made again."""
    with transaction.atomic():
        issue, mirror = held(mirror)
        return _lose(issue, mirror, Standing.DELETED, "github_deleted", was=str(mirror))


def _lose(issue: Issue, mirror: Mirror, standing: Mirror.Standing, verb: str, **data: str) -> Mirror:
    if mirror.standing == standing:
        return mirror
    mirror.standing, mirror.closed_unproven = standing, False
    mirror.save(update_fields=["standing", "closed_unproven"])
    unsent = Outbox.objects.filter(issue=issue).unsettled().exclude(state=OutboxState.IN_FLIGHT)
    mirrors.drop(list(unsent), f"The twin was {mirror.get_standing_display()}.")
    record(issue, Actor.machine("github"), verb, dict(data))
    return mirror


def _actor(person: Person | None) -> Actor:
    """Somebody on GitHub, as history names them: their account is none of ours."""
    if person is None or not person.login:
        return Actor(ActorKind.PERSON, "somebody on GitHub")
    return Actor(ActorKind.AGENT if person.is_bot else ActorKind.PERSON, f"{person.login} on GitHub"[:200])
