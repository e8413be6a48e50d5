"""What people decide about grouping: merge, split and part, and take any of them back. The machine does nothing against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from incidents import priorities
from incidents.actions import folding, intake, mirrors, settling
from incidents.actions.history import record
from incidents.actions.issues import become, locked, refuse_merged
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
    held = settling.hold(issue.project, *_own(issue, into))
    _refuse_unheld(_own(issue, into), held)
    issue, into = _both(issue, into)
    refuse_merged(issue)
    refuse_merged(into)
    _refuse_audited(issue, f"Merge {into.key} into it, or abandon the iteration first.")
    own = [pattern for pattern in held.values() if pattern.issue_id == issue.pk]
    decision = Decision.objects.create(
        project=issue.project,
        kind=Decision.Kind.MERGE,
        issue=issue,
        target=into,
        patterns=[_row(pattern) for pattern in own],
        before={**_state(issue), "into": _told_without_patterns(into)},
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
    _settle(decision, held, wanted)
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
    _settle(decision, held, {pattern.pk, new.pk})
    return decision


@transaction.atomic
def undo(decision: Decision, *, actor: Actor) -> Decision:
    """Take a decision back: all that it moved returns, from wherever the machine has let it go since. Raises DomainError.

    What a later decision moved on stands in its way until that one is taken back. A parted pattern counts for the issue of the one
    that it came from at once; soon after, both are joined again.
    """
    held = settling.hold(decision.project, *_moved(decision), *_whole(decision))
    moved, whole = _moved(decision), _whole(decision)
    _refuse_unheld([*moved, *whole], held)
    decision = Decision.objects.select_for_update(of=("self",)).select_related("project").get(pk=decision.pk)
    issue, target = _both(decision.issue, decision.target)
    if decision.undone_at is not None:
        raise DomainError("already_undone", f"{decision.undone_by} has taken this back already.")
    _refuse_overtaken(decision, moved)
    decision.undone_at, decision.undone_by = timezone.now(), actor.name
    decision.save(update_fields=["undone_at", "undone_by"])
    if decision.kind == Decision.Kind.MERGE:
        _come_apart(issue, target, decision)
    elif decision.kind == Decision.Kind.SPLIT:
        _refuse_merged_homes({issue.pk, *(row["issue"] for row in moved.values() if row["issue"])})
    opened = _kept_by_who_had_none(target)
    for pk, row in moved.items():
        held[pk].issue_id, held[pk].set_apart = row["issue"] or opened, row["set_apart"]
    for pk in whole:
        _join_again(held[pk], [held[gone] for gone in moved])
    save_columns([held[pk] for pk in moved], "issue", "set_apart")
    verb = "merge_undone" if decision.kind == Decision.Kind.MERGE else "split_undone"
    for one, other in ((issue, target), (target, issue)):
        record(one, actor, verb, {"key": other.key, "issue": other.pk, "decision": decision.pk})
    if not _own(target):
        _tell_as_before(target, decision.before.get("into"))
    _settle(decision, held, {*moved, *whole})
    if decision.kind != Decision.Kind.MERGE and not target.parts.exists():
        _fold(target, into=(folding.heir(target) if whole else None) or issue, actor=actor)
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


def _refuse_unheld(wanted: Iterable[int], held: settling.Held) -> None:
    """Between looking patterns up and locking them they may have been joined, or moved."""
    if not held.keys() >= set(wanted):
        raise DomainError("joining", "The patterns are being joined or moved at this moment; try again.")


def _refuse_overtaken(decision: Decision, moved: Mapping[int, Row]) -> None:
    """A later decision that stands has built on this one: it moved on what this one moved, or parted what would be joined again."""
    later = Decision.objects.filter(project=decision.project, undone_at=None, pk__gt=decision.pk)
    overtaken = not moved.keys().isdisjoint(_named(later))
    if decision.kind == Decision.Kind.PART:
        overtaken = overtaken or later.filter(kind=Decision.Kind.PART, before__pattern__in=list(moved)).exists()
    if overtaken:
        raise DomainError("overtaken", "What was decided then has been moved again since; undo the later decision first.")


def _refuse_merged_homes(issues: Collection[int]) -> None:
    """What returns cannot return to what people have merged away since. What the machine let go into another one comes back itself."""
    for home in Issue.objects.filter(pk__in=issues).exclude(pk__in=Issue.objects.folded()).select_related("project").order_by("pk"):
        refuse_merged(home)


def _refuse_audited(issue: Issue, instead: str) -> None:
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


def _fold(target: Issue, *, into: Issue, actor: Actor) -> None:
    """Let what was split off, and has nothing left, go where it came from, where the machine has not done so yet."""
    _refuse_audited(target, "Abandon the iteration first.")
    target.refresh_from_db(fields=["state"])
    if target.state == IssueState.OPEN:
        folding.fold(target, into=into, actor=actor)


def _tell_as_before(issue: Issue, told: Row | None) -> None:
    """Let an issue that has no patterns left tell what it told before it had any."""
    if not told:
        return
    lead = told["lead_pattern_id"]
    Issue.objects.filter(pk=issue.pk).update(
        lead_pattern=_standing([lead])[lead] if lead else None,
        severity=told["severity"],
        first_seen=parse_datetime(told["first_seen"]),
        last_seen=parse_datetime(told["last_seen"]),
    )
    mirrors.touch([issue.pk])


def _state(issue: Issue) -> Row:
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


def _moved(decision: Decision) -> dict[int, Row]:
    """What a decision moved, as it is now, and what goes on with it in later grouping versions; each with what it was before."""
    rows = {row["id"]: row for row in decision.patterns}
    moved = _as_they_are_now(rows)
    others = Decision.objects.filter(project=decision.project, undone_at=None)
    earlier, later = _named(others.filter(pk__lt=decision.pk)), _named(others.filter(pk__gt=decision.pk))
    going_on = {pk: row for pk, row in _as_they_are_now(_going_on({**rows, **moved})).items() if pk not in earlier}
    there = set(Pattern.objects.filter(pk__in=going_on, issue=decision.target_id).values_list("pk", flat=True))
    return {pk: row for pk, row in going_on.items() if pk in there | later} | moved


def _as_they_are_now(rows: Mapping[int, Row]) -> dict[int, Row]:
    """These rows by the patterns that theirs are now: of patterns that became one the oldest one's."""
    now = _standing(rows)
    return {now[pk]: rows[pk] for pk in sorted(rows, reverse=True)}


