from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from audits.contradictions.facts import (
    Facts,
    FileFact,
    FixFact,
    MetricFact,
    MoveFact,
    PatternFact,
    PlannedFact,
    ReviewFact,
    RowFact,
    RunFact,
    ScopeFact,
)
from audits.contradictions.record import of_record
from audits.terms import Expectation, Level, Phase, Stage

UNIT_FILE, FLOW_FILE = "tests/unit/test_throttle.py", "tests/integration/test_login_flow.py"
BASE, FIX = "a" * 40, "b" * 40
START = datetime(2025, 3, 1, 9, tzinfo=UTC)


def hour(number):
    return START + timedelta(hours=number)


def planned(name, level=Level.UNIT, file=UNIT_FILE):
    return PlannedFact(level, file, name, Expectation.RED_THEN_GREEN)


def row(name, level=Level.UNIT, base="failed", fix="passed", result="proven"):
    return RowFact(name, level, Expectation.RED_THEN_GREEN, base, fix, result)


def run(number, stage, **fields):
    counts = {"failed": 3} if stage is Stage.BEFORE_FIX else {"passed": 3}
    commit = BASE if stage is Stage.BEFORE_FIX else FIX
    report = RunFact(id=number, stage=stage, commit=commit, declared_tests=3, cases=3, by_file={UNIT_FILE: 2, FLOW_FILE: 1}, **counts)
    return msgspec.structs.replace(report, **fields)


MOVES = [MoveFact(phase, hour(number)) for number, phase in enumerate(Phase)]
HONEST = Facts(
    phase=Phase.COMMIT,
    ended=True,
    resolved=True,
    resolution="verified",
    reproduced=True,
    declared={"unit": 2, "integration": 1},
    planned=[planned("test_blocks"), planned("test_unblocks"), planned("test_flow", Level.INTEGRATION, FLOW_FILE)],
    files=[FileFact(UNIT_FILE, Level.UNIT, 2), FileFact(FLOW_FILE, Level.INTEGRATION, 1)],
    scope=[ScopeFact("app/throttle.py", 40)],
    pattern=PatternFact(r"^acct-\d+$", ["acct-77"]),
    runs=[run(1, Stage.BEFORE_FIX), run(2, Stage.AFTER_FIX), run(3, Stage.STABILITY)],
    rows=[row("test_blocks"), row("test_unblocks"), row("test_flow", Level.INTEGRATION)],
    verdict="verified",
    reviews=[ReviewFact(96.0, approved=True, at=hour(5.5))],
    moves=MOVES,
    fixes=[FixFact(FIX, "app/throttle.py", 44)],
    on_default_branch=True,
    mirror="closed",
    metrics=[MetricFact("All planned tests pass after the fix", met=True)],
)


def but(**fields):
    return msgspec.structs.replace(HONEST, **fields)


def the_one(**fields):
    (contradiction,) = of_record(but(**fields))
    return contradiction


def test_a_complete_and_honest_iteration_contradicts_itself_nowhere():
    assert of_record(HONEST) == []


def test_neither_does_a_new_one():
    assert of_record(Facts()) == []


@pytest.mark.parametrize("phase", list(Phase))
def test_neither_does_one_that_is_on_its_way(phase):
    walked = [move for move in MOVES if move.at <= MOVES[list(Phase).index(phase)].at]
    record = but(phase=phase, ended=False, resolved=False, resolution="", moves=walked, mirror="open", metrics=())

    assert of_record(record) == []


def test_what_is_not_planned_implemented_run_or_fixed_yet_is_no_contradiction():
    record = Facts(
        phase=Phase.TEST_PLAN,
        declared={"unit": 2},
        planned=HONEST.planned[:2],
        rows=[row("test_blocks", base="", fix="", result="no_base")],
    )

    assert of_record(record) == []


def test_a_plan_that_declares_another_number_than_it_lists():
    contradiction = the_one(declared={"unit": 9, "integration": 1})

    assert (contradiction.code, contradiction.where, contradiction.subject) == ("planned_count", ("test plan",), "unit")
    assert contradiction.detail == "The plan declares 9 unit tests and lists 2."


def test_a_test_file_recorded_with_another_number_than_planned():
    contradiction = the_one(files=[FileFact(UNIT_FILE, Level.UNIT, 5), HONEST.files[1]], runs=[run(1, Stage.BEFORE_FIX, by_file={})])

    assert (contradiction.code, contradiction.where) == ("implemented_count", ("test plan", f"test file {UNIT_FILE}"))


