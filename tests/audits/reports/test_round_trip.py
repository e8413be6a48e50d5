"""What the log says, as the reader of other people's logs reads it."""

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audits.claims import shapes as claims
from audits.claims.reader import read
from audits.dossier import Child, Finding, Place, Why
from audits.reports.log import markdown
from audits.terms import Expectation, Outcome
from tests.audits.dossiers import FILE, FIX, a_complete_dossier, a_test, changed
from tests.audits.reports.reading import meant, of, planned, plans, red_and_green, said, some, with_cause, words


@some
@given(said(), said(), said())
@example("WHY #2: why", "**ANSWER**: no\n### WHY #3: other", "## 2) TEST SUITE PLAN")
@example("stop? And start -> again", "It does", "Because")
def test_whys_are_read_back(question, answer, other):
    dossier = with_cause(whys=[Why(f"Why does it {question}", answer), Why("Why that?", other, ["a.py:3"]), Why("Why so?", "Because")])

    whys = of(claims.StatedWhy, dossier)

    assert [(why.position, words(why.question), words(why.answer)) for why in whys] == [
        (1, meant(f"Why does it {question}"), meant(answer)),
        (2, "Why that?", meant(other)),
        (3, "Why so?", "Because"),
    ]


@some
@given(said(), said(), said())
@example("### ROOT CAUSE: other", "**Fix**: other", "**Scope**: `b.py:9`")
@example("Risks and goals were not in the plan, next steps neither", "Success criteria: none", "Future work")
def test_the_root_cause_is_read_back(words_of_it, impact, fix):
    """A question alone the reader takes for none."""
    statement = f"It is {words_of_it}"

    (cause,) = of(claims.StatedRootCause, with_cause(statement=statement, impact=impact, fix=fix))

    assert words(cause.statement) == meant(statement)
    assert words(cause.impact) == meant(impact)
    assert words(cause.fix) == meant(fix)
    assert [(place.file, place.line) for place in cause.scope] == [("shop/login.py", 12)]


def test_every_place_of_the_scope_is_read_back():
    (cause,) = of(
        claims.StatedRootCause, with_cause(scope=[Place("shop/login.py", 12), Place("shop/web/forms.ts"), Place("Dockerfile", 3)])
    )

    assert [(place.file, place.line) for place in cause.scope] == [("shop/login.py", 12), ("shop/web/forms.ts", None), ("Dockerfile", 3)]


def test_only_the_newest_root_cause_is_read():
    first = changed(a_complete_dossier().root_cause, statement="It was the weather")
    second = changed(first, version=2, statement="The pool is too small")

    (cause,) = of(claims.StatedRootCause, a_complete_dossier(root_causes=[first, second]))

    assert cause.statement == "The pool is too small"


def test_a_proposed_pattern_is_read_back_with_its_values():
    dossier = with_cause(pattern_regex=r"^e2e-[a-z]+\d$", pattern_must_match=["e2e-prod1", "e2e-stage2"])

    (pattern,) = of(claims.ProposedPattern, dossier)

    assert (pattern.regex, pattern.must_match) == (r"^e2e-[a-z]+\d$", ("e2e-prod1", "e2e-stage2"))


@some
@given(plans())
def test_the_planned_tests_are_read_back(tests):
    dossier = planned(tests, red_and_green(tests))

    read_back = [(test.level, test.file, test.name, test.expectation) for test in of(claims.StatedTest, dossier)]

    assert sorted(read_back) == sorted((test.level, test.file, test.name, test.expectation) for test in tests)


def test_an_expectation_that_nobody_stated_is_read_as_unstated():
    tests = [a_test("test_login_red"), a_test("test_login_other", Expectation.UNSTATED)]

    assert [test.expectation for test in of(claims.StatedTest, planned(tests, []))] == [Expectation.RED_THEN_GREEN, Expectation.UNSTATED]


@some
@given(plans())
def test_the_declared_counts_are_read_back(tests):
    counts = [count for count in of(claims.StatedCount, planned(tests, red_and_green(tests))) if count.of == "planned"]

    assert {count.level: (count.count, count.listed) for count in counts} == {
        level: (number, number) for level, number in Counter(test.level for test in tests).items()
    }


@some
@given(plans())
def test_the_test_files_are_read_back_with_their_counts(tests):
    dossier = planned(tests, red_and_green(tests))

    files = [(file.path, file.level, file.count) for file in of(claims.StatedFile, dossier) if not file.approved]

    assert files == [(file.path, file.level, file.tests) for file in dossier.test_files]


