"""Walking an iteration: begin it, move it on or back, give it up, end it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from audits.actions import chain
from audits.actions.refresh import refresh
from audits.gates import split, unmet
from audits.gathering import gather
from audits.models import Iteration, IterationState, PhaseSpan
from audits.terms import Phase
from incidents.actions import audited, mirrors
from incidents.actions.choices import most_critical
from incidents.actors import Actor
from incidents.errors import DomainError, InvalidInput, Unmet
from incidents.models import ActorKind, BranchCommit, Issue, IssueState, Project, Resolution

PHASES = list(Phase)


@transaction.atomic
def begin(
    project: Project,
    *,
    actor: Actor,
    focus: str = "",
    issue: Issue | None = None,
    reasons: Sequence[str] = (),
    previous: Iteration | None = None,
) -> Iteration:
    """Begin an iteration over the issue, or over the one that ranks first among those that nobody walks yet.

    Where the first is taken, the ranking's reasons are its reasons. Raises InvalidInput or DomainError.
    """
    number = take_number(project)
    walked = Iteration.objects.running().filter(project=project).values("issue")
    free = Issue.objects.filter(project=project).exclude(pk__in=walked)
    first = most_critical(free, focus=focus, project=project)
    chosen = issue or first.issue
    if chosen is None:
        raise DomainError("nothing_to_audit", "No open issue of this project is without a running iteration.")
    _require_auditable(project, chosen)
    given = [reason.strip() for reason in reasons if reason.strip()]
    if not given and chosen == first.issue:
        given = [reason["text"] for reason in first.reasons]
    iteration = Iteration.objects.create(
        project=project, number=number, issue=chosen, focus=focus, reasons=given, previous=previous, **actor.signature()
    )
    chain.append(
        iteration, "begun", {"number": number, "issue": chosen.key, "focus": focus, "reasons": given, "at": iteration.at.isoformat()}
    )
    _enter(iteration, Phase.LOG_ANALYSIS, actor=actor)
    audited.tell(chosen, actor=actor, verb="iteration_begun", iteration=iteration.pk, number=number)
    refresh(iteration, judge=True)
    return iteration


def take_number(project: Project) -> int:
    """The next number. Holds the project's row until the transaction ends: two that begin together take turns."""
    row = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    row.last_iteration_number += 1
    row.save(update_fields=["last_iteration_number"])
    return row.last_iteration_number


def _require_auditable(project: Project, issue: Issue) -> None:
    if issue.project_id != project.pk:
        raise InvalidInput("issue_elsewhere", "The issue belongs to another project.", [Unmet("invalid", "Of another project.", "issue")])
    running = Iteration.objects.running().filter(issue=issue).first()
    if running is not None:
        raise DomainError("iteration_running", f"{issue.key} is walked by iteration {running.number} already.")
    if issue.state not in (IssueState.OPEN, IssueState.IGNORED):
        raise DomainError("issue_not_open", f"{issue.key} is {issue.state}; reopen it first.")


def held(iteration: Iteration) -> Iteration:
    """The iteration as it is now, locked, so that its records come one after the other. Raises DomainError where it has ended."""
    found = (
        Iteration.objects.select_for_update(no_key=True, of=("self",))
        .select_related("project", "issue__project", "issue__lead_pattern", "previous")
        .get(pk=iteration.pk)
    )
    if found.state != IterationState.RUNNING:
        raise DomainError("iteration_not_running", f"Iteration {found.number} is {found.state}; nothing can be added to it.")
    return found


@transaction.atomic
def advance(iteration: Iteration, *, actor: Actor) -> Iteration:
    """End the phase and enter the next, or end the iteration. Raises DomainError with everything that is unmet."""
    iteration = held(iteration)
    # What the last gates rest on is worked out now, and not taken from what was kept.
    if iteration.phase in (Phase.GREEN_RUN, Phase.COMMIT):
        refresh(iteration, judge=True)
    dossier = gather(iteration)
    shut, let_through = split(unmet(dossier), ((waiver.code, waiver.subject) for waiver in dossier.waivers))
    if shut:
        raise DomainError("gate_closed", f"Phase {iteration.get_phase_display()} cannot end yet: {len(shut)} unmet.", shut)
    passed = [{"code": one.code, "subject": one.subject} for one in let_through]
    if iteration.phase == PHASES[-1]:
        return _end(iteration, actor=actor, let_through=passed)
    _move(iteration, PHASES[PHASES.index(Phase(iteration.phase)) + 1], actor=actor, verb="iteration_moved", let_through=passed)
    return iteration


