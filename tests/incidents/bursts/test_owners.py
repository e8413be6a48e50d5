"""Which pattern a sighting belongs to."""

import dataclasses
from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.bursts import Sighting, Traits, owners, ties
from tests.incidents.bursts.log import CONNECTIVE, CUT, ERROR, EXCEPTION, FRAGMENT, TRACEBACK, WARNING, Log

NO_LEADS: dict[int, list[int]] = {}


def owner_of(sighting: Sighting, log: Log, traits: Mapping[int, Traits], leads: Mapping[int, Collection[int]] = NO_LEADS) -> int:
    return owners(log.sightings, traits, leads)[sighting.key]


def owners_in_order(log: Log, traits: Mapping[int, Traits], leads: Mapping[int, Collection[int]] = NO_LEADS) -> list[int]:
    """Whom each sighting belongs to, in the order in which they were noted."""
    found = owners(log.sightings, traits, leads)
    return [found[sighting.key] for sighting in log.sightings]


def test_a_companion_near_its_lead_belongs_to_it():
    log = Log()
    log.note(1, 0)
    companion = log.note(2, -10)

    assert owner_of(companion, log, {1: TRACEBACK, 2: ERROR}, {2: [1]}) == 1


def test_a_companion_outside_belongs_to_itself():
    log = Log()
    log.note(1, 0)
    log.note(1, 5, "another stream")
    outside = log.note(2, 10.001)

    assert owner_of(outside, log, {1: TRACEBACK, 2: ERROR}, {2: [1]}) == 2


def test_of_several_leads_the_nearest_owns():
    log = Log()
    log.note(1, 0)
    log.note(3, 5)
    companion = log.note(2, 3)

    assert owner_of(companion, log, {1: TRACEBACK, 2: ERROR, 3: TRACEBACK}, {2: [1, 3]}) == 3


def test_of_two_leads_equally_near_the_earlier_owns():
    log = Log()
    log.note(1, 4)
    log.note(3, 0)
    companion = log.note(2, 2)

    assert owner_of(companion, log, {1: TRACEBACK, 2: ERROR, 3: TRACEBACK}, {2: [1, 3]}) == 3


def test_a_lead_in_a_circle_of_leads_is_the_earliest():
    log = Log()
    log.note(1, 1)
    log.note(2, 0)

    assert owners_in_order(log, {1: ERROR, 2: ERROR}, {1: [2], 2: [1]}) == [2, 2]


def test_a_parted_pattern_neither_follows_nor_leads():
    log = Log()
    log.note(1, 0)
    log.note(2, 1)
    log.note(3, 2)
    parted = dataclasses.replace(ERROR, parted=True)

    assert owners_in_order(log, {1: parted, 2: ERROR, 3: ERROR}, {2: [1], 1: [3]}) == [1, 2, 3]


def test_chained_tracebacks_seen_once_belong_to_the_first():
    log = Log()
    log.note(1, 0)
    log.note(2, 0.001)
    log.note(3, 0.002)
    # The same connective again is the same sighting.
    log.note(4, 0.003)

    assert owners_in_order(log, {1: TRACEBACK, 2: CONNECTIVE, 3: TRACEBACK, 4: TRACEBACK}) == [1, 1, 1, 1]


def test_tracebacks_linked_by_two_connectives_are_one_chain():
    log = Log()
    for pattern, seconds in ((1, 0), (2, 0.7), (3, 1.5), (4, 1.6), (5, 1.7)):
        log.note(pattern, seconds)

    assert owners_in_order(log, {1: TRACEBACK, 2: CONNECTIVE, 3: TRACEBACK, 4: CONNECTIVE, 5: TRACEBACK}) == [1] * 5


def test_two_tracebacks_within_a_second_stay_two_without_a_connective():
    log = Log()
    log.note(1, 0)
    log.note(2, 0.001)

    assert owners_in_order(log, {1: TRACEBACK, 2: TRACEBACK}) == [1, 2]


def test_a_traceback_before_the_connective_is_no_link():
    log = Log()
    log.note(1, 0)
    log.note(2, 0.1)
    log.note(3, 0.2)
    log.note(4, 0.3)

    assert owners_in_order(log, {1: TRACEBACK, 2: TRACEBACK, 3: CONNECTIVE, 4: TRACEBACK}) == [1, 2, 2, 2]


