import pytest

from audits.claims.shapes import StatedFile
from audits.terms import Level
from tests.audits.contradictions.stated import UNIT_FILE, at, but, changed, codes, count, execution, found, planned, result


def test_more_collected_than_listed_is_told_with_the_list():
    log = but(per_user_green=None, per_user=None, unit_count=None, unit_file=None, per_user_still_green=None, green_totals=None)
    listed = [*log, result(67, "test_one", "passed"), count(68, "collected", 6)]

    (contradiction,) = [one for one in found(without_collected(listed)) if one.code == "executed_count"]

    assert contradiction.detail == "6 tests are told for a run, 4 with a result listed."
    assert contradiction.where == ("line 68", "line 62", "line 67")


def without_collected(log):
    return [claim for claim in log if claim.lines != at(66)]


def test_a_list_of_the_failures_alone_is_not_held_against_the_number_collected():
    assert codes([execution(1, "before"), *failures(4), count(9, "collected", 6)]) == []


def test_a_list_of_the_passed_that_is_nearly_all_is():
    passed = [result(2 + number, f"test_{number}", "passed", "after") for number in range(6)]

    assert codes([execution(1, "after"), *passed, count(9, "collected", 7)]) == ["executed_count"]


def test_a_few_examples_out_of_many_are_no_list():
    passed = [result(2 + number, f"test_{number}", "passed", "after") for number in range(6)]

    assert codes([execution(1, "after", passed=120, failed=0), *passed]) == []


def failures(number):
    return [result(2 + each, f"test_{each}", "failed") for each in range(number)]


@pytest.mark.parametrize(("failed", "expected"), [(4, []), (5, ["executed_count"]), (3, ["executed_count"]), (12, [])])
def test_totals_are_held_against_the_failures_listed(failed, expected):
    assert codes([execution(1, "before", passed=2, failed=failed), *failures(4)]) == expected


def test_errors_are_listed_with_the_failures():
    assert codes([execution(1, "before", passed=2, failed=3, errors=1), *failures(4)]) == []


@pytest.mark.parametrize(("named", "expected"), [(1, []), (2, ["executed_count"]), (3, []), (4, ["executed_count"])])
def test_the_passed_are_held_against_their_list_too(named, expected):
    passed = [result(2 + each, f"test_{each}", "passed", "after") for each in range(named)]

    assert codes([execution(1, "after", passed=3), *passed]) == expected


def test_the_total_and_the_list_are_told():
    (contradiction,) = found([execution(1, "before", passed=2, failed=3), *failures(4)])

    assert contradiction.detail == "3 are told to have failed, 4 of them listed."
    assert contradiction.where == ("line 1", "line 2", "line 5")


def test_a_list_before_its_totals_belongs_to_them_and_the_next_list_does_not():
    log = [
        *failures(2),
        execution(10, "before", passed=0, failed=2),
        result(11, "test_of_another_suite", "failed"),
        execution(12, "before", passed=0, failed=1),
    ]

    assert codes(log) == []


def test_runs_of_two_phases_are_two():
    log = but(green_totals=changed("green totals", passed=4, total=4), more=execution(87, "after", passed=120, failed=0))

    assert codes(log) == []


def test_collected_and_totals_that_differ():
    (contradiction,) = found([count(1, "collected", 7), execution(2, "before", passed=4, failed=2)])

    assert (contradiction.code, contradiction.where) == ("executed_count", ("line 1", "line 2"))


def test_errors_are_no_number_of_tests():
    assert codes([count(1, "collected", 7), execution(2, "before", passed=7, errors=2)]) == []


def test_a_run_of_the_files_with_another_number_than_implemented():
    log = but(collected=changed("collected", count=3), per_user_green=None, green_totals=None)

    (contradiction,) = [one for one in found(log) if one.code == "executed_count"]

    assert contradiction.where == ("line 66", "line 41", "line 42")


def test_a_run_of_a_part_of_a_file_is_not_held_against_all_of_it():
    command = f"python -m pytest {UNIT_FILE}::TestThrottle::test_blocks_after_five -v"
    log = but(
        red_run=changed("red run", command=command),
        unblocks_red=None,
        per_user_green=None,
        flow_red=None,
        collected=count(66, "collected", 1),
    )

    assert "executed_count" not in codes(log)


