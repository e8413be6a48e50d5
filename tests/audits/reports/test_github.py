"""The sections of the issue's body on GitHub."""

import pytest

from audits.dossier import Ending, Finding, Why
from audits.reports.github import verdict_comment
from audits.terms import Expectation, Outcome, Stage
from tests.audits.dossiers import (
    BASE,
    FILE,
    FIX,
    GREEN,
    RED,
    RUNS,
    TESTS,
    a_complete_dossier,
    a_run,
    a_test,
    as_run,
    changed,
    verified,
)
from tests.audits.reports.logs import an_empty_dossier, refuted
from tests.audits.reports.reading import planned, red_and_green
from tests.audits.reports.telling import RENDERER, WAIVER, incomplete, rows, section, told


def test_the_sections_stand_in_the_order_of_reading():
    assert [(each.name, each.title) for each in told(a_complete_dossier())] == [
        ("root_cause", "Root cause"),
        ("test_plan", "Test plan"),
        ("evidence", "Evidence"),
        ("fix", "Fix"),
        ("review", "Review"),
        ("missing", "What is still missing"),
    ]


def test_an_iteration_that_has_just_begun_has_only_the_section_of_what_is_missing():
    assert [each.name for each in told(an_empty_dossier())] == ["missing"]


def test_the_root_cause_stands_with_whys_statement_impact_fix_and_scope():
    cause = changed(a_complete_dossier().root_cause, whys=[Why("Why so?", "Because"), Why("And why that?", "")])

    assert section("root_cause", a_complete_dossier(root_causes=[cause])) == (
        "1. Why so?\n   - **Answer**: Because\n"
        "2. And why that?\n   - **Answer**: Not recorded.\n\n"
        "- **Statement**: The name is indexed before it is checked\n"
        "- **Impact**: Nobody with an empty name can log in\n"
        "- **Proposed fix**: Check first\n"
        "- **Scope**: `shop/login.py:12`"
    )


def test_a_tenth_why_is_still_a_part_of_the_list():
    cause = changed(a_complete_dossier().root_cause, whys=[Why(f"Why {number}?", "So") for number in range(1, 13)])

    tokens = RENDERER.parse(section("root_cause", a_complete_dossier(root_causes=[cause])))

    assert [token.type for token in tokens].count("ordered_list_open") == 1


def test_the_plan_is_a_table_of_its_tests():
    tests = [a_test("test_a", purpose="Shows it", expected_failure="IndexError"), a_test("test_b", Expectation.UNSTATED, level="", file="")]
    plan = changed(a_complete_dossier().test_plan, tests=tests)

    assert section("test_plan", a_complete_dossier(test_plans=[plan])).splitlines() == [
        "| Level | File | Test | What it must show | Purpose |",
        "| --- | --- | --- | --- | --- |",
        f"| unit | `{FILE}` | `test_a` | MUST FAIL before the fix and PASS after it; the failure holds `IndexError` | Shows it |",
        "| - | - | `test_b` | expectation not stated | - |",
    ]


def test_evidence_stands_with_its_verdict_and_commits():
    text = section("evidence", a_complete_dossier())

    assert text.startswith(
        f"**Verified.** The same test was red at `{BASE[:12]}` and green at `{FIX[:12]}`; 1 test that must always pass did so at both. "
        "All 3 runs at the fix agree; the project asks for 3.\n"
    )
    assert f"- **Base**: `{BASE}`\n- **Fix**: `{FIX}`\n" in text


def test_each_test_stands_red_and_green_with_a_mark():
    assert rows(section("evidence", refuted())) == [
        [RED, "MUST FAIL before the fix and PASS after it", "FAILED", "FAILED", "❌ still_red"],
        [GREEN, "MUST PASS before and after the fix", "PASSED", "PASSED", "✅ proven"],
    ]
    assert rows(section("evidence", incomplete()))[0][-1] == "⚠️ no_fix_run"


def test_what_speaks_against_the_fix_stands_first():
    tests = [a_test("test_a"), a_test("test_b"), a_test("test_c")]

    found = rows(section("evidence", planned(tests, red_and_green(tests, still_red=frozenset({"test_c"})))))

    assert [row[0] for row in found] == ["test_c", "test_a", "test_b"]


def test_a_test_outside_the_plan_that_broke_stands_among_the_others():
    runs = [a_run(1, Stage.BEFORE_FIX, red=Outcome.FAILED), a_run(2, Stage.AFTER_FIX, green=Outcome.FAILED)]
    dossier = a_complete_dossier(verification=verified(runs, [TESTS[0]]))

    text = section("evidence", dossier)

    assert rows(text)[0] == [f"tests.unit.test_login::{GREEN}", "not in the plan", "PASSED", "FAILED", "❌ unplanned_regression"]
    assert "speaks against the fix at `bbbbbbbbbbbb`: 1 test outside the plan.\n" in text


