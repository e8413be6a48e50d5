"""The tables of an audit, by subject."""

from audits.models.claims import Claim, Contradiction, Import
from audits.models.evidence import ReportChunk, Result, Run
from audits.models.fix import Fix
from audits.models.iteration import Iteration, IterationQuerySet, IterationState, Signed
from audits.models.ledger import Record, Recorded
from audits.models.phase import PhaseSpan
from audits.models.review import Closure, Finding, Review, Waiver
from audits.models.statements import Judgement, PlannedTest, RootCause, TestFile, TestPlan, Why

__all__ = [
    "Claim",
    "Closure",
    "Contradiction",
    "Finding",
    "Fix",
    "Import",
    "Iteration",
    "IterationQuerySet",
    "IterationState",
    "Judgement",
    "PhaseSpan",
    "PlannedTest",
    "Record",
    "Recorded",
    "ReportChunk",
    "Result",
    "Review",
    "RootCause",
    "Run",
    "Signed",
    "TestFile",
    "TestPlan",
    "Waiver",
    "Why",
]
