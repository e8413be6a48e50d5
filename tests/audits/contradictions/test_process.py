import pytest

from audits.claims.shapes import StatedFinding, StatedGitHub, StatedReview, StatedScore, StatedSystemIssue
from tests.audits.contradictions.stated import HONEST, at, but, changed, codes, execution, fix, found, phase, result, status

# --- review_not_repeated -----------------------------------------------------------------------

REFUSED = StatedReview(lines=at(51), verdict="needs_improvement", score=70.0)


def of_code(code, log):
    return [contradiction for contradiction in found(log) if contradiction.code == code]


def test_a_review_that_asked_for_changes_and_work_that_went_on():
    (contradiction,) = of_code("review_not_repeated", but(review=REFUSED))

    assert contradiction.where == ("line 51", "line 61")
    assert contradiction.detail == "The review with 70 of 100 asked for changes; work went on, and no later review approves."


def test_a_later_review_that_approves():
    assert of_code("review_not_repeated", but(review=REFUSED, again=StatedReview(lines=at(55), verdict="approved"))) == []


def test_a_later_review_that_asks_for_changes_again_approves_nothing():
    again = StatedReview(lines=at(55), verdict="needs_improvement", score=80.0)

    assert len(of_code("review_not_repeated", but(review=REFUSED, again=again))) == 1


def test_an_approval_that_came_before_is_none():
    before = StatedReview(lines=at(50), verdict="approved", score=90.0)

    assert len(of_code("review_not_repeated", but(before=before, review=REFUSED))) == 1


def test_a_later_and_better_overall_score_is_a_later_review():
    again = StatedScore(lines=at(55), of="Compliance", value=94.0, overall=True)

    assert of_code("review_not_repeated", but(review=REFUSED, again=again)) == []


@pytest.mark.parametrize(
    "score",
    [
        StatedScore(lines=at(55), of="Compliance", value=70.0, overall=True),
        StatedScore(lines=at(45), of="Compliance", value=94.0, overall=True),
    ],
)
def test_a_score_that_is_no_better_or_no_later_is_none(score):
    assert len(of_code("review_not_repeated", but(review=REFUSED, again=score))) == 1


def test_a_score_of_a_part_is_none():
    part = StatedScore(lines=at(55), of="Assertions", value=94.0)

    assert len(of_code("review_not_repeated", but(review=REFUSED, again=part))) == 1


def test_a_log_that_ends_with_the_review_goes_on_with_nothing():
    log = [claim for claim in but(review=REFUSED) if claim.lines <= at(51)]

    assert of_code("review_not_repeated", log) == []


def test_grave_findings_that_are_left_open_ask_for_changes_without_a_verdict():
    finding = StatedFinding(lines=at(52), text="Mocks in integration tests", severity="critical")

    (contradiction,) = of_code("review_not_repeated", but(review=None, finding=finding))

    assert contradiction.where == ("line 52", "line 91")


@pytest.mark.parametrize(
    "finding",
    [
        StatedFinding(lines=at(52), text="Mocks in integration tests", severity="critical", closed=True),
        StatedFinding(lines=at(52), text="A name is unclear", severity="minor"),
        StatedFinding(lines=at(52), text="Clear assertions", severity="critical", strength=True),
    ],
)
def test_findings_that_were_mended_or_are_slight_do_not(finding):
    assert found(but(review=None, finding=finding)) == []


def test_findings_that_the_log_goes_on_to_mend_are_not_left_open():
    finding = StatedFinding(lines=at(52), text="Mocks in integration tests", severity="critical")
    mended = StatedFinding(lines=at(55), text="Mocks were taken out", closed=True)

    assert found(but(review=None, finding=finding, mended=mended)) == []


def test_findings_of_a_review_that_approved_are_its_own_matter():
    assert found(but(finding=StatedFinding(lines=at(52), text="Mocks", severity="critical"))) == []


# --- commit_missing ----------------------------------------------------------------------------


def test_work_that_is_called_resolved_and_names_no_commit():
    (contradiction,) = found(but(fix=fix(71)))

    assert (contradiction.code, contradiction.where) == ("commit_missing", ("line 91", "line 71"))


@pytest.mark.parametrize("word", ["resolved", "fixed", "verified", "committed", "ready_to_commit", "complete"])
def test_every_word_of_an_end_asks_for_a_commit(word):
    assert "commit_missing" in codes([status(91, word)])


@pytest.mark.parametrize("word", ["confirmed", "pending", "failing", "not_reproduced", "commit_named"])
def test_no_other_word_does(word):
    assert codes([status(91, word)]) == []


def test_a_commit_may_be_named_beside_the_fix():
    assert found(but(fix=fix(71), named=status(95, "commit_named", "Committed as 0a1b2c3d"))) == []


@pytest.mark.parametrize("text", ["Goes back to commit 0a1b2c3", "Introduced by 0a1b2c3", "git bisect: 0a1b2c3"])
def test_the_commit_that_brought_the_fault_is_not_that_of_the_fix(text):
    assert codes(but(fix=fix(71), culprit=status(72, "commit_named", text))) == ["commit_missing"]


