import pytest

from audits.terms import Expectation
from tests.audits.contradictions.stated import COMMAND, but, changed, execution, fix, found, phase, planned, result, status

NO_TOTALS = {"green_totals": None}


def of_code(code, log):
    return [contradiction for contradiction in found(log) if contradiction.code == code]


# --- result_missing ----------------------------------------------------------------------------


def test_a_planned_test_of_a_file_that_was_run_and_has_no_result():
    log = but(per_user_green=None, per_user_still_green=None, collected=changed("collected", count=3), **NO_TOTALS)

    (contradiction,) = of_code("result_missing", log)

    assert contradiction.where == ("line 24", "line 66")
    assert contradiction.subject == "test_counts_per_user"


def test_it_may_be_among_those_that_the_totals_count_without_naming():
    log = but(per_user_green=None, per_user_still_green=None, collected=None)

    assert of_code("result_missing", log) == []


def test_where_few_of_a_files_planned_tests_have_results_the_names_have_changed():
    log = but(per_user_green=None, per_user_still_green=None, unblocks_red=None, unblocks_green=None, collected=None, **NO_TOTALS)

    assert of_code("result_missing", log) == []


def test_a_log_that_calls_nothing_complete_misses_no_result():
    log = but(
        per_user_green=None,
        per_user_still_green=None,
        collected=None,
        resolved=None,
        github_closed=None,
        phase_3=phase(40, "3"),
        **NO_TOTALS,
    )

    assert of_code("result_missing", log) == []


@pytest.mark.parametrize(
    "said", [status(95, "complete", "Red run: COMPLETE"), phase(95, "9", "Red run completed"), status(95, "committed")]
)
def test_a_run_or_the_work_may_be_called_complete(said):
    bare = {"resolved": None, "github_closed": None, "phase_3": phase(40, "3"), **NO_TOTALS}
    log = but(per_user_green=None, per_user_still_green=None, collected=None, said=said, **bare)

    assert len(of_code("result_missing", log)) == 1


def test_a_test_that_is_in_a_run_and_not_in_the_later_smaller_one():
    log = but(per_user_still_green=None, green_totals=execution(86, "after", passed=3, seconds=3.1))

    (contradiction,) = of_code("result_missing", log)

    assert contradiction.where == ("line 64", "line 86")
    assert contradiction.subject == "test_counts_per_user"


def test_a_later_run_whose_totals_count_all_misses_none():
    assert of_code("result_missing", but(per_user_still_green=None)) == []


def test_a_later_run_of_a_selection_misses_none():
    selection = changed("green run", command=f"{COMMAND} -k flow")
    log = but(per_user_still_green=None, green_run=selection, green_totals=execution(86, "after", passed=3))

    assert of_code("result_missing", log) == []


def test_a_later_run_of_other_tests_misses_none():
    log = but(
        unblocks_green=None,
        per_user_still_green=None,
        blocks_green=None,
        green_totals=execution(86, "after", passed=1, command="make smoke"),
    )

    assert of_code("result_missing", log) == []


# --- still_red_called_fixed --------------------------------------------------------------------


def test_a_test_that_failed_after_the_fix_while_the_fault_is_called_fixed():
    log = but(blocks_green=changed("blocks green", outcome="failed"), **NO_TOTALS)

    (contradiction,) = of_code("still_red_called_fixed", log)

    assert contradiction.where == ("line 82", "line 91")
    assert contradiction.detail == "test_blocks_after_five failed after the fix; the fault is called resolved."


def test_a_test_that_failed_before_the_fix_and_is_not_shown_passing():
    log = but(blocks_green=None, **NO_TOTALS)

    (contradiction,) = of_code("still_red_called_fixed", log)

    assert contradiction.where == ("line 62", "line 91")


@pytest.mark.parametrize(
    "shown",
    [
        execution(86, "after", passed=4, failed=0),
        execution(86, "after", passed=4, total=4, percent=100.0),
        execution(86, "after", command=COMMAND, passed=4, failed=0),
        status(89, "verified", "All 4 tests now pass"),
        status(89, "verified", "ALL TESTS PASSING"),
        result(89, "tests/unit/test_throttle.py::TestThrottle::test_blocks_after_five", "passed", "after"),
    ],
)
def test_what_shows_it_passing(shown):
    assert of_code("still_red_called_fixed", but(blocks_green=None, shown=shown, **NO_TOTALS)) == []


@pytest.mark.parametrize(
    "shown",
    [
        execution(86, "after", passed=3, failed=1),
        execution(86, "after", passed=3, total=4),
        execution(86, "after", passed=4, errors=1),
        execution(86, "after", command="pytest tests/smoke/test_up.py", passed=9, failed=0),
        status(89, "verified", "All critical tests pass"),
    ],
)
def test_what_does_not(shown):
    assert len(of_code("still_red_called_fixed", but(blocks_green=None, shown=shown, **NO_TOTALS))) == 1


def test_all_tests_pass_is_no_word_where_the_run_tells_of_fewer():
    log = but(blocks_green=None, green_totals=execution(86, "after", passed=3), shown=status(89, "verified", "All tests pass"))

    assert len(of_code("still_red_called_fixed", log)) == 1


@pytest.mark.parametrize(("passed", "expected"), [(2, 1), (3, 0)])
def test_a_run_of_the_red_tests_alone_shows_them_passing_without_their_names(passed, expected):
    reds = [result(line, f"test_{line}", "failed") for line in (1, 2, 3)]
    log = [*reds, result(4, "test_4", "passed"), execution(6, "after", passed=passed), status(9, "resolved")]

    assert bool(of_code("still_red_called_fixed", log)) == expected


