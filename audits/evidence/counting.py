"""Counts the cases of a report as they pass. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from audits.evidence.remarks import Remarks
from audits.evidence.shapes import Case, Totals, Unreadable
from audits.terms import Outcome

MOST_CASES: Final = 1_000_000

_COLUMNS: Final = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.ERROR: "errors",
    Outcome.SKIPPED: "skipped",
    Outcome.XFAILED: "xfailed",
    Outcome.XPASSED: "xpassed",
}


class Counter:
    """Fills the totals of a report with what passes through it."""

    def __init__(self, totals: Totals) -> None:
        self.remarks = Remarks()
        self._totals = totals
        self._counts = dict.fromkeys(Outcome, 0)
        self._seconds = 0.0
        self._timed = False

    def counted(self, cases: Iterable[Case]) -> Iterator[Case]:
        """The cases themselves. Raises Unreadable (`too_many_cases`)."""
        for case in cases:
            self._totals.cases += 1
            if self._totals.cases > MOST_CASES:
                raise Unreadable("too_many_cases", f"The report holds more than {MOST_CASES:,} results.")
            self._counts[case.outcome] += 1
            if case.seconds is not None:
                self._seconds += case.seconds
                self._timed = True
            yield case

    def finish(self) -> None:
        """Write the counts and remarks into the totals, once all cases have passed."""
        for outcome, column in _COLUMNS.items():
            setattr(self._totals, column, self._counts[outcome])
        if self._totals.seconds is None and self._timed:
            self._totals.seconds = self._seconds
        if not self._totals.cases:
            self.remarks.note("no_tests", "The report holds no test.")
        self._totals.remarks = list(self.remarks.gathered())
