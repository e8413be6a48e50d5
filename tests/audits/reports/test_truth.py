"""That the log of an iteration says nothing but the truth, whoever reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.claims import shapes as claims
from audits.dossier import Child, Dossier, Finding, Move, Waiver
from audits.terms import Expectation, Phase, Stage
from tests.audits.dossiers import BEGAN, FILE, RED, REVIEWER, a_complete_dossier, a_run, a_test, as_run, by, changed, verified
from tests.audits.reports.reading import contradictions, of, planned, plans, red_and_green, some, with_cause

CLAIMS_OF_A_FIX = {"fixed", "resolved", "verified", "complete", "committed"}


@some
@given(plans(), st.integers(0, 40), st.booleans())
def test_the_log_of_a_verified_iteration_contradicts_nothing(tests, others, names_file):
    runs = red_and_green(tests, others=others, names_file=names_file)

    dossier = planned(tests, runs)

    assert dossier.verification.verdict == "verified"
    assert contradictions(dossier) == []


def honest() -> dict[str, Dossier]:
    """Iterations that went their way with detours, and hide none of them."""
    dossier = a_complete_dossier()
    refused = changed(
        dossier.review,
        approved=False,
        score=75.0,
        findings=[Finding(1, "critical", "The login is mocked", FILE, "A real one", "d" * 40, "Grace")],
    )
    back = [
        Move(1, Phase.RED_RUN, by(), BEGAN, "", []),
        Move(2, Phase.TEST_PLAN, by(), BEGAN, "A test was missing", []),
        Move(3, Phase.COMMIT, by(), None, "", []),
    ]
    settled = changed(dossier.issue, state="resolved", resolution="verified", confirmation="confirmed")
    return {
        "ended": changed(dossier, state="done", ended_at=BEGAN, issue=settled),
        "reviewed again": changed(dossier, reviews=[refused, changed(dossier.review, version=2)]),
        "went back": changed(dossier, moves=back),
        "fixed twice": changed(dossier, fixes=[changed(dossier.fix, commit="e" * 40), changed(dossier.fix, version=2)]),
        "work left": changed(dossier, fixes=[changed(dossier.fix, residual=["A larger pool", "A newer driver"])]),
        "other faults": changed(dossier, children=[Child("shop-13", "Connection pool exhausted", "WARNING", "open", "A larger pool")]),
        "no github": changed(dossier, mirror=None),
        "a pattern": with_cause(pattern_regex="^e2e-[a-z]+$", pattern_must_match=["e2e-prod"]),
    }


@pytest.mark.parametrize("way", honest())
def test_the_log_of_an_honest_iteration_contradicts_nothing(way):
    assert contradictions(honest()[way]) == []


def refuted(*, named: str = RED) -> Dossier:
    tests = [a_test(named), a_test(f"{named} always", Expectation.ALWAYS_GREEN)]
    return planned(tests, red_and_green(tests, still_red=frozenset({named})), phase=Phase.GREEN_RUN)


@pytest.mark.parametrize(
    "name", [RED, "rejects all names that are empty", "TestLogin/the_issue_is_fixed", "the issue is fixed", "Login > error is resolved"]
)
def test_the_log_of_a_refuted_iteration_nowhere_claims_a_fix(name):
    dossier = refuted(named=name)

    assert dossier.verification.verdict == "refuted"
    assert not {status.status for status in of(claims.StatedStatus, dossier)} & CLAIMS_OF_A_FIX


def test_a_waived_iteration_is_not_read_as_fixed():
    dossier = refuted()
    settled = changed(dossier.issue, state="resolved", resolution="waived")

    waived = changed(dossier, state="done", waivers=[Waiver(by(REVIEWER), "still_red", RED, "The runner is broken")], issue=settled)

    assert not {status.status for status in of(claims.StatedStatus, waived)} & CLAIMS_OF_A_FIX


def test_a_refuted_iteration_whose_issue_another_one_settled_claims_no_fix():
    dossier = refuted()

    told = changed(dossier, issue=changed(dossier.issue, state="resolved", resolution="verified"))

    assert not {status.status for status in of(claims.StatedStatus, told)} & CLAIMS_OF_A_FIX


def test_what_really_contradicts_itself_still_shows():
    runs = [a_run(1, Stage.BEFORE_FIX), a_run(2, Stage.AFTER_FIX)]

    dossier = a_complete_dossier(runs=[as_run(run) for run in runs], verification=verified(runs))

    assert [found.code for found in contradictions(dossier)] == ["never_red"]
