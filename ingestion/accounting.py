"""What new entries add up to: patterns, hours, streams, samples, sightings and the project's own counters.

Which issues that makes is settled afterwards (`incidents.actions.settling`): it needs more than one batch to tell.

Rows are always taken in one order, releases and streams before patterns before the project before issues, patterns from the
newest to the oldest and others by name: two workers may wait for each other, but never both at once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Case, Count, F, Value, When
from django.utils import timezone

from incidents.bulk import save_columns
from incidents.clock import DAY_NS, to_datetime, to_ns
from incidents.models import Affected, Fingerprint, HourCount, Pattern, Project, Release, Sample, Source, Stream
from incidents.project_settings import ProjectSettings
from ingestion import describing, oddities, sightings
from ingestion.placed import Placed

# PostgreSQL plans a statement over thousands of rows for longer than it runs.
CHUNK: Final = 500

ByPattern = Mapping[int, Sequence[Placed]]


def account(source: Source, new: Sequence[Placed]) -> None:
    """Let new entries of a source count. Must run in the transaction that inserts the entries."""
    project, rules = source.project, source.project.rules
    _date_releases(new)
    # An instance that proves older than it was thought makes entries count that seemed to belong to its start.
    older = _date_streams(project, new)
    touched = oddities.touched_by(project, {instance for instance, _ in older})
    patterns, by_pattern = _held(touched, new)
    _update_patterns(patterns, by_pattern)
    _count_hours(source, by_pattern)
    sampled = _keep_samples(patterns, by_pattern)
    _describe(patterns, sampled)
    interesting = [pattern for pattern in patterns.values() if _is_interesting(pattern, rules)]
    _note_affected({pattern.pk: by_pattern.get(pattern.pk, []) for pattern in interesting})
    _move_project(project, new)
    times = [placed.time_ns for placed in new] + oddities.judged_anew([born for _, born in older], rules)
    begin = _begin_to_report([pattern for pattern in interesting if not pattern.reports_a_fault], rules, times)
    watched = {pk: group for pk, group in by_pattern.items() if sightings.is_watched(patterns[pk])}
    sightings.update(patterns, watched, source_id=source.pk, rebuild=begin)


def _held(touched: set[int], new: Sequence[Placed]) -> tuple[dict[int, Pattern], dict[int, list[Placed]]]:
    """The patterns of the new entries and the touched ones, locked, and the entries of each.

    Since its fingerprint was looked up a pattern may have joined another one, or a person may have parted it. A parted pattern
    is newer than those that are locked by then: they are let go and taken anew, so that everybody's order holds.
    """
    home = {placed.fingerprint.pk: placed.fingerprint.pattern_id for placed in new}
    into: dict[int, int] = {}
    while True:
        before = transaction.savepoint()
        found = {pattern.pk: pattern for pattern in Pattern.objects.filter(pk__in={*home.values(), *touched}).held()}
        into |= {pk: pattern.merged_into_id for pk, pattern in found.items() if pattern.merged_into_id is not None}
        now = Fingerprint.objects.filter(pk__in=home).values_list("pk", "pattern")
        home = {pk: _end(pattern_id, into) for pk, pattern_id in now}
        touched = {_end(pk, into) for pk in touched}
        patterns = {pk: pattern for pk, pattern in found.items() if pk not in into}
        if patterns.keys() >= {*home.values(), *touched}:
            transaction.savepoint_commit(before)
            break
        transaction.savepoint_rollback(before)
    groups: dict[int, list[Placed]] = defaultdict(list)
    for placed in new:
        groups[home[placed.fingerprint.pk]].append(placed)
    return patterns, groups


def _end(pattern_id: int, into: Mapping[int, int]) -> int:
    while pattern_id in into:
        pattern_id = into[pattern_id]
    return pattern_id


def _update_patterns(patterns: Mapping[int, Pattern], by_pattern: ByPattern) -> None:
    for pk, group in by_pattern.items():
        pattern = patterns[pk]
        newest = max(group, key=lambda placed: placed.time_ns)
        first, last = to_datetime(min(placed.time_ns for placed in group)), to_datetime(newest.time_ns)
        if pattern.last_seen is None or last >= pattern.last_seen:
            pattern.file, pattern.line = newest.record.location.file, newest.record.location.line
        pattern.entries += len(group)
        pattern.first_seen = min(first, pattern.first_seen or first)
        pattern.last_seen = max(last, pattern.last_seen or last)
    save_columns([patterns[pk] for pk in by_pattern], "entries", "first_seen", "last_seen", "file", "line")


def _date_releases(new: Sequence[Placed]) -> None:
    first: dict[int, int] = {}
    for placed in new:
        first[placed.release.pk] = min(placed.time_ns, first.get(placed.release.pk, placed.time_ns))
    for pk in sorted(first):
        moment = to_datetime(first[pk])
        Release.objects.filter(pk=pk, first_seen__gt=moment).update(first_seen=moment)


def _date_streams(project: Project, new: Sequence[Placed]) -> list[tuple[str, int]]:
    """Remember when each instance was first heard. Streams without an instance have no birth to speak of.

    Gives the instances that prove older than they were known to be, each with the birth that it was thought to have. The
    streams' rows stay held: whoever judges entries by a birth and whoever moves it must not pass each other unseen.
    """
    first: dict[str, int] = {}
    instances: dict[str, str] = {}
    for placed in new:
        if placed.record.instance:
            name = placed.record.stream
            first[name] = min(placed.time_ns, first.get(name, placed.time_ns))
            instances[name] = placed.record.instance
    Stream.objects.bulk_create(
        [Stream(project=project, name=name, first_ns=first[name]) for name in sorted(first)], ignore_conflicts=True, batch_size=CHUNK
    )
    rows = Stream.objects.filter(project=project, name__in=first).order_by("name").select_for_update(no_key=True)
    moved = [(row, row.first_ns) for row in rows if first[row.name] < row.first_ns]
    for row, _ in moved:
        row.first_ns = first[row.name]
    save_columns([row for row, _ in moved], "first_ns")
    return [(instances[row.name], thought) for row, thought in moved]


def _count_hours(source: Source, by_pattern: ByPattern) -> None:
    counts: Counter[tuple[int, int, datetime]] = Counter()
    for pattern_id, group in by_pattern.items():
        for placed in group:
            hour = to_datetime(placed.time_ns).replace(minute=0, second=0, microsecond=0)
            counts[pattern_id, placed.release.pk, hour] += 1
    keys = sorted(counts)
    HourCount.objects.bulk_create(
        [HourCount(pattern_id=pattern, source_id=source.pk, release_id=release, hour=hour, entries=0) for pattern, release, hour in keys],
        ignore_conflicts=True,
    )
    # The patterns' rows are held, so nobody else counts for them meanwhile.
    rows = HourCount.objects.filter(
        source_id=source.pk, pattern__in=by_pattern, release__in={key[1] for key in keys}, hour__in={key[2] for key in keys}
    )
    changed = [row for row in rows if (row.pattern_id, row.release_id, row.hour) in counts]
    for row in changed:
        row.entries += counts[row.pattern_id, row.release_id, row.hour]
    save_columns(changed, "entries")


def _keep_samples(patterns: Mapping[int, Pattern], by_pattern: ByPattern) -> set[int]:
    """Fill the patterns' free sample slots, and say whose. Whoever counts up to a pattern's 20th entry holds its row."""
    samples = []
    taken = dict(Sample.objects.filter(pattern__in=by_pattern).values_list("pattern").annotate(Count("pk")))
    for pk, group in by_pattern.items():
        for slot, placed in zip(range(taken.get(pk, 0), Sample.SLOTS), group, strict=False):
            samples.append(Sample(pattern_id=pk, slot=slot, time_ns=placed.time_ns, message=placed.record.message, raw=placed.record.raw))
    Sample.objects.bulk_create(samples)
    return {sample.pattern_id for sample in samples}


def _describe(patterns: Mapping[int, Pattern], sampled: set[int]) -> None:
    """Tell the templates anew of patterns that have new samples, or masked messages that they did not tell of yet."""
    untold = Fingerprint.objects.filter(pattern__in=patterns, told=False).values_list("pattern", flat=True)
    describing.describe({pk: patterns[pk] for pk in {*untold, *sampled}})


def _is_interesting(pattern: Pattern, rules: ProjectSettings) -> bool:
    return pattern.reports_a_fault or _is_grave(pattern, rules) or oddities.may_be_odd(pattern, rules)


def _is_grave(pattern: Pattern, rules: ProjectSettings) -> bool:
    return pattern.severity >= rules.opens_issues_from


def _note_affected(by_pattern: ByPattern) -> None:
    """Remember whom and what the patterns touched, up to a limit for each kind."""
    wanted: dict[tuple[int, str], set[str]] = defaultdict(set)
    kind: str
    for pattern_id, group in by_pattern.items():
        for placed in group:
            record = placed.record
            for kind, value in (
                (Affected.Kind.TRACE, record.trace),
                (Affected.Kind.USER, record.user),
                (Affected.Kind.INSTANCE, record.instance),
            ):
                if value:
                    wanted[pattern_id, kind].add(value)
    known: dict[tuple[int, str], set[str]] = defaultdict(set)
    for pattern_id, kind, value in Affected.objects.filter(pattern__in=by_pattern).values_list("pattern", "kind", "value"):
        known[pattern_id, kind].add(value)
    Affected.objects.bulk_create(
        Affected(pattern_id=pattern_id, kind=kind, value=value)
        for (pattern_id, kind), values in sorted(wanted.items())
        for value in sorted(values - known[pattern_id, kind])[: Affected.LIMIT - len(known[pattern_id, kind])]
    )


def _begin_to_report(candidates: Sequence[Pattern], rules: ProjectSettings, times_ns: Sequence[int]) -> set[int]:
    """Mark the patterns that deserve an issue from now on; gives their ids."""
    deserving = [pattern for pattern in candidates if _is_grave(pattern, rules) or oddities.is_odd(pattern, rules, times_ns)]
    for pattern in deserving:
        pattern.reports_a_fault = True
    save_columns(deserving, "reports_a_fault")
    return {pattern.pk for pattern in deserving}


def _move_project(project: Project, new: Sequence[Placed]) -> None:
    """Count the entries, and let those that state a believable time move the project's own.

    An entry without one carries the time of receipt, one from the future somebody's broken clock: neither may turn
    last year's log into one of today.
    """
    latest = to_ns(timezone.now()) + DAY_NS
    times = [placed.time_ns for placed in new if placed.record.time_ns is not None and placed.time_ns <= latest]
    Project.objects.filter(pk=project.pk).update(entries=F("entries") + len(new))
    if times:
        oldest, newest = to_datetime(min(times)), to_datetime(max(times))
        Project.objects.filter(pk=project.pk).update(
            since=Case(When(since__lt=oldest, then=F("since")), default=Value(oldest)),
            as_of=Case(When(as_of__gt=newest, then=F("as_of")), default=Value(newest)),
        )
