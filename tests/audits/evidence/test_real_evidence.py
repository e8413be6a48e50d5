import pytest

from tests.audits.evidence.readers import read

pytestmark = pytest.mark.shared_data

PREFIX = "test_e2e_staging_pipeline_pattern_"


def read_real(shared_data, name):
    cases, totals = read((shared_data / "evidence" / name).read_bytes())
    return {case.identity.name: case for case in cases}, totals


def test_before_the_fix_four_of_seven_failed(shared_data):
    cases, totals = read_real(shared_data, "before-fix.junit.xml")

    assert (totals.cases, totals.failed, totals.passed, totals.remarks) == (7, 4, 3, [])
    assert cases[f"{PREFIX}fails_before_fix"].message.startswith("AssertionError: CRITICAL BUG")


def test_after_the_fix_three_of_seven_still_failed(shared_data):
    cases, totals = read_real(shared_data, "after-fix.junit.xml")

    assert (totals.cases, totals.failed, totals.passed, totals.remarks) == (7, 3, 4, [])
    assert cases[f"{PREFIX}passes_after_fix"].outcome == "failed"


@pytest.mark.parametrize("name", ["before-fix.junit.xml", "after-fix.junit.xml"])
def test_class_tool_and_times_are_told(shared_data, name):
    cases, totals = read_real(shared_data, name)

    assert {case.identity.classname for case in cases.values()} == {
        "tests.unit.shared.test_id_validation_patterns.TestIDValidationPatterns"
    }
    assert (totals.tool, totals.collected) == ("pytest", 7)
    assert totals.seconds > 0
