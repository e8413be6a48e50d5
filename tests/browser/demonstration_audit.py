"""What the pictures show of the audit: an iteration whose log would say “fixed”, and whose tests refute it; and a log kept by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from io import BytesIO
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from incidents.actors import Actor
    from incidents.models import Issue, Project

BASE, FIX = "3f8a1c90d7e24b56a1029c4f7be8d6510a3e9f72", "b41d07f2c95e48a3860f1d2ab7c3e59418d6f0ac"
FILE = "tests/unit/test_user_ids.py"
WHYS = [
    ("Why does the pipeline’s chat not connect?", "The WebSocket is closed with “Invalid user_id format”.", ["log entry 1a2b3c"]),
    ("Why is the user id refused?", "It matches none of the patterns that ids are held against.", ["shared/types/core_types.py:336"]),
    ("Why does it match none?", "The pipeline makes ids of the form e2e-staging_pipeline; the patterns know hyphens alone.", []),
    ("Why do the patterns know hyphens alone?", "They were written from a list of ids that people have.", ["commit 77c0de1"]),
    ("Why did nobody notice?", "No test holds the patterns against the ids that the pipeline really makes.", []),
]
TESTS = {
    "test_pipeline_id_is_refused_before_the_fix": ("red_then_green", "failure", "passed"),
    "test_pipeline_id_is_accepted_after_the_fix": ("red_then_green", "failure", "failure"),
    "test_release_ids_of_other_stages": ("red_then_green", "failure", "failure"),
    "test_ids_of_people_stay_valid": ("always_green", "passed", "passed"),
    "test_empty_and_endless_ids_stay_refused": ("always_green", "failure", "failure"),
    "test_ids_are_compared_in_small_letters": ("always_green", "passed", "passed"),
}
SAID = "AssertionError: assert is_valid_user_id('e2e-staging_pipeline') is True"
LOG = """\
# Audit log: Redis does not answer

**Severity:** ERROR
**Message:** Redis ping timed out after 10 s
**Location:** `cache/client.py:88`

## Five whys

**Why 1:** Why do sessions get lost? Redis does not answer in time.
**Why 2:** Why does it not answer? Its address points to the old network.

## Root cause

The connector was moved, and the address was not.

## Test plan

### Unit tests (3 tests)

- `test_address_is_read_from_the_environment`
- `test_timeout_is_reported`

## Results

- ✅ `test_address_is_read_from_the_environment` PASSED
- ❌ `test_timeout_is_reported` FAILED

