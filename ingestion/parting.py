"""Parting messages that the miner joined wrongly: some of a pattern's fingerprints become a pattern of their own."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import BigIntegerField, Case, Count, F, Max, Min, QuerySet, Value, When

from incidents.actions import regrouping, settling
from incidents.actions.issues import locked
from incidents.actors import Actor
from incidents.bulk import save_columns
from incidents.clock import HOUR_NS, to_datetime
from incidents.errors import DomainError, InvalidInput
from incidents.models import (
    Affected,
    Fingerprint,
    GroupingDecision,
    HourCount,
    Issue,
    IssuePattern,
    IssueState,
    Pattern,
    Sample,
    Sighting,
)
from incidents.windows import GAP_NS, Window, close_gaps
from ingestion import describing, sightings
from ingestion.formats.pieces import told
from ingestion.mining.masking import mask
from ingestion.models import Entry

CHUNK = 500

# Stream and release.
Place = tuple[str, int]


@transaction.atomic
def part(pattern: Pattern, *, actor: Actor, fingerprints: Collection[str], issue: Issue | None = None) -> GroupingDecision:
    """Let fingerprints (digests) leave their pattern for a new one, which has an issue of its own and is joined to nothing by the machine.

    What was counted goes with them as far as entries are kept: what retention has dropped stays with the old pattern, as do the users and
    instances that it touched. `issue` is one that the pattern is a part of, by default its own. Raises InvalidInput or DomainError.
    """
    held = settling.hold(pattern.project, pattern.pk)
    if pattern.pk not in held:
        raise DomainError("joined", "The pattern has joined another one; part that one.")
    old = held[pattern.pk]
    issue = locked(_named(issue, old) if issue else _own_issue(old))
    wanted = set(fingerprints)
    leaving = _leaving(old, wanted)
    new = _new(old)
    Fingerprint.objects.filter(pk__in=leaving).update(pattern=new)
    _count(old, new)
    _move_hours(old, new)
    _move_samples(old, new)
    _move_sightings(old, new)
    _note_traces(new)
    describing.describe({old.pk: old, new.pk: new})
    return regrouping.part(old, actor=actor, new=new, fingerprints=wanted, issue=issue, held={**held, new.pk: new})


def kept(fingerprints: Collection[int]) -> dict[int, int]:
    """How many entries are kept of each of these fingerprints (ids); those without any are left out."""
    entries = Entry.objects.filter(fingerprint_id__in=fingerprints).order_by()
    return dict(entries.values_list("fingerprint_id").annotate(total=Count("time_ns")))


def _named(issue: Issue, pattern: Pattern) -> Issue:
    if not IssuePattern.objects.filter(issue=issue, pattern=pattern).exists():
        raise InvalidInput("pattern_unknown", f"No pattern of this issue: {pattern.pk}.")
    if not pattern.reports_a_fault:
        raise _no_fault()
    return issue


def _own_issue(pattern: Pattern) -> Issue:
    """The pattern's own issue, or the one that it went into."""
    issue = pattern.issue
    if issue is None or not pattern.reports_a_fault:
        raise _no_fault()
    while issue.state == IssueState.MERGED and issue.merged_into is not None:
        issue = issue.merged_into
    return issue


def _no_fault() -> DomainError:
    return DomainError("no_fault", "The pattern reports no fault: there is no issue that its messages could leave.")


def _leaving(pattern: Pattern, wanted: set[str]) -> list[int]:
    """The ids of the fingerprints that are to leave."""
    known = dict(Fingerprint.objects.filter(pattern=pattern).values_list("digest", "pk"))
    if not wanted:
        raise InvalidInput("fingerprints_empty", "Name the messages that are to leave the pattern.")
    if unknown := sorted(wanted - known.keys()):
        raise InvalidInput("fingerprint_unknown", f"No fingerprints of this pattern: {', '.join(unknown[:10])}.")
    if wanted == known.keys():
        raise InvalidInput("part_leaves_nothing", "At least one message has to stay with the pattern.")
    return [known[digest] for digest in wanted]


