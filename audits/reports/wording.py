"""The words in which every report tells of tests and runs. Pure."""

from __future__ import annotations

from typing import Final

from audits.dossier import Run
from audits.terms import Expectation, Outcome
from audits.verification import Seen
from incidents.quoting import inline

LEVELS: Final = {"unit": "UNIT TESTS", "integration": "INTEGRATION TESTS", "e2e": "E2E TESTS", "": "TESTS WITHOUT A LEVEL"}
EXPECTATIONS: Final = {
    Expectation.RED_THEN_GREEN: "MUST FAIL before the fix and PASS after it",
    Expectation.ALWAYS_GREEN: "MUST PASS before and after the fix",
    Expectation.UNSTATED: "expectation not stated",
}
SEEN: Final = {
    Seen.PASSED: "PASSED",
    Seen.FAILED: "FAILED",
    Seen.ERROR: "ERROR",
    Seen.SKIPPED: "SKIPPED",
    Seen.ABSENT: "in no run",
    Seen.FLAKY: "passed in some runs and not in others",
    Seen.NO_RUN: "no run",
}
MET: Final = {True: "met", False: "not met", None: "not judged"}
_COUNTED: Final = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.ERROR: "errors",
    Outcome.SKIPPED: "skipped",
    Outcome.XFAILED: "xfailed",
    Outcome.XPASSED: "xpassed",
}


def level_title(level: str) -> str:
    """A level as a heading names its tests."""
    return LEVELS.get(level) or f"{inline(level)} TESTS"


def level_of(level: str) -> str:
    """A level as a cell of a table names it."""
    return level_title(level).removesuffix(" TESTS").lower()


def counted(tests: int) -> str:
    """A number of tests."""
    return f"{tests} test" if tests == 1 else f"{tests} tests"


def totals(run: Run) -> str:
    """Totals as a runner would sum them up."""
    counts = [f"{run.counts[outcome]} {word}" for outcome, word in _COUNTED.items() if run.counts.get(outcome)]
    took = f" in {run.seconds:.2f}s" if run.seconds is not None else ""
    collected = f"; {run.collected} collected" if run.collected is not None else ""
    return f"{', '.join(counts) or 'no test'}{took}{collected}"


def reporter(run: Run) -> str:
    """The tool that reported a run, and how its runner ended."""
    status = "" if run.exit_status is None else f", exit status {run.exit_status}"
    return f"{inline(run.tool) or 'an unnamed tool'}{status}"