def _going_on(rows: Mapping[int, Row]) -> dict[int, Row]:
    """The patterns of later grouping versions that go on with these, each with the row of what it goes on with."""
    found: dict[int, Row] = {}
    while rows:
        following = Pattern.objects.filter(continues__in=rows).exclude(pk__in=found)
        rows = {pattern.pk: rows[pattern.continues_id] for pattern in following if pattern.continues_id is not None}
        found |= rows
    return found


def _named(decisions: QuerySet[Decision]) -> set[int]:
    """The patterns that these decisions moved, as they are now."""
    named = {row["id"] for rows in decisions.values_list("patterns", flat=True) for row in rows}
    return set(_standing(named).values())


def _whole(decision: Decision) -> list[int]:
    """The pattern that a parting took from, as it is now; none where the decision was another one."""
    return list(_standing([decision.before["pattern"]]).values()) if decision.kind == Decision.Kind.PART else []


def _join_again(pattern: Pattern, parted: Iterable[Pattern]) -> None:
    """Let parted patterns share the issue that the pattern has by now, and be joined with it by who reads entries."""
    for new in parted:
        new.issue_id = pattern.issue_id
        if new.version == pattern.version:
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


def _kept_by_who_had_none(target: Issue) -> int | None:
    """What was opened for patterns that had no issue stays theirs: for when they come alone, or are split off again.

    An issue that people have worked on would keep them there.
    """
    return None if Issue.objects.worked_on().filter(pk=target.pk).exists() else target.pk


def _move(patterns: Sequence[Pattern], target: Issue, *, set_apart: bool = False) -> None:
    for pattern in patterns:
        pattern.issue = target
        pattern.set_apart = pattern.set_apart or set_apart
    save_columns(patterns, "issue", "set_apart")


def _settle(decision: Decision, held: settling.Held, moved: set[int]) -> None:
    beside = set(IssuePattern.objects.filter(issue__in=(decision.issue_id, decision.target_id)).values_list("pattern", flat=True))
    settled = settling.settle_held(decision.project, held, actor=Actor.machine("grouping"), moved=moved | beside)
    priorities.rank_issues(decision.project, settled.touched | {decision.issue_id, decision.target_id})
