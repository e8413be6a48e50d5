"""What a verification is made of and what it says, as plain data. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from audits.evidence.shapes import Identity
from audits.matching import How
from audits.terms import Expectation, Level, Outcome, Stage, Verdict


class PlannedTest(msgspec.Struct, frozen=True):
    """A test of the plan, as the plan wrote it. `expected_failure` is a plain part of the failure that the issue causes, or empty."""

    level: Level | None
    file: str
    name: str
    expectation: Expectation
    expected_failure: str = ""


class ResultRow(msgspec.Struct, frozen=True):
    """One attempt at one test. `text` joins failure type, message and text where something failed; `seconds` is None where not stated."""

    identity: Identity
    outcome: Outcome
    text: str = ""
    seconds: float | None = None


class EvidenceRun(msgspec.Struct, frozen=True, kw_only=True):
    """One report. `id` grows with the order of receipt.

    Reports of one stage, commit and `run_group` are one run; an empty `run_group` makes the report a run of its own. `files` are
    the SHA-256 of files by path, where the client sent them. `counts_disagree` says how the report's header disagrees with its
    cases, empty where it does not.
    """

    id: int
    stage: Stage
    commit: str
    results: Sequence[ResultRow]
    run_group: str = ""
    exit_status: int | None = None
    files: Mapping[str, str] = msgspec.field(default_factory=dict)
    counts_disagree: str = ""


class Seen(StrEnum):
    """What the runs at one commit show of one test. NO_RUN is empty: there is no run there."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    ABSENT = "absent"
    FLAKY = "flaky"
    NO_RUN = ""


class Result(StrEnum):
    """What the evidence says of one test; DESIGN's table gives each its meaning."""

    PROVEN = "proven"
    STILL_RED = "still_red"
    NEVER_RED = "never_red"
    NOT_RED = "not_red"
    RED_FOR_ANOTHER_REASON = "red_for_another_reason"
    REGRESSION = "regression"
    BROKEN_BEFORE = "broken_before"
    REPAIRED = "repaired"
    NO_BASE = "no_base"
    VANISHED = "vanished"
    NO_FIX_RUN = "no_fix_run"
    FLAKY = "flaky"
    UNSTATED = "unstated"
    UNPLANNED_REGRESSION = "unplanned_regression"


# One of these refutes the fix; whatever else is not proven only leaves it unproven.
CONTRARY: Final = frozenset(
    {
        Result.STILL_RED,
        Result.NEVER_RED,
        Result.RED_FOR_ANOTHER_REASON,
        Result.REGRESSION,
        Result.BROKEN_BEFORE,
        Result.VANISHED,
        Result.FLAKY,
        Result.UNPLANNED_REGRESSION,
    }
)


class Row(msgspec.Struct, frozen=True):
    """One planned test: what base and fix show of it, the result and a sentence on it, and which tests of the reports it was taken for."""

    name: str
    level: Level | None
    file: str
    expectation: Expectation
    base: Seen
    fix: Seen
    result: Result
    detail: str
    matched: How
    matched_to: tuple[str, ...]


class UnplannedRow(msgspec.Struct, frozen=True):
    """A test outside the plan that passed at the base and no longer does. `name` is its full id."""

    name: str
    file: str
    base: Seen
    fix: Seen
    result: Result
    detail: str


class Reason(msgspec.Struct, frozen=True):
    """One thing that keeps the verdict from `verified`: what a waiver names by code and subject.

    The subject is the test's name as the plan wrote it, a full id, a path, the number of a run, or empty where the whole is meant.
    """

    code: str
    detail: str
    subject: str = ""


class Verification(msgspec.Struct, frozen=True):
    """The verdict, test by test.

    `tests` follow the plan's order. `unplanned` lists the first of those that count against the fix, by their ids; `unplanned_count` counts
    them all. `reasons` is empty exactly where the verdict is `verified`. `runs_at_fix` counts the runs with results at the
    fix's commit. Commits are in small letters, empty where there is none.
    """

    verdict: Verdict
    base_commit: str
    fix_commit: str
    tests: tuple[Row, ...]
    unplanned: tuple[UnplannedRow, ...]
    unplanned_count: int
    reasons: tuple[Reason, ...]
    runs_at_fix: int