@pytest.mark.parametrize("start", [0, 0.001])
def test_equal_times_count_as_following(start):
    log = Log()
    log.note(1, 0)
    log.note(2, start)
    log.note(3, start)

    assert owners_in_order(log, {1: TRACEBACK, 2: CONNECTIVE, 3: TRACEBACK}) == [1, 1, 1]


@pytest.mark.parametrize(
    ("traits", "owner"),
    [({1: EXCEPTION, 2: FRAGMENT, 3: CUT}, 1), ({1: CONNECTIVE, 2: TRACEBACK, 3: TRACEBACK}, 2)],
)
def test_at_one_moment_a_tale_is_read_in_its_own_order(traits, owner):
    log = Log()
    for pattern in traits:
        log.note(pattern, 0)

    assert owners_in_order(log, traits) == [owner] * 3


def test_a_link_more_than_a_second_behind_its_connective_begins_anew():
    log = Log()
    log.note(1, 0)
    log.note(2, 0.5)
    log.note(3, 1.501)

    assert owners_in_order(log, {1: TRACEBACK, 2: CONNECTIVE, 3: TRACEBACK}) == [1, 1, 3]


def test_a_connective_without_a_traceback_before_it_links_nothing():
    log = Log()
    log.note(1, 0, "another stream")
    log.note(2, 0.1)
    log.note(3, 0.2)

    assert owners_in_order(log, {1: TRACEBACK, 2: CONNECTIVE, 3: TRACEBACK}) == [1, 2, 3]


def test_a_cut_traceback_belongs_to_the_exception_that_ends_it_with_all_its_fragments():
    log = Log()
    log.note(1, 0)
    log.note(2, 0.6)
    log.note(3, 1.2)

    assert owners_in_order(log, {1: CUT, 2: FRAGMENT, 3: EXCEPTION}) == [3, 3, 3]


def test_a_cut_traceback_that_no_exception_ends_keeps_its_fragments():
    log = Log()
    log.note(1, 0)
    log.note(2, 1)

    assert owners_in_order(log, {1: CUT, 2: FRAGMENT}) == [1, 1]


def test_a_fragment_goes_on_with_the_nearest_traceback():
    log = Log()
    log.note(1, 0)
    log.note(2, 0.5)
    log.note(3, 0.6)

    assert owners_in_order(log, {1: TRACEBACK, 2: TRACEBACK, 3: FRAGMENT}) == [1, 2, 2]


def test_frames_that_come_line_by_line_belong_to_the_exception_before_them():
    log = Log()
    log.note(1, 0)
    frames = [log.note(2, 0.1), log.note(3, 0.2)]
    cause = log.note(4, 0.3)
    last = log.note(2, 0.4)

    traits = {1: EXCEPTION, 2: FRAGMENT, 3: FRAGMENT, 4: CONNECTIVE}
    assert [owner_of(one, log, traits) for one in (*frames, cause, last)] == [1, 1, 1, 1]


def test_frames_without_any_exception_belong_to_the_last_error_before_them():
    log = Log()
    log.note(1, 0)
    log.note(2, 0.1)
    log.note(3, 0.2)
    frame = log.note(4, 0.3)

    assert owner_of(frame, log, {1: ERROR, 2: ERROR, 3: WARNING, 4: FRAGMENT}) == 2


def test_a_fragment_long_after_belongs_to_itself():
    log = Log()
    log.note(1, 0)
    log.note(2, 1.001)

    assert owners_in_order(log, {1: CUT, 2: FRAGMENT}) == [1, 2]


@pytest.mark.parametrize(("traceback", "seconds"), [(TRACEBACK, 0.1), (CUT, 1.001), (CUT, -0.001)])
def test_an_exception_that_is_not_right_behind_a_cut_traceback_belongs_to_itself(traceback, seconds):
    log = Log()
    log.note(1, 0)
    log.note(2, seconds)

    assert owners_in_order(log, {1: traceback, 2: EXCEPTION}) == [1, 2]


def test_one_exception_ends_a_cut_traceback_and_the_next_is_on_its_own():
    log = Log()
    log.note(1, 0)
    log.note(2, 0.1)
    log.note(3, 0.2)

    assert owners_in_order(log, {1: CUT, 2: EXCEPTION, 3: EXCEPTION}) == [2, 2, 3]


