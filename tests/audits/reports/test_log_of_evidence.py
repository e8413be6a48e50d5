"""What stands in the log of runs, fix, verdict and end."""

from datetime import timedelta

import pytest

from audits import gates
from audits.claims.shapes import Contradiction
from audits.dossier import Child, Move, Waiver
from audits.terms import Outcome, Phase, Stage
from incidents.errors import Unmet
from tests.audits.dossiers import (
    BASE,
    BEGAN,
    FIX,
    GREEN,
    RED,
    REVIEWER,
    RUNS,
    TESTS,
    a_complete_dossier,
    a_run,
    as_run,
    by,
    changed,
    verified,
)
from tests.audits.reports.logs import log, log_of, part, refuted


def test_a_run_stands_with_its_commit_totals_and_remarks():
    run = changed(
        as_run(RUNS[0]),
        exit_status=1,
        collected=2,
        command="pytest -q",
        remarks=[{"code": "unknown_element", "detail": "<foo> was skipped"}],
    )

    text = part(log(runs=[run]), "5) RED RUN: TESTS BEFORE THE FIX")

    assert f"- Run 1, before_fix, at `{BASE}`: 1 passed, 1 failed in 1.50s; 2 collected\n" in text
    assert "  - **Command**: `pytest -q`\n" in text
    assert "Reported by pytest, exit status 1, posted by CI (agent), 2026-01-05T10:51:00Z" in text
    assert f"  - sha256 of the report: `{1:064}`\n" in text
    assert "  - Remark `unknown_element`: `<foo>` was skipped" in text


def test_a_run_of_another_commit_is_told_and_said_to_play_no_part():
    other = as_run(a_run(9, Stage.BEFORE_FIX, commit="f" * 40))

    text = log(runs=[*a_complete_dossier().runs, other])

    assert text.count("Of another commit: it plays no part in the verdict.") == 1


def test_a_report_that_is_a_part_of_a_run_names_the_run():
    assert "  - A part of the run `ci-7`.\n" in log(runs=[changed(as_run(RUNS[0]), run_group="ci-7")])


def test_each_planned_test_stands_with_what_the_base_shows():
    text = part(log(), "Test Results Before the Fix")

    assert text.strip() == f"1. `{RED}` - FAILED\n2. `{GREEN}` - PASSED"


def test_a_fault_found_on_the_way_stands_with_the_fix_that_it_needs():
    text = log(children=[Child("shop-13", "Pool exhausted", "WARNING", "open", "A larger pool")])

    assert "1. Pool exhausted (`shop-13`, WARNING, open)\n   - **Fix needed**: A larger pool\n" in part(
        text, "System Issues Found on the Way"
    )


def test_the_fix_stands_with_place_change_purpose_and_commit():
    fix = changed(a_complete_dossier().fix, pull_request="https://example.org/pull/7", residual=["Tidy up"])

    text = part(log(fixes=[fix]), "6) FIX")

    for line in (
        "- **Location**: `shop/login.py:12`",
        "- **Change**: Checks the name first",
        "- **Purpose**: No crash",
        f"- **Commit**: `{FIX}`",
        "- **Pull request**: https://example.org/pull/7",
        "**Residual work**:\n\n- Tidy up",
        "**Documentation**:\n\n- docs/login.md",
    ):
        assert line in text


@pytest.mark.parametrize(("residual", "said"), [([], "nothing is left to do"), (None, "Not recorded.")])
def test_no_residual_work_is_told_from_none_that_was_stated(residual, said):
    assert f"**Residual work**: {said}\n" in log(fixes=[changed(a_complete_dossier().fix, residual=residual)])


def test_the_table_shows_each_test_red_and_green():
    text = part(log(), "Test by Test")

    assert f"| `{RED}` | unit | MUST FAIL before the fix and PASS after it | FAILED | PASSED |" in text
    assert f"| `{GREEN}` | unit | MUST PASS before and after the fix | PASSED | PASSED |" in text
    assert text.count("| proven |\n") == 2


def test_it_shows_how_a_name_was_matched_to_a_report():
    assert f"| exact: `tests.unit.test_login::{RED}` |" in part(log(), "Test by Test")


def test_a_test_outside_the_plan_that_broke_is_listed():
    plan = [TESTS[0]]
    runs = [a_run(1, Stage.BEFORE_FIX, red=Outcome.FAILED), a_run(2, Stage.AFTER_FIX, green=Outcome.FAILED)]

    text = part(log(verification=verified(runs, plan)), "Tests Outside the Plan")

    assert f"| `tests.unit.test_login::{GREEN}` | PASSED | FAILED | " in text
    assert "| unplanned_regression |" in text


