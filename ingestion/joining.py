"""Making one pattern of two that the miner found to be one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db import transaction
from django.db.models import Sum

from incidents.bulk import save_columns
from incidents.clock import to_ns
from incidents.models import (
    Affected,
    Fingerprint,
    GroupingDecision,
    HourCount,
    Issue,
    IssuePattern,
    Pattern,
    PatternJoin,
    Project,
    Sample,
    Sighting,
)
from ingestion import describing, oddities, sightings
from ingestion.sightings import Windows, window_of


@transaction.atomic
def join_patterns(project: Project) -> None:
    """Join the project's patterns that are noted as one. A pattern joins one of a smaller id, with all that was counted for it.

    What a person has set apart in the meantime stays apart, but for what was parted from it and is to come back. Patterns that people
    put in different issues stay two as well.
    """
    joins = list(PatternJoin.objects.filter(project=project).order_by("pk").select_for_update())
    if not joins:
        return
    patterns = _held({pk for join in joins for pk in (join.one_id, join.other_id)})
    _hold_issues(project, patterns)
    returning, placed = _returning(project), _placed(project)
    grown: dict[int, Pattern] = {}
    for join in joins:
        pair = {_standing(patterns, join.one_id).pk, _standing(patterns, join.other_id).pk}
        stays, goes = patterns[min(pair)], patterns[max(pair)]
        if stays is goes or goes.set_apart or (stays.set_apart and goes.pk not in returning):
            continue
        homes = {pattern.issue_id for pattern in (stays, goes) if pattern.issue_id in placed[pattern.pk]}
        if len(homes) < 2:
            _join(stays, goes, _home(stays, goes, homes))
            placed[stays.pk] |= placed.pop(goes.pk, set())
            grown.pop(goes.pk, None)
            grown[stays.pk] = stays
    describing.describe(grown)
    _judge(project, grown)
    PatternJoin.objects.filter(pk__in=[join.pk for join in joins]).delete()


def _returning(project: Project) -> set[int]:
    """The patterns whose parting from another one was taken back."""
    undone = GroupingDecision.objects.filter(project=project, kind=GroupingDecision.Kind.PART).exclude(undone_at=None)
    return {row["id"] for rows in undone.values_list("patterns", flat=True) for row in rows}


def _placed(project: Project) -> defaultdict[int, set[int]]:
    """For each pattern the issues that standing decisions of people put it in, or what it was made of."""
    placed: defaultdict[int, set[int]] = defaultdict(set)
    for target, rows in GroupingDecision.objects.filter(project=project, undone_at=None).values_list("target", "patterns"):
        for row in rows:
            placed[row["id"]].add(target)
    now: defaultdict[int, set[int]] = defaultdict(set)
    for pk, into in Pattern.objects.as_they_are_now(placed).items():
        now[into] |= placed[pk]
    return now


def _held(wanted: set[int]) -> dict[int, Pattern]:
    """These patterns, locked, and those that they have joined.

    What one has joined may be newer than others that are locked by then: they are let go and taken anew, so that everybody's order holds.
    """
    while True:
        before = transaction.savepoint()
        patterns = {pattern.pk: pattern for pattern in Pattern.objects.filter(pk__in=wanted).held()}
        missing = {pattern.merged_into_id for pattern in patterns.values() if pattern.merged_into_id is not None} - patterns.keys()
        if not missing:
            transaction.savepoint_commit(before)
            return patterns
        transaction.savepoint_rollback(before)
        wanted = wanted | missing


def _hold_issues(project: Project, patterns: Iterable[int]) -> None:
    """Lock the project, and then the issues that these patterns lead, in the order of their ids as who ranks them does.

    Who holds the project decides about new fingerprints, too: none comes to a pattern that is about to go.
    """
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    list(Issue.objects.filter(lead_pattern__in=patterns).order_by("pk").select_for_update(no_key=True).values_list("pk"))


def _standing(patterns: dict[int, Pattern], pk: int) -> Pattern:
    pattern = patterns[pk]
    while pattern.merged_into_id is not None:
        pattern = patterns[pattern.merged_into_id]
    return pattern


def _join(stays: Pattern, goes: Pattern, home: int | None) -> None:
    """Let all of a pattern belong to another one. The one that stays is counted as if it had been one from the beginning."""
    _join_sightings(stays, goes)
    _join_hours(stays, goes)
    _join_affected(stays, goes)
    _join_samples(stays, goes)
    _join_parts(stays, goes)
    Fingerprint.objects.filter(pattern=goes).update(pattern=stays)
    stays.entries += goes.entries
    if goes.last_seen and (stays.last_seen is None or goes.last_seen >= stays.last_seen):
        stays.file, stays.line, stays.last_seen = goes.file, goes.line, goes.last_seen
    if goes.first_seen:
        stays.first_seen = min(goes.first_seen, stays.first_seen or goes.first_seen)
    stays.reports_a_fault = stays.reports_a_fault or goes.reports_a_fault
    stays.issue_id = home
    stays.piece, stays.exception = stays.piece or goes.piece, stays.exception or goes.exception
    stays.save()
    goes.merged_into, goes.entries, goes.reports_a_fault = stays, 0, False
    goes.save()
    Issue.objects.filter(lead_pattern=goes).update(lead_pattern=stays)
    goes.companions.all().delete()
    goes.leads.all().delete()


def _home(stays: Pattern, goes: Pattern, decided: Collection[int | None]) -> int | None:
    """The issue of both: where a person put one of them, else the one that people have worked on, else the older one."""
    if decided:
        return next(iter(decided))
    issues = {pk for pk in (stays.issue_id, goes.issue_id) if pk is not None}
    if len(issues) < 2:
        return next(iter(issues), None)
    return min(Issue.objects.filter(pk__in=issues).worked_on().values_list("pk", flat=True), default=min(issues))


def _join_parts(stays: Pattern, goes: Pattern) -> None:
    """Issues that the pattern was a part of have to be counted anew."""
    mine = set(IssuePattern.objects.filter(pattern=stays).values_list("issue", flat=True))
    IssuePattern.objects.filter(pattern=goes).exclude(issue__in=mine).update(pattern=stays)
    IssuePattern.objects.filter(pattern=goes).delete()


def _join_hours(stays: Pattern, goes: Pattern) -> None:
    rows = HourCount.objects.filter(pattern__in=(stays, goes)).values_list("source", "release", "hour")
    totals = {tuple(key): total for *key, total in rows.annotate(total=Sum("entries"))}
    mine = {(row.source_id, row.release_id, row.hour): row for row in HourCount.objects.filter(pattern=stays)}
    for key, row in mine.items():
        row.entries = totals.pop(key)
    save_columns(mine.values(), "entries")
    HourCount.objects.filter(pattern=goes).delete()
    HourCount.objects.bulk_create(
        HourCount(pattern=stays, source_id=source, release_id=release, hour=hour, entries=total)
        for (source, release, hour), total in totals.items()
    )


def _join_affected(stays: Pattern, goes: Pattern) -> None:
    known: dict[str, set[str]] = defaultdict(set)
    for kind, value in Affected.objects.filter(pattern=stays).values_list("kind", "value"):
        known[kind].add(value)
    for row in Affected.objects.filter(pattern=goes).order_by("value"):
        if row.value not in known[row.kind] and len(known[row.kind]) < Affected.LIMIT:
            known[row.kind].add(row.value)
            Affected.objects.create(pattern=stays, kind=row.kind, value=row.value)
    Affected.objects.filter(pattern=goes).delete()


def _join_samples(stays: Pattern, goes: Pattern) -> None:
    taken = Sample.objects.filter(pattern=stays).count()
    for slot, sample in enumerate(Sample.objects.filter(pattern=goes).order_by("slot")[: Sample.SLOTS - taken], taken):
        Sample.objects.filter(pk=sample.pk).update(pattern=stays, slot=slot)
    Sample.objects.filter(pattern=goes).delete()


def _join_sightings(stays: Pattern, goes: Pattern) -> None:
    """Let what was seen of one have been seen of the other. Where only one was watched, all entries of the other one count from now on."""
    arrived: Windows = defaultdict(list)
    for row in Sighting.objects.filter(pattern=goes):
        arrived[stays.pk, row.stream, row.release_id].append(window_of(row))
    Sighting.objects.filter(pattern=goes).delete()
    unwatched = [pattern.pk for pattern in (stays, goes) if not sightings.is_watched(pattern)]
    if len(unwatched) == 1:
        for (_, stream, release_id), windows in sightings.windows_of_all_entries(unwatched).items():
            arrived[stays.pk, stream, release_id] += windows
    sightings.merge({stays.pk: stays}, arrived)
    # Its issue may have to be found anew even where nothing arrived: the patterns had issues of their own.
    Sighting.objects.filter(pattern=stays).update(fresh=True)


def _judge(project: Project, grown: Mapping[int, Pattern]) -> None:
    """Let those begin to report that repeat oddly now that they are one: each alone may have been too rare."""
    rules = project.rules
    odd = {}
    for pk, pattern in grown.items():
        times = [to_ns(moment) for moment in (pattern.first_seen, pattern.last_seen) if moment is not None]
        if times and not pattern.reports_a_fault and oddities.may_be_odd(pattern, rules) and oddities.is_odd(pattern, rules, times):
            odd[pk] = pattern
    unwatched = [pk for pk, pattern in odd.items() if not sightings.is_watched(pattern)]
    for pattern in odd.values():
        pattern.reports_a_fault = True
    save_columns(odd.values(), "reports_a_fault")
    sightings.merge(odd, sightings.windows_of_all_entries(unwatched))
    Sighting.objects.filter(pattern__in=odd).update(fresh=True)
