"""The words of an audit, as DESIGN defines them. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """How much of the system a test drives."""

    UNIT = "unit"
    INTEGRATION = "integration"
    E2E = "e2e"


class Expectation(StrEnum):
    """What a planned test must show. The first two are SWE-bench's FAIL_TO_PASS and PASS_TO_PASS."""

    RED_THEN_GREEN = "red_then_green"
    ALWAYS_GREEN = "always_green"
    UNSTATED = "unstated"


class Stage(StrEnum):
    """When a run was made."""

    BEFORE_FIX = "before_fix"
    AFTER_FIX = "after_fix"
    STABILITY = "stability"


class Outcome(StrEnum):
    """What a runner reported of one attempt at one test.

    `xfailed` failed as its author had announced, `xpassed` passed although a failure had been announced.
    """

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    XPASSED = "xpassed"


class Verdict(StrEnum):
    """What the evidence says of a fix. Computed, never typed."""

    VERIFIED = "verified"
    REFUTED = "refuted"
    INCOMPLETE = "incomplete"


class Phase(StrEnum):
    """The phases of an iteration, in their order."""

    LOG_ANALYSIS = "log_analysis"
    ROOT_CAUSE = "root_cause"
    TEST_PLAN = "test_plan"
    GITHUB_ISSUE = "github_issue"
    TEST_IMPLEMENTATION = "test_implementation"
    TEST_AUDIT = "test_audit"
    RED_RUN = "red_run"
    FIX = "fix"
    GREEN_RUN = "green_run"
    COMMIT = "commit"


# What people call the phases: the numbers of the process that Fixproof keeps the record of.
NUMBER_OF_PHASE: Final = dict(zip(Phase, ("0", "1", "2", "2.1", "3", "4", "5", "6", "7", "8"), strict=True))
