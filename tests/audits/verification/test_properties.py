"""What holds of every verification, whatever the evidence."""

from itertools import count

import msgspec
from hypothesis import event, given
from hypothesis import strategies as st

from audits.terms import Expectation, Level, Outcome, Stage, Verdict
from audits.verification import CONTRARY, EvidenceRun, PlannedTest, ResultRow, Verification, subjects_of, verify
from tests.audits.verification.evidence import BASE, FILE, FIX, OTHER, row

NAMES = ("test_red", "test_green", "test_cases[a]", "test_cases[b]", "test_unplanned")
HONEST = {"test_red": "failed", "test_green": "passed", "test_cases[a]": "failed", "test_cases[b]": "passed", "test_unplanned": "passed"}
GREEN = dict.fromkeys(HONEST, "passed")
PASSED, RED = (Outcome.PASSED, Outcome.XPASSED), (Outcome.FAILED, Outcome.XFAILED)

texts = st.sampled_from(["the cart is empty", "Timeout", ""])
rows = st.builds(lambda name, outcome, text: row(name, outcome, text=text), st.sampled_from(NAMES), st.sampled_from(Outcome), texts)
planned = st.builds(
    PlannedTest,
    level=st.sampled_from(Level),
    file=st.sampled_from([FILE, "", "tests/unit/test_other.py"]),
    name=st.sampled_from(["test_red", "test_green", "test_cases", "test_cases[a]", "test_absent"]),
    expectation=st.sampled_from(Expectation),
    expected_failure=st.sampled_from(["", "cart is empty"]),
)
honest_plan = st.just(
    [
        PlannedTest(Level.UNIT, FILE, "test_red", Expectation.RED_THEN_GREEN),
        PlannedTest(Level.UNIT, FILE, "test_green", Expectation.ALWAYS_GREEN),
        PlannedTest(Level.UNIT, FILE, "test_cases", Expectation.RED_THEN_GREEN),
    ]
)
plans = honest_plan | st.lists(planned, max_size=5)
stages = st.sampled_from(Stage)


@st.composite
def honest_rows(draw, outcomes: dict[str, str]) -> list[ResultRow]:
    """Results of an honest run, most often as they are, with a few changed, added or taken away."""
    results = [row(name, outcome) for name, outcome in outcomes.items()]
    changes = draw(st.lists(st.tuples(st.integers(0, len(results) - 1), rows), max_size=2) | st.just([]))
    for place, new in changes:
        results[place] = new
    return results[draw(st.sampled_from([0, 0, 0, 1])) :]


@st.composite
def evidence(draw) -> list[EvidenceRun]:
    """Runs at base, fix and elsewhere, in the order of their receipt; ids leave room between them."""
    ids = count(10, 10)
    kinds = [(Stage.BEFORE_FIX, BASE, HONEST), (Stage.AFTER_FIX, FIX, GREEN), (Stage.STABILITY, FIX, GREEN)]
    wanted = draw(st.lists(st.sampled_from(kinds), max_size=4)) + draw(st.sampled_from([kinds, kinds, kinds[:1], kinds[1:]]))
    runs = [
        EvidenceRun(
            id=next(ids),
            stage=stage,
            commit=commit,
            run_group=draw(st.sampled_from(["", "", "", "ci"])),
            results=draw(honest_rows(outcomes) | st.just([row(name, outcome) for name, outcome in outcomes.items()])),
        )
        for stage, commit, outcomes in wanted
    ]
    return runs + [
        EvidenceRun(id=next(ids), stage=draw(stages), commit=draw(st.sampled_from([BASE, FIX])), results=draw(st.lists(rows, max_size=3)))
        for _ in range(draw(st.sampled_from([0, 0, 1])))
    ]


def judged(plan: list[PlannedTest], runs: list[EvidenceRun]) -> Verification:
    verification = verify(plan, runs, fix_commit=FIX)
    event(verification.verdict)
    return verification


def at(stages: set[Stage], commit: str, runs: list[EvidenceRun]) -> list[list[ResultRow]]:
    """The results of each run there, worked out anew: reports of one group together, without those that hold nothing."""
    groups: dict[object, list[ResultRow]] = {}
    for report in runs:
        if report.stage in stages and report.commit == commit:
            groups.setdefault((report.stage, report.run_group) if report.run_group else report.id, []).extend(report.results)
    return [results for results in groups.values() if results]


@given(plans, evidence(), st.sampled_from(NAMES), st.sampled_from([Outcome.FAILED, Outcome.ERROR, Outcome.XFAILED]), st.data())
def test_a_failing_result_more_at_the_fix_makes_nothing_verified(plan, runs, name, outcome, data):
    at_fix = [place for place, run in enumerate(runs) if run.stage is not Stage.BEFORE_FIX and run.commit == FIX]
    if not at_fix:
        return
    place = data.draw(st.sampled_from(at_fix))
    worse = msgspec.structs.replace(runs[place], results=[*runs[place].results, row(name, outcome)])

    was = judged(plan, runs).verdict
    now = judged(plan, [*runs[:place], worse, *runs[place + 1 :]]).verdict

    assert now is not Verdict.VERIFIED or was is Verdict.VERIFIED


