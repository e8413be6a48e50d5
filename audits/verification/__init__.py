"""The verification: what the evidence says of a fix, test by test, and the verdict that follows. Pure."""

from audits.verification.shapes import (
    CONTRARY,
    EvidenceRun,
    PlannedTest,
    Reason,
    Result,
    ResultRow,
    Row,
    Seen,
    UnplannedRow,
    Verification,
)
from audits.verification.verdict import subjects_of, verify

__all__ = [
    "CONTRARY",
    "EvidenceRun",
    "PlannedTest",
    "Reason",
    "Result",
    "ResultRow",
    "Row",
    "Seen",
    "UnplannedRow",
    "Verification",
    "subjects_of",
    "verify",
]
