"""Where what was read of a log does not bear an accusation: numbers of something else, orders and names that are not told."""

import pytest

from audits.claims.shapes import StatedFile, StatedGitHub, StatedReview
from audits.terms import Level
from tests.audits.contradictions.stated import (
    FLOW_FILE,
    UNIT_FILE,
    at,
    but,
    changed,
    codes,
    count,
    execution,
    fix,
    found,
    planned,
    result,
    status,
)

FILES = [
    StatedFile(lines=at(1), path=UNIT_FILE, level=Level.UNIT, count=3),
    StatedFile(lines=at(2), path=FLOW_FILE, level=Level.INTEGRATION, count=4),
]


def of_code(code, log):
    return [contradiction for contradiction in found(log) if contradiction.code == code]


# --- what a command runs -----------------------------------------------------------------------


@pytest.mark.parametrize(("number", "expected"), [(7, 0), (12, 0), (5, 1)])
def test_a_command_that_names_folders_runs_at_least_what_was_implemented_in_them(number, expected):
    command = f"pytest tests/unit {FLOW_FILE}"
    log = [*FILES, execution(9, "after", command=command, file=FLOW_FILE, level=Level.INTEGRATION, passed=number)]

    assert len(of_code("executed_count", log)) == expected


def test_older_tests_of_the_folders_may_all_be_listed():
    older = [result(10 + number, f"test_{number}", "passed", "after") for number in range(12)]
    log = [*FILES, execution(9, "after", command="pytest tests"), *older, execution(30, "after", passed=12)]

    assert of_code("executed_count", log) == []


@pytest.mark.parametrize(("number", "expected"), [(7, 0), (6, 1)])
def test_totals_that_are_those_of_all_files_are_not_of_the_file_beside_them(number, expected):
    log = [*FILES, execution(9, "after", file=FLOW_FILE, passed=number)]

    assert len(of_code("executed_count", log)) == expected


@pytest.mark.parametrize(
    ("option", "expected"),
    [("--lib", 0), ("--package=core", 0), ("--release", 1), ('--logger "console;verbosity=normal"', 1), ("parser", 0)],
)
def test_an_option_may_pick_some_of_the_tests(option, expected):
    log = [FILES[0], execution(9, "after", command=f"cargo test {option}", passed=2, failed=0)]

    assert len(of_code("executed_count", log)) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (f"pytest billing/refunds {FLOW_FILE}", 0),
        (f"cd services/login && pytest {FLOW_FILE}", 0),
        (f".venv/bin/pytest {FLOW_FILE} --cov=app/login", 1),
        (f"pytest ./{FLOW_FILE}", 1),
    ],
)
def test_a_command_that_names_another_place_may_run_what_is_there(command, expected):
    assert len(of_code("executed_count", [*FILES, execution(9, "after", command=command, passed=12)])) == expected


# --- tests and their cases ---------------------------------------------------------------------

SUBTESTS = [
    result(3, "TestBudget", "failed"),
    result(4, "TestBudget/spent", "failed"),
    result(5, "TestBudget/short", "failed"),
    result(6, "TestTimeout", "failed"),
    result(7, "TestTimeout/long", "failed"),
]


@pytest.mark.parametrize(("failed", "expected"), [(2, 0), (5, 0), (3, 0), (1, 1)])
def test_subtests_count_or_their_tests_alone(failed, expected):
    assert len(of_code("executed_count", [*SUBTESTS, execution(9, "before", passed=1, failed=failed)])) == expected


@pytest.mark.parametrize(("number", "expected"), [(2, 0), (5, 0), (1, 1)])
def test_a_number_collected_may_count_subtests_too(number, expected):
    passed = [result(one.lines.first, one.name, "passed") for one in SUBTESTS]

    assert len(of_code("executed_count", [*passed, count(9, "collected", number)])) == expected


def test_cases_of_one_test_are_counted_by_a_runner():
    cases = [result(3 + number, f"test_login[{number}]", "passed", "after") for number in range(5)]
    command = execution(2, "after", command=f"pytest {UNIT_FILE}")
    log = [StatedFile(lines=at(1), path=UNIT_FILE, count=1), command, *cases, execution(9, "after", passed=5)]

    assert of_code("executed_count", log) == []


