"""Draining the outbox: each row is written once, in its issue's order, whatever dies in between.

A worker takes a row by compare-and-set and renews its lease right before each write; one that was thought dead and comes
back finds the row taken and writes nothing. What a row has to say is worked out when it is written, so that it is never old.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from incidents.actions import mirrors
from incidents.actions.history import record
from incidents.actors import Actor
from incidents.errors import DomainError
from incidents.github import allowance, health, pull, repositories, texts
from incidents.github.client import GitHub
from incidents.github.failures import AllowanceUsed, GitHubFailure, Gone, MustWait, NotConfigured, Refused, Unavailable, Unclear
from incidents.github.merge import Here, Merged, There, agreed, is_told, merge
from incidents.github.remote import RemoteIssue
from incidents.models import IssueState, Mirror, Outbox, OutboxState

log = structlog.get_logger(__name__)

# How far back our own issues are looked through for one that was made already.
SEARCHED_PAGES: Final = 10
# GitHub's clock is not ours.
CLOCKS_DIFFER_BY: Final = timedelta(minutes=10)
_FIRST_BACKOFF: Final = timedelta(seconds=5)
_LONGEST_BACKOFF: Final = timedelta(minutes=15)

Kind = Outbox.Kind
GITHUB: Final = Actor.machine("GitHub")
# In so long a time what others changed is written again so many times.
RESTORES: Final = (timedelta(hours=1), 3)
LEFT_ALONE: Final = "Somebody or something on GitHub keeps changing our labels or our part of the text; they are left as they are there."


class LeaseLost(Exception):
    """Another worker has taken the row meanwhile."""


class NotNeeded(Exception):
    """There is nothing to be written any more; says why."""


def drain(*, seconds: float = 20) -> int:
    """Write what is due, for about so many seconds; gives how many rows were taken up."""
    end = time.monotonic() + seconds
    taken = 0
    recover_lost()
    while time.monotonic() < end and allowance.writing_from() is None and (row := claim()) is not None:
        Writing(row).run()
        taken += 1
    return taken


def is_more_due() -> bool:
    """Whether a row could be written now."""
    return allowance.writing_from() is None and Outbox.objects.due(timezone.now()).exists()


def recover_lost() -> None:
    """Rows whose worker died: nobody knows whether they were written."""
    lost = Outbox.objects.filter(state=OutboxState.IN_FLIGHT, in_flight_since__lt=timezone.now() - Outbox.LEASE)
    # What kills its worker again and again must not go on for ever.
    lost.filter(attempts__gte=Outbox.MOST_ATTEMPTS).update(
        state=OutboxState.DEAD,
        in_flight_since=None,
        settled_at=timezone.now(),
        last_error=f"Its worker died; it was taken up {Outbox.MOST_ATTEMPTS} times.",
    )
    lost.update(state=OutboxState.UNKNOWN, in_flight_since=None, last_error="The worker that wrote it died.")


def claim() -> Outbox | None:
    """Take the oldest row that is due."""
    while True:
        now = timezone.now()
        pk = Outbox.objects.due(now).order_by("not_before", "id").values_list("pk", flat=True).first()
        if pk is None:
            return None
        taken = Outbox.objects.due(now).filter(pk=pk).update(
            state=OutboxState.IN_FLIGHT, in_flight_since=now, attempts=F("attempts") + 1
        )  # fmt: skip
        if taken:
            return Outbox.objects.select_related("issue__project", "issue__lead_pattern", "issue__mirror").get(pk=pk)


class Writing:
    """One attempt to write one row."""

    def __init__(self, row: Outbox) -> None:
        self.row = row
        self.issue = row.issue
        self.mirror: Mirror = row.issue.mirror
        self.request: dict[str, Any] | None = None

    def run(self) -> None:
        """Write the row and settle it. What goes wrong decides what becomes of it."""
        write: Callable[[GitHub], Any] = {
            Kind.CREATE: self._create,
            Kind.LINK: self._link,
            Kind.UPDATE: self._update,
            Kind.COMMENT: self._comment,
            Kind.CLOSE: self._close,
            Kind.REOPEN: self._reopen,
        }[Kind(self.row.kind)]
        try:
            with GitHub(self.mirror.repository) as github:
                write(github)
        except LeaseLost:
            log.warning("another worker has taken the row", row=self.row.pk)
        except NotNeeded as reason:
            self._settle(OutboxState.DROPPED, last_error=str(reason))
        except AllowanceUsed as used:
            self._put_back(used, used.until, counts=False)
        except MustWait as limit:
            allowance.block(limit.until)
            self._put_back(limit, limit.until, counts=False)
        except NotConfigured as missing:
            self._put_back(missing, timezone.now() + _LONGEST_BACKOFF, counts=False)
        except Gone as gone:
            self._gone(gone)
        except Refused as refused:
            self._bury(refused)
        except (Unavailable, Unclear) as failure:
            self._try_again(failure)
        except DomainError as refused:
            # A verb here would not take over what stands there.
            self._try_again(Unavailable(refused.detail))

    # --- The kinds of rows -------------------------------------------------------------------

    def _create(self, github: GitHub) -> None:
        if self.mirror.is_linked:
            raise NotNeeded(f"{self.mirror} was found meanwhile.")
        if self.issue.state not in (IssueState.OPEN, IssueState.IGNORED) and not self.row.first_sent_at:
            Mirror.objects.filter(pk=self.mirror.pk, standing=Mirror.Standing.ASKED).delete()
            self._mine().update(
                state=OutboxState.DROPPED,
                in_flight_since=None,
                settled_at=timezone.now(),
                last_error=f"The issue is {self.issue.state} by now; there is nothing to be mirrored.",
            )
            return
        # Also at the first attempt: it may have been created before this database was restored.
        found = self._made_before(github)
        side = None
        if found is None:
            side = texts.here(self.issue)
            labels = sorted(side.labels)
            given = {"title": side.title, "body": side.part, "labels": labels}
            self._before_write("POST", f"/repos/{self.mirror.repository}/issues", given)
            found = github.create_issue(self.mirror.repository, title=side.title, body=side.part, labels=labels)
        self._become(github, found, by="created", wrote=side)
        self._settle(OutboxState.SENT)

    def _made_before(self, github: GitHub) -> RemoteIssue | None:
        """The issue that carries our marker, among our own: others may have copied its text."""
        login = github.login()
        # It cannot be older than what it tells of.
        since = (self.row.first_sent_at or self.issue.created_at) - CLOCKS_DIFFER_BY
        mine = github.issues_by(self.mirror.repository, creator=login, since=since, pages=SEARCHED_PAGES)
        subject = texts.issue_subject(self.issue)
        return next((one for one in mine if not one.is_pull_request and subject in texts.subjects(one.body)), None)

    def _link(self, github: GitHub) -> None:
        remote = github.issue(self.mirror.repository, self.row.payload["number"])
        if remote.is_pull_request:
            raise Refused(f"#{remote.number} is a pull request.")
        other = Mirror.objects.filter(node_id=remote.node_id).exclude(pk=self.mirror.pk).first()
        if other is not None:
            raise Refused(f"#{remote.number} is the twin of another issue already.")
        said, login = list(github.comments(remote.repository, remote.number)), github.login()
        self._become(github, remote, by="linked")
        for comment in said:
            pull.take_comment(self.mirror, comment, login=login)
        self._settle(OutboxState.SENT)

    def _update(self, github: GitHub) -> None:
        restores = bool(self.row.payload.get("restore"))
        is_said = is_told(self.mirror.base, texts.here(self.issue))
        if is_said and not restores:
            # Nothing is to be said, so nothing is to be remembered.
            self._mine().delete()
            return
        before = self._present(github)
        side = texts.here(self.issue, beside=before.body)
        merged = merge(self.mirror.base, side, There(before.title, before.labels, before.body))
        if is_said and merged.writes and not self._may_restore():
            self._agree(side, There(before.title, before.labels, before.body), LEFT_ALONE)
            return
        after = self._write_text(github, before, merged)
        labels, remark = self._write_labels(github, before, merged)
        self._agree(side, There(after.title, labels, after.body), remark)

    def _may_restore(self) -> bool:
        """What others keep changing is written again a few times an hour: else a bot and we would go on for ever."""
        now = timezone.now().timestamp()
        recent = [at for at in self.mirror.restored if at > now - RESTORES[0].total_seconds()]
        if len(recent) >= RESTORES[1]:
            return False
        Mirror.objects.filter(pk=self.mirror.pk).update(restored=[*recent, now])
        return True

    def _write_text(self, github: GitHub, before: RemoteIssue, merged: Merged) -> There:
        """Title and body as we know them then: what somebody changed since we looked is not known yet, and comes with the next look."""
        changes = {name: value for name, value in (("title", merged.title_there), ("body", merged.body_there)) if value is not None}
        if changes:
            self._before_write("PATCH", f"/repos/{before.repository}/issues/{before.number}", changes)
            answer = github.edit_issue(before.repository, before.number, changes)
            title = answer.title if merged.title_there is not None else before.title
            return There(title, before.labels, answer.body if merged.body_there is not None else before.body)
        return There(before.title, before.labels, before.body)

    def _write_labels(self, github: GitHub, before: RemoteIssue, merged: Merged) -> tuple[frozenset[str], str]:
        """The labels as we know them then, and a remark where GitHub did not set some. That keeps nothing else from being written."""
        where = f"/repos/{before.repository}/issues/{before.number}/labels"
        set_there: frozenset[str] = frozenset()
        remark = ""
        try:
            if merged.add_labels:
                self._before_write("POST", where, {"labels": list(merged.add_labels)})
                set_there = github.add_labels(before.repository, before.number, merged.add_labels) & frozenset(merged.add_labels)
                remark = pull.labels_dropped(before.repository, frozenset(merged.add_labels) - set_there)
            for label in merged.remove_labels:
                self._before_write("DELETE", f"{where}/{label}", None)
                self._remove(github, before, label)
        except Refused as refused:
            return (
                before.labels | set_there,
                f"{pull.labels_dropped(before.repository, merged.add_labels or merged.remove_labels)} {refused.detail}",
            )
        return (before.labels | set_there) - frozenset(merged.remove_labels), remark

    @staticmethod
    def _remove(github: GitHub, remote: RemoteIssue, label: str) -> None:
        try:
            github.remove_label(remote.repository, remote.number, label)
        except Gone:
            log.info("a label was taken away by somebody else", label=label)

    def _comment(self, github: GitHub) -> None:
        # A write to an issue that was transferred follows it wherever it went: so it is looked for first.
        remote = self._present(github)
        if self.row.first_sent_at and self._said_before(github, remote):
            self._settle(OutboxState.SENT)
            return
        given = texts.comment(self.row)
        self._before_write("POST", f"/repos/{remote.repository}/issues/{remote.number}/comments", {"body": given})
        github.create_comment(remote.repository, remote.number, given)
        self._settle(OutboxState.SENT)

    def _said_before(self, github: GitHub, remote: RemoteIssue) -> bool:
        since = self.row.first_sent_at - CLOCKS_DIFFER_BY if self.row.first_sent_at else None
        subject = texts.row_subject(self.row)
        return any(subject in texts.subjects(comment.body) for comment in github.comments(remote.repository, remote.number, since))

    def _close(self, github: GitHub) -> None:
        remote = self._present(github)
        # Asked when it is written: between, evidence may have come that speaks against the fix, or people reopened it.
        iteration = self.row.payload.get("iteration")
        if self.issue.state != IssueState.RESOLVED and (iteration is None or self.mirror.proven_by_iteration != iteration):
            raise NotNeeded("The fix is not proven any more.")
        self._change_state(github, remote, "closed", self.row.payload.get("state_reason", mirrors.COMPLETED))

    def _reopen(self, github: GitHub) -> None:
        remote = self._present(github)
        if self.issue.state not in (IssueState.OPEN, IssueState.IGNORED):
            raise NotNeeded(f"The issue is {self.issue.state}.")
        self._change_state(github, remote, "open", "reopened")

    def _change_state(self, github: GitHub, remote: RemoteIssue, state: str, reason: str) -> None:
        if remote.state != state:
            self._before_write("PATCH", f"/repos/{remote.repository}/issues/{remote.number}", {"state": state, "state_reason": reason})
            began = timezone.now()
            remote = github.edit_issue(remote.repository, remote.number, {"state": state, "state_reason": reason})
            with transaction.atomic():
                issue, mirror = pull.held(self.mirror)
                pull.note_state(mirror, remote, began)
                if state == Mirror.State.CLOSED:
                    # Ours: nobody is to be asked what proves it, whatever becomes of the proof.
                    mirror.challenged_at = remote.closed_at
                    mirror.save(update_fields=["challenged_at"])
                mirrors.rate_closing(issue)
                if self.row.payload.get("iteration"):
                    record(issue, GITHUB, "github_closed", {"number": remote.number})
        self._settle(OutboxState.SENT)

    # --- What they share ---------------------------------------------------------------------

    def _present(self, github: GitHub) -> RemoteIssue:
        """The twin as it is now; what people changed there has been taken over when this returns."""
        if self.mirror.is_linked:
            self.mirror, remote = pull.fetch(self.mirror, github, may_write=False)
        if not self.mirror.is_linked:
            raise NotNeeded(f"There is no twin: it is {self.mirror.get_standing_display()}.")
        self.issue.refresh_from_db()
        return remote

    def _before_write(self, verb: str, path: str, given: Any) -> None:
        """Right before a write: take one from the allowance, renew the lease, and remember what is asked."""
        allowance.take()
        now = timezone.now()
        self.request = {"verb": verb, "path": path, "body": given}
        first = self.row.first_sent_at or now
        renewed = self._mine().update(in_flight_since=now, first_sent_at=first, request=self.request)
        if not renewed:
            raise LeaseLost
        self.row.in_flight_since, self.row.first_sent_at = now, first

    def _become(self, github: GitHub, remote: RemoteIssue, *, by: str, wrote: Here | None = None) -> None:
        """This issue there is the twin from now on."""
        began = self.row.in_flight_since or timezone.now()
        repositories.known(remote.repository or self.mirror.repository, github)
        with transaction.atomic():
            issue, mirror = pull.held(self.mirror)
            if not mirror.is_linked:
                pull.become_twin(issue, mirror, remote, began, by=by, wrote=wrote)
            self.mirror = mirror

    def _agree(self, side: Here, there: There, remark: str) -> None:
        """Both say the same now, or what GitHub made of it is remembered; what keeps them apart people are told."""
        with transaction.atomic():
            _, mirror = pull.held(self.mirror)
            mirror.base = agreed(side, there)
            mirror.remark = remark
            mirror.save(update_fields=["base", "remark"])
            self._settle(OutboxState.SENT)

    def _settle(self, state: OutboxState, **fields: Any) -> None:
        """The row has come to its end; what depends on its arrival is written with it."""
        now = timezone.now()
        with transaction.atomic():
            _, mirror = pull.held(self.mirror)
            settled = self._mine().update(
                state=state, in_flight_since=None, settled_at=now, request=self.request, answer=None, **{"last_error": "", **fields}
            )
            is_evidence = self.row.payload.get("purpose") == "evidence" and self.row.payload.get("digest") == mirror.proof_digest
            if settled and state == OutboxState.SENT and is_evidence:
                mirror.evidence_of_iteration = self.row.payload["iteration"]
                mirror.save(update_fields=["evidence_of_iteration"])
                record(self.issue, GITHUB, "github_evidence_arrived", {"number": mirror.number})
        if state == OutboxState.SENT:
            health.pushed(self.mirror.repository)

    def _mine(self) -> Any:
        return Outbox.objects.filter(pk=self.row.pk, state=OutboxState.IN_FLIGHT, in_flight_since=self.row.in_flight_since)

    def _put_back(self, failure: GitHubFailure, until: datetime, *, counts: bool, unknown: bool = False) -> None:
        fields: dict[str, Any] = {"attempts": F("attempts") - 1} if not counts else {}
        state = OutboxState.UNKNOWN if unknown else OutboxState.WAITING
        self._mine().update(state=state, in_flight_since=None, not_before=until, last_error=failure.detail, answer=failure.answer, **fields)
        health.failed(self.mirror.repository, failure.detail)

    def _try_again(self, failure: Unavailable | Unclear) -> None:
        if self.row.attempts >= Outbox.MOST_ATTEMPTS:
            self._bury(failure)
            return
        wait = min(_FIRST_BACKOFF * 2 ** (self.row.attempts - 1), _LONGEST_BACKOFF)
        self._put_back(failure, timezone.now() + wait, counts=True, unknown=isinstance(failure, Unclear))

    def _gone(self, gone: Gone) -> None:
        """Deleted there, or hidden from us: only where the repository itself is there, it was the issue that went."""
        if self._is_deleted():
            pull.bury_twin(self.mirror)
            self._settle(OutboxState.DROPPED, last_error=f"The issue was deleted on GitHub. {gone.detail}")
        elif gone.status == 410 or self.row.kind == Kind.LINK:
            self._bury(gone)
        else:
            self._try_again(Unavailable(gone.detail, gone.answer))

    def _is_deleted(self) -> bool:
        try:
            with GitHub(self.mirror.repository) as github:
                return self.mirror.is_linked and pull.is_deleted(self.mirror, github)
        except GitHubFailure:
            return False

    def _bury(self, failure: GitHubFailure) -> None:
        """A dead letter: the row, and everything of its issue behind it, waits for a person."""
        with transaction.atomic():
            issue, _mirror = pull.held(self.mirror)
            buried = self._mine().update(
                state=OutboxState.DEAD,
                in_flight_since=None,
                settled_at=timezone.now(),
                last_error=failure.detail,
                answer=failure.answer,
                request=self.request,
            )
            if buried:
                record(issue, GITHUB, "github_refused", {"what": self.row.get_kind_display(), "text": failure.detail})
        health.failed(self.mirror.repository, failure.detail)
