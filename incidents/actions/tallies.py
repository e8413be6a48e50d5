"""What an issue's sightings add up to: its parts and its occurrences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Max, Min, Sum

from incidents.clock import to_datetime
from incidents.models import Issue, IssuePattern, Occurrence, Sighting
from incidents.windows import GAP_NS

# An issue on one stream.
Key = tuple[int, str]
Span = tuple[int, int]

CHUNK = 500


def recount(issue_ids: Collection[int], changed: Sequence[Sighting]) -> None:
    """Bring parts and occurrences of these issues up to date, where these sightings came to them or left them."""
    _count_parts(issue_ids)
    _gather(issue_ids, changed)


def of_patterns(pattern_ids: Collection[int]) -> set[int]:
    """The issues that these patterns are or were a part of when that was last counted."""
    return set(IssuePattern.objects.filter(pattern__in=pattern_ids).values_list("issue", flat=True))


def _count_parts(issue_ids: Collection[int]) -> None:
    rows = Sighting.objects.filter(issue__in=issue_ids).values("issue", "pattern").order_by()
    counted = {
        (row["issue"], row["pattern"]): IssuePattern(
            issue_id=row["issue"],
            pattern_id=row["pattern"],
            entries=row["total"],
            first_seen=to_datetime(row["first"]),
            last_seen=to_datetime(row["last"]),
        )
        for row in rows.annotate(total=Sum("entries"), first=Min("start_ns"), last=Max("end_ns"))
    }
    stored = IssuePattern.objects.filter(issue__in=issue_ids)
    gone = [row.pk for row in stored if (row.issue_id, row.pattern_id) not in counted]
    IssuePattern.objects.filter(pk__in=gone).delete()
    IssuePattern.objects.bulk_create(
        counted.values(),
        update_conflicts=True,
        unique_fields=["issue", "pattern"],
        update_fields=["entries", "first_seen", "last_seen"],
        batch_size=CHUNK,
    )


def _gather(issue_ids: Collection[int], changed: Sequence[Sighting]) -> None:
    """Close the gaps anew around what changed: what is further away than a gap stays as it is."""
    spans = _spans_of(changed)
    if not spans:
        return
    stored: dict[Key, dict[int, Occurrence]] = defaultdict(dict)
    # Only the issues that are or were seen on a stream there: one crash may bring a hundred issues and a thousand streams.
    reach: dict[Key, Span] = {(row.issue_id, row.stream): spans[row.stream] for row in changed if row.issue_id is not None}
    for row in _overlapping(Occurrence, issue_ids, spans, by=GAP_NS):
        key = row.issue_id, row.stream
        stored[key][row.start_ns] = row
        reach[key] = _union([reach.get(key, spans[row.stream]), (row.start_ns, row.end_ns)])
    widest = dict(spans)
    for (_, stream), span in reach.items():
        widest[stream] = _union([widest[stream], span])
    seen: dict[Key, list[Sighting]] = defaultdict(list)
    for sighting in _overlapping(Sighting, issue_ids, widest, by=0):
        key = sighting.issue_id, sighting.stream
        if key in reach and sighting.end_ns >= reach[key][0] and sighting.start_ns <= reach[key][1]:
            seen[key].append(sighting)
    leads = dict(Issue.objects.filter(pk__in=issue_ids).values_list("pk", "lead_pattern"))
    _store(stored, {key: _occurrences(key, rows, leads[key[0]]) for key, rows in seen.items()})


def _spans_of(changed: Iterable[Sighting]) -> dict[str, Span]:
    """From the first to the last change on each stream."""
    spans: dict[str, Span] = {}
    for row in changed:
        span = row.start_ns, row.end_ns
        spans[row.stream] = _union([spans.get(row.stream, span), span])
    return spans


def _union(spans: Iterable[Span]) -> Span:
    starts, ends = zip(*spans, strict=True)
    return min(starts), max(ends)


def _overlapping(model: Any, issue_ids: Collection[int], spans: dict[str, Span], *, by: int) -> list[Any]:
    first, last = _union(spans.values())
    rows = model.objects.filter(issue__in=issue_ids, stream__in=spans, end_ns__gte=first - by, start_ns__lte=last + by)
    return [row for row in rows if row.end_ns >= spans[row.stream][0] - by and row.start_ns <= spans[row.stream][1] + by]


def _occurrences(key: Key, rows: list[Sighting], lead: int | None) -> dict[int, Occurrence]:
    """The occurrences of these sightings of an issue on one stream, by their start."""
    gathered: list[list[Sighting]] = []
    end = 0
    for row in sorted(rows, key=lambda row: (row.start_ns, row.lead_source_id, row.lead_insert_id, row.pattern_id)):
        if gathered and row.start_ns - end <= GAP_NS:
            gathered[-1].append(row)
        else:
            gathered.append([row])
        end = max(end, row.end_ns) if len(gathered[-1]) > 1 else row.end_ns
    return {group[0].start_ns: _occurrence(key, group, lead) for group in gathered}


def _occurrence(key: Key, group: list[Sighting], lead: int | None) -> Occurrence:
    first = next((row for row in group if row.pattern_id == lead), group[0])
    companions: dict[int, dict[str, int]] = {}
    for row in group:
        told = companions.setdefault(row.pattern_id, {"pattern": row.pattern_id, "entries": 0, "start_ns": row.start_ns})
        told["entries"] += row.entries
    return Occurrence(
        issue_id=key[0],
        stream=key[1],
        start_ns=group[0].start_ns,
        end_ns=max(row.end_ns for row in group),
        entries=sum(row.entries for row in group),
        lead_source_id=first.lead_source_id,
        lead_insert_id=first.lead_insert_id,
        companions=list(companions.values()),
    )


def _store(stored: dict[Key, dict[int, Occurrence]], wanted: dict[Key, dict[int, Occurrence]]) -> None:
    gone = [row.pk for key, rows in stored.items() for start, row in rows.items() if start not in wanted.get(key, {})]
    Occurrence.objects.filter(pk__in=gone).delete()
    Occurrence.objects.bulk_create(
        [row for rows in wanted.values() for row in rows.values()],
        update_conflicts=True,
        unique_fields=["issue", "stream", "start_ns"],
        update_fields=["end_ns", "entries", "lead_source_id", "lead_insert_id", "companions"],
        batch_size=CHUNK,
    )
