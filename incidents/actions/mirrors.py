"""What is to be told to GitHub: each thing a row of the outbox, committed with the change that it tells of.

Rows are locked in this order: issue, mirror, outbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Case, F, Max, Q, Value, When
from django.utils import timezone

from incidents.actions.history import record
from incidents.actors import Actor
from incidents.errors import DomainError, InvalidInput, Unmet
from incidents.github.references import issue_in
from incidents.models import AuditReport, Issue, IssueState, Mirror, Outbox, OutboxState, Project
from incidents.soon import EXPIRES_SECONDS, soon

PUSH: Final = "incidents.tasks.push_to_github"
# What others may be told a closing means there: GitHub's words for it.
NOT_PLANNED: Final = "not_planned"
COMPLETED: Final = "completed"

Kind = Outbox.Kind
Standing = Mirror.Standing


@transaction.atomic
def ask(issue: Issue, *, actor: Actor, number: str | int | None = None) -> Mirror:
    """Let the issue have a twin on GitHub: a new one, or the existing one that `number` names (105, OWNER/NAME#105, an address).

    Asked again it changes nothing. Raises InvalidInput or DomainError.
    """
    issue = _locked(issue)
    repository = issue.project.github_repository
    if issue.state == IssueState.MERGED:
        raise DomainError("merged", f"The issue was merged into {issue.merged_into}; ask for that one.")
    if not repository:
        raise DomainError("no_github_repository", f"The project {issue.project.slug} names no GitHub repository.")
    mirror = _mirror(issue)
    if number is not None:
        return _link(issue, mirror, *_named(str(number), repository), actor=actor)
    if mirror is not None and mirror.standing in (Standing.ASKED, Standing.LINKED):
        return mirror
    if mirror is not None:
        what = "was deleted" if mirror.standing == Standing.DELETED else "was moved out of the project"
        raise DomainError("github_issue_lost", f"{mirror} {what}. It is not made again; link another one by its number.")
    mirror = Mirror.objects.create(issue=issue, repository=repository, last_seq=_last_seq(issue))
    put(mirror, Kind.CREATE, f"create:{issue.pk}")
    record(issue, actor, "github_asked", {"repository": repository})
    return mirror


def _link(issue: Issue, mirror: Mirror | None, repository: str, number: int, *, actor: Actor) -> Mirror:
    if mirror is not None and mirror.standing == Standing.LINKED:
        if (mirror.repository.lower(), mirror.number) == (repository.lower(), number):
            return mirror
        raise DomainError("already_linked", f"{issue.key} is linked to {mirror} already.")
    other = Mirror.objects.filter(repository__iexact=repository, number=number).exclude(issue=issue).first()
    if other is not None:
        raise DomainError("linked_elsewhere", f"{repository}#{number} is the twin of {other.issue.key}.")
    if mirror is not None and mirror.standing == Standing.ASKED:
        _take_back(issue)
    # What was known of an issue that was linked before is not so of this one.
    anew = Mirror(issue=issue, repository=repository, last_seq=_last_seq(issue))
    if mirror is not None:
        anew.pk, anew.created_at, anew.generation = mirror.pk, mirror.created_at, mirror.generation + 1
    anew.save()
    lost = {"lost": mirror.standing} if mirror is not None and mirror.standing != Standing.ASKED else {}
    put(anew, Kind.LINK, f"link:{issue.pk}:{anew.generation}", number=number, **lost)
    record(issue, actor, "github_link_asked", {"repository": repository, "number": number})
    return anew


def _last_seq(issue: Issue) -> int:
    """The place of the last row in the issue's outbox; an issue may have had another twin before."""
    return Outbox.objects.filter(issue=issue).aggregate(last=Max("seq"))["last"] or 0


def _take_back(issue: Issue) -> None:
    """Drop a creation or linking that has not begun. Raises DomainError where it may have."""
    rows = list(Outbox.objects.filter(issue=issue).unsettled().select_for_update(no_key=True))
    if any(
        row.state in (OutboxState.IN_FLIGHT, OutboxState.UNKNOWN) or (row.state != OutboxState.DEAD and row.first_sent_at) for row in rows
    ):
        raise DomainError("github_under_way", "GitHub is being asked just now; try again in a moment.")
    drop(rows, "Another issue was linked instead.")


def _named(number: str, repository: str) -> tuple[str, int]:
    named = issue_in(number)
    if named is None:
        raise InvalidInput(
            "number_invalid",
            "Name an issue by its number, as OWNER/NAME#105, or by its address.",
            [Unmet("invalid", "No issue's number or address.", "number")],
        )
    given, found = named
    if given is not None and given.lower() != repository.lower():
        raise InvalidInput(
            "repository_other",
            f"The project's repository is {repository}, not {given}.",
            [Unmet("invalid", f"Of another repository: {given}.", "number")],
        )
    return repository, found


def wants_twins(project: Project) -> bool:
    """Whether every new issue of the project gets a twin unasked."""
    return bool(project.github_repository) and project.rules.github.mirror_new_issues


def touch(issues: Iterable[int], *, restore: bool = False) -> None:
    """Something that the twins of these issues (by id) tell may have changed: bring them up to date soon.

    `restore`: it was changed there, so that GitHub has to be asked even where all that we have to say was said.
    """
    ids = list(issues)
    if not ids:
        return
    for mirror in Mirror.objects.filter(issue__in=ids, standing=Standing.LINKED).order_by("issue").select_for_update(no_key=True):
        # Locked, it cannot be taken up before this transaction ends, and then reads what this one has changed.
        waiting = Outbox.objects.filter(issue=mirror.issue_id, kind=Kind.UPDATE, state=OutboxState.WAITING)
        row = waiting.select_for_update(no_key=True).first()
        if row is None:
            put(mirror, Kind.UPDATE, f"update:{mirror.issue_id}:{mirror.last_seq + 1}", restore=restore)
        elif restore and not row.payload.get("restore"):
            row.payload = {**row.payload, "restore": True}
            row.save(update_fields=["payload"])


def put(mirror: Mirror, kind: Outbox.Kind, key: str, **payload: Any) -> Outbox | None:
    """A row at the end of the issue's outbox; None where the key is there already. The caller holds the mirror's row.

    What was dropped under this key is taken up again.
    """
    known = Outbox.objects.filter(key=key).select_for_update(no_key=True).first()
    if known is not None and known.state != OutboxState.DROPPED:
        return None
    Mirror.objects.filter(pk=mirror.pk).update(last_seq=F("last_seq") + 1)
    mirror.refresh_from_db(fields=["last_seq"])
    row = known or Outbox(key=key, issue_id=mirror.issue_id, kind=kind)
    row.seq, row.payload, row.state, row.not_before, row.last_error = mirror.last_seq, payload, OutboxState.WAITING, timezone.now(), ""
    row.attempts, row.settled_at, row.request, row.answer = 0, None, None, None
    row.save()
    soon(PUSH, expires=EXPIRES_SECONDS)
    return row


def drop(rows: Sequence[Outbox], why: str) -> None:
    """These need not be written any more."""
    Outbox.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=OutboxState.DROPPED, in_flight_since=None, last_error=why, settled_at=timezone.now()
    )