def test_tests_of_one_name_are_told_apart_by_their_files():
    tests = [a_test("test_a", file="tests/a.py"), a_test("test_a", file="tests/b.py")]

    text = section("evidence", planned(tests, red_and_green(tests)))

    assert [row[0] for row in rows(text)] == ["tests/a.py::test_a", "tests/b.py::test_a"]


def test_an_incomplete_verdict_says_what_is_missing():
    text = section("evidence", incomplete())

    assert text.startswith("**Incomplete.** Nothing has been run at a fix yet, so nothing is proven.\n")
    assert f"What keeps it from being verified:\n\n- `no_fix_run` `{RED}`: There is no run at the fix yet." in text


def test_a_reason_that_is_of_no_test_stands_before_those_of_tests_that_show_nothing():
    runs = [RUNS[0], changed(RUNS[1], results=())]
    dossier = a_complete_dossier(runs=[as_run(run) for run in runs], verification=verified(runs))

    behind = section("evidence", dossier).partition("What keeps it from being verified:\n\n")[2]

    assert behind.startswith("- `run_empty` `2`: Run 2 reports no test.\n- `no_fix_run`")


def test_without_runs_and_waivers_there_is_no_section_of_evidence():
    assert "evidence" not in [each.name for each in told(a_complete_dossier(runs=[], verification=verified([])))]


def test_a_waiver_stands_with_who_and_why_and_leaves_the_verdict():
    for text in (section("evidence", refuted(waivers=[WAIVER])), verdict_comment(refuted(waivers=[WAIVER]))):
        assert text.startswith("**Refuted.** ")
        assert "**Waived**, which opens gates and changes no verdict: it stays **refuted**" in text
        assert f"- `still_red` `{RED}`: The runner is known to be broken (Grace (person), 2026-01-05T10:00:00Z)" in text


def test_a_waiver_is_told_before_anything_has_run():
    text = section("evidence", a_complete_dossier(runs=[], verification=verified([]), waivers=[WAIVER]))

    assert text.startswith("**Incomplete.** Nothing has been run at a fix yet, so nothing is proven.\n\n**Waived**")


def test_the_newest_fix_stands_with_all_that_is_known_of_it():
    older = changed(a_complete_dossier().fix, commit="e" * 40)
    newest = changed(older, version=2, commit=FIX, pull_request="https://example.org/pull/7", residual=["Tidy up"])

    assert section("fix", a_complete_dossier(fixes=[older, newest])) == (
        f"- **Commit**: `{FIX}`\n"
        "- **Where**: `shop/login.py:12`\n"
        "- **What**: Checks the name first\n"
        "- **Why**: No crash\n"
        "- **Pull request**: https://example.org/pull/7\n\n"
        "**Residual work**:\n\n- Tidy up\n\n"
        "**Documentation**:\n\n- docs/login.md"
    )


@pytest.mark.parametrize(("residual", "said"), [([], True), (None, False)])
def test_no_residual_work_is_told_from_none_that_was_stated(residual, said):
    fix = changed(a_complete_dossier().fix, residual=residual)

    assert ("- **Residual work**: nothing is left to do" in section("fix", a_complete_dossier(fixes=[fix]))) is said


def test_the_review_stands_with_score_verdict_and_the_critical_findings_that_are_open():
    first = changed(
        a_complete_dossier().review,
        approved=False,
        findings=[
            Finding(1, "critical", "Mocks the login", FILE),
            Finding(2, "critical", "No assertion", "", "Mended", "d" * 40, "Grace"),
            Finding(3, "minor", "A typo"),
        ],
    )
    second = changed(first, version=2, score=79.96, findings=[])

    assert section("review", a_complete_dossier(reviews=[first, second])) == (
        "Review 2 asks for improvement, with 79.96 of 100 (at least 80 are asked for).\n\n"
        f"**Open critical findings**:\n\n- Mocks the login (`{FILE}`)"
    )


def test_what_is_missing_stands_with_the_phase():
    assert section("missing", refuted(waivers=[WAIVER])) == (
        "Iteration 3 is in phase 7 (green run).\n\n"
        "Before this phase can end:\n\n"
        "- `stability_runs_missing`: 1 of 3 runs at the fix commit have been posted."
    )


def test_where_nothing_is_missing_that_is_said():
    assert section("missing", a_complete_dossier()).endswith("\n\nNothing is missing: this phase can end.")


@pytest.mark.parametrize(
    ("state", "ending", "said"),
    [
        ("done", Ending("Ada"), "Iteration 3 is done."),
        ("done", Ending("Ada", let_through=[{"code": "still_red"}]), "Iteration 3 is done, with what waivers let through."),
        (
            "abandoned",
            Ending("Ada", "Another fault"),
            "Iteration 3 was given up in phase 8 (commit).\n\n**Given up because**: Another fault",
        ),
        ("imported", None, "Iteration 3 is an imported log, whose statements are claims and no evidence."),
    ],
)
def test_an_iteration_that_has_ended_says_how(state, ending, said):
    assert section("missing", a_complete_dossier(state=state, ending=ending)) == said
