"""A log that is complete and honest, claim by claim, so that a test can change one thing of it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from audits.claims.shapes import (
    AnyClaim,
    Contradiction,
    Incident,
    Lines,
    Place,
    ProposedPattern,
    StatedChoice,
    StatedCount,
    StatedExecution,
    StatedFile,
    StatedFix,
    StatedGitHub,
    StatedIssue,
    StatedIteration,
    StatedPhase,
    StatedResult,
    StatedReview,
    StatedRootCause,
    StatedStatus,
    StatedTest,
)
from audits.contradictions.log import of_log
from audits.terms import Expectation, Level, Outcome

UNIT_FILE = "tests/unit/test_throttle.py"
FLOW_FILE = "tests/integration/test_login_flow.py"
COMMAND = f"python -m pytest {UNIT_FILE} {FLOW_FILE} -v"


def at(first: int, last: int | None = None) -> Lines:
    return Lines(first, last or first)


def phase(line: int, number: str, title: str = "") -> StatedPhase:
    return StatedPhase(lines=at(line), number=number, title=title)


def planned(line: int, name: str, *, red: bool = False, file: str = UNIT_FILE, level: Level | None = Level.UNIT) -> StatedTest:
    expectation = Expectation.RED_THEN_GREEN if red else Expectation.ALWAYS_GREEN
    return StatedTest(lines=at(line), name=name, level=level, file=file, expectation=expectation)


def count(line: int, of: str, number: int, **more: object) -> StatedCount:
    return msgspec.structs.replace(StatedCount(lines=at(line), of=of, count=number), **more)


def result(line: int, name: str, outcome: str, stage: str = "before") -> StatedResult:
    return StatedResult(lines=at(line), name=name, outcome=Outcome(outcome), stage=stage)


def execution(line: int, stage: str = "", **more: object) -> StatedExecution:
    return msgspec.structs.replace(StatedExecution(lines=at(line), stage=stage), **more)


def status(line: int, word: str, text: str = "") -> StatedStatus:
    return StatedStatus(lines=at(line), status=word, text=text or f"Status: {word.upper()}")


def fix(line: int, file: str = "app/throttle.py", commit: str = "") -> StatedFix:
    return StatedFix(lines=at(line), place=Place(file=file, line=44), change="Count by account", commit=commit)


HONEST: dict[str, AnyClaim] = {
    "phase 0": phase(1, "0", "Log analysis"),
    "issue": StatedIssue(lines=at(3, 8), title="Login throttle lets everybody in", message="throttle: no bucket for acct-77", chosen=True),
    "choice": StatedChoice(lines=at(9), title="Login throttle lets everybody in"),
    "phase 1": phase(10, "1", "Five whys"),
    "root cause": StatedRootCause(
        lines=at(15, 18), statement="Buckets are keyed by address", scope=(Place(file="app/throttle.py", line=40),)
    ),
    "phase 2": phase(20, "2", "Test plan"),
    "unit count": count(21, "planned", 3, level=Level.UNIT, file=UNIT_FILE, listed=3, lines=at(21, 24)),
    "blocks": planned(22, "test_blocks_after_five()", red=True),
    "unblocks": planned(23, "test_unblocks_later()", red=True),
    "per user": planned(24, "test_counts_per_user()"),
    "flow count": count(26, "planned", 1, level=Level.INTEGRATION, file=FLOW_FILE, listed=1, lines=at(26, 27)),
    "flow": planned(27, "test_login_flow()", red=True, file=FLOW_FILE, level=Level.INTEGRATION),
    "pattern": ProposedPattern(lines=at(29), regex=r"^acct-\d+$", must_match=("acct-77",)),
    "phase 2.1": phase(31, "2.1", "GitHub issue"),
    "github": StatedGitHub(lines=at(32, 35), number=7, state="open"),
    "phase 3": phase(40, "3", "Tests implemented - COMPLETED"),
    "unit file": StatedFile(lines=at(41), path=UNIT_FILE, level=Level.UNIT, count=3),
    "flow file": StatedFile(lines=at(42), path=FLOW_FILE, level=Level.INTEGRATION, count=1),
    "phase 4": phase(50, "4", "Review"),
    "review": StatedReview(lines=at(51), verdict="approved", score=96.0),
    "phase 5": phase(60, "5", "Red run"),
    "red run": execution(61, "before", command=COMMAND),
    "blocks red": result(62, "test_blocks_after_five", "failed"),
    "unblocks red": result(63, "test_unblocks_later", "failed"),
    "per user green": result(64, "test_counts_per_user", "passed"),
    "flow red": result(65, "test_login_flow", "failed"),
    "collected": count(66, "collected", 4),
    "phase 6": phase(70, "6", "Fix"),
    "fix": fix(71, commit="0a1b2c3d"),
    "phase 7": phase(80, "7", "Green run"),
    "green run": execution(81, "after", command=COMMAND),
    "blocks green": result(82, "test_blocks_after_five", "passed", "after"),
    "unblocks green": result(83, "test_unblocks_later", "passed", "after"),
    "per user still green": result(84, "test_counts_per_user", "passed", "after"),
    "flow green": result(85, "test_login_flow", "passed", "after"),
    "green totals": execution(86, "after", passed=4, failed=0, total=4, percent=100.0, seconds=2.5),
    "phase 8": phase(90, "8", "Commit"),
    "resolved": status(91, "resolved", "RESOLVED: the login throttle counts by account"),
    "github closed": StatedGitHub(lines=at(92), number=7, state="closed"),
}


def but(**changed: AnyClaim | None) -> list[AnyClaim]:
    """The honest log with some claims changed, added, or (None) taken away; `_` in a name stands for a blank."""
    claims = {**HONEST, **{name.replace("_", " "): claim for name, claim in changed.items()}}
    return [claim for claim in claims.values() if claim is not None]


def changed(name: str, **fields: object) -> AnyClaim:
    """One claim of the honest log with some of its fields changed."""
    return msgspec.structs.replace(HONEST[name], **fields)


def iteration(*incidents: Iterable[AnyClaim]) -> StatedIteration:
    return StatedIteration(at(1, 999), 1, "", tuple(Incident(at(1, 999), tuple(claims)) for claims in incidents))


def found(*incidents: Iterable[AnyClaim]) -> list[Contradiction]:
    return of_log(iteration(*incidents))


def codes(*incidents: Iterable[AnyClaim]) -> list[str]:
    return [contradiction.code for contradiction in found(*incidents)]
