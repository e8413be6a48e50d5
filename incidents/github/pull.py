"""Taking over what people did on GitHub: the present state of an issue there, merged with ours, and its comments.

A webhook or a poll only says that something may have changed. What counts is what stands there now, and of two fetches the
one that began later, however late the earlier one is applied.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
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
from incidents.github.people import GITHUB, actor_of
from incidents.github.remote import Person, RemoteComment, RemoteIssue
from incidents.models import Comment, Issue, IssueState, Mirror, Outbox, OutboxState, Resolution

LONGEST_TITLE_HERE: Final = 300
NOT_FOUND_FOR: Final = timedelta(minutes=10)

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
    if (remote.repository.lower(), remote.number) != (mirror.repository.lower(), mirror.number):
        mirror = _follow(mirror, remote, github)
    elif remote.node_id != mirror.node_id:
        # The address belongs to another repository by now, whose issue is none of ours.
        mirror = bury_twin(mirror)
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
        mirror.missing_since = None
        _follow_state(issue, mirror, remote, began, by)
        there = There(remote.title, remote.labels, remote.body)
        merged = merge(mirror.base, texts.here(issue, beside=remote.body), there)
        if merged.title_here is not None:
            _take_title(issue, mirror, merged, by)
            merged = merge(mirror.base, texts.here(issue, beside=remote.body), there)
        mirror.labels = labels_of_others(remote)
        mirror.save(update_fields=["base", "labels", "missing_since"])
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


def labels_of_others(remote: RemoteIssue) -> list[str]:
    return sorted(label for label in remote.labels if not is_ours(label))


def labels_dropped(repository: str, labels: Iterable[str]) -> str:
    """What people are told of labels that GitHub did not set; empty where it set all."""
    names = ", ".join(sorted(labels))
    return (
        f"GitHub did not set our labels ({names}): the account may not label in {repository}. Give it write access to issues, "
        "then press “Write again”."
        if names
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
        mirror.remark = labels_dropped(mirror.repository, wrote.labels - remote.labels)
    else:
        # Each side keeps its title until somebody changes it; our labels and our part are added.
        mirror.base = {"written": {"title": texts.here(issue).title}, "seen": {"title": remote.title}}
    mirror.labels = labels_of_others(remote)
    mirror.save(update_fields=["base", "remark", "labels"])
    record(issue, GITHUB, f"github_{by}", {"repository": mirror.repository, "number": mirror.number, "url": remote.url})
    note_state(mirror, remote, began)
    if remote.state == Mirror.State.CLOSED:
        # Closed before anybody here asked for it: nothing follows from that, and nobody is answered.
        mirror.challenged_at = remote.closed_at or remote.updated_at
        mirror.save(update_fields=["challenged_at"])
    mirrors.rate_closing(issue)
    mirrors.touch([issue.pk])


# --- State -----------------------------------------------------------------------------------


def _follow_state(issue: Issue, mirror: Mirror, remote: RemoteIssue, began: datetime, by: Person | None) -> None:
    """The closing rule: proven is fine; without proof it stays open here, and is answered once; reopened there, reopened here."""
    was = mirror.state
    note_state(mirror, remote, began)
    if remote.state == Mirror.State.OPEN:
        if was == Mirror.State.CLOSED and not _is_under_way(issue, Outbox.Kind.REOPEN):
            _reopened_there(issue, mirror, actor_of(by))
    elif issue.state == IssueState.OPEN and mirror.proven_by_iteration is None and not _is_under_way(issue, Outbox.Kind.REOPEN):
        _closed_there(issue, mirror, remote, is_new=was == Mirror.State.OPEN, by=by)
    mirrors.rate_closing(issue)
    mirror.refresh_from_db(fields=["closed_unproven"])


def _reopened_there(issue: Issue, mirror: Mirror, actor: Actor) -> None:
    record(issue, actor, "github_reopened", {"number": mirror.number})
    # Whoever reopens it doubts the proof; only evidence that is newer closes it again.
    mirrors.doubt(mirror)
    if issue.state == IssueState.RESOLVED and not _is_under_way(issue, Outbox.Kind.CLOSE):
        issues.reopen(issue, actor=actor, reason=f"Reopened on GitHub (#{mirror.number}).")
    issue.refresh_from_db()


def _closed_there(issue: Issue, mirror: Mirror, remote: RemoteIssue, *, is_new: bool, by: Person | None) -> None:
    """Closed while it is open here and nothing proves a fix."""
    actor = actor_of(remote.closed_by or by)
    if is_new and _is_not_wanted(remote):
        # That claims no fix, so nothing needs to be proven.
        issues.resolve(issue, actor=actor, resolution=Resolution.WONT_FIX, reason=f"Closed as not planned on GitHub (#{mirror.number}).")
        issue.refresh_from_db()
        return
    closed_at = remote.closed_at or remote.updated_at
    if mirror.challenged_at == closed_at:
        return
    record(issue, actor, "github_closed_unproven", {"number": mirror.number, "state_reason": remote.state_reason})
    if issue.project.rules.github.challenge:
        mirrors.challenge(mirror, closed_at=closed_at, text=texts.challenge(issue))
    mirror.challenged_at = closed_at
    mirror.save(update_fields=["challenged_at"])


def _is_not_wanted(remote: RemoteIssue) -> bool:
    """Whether a person who may decide that closed it as not planned: no bot that tidies up, and not whoever merely wrote the issue."""
    person = remote.closed_by
    decided = person is not None and not person.is_bot and person.login.lower() != remote.author.login.lower()
    return remote.state_reason == mirrors.NOT_PLANNED and decided


def _is_under_way(issue: Issue, kind: Outbox.Kind) -> bool:
    return Outbox.objects.backlog().filter(issue=issue, kind=kind).exists()


# --- Title -----------------------------------------------------------------------------------


def _take_title(issue: Issue, mirror: Mirror, merged: Merged, by: Person | None) -> None:
    """A title that was given there becomes ours, and the base says so."""
    given = merged.title_here or ""
    if merged.overruled is not None:
        record(issue, actor_of(by), "github_title_overruled", {"ours": merged.overruled, "theirs": given})
    issues.edit(issue, actor=actor_of(by), changes={"title": given[:LONGEST_TITLE_HERE]})
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
        actor = actor_of(remote.author)
        kept = Comment.objects.filter(node_id=remote.node_id).first()
        if kept is None:
            said = Comment.objects.create(
                issue=issue,
                text=remote.body,
                node_id=remote.node_id,
                url=remote.url[:500],
                remote_updated_at=remote.updated_at,
                **actor.signature(),
            )
            record(issue, actor, "commented", {"comment": said.pk, "text": said.text, "url": said.url})
            return True
        if kept.text == remote.body or (kept.remote_updated_at and remote.updated_at < kept.remote_updated_at):
            return False
        kept.text, kept.remote_updated_at = remote.body, remote.updated_at
        kept.save(update_fields=["text", "remote_updated_at"])
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
        record(kept.issue, actor_of(by), "comment_deleted", {"comment": kept.pk})
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
    record(issue, GITHUB, "github_followed", {"was": was, "now": str(mirror)})
    return mirror


def is_deleted(mirror: Mirror, github: GitHub, *, told: bool = False) -> bool:
    """Whether the issue is gone while its repository is there and has issues: what is hidden or switched off is not deleted.

    A plain "not found" may be a replica of GitHub's that lags behind: it counts when it is `told` by a webhook, or found again
    later. Raises a GitHubFailure.
    """
    assert mirror.number is not None  # noqa: S101 — only linked ones are looked for
    if not github.repository(mirror.repository).has_issues:
        return False
    try:
        github.issue(mirror.repository, mirror.number)
    except Gone as gone:
        if "disabled" in gone.detail.lower():
            return False
        since = mirror.missing_since
        if told or gone.status == 410 or (since is not None and since < timezone.now() - NOT_FOUND_FOR):
            return True
        if since is None:
            Mirror.objects.filter(pk=mirror.pk).update(missing_since=timezone.now())
    return False


def bury_twin(mirror: Mirror) -> Mirror:
    """The issue was deleted there. It stays known, and is never made again."""
    with transaction.atomic():
        issue, mirror = held(mirror)
        return _lose(issue, mirror, Standing.DELETED, "github_deleted", was=str(mirror))


def _lose(issue: Issue, mirror: Mirror, standing: Mirror.Standing, verb: str, **data: str) -> Mirror:
    if mirror.standing == standing:
        return mirror
    mirror.standing = standing
    mirror.save(update_fields=["standing"])
    mirrors.rate_closing(issue)
    unsent = Outbox.objects.filter(issue=issue).unsettled().exclude(state=OutboxState.IN_FLIGHT)
    mirrors.drop(list(unsent), f"The twin was {mirror.get_standing_display()}.")
    record(issue, GITHUB, verb, dict(data))
    return mirror