def test_a_verified_iteration_says_so_and_gives_no_reason_against_it():
    assert part(log(), "Verdict").strip() == "**Verdict**: VERIFIED"


def test_a_refuted_one_says_why():
    text = part(log_of(refuted()), "Verdict")

    assert text.strip().startswith("**Verdict**: REFUTED\n\nIt is not better because:\n\n- `still_red`")


def test_a_refuted_one_nowhere_says_verified():
    assert "VERIFIED" not in log_of(refuted()).upper()


def test_waivers_stand_beside_the_verdict_with_who_and_why():
    waiver = Waiver(by(REVIEWER), "still_red", RED, "The runner is known to be broken")

    text = part(log_of(refuted(waivers=[waiver])), "Verdict")

    assert f"WAIVED, which opens gates and changes no verdict:\n\n- `still_red` `{RED}`: The runner is known to be broken" in text
    assert "(Grace (person), 2026-01-05T10:00:00Z)" in text


def test_without_waivers_nothing_is_called_waived():
    assert "WAIVED" not in log()


def test_commit_and_github_stand_as_they_are_known():
    text = part(log(), "8) COMMIT")

    assert f"- **Commit**: `{FIX}`\n- **On the default branch**: seen there\n" in text
    assert "- **GitHub**: #105 is closed; the evidence has arrived\n" in text


def test_a_commit_that_nobody_has_seen_on_the_default_branch_is_said_to_be_unseen():
    assert "- **On the default branch**: not seen there, and no person states it\n" in log(on_default_branch=False)


def test_an_issue_closed_on_github_without_proof_is_said_to_be_so():
    mirror = changed(a_complete_dossier().mirror, closed_unproven=True, evidence_arrived=False)

    assert "#105 is closed, closed without proof; the evidence has not arrived" in log(mirror=mirror)


def test_a_project_without_a_repository_is_told_from_an_issue_that_is_not_linked():
    rules = changed(a_complete_dossier().rules, github_repository="")

    assert part(log(mirror=None), "2.1) GITHUB ISSUE").strip() == "Not recorded."
    assert part(log(mirror=None, rules=rules), "2.1) GITHUB ISSUE").strip() == "The project has no GitHub repository."


def test_the_logs_confirmation_stands_beside_the_resolution():
    issue = changed(a_complete_dossier().issue, state="resolved", resolution="verified", confirmation="watching")

    text = part(log(issue=issue), "8) COMMIT")

    assert "- **Issue**: `shop-12` is resolved as verified\n- **The logs**: the logs are being watched" in text


def test_an_issue_that_another_iteration_settled_is_not_called_resolved_by_this_one():
    issue = changed(a_complete_dossier().issue, state="resolved", resolution="verified")

    assert "- **Issue**: `shop-12` was settled by another iteration\n" in part(log_of(refuted(issue=issue)), "8) COMMIT")


def test_a_way_back_stands_with_its_reason():
    moves = [
        Move(1, Phase.RED_RUN, by(), BEGAN + timedelta(minutes=1), "", []),
        Move(2, Phase.TEST_PLAN, by(None), None, "A test is missing", [{"code": "never_red", "subject": RED}]),
    ]

    text = part(log(moves=moves), "WAY THROUGH THE PHASES")

    assert "| 5 red_run | Ada (person), 2026-01-05T10:00:00Z | 2026-01-05T10:01:00Z | - | - |" in text
    assert f"| 2 test_plan | CI (agent), 2026-01-05T10:00:00Z | - | A test is missing | `never_red {RED}` |" in text


def test_a_running_iteration_says_what_is_unmet():
    dossier = refuted()

    text = part(log_of(dossier, gates.unmet(dossier)), "UNMET")

    assert text.strip().startswith(f"Before phase 7 can end:\n\n- `still_red` `{RED}`: ")


def test_an_ended_iteration_has_nothing_to_meet():
    ended = a_complete_dossier(state="done", ended_at=BEGAN)

    text = log_of(ended, [Unmet("never_red", "It passed.")])

    assert "UNMET" not in text
    assert "- **Iteration**: done, phase 8 commit, ended 2026-01-05T10:00:00Z\n" in text


def test_contradictions_stand_with_both_places():
    text = log_of(a_complete_dossier(), contradictions=[Contradiction("planned_count", "Nine | five.", ("test plan", "run 1"))])

    assert "| `planned_count` | Nine \\| five. | test plan, run 1 |" in part(text, "CONTRADICTIONS")


def test_the_chain_stands_with_its_length_and_head():
    assert f"- **Records**: 20\n- **Head**: `{'c' * 64}`" in part(log(), "EVIDENCE CHAIN")
