import itertools

from hypothesis import given
from hypothesis import strategies as st

from incidents.windows import GAP_NS, Window, close_gaps

points = st.lists(st.integers(0, 20 * GAP_NS), max_size=40)


def windows_of(times: list[int]) -> list[Window]:
    return [Window.around(time, 1, f"id-{number}") for number, time in enumerate(times)]


def test_entries_within_the_gap_are_one_occurrence():
    assert [(w.start_ns, w.end_ns, w.entries) for w in close_gaps(windows_of([0, GAP_NS, 2 * GAP_NS]))] == [(0, 2 * GAP_NS, 3)]


def test_entries_further_apart_are_two():
    assert len(close_gaps(windows_of([0, GAP_NS + 1]))) == 2


def test_a_late_entry_joins_the_two_windows_that_it_lies_between():
    apart = close_gaps(windows_of([0, 2 * GAP_NS]))

    joined = close_gaps([*apart, Window.around(GAP_NS, 1, "late")])

    assert [(w.start_ns, w.end_ns, w.entries) for w in joined] == [(0, 2 * GAP_NS, 3)]


def test_the_lead_is_the_first_entry_whatever_came_first():
    late, early = Window.around(5, 1, "late"), Window.around(0, 1, "early")

    assert close_gaps([late, early])[0].lead_insert_id == "early"


@given(points, st.randoms())
def test_windows_are_the_same_in_whatever_parts_and_order_entries_arrive(times, random):
    windows = windows_of(times)
    at_once = close_gaps(windows)
    shuffled = random.sample(windows, len(windows))
    cut = random.randint(0, len(shuffled))

    by_parts = close_gaps([*close_gaps(shuffled[:cut]), *shuffled[cut:]])

    assert by_parts == at_once


@given(points)
def test_no_entry_is_lost_and_windows_stay_apart(times):
    closed = close_gaps(windows_of(times))

    assert sum(window.entries for window in closed) == len(times)
    assert all(later.start_ns - earlier.end_ns > GAP_NS for earlier, later in itertools.pairwise(closed))