def test_all_tests_pass_is_no_word_against_a_result_that_failed():
    log = but(blocks_green=changed("blocks green", outcome="failed"), shown=status(89, "verified", "All tests pass"), **NO_TOTALS)

    assert len(of_code("still_red_called_fixed", log)) == 1


def test_red_before_the_fix_is_as_it_should_be_while_nothing_is_called_fixed():
    log = but(blocks_green=None, resolved=None, github_closed=None, **NO_TOTALS)

    assert of_code("still_red_called_fixed", log) == []


def test_a_fix_called_fixed_before_the_run_that_refutes_it_and_not_after_is_honest():
    log = but(blocks_green=changed("blocks green", outcome="failed"), resolved=status(75, "fixed", "FIXED"), **NO_TOTALS)

    assert of_code("still_red_called_fixed", log) == []


def test_what_the_head_of_the_log_says_is_said_of_its_end():
    log = but(blocks_green=None, resolved=status(2, "resolved", "Status: RESOLVED"), **NO_TOTALS)

    (contradiction,) = of_code("still_red_called_fixed", log)

    assert contradiction.where == ("line 62", "line 2")


def test_sections_in_reverse_order_are_read_by_their_stage():
    log = [result(10, "test_a", "passed", "after"), result(20, "test_a", "failed", "before"), status(30, "resolved")]

    assert of_code("still_red_called_fixed", log) == []


def test_a_second_fix_that_turns_it_green_ends_the_matter():
    log = [
        result(1, "test_a", "failed", "after"),
        status(2, "fixed", "FIXED"),
        fix(3),
        result(4, "test_a", "passed", "after"),
        status(5, "resolved"),
    ]

    assert of_code("still_red_called_fixed", log) == []


def test_totals_tell_where_no_test_is_named():
    log = [execution(3, "after", passed=5, failed=2), status(9, "resolved")]

    (contradiction,) = of_code("still_red_called_fixed", log)

    assert contradiction.where == ("line 3", "line 9")


@pytest.mark.parametrize(("own", "expected"), [({"passed": 6, "failed": 0}, 0), ({"passed": 2, "failed": 2}, 1)])
def test_failures_of_a_greater_suite_beside_the_green_run_are_not_the_faults(own, expected):
    log = [execution(3, "after", **own), execution(6, "after", passed=405, failed=5), status(9, "resolved")]

    assert len(of_code("still_red_called_fixed", log)) == expected


def test_red_totals_before_the_fix_and_green_ones_after_it():
    log = [execution(3, "before", passed=1, failed=2), execution(6, "after", passed=3), status(9, "resolved")]

    assert of_code("still_red_called_fixed", log) == []


@pytest.mark.parametrize(
    "text",
    [
        "The original error should be resolved",
        "When the fault is fixed, all users can log in",
        "The header was already fixed in 2.1",
        "All issues resolved during audit",
        "2 tests passed, 1 timing issue resolved",
        "`test_login_flow`: race FIXED",
        "Partially resolved",
        "Not yet fixed",
    ],
)
def test_hopes_and_asides_call_nothing_fixed(text):
    log = but(blocks_green=None, resolved=status(91, "resolved", text), github_closed=None, **NO_TOTALS)

    assert of_code("still_red_called_fixed", log) == []


STILL = status(75, "failing", "The login throttle still fails in staging")


def test_a_fault_that_is_said_to_be_there_after_the_fix_and_then_called_fixed():
    log = but(still=STILL, resolved=status(91, "resolved", "RESOLVED"), **NO_TOTALS)

    (contradiction,) = of_code("still_red_called_fixed", log)

    assert contradiction.where == ("line 75", "line 91")


@pytest.mark.parametrize(
    "change",
    [
        {"resolved": status(91, "resolved", "RESOLVED: the throttle works in staging")},
        {"shown": execution(88, "after", passed=4)},
        {"second_fix": fix(77)},
        {"still": status(61, "failing", "The login throttle still fails in staging")},
        {"still": status(75, "failing", "The throttle tests fail as expected")},
        {"still": status(75, "failing", "The thumbnail worker still fails")},
        {"resolved": None},
    ],
)
def test_what_takes_that_away(change):
    log = but(**{"still": STILL, "resolved": status(91, "resolved", "RESOLVED"), **NO_TOTALS, **change})

    assert of_code("still_red_called_fixed", log) == []


# --- never_red ---------------------------------------------------------------------------------


def test_a_test_that_must_fail_before_the_fix_and_passed():
    (contradiction,) = found(but(blocks_red=changed("blocks red", outcome="passed")))

    assert (contradiction.code, contradiction.where) == ("never_red", ("line 62", "line 22"))


def test_a_test_of_which_no_expectation_is_stated_may_pass():
    log = but(blocks=changed("blocks", expectation=Expectation.UNSTATED), blocks_red=changed("blocks red", outcome="passed"))

    assert found(log) == []


def test_a_test_that_was_red_in_another_run_before_the_fix_was_red():
    log = but(early=result(43, "test_blocks_after_five", "passed"))

    assert of_code("never_red", log) == []


def test_a_result_of_unknown_stage_says_nothing_of_before():
    log = [planned(1, "test_a", red=True), result(9, "test_a", "passed", "")]

    assert found(log) == []
