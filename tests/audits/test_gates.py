"""Each gate, from a complete iteration of which one thing is taken away: it is refused for that reason alone."""

from __future__ import annotations

import pytest

from audits.dossier import Child, Dossier, Finding, Metric, Waiver
from audits.gates import split, still_unmet, unmet
from audits.terms import Expectation, Outcome, Phase, Stage
from tests.audits.dossiers import (
    AUTHOR,
    BASE,
    FILE,
    GREEN,
    RED,
    REVIEWER,
    RUNS,
    TESTS,
    a_complete_dossier,
    a_run,
    a_test,
    by,
    changed,
    verified,
)


def codes(dossier: Dossier, phase: Phase) -> list[tuple[str, str]]:
    return [(one.code, one.subject) for one in unmet(dossier, phase)]


@pytest.mark.parametrize("phase", Phase)
def test_nothing_is_unmet_in_a_complete_iteration(phase):
    assert unmet(a_complete_dossier(), phase) == []


def test_phase_0_asks_why_this_issue_was_chosen():
    assert codes(a_complete_dossier(reasons=[]), Phase.LOG_ANALYSIS) == [("reasons_missing", "")]


def test_phase_1_asks_for_a_root_cause():
    assert codes(a_complete_dossier(root_causes=[]), Phase.ROOT_CAUSE) == [("root_cause_missing", "")]


def cause_without(**taken):
    dossier = a_complete_dossier()
    return changed(dossier, root_causes=[changed(dossier.root_cause, **taken)])


def test_phase_1_asks_for_as_many_answers_as_the_project_wants():
    whys = a_complete_dossier().root_cause.whys

    assert codes(cause_without(whys=[*whys[:4], changed(whys[4], answer=" ")]), Phase.ROOT_CAUSE) == [("whys_missing", "")]


@pytest.mark.parametrize(
    ("taken", "code"),
    [({"statement": ""}, "statement_missing"), ({"impact": " "}, "impact_missing"), ({"scope": []}, "scope_missing")],
)
def test_phase_1_asks_for_cause_impact_and_scope(taken, code):
    assert codes(cause_without(**taken), Phase.ROOT_CAUSE) == [(code, "")]


def plan_with(**given):
    dossier = a_complete_dossier()
    return changed(dossier, test_plans=[changed(dossier.test_plan, **given)])


def test_phase_2_asks_for_a_plan():
    assert codes(a_complete_dossier(test_plans=[]), Phase.TEST_PLAN) == [("plan_missing", "")]


def test_phase_2_asks_for_a_test_that_is_red_first():
    tests = [changed(test, expectation=Expectation.ALWAYS_GREEN) for test in TESTS]

    assert codes(plan_with(tests=tests), Phase.TEST_PLAN) == [("no_red_first_test", "")]


@pytest.mark.parametrize(
    ("taken", "code"),
    [
        ({"file": ""}, "file_missing"),
        ({"expectation": Expectation.UNSTATED}, "expectation_missing"),
    ],
)
def test_phase_2_asks_of_each_test_what_and_where_it_is(taken, code):
    assert codes(plan_with(tests=[TESTS[0], changed(TESTS[1], **taken)]), Phase.TEST_PLAN) == [(code, GREEN)]


def test_phase_2_asks_for_each_tests_level():
    tests = [TESTS[0], changed(TESTS[1], level="")]

    assert codes(plan_with(tests=tests, declared={"unit": 1}), Phase.TEST_PLAN) == [("level_missing", GREEN)]


def test_phase_2_holds_declared_counts_against_the_list():
    assert codes(plan_with(declared={"unit": 9}), Phase.TEST_PLAN) == [("declared_count", "unit")]


def test_phase_2_asks_for_success_metrics():
    assert codes(plan_with(success_metrics=[]), Phase.TEST_PLAN) == [("success_metrics_missing", "")]


@pytest.mark.parametrize("mirror", [None, changed(a_complete_dossier().mirror, number=None)], ids=["no mirror", "no number yet"])
def test_phase_2_1_asks_for_the_link_on_github(mirror):
    assert codes(a_complete_dossier(mirror=mirror), Phase.GITHUB_ISSUE) == [("github_issue_missing", "")]


def test_phase_2_1_asks_nothing_of_a_project_without_a_repository():
    dossier = a_complete_dossier(mirror=None)

    assert codes(changed(dossier, rules=changed(dossier.rules, github_repository="")), Phase.GITHUB_ISSUE) == []


def test_phase_3_asks_for_the_file_of_each_planned_test():
    assert codes(a_complete_dossier(test_files=[]), Phase.TEST_IMPLEMENTATION) == [("test_file_missing", FILE)]