def test_a_later_run_that_does_not_list_its_subtests_has_lost_none():
    later = [result(20, "TestBudget", "passed", "after"), result(21, "TestTimeout", "passed", "after")]
    more = [result(22, "TestBudget/spent", "passed", "after"), result(23, "TestBudget/short", "passed", "after")]
    log = [*SUBTESTS, *later, *more, execution(30, "after", passed=4, failed=0), status(40, "resolved")]

    assert of_code("result_missing", log) == []


def test_planned_cases_of_one_test_are_as_many_tests_as_the_plan_lists():
    plan = [planned(2, "test_login[chrome]"), planned(3, "test_login[firefox]")]

    assert codes([count(1, "planned", 2), *plan]) == []


def test_a_line_with_two_numbers_of_one_scope_tells_neither_for_sure():
    plan = [planned(line, f"test_{line}") for line in range(2, 10)]

    assert codes([count(1, "planned", 3), count(1, "planned", 9), *plan]) == []
    assert codes([count(1, "planned", 9), *plan]) == ["planned_count"]


# --- passed without being named ----------------------------------------------------------------

REDS = [result(2, "balances", "failed"), result(3, "refuses", "failed"), execution(4, "before", failed=2, total=4)]


@pytest.mark.parametrize(
    "green",
    [
        [execution(8, "after", failed=0, errors=0, skipped=0, total=4)],
        [execution(8, "after", failed=1, total=4), result(9, "rounds", "failed", "after")],
    ],
)
def test_a_runner_that_names_its_failures_alone_shows_the_others_passing(green):
    subjects = {one.subject for one in of_code("still_red_called_fixed", [*REDS, *green, status(20, "fixed", "FIXED")])}

    assert not subjects & {"balances", "refuses"}


@pytest.mark.parametrize(
    "green",
    [
        [execution(8, "after", failed=1, total=4), result(9, "refuses", "failed", "after")],
        [execution(8, "after", failed=1, skipped=2, total=4), result(9, "rounds", "failed", "after")],
        [execution(8, "after", failed=2, total=4), result(9, "rounds", "failed", "after")],
        [execution(8, "after", failed=1, total=6), result(9, "rounds", "failed", "after"), result(10, "refuses", "skipped", "after")],
        [execution(8, "after", passed=3, total=4)],
    ],
)
def test_but_not_one_that_it_names_nor_where_too_few_passed_or_a_failure_has_no_name(green):
    subjects = {one.subject for one in of_code("still_red_called_fixed", [*REDS, *green, status(20, "fixed", "FIXED")])}

    assert "refuses" in subjects


def test_the_same_selection_again_shows_its_tests_passing():
    command = "mvn -q verify -Dtest=FxTest"
    log = [
        execution(1, "before", command=command, failed=2, total=4),
        *REDS[:2],
        execution(8, "after", command=command, failed=0, total=4),
        status(20, "fixed", "FIXED"),
    ]

    assert of_code("still_red_called_fixed", log) == []


# --- the order of entries ----------------------------------------------------------------------

DONE = status(1, "fixed", "FIXED")


def test_a_log_that_may_run_from_the_newest_entry_down_is_not_held_to_its_lowest_run():
    totals = [DONE, execution(5, "", failed=0, total=6), execution(9, "", failed=4, total=6)]
    names = [DONE, result(5, "is remounted", "passed", ""), execution(6, passed=1), result(9, "is remounted", "failed", "")]

    assert codes(totals) == ["commit_missing"]
    assert codes(names) == ["commit_missing"]


def test_in_any_order_no_run_is_green():
    (contradiction,) = of_code("still_red_called_fixed", [DONE, execution(5, failed=1, total=6), execution(9, failed=4, total=6)])

    assert contradiction.where == ("line 5", "line 1")
    assert contradiction.detail == "The best run that is told of has 1 failed; the fault is called fixed."


# --- words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["an export without a fixed fsid", "Seeded with a **fixed** seed", "fixed-width columns", "blocks of fixed size"]
)
def test_what_is_fixed_by_nature_is_not_mended(text):
    assert codes([status(91, "fixed", text)]) == []


