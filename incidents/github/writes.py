"""What each kind of row in the outbox writes to GitHub. What it says is worked out when it is written, so that it is never old."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils import timezone

from incidents.actions import mirrors
from incidents.actions.history import record
from incidents.errors import DomainError
from incidents.github import allowance, pull, texts
from incidents.github.attempt import Attempt, LeaseLost, NotNeeded
from incidents.github.client import CLOCKS_DIFFER_BY, GitHub
from incidents.github.failures import LONGEST_BACKOFF, AllowanceUsed, Gone, MustWait, NotConfigured, Refused, Unavailable, Unclear
from incidents.github.merge import Merged, There, is_told, merge
from incidents.github.people import GITHUB
from incidents.github.remote import RemoteIssue
from incidents.models import IssueState, Mirror, Outbox, OutboxState

log = structlog.get_logger(__name__)

# How far back our own issues are looked through for one that was made already.
SEARCHED_PAGES: Final = 10
# In so long a time what others changed is written again so many times.
RESTORES: Final = (timedelta(hours=1), 3)
LEFT_ALONE: Final = "Somebody or something on GitHub keeps changing our labels or our part of the text; they are left as they are there."

Kind = Outbox.Kind


class Writing(Attempt):
    """One attempt to write one row."""

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
            self.settle(OutboxState.DROPPED, last_error=str(reason))
        except AllowanceUsed as used:
            self.put_back(used, used.until, counts=False)
        except MustWait as limit:
            allowance.block(limit.until)
            self.put_back(limit, limit.until, counts=False)
        except NotConfigured as missing:
            self.put_back(missing, timezone.now() + LONGEST_BACKOFF, counts=False)
        except Gone as gone:
            self.gone(gone)
        except Refused as refused:
            self.bury(refused)
        except (Unavailable, Unclear) as failure:
            self.try_again(failure)
        except DomainError as refused:
            # A verb here would not take over what stands there.
            self.try_again(Unavailable(refused.detail))

    def _create(self, github: GitHub) -> None:
        if self.mirror.is_linked:
            raise NotNeeded(f"{self.mirror} was found meanwhile.")
        if self.issue.state not in (IssueState.OPEN, IssueState.IGNORED) and not self.row.first_sent_at:
            self.let_go(f"The issue is {self.issue.state} by now; there is nothing to be mirrored.")
            return
        # Also at the first attempt: it may have been created before this database was restored.
        found = self._made_before(github)
        side = None
        if found is None:
            side = texts.here(self.issue)
            labels = sorted(side.labels)
            given = {"title": side.title, "body": side.part, "labels": labels}
            self.before_write("POST", f"/repos/{self.mirror.repository}/issues", given)
            found = github.create_issue(self.mirror.repository, title=side.title, body=side.part, labels=labels)
        self.become(github, found, by="created", wrote=side)
        self.settle(OutboxState.SENT)

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
        self.become(github, remote, by="linked")
        for comment in said:
            pull.take_comment(self.mirror, comment, login=login)
        self.settle(OutboxState.SENT)

    def _update(self, github: GitHub) -> None:
        restores = bool(self.row.payload.get("restore"))
        is_said = is_told(self.mirror.base, texts.here(self.issue))
        if is_said and not restores:
            # Nothing is to be said, so nothing is to be remembered.
            self.mine().delete()
            return
        before = self.present(github)
        side = texts.here(self.issue, beside=before.body)
        merged = merge(self.mirror.base, side, There(before.title, before.labels, before.body))
        if is_said and merged.writes and not self._may_restore():
            self.agree(side, There(before.title, before.labels, before.body), LEFT_ALONE)
            return
        after = self._write_text(github, before, merged)
        labels, remark = self._write_labels(github, before, merged)
        self.agree(side, There(after.title, labels, after.body), remark)

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
            self.before_write("PATCH", f"/repos/{before.repository}/issues/{before.number}", changes)
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
                self.before_write("POST", where, {"labels": list(merged.add_labels)})
                set_there = github.add_labels(before.repository, before.number, merged.add_labels) & frozenset(merged.add_labels)
                remark = pull.labels_dropped(before.repository, frozenset(merged.add_labels) - set_there)
            for label in merged.remove_labels:
                self.before_write("DELETE", f"{where}/{label}", None)
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
        remote = self.present(github)
        if self.row.first_sent_at and self._said_before(github, remote):
            self.settle(OutboxState.SENT)
            return
        given = texts.comment(self.row)
        self.before_write("POST", f"/repos/{remote.repository}/issues/{remote.number}/comments", {"body": given})
        github.create_comment(remote.repository, remote.number, given)
        self.settle(OutboxState.SENT)

    def _said_before(self, github: GitHub, remote: RemoteIssue) -> bool:
        since = self.row.first_sent_at - CLOCKS_DIFFER_BY if self.row.first_sent_at else None
        subject = texts.row_subject(self.row)
        return any(subject in texts.subjects(comment.body) for comment in github.comments(remote.repository, remote.number, since))

    def _close(self, github: GitHub) -> None:
        remote = self.present(github)
        # Asked when it is written: between, evidence may have come that speaks against the fix, or people reopened it.
        iteration = self.row.payload.get("iteration")
        if self.issue.state != IssueState.RESOLVED and (iteration is None or self.mirror.proven_by_iteration != iteration):
            raise NotNeeded("The fix is not proven any more.")
        self._change_state(github, remote, "closed", self.row.payload.get("state_reason", mirrors.COMPLETED))

    def _reopen(self, github: GitHub) -> None:
        remote = self.present(github)
        if self.issue.state not in (IssueState.OPEN, IssueState.IGNORED):
            raise NotNeeded(f"The issue is {self.issue.state}.")
        self._change_state(github, remote, "open", "reopened")

    def _change_state(self, github: GitHub, remote: RemoteIssue, state: str, reason: str) -> None:
        if remote.state != state:
            self.before_write("PATCH", f"/repos/{remote.repository}/issues/{remote.number}", {"state": state, "state_reason": reason})
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
        self.settle(OutboxState.SENT)