@transaction.atomic
def back(iteration: Iteration, *, actor: Actor, to: str, reason: str) -> Iteration:
    """Go back to an earlier phase, with a reason. What was recorded stays. Raises InvalidInput or DomainError."""
    iteration = held(iteration)
    _require_reason(reason)
    if to not in PHASES[: PHASES.index(Phase(iteration.phase))]:
        raise InvalidInput(
            "phase_not_earlier", f"“{to}” is no phase before {iteration.phase}.", [Unmet("invalid", "No earlier phase.", "to")]
        )
    _move(iteration, Phase(to), actor=actor, verb="iteration_back", reason=reason.strip())
    return iteration


@transaction.atomic
def abandon(iteration: Iteration, *, actor: Actor, reason: str) -> Iteration:
    """Give the iteration up, with a reason. The issue stays as it is. Raises InvalidInput or DomainError."""
    iteration = held(iteration)
    _require_reason(reason)
    _leave(iteration)
    chain.append(iteration, "end", {"state": IterationState.ABANDONED.value, "reason": reason.strip(), "by": actor.name})
    _close(iteration, IterationState.ABANDONED)
    audited.show_iteration(iteration.issue, iteration=None)
    mirrors.withdraw_proof(iteration.issue)
    audited.tell(
        iteration.issue, actor=actor, verb="iteration_abandoned", iteration=iteration.pk, number=iteration.number, reason=reason.strip()
    )
    return iteration


@transaction.atomic
def state_commit(iteration: Iteration, *, actor: Actor, commit: str, branch: str) -> BranchCommit:
    """A person states that a commit stands on the default branch. Raises InvalidInput or DomainError."""
    if actor.kind != ActorKind.PERSON:
        raise DomainError(
            "person_needed", "Only a person can state this; a token without a user cannot. A webhook from GitHub proves it, too."
        )
    iteration = held(iteration)
    said = audited.note_branch_commit(iteration.project, actor=actor, commit=commit, branch=branch)
    chain.append(iteration, "commit_stated", {"commit": said.commit, "branch": said.branch, "by": said.actor_name})
    refresh(iteration)
    return said


def _end(iteration: Iteration, *, actor: Actor, let_through: list[dict[str, str]]) -> Iteration:
    """Every gate is passed: the issue is resolved, as verified only where no waiver was needed anywhere."""
    resolution = Resolution.WAIVED if let_through else Resolution.VERIFIED
    _leave(iteration)
    chain.append(
        iteration, "end", {"state": IterationState.DONE.value, "resolution": resolution.value, "let_through": let_through, "by": actor.name}
    )
    _close(iteration, IterationState.DONE)
    iteration.issue = audited.prove(iteration.issue, actor=actor, resolution=resolution, iteration=iteration.pk, number=iteration.number)
    refresh(iteration)
    return iteration


def _move(
    iteration: Iteration, phase: Phase, *, actor: Actor, verb: str, reason: str = "", let_through: Sequence[dict[str, str]] = ()
) -> None:
    _leave(iteration)
    _enter(iteration, phase, actor=actor, reason=reason, let_through=let_through)
    said = {"phase": iteration.get_phase_display(), **({"reason": reason} if reason else {})}
    audited.tell(iteration.issue, actor=actor, verb=verb, iteration=iteration.pk, number=iteration.number, **said)
    refresh(iteration)


def _enter(iteration: Iteration, phase: Phase, *, actor: Actor, reason: str = "", let_through: Sequence[dict[str, str]] = ()) -> None:
    seq = iteration.spans.count() + 1
    span = PhaseSpan(iteration=iteration, seq=seq, phase=phase.value, reason=reason, let_through=list(let_through), **actor.signature())
    chain.add(iteration, span)
    iteration.phase = phase.value
    iteration.save(update_fields=["phase"])


def _leave(iteration: Iteration) -> None:
    iteration.spans.filter(left=None).update(left=timezone.now())


def _close(iteration: Iteration, state: IterationState) -> None:
    iteration.state = state
    iteration.ended_at = timezone.now()
    iteration.unmet = []
    iteration.save(update_fields=["state", "ended_at", "unmet"])


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput("reason_empty", "Say why.", [Unmet("blank", "Say why.", "reason")])
