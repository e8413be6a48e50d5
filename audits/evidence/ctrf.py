"""Reads CTRF JSON (https://ctrf.io, schema at github.com/ctrf-io/ctrf), test by test. Pure.

Each test states a status; `rawStatus` is the runner's own word for it, which tells an expected failure from a skipped test and
a broken set-up from a failed one. Retries are attempts: the ones that `retryAttempts` lists come before the final one.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from audits.evidence.counting import Counter
from audits.evidence.ctrf_tests import Test
from audits.evidence.remarks import NAME_LIMIT
from audits.evidence.shapes import Case, Readable, Totals, Unreadable
from audits.evidence.times import milliseconds

# The file is held whole.
# As many digits as a header of JUnit may have.
LARGEST_COUNT: Final = 999_999_999
MOST_BYTES: Final = 32 * 1_048_576

# A pair of surrogates, a single one, or any other escape: what is wanted is the single one.
_ESCAPES: Final = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", re.DOTALL
)


class _Results(msgspec.Struct):
    tests: list[msgspec.Raw]
    tool: msgspec.Raw = msgspec.Raw(b"null")
    summary: msgspec.Raw = msgspec.Raw(b"null")


class _Report(msgspec.Struct):
    results: _Results


class CtrfReader:
    """Yields the cases of a report, once; see `shapes.Reader`."""

    def __init__(self, file: Readable) -> None:
        self.totals = Totals()
        self._file = file
        self._counter = Counter(self.totals)

    def __iter__(self) -> Iterator[Case]:
        """Raises Unreadable: `too_large`, `not_well_formed`, `too_deep`, `encoding_unsupported`, `not_a_report`, `too_many_cases`,
        and `wrong_type` where a test has no name or no status that is a text."""
        results = self._results()
        statuses: dict[str, int] = {}
        for number, raw in enumerate(results.tests, 1):
            test = Test.read(_decoded(raw), number, self._counter.remarks)
            statuses[test.status] = statuses.get(test.status, 0) + 1
            yield from self._counter.counted(test.cases())
        self._take_tool(_decoded(results.tool))
        self._take_summary(_decoded(results.summary), statuses)
        self._counter.finish()

    def _results(self) -> _Results:
        data = self._file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise Unreadable("too_large", f"A CTRF report may have {MOST_BYTES // 1_048_576} MiB; this one is larger.")
        data = data.removeprefix(codecs.BOM_UTF8)
        try:
            data.decode()
        except UnicodeDecodeError as error:
            raise Unreadable("encoding_unsupported", f"JSON is UTF-8, and byte {error.start:,} of this is not.") from error
        return self._parsed(self._without_lone_surrogates(data))

    def _parsed(self, data: bytes) -> _Results:
        try:
            return msgspec.json.decode(data, type=_Report).results
        except msgspec.ValidationError as error:
            raise Unreadable("not_a_report", f"The JSON is no CTRF report: {error}.") from error
        except msgspec.DecodeError as error:
            raise Unreadable("not_well_formed", f"The JSON cannot be read: {error}.") from error
        except RecursionError as error:
            raise _too_deep() from error

    def _without_lone_surrogates(self, data: bytes) -> bytes:
        """One of them makes the whole file unreadable for msgspec, and JavaScript writes them wherever it cuts a text."""

        def replaced(match: re.Match[bytes]) -> bytes:
            return b"\\ufffd" if match[1] else match[0]

        cleaned = _ESCAPES.sub(replaced, data) if b"\\ud" in data or b"\\uD" in data else data
        if cleaned != data:
            self._counter.remarks.note("cleaned", "A text held characters that cannot be stored; they were taken out.")
        return cleaned

    def _take_tool(self, tool: Any) -> None:
        name = tool.get("name") if isinstance(tool, dict) else None
        if isinstance(name, str):
            self.totals.tool = self._counter.remarks.kept(name, NAME_LIMIT, "Names")

    def _take_summary(self, summary: Any, statuses: dict[str, int]) -> None:
        if not isinstance(summary, dict):
            self._counter.remarks.note("header_missing", "The report has no summary.")
            return
        self.totals.collected = _count(summary.get("tests"))
        self.totals.seconds = self._duration(summary)
        # Some reporters call pending what others call skipped.
        held = {
            "tests": sum(statuses.values()),
            "passed": statuses.get("passed", 0),
            "failed": statuses.get("failed", 0),
            "skipped": statuses.get("skipped", 0) + statuses.get("pending", 0),
            "other": statuses.get("other", 0),
        }
        said = {key: _count(summary.get(key)) for key in held}
        if said["skipped"] is not None:
            said["skipped"] += _count(summary.get("pending")) or 0
        stated = {key: number for key, number in said.items() if number is not None}
        if any(number != held[key] for key, number in stated.items()):
            claims = ", ".join(f"{number:,} {key}" for key, number in stated.items())
            found = ", ".join(f"{held[key]:,}" for key in stated)
            self._counter.remarks.note("header_disagrees", f"The summary says {claims}; the report holds {found}.")

    def _duration(self, summary: dict[str, Any]) -> float | None:
        """The run's own time, in seconds; CTRF counts in milliseconds."""
        duration, start, stop = (summary.get(key) for key in ("duration", "start", "stop"))
        if duration is None and isinstance(start, int) and isinstance(stop, int) and start and stop:
            duration = stop - start
        return milliseconds(duration, self._counter.remarks) if isinstance(duration, int | float) else None


def _count(value: object) -> int | None:
    """A count as the summary states it; None for what is none, or larger than any report."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_COUNT else None


def _decoded(raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        # A number beyond all bounds, which passes while it is only skipped.
        raise Unreadable("not_well_formed", f"The JSON cannot be read: {error}.") from error
    except RecursionError as error:
        raise _too_deep() from error


def _too_deep() -> Unreadable:
    return Unreadable("too_deep", "The JSON is nested too deep.")
