"""Everything that is recorded of one iteration, as plain data: what gates, contradictions and exports are computed from. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from audits.terms import Expectation, Outcome, Phase, Stage
from audits.verification import Verification


class Signature(msgspec.Struct, frozen=True):
    """Who did something, and when. `user` is the account's key; None for an agent or the machine."""

    kind: str
    name: str
    user: int | None
    at: datetime


class Place(msgspec.Struct, frozen=True):
    file: str
    line: int | None = None


class Why(msgspec.Struct, frozen=True):
    question: str
    answer: str
    evidence: list[Any] = []


class RootCause(msgspec.Struct, frozen=True):
    version: int
    by: Signature
    whys: list[Why]
    statement: str
    impact: str
    fix: str
    scope: list[Place]
    pattern_regex: str = ""
    pattern_must_match: list[str] = []


class PlannedTest(msgspec.Struct, frozen=True):
    level: str
    file: str
    name: str
    expectation: Expectation
    purpose: str = ""
    expected_failure: str = ""


class TestPlan(msgspec.Struct, frozen=True):
    __test__ = False

    version: int
    by: Signature
    strategy: str
    success_metrics: list[str]
    declared: dict[str, int]
    tests: list[PlannedTest]


class TestFile(msgspec.Struct, frozen=True):
    __test__ = False

    path: str
    level: str
    tests: int | None
    sha256: str = ""


class Metric(msgspec.Struct, frozen=True):
    """A success metric as somebody judged it; `met` is None where it was not judged."""

    text: str
    met: bool | None
    evidence: str = ""


class Run(msgspec.Struct, frozen=True):
    """What is known of a run besides its results."""

    id: int
    by: Signature
    stage: Stage
    commit: str
    run_group: str
    exit_status: int | None
    report_hash: str
    command: str
    tool: str
    cases: int
    counts: dict[Outcome, int]
    seconds: float | None
    collected: int | None
    remarks: list[dict[str, str]]


class Finding(msgspec.Struct, frozen=True):
    """A finding; `closed` says how it was closed, None while it is open."""

    id: int
    severity: str
    text: str
    file: str = ""
    closed: str | None = None
    closed_commit: str = ""
    closed_by: str = ""


class Review(msgspec.Struct, frozen=True):
    version: int
    by: Signature
    score: float
    threshold: int
    approved: bool
    checks: list[dict[str, Any]]
    strengths: list[str]
    approved_files: list[str]
    findings: list[Finding]


class Fix(msgspec.Struct, frozen=True):
    """A fix; `residual` is None where nobody has said what is left."""

    version: int
    by: Signature
    commit: str
    file: str
    line: int | None
    change: str
    purpose: str
    pull_request: str
    residual: list[str] | None
    documentation: list[str]


class Waiver(msgspec.Struct, frozen=True):
    by: Signature
    code: str
    subject: str
    reason: str


class Move(msgspec.Struct, frozen=True):
    """A stay in a phase: entered at `by.at` by `by`, left at `left`."""

    seq: int
    phase: Phase
    by: Signature
    left: datetime | None
    reason: str
    let_through: list[dict[str, str]]


class Ending(msgspec.Struct, frozen=True):
    """How the iteration ended: who ended it, why it was given up, and what waivers let through at the last gate."""

    by: str
    reason: str = ""
    let_through: list[dict[str, str]] = []


class Mirror(msgspec.Struct, frozen=True):
    """The issue's twin on GitHub; `evidence_arrived` tells of this iteration's evidence."""

    repository: str
    number: int | None
    url: str
    state: str
    closed_unproven: bool
    evidence_arrived: bool


class Child(msgspec.Struct, frozen=True):
    key: str
    title: str
    severity: str
    state: str
    fix_needed: str


class Issue(msgspec.Struct, frozen=True):
    key: str
    title: str
    severity: str
    state: str
    resolution: str | None
    confirmation: str
    impact: str
    context: str
    symptoms: str
    location: dict[str, Any] | None
    first_seen: datetime
    last_seen: datetime


class Rules(msgspec.Struct, frozen=True):
    """What the project asks for."""

    whys: int
    review_threshold: int
    stability_runs: int
    github_repository: str


class Dossier(msgspec.Struct, frozen=True):
    """One iteration. Lists run from the oldest to the newest; of versions, the newest counts."""

    id: int
    number: int
    project: str
    by: Signature
    state: str
    phase: Phase
    focus: str
    reasons: list[str]
    previous: int | None
    issue: Issue
    rules: Rules
    root_causes: list[RootCause]
    test_plans: list[TestPlan]
    test_files: list[TestFile]
    judgements: list[list[Metric]]
    runs: list[Run]
    verification: Verification
    reviews: list[Review]
    fixes: list[Fix]
    waivers: list[Waiver]
    moves: list[Move]
    children: list[Child]
    mirror: Mirror | None
    on_default_branch: bool
    # Accounts that wrote the plan or named test files, in whatever version, and when each kind of record came last in the ledger.
    authors: set[int]
    newest: dict[str, int]
    chain_length: int
    chain_head: str
    ended_at: datetime | None = None
    ending: Ending | None = None

    @property
    def root_cause(self) -> RootCause | None:
        return self.root_causes[-1] if self.root_causes else None

    @property
    def test_plan(self) -> TestPlan | None:
        return self.test_plans[-1] if self.test_plans else None

    @property
    def review(self) -> Review | None:
        return self.reviews[-1] if self.reviews else None

    @property
    def fix(self) -> Fix | None:
        return self.fixes[-1] if self.fixes else None

    @property
    def metrics(self) -> list[Metric]:
        """The success metrics of the plan, as they were judged last."""
        judged = {metric.text: metric for metric in self.judgements[-1]} if self.judgements else {}
        return [judged.get(text) or Metric(text, None) for text in (self.test_plan.success_metrics if self.test_plan else [])]