**Status:** FIXED ✅
"""


def walk(project: Project, issue: Issue, *, engineer: Actor, reviewer: Actor) -> dict[str, int]:
    """The iteration up to phase 7, and the imported log; gives the keys of their rows."""
    from audits.actions import evidence, fixes, iterations, reviews, statements
    from audits.actions.imports import import_log
    from incidents.actions import issues
    from incidents.actors import Actor
    from incidents.models import ActorKind
    from incidents.severity import Severity

    ci = Actor(ActorKind.AGENT, "CI of the backend")

    def post(stage: str, commit: str, outcomes: dict[str, str], seconds: float) -> int:
        about = evidence.About(stage, commit, command=f"pytest {FILE} --junitxml=report.xml", exit_status=1)
        return evidence.post_run(iteration, actor=ci, report=BytesIO(report(outcomes, seconds)), about=about)[0].pk

    iteration = iterations.begin(
        project,
        actor=engineer,
        focus="websocket",
        issue=issue,
        reasons=["The chat is down for the pipeline, and it goes over the WebSocket"],
    )
    iterations.advance(iteration, actor=engineer)
    statements.set_root_cause(
        iteration,
        actor=engineer,
        whys=[{"question": question, "answer": answer, "evidence": seen} for question, answer, seen in WHYS],
        statement="The patterns of user ids do not know the ids that the staging pipeline makes.",
        impact="The end-to-end pipeline cannot open a chat, so that no release of the chat is tested.",
        fix="Add a pattern for the pipeline’s ids, and hold the patterns against them in a test.",
        scope=[{"file": "shared/types/core_types.py", "line": 336}, {"file": FILE}],
        proposed_pattern={"regex": "^e2e-[a-z]+-pipeline$", "must_match": ["e2e-staging_pipeline", "e2e-staging-pipeline"]},
    )
    iterations.advance(iteration, actor=engineer)
    statements.set_test_plan(iteration, actor=engineer, **plan())
    iterations.advance(iteration, actor=engineer)
    iterations.advance(iteration, actor=engineer)
    statements.set_test_files(iteration, actor=engineer, files=[{"path": FILE, "level": "unit", "tests": len(TESTS)}])
    iterations.advance(iteration, actor=engineer)
    review = reviews.review(iteration, actor=reviewer, **the_review())
    reviews.close_finding(iteration, review.findings.get(ordinal=1), actor=reviewer, how="The ids come from the pipeline’s own code now.")
    iterations.advance(iteration, actor=engineer)
    post("before_fix", BASE, {name: before for name, (_, before, _) in TESTS.items()}, 1.94)
    reviews.waive(
        iteration,
        actor=reviewer,
        code="broken_before",
        subject="test_empty_and_endless_ids_stay_refused",
        reason="Red for a reason of its own; a child issue is open for it.",
    )
    issues.create(
        project,
        actor=engineer,
        title="Ids of 10,000 characters are accepted",
        severity=Severity.WARNING,
        parent=issue,
        fix_needed="Bound the length before the pattern is tried.",
    )
    iterations.advance(iteration, actor=engineer)
    fixes.record_fix(
        iteration,
        actor=engineer,
        commit=FIX,
        location={"file": "shared/types/core_types.py", "line": 336},
        change="One more pattern in the list: ^e2e-[a-z]+-pipeline$",
        purpose="Ids of the staging pipeline are accepted.",
        pull_request="#105",
        documentation=["docs/user-ids.md"],
    )
    iterations.advance(iteration, actor=engineer)
    run = post("after_fix", FIX, {name: after for name, (_, _, after) in TESTS.items()}, 1.71)
    made, _ = import_log(project, actor=engineer, raw=LOG.encode())
    return {"iteration": iteration.pk, "run": run, "import": made.pk, "imported": made.iterations.get().pk}


def plan() -> dict[str, Any]:
    tests = [
        {"level": "unit", "file": FILE, "name": name, "expectation": expectation, "purpose": "", "expected_failure": ""}
        for name, (expectation, _, _) in TESTS.items()
    ]
    tests[0] |= {"purpose": "Shows the fault as it is in the log.", "expected_failure": "is_valid_user_id"}
    metrics = ["All six tests pass at the fix, three times in a row", "No “Invalid user_id format” for the pipeline in a day of staging"]
    return {
        "strategy": "The patterns alone, without a server: a table of ids and what becomes of each.",
        "tests": tests,
        "success_metrics": metrics,
    }


def the_review() -> dict[str, Any]:
    scores = {
        "authentication is real": 85,
        "real services": 80,
        "absolute imports": 100,
        "assertions": 90,
        "target coverage": 85,
        "timing": 95,
    }
    weights = {"absolute imports": 1, "timing": 1}
    return {
        "checks": [{"name": name, "weight": weights.get(name, 2), "score": score} for name, score in scores.items()],
        "findings": [
            {"severity": "major", "text": "The ids in the table are made up.", "file": FILE},
            {"severity": "minor", "text": "Two tests assert the same of an empty id.", "file": FILE},
        ],
        "strengths": ["Each test says in its name what it shows."],
        "approved_files": [FILE],
    }


def report(outcomes: dict[str, str], seconds: float) -> bytes:
    cases = []
    for number, (name, outcome) in enumerate(outcomes.items(), start=1):
        told = f"{FILE}:{20 + 9 * number}: in {name}\n>   {SAID.removeprefix('AssertionError: ')}\nE   {SAID}"
        inside = f"<failure message={quoteattr(SAID)}>{escape(told)}</failure>" if outcome == "failure" else ""
        cases.append(f'<testcase classname="tests.unit.test_user_ids" name="{name}" time="0.00{number}">{inside}</testcase>')
    red = sum(outcome == "failure" for outcome in outcomes.values())
    head = f'<testsuite name="pytest" tests="{len(cases)}" failures="{red}" errors="0" skipped="0" time="{seconds}">'
    return f'<?xml version="1.0" encoding="utf-8"?><testsuites>{head}{"".join(cases)}</testsuite></testsuites>'.encode()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Everything happens from this moment on, a second after the other: what is signed and chained cannot be dated afterwards."""

    class Then(datetime):
        _asked = 0

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            cls._asked += 1
            return (moment + timedelta(seconds=cls._asked)).astimezone(tz)

    with patch("django.utils.timezone.datetime", Then):
        yield
