import pytest

from audits.claims.shapes import Place, ProposedPattern, StatedRootCause, StatedTime
from tests.audits.contradictions.stated import at, but, changed, codes, execution, fix, found

# --- fix_location_moved ------------------------------------------------------------------------


def test_a_fix_in_another_file_than_the_root_cause_names():
    (contradiction,) = found(but(fix=fix(71, "app/buckets.py", "0a1b2c3d")))

    assert (contradiction.code, contradiction.where) == ("fix_location_moved", ("line 18", "line 71"))
    assert contradiction.detail == "The root cause lies in app/throttle.py:40; the fix was made in app/buckets.py:44."


@pytest.mark.parametrize("file", ["throttle.py", "/srv/app/throttle.py", "app\\throttle.py"])
def test_the_same_file_may_be_written_in_many_ways(file):
    assert found(but(fix=fix(71, file, "0a1b2c3d"))) == []


def test_another_line_of_the_file_is_no_other_place():
    assert found(but(root_cause=changed("root cause", scope=(Place(file="app/throttle.py", line=900),)))) == []


def test_a_module_is_its_file():
    assert found(but(root_cause=changed("root cause", scope=(Place(module="app.throttle.Bucket"),)))) == []


def test_one_fix_in_the_scope_suffices():
    assert found(but(more=fix(72, "app/settings.py"))) == []


def test_a_change_of_a_test_is_no_fix():
    log = but(fix=changed("fix", place=Place()), more=fix(72, "tests/unit/test_throttle.py"))

    assert found(log) == []


def test_the_newest_root_cause_counts():
    newer = StatedRootCause(lines=at(69), statement="Buckets are shared", scope=(Place(file="app/buckets.py"),), corrects=True)

    assert found(but(newer=newer, fix=fix(71, "app/buckets.py", "0a1b2c3d"))) == []
    assert codes(but(newer=newer)) == ["fix_location_moved"]


def test_a_corrected_root_cause_without_a_scope_leaves_nothing_to_compare():
    newer = StatedRootCause(lines=at(69), statement="Buckets are shared", corrects=True)

    assert found(but(newer=newer, fix=fix(71, "app/buckets.py", "0a1b2c3d"))) == []


def test_a_root_cause_that_is_only_said_again_keeps_its_scope():
    again = StatedRootCause(lines=at(69), statement="Buckets are keyed by address")

    assert codes(but(again=again, fix=fix(71, "app/buckets.py", "0a1b2c3d"))) == ["fix_location_moved"]


# --- proposed_pattern_does_not_match -----------------------------------------------------------


def test_a_pattern_that_does_not_match_its_value_is_told_with_the_place_of_the_value():
    pattern = changed("pattern", regex=r"^acct_\d+$")

    (contradiction,) = found(but(pattern=pattern))

    assert (contradiction.code, contradiction.where) == ("proposed_pattern_does_not_match", ("line 29", "line 3"))
    assert contradiction.detail == r"^acct_\d+$ does not match acct-77."


def test_a_pattern_for_no_stated_value_is_not_tried():
    assert found(but(pattern=changed("pattern", regex="^nothing$", must_match=()))) == []


def test_a_pattern_that_cannot_be_tried_is_not_judged():
    assert found(but(pattern=changed("pattern", regex=r"(?<=acct-)\d+$"))) == []


def test_a_pattern_copied_from_a_string_literal_has_its_backslashes_doubled():
    assert found(but(pattern=changed("pattern", regex=r"^acct-\\d+$"))) == []
    assert len(found(but(pattern=changed("pattern", regex=r"^acct_\\d+$")))) == 1


def test_two_patterns_are_two():
    more = ProposedPattern(lines=at(30), regex="^a$", must_match=("b",))

    assert len(found(but(pattern=changed("pattern", regex="^x$"), more=more))) == 2


# --- score_arithmetic --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "totals",
    [
        {"passed": 3, "failed": 4, "total": 7},
        {"passed": 3, "failed": 2, "errors": 1, "skipped": 1, "total": 7},
        {"passed": 3, "failed": 2, "skipped": 2, "total": 5},
        {"passed": 16, "total": 20, "percent": 80.0},
        {"passed": 2, "total": 3, "percent": 66.7},
        {"passed": 2, "total": 3, "percent": 67.0},
        {"passed": 2, "total": 3, "percent": 66.0},
        {"passed": 3, "failed": 1, "percent": 75.0},
        {"passed": 3, "failed": 1, "percent": 25.0},
        {"passed": 5, "failed": 0, "percent": 100.0},
        {"percent": 99.3},
        {"passed": 5, "percent": 90.0},
    ],
)
def test_right_arithmetic_is_no_finding(totals):
    assert codes([execution(1, "before", **totals)]) == []


