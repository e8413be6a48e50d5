"""Reads JUnit XML in the dialects that runners write, case by case. Pure.

There is no one JUnit format: Ant's is the oldest, Surefire has a schema, every other runner adds to them. What is read is what
they share and what some are known to add; whatever else stands in a report is named in a remark, and a testcase that holds it
is an error at best, never passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from audits.evidence.counting import Counter
from audits.evidence.headers import Header, Tally, disagreement
from audits.evidence.remarks import QUOTE_LIMIT, TEXT_LIMIT, Remarks
from audits.evidence.safe_xml import Parser
from audits.evidence.shapes import Case, Readable, Totals, Unreadable
from audits.evidence.testcases import ATTEMPTS, FINDINGS, Finding, Place, Testcase
from audits.evidence.text import Gathered
from audits.terms import Outcome

CHUNK: Final = 1_048_576
MOST_DEPTH: Final = 100

# Understood, and of no matter for how a test went.
_IGNORED: Final = frozenset({"properties", "property", "system-out", "system-err", "attachments", "attachment"})
_SUITES: Final = frozenset({"testsuites", "testsuite"})
# Names that runners give to the whole, and which are never changed by accident.
_TOOLS: Final = {
    "pytest tests": "pytest",
    "pytest": "pytest",
    "jest tests": "jest",
    "vitest tests": "vitest",
    "Mocha Tests": "Mocha",
    "nextest-run": "cargo-nextest",
    "AllTests": "GoogleTest",
    "rspec": "RSpec",
}
# What stands for the failure of an attempt that a report does not describe.
_UNTOLD: Final = "The report holds this test twice running, and does not tell why it was retried."


class JUnitReader:
    """Yields the cases of a report while it reads, once; see `shapes.Reader`. Holds no more than a chunk of the file at a time."""

    def __init__(self, file: Readable) -> None:
        self.totals = Totals()
        self._file = file

    def __iter__(self) -> Iterator[Case]:
        """Raises Unreadable, in the middle where need be: `too_deep`, `too_many_cases`, `not_a_report`, and what `safe_xml` names."""
        counter = Counter(self.totals)
        document = _Document(counter.remarks)
        parser = Parser(document)
        while chunk := self._file.read(CHUNK):
            parser.feed(chunk)
            yield from counter.counted(document.take())
        parser.close()
        yield from counter.counted(document.take_rest())
        document.finish(self.totals)
        counter.finish()


@dataclass(slots=True)
class _Suite:
    """An open testsuite or testsuites element.

    `own` counts the testcases right under it, `inner` those of the suites in it, `suites` those suites as one child each.
    `outermost` says that no header around it counts the same.
    """

    depth: int
    header: Header
    place: Place
    is_root: bool
    outermost: bool
    own: Tally = field(default_factory=Tally)
    inner: Tally = field(default_factory=Tally)
    suites: Tally = field(default_factory=Tally)


class _Document:
    """Follows the elements of a report and makes cases of them."""

    def __init__(self, remarks: Remarks) -> None:
        self._remarks = remarks
        self._cases: list[Case] = []
        self._path: list[str] = []
        # Depth of an element whose content is passed over, of the open testcase, of the open finding: 0 where there is none.
        self._passed_over = self._case_depth = self._finding_depth = 0
        self._case: Testcase | None = None
        self._finding: Finding | None = None
        self._text = Gathered(TEXT_LIMIT)
        self._suites: list[_Suite] = []
        # Whether the next testcase is the first since a suite opened or closed.
        self._is_first = True
        self._is_report = False
        self._tool = ""
        self._stated: dict[str, float] = {}

    def take(self) -> list[Case]:
        """The cases that were read since the last time, but for the last: the next one may tell more of it."""
        cases, self._cases = self._cases[:-1], self._cases[-1:]
        return cases

    def take_rest(self) -> list[Case]:
        """The case that was kept back."""
        return self._cases

    def finish(self, totals: Totals) -> None:
        """Fill in what the headers stated. Raises Unreadable where nothing of a report was found."""
        if not self._is_report:
            raise Unreadable("not_a_report", "The XML holds no testsuite and no testcase.")
        totals.tool = self._tool
        totals.seconds = self._stated.get("seconds")
        totals.collected = _whole(self._stated.get("tests"))
        totals.warnings = _whole(self._stated.get("warnings"))

    # --- What expat calls ----------------------------------------------------------------------

    def start(self, name: str, attributes: dict[str, str]) -> None:
        element = name.rpartition(":")[2]
        self._path.append(element)
        if len(self._path) > MOST_DEPTH:
            raise Unreadable("too_deep", f"The XML is nested deeper than {MOST_DEPTH} elements.")
        if self._passed_over:
            return
        if self._finding is not None:
            self._start_in_finding(element)
        elif self._case is not None:
            self._start_in_case(self._case, element, attributes)
        else:
            self._start_outside(element, attributes)

    def end(self, _name: str) -> None:
        depth = len(self._path)
        if self._passed_over in (0, depth):
            self._passed_over = 0
            if self._case is not None:
                self._end_in_case(self._case, depth)
            elif self._suites and self._suites[-1].depth == depth:
                self._end_suite(self._suites.pop())
        self._path.pop()

    def characters(self, text: str) -> None:
        if self._finding is not None and not self._passed_over:
            self._text.add(text)

    # --- Elements that open --------------------------------------------------------------------

    def _start_outside(self, element: str, attributes: Mapping[str, str]) -> None:
        if element in _SUITES:
            self._is_report = True
            self._start_suite(element, attributes)
        elif element == "testcase":
            self._is_report = True
            self._open_case(Testcase(attributes, self._place(), self._remarks))
        elif element in ("failure", "error") and self._suites:
            self._start_suite_failure(attributes)
        elif element in _IGNORED:
            self._pass_over()
        else:
            # Passed through, not over: what it wraps may still be tests.
            self._note_unknown()

    def _start_suite(self, element: str, attributes: Mapping[str, str]) -> None:
        header, around = Header.read(attributes, self._remarks), self._place()
        tool = _TOOLS.get(header.name, "") or around.tool
        self._tool = self._tool or tool
        file = attributes.get("file") or attributes.get("filepath") or around.file
        is_root = element == "testsuites"
        suites = around.suites if is_root or not header.name else (*around.suites, header.name)
        outermost = not any(suite.header.counts_all for suite in self._suites)
        for number in ("tests", "warnings", "seconds"):
            self._take_stated(header, number)
        self._suites.append(_Suite(len(self._path), header, Place(file, suites, tool), is_root, outermost))
        self._is_first = True

    def _take_stated(self, header: Header, number: str) -> None:
        """Sum up a number that headers state, but for those inside one that states it: it holds theirs."""
        stated = getattr(header, number)
        if stated is not None and all(getattr(suite.header, number) is None for suite in self._suites):
            self._stated[number] = self._stated.get(number, 0) + stated

    def _start_suite_failure(self, attributes: Mapping[str, str]) -> None:
        """A suite that failed as a whole: there is no testcase to say so, and it must not be lost."""
        suite = self._suites[-1]
        name = suite.header.name or "testsuite"
        stand_in = Testcase({"classname": "", "name": name}, suite.place, self._remarks, stands_for_suite=True)
        self._remarks.note("suite_failed", f"“{name}” failed as a whole; that stands as an error of its own.")
        self._open_case(stand_in)
        self._start_in_case(stand_in, "error", attributes)

    def _open_case(self, case: Testcase) -> None:
        self._case, self._case_depth = case, len(self._path)

    def _start_in_case(self, case: Testcase, element: str, attributes: Mapping[str, str]) -> None:
        if element in FINDINGS or element in ATTEMPTS:
            self._finding, self._finding_depth = Finding.read(element, attributes, self._remarks), len(self._path)
            self._text = Gathered(TEXT_LIMIT)
            return
        if element not in _IGNORED:
            case.in_doubt = True
            self._note_unknown()
        self._pass_over()

    def _start_in_finding(self, element: str) -> None:
        # Surefire's attempts keep their text in it.
        if element == "stackTrace":
            return
        if element not in _IGNORED:
            self._note_unknown()
        self._pass_over()

    def _pass_over(self) -> None:
        self._passed_over = len(self._path)

    def _note_unknown(self) -> None:
        path = "/".join(self._path)
        self._remarks.note("element_unknown", f"{self._remarks.kept(path, QUOTE_LIMIT, 'Paths')} is not understood.")

    def _place(self) -> Place:
        return self._suites[-1].place if self._suites else Place()

    # --- Elements that close -------------------------------------------------------------------

    def _end_in_case(self, case: Testcase, depth: int) -> None:
        if self._finding is not None and depth == self._finding_depth:
            self._finding.close(self._remarks.kept(self._text.text.strip(), TEXT_LIMIT, "Texts of failures"))
            case.add(self._finding)
            self._finding = None
        if depth == self._case_depth:
            self._case = None
            cases, entry = case.close()
            self._add(cases)
            if self._suites:
                self._suites[-1].own.count(entry)

    def _add(self, cases: list[Case]) -> None:
        """Add the attempts of one testcase.

        pytest-rerunfailures writes each failed attempt as a testcase of its own, without its failure, before the last one. In
        one suite of pytest's no test comes twice otherwise; elsewhere two tests may well have one name.
        """
        if not self._is_first and self._cases and _passed_both(self._cases[-1], cases[0]):
            if self._place().tool == "pytest":
                self._cases[-1] = msgspec.structs.replace(self._cases[-1], outcome=Outcome.FAILED, message=_UNTOLD)
                self._remarks.note("attempts_untold", "A test was retried, and how it failed is not told: that attempt counts as failed.")
            else:
                self._remarks.note("repeated", "A test passed twice running; a runner that repeats failed tests may have left out why.")
        self._cases += cases
        self._is_first = False

    def _end_suite(self, suite: _Suite) -> None:
        self._is_first = True
        whole, children = suite.own + suite.inner, suite.own + suite.suites
        # The root of a report is no suite that might count its own children only.
        if suite.outermost and not whole.allows(suite.header) and (suite.is_root or not children.allows(suite.header)):
            self._remarks.note("header_disagrees", disagreement(suite.header, whole, suite.place.tool))
        if self._suites:
            self._suites[-1].inner += whole
            self._suites[-1].suites.add_suite(whole)


def _passed_both(one: Case, other: Case) -> bool:
    return one.identity == other.identity and one.outcome is other.outcome is Outcome.PASSED


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
