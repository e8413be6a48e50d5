"""The comments on GitHub."""

import pytest

from audits.dossier import Metric
from audits.reports.github import evidence_comment, verdict_comment
from audits.terms import Outcome, Stage
from tests.audits.dossiers import (
    BASE,
    FIX,
    RED,
    RUNS,
    a_complete_dossier,
    a_run,
    as_run,
    changed,
    verified,
)
from tests.audits.reports.logs import an_empty_dossier, refuted
from tests.audits.reports.telling import WAIVER, incomplete, missing


def test_the_evidence_comment_shows_what_was_run_at_base_and_fix():
    text = evidence_comment(a_complete_dossier(runs=[changed(as_run(RUNS[0]), exit_status=1), *map(as_run, RUNS[1:])]))

    assert text.startswith("**Evidence** of iteration 3 for `shop-12`.\n\n")
    assert f"**Before the fix**, at `{BASE}`:\n\n" in text
    assert f"| 1 | before_fix | 1 passed, 1 failed in 1.50s | pytest, exit status 1 | `{1:064}` |" in text
    assert f"**After the fix**, at `{FIX}`:\n\n" in text
    assert f"| 3 | stability | 2 passed in 1.50s | pytest | `{3:064}` |" in text


def test_the_evidence_comment_shows_the_tests_the_agreement_and_the_chain():
    text = evidence_comment(a_complete_dossier())

    assert f"| `{RED}` | MUST FAIL before the fix and PASS after it | FAILED | PASSED | ✅ proven |" in text
    assert "All 3 runs at the fix agree; the project asks for 3." in text
    assert text.endswith(f"**Evidence chain**: 20 records, head `{'c' * 64}`")


def test_runs_of_other_commits_are_counted_and_not_shown():
    other = as_run(a_run(9, Stage.BEFORE_FIX, commit="f" * 40))

    text = evidence_comment(a_complete_dossier(runs=[*a_complete_dossier().runs, other]))

    assert "Reports of other commits, which play no part: 1." in text
    assert "| 9 |" not in text


def test_runs_that_do_not_agree_are_not_said_to_agree():
    runs = [RUNS[0], RUNS[1], a_run(3, Stage.STABILITY, red=Outcome.FAILED)]

    text = evidence_comment(a_complete_dossier(verification=verified(runs)))

    assert "The 2 runs at the fix do not agree on 1 test; the project asks for 3 that agree." in text


def test_runs_that_fail_alike_are_not_said_to_agree_on_success():
    runs = [RUNS[0], *(a_run(number, Stage.AFTER_FIX, red=Outcome.FAILED) for number in (2, 3))]

    text = evidence_comment(a_complete_dossier(verification=verified(runs)))

    assert "No planned test passed in some of the 2 runs at the fix and not in others" in text


def test_one_run_is_not_said_to_agree_with_itself():
    assert "Runs at the fix: 1; the project asks for 3." in evidence_comment(refuted())


@pytest.mark.parametrize(("given", "first"), [(a_complete_dossier, "Verified"), (refuted, "Refuted"), (incomplete, "Incomplete")])
def test_the_verdict_comment_begins_with_the_verdict_in_bold(given, first):
    assert verdict_comment(given()).startswith(f"**{first}.** ")


def test_a_refuted_verdict_names_each_test_that_speaks_against_it():
    text = verdict_comment(refuted())

    assert "**Refuted.** The evidence speaks against the fix at `bbbbbbbbbbbb`: 1 of 2 tests in the plan.\n" in text
    assert f"- `still_red` `{RED}`: It did not pass at the fix. At bbbbbbbbbbbb: failed in run 2. It said “boom”." in text
    assert "verified." not in text.lower()


@pytest.mark.parametrize(("met", "said"), [(True, "met"), (False, "not met"), (None, "not judged")])
def test_the_verdict_comment_shows_each_success_metric_as_it_was_judged(met, said):
    metric = a_complete_dossier().test_plan.success_metrics[0]

    text = verdict_comment(a_complete_dossier(judgements=[[Metric(metric, met, "See run 2")]]))

    assert f"**Success metrics**:\n\n- {metric} - **{said}** (See run 2)\n" in text


def test_the_verdict_comment_ends_with_the_fix_and_the_head_of_the_chain():
    assert verdict_comment(a_complete_dossier()).endswith(f"**Fix**: `{FIX}`\n\n**Evidence chain**: 20 records, head `{'c' * 64}`")


def test_whoever_closes_without_proof_is_told_that_it_stays_open_and_what_closes_it():
    text = missing(refuted())

    assert text.startswith(
        "Thank you for looking after this issue. It was closed on GitHub without proof that it is fixed, "
        "so it stays open in Fixproof as `shop-12`. Iteration 3 is in phase 7 (green run).\n\n**Refuted.** "
    )
    assert f"Still missing:\n\n- `still_red` `{RED}`: " in text
    assert text.endswith(
        "What closes it: the fix's tests seen red before the fix and green after it, and nothing of the above left. "
        "If nothing is to be fixed, please resolve it in Fixproof as won't fix, or as not reproduced."
    )


def test_what_later_gates_ask_for_is_missing_too():
    text = missing(an_empty_dossier())

    for code in ("root_cause_missing", "plan_missing", "review_missing", "fix_missing", "no_base_run", "stability_runs_missing"):
        assert f"- `{code}`: " in text


def test_what_several_gates_ask_for_is_missing_once():
    assert missing(an_empty_dossier()).count("`no_base_run`") == 1


def test_what_the_sync_has_still_to_do_is_not_asked_of_people():
    mirror = changed(a_complete_dossier().mirror, state="open", evidence_arrived=False)

    text = missing(a_complete_dossier(mirror=mirror))

    assert "github" not in text.replace("closed on GitHub", "")


def test_a_proven_fix_that_was_closed_early_is_not_called_unproven():
    text = missing(a_complete_dossier(on_default_branch=False))

    assert "closed on GitHub before its audit had ended, so it stays open" in text
    assert "Still missing:\n\n- `commit_not_on_default_branch`: " in text
    assert "What closes it: the end of its iteration in Fixproof, and nothing of the above left." in text


def test_what_a_waiver_let_through_is_not_missing_and_is_told():
    text = missing(refuted(waivers=[WAIVER]))

    assert "Still missing:\n\n- `stability_runs_missing`: 1 of 3 runs at the fix commit have been posted.\n\n**Waived**" in text
    assert "it stays **refuted**" in text