def say_closed(issue: Issue, *, reason: str, text: str, at: datetime) -> None:
    """Close the twin because the issue was settled here, and say why. Nothing where it is closed. The caller holds the issue."""
    mirror = _mirror(issue)
    if mirror is None or not mirror.is_linked:
        return
    if mirror.state == Mirror.State.CLOSED and not _may_have_begun(issue, Kind.REOPEN):
        return
    stamp = f"{issue.pk}:{at.isoformat()}"
    put(mirror, Kind.COMMENT, f"settled:{stamp}", purpose="settled", text=text)
    put(mirror, Kind.CLOSE, f"close:{stamp}", state_reason=reason)


def say_reopened(issue: Issue, *, text: str) -> None:
    """Reopen the twin because the issue is open again here, and say why. The caller holds the issue."""
    mirror = _mirror(issue)
    if mirror is None or not mirror.is_linked:
        return
    doubt(mirror)
    drop(list(Outbox.objects.filter(issue=issue, kind=Kind.CLOSE, state=OutboxState.WAITING)), "The issue was reopened.")
    if mirror.state == Mirror.State.CLOSED or _may_have_begun(issue, Kind.CLOSE):
        stamp = f"{issue.pk}:{timezone.now().isoformat()}"
        put(mirror, Kind.REOPEN, f"reopen:{stamp}")
        put(mirror, Kind.COMMENT, f"reopened:{stamp}", purpose="reopened", text=text)


