"""What is recorded of an iteration that was walked here, as the contradictions of a record need it: plain data. Pure.

Lists run from the oldest to the newest, and of plan, root cause and metrics the newest version counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from audits.terms import Expectation, Level, Phase, Stage


class PlannedFact(msgspec.Struct, frozen=True):
    """A planned test. `level` is None where the plan states none."""

    level: Level | None
    file: str
    name: str
    expectation: Expectation


class FileFact(msgspec.Struct, frozen=True):
    """A recorded test file; `tests` is None where nobody told how many it holds."""

    path: str
    level: Level | None
    tests: int | None


class RunFact(msgspec.Struct, frozen=True, kw_only=True):
    """One report: what was counted in it, and what its header declares (None where it declares nothing).

    Reports of one stage, commit and `group` are one run; an empty group makes the report a run of its own. `by_file` is the number
    of distinct tests, parameters apart, by the file that the report states; empty where it states none.
    """

    id: int
    stage: Stage
    commit: str
    exit_status: int | None = None
    declared_tests: int | None = None
    declared_failures: int | None = None
    cases: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    xfailed: int = 0
    xpassed: int = 0
    seconds: float | None = None
    group: str = ""
    by_file: Mapping[str, int] = msgspec.field(default_factory=dict)


class RowFact(msgspec.Struct, frozen=True):
    """A row of the verification, in the words of DESIGN's table: `base` and `fix` are outcomes, "absent", or empty without a run."""

    name: str
    level: Level | None
    expectation: Expectation
    base: str
    fix: str
    result: str


class ReviewFact(msgspec.Struct, frozen=True):
    score: float
    approved: bool
    at: datetime


class MoveFact(msgspec.Struct, frozen=True):
    """A phase that was entered. `let_through` names what a waiver let pass at the gate before it."""

    phase: Phase
    at: datetime
    reason: str = ""
    let_through: Sequence[str] = ()


class FixFact(msgspec.Struct, frozen=True):
    commit: str
    file: str
    line: int | None = None


class ScopeFact(msgspec.Struct, frozen=True):
    """A place of the root cause's scope."""

    file: str
    line: int | None = None


class PatternFact(msgspec.Struct, frozen=True):
    regex: str
    must_match: Sequence[str]


class MetricFact(msgspec.Struct, frozen=True):
    """A success metric; `met` is None where nobody has judged it."""

    text: str
    met: bool | None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """One iteration's record.

    `resolution` is empty while the issue is not resolved. `reproduced` tells whether a test failed at the base for the issue's
    reason, None while there is no run that could tell. `ended` is true once phase 8 was left. `mirror` is "open", "closed", or
    empty where the issue has no twin on GitHub.
    """

    phase: Phase = Phase.LOG_ANALYSIS
    ended: bool = False
    resolved: bool = False
    resolution: str = ""
    reproduced: bool | None = None
    declared: Mapping[str, int] = msgspec.field(default_factory=dict)
    planned: Sequence[PlannedFact] = ()
    files: Sequence[FileFact] = ()
    scope: Sequence[ScopeFact] = ()
    pattern: PatternFact | None = None
    runs: Sequence[RunFact] = ()
    rows: Sequence[RowFact] = ()
    verdict: str = ""
    reviews: Sequence[ReviewFact] = ()
    moves: Sequence[MoveFact] = ()
    fixes: Sequence[FixFact] = ()
    on_default_branch: bool = False
    mirror: str = ""
    metrics: Sequence[MetricFact] = ()