@some
@given(plans())
def test_the_results_are_read_back_before_and_after_the_fix(tests):
    dossier = planned(tests, red_and_green(tests, still_red=frozenset({tests[0].name})))

    results = {(result.name, result.stage, result.outcome) for result in of(claims.StatedResult, dossier)}

    assert results == {
        (row.name, stage, Outcome(seen)) for row in dossier.verification.tests for stage, seen in (("before", row.base), ("after", row.fix))
    }


def test_the_totals_of_a_run_are_read_back():
    runs = of(claims.StatedExecution, a_complete_dossier())

    totals = [(run.stage, run.passed, run.failed, run.seconds) for run in runs if run.passed is not None]

    assert totals == [("before", 1, 1, 1.5), *[("after", 2, None, 1.5)] * 3]


def test_scores_and_verdicts_of_every_review_are_read_back():
    review = a_complete_dossier().review
    refused = changed(review, score=71.5, approved=False, findings=[Finding(1, "critical", "The login is mocked", FILE)])

    dossier = a_complete_dossier(reviews=[refused, changed(review, version=2, score=99.3)])

    assert [(review.verdict, review.score) for review in of(claims.StatedReview, dossier)] == [
        ("needs_improvement", 71.5),
        ("approved", 99.3),
    ]
    assert [score.value for score in of(claims.StatedScore, dossier) if score.of == "Compliance Score"] == [71.5, 99.3]
    assert [(finding.severity, finding.closed) for finding in of(claims.StatedFinding, dossier) if not finding.strength] == [
        ("critical", False)
    ]


def test_a_closed_finding_is_read_as_closed():
    """The reader calls what is major high."""
    review = changed(
        a_complete_dossier().review, findings=[Finding(1, "major", "The login is mocked", FILE, "Uses a real login", "d" * 40, "Grace")]
    )

    (finding,) = [finding for finding in of(claims.StatedFinding, a_complete_dossier(reviews=[review])) if not finding.strength]

    assert (finding.severity, finding.closed) == ("high", True)


@some
@given(said(), said())
def test_the_fix_is_read_back(change, purpose):
    dossier = a_complete_dossier()
    fix = changed(dossier.fix, change=change, purpose=purpose)

    (stated,) = of(claims.StatedFix, changed(dossier, fixes=[changed(fix, commit="e" * 40), changed(fix, version=2)]))

    assert (stated.place.file, stated.place.line, stated.commit) == ("shop/login.py", 12, FIX)
    assert words(stated.change) == meant(change)
    assert words(stated.purpose) == meant(purpose)


@pytest.mark.parametrize("state", ["open", "closed"])
def test_the_issue_on_github_is_read_back(state):
    dossier = a_complete_dossier()

    stated = of(claims.StatedGitHub, changed(dossier, mirror=changed(dossier.mirror, state=state)))

    assert [(github.number, github.repository, github.state) for github in stated] == [(105, "example/shop", state)]


@some
@given(st.lists(st.sampled_from(["pool", "login", "fails", "with", "`a.b`", "500"]), min_size=2, max_size=6).map(" ".join))
def test_the_issue_and_the_choice_are_read_back(title):
    dossier = a_complete_dossier(reasons=["It is an ERROR", "Nobody can log in"])
    dossier = changed(
        dossier,
        issue=changed(dossier.issue, title=title, impact="Nobody can log in", symptoms="Answers with 500", context="Since the release"),
    )

    (issue,) = of(claims.StatedIssue, dossier)
    (choice,) = of(claims.StatedChoice, dossier)

    assert (words(issue.title), issue.severity, issue.timestamp) == (words(title), "ERROR", "2026-01-05T10:00:00Z")
    assert issue.place == claims.Place("shop/login.py", 12, "shop.login", "login")
    assert (issue.impact, issue.symptoms, issue.context) == ("Nobody can log in", "Answers with 500", "Since the release")
    assert (words(choice.title), choice.reasons) == (words(title), ("It is an ERROR", "Nobody can log in"))


def test_number_and_focus_are_read_back():
    (iteration,) = read(markdown(a_complete_dossier(), unmet=[], contradictions=[])).iterations

    assert (iteration.number, iteration.focus) == (3, "login")


def test_a_fault_found_on_the_way_is_read_as_one():
    dossier = a_complete_dossier(children=[Child("shop-13", "Connection pool exhausted", "WARNING", "open", "A larger pool")])

    (issue,) = of(claims.StatedSystemIssue, dossier)

    assert (issue.title, issue.fix_needed) == ("Connection pool exhausted", "A larger pool")


def test_the_phases_are_read_back():
    assert [phase.number for phase in of(claims.StatedPhase, a_complete_dossier())] == ["0", "1", "2", "2.1", "3", "4", "5", "6", "7", "8"]