def test_a_test_file_of_which_nothing_is_planned_or_counted_is_not_compared():
    assert (
        of_record(but(files=[*HONEST.files, FileFact("tests/unit/test_more.py", Level.UNIT, 4), FileFact("tests/x.py", None, None)])) == []
    )


@pytest.mark.parametrize(("fields", "subject"), [({"declared_tests": 4}, "run 1: tests"), ({"declared_failures": 1}, "run 1: failures")])
def test_a_header_that_lies(fields, subject):
    contradiction = the_one(runs=[run(1, Stage.BEFORE_FIX, **fields), *HONEST.runs[1:]])

    assert (contradiction.code, contradiction.where, contradiction.subject) == ("executed_count", ("run 1",), subject)


def test_a_header_that_counts_errors_as_failures_is_right():
    assert of_record(but(runs=[run(1, Stage.BEFORE_FIX, failed=2, errors=1, declared_failures=3), *HONEST.runs[1:]])) == []


def test_a_run_that_holds_another_number_of_a_files_tests_than_recorded():
    contradiction = the_one(
        runs=[*HONEST.runs[:2], run(3, Stage.STABILITY, cases=2, passed=2, declared_tests=2, by_file={UNIT_FILE: 1, FLOW_FILE: 1})]
    )

    assert contradiction.code == "executed_count"
    assert contradiction.where == (f"test file {UNIT_FILE}", "run 3")


def test_reports_of_one_group_are_one_run():
    parts = [run(1, Stage.BEFORE_FIX, group="ci-1", by_file={UNIT_FILE: 1}), run(4, Stage.BEFORE_FIX, group="ci-1", by_file={UNIT_FILE: 1})]

    assert of_record(but(runs=[*parts, *HONEST.runs[1:]])) == []


def test_reports_without_a_group_are_runs_of_their_own():
    parts = [run(1, Stage.BEFORE_FIX, by_file={UNIT_FILE: 1}), run(4, Stage.BEFORE_FIX, by_file={UNIT_FILE: 1})]

    assert [one.where[1] for one in of_record(but(runs=[*parts, *HONEST.runs[1:]]))] == ["run 1", "run 4"]


def test_outcomes_that_do_not_add_up_to_the_cases():
    contradiction = the_one(runs=[run(1, Stage.BEFORE_FIX, failed=2), *HONEST.runs[1:]])

    assert (contradiction.code, contradiction.where) == ("score_arithmetic", ("run 1",))


def test_a_planned_test_without_a_result_at_the_fix():
    contradiction = the_one(rows=[row("test_blocks", fix="absent", result="vanished"), *HONEST.rows[1:]])

    assert (contradiction.code, contradiction.where) == ("result_missing", ("test plan", "run 2"))


@pytest.mark.parametrize("phase", [Phase.FIX, Phase.GREEN_RUN])
def test_the_green_run_may_not_be_there_yet(phase):
    record = but(
        phase=phase,
        ended=False,
        resolved=False,
        resolution="",
        mirror="open",
        metrics=(),
        rows=[row("test_blocks", fix="", result="no_fix_run"), *HONEST.rows[1:]],
    )

    assert of_record(record) == []


def test_a_level_that_is_in_no_run():
    contradiction = the_one(rows=[*HONEST.rows[:2], row("test_flow", Level.INTEGRATION, "absent", "absent", "not_red")])

    assert (contradiction.code, contradiction.where) == ("never_executed", ("test plan", "issue"))
    assert contradiction.detail == "The record goes on to its end, and no run holds the integration tests."


IN_NO_RUN = [row("test_blocks", base="absent", fix="absent", result="not_red"), *HONEST.rows[1:]]


def test_the_last_phase_asks_for_the_runs_before_the_issue_is_resolved():
    (contradiction,) = of_record(but(rows=IN_NO_RUN, ended=False, resolved=False, resolution="", mirror="open", metrics=()))

    assert (contradiction.code, contradiction.where) == ("never_executed", ("test plan", "phase 8 commit"))


def test_an_issue_that_will_not_be_fixed_needs_no_runs():
    record = but(rows=IN_NO_RUN, phase=Phase.RED_RUN, ended=False, resolution="wont_fix", mirror="", metrics=(), moves=MOVES[:7])

    assert of_record(record) == []


