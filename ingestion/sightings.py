"""Keeping a pattern's sightings: the windows of its entries on each stream and release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from incidents.models import Fingerprint, Pattern, Sighting
from incidents.pieces import PARTS_OF_TRACEBACKS
from incidents.windows import GAP_NS, Window, close_gaps
from ingestion.models import Entry

if TYPE_CHECKING:
    from ingestion.placed import Placed

# Pattern, stream, release.
Key = tuple[int, str, int]
Windows = dict[Key, list[Window]]


def update(patterns: Mapping[int, Pattern], new: Mapping[int, Iterable[Placed]], *, source_id: int, rebuild: Collection[int]) -> None:
    """Let the new entries of each pattern (by id) count as sightings.

    The patterns in `rebuild` begin to be watched: all their entries count, those of earlier batches too.
    The caller holds the patterns' rows. Takes a few queries, however many patterns there are.
    """
    windows = windows_of_all_entries(rebuild)
    for pattern_id in new.keys() - set(rebuild):
        for placed in new[pattern_id]:
            around = Window.around(placed.time_ns, source_id, placed.insert_id)
            windows[pattern_id, placed.record.stream, placed.release.pk].append(around)
    merge(patterns, windows)


def is_watched(pattern: Pattern) -> bool:
    """Whether the pattern's sightings are kept: it reports a fault, or may be a piece of what does."""
    return pattern.reports_a_fault or pattern.piece in PARTS_OF_TRACEBACKS


def windows_of_all_entries(pattern_ids: Collection[int]) -> Windows:
    """The windows of every entry that is kept of these patterns."""
    windows: Windows = defaultdict(list)
    if not pattern_ids:
        return windows
    pattern_of = dict(Fingerprint.objects.filter(pattern__in=pattern_ids).values_list("pk", "pattern"))
    entries = Entry.objects.filter(fingerprint_id__in=pattern_of)
    for fingerprint_id, stream, release_id, time_ns, source_id, insert_id in entries.values_list(
        "fingerprint_id", "stream", "release_id", "time_ns", "source_id", "insert_id"
    ).iterator():
        windows[pattern_of[fingerprint_id], stream, release_id].append(Window.around(time_ns, source_id, insert_id))
    return windows


def merge(patterns: Mapping[int, Pattern], arrived: Windows) -> None:
    """Let windows join the sightings that are near them. What changed is fresh: its issue has to be found anew."""
    if not arrived:
        return
    arrived = {key: close_gaps(windows) for key, windows in arrived.items()}
    first = min(closed[0].start_ns for closed in arrived.values())
    last = max(closed[-1].end_ns for closed in arrived.values())
    near = Sighting.objects.filter(
        pattern__in={pattern_id for pattern_id, _, _ in arrived}, end_ns__gte=first - GAP_NS, start_ns__lte=last + GAP_NS
    )
    stored: dict[Key, dict[Window, Sighting]] = defaultdict(dict)
    for row in near:
        stored[row.pattern_id, row.stream, row.release_id][window_of(row)] = row
    swallowed: list[int] = []
    grown: list[Sighting] = []
    for key, closed in sorted(arrived.items()):
        before = stored[key]
        merged = set(close_gaps([*before, *closed]))
        # Windows only ever grow: what is no longer there as it was has been swallowed by a greater one.
        swallowed += [row.pk for window, row in before.items() if window not in merged]
        grown += [_sighting(patterns[key[0]], key, window) for window in sorted(merged - before.keys())]
    Sighting.objects.filter(pk__in=swallowed).delete()
    Sighting.objects.bulk_create(grown, batch_size=500)


def window_of(row: Sighting) -> Window:
    return Window(row.start_ns, row.lead_source_id, row.lead_insert_id, row.end_ns, row.entries)


def _sighting(pattern: Pattern, key: Key, window: Window) -> Sighting:
    return Sighting(
        project_id=pattern.project_id,
        pattern_id=key[0],
        stream=key[1],
        release_id=key[2],
        start_ns=window.start_ns,
        end_ns=window.end_ns,
        entries=window.entries,
        lead_source_id=window.lead_source_id,
        lead_insert_id=window.lead_insert_id,
    )
