import re
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from audits.claims.shapes import StatedPhase, StatedStatus
from tests.audits.contradictions.drawn import INCIDENTS
from tests.audits.contradictions.stated import HONEST, found, iteration

CODES = {
    "planned_count",
    "implemented_count",
    "executed_count",
    "result_missing",
    "never_executed",
    "still_red_called_fixed",
    "never_red",
    "score_arithmetic",
    "review_not_repeated",
    "phase_skipped",
    "phase_repeated",
    "fix_location_moved",
    "not_reproduced_called_fixed",
    "commit_missing",
    "proposed_pattern_does_not_match",
    "github_state",
    "timing",
}
# What is a contradiction only of a claim that the work is done.
OF_A_CLAIM = {"never_executed", "still_red_called_fixed", "not_reproduced_called_fixed", "commit_missing"}


@given(INCIDENTS, INCIDENTS)
def test_whatever_a_log_says_is_judged_without_an_error(first, second):
    for contradiction in found(first, second):
        assert contradiction.code in CODES
        assert contradiction.detail
        assert contradiction.where
        assert all(re.fullmatch(r"line \d+", place) for place in contradiction.where)


@given(INCIDENTS, INCIDENTS)
def test_a_code_and_its_subject_occur_once(first, second):
    keys = [(contradiction.code, contradiction.subject) for contradiction in found(first, second)]

    assert len(keys) == len(set(keys))


@given(INCIDENTS, st.randoms())
def test_the_order_in_which_claims_come_is_of_no_account(claims, random: Random):
    shuffled = random.sample(claims, len(claims))

    assert found(shuffled) == found(claims)


@given(INCIDENTS)
def test_a_claim_that_is_read_twice_says_nothing_new(claims):
    assert found([*claims, *claims]) == found(claims)


@given(INCIDENTS)
def test_a_log_that_claims_nothing_breaks_no_claim(claims):
    modest = [claim for claim in claims if not isinstance(claim, StatedStatus | StatedPhase)]

    assert OF_A_CLAIM.isdisjoint(contradiction.code for contradiction in found(modest))


@given(INCIDENTS)
def test_a_second_incident_takes_nothing_from_the_first(claims):
    alone = found(claims)
    quiet = [claim for claim in HONEST.values() if not isinstance(claim, StatedPhase)]

    together = found(claims, quiet)

    assert together == alone


def test_an_iteration_without_incidents_says_nothing():
    assert found() == []
    assert iteration().incidents == ()


def test_lines_that_move_leave_the_subject_as_it_is():
    def moved(claims, by):
        lines = [type(claim.lines)(claim.lines.first + by, claim.lines.last + by) for claim in claims]
        return [structs.replace(claim, lines=span) for claim, span in zip(claims, lines, strict=True)]

    claims = [claim for claim in HONEST.values() if claim.lines.first not in (24, 64, 71, 85)]

    assert [(one.code, one.subject) for one in found(moved(claims, 30))] == [(one.code, one.subject) for one in found(claims)] != []
