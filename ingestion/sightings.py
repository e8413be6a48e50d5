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


Key = tuple[int, str]
Windows = dict[Key, list[Window]]


def update(new: Mapping[int, Iterable[Placed]], *, source_id: int, rebuild: set[int]) -> None:
    """Let the new entries of each issue (by id) count as occurrences.

    The issues in `rebuild` have just been opened: all entries of their patterns count, those of earlier batches too.
    The caller holds the rows of the issues' patterns. Takes a few queries, however many issues there are.
    """
    windows = _windows_of_all_entries(rebuild)
    for issue_id in new.keys() - rebuild:
        for placed in new[issue_id]:
            windows[issue_id, placed.record.stream].append(Window.around(placed.time_ns, source_id, placed.insert_id))
    if windows:
        _merge({key: close_gaps(arrived) for key, arrived in windows.items()})


def _windows_of_all_entries(issue_ids: set[int]) -> Windows:
    windows: Windows = defaultdict(list)
    issue_of = dict(Fingerprint.objects.filter(pattern__issue__in=issue_ids).values_list("pk", "pattern__issue"))
    entries = Entry.objects.filter(fingerprint_id__in=issue_of)
    for fingerprint_id, stream, time_ns, source_id, insert_id in entries.values_list(
        "fingerprint_id", "stream", "time_ns", "source_id", "insert_id"
    ).iterator():
        windows[issue_of[fingerprint_id], stream].append(Window.around(time_ns, source_id, insert_id))
    return windows


def _merge(arrived: Windows) -> None:
    """Let windows join the occurrences that are near them."""
    first = min(closed[0].start_ns for closed in arrived.values())
    last = max(closed[-1].end_ns for closed in arrived.values())
    near = Occurrence.objects.filter(
        issue__in={issue_id for issue_id, _ in arrived}, end_ns__gte=first - GAP_NS, start_ns__lte=last + GAP_NS
    )
    stored: dict[Key, dict[Window, int]] = defaultdict(dict)
    for row in near:
        stored[row.issue_id, row.stream][_window(row)] = row.pk
    swallowed: list[int] = []
    grown: list[Occurrence] = []
    for key, closed in sorted(arrived.items()):
        before = stored[key]
        merged = set(close_gaps([*before, *closed]))
        # Windows only ever grow: what is no longer there as it was has been swallowed by a greater one.
        swallowed += [pk for window, pk in before.items() if window not in merged]
        grown += [_occurrence(*key, window) for window in sorted(merged - before.keys())]
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