@pytest.mark.parametrize(
    "totals",
    [
        {"passed": 3, "failed": 3, "total": 7},
        {"passed": 405, "failed": 0, "skipped": 5, "total": 412},
        {"passed": 9, "total": 7},
        {"passed": 9, "total": 10, "percent": 95.0},
        {"passed": 2, "failed": 1, "percent": 70.0},
        {"passed": 2, "total": 3, "percent": 66.1},
    ],
)
def test_wrong_arithmetic_is(totals):
    assert codes([execution(1, "before", **totals)]) == ["score_arithmetic"]


def test_totals_that_are_told_line_by_line_are_put_together():
    lines = [execution(1, "before", passed=2), execution(2, "before", failed=6), execution(3, "before", total=8)]

    assert codes(lines) == []
    assert codes([*lines[:2], execution(3, "before", total=9)]) == ["score_arithmetic"]


def test_totals_that_stand_apart_are_of_two_runs():
    assert codes([execution(1, "before", passed=2), execution(9, "before", failed=6, total=8)]) == []


def test_the_parts_and_the_total_are_told():
    (contradiction,) = found([execution(1, "before", passed=3, failed=3, total=7)])

    assert contradiction.detail == "3 passed, 3 failed are not 7 in all."


# --- timing ------------------------------------------------------------------------------------


def time(line, of="green run", seconds=None, moment=""):
    return StatedTime(lines=at(line), of=of, seconds=seconds, moment=moment)


def test_two_durations_of_one_thing():
    (contradiction,) = found([time(1, seconds=4.2), time(9, of="Green  run", seconds=6.8)])

    assert (contradiction.code, contradiction.where) == ("timing", ("line 1", "line 9"))
    assert contradiction.detail == "green run is told as 4.2 s and 6.8 s."


@pytest.mark.parametrize(("one", "other"), [(1.5, 1.51), (1.51, 1.5), (5.0, 5.42), (7.51, 7.518), (2.0, 2.0)])
def test_figures_that_differ_only_in_how_they_are_written(one, other):
    assert codes([time(1, seconds=one), time(9, seconds=other)]) == []


def test_durations_of_two_things_may_differ():
    assert codes([time(1, seconds=4.2), time(9, of="red run", seconds=6.8)]) == []
    assert codes([time(1, of="", seconds=4.2), time(9, of="", seconds=6.8)]) == []


@pytest.mark.parametrize("of", ["Green / total test time", "after-fix run took"])
def test_a_run_whose_own_time_is_another_than_the_one_told_of_it(of):
    (contradiction,) = found([execution(1, "after", passed=3, seconds=3.1), time(4, of=of, seconds=7.8)])

    assert (contradiction.code, contradiction.where) == ("timing", ("line 1", "line 4"))
    assert contradiction.detail == "One run is told to have taken 3.1 s and 7.8 s."


@pytest.mark.parametrize("of", ["slowest test", "average run", "deployment window", "uptime", "timeout of a test"])
def test_other_times_beside_a_run_are_not_its_own(of):
    assert codes([execution(1, "after", passed=3, seconds=3.1), time(4, of=of, seconds=7.8)]) == []


def test_two_runs_take_their_own_time():
    assert codes([execution(1, "after", passed=3, seconds=3.1), execution(9, "after", passed=3, seconds=7.8)]) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2025-03-01T10:00:00Z", "2025-03-01T12:00:00+02:00"),
        ("2025-03-01T10:00:00.25Z", "2025-03-01T10:00:00Z"),
        ("2025-03-01", "2025-03-01T10:00:00Z"),
        ("2025-03-01 10:00", "2025-03-01 10:00:41"),
        ("2025-03-01 10:00:41", "2025-03-01 10:00"),
        ("2025-03-01T10:00:00Z", "2025-03-01"),
        ("2025-03-01T10:00:00", "2025-03-01T08:00:00Z"),
        ("yesterday", "2025-03-01"),
    ],
)
def test_moments_that_may_be_one(one, other):
    assert codes([time(1, moment=one), time(9, moment=other)]) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("2025-03-01T10:00:00Z", "2025-03-01T10:00:00+02:00"), ("2025-03-01", "2025-03-02"), ("2025-03-01 10:00", "2025-03-01 10:05")],
)
def test_moments_that_cannot(one, other):
    assert codes([time(1, moment=one), time(9, moment=other)]) == ["timing"]
