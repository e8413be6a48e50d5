"""Keeping an issue's occurrences: the windows of its entries on each stream."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from incidents.models import Fingerprint, Occurrence
from ingestion.bursts import GAP_NS, Window, close_gaps
from ingestion.models import Entry

if TYPE_CHECKING:
    from ingestion.placed import Placed


def update(new: Mapping[int, Iterable[Placed]], *, source_id: int, rebuild: set[int]) -> None:
    """Let the new entries of each issue (by id) count as occurrences.

    The issues in `rebuild` have just been opened: all entries of their patterns count, those of earlier batches too.
    The caller holds the rows of the issues' patterns.
    """
    for issue_id in sorted(new):
        if issue_id in rebuild:
            _merge(issue_id, _windows_of_all_entries(issue_id))
        else:
            windows: dict[str, list[Window]] = defaultdict(list)
            for placed in new[issue_id]:
                windows[placed.record.stream].append(Window.around(placed.time_ns, source_id, placed.insert_id))
            _merge(issue_id, windows)


def _windows_of_all_entries(issue_id: int) -> dict[str, list[Window]]:
    fingerprints = list(Fingerprint.objects.filter(pattern__issue=issue_id).values_list("pk", flat=True))
    entries = Entry.objects.filter(fingerprint_id__in=fingerprints).values_list("stream", "time_ns", "source_id", "insert_id")
    windows: dict[str, list[Window]] = defaultdict(list)
    for stream, time_ns, source_id, insert_id in entries.iterator():
        windows[stream].append(Window.around(time_ns, source_id, insert_id))
    return windows


def _merge(issue_id: int, windows: Mapping[str, list[Window]]) -> None:
    """Let windows, by stream, join the issue's occurrences that are near them."""
    arrived = {stream: close_gaps(of_stream) for stream, of_stream in windows.items()}
    if not arrived:
        return
    first = min(closed[0].start_ns for closed in arrived.values())
    last = max(closed[-1].end_ns for closed in arrived.values())
    near = Occurrence.objects.filter(issue=issue_id, stream__in=arrived, end_ns__gte=first - GAP_NS, start_ns__lte=last + GAP_NS)
    stored: dict[str, dict[Window, int]] = defaultdict(dict)
    for row in near:
        stored[row.stream][_window(row)] = row.pk
    swallowed: list[int] = []
    grown: list[Occurrence] = []
    for stream, closed in sorted(arrived.items()):
        before = stored[stream]
        merged = set(close_gaps([*before, *closed]))
        # Windows only ever grow: what is no longer there as it was has been swallowed by a greater one.
        swallowed += [pk for window, pk in before.items() if window not in merged]
        grown += [_occurrence(issue_id, stream, window) for window in sorted(merged - before.keys())]
    Occurrence.objects.filter(pk__in=swallowed).delete()
    Occurrence.objects.bulk_create(grown, batch_size=500)


def _window(row: Occurrence) -> Window:
    return Window(row.start_ns, row.lead_source_id, row.lead_insert_id, row.end_ns, row.entries)


def _occurrence(issue_id: int, stream: str, window: Window) -> Occurrence:
    return Occurrence(
        issue_id=issue_id,
        stream=stream,
        start_ns=window.start_ns,
        end_ns=window.end_ns,
        entries=window.entries,
        lead_source_id=window.lead_source_id,
        lead_insert_id=window.lead_insert_id,
    )
