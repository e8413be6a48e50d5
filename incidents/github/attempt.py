"""One attempt to write one row of the outbox: its lease, what is remembered of the write, and what becomes of the row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from incidents.actions import mirrors
from incidents.actions.history import record
from incidents.github import allowance, health, pull, repositories
from incidents.github.client import GitHub
from incidents.github.failures import GitHubFailure, Gone, Unavailable, Unclear, backoff
from incidents.github.merge import Here, There, agreed
from incidents.github.people import GITHUB
from incidents.github.remote import RemoteIssue
from incidents.models import Mirror, Outbox, OutboxState
from incidents.models.sync import OutboxQuerySet


class LeaseLost(Exception):
    """Another worker has taken the row meanwhile."""


class NotNeeded(Exception):
    """There is nothing to be written any more; says why."""


class Attempt:
    """What all attempts share. A row's kind decides what is written; see writes.py."""

    def __init__(self, row: Outbox) -> None:
        self.row = row
        self.issue = row.issue
        self.mirror: Mirror = row.issue.mirror
        self.request: dict[str, Any] | None = None

    def present(self, github: GitHub) -> RemoteIssue:
        """The twin as it is now; what people changed there has been taken over when this returns."""
        if self.mirror.is_linked:
            self.mirror, remote = pull.fetch(self.mirror, github, may_write=False)
        if not self.mirror.is_linked:
            raise NotNeeded(f"There is no twin: it is {self.mirror.get_standing_display()}.")
        self.issue.refresh_from_db()
        return remote

    def before_write(self, verb: str, path: str, given: Any) -> None:
        """Right before a write: take one from the allowance, renew the lease, and remember what is asked."""
        allowance.take()
        now = timezone.now()
        self.request = {"verb": verb, "path": path, "body": given}
        first = self.row.first_sent_at or now
        renewed = self.mine().update(in_flight_since=now, first_sent_at=first, request=self.request)
        if not renewed:
            raise LeaseLost
        self.row.in_flight_since, self.row.first_sent_at = now, first

    def become(self, github: GitHub, remote: RemoteIssue, *, by: str, wrote: Here | None = None) -> None:
        """This issue there is the twin from now on."""
        began = self.row.in_flight_since or timezone.now()
        repositories.known(remote.repository or self.mirror.repository, github)
        with transaction.atomic():
            issue, mirror = pull.held(self.mirror)
            if not mirror.is_linked:
                pull.become_twin(issue, mirror, remote, began, by=by, wrote=wrote)
            self.mirror = mirror

    def agree(self, side: Here, there: There, remark: str) -> None:
        """Both say the same now, or what GitHub made of it is remembered; what keeps them apart people are told."""
        with transaction.atomic():
            _, mirror = pull.held(self.mirror)
            mirror.base = agreed(side, there)
            mirror.remark = remark
            mirror.save(update_fields=["base", "remark"])
            self.settle(OutboxState.SENT)

    def settle(self, state: OutboxState, **fields: Any) -> None:
        """The row has come to its end; what depends on its arrival is written with it."""
        now = timezone.now()
        with transaction.atomic():
            _, mirror = pull.held(self.mirror)
            settled = self.mine().update(
                state=state, in_flight_since=None, settled_at=now, request=self.request, answer=None, **{"last_error": "", **fields}
            )
            is_evidence = self.row.payload.get("purpose") == "evidence" and self.row.payload.get("digest") == mirror.proof_digest
            if settled and state == OutboxState.SENT and is_evidence:
                mirror.evidence_of_iteration = self.row.payload["iteration"]
                mirror.save(update_fields=["evidence_of_iteration"])
                record(self.issue, GITHUB, "github_evidence_arrived", {"number": mirror.number})
        if state == OutboxState.SENT:
            health.pushed(self.mirror.repository)

    def let_go(self, why: str) -> None:
        """What was asked for is not wanted any more, and nothing has been written: as if nobody had asked."""
        with transaction.atomic():
            issue, _ = pull.held(self.mirror)
            dropped = self.mine().update(
                state=OutboxState.DROPPED, in_flight_since=None, settled_at=timezone.now(), last_error=why
            )  # fmt: skip
            if dropped:
                mirrors.forget_what_was_asked(issue)

    def mine(self) -> OutboxQuerySet:
        """The row, as long as nobody else has taken it."""
        return Outbox.objects.filter(pk=self.row.pk, state=OutboxState.IN_FLIGHT, in_flight_since=self.row.in_flight_since)

    def put_back(self, failure: GitHubFailure, until: datetime, *, counts: bool, unknown: bool = False) -> None:
        """The row is due again then; `counts` says whether this was one of its attempts, `unknown` whether it may have been written."""
        fields: dict[str, Any] = {"attempts": F("attempts") - 1} if not counts else {}
        state = OutboxState.UNKNOWN if unknown else OutboxState.WAITING
        self.mine().update(state=state, in_flight_since=None, not_before=until, last_error=failure.detail, answer=failure.answer, **fields)
        health.failed(self.mirror.repository, failure.detail)

    def try_again(self, failure: Unavailable | Unclear) -> None:
        """Later each time; after so many attempts it is a dead letter."""
        if self.row.attempts >= Outbox.MOST_ATTEMPTS:
            self.bury(failure)
            return
        self.put_back(failure, timezone.now() + backoff(self.row.attempts), counts=True, unknown=isinstance(failure, Unclear))

    def gone(self, gone: Gone) -> None:
        """Deleted there, or hidden from us: only where the repository itself is there, it was the issue that went."""
        if self._is_deleted():
            pull.bury_twin(self.mirror)
            self.settle(OutboxState.DROPPED, last_error=f"The issue was deleted on GitHub. {gone.detail}")
        elif gone.status == 410 or self.row.kind == Outbox.Kind.LINK:
            self.bury(gone)
        else:
            self.try_again(Unavailable(gone.detail, gone.answer))

    def _is_deleted(self) -> bool:
        try:
            with GitHub(self.mirror.repository) as github:
                return self.mirror.is_linked and pull.is_deleted(self.mirror, github)
        except GitHubFailure:
            return False

    def bury(self, failure: GitHubFailure) -> None:
        """A dead letter: the row, and everything of its issue behind it, waits for a person."""
        with transaction.atomic():
            issue, _mirror = pull.held(self.mirror)
            buried = self.mine().update(
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
