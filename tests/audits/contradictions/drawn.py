"""Logs drawn at random, from few names and lines so that their claims meet."""

from hypothesis import strategies as st

from audits.claims.shapes import (
    Lines,
    Place,
    ProposedPattern,
    StatedChoice,
    StatedCount,
    StatedExecution,
    StatedFile,
    StatedFinding,
    StatedFix,
    StatedGitHub,
    StatedIssue,
    StatedPhase,
    StatedResult,
    StatedReview,
    StatedRootCause,
    StatedScore,
    StatedStatus,
    StatedSystemIssue,
    StatedTest,
    StatedTime,
)
from audits.terms import Expectation, Level, Outcome

WORDS = st.sampled_from(
    ["", "Status: RESOLVED", "throttle fixed", "3 tests passed", "should be fixed", "Fix COMPLETED ✅", "when done", "pool race"]
) | st.text(max_size=12)
NAMES = st.sampled_from(["test_a", "test_b()", "T::test_a", "tests/unit/test_x.py::test_c[1]", "adds two numbers"]) | st.text(max_size=8)
FILES = st.sampled_from(["", "tests/unit/test_x.py", "test_x.py", "tests/e2e/test_y.py", "app/core.py", "/", "a/"]) | st.text(max_size=8)
COMMANDS = st.sampled_from(["", "pytest", "pytest tests/unit/test_x.py", "pytest tests/e2e -k a", "make test"]) | st.text(max_size=12)
STAGES = st.sampled_from(["", "before", "after"])
NUMBERS = st.none() | st.integers(0, 9) | st.integers(-(2**40), 2**40)
FLOATS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
STATUSES = st.sampled_from(
    [
        "fixed",
        "resolved",
        "complete",
        "verified",
        "confirmed",
        "not_reproduced",
        "pending",
        "failing",
        "ready_to_commit",
        "committed",
        "commit_named",
    ]
)
LEVELS = st.none() | st.sampled_from(Level)
LINES = st.tuples(st.integers(1, 60), st.integers(0, 5)).map(lambda span: Lines(span[0], sum(span)))
PLACES = st.builds(
    Place, file=FILES, line=st.none() | st.integers(1, 99), module=st.sampled_from(["", "app.core", "."]), function=st.text(max_size=3)
)


def claim(kind, **fields):
    return st.builds(kind, lines=LINES, **fields)


CLAIMS = st.one_of(
    claim(StatedIssue, title=WORDS, message=WORDS, chosen=st.booleans()),
    claim(StatedChoice, title=WORDS),
    claim(StatedRootCause, statement=WORDS, scope=st.lists(PLACES, max_size=2).map(tuple), corrects=st.booleans()),
    claim(
        ProposedPattern, regex=st.sampled_from(["^a$", "(", "b+"]) | st.text(max_size=5), must_match=st.lists(WORDS, max_size=2).map(tuple)
    ),
    claim(StatedTest, name=NAMES, level=LEVELS, file=FILES, expectation=st.sampled_from(Expectation)),
    claim(
        StatedCount,
        of=st.sampled_from(["planned", "implemented", "collected"]),
        count=st.integers(0, 9) | st.integers(-(2**40), 2**40),
        level=LEVELS,
        file=FILES,
        listed=st.none() | st.integers(0, 9),
        exact=st.booleans(),
    ),
    claim(StatedFile, path=FILES, level=LEVELS, count=NUMBERS, approved=st.booleans()),
    claim(StatedResult, name=NAMES, outcome=st.sampled_from(Outcome), stage=STAGES),
    claim(
        StatedExecution,
        stage=STAGES,
        command=COMMANDS,
        passed=NUMBERS,
        failed=NUMBERS,
        errors=NUMBERS,
        skipped=NUMBERS,
        total=NUMBERS,
        percent=FLOATS,
        seconds=FLOATS,
    ),
    claim(StatedScore, of=WORDS, value=st.floats(0, 100), overall=st.booleans()),
    claim(StatedReview, verdict=st.sampled_from(["approved", "needs_improvement"]), score=FLOATS),
    claim(StatedFinding, text=WORDS, severity=st.sampled_from(["", "critical", "minor"]), closed=st.booleans(), strength=st.booleans()),
    claim(StatedFix, place=PLACES, commit=st.sampled_from(["", "0a1b2c3"])),
    claim(StatedGitHub, state=st.sampled_from(["", "open", "closed"])),
    claim(StatedStatus, status=STATUSES, text=WORDS),
    claim(StatedSystemIssue, title=WORDS),
    claim(StatedPhase, number=st.sampled_from(["0", "1", "2", "2.1", "3", "4", "5"]) | st.text(max_size=3), title=WORDS),
    claim(StatedTime, of=WORDS, seconds=FLOATS, moment=st.sampled_from(["", "2025-01-01", "2025-01-01T10:00:00Z"]) | st.text(max_size=6)),
)
INCIDENTS = st.lists(CLAIMS, max_size=25)