@pytest.mark.parametrize("text", ["The export now has a fixed fsid: FIXED", "The throttle is fixed", "Fixed since Monday"])
def test_what_is_mended_is(text):
    assert codes([status(91, "fixed", text)]) == ["commit_missing"]


def test_the_strongest_word_is_told_first():
    (contradiction,) = found([status(80, "verified", "STABILITY PROVEN:"), status(91, "resolved", "RESOLVED")])

    assert contradiction.where == ("line 91",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0a1b2c3 merged to main", []),
        ("Merged after 20250909 runs, main is at defaced", ["commit_missing"]),
        ("Goes back to 0a1b2c3", ["commit_missing"]),
    ],
)
def test_a_hash_in_the_sentence_of_the_end_names_the_commit(text, expected):
    assert codes(but(fix=fix(71), merged=status(89, "complete", text))) == expected


# --- reviews, issues ---------------------------------------------------------------------------


def test_two_rounds_of_a_review_in_one_paragraph():
    refused = StatedReview(lines=at(51, 52), verdict="needs_improvement", score=74.0)
    approved = StatedReview(lines=at(51, 52), verdict="approved", score=92.0)

    assert found(but(review=refused, again=approved)) == []


OPEN = StatedGitHub(lines=at(90), number=7, state="open")


def test_an_issue_that_is_open_in_the_lines_that_call_the_fault_resolved():
    (contradiction,) = found(but(github_closed=None, still_open=OPEN))

    assert (contradiction.code, contradiction.where) == ("github_state", ("line 90", "line 91"))


@pytest.mark.parametrize(
    "changes",
    [
        # Named here for the first time, it was opened here.
        {"github": None, "still_open": OPEN},
        {"still_open": OPEN, "resolved": status(91, "resolved", "RESOLVED, closing it with the release")},
        {"still_open": OPEN, "resolved": status(99, "resolved", "RESOLVED")},
        {"still_open": StatedGitHub(lines=at(84), number=7, state="open"), "resolved": status(88, "resolved", "RESOLVED")},
    ],
)
def test_an_issue_that_may_have_been_closed_since_is_none(changes):
    assert of_code("github_state", but(github_closed=None, **changes)) == []


# --- plans, runs -------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "expected"), [(4, 0), (6, 1)])
def test_a_plan_of_names_is_none_to_add_to_once_all_files_and_their_total_are_told(number, expected):
    log = but(
        unit_count=None,
        flow_count=None,
        total=count(43, "implemented", number),
        unit_file=changed("unit file", count=number - 1),
        collected=None,
        green_totals=None,
    )

    assert len(of_code("implemented_count", log)) == expected


def test_a_file_whose_tests_are_planned_by_their_level_alone_is_run_with_them():
    log = [
        planned(1, "late write is dropped", file="", level=Level.INTEGRATION),
        StatedFile(lines=at(2), path="test/integration/late.test.js", level=Level.INTEGRATION),
        result(5, "late write is dropped", "passed", "after"),
        status(9, "fixed", "FIXED"),
    ]

    assert of_code("never_executed", log) == []


def test_a_total_that_hides_a_missing_row_names_it_still():
    shown = but(per_user_still_green=None, green_totals=execution(86, "after", passed=3, failed=0, total=4))

    (contradiction,) = of_code("result_missing", shown)

    assert (contradiction.subject, contradiction.where) == ("test_counts_per_user", ("line 64", "line 86"))


# --- percentages -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({"passed": 8, "total": 9, "percent": 100.0}, 1),
        ({"passed": 8, "skipped": 1, "total": 9, "percent": 100.0}, 0),
        ({"passed": 8, "total": 9, "percent": 88.9}, 0),
    ],
)
def test_all_of_them_is_not_what_some_of_them_are(numbers, expected):
    assert len(of_code("score_arithmetic", [execution(1, "after", **numbers)])) == expected


def test_the_line_of_the_percentage_is_told():
    log = [execution(1, "after", passed=8), execution(3, "after", total=9, passed=None, percent=100.0)]

    assert [one.where for one in of_code("score_arithmetic", log)] == [("line 3",)]
