import pytest

from audits.claims.shapes import StatedFile
from audits.terms import Level
from tests.audits.contradictions.stated import HONEST, UNIT_FILE, at, but, changed, codes, count, found, planned, result


def test_a_log_that_is_complete_and_honest_contradicts_itself_nowhere():
    assert found(HONEST.values()) == []


# --- planned_count -----------------------------------------------------------------------------


def test_more_declared_than_listed_is_a_contradiction_of_the_heading_and_the_end_of_its_list():
    (contradiction,) = found(but(unit_count=changed("unit count", count=9)))

    assert contradiction.code == "planned_count"
    assert contradiction.where == ("line 21", "line 24")
    assert contradiction.subject == UNIT_FILE
    assert contradiction.detail == f"9 tests are declared for {UNIT_FILE}, 3 listed."


def test_where_the_count_tells_no_span_its_list_ends_with_the_last_test_of_its_file():
    (contradiction,) = found(but(unit_count=changed("unit count", count=9, lines=at(21))))

    assert contradiction.where == ("line 21", "line 24")


@pytest.mark.parametrize("number", [15, 3])
def test_a_range_and_what_is_no_number_of_tests_is_not_compared(number):
    assert found(but(unit_count=changed("unit count", count=number, exact=False))) == []


def test_a_total_that_is_the_sum_of_its_parts_is_right():
    assert found(but(total=count(28, "planned", 4))) == []


def test_a_total_that_is_no_sum_of_its_parts_is_told_with_them():
    (contradiction,) = found(but(total=count(28, "planned", 6)))

    assert (contradiction.code, contradiction.where) == ("planned_count", ("line 28", "line 21", "line 26"))


def test_a_total_without_parts_is_held_against_the_tests_listed_anywhere():
    log = but(unit_count=None, flow_count=None, total=count(20, "planned", 5))

    assert codes(log) == ["planned_count"]


def test_a_level_is_held_against_its_own_tests_alone():
    assert found(but(unit_count=None, level=count(28, "planned", 3, level=Level.UNIT))) == []
    assert codes(but(unit_count=None, level=count(28, "planned", 4, level=Level.UNIT))) == ["planned_count"]


def test_a_number_of_planned_tests_without_any_list_says_nothing():
    assert found([count(5, "planned", 12), count(6, "planned", 4, level=Level.UNIT)]) == []


# --- implemented_count -------------------------------------------------------------------------


def test_a_file_with_another_number_than_planned_is_told_with_both_lines():
    log = but(unit_file=changed("unit file", count=5), collected=None, green_totals=None)

    (contradiction,) = found(log)

    assert contradiction.code == "implemented_count"
    assert contradiction.where == ("line 21", "line 41")
    assert contradiction.detail == f"The plan and what was implemented differ: 3 planned and 5 implemented in {UNIT_FILE}."


def test_all_files_that_differ_from_the_plan_are_one_contradiction():
    log = but(unit_file=changed("unit file", count=5), flow_file=changed("flow file", count=2), collected=None, green_totals=None)

    (contradiction,) = found(log)

    assert contradiction.where == ("line 21", "line 26", "line 41", "line 42")


def test_tests_that_ran_and_stand_in_no_plan_are_told_with_a_number_that_differs():
    stray = result(67, "test_counts_per_address", "passed")
    log = but(unit_file=changed("unit file", count=4), collected=None, green_totals=None, stray=stray)

    (contradiction,) = [one for one in found(log) if one.code == "implemented_count"]

    assert "Run, yet in no plan: test_counts_per_address." in contradiction.detail
    assert contradiction.where[-1] == "line 67"


def test_tests_that_ran_and_stand_in_no_plan_are_no_contradiction_by_themselves():
    stray = result(67, "test_counts_per_address", "passed")

    assert "implemented_count" not in codes(but(collected=None, stray=stray))


def test_a_file_is_recognised_by_its_name_alone():
    assert found(but(unit_file=changed("unit file", path="test_throttle.py"))) == []


def test_the_number_listed_is_as_good_as_the_one_declared():
    log = but(unit_count=changed("unit count", count=4), unit_file=changed("unit file", count=3))

    assert codes(log) == ["planned_count"]


