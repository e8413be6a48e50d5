"""Reports read in one go, for tests."""

import io
from pathlib import Path

from audits.evidence.reading import open_report
from audits.evidence.shapes import Case, Totals

REPORTS = Path(__file__).parent / "reports"


def read(report: bytes | str) -> tuple[list[Case], Totals]:
    """All cases of a report, and its totals."""
    reader = open_report(io.BytesIO(report.encode() if isinstance(report, str) else report))
    return list(reader), reader.totals


def in_suite(testcases: str, header: str = "") -> str:
    """A report of one suite that holds these elements."""
    return f'<testsuite name="shop" {header}>{testcases}</testsuite>'


def outcomes(report: bytes | str) -> list[str]:
    """The outcomes of a report's cases, in their order."""
    return [case.outcome.value for case in read(report)[0]]


def codes(report: bytes | str) -> list[str]:
    """The codes of what the reader remarks."""
    return [remark.code for remark in read(report)[1].remarks]


def line_of(case: Case) -> str:
    """A case in one line: outcome, class, name and parameters."""
    at = case.identity
    parameters = f" <{at.parameters}>" if at.parameters else ""
    return f"{case.outcome.value} {at.classname} | {at.name}{parameters}"