def _may_have_begun(issue: Issue, kind: Outbox.Kind) -> bool:
    """Whether such a write may have been done although its answer has not come yet."""
    return Outbox.objects.filter(issue=issue, kind=kind, state__in=[OutboxState.IN_FLIGHT, OutboxState.UNKNOWN]).exists()


def doubt(mirror: Mirror) -> None:
    """Somebody reopened what a proof had closed: only other evidence closes it again. The caller holds the mirror."""
    if mirror.proven_by_iteration is not None:
        mirror.doubted_digest = mirror.proof_digest
    mirror.proven_by_iteration = None
    mirror.save(update_fields=["proven_by_iteration", "doubted_digest"])


def rate_closing(issue: Issue) -> None:
    """Whether the twin is closed although the issue is open here and nothing proves a fix. The caller holds the issue."""
    unproven = Q(state=Mirror.State.CLOSED, proven_by_iteration=None, standing=Standing.LINKED)
    rated = Case(When(unproven, then=True), default=False) if issue.state == IssueState.OPEN else Value(False)
    Mirror.objects.filter(issue=issue).update(closed_unproven=rated)


@transaction.atomic
def show_report(issue: Issue, *, sections: Sequence[dict[str, str]], missing: str) -> None:
    """Keep what the audit tells of the issue, as finished Markdown, and tell the twin where that has changed."""
    issue = _locked(issue)
    report, _ = AuditReport.objects.get_or_create(issue=issue)
    if report.sections == list(sections) and report.missing == missing:
        return
    changed = report.sections != list(sections)
    report.sections, report.missing = list(sections), missing
    report.save()
    if changed:
        touch([issue.pk])


@transaction.atomic
def show_proof(issue: Issue, *, iteration: int, digest: str, evidence: str, verdict: str, verified: bool) -> None:
    """Bring evidence and verdict of an iteration to the twin, each once for what `digest` stands for; verified, close it."""
    issue = _locked(issue)
    mirror = _mirror(issue)
    if mirror is None or not mirror.is_linked:
        return
    mirror.proof_digest = digest
    mirror.proven_by_iteration = iteration if verified and digest != mirror.doubted_digest else None
    stamp = f"{issue.pk}.{mirror.generation}:{iteration}:{digest}"
    if put(mirror, Kind.COMMENT, f"evidence:{stamp}", purpose="evidence", text=evidence, iteration=iteration, digest=digest):
        # What arrived before was other evidence.
        mirror.evidence_of_iteration = None
    put(mirror, Kind.COMMENT, f"verdict:{stamp}", purpose="verdict", text=verdict)
    if mirror.proven_by_iteration is not None:
        put(mirror, Kind.CLOSE, f"close:{stamp}", state_reason=COMPLETED, iteration=iteration)
    mirror.save(update_fields=["proven_by_iteration", "proof_digest", "evidence_of_iteration"])
    rate_closing(issue)