def test_a_result_is_missing_as_soon_as_the_green_run_is_left():
    rows = [row("test_blocks", fix="absent", result="vanished"), *HONEST.rows[1:]]

    assert [one.code for one in of_record(but(rows=rows, ended=False, resolved=False, resolution="", mirror="open"))] == ["result_missing"]


def test_a_single_test_that_is_in_no_run_is_told_by_name():
    contradiction = the_one(rows=[row("test_blocks", base="absent", fix="absent", result="not_red"), *HONEST.rows[1:]])

    assert "no run holds test_blocks." in contradiction.detail


@pytest.mark.parametrize("result", ["still_red", "regression", "broken_before", "flaky"])
@pytest.mark.parametrize("resolution", ["verified", "waived", "unproven"])
def test_a_test_that_is_not_green_at_the_fix_of_a_resolved_issue(result, resolution):
    contradiction = the_one(rows=[row("test_blocks", fix="failed", result=result), *HONEST.rows[1:]], resolution=resolution, metrics=())

    assert (contradiction.code, contradiction.subject) == ("still_red_called_fixed", "test_blocks")
    assert contradiction.where == ("run 2", "issue")


@pytest.mark.parametrize("resolution", ["wont_fix", "not_reproduced"])
def test_an_issue_that_is_closed_without_a_fix_may_have_red_tests(resolution):
    rows = [row("test_blocks", fix="failed", result="still_red"), *HONEST.rows[1:]]

    assert of_record(but(rows=rows, resolution=resolution, ended=False, metrics=())) == []


def test_a_metric_that_says_the_tests_pass_and_is_judged_met():
    rows = [row("test_blocks", fix="failed", result="still_red"), *HONEST.rows[1:]]

    (contradiction,) = of_record(but(rows=rows, phase=Phase.GREEN_RUN, ended=False, resolved=False, resolution="", mirror="open"))

    assert (contradiction.code, contradiction.where) == ("still_red_called_fixed", ("success metrics", "run 2"))


@pytest.mark.parametrize("metric", [MetricFact("95 % of logins within 200 ms", met=True), MetricFact("All tests pass", met=False)])
def test_a_metric_of_another_thing_or_one_that_is_not_met_says_nothing(metric):
    rows = [row("test_blocks", fix="failed", result="still_red"), *HONEST.rows[1:]]
    record = but(rows=rows, phase=Phase.GREEN_RUN, ended=False, resolved=False, resolution="", mirror="open", metrics=[metric])

    assert of_record(record) == []


def test_a_test_that_passed_before_the_fix():
    contradiction = the_one(rows=[row("test_blocks", base="passed", result="never_red"), *HONEST.rows[1:]])

    assert (contradiction.code, contradiction.where) == ("never_red", ("test plan", "run 1"))


REFUSED = ReviewFact(70.0, approved=False, at=hour(5.2))


def test_work_that_went_on_after_a_review_that_asked_for_changes():
    contradiction = the_one(reviews=[REFUSED])

    assert (contradiction.code, contradiction.where) == ("review_not_repeated", ("review 1", "phase 5 red_run"))


def test_work_that_was_done_before_the_review_did_not_go_on_after_it():
    late = ReviewFact(70.0, approved=False, at=hour(12))

    assert of_record(but(reviews=[*HONEST.reviews, late])) == []


def test_going_back_to_the_tests_is_no_going_on():
    moves = [*MOVES[:6], MoveFact(Phase.TEST_IMPLEMENTATION, hour(5.3), "The review asked for it")]

    assert of_record(but(reviews=[REFUSED], moves=moves)) == []


def test_a_later_review_that_approves_is_the_way():
    assert of_record(but(reviews=[REFUSED, *HONEST.reviews])) == []


def test_of_two_reviews_that_refuse_the_last_is_told():
    contradiction = the_one(reviews=[REFUSED, ReviewFact(75.0, approved=False, at=hour(5.4))])

    assert contradiction.where[0] == "review 2"


def test_an_approval_that_came_after_work_had_gone_on_is_too_late():
    contradiction = the_one(reviews=[REFUSED, ReviewFact(96.0, approved=True, at=hour(6.5))])

    assert contradiction.code == "review_not_repeated"