@pytest.mark.parametrize("tests", [1, 3, None])
def test_phase_3_holds_a_files_count_against_the_plan(tests):
    dossier = a_complete_dossier()
    files = [changed(dossier.test_files[0], tests=tests)]

    assert codes(changed(dossier, test_files=files), Phase.TEST_IMPLEMENTATION) == [("implemented_count", FILE)]


def reviewed(*changes):
    dossier = a_complete_dossier()
    reviews = [changed(dossier.review, version=version, **given) for version, given in enumerate(changes, start=1)]
    return changed(dossier, reviews=reviews)


CRITICAL = Finding(9, "critical", "The test asserts nothing")


def test_phase_4_asks_for_a_review():
    assert codes(reviewed(), Phase.TEST_AUDIT) == [("review_missing", "")]


def test_phase_4_asks_for_a_score_at_the_threshold():
    assert codes(reviewed({"score": 79.9, "approved": False}), Phase.TEST_AUDIT) == [("review_below_threshold", "")]
    assert codes(reviewed({"score": 80.0}), Phase.TEST_AUDIT) == []


def test_phase_4_stays_shut_after_needs_improvement_though_its_finding_was_closed():
    found = changed(CRITICAL, closed="Asserts now")

    assert codes(reviewed({"approved": False, "findings": [found]}), Phase.TEST_AUDIT) == [("review_not_approving", "")]


def test_phase_4_opens_with_a_new_review_after_the_finding_was_closed():
    first = {"approved": False, "findings": [changed(CRITICAL, closed="Asserts now")]}

    assert codes(reviewed(first, {}), Phase.TEST_AUDIT) == []


def test_phase_4_stays_shut_while_an_earlier_reviews_critical_finding_is_open():
    assert codes(reviewed({"approved": False, "findings": [CRITICAL]}, {}), Phase.TEST_AUDIT) == [("critical_finding_open", "9")]


def test_phase_4_does_not_mind_an_open_finding_that_is_not_critical():
    assert codes(reviewed({"findings": [changed(CRITICAL, severity="major")]}), Phase.TEST_AUDIT) == []


def test_phase_4_refuses_a_review_by_the_author():
    assert codes(reviewed({"by": by(AUTHOR)}), Phase.TEST_AUDIT) == [("own_work_reviewed", "")]


def test_phase_4_refuses_a_review_by_anybody_who_had_a_part_in_the_tests():
    assert codes(a_complete_dossier(authors={AUTHOR, REVIEWER}), Phase.TEST_AUDIT) == [("own_work_reviewed", "")]


@pytest.mark.parametrize("kind", ["test_plan", "test_files"])
def test_phase_4_asks_for_a_review_of_the_tests_as_they_are_now(kind):
    newest = a_complete_dossier().newest | {kind: 9}

    assert codes(a_complete_dossier(newest=newest), Phase.TEST_AUDIT) == [("review_outdated", "")]


def test_two_planned_tests_of_one_name_are_waived_one_by_one():
    tests = [a_test("test_it", file="a.py", level=""), a_test("test_it", file="b.py", level="")]
    subjects = [one.subject for one in unmet(plan_with(tests=tests, declared={}), Phase.TEST_PLAN)]

    assert subjects == ["a.py::test_it", "b.py::test_it"]


def judged(*runs, tests=None):
    return a_complete_dossier(verification=verified(list(runs), tests))


def test_phase_5_asks_for_a_run_before_the_fix():
    assert codes(judged(*RUNS[1:]), Phase.RED_RUN) == [("no_base_run", "")]


@pytest.mark.parametrize(
    ("base", "code", "subject"),
    [
        ({"red": Outcome.PASSED}, "never_red", RED),
        ({"red": Outcome.ERROR}, "not_red", RED),
        ({"red": Outcome.SKIPPED}, "not_red", RED),
        ({"red": Outcome.FAILED, "green": Outcome.FAILED}, "broken_before", GREEN),
        ({"red": Outcome.FAILED, "green": Outcome.ERROR}, "no_base", GREEN),
    ],
)
def test_phase_5_asks_that_each_test_was_what_it_should_be_at_the_base(base, code, subject):
    assert codes(judged(a_run(1, Stage.BEFORE_FIX, **base), *RUNS[1:]), Phase.RED_RUN) == [(code, subject)]


def test_phase_5_asks_for_the_issues_own_reason():
    tests = [a_test(RED, expected_failure="IndexError"), TESTS[1]]

    assert codes(judged(*RUNS, tests=tests), Phase.RED_RUN) == [("red_for_another_reason", RED)]


def test_phase_5_wants_the_same_red_in_every_run_at_the_base():
    assert codes(judged(a_run(0, Stage.BEFORE_FIX), *RUNS), Phase.RED_RUN) == [("flaky", RED)]