@pytest.mark.parametrize("option", ["-k throttle", "-m slow", "--lf"])
def test_a_selection_is_not_held_against_the_file(option):
    log = [*implemented(6), execution(9, "before", command=f"pytest {UNIT_FILE} {option}", passed=1, failed=1)]

    assert codes(log) == []


def implemented(number):
    return [count(3, "implemented", number, file=UNIT_FILE, level=Level.UNIT)]


def test_python_dash_m_is_no_selection():
    log = [*implemented(6), execution(9, "before", command=f"python3 -m pytest {UNIT_FILE}", passed=1, failed=1)]

    assert codes(log) == ["executed_count"]


def test_a_run_of_a_file_of_unknown_size_is_not_compared():
    log = [*implemented(6), execution(9, "before", command="pytest tests/unit/test_other.py", passed=1, failed=1)]

    assert codes(log) == []


def test_a_run_of_a_folder_is_not_compared_with_one_file_in_it():
    log = [*implemented(6), execution(9, "before", command="pytest tests/unit", passed=40, failed=1)]

    assert codes(log) == []


def test_a_run_without_a_command_is_of_the_one_file_there_is():
    assert codes([*implemented(6), execution(9, "before", passed=4, failed=1)]) == ["executed_count"]


def test_a_run_without_a_command_may_be_of_any_of_several_files():
    other = count(4, "implemented", 3, file="tests/unit/test_other.py")

    assert codes([*implemented(6), other, execution(9, "before", passed=4, failed=1)]) == []


def test_a_run_without_a_command_is_of_the_file_whose_tests_it_names():
    other = count(4, "implemented", 3, file="tests/unit/test_other.py")
    log = [planned(1, "test_five"), *implemented(5), other, execution(9, "before", passed=3, failed=1), result(10, "test_five", "failed")]

    assert "executed_count" in codes(log)


def test_a_command_that_picks_nothing_runs_no_fewer_tests_than_were_implemented():
    assert codes([*implemented(6), execution(9, "before", command="dotnet test", passed=4, failed=1)]) == ["executed_count"]


def test_it_may_run_more():
    assert codes([*implemented(6), execution(9, "before", command="dotnet test", passed=40, failed=1)]) == []


def test_a_total_of_all_is_compared_although_the_files_tell_no_numbers():
    files = [StatedFile(lines=at(4), path="tests/a_test.go"), StatedFile(lines=at(5), path="tests/b_test.go")]
    log = [count(3, "implemented", 10), *files, execution(9, "before", command="go test", passed=4, failed=4)]

    (contradiction,) = found(log)

    assert (contradiction.code, contradiction.where) == ("executed_count", ("line 9", "line 3"))


TWO_FILES = [
    planned(1, "test_a", file="tests/test_one.py", level=None),
    planned(2, "test_b", file="tests/test_two.py", level=None),
    count(3, "implemented", 4, file="tests/test_one.py"),
    count(4, "implemented", 2, file="tests/test_two.py"),
]


@pytest.mark.parametrize(("passed", "expected"), [(5, ["executed_count"]), (6, []), (4, []), (60, [])])
def test_a_run_that_names_tests_of_two_files_is_of_them_or_of_more(passed, expected):
    results = [result(11, "test_a", "passed", "after"), result(12, "test_b", "passed", "after")]

    assert codes([*TWO_FILES, execution(10, "after", passed=passed), *results]) == expected


@pytest.mark.parametrize(("named", "expected"), [(("test_a", "test_b"), ["executed_count"]), (("test_a",), [])])
def test_a_run_that_names_tests_of_every_planned_file_is_of_all_that_was_implemented(named, expected):
    results = [result(11 + place, name, "passed", "after") for place, name in enumerate(named)]
    log = [*TWO_FILES[:2], count(3, "implemented", 9), execution(10, "after", passed=7), *results]
    files = [StatedFile(lines=at(4), path="tests/test_one.py"), StatedFile(lines=at(5), path="tests/test_two.py")]

    assert codes([*log, *files]) == expected


def test_totals_after_their_own_command_belong_to_it():
    log = [
        execution(1, "before", command="npx jest cart"),
        *failures(3),
        execution(20, "before", command="npx jest cart", passed=0, failed=3),
    ]

    assert codes(log) == []
    assert codes([*log, execution(30, "before", command="npx jest cart", passed=0, failed=4)]) == []
