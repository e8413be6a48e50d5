"""Plans and runs as tests write them: a whole honest case, of which each test changes one thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from audits.evidence.shapes import Identity
from audits.terms import Expectation, Level, Outcome, Stage
from audits.verification import EvidenceRun, PlannedTest, ResultRow, Verification, verify

BASE = "4e" * 20
FIX = "e2" * 20
OTHER = "aa" * 20
FILE = "tests/unit/test_cart.py"
MODULE = "tests.unit.test_cart"

RED = PlannedTest(Level.UNIT, FILE, "test_red", Expectation.RED_THEN_GREEN)
GREEN = PlannedTest(Level.UNIT, FILE, "test_green", Expectation.ALWAYS_GREEN)
PLAN = (RED, GREEN)

FAILING = (Outcome.FAILED, Outcome.ERROR, Outcome.XFAILED)


def identity(name: str) -> Identity:
    """A test of the module as pytest reports it, with its parameters in brackets."""
    name, _, parameters = name.partition("[")
    return Identity("", MODULE, name, parameters.removesuffix("]"))


def row(name: str, outcome: str, *, text: str | None = None, seconds: float | None = 0.001) -> ResultRow:
    outcome = Outcome(outcome)
    said = "AssertionError: the cart is empty" if outcome in FAILING else ""
    return ResultRow(identity(name), outcome, said if text is None else text, seconds)


def run(id: int, stage: Stage, commit: str, results: Mapping[str, str] | Sequence[ResultRow], **more: object) -> EvidenceRun:
    """A report; results are rows, or outcomes by name where several attempts are parted by blanks."""
    if isinstance(results, Mapping):
        results = [row(name, outcome) for name, outcomes in results.items() for outcome in outcomes.split()]
    return EvidenceRun(id=id, stage=stage, commit=commit, results=results, **more)


def before(results: Mapping[str, str] | Sequence[ResultRow], id: int = 1, commit: str = BASE, **more: object) -> EvidenceRun:
    return run(id, Stage.BEFORE_FIX, commit, results, **more)


def after(results: Mapping[str, str] | Sequence[ResultRow], id: int = 10, commit: str = FIX, **more: object) -> EvidenceRun:
    return run(id, Stage.AFTER_FIX, commit, results, **more)


def again(results: Mapping[str, str] | Sequence[ResultRow], id: int = 11, commit: str = FIX, **more: object) -> EvidenceRun:
    return run(id, Stage.STABILITY, commit, results, **more)


AT_BASE = {"test_red": "failed", "test_green": "passed", "test_unplanned": "passed"}
AT_FIX = dict.fromkeys(AT_BASE, "passed")


def judged(*runs: EvidenceRun, plan: Sequence[PlannedTest] = PLAN, fix_commit: str | None = FIX, **more: object) -> Verification:
    return verify(plan, runs, fix_commit=fix_commit, **more)


def honest(**changes: object) -> Verification:
    """The whole honest case, with the results at base or fix, or the plan, changed."""
    at_base, at_fix = changes.pop("at_base", AT_BASE), changes.pop("at_fix", AT_FIX)
    return judged(before(at_base), after(at_fix), again(at_fix, 11), again(at_fix, 12), **changes)


def results(verification: Verification) -> dict[str, str]:
    return {test.name: test.result.value for test in verification.tests}


def codes(verification: Verification) -> list[tuple[str, str]]:
    """What a waiver would have to name."""
    return [(reason.code, reason.subject) for reason in verification.reasons]