def test_a_chain_of_cut_tracebacks_belongs_to_the_exception_of_the_first():
    log = Log()
    for pattern in range(1, 6):
        log.note(pattern, pattern / 1000)

    assert owners_in_order(log, {1: CUT, 2: EXCEPTION, 3: CONNECTIVE, 4: CUT, 5: EXCEPTION}) == [2] * 5


def test_a_chain_belongs_to_the_lead_of_its_first_traceback():
    log = Log()
    log.note(1, 0)
    log.note(2, 3)
    log.note(3, 3.1)
    log.note(4, 3.2)

    assert owners_in_order(log, {1: ERROR, 2: TRACEBACK, 3: CONNECTIVE, 4: TRACEBACK}, {2: [1]}) == [1, 1, 1, 1]


def test_a_link_belongs_to_its_chain_whoever_leads_its_pattern():
    log = Log()
    log.note(1, 0)
    log.note(2, 0.1)
    log.note(3, 0.2)
    log.note(4, 0.3)

    assert owners_in_order(log, {1: TRACEBACK, 2: CONNECTIVE, 3: TRACEBACK, 4: ERROR}, {3: [4]}) == [1, 1, 1, 4]


def test_a_companion_of_a_link_belongs_to_the_first_traceback_of_the_chain():
    log = Log()
    log.note(1, 0)
    log.note(2, 0.1)
    log.note(3, 0.2)
    log.note(4, 0.3)

    assert owners_in_order(log, {1: TRACEBACK, 2: CONNECTIVE, 3: TRACEBACK, 4: ERROR}, {4: [3]}) == [1, 1, 1, 1]


def test_an_exception_is_not_led_by_the_cut_traceback_that_it_ends():
    log = Log()
    log.note(1, 0)
    log.note(2, 0.1)
    log.note(3, 0.2)

    assert owners_in_order(log, {1: CUT, 2: EXCEPTION, 3: WARNING}, {2: [1], 3: [1]}) == [2, 2, 2]


def test_a_parted_traceback_has_no_parts():
    log = Log()
    log.note(1, 0)
    log.note(2, 0.1)

    assert owners_in_order(log, {1: dataclasses.replace(CUT, parted=True), 2: EXCEPTION}) == [1, 2]


def test_ties_and_owners_put_a_burst_of_cut_tracebacks_under_the_exception():
    log = Log()
    traits = {1: ERROR, 2: CUT, 3: FRAGMENT, 4: EXCEPTION, 5: WARNING}
    for number in range(3):
        log.crash({1: -1, 2: 0, 3: 0.01, 4: 0.02, 5: 2}, number=number)

    leads = {companion: [tie.lead for tie in of] for companion, of in ties(log.sightings, traits).items()}

    assert set(owners_in_order(log, traits, leads)) == {4}


random_traits = st.sampled_from([ERROR, TRACEBACK, CUT, FRAGMENT, EXCEPTION, CONNECTIVE, dataclasses.replace(CUT, parted=True)])
# Half seconds, so that equal starts and all the limits occur.
random_starts = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 30), st.sampled_from("ab")), max_size=25)
random_leads = st.dictionaries(st.integers(1, 6), st.sets(st.integers(1, 6), max_size=3))


@given(random_starts, st.lists(random_traits, min_size=6, max_size=6), random_leads, st.randoms())
def test_the_order_of_the_sightings_does_not_matter(starts, traits, leads, random):
    log = Log()
    for pattern, half_seconds, stream in starts:
        log.note(pattern, half_seconds / 2, stream)
    by_pattern = dict(enumerate(traits, start=1))

    shuffled = random.sample(log.sightings, len(log.sightings))

    assert owners(shuffled, by_pattern, leads) == owners(log.sightings, by_pattern, leads)


@given(random_starts, st.lists(random_traits, min_size=6, max_size=6), random_leads)
def test_every_sighting_belongs_to_its_own_pattern_or_to_one_seen_on_its_stream(starts, traits, leads):
    log = Log()
    for pattern, half_seconds, stream in starts:
        log.note(pattern, half_seconds / 2, stream)
    by_pattern = dict(enumerate(traits, start=1))

    found = owners(log.sightings, by_pattern, leads)

    assert found.keys() == {sighting.key for sighting in log.sightings}
    for sighting in log.sightings:
        assert found[sighting.key] in {other.pattern for other in log.sightings if other.stream == sighting.stream}
        if by_pattern[sighting.pattern].parted:
            assert found[sighting.key] == sighting.pattern