def test_a_waiver_is_a_decision_and_no_contradiction():
    moves = [msgspec.structs.replace(move, let_through=["review_not_approving"]) if move.phase is Phase.RED_RUN else move for move in MOVES]

    assert of_record(but(reviews=[REFUSED], moves=moves)) == []


def test_a_phase_that_was_jumped_over():
    contradiction = the_one(moves=[move for move in MOVES if move.phase is not Phase.TEST_AUDIT])

    assert (contradiction.code, contradiction.where) == ("phase_skipped", ("phase 3 test_implementation", "phase 5 red_run"))


def test_going_back_with_a_reason_is_allowed():
    back = [MoveFact(Phase.TEST_PLAN, hour(3.2), "A level was forgotten"), MoveFact(Phase.GITHUB_ISSUE, hour(3.4)), *MOVES[4:]]

    assert of_record(but(moves=[*MOVES[:4], *back])) == []


def test_a_phase_that_was_entered_again_without_a_reason():
    back = [MoveFact(Phase.TEST_PLAN, hour(3.2)), MoveFact(Phase.GITHUB_ISSUE, hour(3.4)), *MOVES[4:]]

    contradiction = the_one(moves=[*MOVES[:4], *back])

    assert (contradiction.code, contradiction.where) == ("phase_repeated", ("phase 2.1 github_issue", "phase 2 test_plan"))


def test_a_phase_that_is_entered_twice_in_a_row_was_entered_again():
    contradiction = the_one(moves=[*MOVES[:4], MoveFact(MOVES[3].phase, hour(3.2)), *MOVES[4:]])

    assert contradiction.code == "phase_repeated"


def test_a_fix_in_another_file_than_the_scope():
    contradiction = the_one(fixes=[FixFact(FIX, "app/buckets.py", 3)])

    assert (contradiction.code, contradiction.where) == ("fix_location_moved", ("root cause", "fix 1"))


@pytest.mark.parametrize("fields", [{"fixes": [FixFact(FIX, "app/throttle.py", 900)]}, {"scope": ()}, {"fixes": [FixFact(FIX, UNIT_FILE)]}])
def test_another_line_no_scope_or_a_changed_test_move_no_fix(fields):
    assert of_record(but(**fields)) == []


def test_an_issue_that_no_test_reproduced_and_that_is_called_mended():
    contradiction = the_one(reproduced=False, resolution="unproven")

    assert (contradiction.code, contradiction.where) == ("not_reproduced_called_fixed", ("run 1", "issue"))


@pytest.mark.parametrize("fields", [{"reproduced": None}, {"reproduced": False, "resolution": "not_reproduced"}])
def test_what_nobody_tried_to_reproduce_or_nobody_calls_mended(fields):
    assert of_record(but(**fields)) == []


def test_work_that_is_done_and_has_no_commit_on_the_default_branch():
    contradiction = the_one(on_default_branch=False)

    assert (contradiction.code, contradiction.where) == ("commit_missing", ("issue", "fix 1"))


def test_an_iteration_that_has_ended_needs_its_commit_too():
    (contradiction,) = of_record(but(on_default_branch=False, resolved=False, resolution="", mirror="open", metrics=()))

    assert (contradiction.code, contradiction.where[0]) == ("commit_missing", "phase 8 commit")


def test_an_issue_that_will_not_be_fixed_needs_no_commit():
    assert of_record(but(on_default_branch=False, ended=False, resolution="wont_fix")) == []


def test_a_pattern_that_does_not_match():
    contradiction = the_one(pattern=PatternFact(r"^acct_\d+$", ["acct-77"]))

    assert (contradiction.code, contradiction.where) == ("proposed_pattern_does_not_match", ("root cause",))


def test_a_pattern_that_cannot_be_tried_is_not_judged():
    assert of_record(but(pattern=PatternFact("(?=a)", ["b"]))) == []


def test_an_issue_that_is_open_on_github_while_it_is_resolved_here():
    assert the_one(mirror="open").where == ("issue", "GitHub issue")


def test_an_issue_that_is_closed_on_github_while_it_is_open_here():
    contradiction = the_one(phase=Phase.FIX, ended=False, resolved=False, resolution="", metrics=())

    assert (contradiction.code, contradiction.where) == ("github_state", ("GitHub issue", "issue"))


def test_an_issue_without_a_twin_has_no_state_to_disagree_with():
    assert of_record(but(mirror="")) == []
