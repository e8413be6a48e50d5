"""The pair of real reports from before and after a fix that its log calls done."""

from pathlib import Path

import pytest

from audits.evidence.reading import open_report
from audits.signals import signals
from audits.terms import Expectation, Level, Stage, Verdict
from audits.verification import EvidenceRun, PlannedTest, ResultRow, verify

BASE, FIX = "4e99b54cc793c4fbba065e6bd0b362e35f994ed8", "e2c2c36f6b44f696b794fcffd21a4500992da0b6"
FILE = "tests/unit/shared/test_id_validation_patterns.py"
RED_FIRST = (
    "test_e2e_staging_pipeline_pattern_fails_before_fix",
    "test_e2e_staging_pipeline_pattern_passes_after_fix",
    "test_edge_case_deployment_patterns",
)
ALWAYS_GREEN = (
    "test_existing_patterns_still_work",
    "test_invalid_patterns_still_rejected",
    "test_regex_pattern_matching_directly",
    "test_validation_performance_with_new_patterns",
)
PLAN = [
    *(PlannedTest(Level.UNIT, FILE, name, Expectation.RED_THEN_GREEN) for name in RED_FIRST),
    *(PlannedTest(Level.UNIT, FILE, name, Expectation.ALWAYS_GREEN) for name in ALWAYS_GREEN),
]


def report(path: Path, id: int, stage: Stage, commit: str) -> EvidenceRun:
    with path.open("rb") as file:
        rows = [
            ResultRow(case.identity, case.outcome, f"{case.failure_type}\n{case.message}\n{case.text}", case.seconds)
            for case in open_report(file)
        ]
    return EvidenceRun(id=id, stage=stage, commit=commit, results=rows, exit_status=1)


@pytest.fixture
def runs(shared_data: Path) -> list[EvidenceRun]:
    folder = shared_data / "evidence"
    return [
        report(folder / "before-fix.junit.xml", 1, Stage.BEFORE_FIX, BASE),
        report(folder / "after-fix.junit.xml", 2, Stage.AFTER_FIX, FIX),
    ]


@pytest.mark.shared_data
def test_the_real_pair_refutes_the_fix_test_by_test(runs):
    verification = verify(PLAN, runs, fix_commit=FIX)

    assert verification.verdict is Verdict.REFUTED
    assert {test.name: test.result.value for test in verification.tests} == {
        "test_e2e_staging_pipeline_pattern_fails_before_fix": "proven",
        "test_e2e_staging_pipeline_pattern_passes_after_fix": "still_red",
        "test_edge_case_deployment_patterns": "still_red",
        "test_existing_patterns_still_work": "proven",
        "test_invalid_patterns_still_rejected": "broken_before",
        "test_regex_pattern_matching_directly": "proven",
        "test_validation_performance_with_new_patterns": "proven",
    }
    assert [(reason.code, reason.subject) for reason in verification.reasons] == [
        ("still_red", "test_e2e_staging_pipeline_pattern_passes_after_fix"),
        ("still_red", "test_edge_case_deployment_patterns"),
        ("broken_before", "test_invalid_patterns_still_rejected"),
    ]


@pytest.mark.shared_data
def test_the_real_tests_are_no_fake_ones(runs):
    assert signals(PLAN, runs) == []