def test_phase_6_asks_for_a_fix():
    assert codes(a_complete_dossier(fixes=[]), Phase.FIX) == [("fix_missing", "")]


def test_phase_6_asks_for_another_commit_than_the_base():
    dossier = a_complete_dossier()

    assert codes(changed(dossier, fixes=[changed(dossier.fix, commit=BASE)]), Phase.FIX) == [("same_commit", "")]


def test_phase_7_names_each_test_that_is_not_proven():
    runs = [RUNS[0], *(a_run(number, Stage.AFTER_FIX, red=Outcome.FAILED) for number in (2, 3, 4))]

    assert codes(judged(*runs), Phase.GREEN_RUN) == [("still_red", RED)]


def test_phase_7_asks_for_as_many_runs_as_the_project_wants():
    assert codes(judged(*RUNS[:3]), Phase.GREEN_RUN) == [("stability_runs_missing", "")]


def test_phase_7_asks_that_each_success_metric_is_judged():
    dossier = a_complete_dossier(judgements=[])
    metric = dossier.test_plan.success_metrics[0]

    assert codes(dossier, Phase.GREEN_RUN) == [("metric_not_judged", metric)]
    assert codes(changed(dossier, judgements=[[Metric(metric, met=None)]]), Phase.GREEN_RUN) == [("metric_not_judged", metric)]


def test_phase_7_takes_a_metric_that_was_judged_and_not_met():
    metric = a_complete_dossier().test_plan.success_metrics[0]

    assert codes(a_complete_dossier(judgements=[[Metric(metric, met=False)]]), Phase.GREEN_RUN) == []


def test_phase_8_asks_for_the_commit_on_the_default_branch():
    assert codes(a_complete_dossier(on_default_branch=False), Phase.COMMIT) == [("commit_not_on_default_branch", "")]


def fixed_with(**given):
    dossier = a_complete_dossier()
    return changed(dossier, fixes=[changed(dossier.fix, **given)])


def test_phase_8_asks_for_documentation():
    assert codes(fixed_with(documentation=[]), Phase.COMMIT) == [("documentation_missing", "")]


def test_phase_8_asks_what_is_left_to_do():
    assert codes(fixed_with(residual=None), Phase.COMMIT) == [("residual_unstated", "")]


def test_phase_8_takes_child_issues_for_a_list_of_what_is_left():
    dossier = changed(fixed_with(residual=None), children=[Child("shop-13", "Names of one letter", "WARNING", "open", "")])

    assert codes(dossier, Phase.COMMIT) == []


@pytest.mark.parametrize(
    ("taken", "code"), [({"evidence_arrived": False}, "github_evidence_pending"), ({"state": "open"}, "github_closing_pending")]
)
def test_phase_8_waits_for_what_goes_to_github(taken, code):
    dossier = a_complete_dossier()

    assert codes(changed(dossier, mirror=changed(dossier.mirror, **taken)), Phase.COMMIT) == [(code, "")]


@pytest.mark.parametrize("mirror", [None, changed(a_complete_dossier().mirror, number=None)], ids=["no mirror", "no number yet"])
def test_phase_8_waits_for_nothing_on_github_where_the_project_has_no_repository(mirror):
    dossier = a_complete_dossier(mirror=mirror)

    assert codes(changed(dossier, rules=changed(dossier.rules, github_repository="")), Phase.COMMIT) == []


def test_phase_8_asks_every_gate_again():
    dossier = changed(a_complete_dossier(), root_causes=[], judgements=[])

    assert {one.code for one in unmet(dossier)} == {"root_cause_missing", "metric_not_judged"}


def test_a_waiver_lets_through_what_it_names_and_not_its_neighbours():
    found = unmet(judged(RUNS[0], *(a_run(number, Stage.AFTER_FIX, red=Outcome.FAILED, green=Outcome.FAILED) for number in (2, 3, 4))))

    shut, let_through = split(found, [("still_red", RED)])

    assert [(one.code, one.subject) for one in shut] == [("regression", GREEN)]
    assert [(one.code, one.subject) for one in let_through] == [("still_red", RED)]


def test_a_waiver_without_its_subject_lets_nothing_through():
    dossier = judged(RUNS[0], *(a_run(number, Stage.AFTER_FIX, red=Outcome.FAILED) for number in (2, 3, 4)))

    waived = changed(dossier, waivers=[Waiver(by(REVIEWER), "still_red", "", "We know")])

    assert [one.code for one in still_unmet(waived)] == ["still_red"]


@pytest.mark.parametrize("state", ["done", "abandoned", "imported"])
def test_an_iteration_that_has_ended_has_nothing_unmet(state):
    assert still_unmet(a_complete_dossier(state=state, root_causes=[])) == []
