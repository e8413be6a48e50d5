"""Which patterns are tied to which, and which of them leads."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.bursts import NEWEST, TOGETHER_NS, Sighting, Traits, ties
from incidents.clock import NANOSECONDS
from tests.incidents.bursts.log import (
    CONNECTIVE,
    CUT,
    ERROR,
    EXCEPTION,
    FRAGMENT,
    TEXT,
    TRACEBACK,
    WARNING,
    Log,
    leads_of,
    nanoseconds,
    only_tie,
)

DAY = 86_400


def crashes(count: int, parts: dict[int, float]) -> Log:
    log = Log()
    for number in range(count):
        log.crash(parts, number=number)
    return log


# A service that does not come up, as its hosts log it.
STARTING = {
    1: ("configuration is odd", WARNING, -0.6),
    2: ("monitoring is not available", WARNING, -0.05),
    3: ("set-up failed", ERROR, -0.03),
    4: ("details: ModuleNotFoundError", TEXT, -0.02),
    5: ("exception in worker", ERROR, -0.01),
    6: ("the traceback", TRACEBACK, 0.0),
    7: ("during handling", CONNECTIVE, 0.001),
    8: ("the next traceback", TRACEBACK, 0.002),
    9: ("worker exited", ERROR, 0.4),
    10: ("shutting down", dataclasses.replace(CONNECTIVE, piece=ERROR.piece), 0.41),
    11: ("container exited", WARNING, 0.5),
}
STARTING_TRAITS = {pattern: traits for pattern, (_, traits, _) in STARTING.items()}
STARTING_OFFSETS = {pattern: offset for pattern, (_, _, offset) in STARTING.items()}


def test_what_each_new_instance_logs_when_it_crashes_is_one_burst_led_by_the_traceback():
    log = crashes(15, STARTING_OFFSETS)

    assert leads_of(log, STARTING_TRAITS) == {companion: [6] for companion in (3, 4, 5, 7, 8, 9, 10, 11)}


def test_warnings_before_the_first_error_are_no_consequence_of_it():
    log = crashes(15, STARTING_OFFSETS)

    assert not {1, 2} & leads_of(log, STARTING_TRAITS).keys()


def test_a_warning_between_the_first_error_and_the_lead_is_a_companion():
    log = crashes(3, {1: -0.5, 2: -0.2, 3: 0})

    assert leads_of(log, {1: ERROR, 2: WARNING, 3: TRACEBACK}) == {1: [3], 2: [3]}


def test_a_warning_at_the_same_moment_as_the_first_error_is_a_companion():
    assert leads_of(crashes(3, {1: 0, 2: 0}), {1: ERROR, 2: WARNING}) == {2: [1]}


def test_a_warning_is_judged_by_where_it_mostly_comes():
    log = crashes(5, {1: 0, 2: 0.1})
    log.crash({1: 0, 2: -0.1}, number=5)

    assert leads_of(log, {1: ERROR, 2: WARNING}) == {2: [1]}


def test_three_crashes_are_enough():
    assert leads_of(crashes(3, {1: 0, 2: 1}), {1: TRACEBACK, 2: ERROR}) == {2: [1]}


def test_two_crashes_may_be_chance():
    assert ties(crashes(2, {1: 0, 2: 1}).sightings, {1: TRACEBACK, 2: ERROR}) == {}


def test_what_starts_further_away_is_not_together():
    log = crashes(9, {1: 0, 2: TOGETHER_NS / NANOSECONDS, 3: -0.001 - TOGETHER_NS / NANOSECONDS})

    assert leads_of(log, {1: TRACEBACK, 2: ERROR, 3: ERROR}) == {2: [1]}


def test_what_comes_on_another_stream_is_not_together():
    log = Log()
    for number in range(9):
        log.note(1, 600 * number, "left")
        log.note(2, 600 * number, "right")

    assert leads_of(log, {1: TRACEBACK, 2: ERROR}) == {}


@pytest.mark.parametrize("overlaps", [1, 2])
def test_unrelated_faults_that_overlap_now_and_then_stay_two(overlaps):
    log = Log()
    for number in range(6):
        log.note(1, 3600 * number)
        log.note(2, 3600 * number + (1 if number < overlaps else 1800))

    assert leads_of(log, {1: TRACEBACK, 2: ERROR}) == {}


@pytest.mark.parametrize("chatty", [WARNING, ERROR])
def test_what_is_logged_all_the_time_does_not_belong_to_a_rare_error_nor_this_to_it(chatty):
    log = Log()
    for number in range(NEWEST):
        log.note(1, 35 * number)
    for seconds in (352, 707, 1399):
        log.note(2, seconds)

    assert leads_of(log, {1: chatty, 2: ERROR}) == {}


def test_a_rare_error_that_often_comes_with_another_is_chance_where_that_is_around_half_of_the_time():
    log = Log()
    for number in range(6):
        log.note(1, 35 * number)
        log.note(2, 35 * number + 3)

    assert leads_of(log, {1: ERROR, 2: ERROR}) == {}


def test_as_many_gatherings_over_a_long_time_are_no_chance():
    log = Log()
    for number in range(6):
        log.note(1, 350 * number)
        log.note(2, 350 * number + 3)

    assert leads_of(log, {1: ERROR, 2: ERROR}) == {2: [1]}


def test_warnings_that_come_together_at_every_start_stay_apart():
    assert leads_of(crashes(20, {1: 0, 2: 0.1}), {1: WARNING, 2: WARNING}) == {}


def test_what_ends_two_different_crashes_belongs_to_both():
    log = Log()
    for number in range(3):
        log.crash({1: 0, 3: 0.5}, number=number)
        log.crash({2: 0, 3: 0.5}, number=number + 3)

    assert leads_of(log, {1: TRACEBACK, 2: TRACEBACK, 3: WARNING}) == {3: [1, 2]}


def test_what_ends_a_frequent_and_a_rare_crash_belongs_to_the_frequent_one_first():
    log = Log()
    for number in range(20):
        log.crash({2: 0, 3: 0.5}, number=number)
    for number in range(20, 24):
        log.crash({1: 0, 3: 0.5}, number=number)

    assert leads_of(log, {1: TRACEBACK, 2: TRACEBACK, 3: WARNING}) == {3: [2, 1]}


def test_an_error_that_begins_two_different_bursts_leads_neither():
    log = Log()
    for number in range(6):
        log.crash({1: 0, 2: 0.1}, number=number)
    for number in range(6, 10):
        log.crash({1: 0, 3: 0.1}, number=number)

    assert leads_of(log, {1: ERROR, 2: ERROR, 3: ERROR}) == {1: [2, 3]}


def test_a_traceback_that_comes_with_several_errors_belongs_to_each():
    log = Log()
    for number in range(9):
        log.crash({2 + number % 3: 0, 1: 0.1}, number=number)

    [of] = leads_of(log, {1: TRACEBACK, 2: ERROR, 3: ERROR, 4: ERROR}).values()

    assert sorted(of) == [2, 3, 4]


def test_a_rare_fault_on_top_of_a_burst_does_not_take_its_lead_away():
    log = crashes(30, {1: 0, 2: 0.1})
    for number in range(3):
        log.note(3, 600 * number - 1, f"instance-{number}")

    assert leads_of(log, {1: TRACEBACK, 2: ERROR, 3: TRACEBACK}) == {2: [1, 3]}


def test_a_companion_that_was_once_seen_alone_still_is_one():
    log = crashes(5, {1: 0, 2: 0.1})
    log.note(2, 9000, "elsewhere")

    tie = only_tie(log, {1: TRACEBACK, 2: ERROR}, 2)

    assert (tie.together, tie.of) == (5, 6)


def test_what_mostly_comes_alone_is_no_companion():
    log = crashes(5, {1: 0, 2: 0.1})
    for number in range(2):
        log.note(2, 9000, f"elsewhere-{number}")

    assert leads_of(log, {1: TRACEBACK, 2: WARNING}) == {}


def test_what_comes_with_fewer_than_half_of_the_errors_does_not_belong_to_them():
    log = crashes(5, {1: 0, 2: 0.1})
    for number in range(5, 11):
        log.crash({1: 0}, number=number)

    assert leads_of(log, {1: TRACEBACK, 2: WARNING}) == {}


@pytest.mark.parametrize(("first", "second"), [(ERROR, TRACEBACK), (ERROR, TEXT), (TEXT, TRACEBACK), (TEXT, CUT), (EXCEPTION, TRACEBACK)])
def test_what_tells_more_of_an_exception_leads_though_it_comes_later(first, second):
    assert leads_of(crashes(4, {1: 0, 2: 0.5}), {1: first, 2: second}) == {1: [2]}


def test_of_two_tracebacks_the_one_that_starts_first_leads():
    assert leads_of(crashes(4, {1: 0.2, 2: 0}), {1: TRACEBACK, 2: TRACEBACK}) == {1: [2]}


def test_the_first_is_who_mostly_starts_first():
    log = crashes(3, {1: 0, 2: 0.1})
    for number in range(3, 8):
        log.crash({1: 0.1, 2: 0}, number=number)

    assert leads_of(log, {1: ERROR, 2: ERROR}) == {1: [2]}


@pytest.mark.parametrize("names", [(1, 2, 3), (3, 1, 2), (2, 3, 1)])
def test_where_each_mostly_starts_before_another_in_a_circle_the_least_late_leads(names):
    first, second, third = names
    log = Log()
    for number in range(0, 9, 3):
        log.crash({first: 0, second: 1, third: 2}, number=number)
        log.crash({second: 0, third: 1, first: 2}, number=number + 1)
        log.crash({third: 0, first: 0.5, second: 2}, number=number + 2)

    assert leads_of(log, {1: ERROR, 2: ERROR, 3: ERROR}) == {second: [first], third: [first]}


def test_the_exception_that_ends_a_cut_traceback_leads_it():
    log = crashes(4, {1: 0, 2: 0.01, 3: 0.02, 4: -1})

    assert leads_of(log, {1: CUT, 2: FRAGMENT, 3: EXCEPTION, 4: TEXT}) == {1: [3], 2: [3], 4: [3]}


@pytest.mark.parametrize("piece", [FRAGMENT, dataclasses.replace(CONNECTIVE, severity=ERROR.severity)])
def test_what_is_never_a_beginning_never_leads(piece):
    assert leads_of(crashes(4, {1: 0, 2: 1}), {1: piece, 2: ERROR}) == {1: [2]}


def test_a_parted_pattern_takes_no_part():
    parts = {1: 0.0, 2: 0.1, 3: 0.2}

    assert leads_of(crashes(4, parts), {1: dataclasses.replace(TRACEBACK, parted=True), 2: ERROR, 3: WARNING}) == {3: [2]}


def test_a_tie_says_how_often_how_unlikely_and_how_soon():
    log = crashes(4, {1: 0, 2: 0.25})
    log.crash({1: 0}, number=4)

    tie = only_tie(log, {1: TRACEBACK, 2: ERROR}, 2)

    assert (tie.lead, tie.companion, tie.together, tie.of, tie.lead_together, tie.lead_of) == (1, 2, 4, 4, 4, 5)
    assert tie.lag_ns == nanoseconds(0.25)
    assert tie.chance == pytest.approx(0.2**4)


def test_on_a_long_stream_chance_is_the_share_of_its_life_that_is_near_the_lead():
    log = Log()
    for number in range(4):
        log.note(1, 1000 * number)
        log.note(2, 1000 * number + 1)
    log.note(3, 0, lasting=8000)

    tie = only_tie(log, {1: TRACEBACK, 2: ERROR, 3: WARNING}, 2)

    assert tie.chance == pytest.approx((4 * 20 / 8000) ** 4)


def test_a_companion_of_which_older_sightings_are_known_than_of_its_lead_is_judged_by_those_of_the_same_time():
    log = Log()
    for number in range(2 * NEWEST):
        log.crash({1: 0, 2: 0.1} if number % 2 else {1: 0}, number=number)

    tie = only_tie(log, {1: TRACEBACK, 2: ERROR}, 2)

    assert (tie.together, tie.of, tie.lead_together, tie.lead_of) == (25, 25, 25, 50)


def test_what_starts_before_its_lead_is_known_as_long_as_this_is():
    tie = only_tie(crashes(60, {1: 0, 2: -1}), {1: TRACEBACK, 2: ERROR}, 2)

    assert (tie.together, tie.of) == (NEWEST, NEWEST)


def test_which_are_the_newest_of_one_moment_does_not_depend_on_the_order():
    log = Log()
    for number in range(2 * NEWEST):
        log.note(1, 0, f"stream-{number}")
        if number >= NEWEST - 2:
            log.note(2, 0, f"stream-{number}")
    traits = {1: TRACEBACK, 2: ERROR}

    assert ties(log.sightings, traits) == ties(log.sightings[::-1], traits) != {}


def test_only_the_newest_sightings_are_judged():
    log = Log()
    for number in range(NEWEST):
        log.crash({1: 0}, number=number)
        log.crash({2: 0}, number=number)
    for number in range(NEWEST, 2 * NEWEST):
        log.crash({1: 0, 2: 0.1}, number=number)

    assert only_tie(log, {1: TRACEBACK, 2: ERROR}, 2).of == NEWEST


# Offsets in whole seconds, so that windows, equal starts and both ways round occur.
random_traits = st.sampled_from([ERROR, WARNING, TEXT, TRACEBACK, CUT, EXCEPTION, CONNECTIVE])
random_bursts = st.lists(st.dictionaries(st.integers(1, 6), st.integers(-6, 12), max_size=6), max_size=12)


def noted(bursts: list[dict[int, int]], streams: int) -> Log:
    log = Log()
    for number, parts in enumerate(bursts):
        for pattern, offset in parts.items():
            log.note(pattern, 50 * number + offset, f"stream-{number % streams}")
    return log


@given(random_bursts, st.lists(random_traits, min_size=6, max_size=6), st.integers(1, 12), st.randoms())
def test_the_order_of_the_sightings_does_not_matter(bursts, traits, streams, random):
    sightings = noted(bursts, streams).sightings
    by_pattern = dict(enumerate(traits, start=1))

    assert ties(random.sample(sightings, len(sightings)), by_pattern) == ties(sightings, by_pattern)


@given(random_bursts, st.lists(random_traits, min_size=6, max_size=6), st.integers(1, 12))
def test_a_lead_is_no_companion_and_each_tie_keeps_the_rules(bursts, traits, streams):
    by_pattern = dict(enumerate(traits, start=1))

    found = ties(noted(bursts, streams).sightings, by_pattern)

    for companion, of in found.items():
        for tie in of:
            assert tie.companion == companion
            assert tie.lead not in found
            assert by_pattern[tie.lead].severity >= ERROR.severity
            assert 3 <= tie.together <= tie.of
            assert 3 <= tie.lead_together <= tie.lead_of <= 2 * tie.lead_together
            assert tie.chance <= 0.01
            assert abs(tie.lag_ns) <= TOGETHER_NS


def relabelled(sightings: list[Sighting], names: dict[int, int]) -> list[Sighting]:
    return [sighting._replace(pattern=names[sighting.pattern]) for sighting in sightings]


@given(
    st.lists(st.sets(st.integers(0, 5), min_size=1), min_size=3, max_size=12),
    st.lists(st.tuples(random_traits, st.integers(-3, 9)), min_size=6, max_size=6, unique_by=lambda pair: pair[1]),
    st.permutations(range(6)),
)
def test_pattern_ids_are_only_names(bursts, kinds, names):
    log = Log()
    for number, parts in enumerate(bursts):
        log.crash({part: kinds[part][1] for part in parts}, number=number)
    traits: dict[int, Traits] = {pattern: kind for pattern, (kind, _) in enumerate(kinds)}

    found = ties(relabelled(log.sightings, dict(enumerate(names))), {names[pattern]: kind for pattern, kind in traits.items()})

    expected = {names[companion]: {names[tie.lead] for tie in of} for companion, of in ties(log.sightings, traits).items()}
    assert {companion: {tie.lead for tie in of} for companion, of in found.items()} == expected
