import pytest

from audits.claims.shapes import StatedFile
from audits.terms import Level
from tests.audits.contradictions.stated import COMMAND, FLOW_FILE, UNIT_FILE, at, but, changed, execution, found, planned, result, status

UNIT_ONLY = f"pytest {UNIT_FILE}"
FLOW_LEFT_OUT = {
    "red_run": changed("red run", command=UNIT_ONLY),
    "green_run": changed("green run", command=UNIT_ONLY),
    "flow_red": None,
    "flow_green": None,
    "collected": None,
    "green_totals": None,
}


def never_executed(log):
    return [contradiction for contradiction in found(log) if contradiction.code == "never_executed"]


def test_a_level_that_no_run_covers_is_told_with_the_claim_of_completion():
    (contradiction,) = never_executed(but(**FLOW_LEFT_OUT))

    assert contradiction.where == ("line 42", "line 91")
    assert contradiction.detail == "The log claims completion and tells of no run of the integration tests."


def test_a_log_that_claims_nothing_may_have_tests_to_run():
    assert never_executed(but(**FLOW_LEFT_OUT, resolved=None)) == []


@pytest.mark.parametrize(
    "command",
    [
        f"pytest {FLOW_FILE}",
        "pytest tests/integration",
        "pytest -q ./tests/integration/",
        "pytest tests/",
        "python run_tests.py --category integration",
        "pytest",
        "make test",
    ],
)
def test_a_run_that_covers_it(command):
    log = but(**FLOW_LEFT_OUT, more=execution(88, "after", command=command, passed=1, failed=0))

    assert never_executed(log) == []


def test_a_command_without_an_outcome_is_an_instruction_and_no_run():
    log = but(**FLOW_LEFT_OUT, more=execution(88, "", command=f"pytest {FLOW_FILE}"))

    assert len(never_executed(log)) == 1


def test_a_result_by_name_is_a_run():
    assert never_executed(but(**{**FLOW_LEFT_OUT, "flow_green": changed("flow green")})) == []


def test_totals_without_a_command_may_be_of_anything():
    log = but(**FLOW_LEFT_OUT, more=execution(95, "after", passed=4, failed=0))

    assert never_executed(log) == []


def test_nothing_run_at_all_is_one_contradiction():
    files = [StatedFile(lines=at(3), path=UNIT_FILE), StatedFile(lines=at(4), path=FLOW_FILE)]

    (contradiction,) = never_executed([*files, status(9, "resolved")])

    assert contradiction.where == ("line 3", "line 4", "line 9")
    assert contradiction.detail == "The log claims completion and tells of no run of any test."


def test_a_file_of_a_level_that_was_run_is_told_by_itself():
    more = StatedFile(lines=at(43), path="tests/unit/test_buckets.py", level=Level.UNIT, count=2)

    (contradiction,) = never_executed(but(more=more, collected=None, green_totals=None))

    assert contradiction.detail == "The log claims completion and tells of no run of tests/unit/test_buckets.py."


def test_a_planned_file_may_have_been_given_another_name():
    planned_elsewhere = planned(25, "test_empty_bucket", file="tests/unit/test_buckets.py")

    assert never_executed(but(more=planned_elsewhere)) == []


def test_a_planned_level_without_files_is_covered_by_its_names():
    log = [
        planned(1, "test_a", file="", level=Level.UNIT),
        planned(2, "test_b", file="", level=Level.E2E),
        result(5, "test_a", "passed", "after"),
        status(9, "resolved"),
    ]

    (contradiction,) = never_executed(log)

    assert contradiction.where == ("line 2", "line 9")


def test_totals_of_more_tests_than_those_named_may_hold_the_rest():
    log = [
        planned(1, "test_a", file="", level=Level.UNIT),
        planned(2, "test_b", file="", level=Level.E2E),
        execution(4, "after", passed=2),
        result(5, "test_a", "passed", "after"),
        status(9, "resolved"),
    ]

    assert never_executed(log) == []


def test_totals_of_just_those_named_hold_no_others():
    log = [
        planned(1, "test_a", file="", level=Level.UNIT),
        planned(2, "test_b", file="", level=Level.E2E),
        execution(4, "after", passed=1),
        result(5, "test_a", "passed", "after"),
        status(9, "committed"),
    ]

    (contradiction,) = never_executed(log)

    assert contradiction.where == ("line 2", "line 9")


def test_totals_of_a_file_s_implemented_tests_hold_no_others():
    log = [
        planned(1, "test_a"),
        planned(2, "test_b", file=FLOW_FILE, level=Level.INTEGRATION),
        StatedFile(lines=at(3), path=UNIT_FILE, count=4),
        execution(4, "after", passed=4),
        result(5, "test_a", "passed", "after"),
        status(9, "resolved"),
    ]

    assert len(never_executed(log)) == 1


def test_a_run_that_names_tests_of_the_plan_and_others_is_of_those_it_names():
    log = [
        planned(1, "test_a", file="", level=Level.UNIT),
        planned(2, "test_b", file="", level=Level.E2E),
        result(4, "test_a", "passed", "after"),
        result(5, "test_of_long_ago", "passed", "after"),
        status(9, "resolved"),
    ]

    assert len(never_executed(log)) == 1


def test_a_run_that_names_none_of_the_planned_tests_may_be_of_any():
    log = [planned(1, "test_a"), result(5, "test_of_another_name", "passed", "after"), status(9, "resolved")]

    assert never_executed(log) == []


def test_a_level_that_the_log_tells_of_a_run_is_covered_by_it():
    log = but(**FLOW_LEFT_OUT, more=execution(95, "after", level=Level.INTEGRATION, passed=1))

    assert never_executed(log) == []


def test_tests_of_no_known_file_and_level_are_not_told_of():
    assert never_executed([planned(1, "test_a", file="", level=None), status(9, "resolved")]) == []


def test_the_whole_command_covers_both_files():
    assert never_executed(but(red_run=changed("red run", command=COMMAND))) == []
