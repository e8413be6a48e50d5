"""Occurrences as windows of time: entries on one stream that are no further apart than a gap are one. Pure.

Windows are the connected components of entries under "closer than the gap", and merging components is
associative and commutative. So the windows are the same whatever the order in which batches arrive.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from incidents.clock import NANOSECONDS

# Two entries of one fault on one stream that are further apart than this are two occurrences.
GAP_NS: Final = 30 * NANOSECONDS


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A stretch of time [start_ns, end_ns] with how many entries it holds and the key of its first one."""

    start_ns: int
    lead_source_id: int
    lead_insert_id: str
    end_ns: int
    entries: int

    @classmethod
    def around(cls, time_ns: int, source_id: int, insert_id: str) -> "Window":
        """The window of a single entry."""
        return cls(time_ns, source_id, insert_id, time_ns, 1)

    def joined(self, later: "Window") -> "Window":
        """Both windows as one; `later` must not sort before this one."""
        return Window(self.start_ns, self.lead_source_id, self.lead_insert_id, max(self.end_ns, later.end_ns), self.entries + later.entries)


def close_gaps(windows: Iterable[Window], gap_ns: int = GAP_NS) -> list[Window]:
    """The windows with those joined that are no further apart than the gap, ordered by time."""
    closed: list[Window] = []
    for window in sorted(windows):
        if closed and window.start_ns - closed[-1].end_ns <= gap_ns:
            closed[-1] = closed[-1].joined(window)
        else:
            closed.append(window)
    return closed