@pytest.mark.parametrize(
    "text", ["Test suite implementation: COMPLETE", "Five whys analysis completed", "Audit COMPLETE", "Test plan complete"]
)
def test_a_part_of_the_work_may_be_complete_without_a_commit(text):
    assert codes([status(9, "complete", text)]) == []


@pytest.mark.parametrize("text", ["Status: COMPLETE", "FIX SYSTEM UNDER TEST - COMPLETED", "Resolution complete", "Mission complete"])
def test_the_whole_may_not(text):
    assert codes([status(9, "complete", text)]) == ["commit_missing"]


def test_a_phase_of_the_fix_that_is_called_complete_is_told_first():
    log = but(fix=fix(71), phase_6=phase(70, "6", "Fix system under test - COMPLETED"))

    (contradiction,) = found(log)

    assert contradiction.where == ("line 70", "line 71")


# --- github_state ------------------------------------------------------------------------------


def test_an_issue_that_is_stated_open_after_the_fault_was_called_fixed():
    log = but(github_closed=StatedGitHub(lines=at(95), number=7, state="open"))

    (contradiction,) = found(log)

    assert (contradiction.code, contradiction.where) == ("github_state", ("line 91", "line 95"))


def test_an_issue_that_was_open_when_it_was_made_may_have_been_closed_since():
    assert found(but(github_closed=None)) == []


def test_another_issue_that_is_open_is_a_follow_up():
    follow_up = StatedGitHub(lines=at(95), number=12, state="open")

    assert found(but(follow_up=follow_up)) == []


def test_what_the_head_says_was_written_after_the_issue_was_opened():
    assert found(but(resolved=status(2, "resolved"), github_closed=None)) == []


def test_an_issue_that_is_closed_while_the_fault_is_not_fixed():
    log = but(resolved=None, failing=status(95, "failing", "Logins still fail"))

    (contradiction,) = found(log)

    assert (contradiction.code, contradiction.where) == ("github_state", ("line 92", "line 95"))


# --- not_reproduced_called_fixed ---------------------------------------------------------------

UNSEEN = status(68, "not_reproduced", "The throttle fault was NOT reproduced here")


def test_a_fault_that_was_not_reproduced_and_is_called_fixed():
    (contradiction,) = found(but(unseen=UNSEEN))

    assert (contradiction.code, contradiction.where) == ("not_reproduced_called_fixed", ("line 68", "line 91"))


def test_a_fault_that_was_reproduced_later_is_none():
    assert found(but(unseen=UNSEEN, shown=status(69, "confirmed", "Reproduced with two addresses"))) == []


@pytest.mark.parametrize("shown", [result(69, "test_blocks_after_five", "failed"), execution(69, "before", passed=1, failed=1)])
def test_a_test_that_failed_later_and_before_the_fix_shows_it_too(shown):
    unseen = status(59, "not_reproduced", "The throttle fault was NOT reproduced here")

    assert "not_reproduced_called_fixed" not in codes(but(unseen=unseen, shown=shown))


def test_what_could_not_be_reproduced_at_first_was_reproduced():
    unseen = status(68, "not_reproduced", "We could not reproduce the throttle fault at first")

    assert found(but(unseen=unseen)) == []


def test_a_fault_that_was_not_reproduced_may_be_left_at_that():
    assert found(but(unseen=UNSEEN, resolved=None)) == []


def test_another_fault_that_was_found_on_the_way_may_be_fixed():
    aside = StatedSystemIssue(lines=at(69), title="Connection pool race condition")
    log = but(unseen=UNSEEN, aside=aside, resolved=status(91, "fixed", "CONNECTION POOL RACE CONDITION FIXED"))

    assert found(log) == []


def test_a_finding_that_was_mended_is_not_the_fault():
    finding = StatedFinding(lines=at(52), text="Missing timeout helper in setup", closed=True)
    log = but(unseen=UNSEEN, finding=finding, resolved=status(91, "fixed", "Missing timeout helper: FIXED"))

    assert found(log) == []


def test_a_fault_on_the_side_that_shares_the_faults_words_is_the_fault():
    aside = StatedSystemIssue(lines=at(69), title="Login throttle bucket race")
    log = but(unseen=UNSEEN, aside=aside, resolved=status(91, "fixed", "LOGIN THROTTLE FIXED"))

    assert "not_reproduced_called_fixed" in [one.code for one in found(log)]


# --- two incidents -----------------------------------------------------------------------------


def test_each_incident_answers_for_its_own_claims():
    second = [result(200, "test_other", "failed", "before"), execution(201, "before", passed=3, failed=1), status(210, "resolved")]

    contradictions = found(HONEST.values(), second)

    assert {one.code for one in contradictions} == {"still_red_called_fixed", "commit_missing"}
    assert all(one.subject.startswith("incident 2") for one in contradictions)


def test_the_commit_of_the_first_incident_is_not_that_of_the_second():
    assert codes(but(fix=changed("fix", commit="0a1b2c3d")), [status(200, "resolved")]) == ["commit_missing"]
