"""What people decide about grouping: merge, split and part, and take any of them back. The machine does nothing against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from incidents import priorities
from incidents.actions import folding, intake, mirrors, settling
from incidents.actions.history import record
from incidents.actions.issues import become, locked
from incidents.actors import Actor
from incidents.bulk import save_columns
from incidents.clock import iso
from incidents.errors import DomainError, InvalidInput
from incidents.github import texts
from incidents.models import Confirmation, Issue, IssuePattern, IssueState, Pattern, PatternJoin
from incidents.models import GroupingDecision as Decision
from incidents.soon import soon

# By name: it reads entries, which are no business of this floor.
JOIN: Final = "ingestion.tasks.join_patterns"
_ITERATION_MOVES: Final = ("iteration_begun", "proven", "iteration_abandoned")


@transaction.atomic
def merge(issue: Issue, *, actor: Actor, into: Issue) -> Decision:
    """Let all that the issue is told by belong to another issue of its project. Raises InvalidInput or DomainError."""
    if issue.pk == into.pk:
        raise InvalidInput("merge_into_itself", "An issue cannot be merged into itself.")
    if issue.project_id != into.project_id:
        raise InvalidInput("merge_elsewhere", "Only issues of one project can be merged.")
    held = settling.hold(issue.project, *_own(issue, into))
    issue, into = _both(issue, into)
    _refuse_merged(issue)
    _refuse_merged(into)
    _refuse_audited(issue, into)
    own = [pattern for pattern in held.values() if pattern.issue_id == issue.pk]
    decision = Decision.objects.create(
        project=issue.project,
        kind=Decision.Kind.MERGE,
        issue=issue,
        target=into,
        patterns=[_row(pattern) for pattern in own],
        before=_state(issue),
        **actor.signature(),
    )
    _move(own, into)
    become(issue, IssueState.MERGED, merged_into=into)
    record(issue, actor, "merged", {"into": into.key, "issue": into.pk, "decision": decision.pk})
    record(into, actor, "merge_received", {"key": issue.key, "issue": issue.pk, "decision": decision.pk})
    mirrors.say_closed(issue, reason=mirrors.NOT_PLANNED, text=texts.merged(into=into, actor=actor.name), at=timezone.now())
    _settle(decision, held, {pattern.pk for pattern in own})
    return decision


@transaction.atomic
def split(issue: Issue, *, actor: Actor, patterns: Collection[int]) -> Decision:
    """Let patterns (ids) leave the issue for one of their own, and never be joined to anything again by the machine.

    What came into the issue only in bursts goes to the issue that it has of its own, where it has one. Raises InvalidInput or DomainError.
    """
    wanted = set(patterns)
    held = settling.hold(issue.project, *wanted)
    issue = locked(issue)
    _refuse_merged(issue)
    parts = set(IssuePattern.objects.filter(issue=issue).values_list("pattern", flat=True))
    if not wanted:
        raise InvalidInput("patterns_empty", "Name the patterns that are to leave the issue.")
    if unknown := sorted(wanted - parts):
        raise InvalidInput("pattern_unknown", f"No patterns of this issue: {', '.join(map(str, unknown))}.")
    if wanted == parts:
        raise InvalidInput("split_leaves_nothing", "At least one pattern has to stay with the issue.")
    leaving = [held[pk] for pk in sorted(wanted)]
    target = _home_of(leaving, issue) or intake.open_by_split(issue.project, leaving, actor=actor)
    decision = Decision.objects.create(
        project=issue.project,
        kind=Decision.Kind.SPLIT,
        issue=issue,
        target=target,
        patterns=[_row(pattern) for pattern in leaving],
        **actor.signature(),
    )
    _move(leaving, target, set_apart=True)
    record(issue, actor, "split", {"key": target.key, "issue": target.pk, "patterns": sorted(wanted), "decision": decision.pk})
    record(target, actor, "split_from", {"key": issue.key, "issue": issue.pk, "patterns": sorted(wanted), "decision": decision.pk})
    _settle(decision, held, wanted)
    return decision


def part(pattern: Pattern, *, actor: Actor, new: Pattern, fingerprints: Collection[str], issue: Issue, held: settling.Held) -> Decision:
    """Let a new pattern, of fingerprints (digests) that left another one, have an issue of its own, away from that pattern's issue.

    The caller holds the patterns and the issue, and has counted anew for both patterns.
    """
    target = intake.open_by_split(issue.project, [new], actor=actor)
    decision = Decision.objects.create(
        project=issue.project,
        kind=Decision.Kind.PART,
        issue=issue,
        target=target,
        patterns=[_row(new)],
        before={"pattern": pattern.pk, "fingerprints": sorted(fingerprints)},
        **actor.signature(),
    )
    _move([new], target, set_apart=True)
    record(issue, actor, "split", {"key": target.key, "issue": target.pk, "patterns": [new.pk], "decision": decision.pk})
    record(target, actor, "split_from", {"key": issue.key, "issue": issue.pk, "patterns": [new.pk], "decision": decision.pk})
    _settle(decision, held, {pattern.pk, new.pk})
    return decision


@transaction.atomic
def undo(decision: Decision, *, actor: Actor) -> Decision:
    """Take a decision back: what it moved, and nobody has moved again since, returns. Raises DomainError.

    A parted pattern counts for the issue of the one that it came from at once; soon after, both are joined again.
    """
    went = {row["id"]: row for row in decision.patterns}
    now = _standing(went)
    whole = _whole(decision)
    held = settling.hold(decision.project, *now.values(), *whole)
    decision = Decision.objects.select_for_update(of=("self",)).select_related("project").get(pk=decision.pk)
    issue, target = _both(decision.issue, decision.target)
    if decision.undone_at is not None:
        raise DomainError("already_undone", f"{decision.undone_by} has taken this back already.")
    still = {pk: went[first] for first, pk in now.items() if held[pk].issue_id == target.pk}
    if decision.patterns and not still:
        raise DomainError("overtaken", "What was decided then has been moved again since; undo the later decision first.")
    decision.undone_at, decision.undone_by = timezone.now(), actor.name
    decision.save(update_fields=["undone_at", "undone_by"])
    if decision.kind == Decision.Kind.MERGE:
        _come_apart(issue, target, decision)
    elif decision.kind == Decision.Kind.SPLIT:
        _refuse_merged(issue)
    else:
        _refuse_parted_again(decision)
    for pk, row in still.items():
        held[pk].issue_id, held[pk].set_apart = row["issue"], row["set_apart"]
    for pk in whole:
        _join_again(held[pk], [held[gone] for gone in still])
    save_columns([held[pk] for pk in still], "issue", "set_apart")
    verb = "merge_undone" if decision.kind == Decision.Kind.MERGE else "split_undone"
    for one, other in ((issue, target), (target, issue)):
        record(one, actor, verb, {"key": other.key, "issue": other.pk, "decision": decision.pk})
    _settle(decision, held, {*still, *whole})
    if decision.kind != Decision.Kind.MERGE and target.state == IssueState.OPEN and not target.parts.exists():
        folding.fold(target, into=(folding.heir(target) if whole else None) or issue, actor=actor)
    return decision


def standing(issue: Issue) -> Sequence[Decision]:
    """The decisions that concern the issue and were not taken back, the newest first."""
    return list(
        Decision.objects.filter(Q(issue=issue) | Q(target=issue), undone_at=None).select_related("issue__project", "target__project")
    )


def _own(*issues: Issue) -> list[int]:
    return list(Pattern.objects.filter(issue__in=issues, merged_into=None).values_list("pk", flat=True))


def _both(one: Issue, other: Issue) -> tuple[Issue, Issue]:
    """Both issues as they are now, locked in the order of their ids."""
    rows = {issue.pk: locked(issue) for issue in sorted((one, other), key=lambda issue: issue.pk)}
    return rows[one.pk], rows[other.pk]


def _refuse_merged(issue: Issue) -> None:
    if issue.state == IssueState.MERGED:
        raise DomainError("merged", f"{issue.key} was merged into {issue.merged_into.key if issue.merged_into else '?'}; act on that one.")


def _refuse_parted_again(decision: Decision) -> None:
    new = [row["id"] for row in decision.patterns]
    if Decision.objects.filter(project=decision.project, kind=Decision.Kind.PART, undone_at=None, before__pattern__in=new).exists():
        raise DomainError("overtaken", "What left the pattern then has been parted again since; undo the later decision first.")


def _refuse_audited(issue: Issue, into: Issue) -> None:
    last = issue.events.filter(verb__in=_ITERATION_MOVES).first()
    if last is not None and last.verb == "iteration_begun":
        raise DomainError(
            "being_audited",
            f"Iteration {issue.iteration_number} walks {issue.key}. Merge {into.key} into it, or abandon the iteration first.",
        )


def _row(pattern: Pattern) -> dict[str, Any]:
    return {"id": pattern.pk, "issue": pattern.issue_id, "set_apart": pattern.set_apart}


def _state(issue: Issue) -> dict[str, Any]:
    return {
        "state": issue.state,
        "resolution": issue.resolution,
        "resolved_at": iso(issue.resolved_at) if issue.resolved_at else None,
        "ignored_until": iso(issue.ignored_until) if issue.ignored_until else None,
        "ignored_until_entries": issue.ignored_until_entries,
        "confirmation": issue.confirmation,
    }


def _come_apart(issue: Issue, target: Issue, decision: Decision) -> None:
    """Let a merged issue be what it was before."""
    if issue.state != IssueState.MERGED or issue.merged_into_id != target.pk:
        raise DomainError("overtaken", f"{issue.key} is no longer merged into {target.key}.")
    before = decision.before
    become(
        issue,
        IssueState(before["state"]),
        resolution=before["resolution"],
        resolved_at=parse_datetime(before["resolved_at"]) if before["resolved_at"] else None,
        ignored_until=parse_datetime(before["ignored_until"]) if before["ignored_until"] else None,
        ignored_until_entries=before["ignored_until_entries"],
        confirmation=Confirmation(before["confirmation"]),
    )
    if issue.state != IssueState.RESOLVED:
        mirrors.say_reopened(issue, text=texts.reopened(was="", actor=decision.undone_by, reason=f"it is not the same as {target.key}"))


def _whole(decision: Decision) -> list[int]:
    """The pattern that a parting took from, as it is now; none where the decision was another one."""
    return list(_standing([decision.before["pattern"]]).values()) if decision.kind == Decision.Kind.PART else []


def _join_again(pattern: Pattern, parted: Iterable[Pattern]) -> None:
    """Let parted patterns share the issue that the pattern has by now, and be joined with it by who reads entries."""
    for new in parted:
        new.issue_id = pattern.issue_id
        PatternJoin.objects.create(project_id=pattern.project_id, one=pattern, other=new)
    # Where the broker is away, the next batch of the project joins them.
    soon(JOIN, pattern.project_id)


def _standing(wanted: Iterable[int]) -> dict[int, int]:
    """The patterns that these (ids) are now: each, or what it has joined since."""
    now = {pk: pk for pk in wanted}
    while joined := Pattern.objects.filter(pk__in=now.values()).exclude(merged_into=None):
        into = {pattern.pk: pattern.merged_into_id or pattern.pk for pattern in joined}
        now = {first: into.get(pk, pk) for first, pk in now.items()}
    return now


def _home_of(leaving: Sequence[Pattern], issue: Issue) -> Issue | None:
    """The one other issue that these patterns have of their own, where it stands for itself."""
    homes = {pattern.issue_id for pattern in leaving}
    home = homes.pop()
    if homes or home is None or home == issue.pk:
        return None
    return Issue.objects.exclude(state=IssueState.MERGED).select_related("project").filter(pk=home).first()


def _move(patterns: Sequence[Pattern], target: Issue, *, set_apart: bool = False) -> None:
    for pattern in patterns:
        pattern.issue = target
        pattern.set_apart = pattern.set_apart or set_apart
    save_columns(patterns, "issue", "set_apart")


def _settle(decision: Decision, held: settling.Held, moved: set[int]) -> None:
    beside = set(IssuePattern.objects.filter(issue__in=(decision.issue_id, decision.target_id)).values_list("pattern", flat=True))
    settled = settling.settle_held(decision.project, held, actor=Actor.machine("grouping"), moved=moved | beside)
    priorities.rank_issues(decision.project, settled.touched | {decision.issue_id, decision.target_id})
