"""Taking back what people decided about grouping: all that a decision moved returns, or it is said why it cannot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from incidents.actions import folding, mirrors, settling
from incidents.actions.history import record
from incidents.actions.issues import become, refuse_merged
from incidents.actions.regrouping import Row, both, own, refuse_audited, refuse_unheld, settle
from incidents.actors import Actor
from incidents.bulk import save_columns
from incidents.errors import DomainError
from incidents.github import texts
from incidents.models import Confirmation, Issue, IssueState, Pattern, PatternJoin
from incidents.models import GroupingDecision as Decision
from incidents.soon import soon

# By name: it reads entries, which are no business of this floor.
JOIN: Final = "ingestion.tasks.join_patterns"


@transaction.atomic
def undo(decision: Decision, *, actor: Actor) -> Decision:
    """Take a decision back: all that it moved returns, from wherever the machine has let it go since. Raises DomainError.

    What a later decision moved on stands in its way until that one is taken back. A parted pattern counts for the issue of the one
    that it came from at once; soon after, both are joined again.
    """
    held = settling.hold(decision.project, *_moved(decision), *_whole(decision))
    moved, whole = _moved(decision), _whole(decision)
    refuse_unheld([*moved, *whole], held)
    decision = Decision.objects.select_for_update(of=("self",)).select_related("project").get(pk=decision.pk)
    issue, target = both(decision.issue, decision.target)
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
    if not own(target):
        _tell_as_before(target, decision.before.get("into"))
    settle(decision, held, {*moved, *whole})
    if decision.kind != Decision.Kind.MERGE and not target.parts.exists():
        _fold(target, into=(folding.heir(target) if whole else None) or issue, actor=actor)
    return decision


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


def _fold(target: Issue, *, into: Issue, actor: Actor) -> None:
    """Let what was split off, and has nothing left, go where it came from, where the machine has not done so yet."""
    refuse_audited(target, "Abandon the iteration first.")
    target.refresh_from_db(fields=["state"])
    if target.state == IssueState.OPEN:
        folding.fold(target, into=into, actor=actor)


def _tell_as_before(issue: Issue, told: Row | None) -> None:
    """Let an issue that has no patterns left tell what it told before it had any."""
    if not told:
        return
    lead = told["lead_pattern_id"]
    Issue.objects.filter(pk=issue.pk).update(
        lead_pattern=Pattern.objects.as_they_are_now([lead])[lead] if lead else None,
        severity=told["severity"],
        first_seen=parse_datetime(told["first_seen"]),
        last_seen=parse_datetime(told["last_seen"]),
    )
    mirrors.touch([issue.pk])


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
    now = Pattern.objects.as_they_are_now(rows)
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
    return set(Pattern.objects.as_they_are_now(named).values())


def _whole(decision: Decision) -> list[int]:
    """The pattern that a parting took from, as it is now; none where the decision was another one."""
    return list(Pattern.objects.as_they_are_now([decision.before["pattern"]]).values()) if decision.kind == Decision.Kind.PART else []


def _join_again(pattern: Pattern, parted: Iterable[Pattern]) -> None:
    """Let parted patterns share the issue that the pattern has by now, and be joined with it by who reads entries."""
    for new in parted:
        new.issue_id = pattern.issue_id
        if new.version == pattern.version:
            PatternJoin.objects.create(project_id=pattern.project_id, one=pattern, other=new)
    # Where the broker is away, the next batch of the project joins them.
    soon(JOIN, pattern.project_id)


def _kept_by_who_had_none(target: Issue) -> int | None:
    """What was opened for patterns that had no issue stays theirs: for when they come alone, or are split off again.

    An issue that people have worked on would keep them there.
    """
    return None if Issue.objects.worked_on().filter(pk=target.pk).exists() else target.pk