@transaction.atomic
def withdraw_proof(issue: Issue) -> None:
    """No iteration proves the fix any more: what was closed by it stays, nothing is closed by it from now on."""
    proven = Mirror.objects.filter(issue=issue).exclude(proven_by_iteration=None)
    if proven.exists():
        issue = _locked(issue)
        proven.update(proven_by_iteration=None)
        rate_closing(issue)


def challenge(mirror: Mirror, *, closed_at: datetime, text: str) -> None:
    """Answer a closing without proof with what is missing: once for each closing. The caller holds issue and mirror."""
    put(mirror, Kind.COMMENT, f"challenge:{mirror.issue_id}.{mirror.generation}:{closed_at.isoformat()}", purpose="challenge", text=text)


@transaction.atomic
def replay(row: Outbox, *, actor: Actor) -> Outbox:
    """Let a dead letter be tried again, under the key that it had. Raises DomainError for any other row."""
    row = _held(row)
    if row.state != OutboxState.DEAD:
        raise DomainError("not_dead", f"Only a dead letter can be replayed; this one is {row.get_state_display()}.")
    row.state, row.attempts, row.not_before, row.settled_at = OutboxState.UNKNOWN, 0, timezone.now(), None
    row.save(update_fields=["state", "attempts", "not_before", "settled_at"])
    record(row.issue, actor, "github_replayed", {"what": row.get_kind_display()})
    soon(PUSH, expires=EXPIRES_SECONDS)
    return row


@transaction.atomic
def discard(row: Outbox, *, actor: Actor, reason: str) -> Outbox:
    """Give a dead letter up, so that what waits behind it goes on. Raises InvalidInput or DomainError."""
    if not reason.strip():
        raise InvalidInput("reason_empty", "Say why.")
    row = _held(row)
    if row.state != OutboxState.DEAD:
        raise DomainError("not_dead", f"Only a dead letter can be discarded; this one is {row.get_state_display()}.")
    drop([row], f"Discarded by {actor.name}: {reason.strip()}")
    if row.kind in (Kind.CREATE, Kind.LINK):
        forget_what_was_asked(row.issue, lost=row.payload.get("lost", ""))
    record(row.issue, actor, "github_discarded", {"what": row.get_kind_display(), "reason": reason.strip()})
    soon(PUSH, expires=EXPIRES_SECONDS)
    row.refresh_from_db()
    return row


def forget_what_was_asked(issue: Issue, *, lost: str = "") -> None:
    """A twin that was asked for will not come: as it was before, with the one that was `lost` (how), or without any.

    The caller holds both rows. Whoever asks again begins anew.
    """
    asked = Mirror.objects.filter(issue=issue, standing=Standing.ASKED)
    if lost:
        asked.update(standing=lost)
    else:
        asked.filter(generation=0).delete()


@transaction.atomic
def resync(issue: Issue, *, actor: Actor) -> Mirror:
    """Write again what GitHub did not keep, now that it may. Raises DomainError where the issue is not linked."""
    issue = _locked(issue)
    mirror = _mirror(issue)
    if mirror is None or not mirror.is_linked:
        raise DomainError("not_linked", "The issue has no twin on GitHub.")
    written = mirror.base.get("written", {})
    mirror.base = {**mirror.base, "written": {**written, "labels": [], "part": ""}}
    mirror.remark = ""
    mirror.save(update_fields=["base", "remark"])
    record(issue, actor, "github_written_again", {"number": mirror.number})
    touch([issue.pk])
    return mirror


def _held(row: Outbox) -> Outbox:
    """The row as it is now, locked after its issue and mirror."""
    _mirror(_locked(row.issue))
    return Outbox.objects.select_for_update(no_key=True).get(pk=row.pk)


def _mirror(issue: Issue) -> Mirror | None:
    return Mirror.objects.select_for_update(no_key=True).filter(issue=issue).first()


def _locked(issue: Issue) -> Issue:
    return Issue.objects.select_for_update(no_key=True, of=("self",)).select_related("project").get(pk=issue.pk)