def _new(old: Pattern) -> Pattern:
    return Pattern.objects.create(
        project_id=old.project_id,
        version=old.version,
        template=old.template,
        severity=old.severity,
        module=old.module,
        function=old.function,
        file=old.file,
        line=old.line,
        labels=old.labels,
        piece=old.piece,
        exception=old.exception,
        reports_a_fault=True,
        issue_id=old.issue_id,
    )


def _entries_of(pattern: Pattern) -> QuerySet[Entry]:
    return Entry.objects.filter(fingerprint_id__in=Fingerprint.objects.filter(pattern=pattern).values("pk"))


def _count(old: Pattern, new: Pattern) -> None:
    """Give both patterns their entries, the times of these, and the place of the newest."""
    was = old.entries
    new.entries, new.first_seen, new.last_seen = _totals(new)
    staying, first, last = _totals(old)
    old.entries = max(0, was - new.entries)
    if not old.entries:
        raise InvalidInput("part_leaves_nothing", "At least one message with entries has to stay with the pattern.")
    # What was dropped is older than what is kept: it was the first, and it is the last where nothing else stays.
    if was == staying + new.entries:
        old.first_seen = first
    moved_last = new.last_seen is not None and new.last_seen == old.last_seen and new.last_seen != last
    old.last_seen = last or new.first_seen or old.last_seen
    for pattern, is_moved in ((old, moved_last), (new, True)):
        newest = _entries_of(pattern).order_by("-time_ns").values_list("file", "line").first() if is_moved else None
        pattern.file, pattern.line = newest or (pattern.file, pattern.line)
    old.save(update_fields=["entries", "first_seen", "last_seen", "file", "line"])
    new.save()


def _totals(pattern: Pattern) -> tuple[int, datetime | None, datetime | None]:
    found = _entries_of(pattern).aggregate(total=Count("time_ns"), first=Min("time_ns"), last=Max("time_ns"))
    if not found["total"]:
        return 0, None, None
    return found["total"], to_datetime(found["first"]), to_datetime(found["last"])


def _move_hours(old: Pattern, new: Pattern) -> None:
    # Databases divide towards zero, hours before 1970 count downwards.
    lift = Case(When(time_ns__lt=0, then=Value(HOUR_NS - 1)), default=Value(0), output_field=BigIntegerField())
    rows = _entries_of(new).annotate(hour=(F("time_ns") - lift) / HOUR_NS).order_by().values_list("source_id", "release_id", "hour")
    leaving = {
        (source, release, to_datetime(hour * HOUR_NS)): total for source, release, hour, total in rows.annotate(total=Count("time_ns"))
    }
    mine = [row for row in HourCount.objects.filter(pattern=old) if (row.source_id, row.release_id, row.hour) in leaving]
    gone = []
    for row in mine:
        moved = min(row.entries, leaving[row.source_id, row.release_id, row.hour])
        gone.append(HourCount(pattern=new, source_id=row.source_id, release_id=row.release_id, hour=row.hour, entries=moved))
        row.entries -= moved
    HourCount.objects.filter(pk__in=[row.pk for row in mine if not row.entries]).delete()
    save_columns([row for row in mine if row.entries], "entries")
    HourCount.objects.bulk_create(gone, batch_size=CHUNK)


def _move_samples(old: Pattern, new: Pattern) -> None:
    """Let samples of what left go with it, each pattern's numbered anew from 0; a sample also tells which piece a pattern is."""
    masked = set(Fingerprint.objects.filter(pattern=new).values_list("masked", flat=True))
    samples = list(Sample.objects.filter(pattern=old).order_by("slot"))
    leaving = [sample for sample in samples if mask(sample.message) in masked]
    staying = [sample for sample in samples if sample not in leaving]
    # In this order, one by one: no slot is ever taken twice.
    for pattern, mine in ((new, leaving), (old, staying)):
        for slot, sample in enumerate(mine):
            Sample.objects.filter(pk=sample.pk).update(pattern=pattern, slot=slot)
    leaving += _fill_samples(new, leaving)
    # Its other free slots are left to entries to come, so that both patterns' samples find room where they are joined again.
    if not staying:
        _fill_samples(old, staying)
    if leaving:
        piece, exception = told(leaving[0].message)
        new.piece, new.exception = piece, exception[:200]
        new.save(update_fields=["piece", "exception"])