@given(plans, evidence(), st.sampled_from(["test_red", "test_green", "test_cases[a]"]))
def test_a_failing_result_of_a_planned_test_in_a_run_at_the_fix_refutes_it(plan, runs, name):
    failing = EvidenceRun(id=10_000, stage=Stage.STABILITY, commit=FIX, results=[row(name, "failed")])

    was = judged(plan, runs).verdict
    now = judged(plan, [*runs, failing]).verdict

    assert now is not Verdict.VERIFIED
    assert now is Verdict.REFUTED or was is not Verdict.VERIFIED


@given(plans, evidence(), st.randoms())
def test_the_order_in_which_runs_are_given_does_not_matter(plan, runs, random):
    assert judged(plan, random.sample(runs, len(runs))) == judged(plan, runs)


@given(plans, evidence(), st.data())
def test_a_report_in_two_parts_of_one_run_group_is_that_report(plan, runs, data):
    place = data.draw(st.integers(0, len(runs) - 1))
    whole = msgspec.structs.replace(runs[place], run_group=runs[place].run_group or "parts")
    cut = data.draw(st.integers(0, len(whole.results)))
    parts = [
        msgspec.structs.replace(whole, results=whole.results[:cut]),
        msgspec.structs.replace(whole, id=whole.id + 1, results=whole.results[cut:]),
    ]

    at_once = judged(plan, [*runs[:place], whole, *runs[place + 1 :]])
    in_parts = judged(plan, [*runs[:place], *parts, *runs[place + 1 :]])

    assert in_parts == at_once


@given(plans, evidence())
def test_verified_is_only_what_was_red_or_green_at_the_base_and_green_in_every_run_at_the_fix(plan, runs):
    if judged(plan, runs).verdict is not Verdict.VERIFIED:
        return

    base, fix = at({Stage.BEFORE_FIX}, BASE, runs), at({Stage.AFTER_FIX, Stage.STABILITY}, FIX, runs)
    assert base
    assert fix
    assert any(test.expectation is Expectation.RED_THEN_GREEN for test in plan)
    for test in plan:
        means = [name for name in NAMES if name == test.name or name.startswith(f"{test.name}[")]
        outcomes = [[each.outcome for each in results if f"{written(each)}" in means] for results in [*base, *fix]]
        at_base, at_fix = outcomes[: len(base)], outcomes[len(base) :]
        assert all(shown and set(shown) <= set(PASSED) for shown in at_fix)
        if test.expectation is Expectation.RED_THEN_GREEN:
            assert any(outcome in RED for shown in at_base for outcome in shown)
            assert not any(shown and set(shown) <= set(PASSED) for shown in at_base)
        else:
            assert all(shown and set(shown) <= set(PASSED) for shown in at_base)


def written(result: ResultRow) -> str:
    identity = result.identity
    return f"{identity.name}[{identity.parameters}]" if identity.parameters else identity.name


@given(plans, evidence())
def test_reasons_say_everything_that_keeps_a_fix_from_being_verified(plan, runs):
    verification = judged(plan, runs)

    said = {(reason.code, reason.subject) for reason in verification.reasons}
    subjects = subjects_of([(test.file, test.name) for test in verification.tests])
    assert {(test.result, subject) for test, subject in zip(verification.tests, subjects, strict=True) if test.result != "proven"} <= said
    assert {(each.result, each.name) for each in verification.unplanned} <= said
    contrary = {test.result for test in (*verification.tests, *verification.unplanned)} & CONTRARY
    expected = Verdict.REFUTED if contrary else Verdict.INCOMPLETE if said else Verdict.VERIFIED
    assert verification.verdict is expected


@given(plans, evidence(), st.lists(st.booleans(), min_size=10, max_size=10))
def test_capitals_in_commits_change_nothing(plan, runs, capitals):
    written = [
        msgspec.structs.replace(run, commit=run.commit.upper() if capitals[place % 10] else run.commit) for place, run in enumerate(runs)
    ]

    assert verify(plan, written, fix_commit=FIX.upper()) == judged(plan, runs)


@given(plans, evidence(), stages, honest_rows(HONEST) | honest_rows(GREEN), st.booleans())
def test_runs_at_other_commits_change_nothing(plan, runs, stage, results, late):
    # Only a later run before the fix moves the base.
    id = 10_000 if late and stage is not Stage.BEFORE_FIX else 1
    if not any(run.stage is Stage.BEFORE_FIX for run in runs) and stage is Stage.BEFORE_FIX:
        return

    other = EvidenceRun(id=id, stage=stage, commit=OTHER, results=results, run_group="ci")

    assert judged(plan, [*runs, other]) == judged(plan, runs)


@given(plans, evidence(), st.randoms())
def test_the_plan_in_another_order_gives_the_same_rows_in_that_order(plan, runs, random):
    order = random.sample(range(len(plan)), len(plan))

    shuffled = judged([plan[place] for place in order], runs)
    as_it_was = judged(plan, runs)

    assert shuffled.tests == tuple(as_it_was.tests[place] for place in order)
    assert shuffled.verdict is as_it_was.verdict
    assert sorted(shuffled.reasons, key=str) == sorted(as_it_was.reasons, key=str)
