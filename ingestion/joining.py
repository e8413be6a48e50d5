"""Making one pattern of two that the miner found to be one."""

from __future__ import annotations

from collections import defaultdict

from django.db import transaction
from django.db.models import Sum

from incidents.bulk import save_columns
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
from ingestion import describing, sightings
from ingestion.sightings import Windows, window_of


@transaction.atomic
def join_patterns(project: Project) -> None:
    """Join the project's patterns that are noted as one. A pattern joins one of a smaller id, with all that was counted for it.

    What a person has set apart in the meantime stays apart, but for what was parted from it and is to come back.
    """
    joins = list(PatternJoin.objects.filter(project=project).order_by("pk").select_for_update())
    if not joins:
        return
    patterns = _held({pk for join in joins for pk in (join.one_id, join.other_id)})
    returning = _returning(project)
    grown: dict[int, Pattern] = {}
    for join in joins:
        pair = {_standing(patterns, join.one_id).pk, _standing(patterns, join.other_id).pk}
        stays, goes = patterns[min(pair)], patterns[max(pair)]
        if stays is not goes and not goes.set_apart and (not stays.set_apart or goes.pk in returning):
            _join(stays, goes)
            grown.pop(goes.pk, None)
            grown[stays.pk] = stays
    describing.describe(grown)
    PatternJoin.objects.filter(pk__in=[join.pk for join in joins]).delete()


def _returning(project: Project) -> set[int]:
    """The patterns whose parting from another one was taken back."""
    undone = GroupingDecision.objects.filter(project=project, kind=GroupingDecision.Kind.PART).exclude(undone_at=None)
    return {row["id"] for rows in undone.values_list("patterns", flat=True) for row in rows}


def _held(wanted: set[int]) -> dict[int, Pattern]:
    """These patterns, locked, and those that they have joined: always ones of smaller ids, so that the order holds."""
    patterns: dict[int, Pattern] = {}
    while missing := wanted - patterns.keys():
        patterns |= {pattern.pk: pattern for pattern in Pattern.objects.filter(pk__in=missing).held()}
        wanted = {pattern.merged_into_id for pattern in patterns.values() if pattern.merged_into_id is not None}
    return patterns


def _standing(patterns: dict[int, Pattern], pk: int) -> Pattern:
    pattern = patterns[pk]
    while pattern.merged_into_id is not None:
        pattern = patterns[pattern.merged_into_id]
    return pattern


def _join(stays: Pattern, goes: Pattern) -> None:
    """Let all of a pattern belong to another one. The one that stays is counted as if it had been one from the beginning."""
    _join_hours(stays, goes)
    _join_affected(stays, goes)
    _join_samples(stays, goes)
    _join_parts(stays, goes)
    Fingerprint.objects.filter(pattern=goes).update(pattern=stays)
    _join_sightings(stays, goes)
    stays.entries += goes.entries
    if goes.last_seen and (stays.last_seen is None or goes.last_seen >= stays.last_seen):
        stays.file, stays.line, stays.last_seen = goes.file, goes.line, goes.last_seen
    if goes.first_seen:
        stays.first_seen = min(goes.first_seen, stays.first_seen or goes.first_seen)
    stays.reports_a_fault = stays.reports_a_fault or goes.reports_a_fault
    stays.issue_id = _home(stays, goes)
    stays.piece, stays.exception = stays.piece or goes.piece, stays.exception or goes.exception
    stays.save()
    goes.merged_into, goes.entries, goes.reports_a_fault = stays, 0, False
    goes.save()
    Issue.objects.filter(lead_pattern=goes).update(lead_pattern=stays)
    goes.companions.all().delete()
    goes.leads.all().delete()


def _home(stays: Pattern, goes: Pattern) -> int | None:
    """The issue of both: the one that people have worked on, else the older one."""
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
    arrived: Windows = defaultdict(list)
    for row in Sighting.objects.filter(pattern=goes).order_by("start_ns"):
        arrived[stays.pk, row.stream, row.release_id].append(window_of(row))
    Sighting.objects.filter(pattern=goes).delete()
    if arrived:
        sightings.merge({stays.pk: stays}, arrived)
    # Its issue may have to be found anew even where nothing arrived: the patterns had issues of their own.
    Sighting.objects.filter(pattern=stays).update(fresh=True)