def _fill_samples(pattern: Pattern, taken: Sequence[Sample]) -> list[Sample]:
    known = {(sample.time_ns, sample.raw) for sample in taken}
    entries = _entries_of(pattern).order_by("time_ns", "source_id", "insert_id").values_list("time_ns", "message", "payload")
    more = [entry for entry in entries[: Sample.SLOTS] if (entry[0], entry[2]) not in known]
    return Sample.objects.bulk_create(
        Sample(pattern=pattern, slot=slot, time_ns=time_ns, message=message, raw=raw)
        for slot, (time_ns, message, raw) in zip(range(len(taken), Sample.SLOTS), more, strict=False)
    )


def _note_traces(new: Pattern) -> None:
    traces = _entries_of(new).exclude(trace="").order_by("trace").values_list("trace", flat=True).distinct()
    Affected.objects.bulk_create(Affected(pattern=new, kind=Affected.Kind.TRACE, value=value) for value in traces[: Affected.LIMIT])


def _move_sightings(old: Pattern, new: Pattern) -> None:
    """Let both patterns have the sightings that their entries are. Those of the old one in which nothing left stay as they are."""
    leaving = _windows(_entries_of(new))
    rows = [row for row in Sighting.objects.filter(pattern=old) if _inside(leaving, row)]
    arrived = {(new.pk, *place): windows for place, windows in leaving.items()}
    if rows:
        span = min(row.start_ns for row in rows), max(row.end_ns for row in rows)
        staying = _windows(_entries_of(old).filter(time_ns__range=span))
        left: dict[sightings.Key, list[Window]] = defaultdict(list)
        for row in rows:
            left[old.pk, row.stream, row.release_id] += _left(row, _inside(leaving, row), _inside(staying, row))
        arrived |= {key: close_gaps(windows) for key, windows in left.items() if windows}
        Sighting.objects.filter(pk__in=[row.pk for row in rows]).delete()
    if arrived:
        sightings.merge({old.pk: old, new.pk: new}, arrived)


def _left(row: Sighting, leaving: list[Window], staying: list[Window]) -> list[Window]:
    """What is left of a sighting: the windows that stay, and what it counted of entries that are no longer kept."""
    seen = sorted([*leaving, *staying])
    dropped = row.entries - sum(window.entries for window in seen)
    if dropped <= 0:
        return staying
    # They reached up to what is kept: else it would have been another sighting.
    end = max(row.start_ns, seen[0].start_ns - GAP_NS)
    return [Window(row.start_ns, row.lead_source_id, row.lead_insert_id, end, dropped), *staying]


def _windows(entries: QuerySet[Entry]) -> dict[Place, list[Window]]:
    """The windows of these entries at each place, ordered by time; entries themselves are not kept in memory."""
    windows: dict[Place, list[Window]] = defaultdict(list)
    columns = ("stream", "release_id", "time_ns", "source_id", "insert_id")
    for stream, release_id, *key in entries.order_by("time_ns").values_list(*columns).iterator():
        mine = windows[stream, release_id]
        mine[-1:] = close_gaps([*mine[-1:], Window.around(*key)])
    return windows


def _inside(windows: dict[Place, list[Window]], row: Sighting) -> list[Window]:
    mine = windows.get((row.stream, row.release_id), [])
    return mine[bisect_left(mine, row.start_ns, key=_start) : bisect_right(mine, row.end_ns, key=_start)]


def _start(window: Window) -> int:
    return window.start_ns
