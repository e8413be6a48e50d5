"""A complete iteration as plain data: everything recorded, nothing unmet. Tests take one thing away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from audits import dossier as shapes
from audits.evidence.shapes import Identity
from audits.terms import Expectation, Outcome, Phase, Stage
from audits.verification import EvidenceRun, PlannedTest, ResultRow, Verification, verify

BASE = "a" * 40
FIX = "b" * 40
BEGAN = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
FILE = "tests/unit/test_login.py"
RED = "test_login_survives_an_empty_name"
GREEN = "test_login_still_works"
AUTHOR, REVIEWER = 1, 2


def by(user: int | None = AUTHOR, *, minutes: int = 0, name: str = "") -> shapes.Signature:
    kind = "agent" if user is None else "person"
    return shapes.Signature(kind, name or {AUTHOR: "Ada", REVIEWER: "Grace"}.get(user or 0, "CI"), user, BEGAN + timedelta(minutes=minutes))


def a_test(name: str, expectation: Expectation = Expectation.RED_THEN_GREEN, **given: Any) -> shapes.PlannedTest:
    return shapes.PlannedTest(**({"level": "unit", "file": FILE, "name": name, "expectation": expectation} | given))


TESTS = [a_test(RED), a_test(GREEN, Expectation.ALWAYS_GREEN)]


def a_run(number: int, stage: Stage, *, red: Outcome = Outcome.PASSED, green: Outcome = Outcome.PASSED, **given: Any) -> EvidenceRun:
    """A report with one result for each planned test."""
    module = "tests.unit.test_login"
    results = [ResultRow(Identity("", module, RED, ""), red, "boom"), ResultRow(Identity("", module, GREEN, ""), green)]
    commit = BASE if stage is Stage.BEFORE_FIX else FIX
    return EvidenceRun(**({"id": number, "stage": stage, "commit": commit, "results": results} | given))


RUNS = [
    a_run(1, Stage.BEFORE_FIX, red=Outcome.FAILED),
    a_run(2, Stage.AFTER_FIX),
    a_run(3, Stage.STABILITY),
    a_run(4, Stage.STABILITY),
]


def verified(runs: list[EvidenceRun] | None = None, tests: list[shapes.PlannedTest] | None = None, fix: str | None = FIX) -> Verification:
    planned = [
        PlannedTest(test.level, test.file, test.name, test.expectation, test.expected_failure)
        for test in (TESTS if tests is None else tests)
    ]
    return verify(planned, RUNS if runs is None else runs, fix_commit=fix)


def as_run(report: EvidenceRun) -> shapes.Run:
    counts = {outcome: sum(row.outcome == outcome for row in report.results) for outcome in Outcome}
    return shapes.Run(
        id=report.id,
        by=by(None, minutes=50 + report.id),
        stage=report.stage,
        commit=report.commit,
        run_group=report.run_group,
        exit_status=report.exit_status,
        report_hash=f"{report.id:064}",
        command="pytest",
        tool="pytest",
        cases=len(report.results),
        counts=counts,
        seconds=1.5,
        collected=None,
        remarks=[],
    )


def a_complete_dossier(**changes: Any) -> shapes.Dossier:
    """An iteration that stands before the end of its last phase."""
    metrics = ["Logins with an empty name are refused, not crashed"]
    plan = shapes.TestPlan(1, by(minutes=20), "Failure first", metrics, {"unit": 2}, TESTS)
    cause = shapes.RootCause(
        version=1,
        by=by(minutes=10),
        whys=[shapes.Why(f"Why {number}?", f"Because of {number}.") for number in range(1, 6)],
        statement="The name is indexed before it is checked",
        impact="Nobody with an empty name can log in",
        fix="Check first",
        scope=[shapes.Place("shop/login.py", 12)],
    )
    review = shapes.Review(
        version=1,
        by=by(REVIEWER, minutes=40),
        score=95.0,
        threshold=80,
        approved=True,
        checks=[{"name": "assertions", "weight": 1, "score": 95, "evidence": ""}],
        strengths=["Says what it expects"],
        approved_files=[FILE],
        findings=[],
    )
    fix = shapes.Fix(1, by(minutes=60), FIX, "shop/login.py", 12, "Checks the name first", "No crash", "", [], ["docs/login.md"])
    complete = shapes.Dossier(
        id=7,
        number=3,
        project="shop",
        by=by(),
        state="running",
        phase=Phase.COMMIT,
        focus="login",
        reasons=["It is an ERROR"],
        previous=None,
        issue=shapes.Issue(
            key="shop-12",
            title="IndexError in login",
            severity="ERROR",
            state="open",
            resolution=None,
            confirmation="none",
            impact="",
            context="",
            symptoms="",
            location={"module": "shop.login", "function": "login", "file": "shop/login.py", "line": 12},
            first_seen=BEGAN,
            last_seen=BEGAN,
        ),
        rules=shapes.Rules(whys=5, review_threshold=80, stability_runs=3, github_repository="example/shop"),
        root_causes=[cause],
        test_plans=[plan],
        test_files=[shapes.TestFile(FILE, "unit", 2)],
        judgements=[[shapes.Metric(metrics[0], met=True)]],
        runs=[as_run(report) for report in RUNS],
        verification=verified(),
        reviews=[review],
        fixes=[fix],
        waivers=[],
        moves=[
            shapes.Move(seq, phase, by(minutes=seq), BEGAN + timedelta(minutes=seq + 1), "", []) for seq, phase in enumerate(Phase, start=1)
        ],
        children=[],
        mirror=shapes.Mirror("example/shop", 105, "https://github.com/example/shop/issues/105", "closed", False, True),
        on_default_branch=True,
        authors={AUTHOR},
        newest={"test_plan": 3, "test_files": 4, "review": 5},
        chain_length=20,
        chain_head="c" * 64,
    )
    return msgspec.structs.replace(complete, **changes)


def changed(row: Any, **changes: Any) -> Any:
    """The row with something else in it."""
    return msgspec.structs.replace(row, **changes)