@pytest.mark.parametrize("number", [2, 4])
def test_a_file_of_which_the_plan_only_lists_the_tests_is_compared_too(number):
    log = but(unit_count=None, unit_file=changed("unit file", count=number), collected=None, green_totals=None)

    assert "implemented_count" in codes(log)


@pytest.mark.parametrize(("number", "expected"), [(2, ["implemented_count"]), (3, []), (4, [])])
def test_a_plan_that_declares_no_number_anywhere_may_be_a_sketch(number, expected):
    log = but(unit_count=None, flow_count=None, unit_file=changed("unit file", count=number), collected=None, green_totals=None)

    assert codes(log) == expected


def test_a_file_whose_tests_are_planned_as_a_range_is_not_compared():
    vague = count(21, "planned", 15, file=UNIT_FILE, exact=False)
    log = but(unit_count=vague, unit_file=changed("unit file", count=7), collected=None, green_totals=None)

    assert "implemented_count" not in codes(log)


def test_a_number_of_suites_does_not_make_the_number_of_tests_vague():
    suites = count(43, "implemented", 2, exact=False)
    log = but(suites=suites, unit_file=None, flow_file=None, total=count(43, "implemented", 6))

    assert "implemented_count" in codes(log)


def test_a_total_is_held_against_the_plan_where_the_files_tell_no_numbers():
    bare = {"unit_file": changed("unit file", count=None), "flow_file": changed("flow file", count=None)}

    assert codes(but(**bare, total=count(43, "implemented", 4))) == []
    assert "implemented_count" in codes(but(**bare, total=count(43, "implemented", 6)))


def test_levels_are_compared_where_files_have_other_names():
    log = but(
        unit_count=changed("unit count", file=""),
        unit_file=changed("unit file", path="tests/unit/test_buckets.py", count=5),
        collected=None,
        green_totals=None,
    )

    (contradiction,) = [one for one in found(log) if one.code == "implemented_count"]

    assert "3 planned and 5 implemented in unit tests" in contradiction.detail


def test_a_level_with_a_file_of_unknown_size_is_not_compared():
    log = but(
        unit_count=changed("unit count", file=""),
        unit_file=changed("unit file", path="tests/unit/test_buckets.py", count=2),
        more=StatedFile(lines=at(43), path="tests/unit/test_more.py", level=Level.UNIT),
        collected=None,
        green_totals=None,
    )

    assert "implemented_count" not in codes(log)


def test_where_only_totals_are_told_they_are_compared():
    plan = [planned(2, "test_one"), planned(3, "test_two")]

    assert codes([*plan, count(9, "implemented", 1)]) == ["implemented_count"]
    assert codes([*plan, count(9, "implemented", 2)]) == []


def test_a_list_shorter_than_the_number_said_to_be_implemented():
    (contradiction,) = found([count(9, "implemented", 6, file="tests/e2e/test_chat.py", listed=5, lines=at(9, 16))])

    assert (contradiction.code, contradiction.where) == ("implemented_count", ("line 9", "line 16"))


def test_two_numbers_for_one_file_in_two_places():
    log = but(again=StatedFile(lines=at(52), path=UNIT_FILE, count=4, approved=True))

    (contradiction,) = found(log)

    assert (contradiction.code, contradiction.where) == ("implemented_count", ("line 41", "line 52"))


def test_the_same_number_in_two_places_is_right():
    assert found(but(again=StatedFile(lines=at(52), path=UNIT_FILE, count=3, approved=True))) == []


def test_a_total_over_some_of_the_files_is_right():
    assert found(but(total=count(43, "implemented", 4), unit=count(44, "implemented", 3, level=Level.UNIT))) == []


def test_a_total_that_no_choice_of_files_adds_up_to():
    (contradiction,) = found(but(total=count(43, "implemented", 7)))

    assert (contradiction.code, contradiction.where) == ("implemented_count", ("line 43", "line 41", "line 42"))


def test_a_total_is_not_held_against_files_of_unknown_size():
    assert found(but(total=count(43, "implemented", 7), flow_file=changed("flow file", count=None))) == []
