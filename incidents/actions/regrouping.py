"""What people decide about grouping: merge, split and part. The machine does nothing against it; `taking_back` undoes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from incidents import priorities
from incidents.actions import intake, mirrors, settling
from incidents.actions.history import record
from incidents.actions.issues import become, locked, refuse_merged
from incidents.actors import Actor
from incidents.bulk import save_columns
from incidents.clock import iso
from incidents.errors import DomainError, InvalidInput
from incidents.github import texts
from incidents.models import GroupingDecision as Decision
from incidents.models import Issue, IssuePattern, IssueState, Pattern

# What an issue that no entry reports has of its own, and what its patterns say of any other one.
_TOLD: Final = ("lead_pattern_id", "severity", "first_seen", "last_seen")

Row = dict[str, Any]


@transaction.atomic
def merge(issue: Issue, *, actor: Actor, into: Issue) -> Decision:
    """Let all that the issue is told by belong to another issue of its project. Raises InvalidInput or DomainError."""
    if issue.pk == into.pk:
        raise InvalidInput("merge_into_itself", "An issue cannot be merged into itself.")
    if issue.project_id != into.project_id:
        raise InvalidInput("merge_elsewhere", "Only issues of one project can be merged.")
    held = settling.hold(issue.project, *own(issue, into))
    refuse_unheld(own(issue, into), held)
    issue, into = both(issue, into)
    refuse_merged(issue)
    refuse_merged(into)
    refuse_audited(issue, f"Merge {into.key} into it, or abandon the iteration first.")
    going = [pattern for pattern in held.values() if pattern.issue_id == issue.pk]
    decision = Decision.objects.create(
        project=issue.project,
        kind=Decision.Kind.MERGE,
        issue=issue,
        target=into,
        patterns=[_row(pattern) for pattern in going],
        before={**_state(issue), "into": _told_without_patterns(into)},
        **actor.signature(),
    )
    _move(going, into)
    become(issue, IssueState.MERGED, merged_into=into)
    record(issue, actor, "merged", {"into": into.key, "issue": into.pk, "decision": decision.pk})
    record(into, actor, "merge_received", {"key": issue.key, "issue": issue.pk, "decision": decision.pk})
    mirrors.say_closed(issue, reason=mirrors.NOT_PLANNED, text=texts.merged(into=into, actor=actor.name), at=timezone.now())
    settle(decision, held, {pattern.pk for pattern in going})
    return decision


@transaction.atomic
def split(issue: Issue, *, actor: Actor, patterns: Collection[int]) -> Decision:
    """Let patterns (ids) leave the issue for one of their own, and never be joined to anything again by the machine.

    What came into the issue only in bursts goes to the issue that it has of its own, where it has one, be it that the machine let that
    one go into another. What comes with the rest alone cannot stay without it. Raises InvalidInput or DomainError.
    """
    wanted = set(patterns)
    held = settling.hold(issue.project, *wanted)
    issue = locked(issue)
    refuse_merged(issue)
    parts = set(IssuePattern.objects.filter(issue=issue).values_list("pattern", flat=True))
    if not wanted:
        raise InvalidInput("patterns_empty", "Name the patterns that are to leave the issue.")
    if unknown := sorted(wanted - parts):
        raise InvalidInput("pattern_unknown", f"No patterns of this issue: {', '.join(map(str, unknown))}.")
    if wanted == parts:
        raise InvalidInput("split_leaves_nothing", "At least one pattern has to stay with the issue.")
    leaving = [held[pk] for pk in sorted(wanted)]
    target = _home_of(leaving, issue, actor=actor) or intake.open_by_split(issue.project, leaving, actor=actor)
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
    settle(decision, held, wanted)
    if not issue.parts.exists():
        raise InvalidInput(
            "split_leaves_nothing", "What would stay only comes with what leaves; something that comes by itself has to stay."
        )
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
    settle(decision, held, {pattern.pk, new.pk})
    return decision


def standing(issue: Issue) -> Sequence[Decision]:
    """The decisions that concern the issue and were not taken back, the newest first."""
    return list(
        Decision.objects.filter(Q(issue=issue) | Q(target=issue), undone_at=None).select_related("issue__project", "target__project")
    )


def own(*issues: Issue) -> list[int]:
    return list(Pattern.objects.filter(issue__in=issues, merged_into=None).values_list("pk", flat=True))


def both(one: Issue, other: Issue) -> tuple[Issue, Issue]:
    """Both issues as they are now, locked in the order of their ids."""
    rows = {issue.pk: locked(issue) for issue in sorted((one, other), key=lambda issue: issue.pk)}
    return rows[one.pk], rows[other.pk]


def refuse_unheld(wanted: Iterable[int], held: settling.Held) -> None:
    """Between looking patterns up and locking them they may have been joined, or moved."""
    if not held.keys() >= set(wanted):
        raise DomainError("joining", "The patterns are being joined or moved at this moment; try again.")


def refuse_audited(issue: Issue, instead: str) -> None:
    if issue.is_walked():
        raise DomainError("being_audited", f"Iteration {issue.iteration_number} walks {issue.key}. {instead}")


def _row(pattern: Pattern) -> Row:
    return {"id": pattern.pk, "issue": pattern.issue_id, "set_apart": pattern.set_apart}


def _told_without_patterns(issue: Issue) -> Row | None:
    """What an issue tells by itself while it has no patterns; None where it has some of its own."""
    if not issue.parts.exists():
        return {name: iso(value) if isinstance(value := getattr(issue, name), datetime) else value for name in _TOLD}
    # Those that it has came to it, it may be: the first that came found it without any.
    merges = Decision.objects.filter(target=issue, kind=Decision.Kind.MERGE, undone_at=None)
    return next((before["into"] for before in merges.values_list("before", flat=True) if before.get("into")), None)


def _state(issue: Issue) -> Row:
    return {
        "state": issue.state,
        "resolution": issue.resolution,
        "resolved_at": iso(issue.resolved_at) if issue.resolved_at else None,
        "ignored_until": iso(issue.ignored_until) if issue.ignored_until else None,
        "ignored_until_entries": issue.ignored_until_entries,
        "confirmation": issue.confirmation,
    }


def _home_of(leaving: Sequence[Pattern], issue: Issue, *, actor: Actor) -> Issue | None:
    """The one other issue that these patterns have of their own, open again where the machine let it go into another one."""
    homes = {pattern.issue_id for pattern in leaving}
    home_id = homes.pop()
    if homes or home_id is None or home_id == issue.pk:
        return None
    home = locked(Issue.objects.get(pk=home_id))
    if home.state != IssueState.MERGED:
        return home
    if not Issue.objects.folded().filter(pk=home_id).exists():
        return None
    become(home, IssueState.OPEN)
    mirrors.say_reopened(home, text=texts.reopened(was="", actor=actor.name, reason=f"it is not the same as {issue.key}"))
    return home


def _move(patterns: Sequence[Pattern], target: Issue, *, set_apart: bool = False) -> None:
    for pattern in patterns:
        pattern.issue = target
        pattern.set_apart = pattern.set_apart or set_apart
    save_columns(patterns, "issue", "set_apart")


def settle(decision: Decision, held: settling.Held, moved: set[int]) -> None:
    beside = set(IssuePattern.objects.filter(issue__in=(decision.issue_id, decision.target_id)).values_list("pattern", flat=True))
    settled = settling.settle_held(decision.project, held, actor=Actor.machine("grouping"), moved=moved | beside)
    priorities.rank_issues(decision.project, settled.touched | {decision.issue_id, decision.target_id})
