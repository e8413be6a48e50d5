"""What stands in the log from the issue to the review of its tests."""

import pytest

from audits.dossier import Finding, Metric, Why
from audits.terms import Expectation
from tests.audits.dossiers import FILE, a_complete_dossier, a_test, by, changed
from tests.audits.reports.logs import log, part


def test_the_issue_stands_with_its_particulars():
    issue = changed(a_complete_dossier().issue, impact="Nobody can log in", symptoms="500s", context="Since the release")

    text = part(log(issue=issue), "ISSUE DETAILS:")

    for line in (
        "- **Title**: IndexError in login",
        "- **Severity**: ERROR",
        "- **Location**: `shop/login.py:12`\n- **Module**: `shop.login`\n- **Function**: `login`",
        "- **First seen**: 2026-01-05T10:00:00Z",
        "- **Impact**: Nobody can log in",
        "- **Symptoms**: 500s",
        "- **Context**: Since the release",
    ):
        assert line in text


@pytest.mark.parametrize(
    ("location", "written"),
    [
        (None, "Not recorded."),
        ({"module": "shop.login", "function": "", "file": "", "line": 12}, "`shop.login:12`"),
        ({"module": "shop.login", "function": "login", "file": "", "line": None}, "`shop.login`\n- **Function**: `login`"),
        ({"module": "", "function": "", "file": "a.py", "line": None}, "`a.py`"),
    ],
)
def test_a_location_stands_as_far_as_it_is_known(location, written):
    assert f"- **Location**: {written}\n" in log(issue=changed(a_complete_dossier().issue, location=location))


def test_an_iteration_after_another_names_it():
    assert "- **Follows**: iteration 2 of the same project" in log(previous=2)


def test_the_whys_stand_with_answers_and_references():
    cause = changed(
        a_complete_dossier().root_cause,
        whys=[Why("Why so?", "Because", ["https://example.org/1", {"file": "a.py", "line": 3}, {"entry": 12}]), Why("And why that?", "")],
    )

    text = part(log(root_causes=[cause]), "1) FIVE WHYS ROOT CAUSE ANALYSIS")

    assert "### WHY #1: Why so?\n\n**ANSWER**: Because\n\n**Evidence**: `https://example.org/1`, `a.py:3`, `entry 12`\n" in text
    assert "### WHY #2: And why that?\n\n**ANSWER**: Not recorded.\n" in text


def test_a_proposed_pattern_says_which_of_its_values_it_matches():
    cause = changed(a_complete_dossier().root_cause, pattern_regex="^e2e-[a-z]+$", pattern_must_match=["e2e-prod", "e2e-staging_pipeline"])

    text = part(log(root_causes=[cause]), "Proposed Pattern")

    assert "**Pattern**: `^e2e-[a-z]+$`\n\n**Must match**: `e2e-prod`, `e2e-staging_pipeline`\n" in text
    assert "**Does not match**: `e2e-staging_pipeline`\n" in text


def test_a_pattern_that_matches_all_its_values_is_said_to_do_so():
    cause = changed(a_complete_dossier().root_cause, pattern_regex="^e2e-[a-z]+$", pattern_must_match=["e2e-prod"])

    assert "It matches every one of them.\n" in part(log(root_causes=[cause]), "Proposed Pattern")


def test_a_pattern_that_cannot_be_tried_is_said_to_be_so():
    cause = changed(a_complete_dossier().root_cause, pattern_regex="(?=a)", pattern_must_match=["a"])

    assert "It could not be tried: RE2 cannot compile it" in log(root_causes=[cause])


def test_an_earlier_root_cause_is_named_and_its_statement_left_out():
    first = changed(a_complete_dossier().root_cause, statement="Something else")
    second = changed(first, version=2, by=by(minutes=15), statement="The true one")

    text = log(root_causes=[first, second])

    assert "### ROOT CAUSE\n\n**Statement**: The true one\n" in text
    assert "Root cause, version 2, by Ada (person), 2026-01-05T10:15:00Z. Earlier, and kept: version 1 by Ada" in text
    assert "Something else" not in text


def test_the_plan_lists_its_tests_by_level_and_file_under_the_declared_counts():
    tests = [
        a_test("test_a"),
        a_test("test_c", Expectation.ALWAYS_GREEN, file="tests/unit/test_other.py"),
        a_test("test_b", Expectation.UNSTATED, purpose="Shows it", expected_failure="IndexError"),
        a_test("test_d", level="e2e", file="tests/e2e/test_d.py"),
        a_test("test_e", level="", file=""),
    ]
    plan = changed(a_complete_dossier().test_plan, tests=tests, declared={"unit": 4, "e2e": 1, "integration": 2})

    assert part(log(test_plans=[plan]), "Tests Planned").strip() == (
        "**UNIT TESTS (4 tests)**:\n\n"
        "`tests/unit/test_login.py`:\n\n"
        "1. `test_a` - MUST FAIL before the fix and PASS after it\n"
        "2. `test_b` - expectation not stated\n"
        "   - **Purpose**: Shows it\n"
        "   - **Text of the failure**: `IndexError`\n\n"
        "`tests/unit/test_other.py`:\n\n"
        "1. `test_c` - MUST PASS before and after the fix\n\n"
        "**INTEGRATION TESTS (2 tests)**:\n\n"
        "The plan lists none.\n\n"
        "**E2E TESTS (1 test)** - `tests/e2e/test_d.py`:\n\n"
        "1. `test_d` - MUST FAIL before the fix and PASS after it\n\n"
        "**TESTS WITHOUT A LEVEL** - file not stated:\n\n"
        "1. `test_e` - MUST FAIL before the fix and PASS after it"
    )


@pytest.mark.parametrize(("met", "said"), [(True, "met"), (False, "not met"), (None, "not judged")])
def test_a_success_metric_stands_with_its_judgement(met, said):
    metric = a_complete_dossier().test_plan.success_metrics[0]

    text = part(log(judgements=[[Metric(metric, met, "See run 2")]]), "Success Metrics")

    assert f"- {metric} - {said} (See run 2)\n" in text


def test_a_test_file_stands_with_its_count():
    assert f"1. Unit tests: `{FILE}` (2 tests)\n" in part(log(), "3) TEST IMPLEMENTATION")


def test_a_test_file_whose_count_nobody_told_says_so():
    files = [changed(a_complete_dossier().test_files[0], tests=None)]

    assert f"`{FILE}` (number of tests not recorded)" in log(test_files=files)


def test_each_review_stands_with_score_verdict_checks_and_findings():
    review = changed(
        a_complete_dossier().review,
        findings=[
            Finding(1, "critical", "Mocks the login", FILE),
            Finding(2, "minor", "A typo", "", "Mended", "d" * 40, "Grace"),
        ],
    )
    refused = changed(review, score=70.25, approved=False, version=1, findings=[])

    text = part(log(reviews=[refused, changed(review, version=2)]), "4) TEST AUDIT")
    first, second = text.split("### Review 2")

    assert "- **Verdict**: NEEDS IMPROVEMENT (Compliance Score: 70.2/100)\n" in first
    assert "- **Verdict**: APPROVED (Compliance Score: 95.0/100)\n" in second
    assert "| assertions | 1 | 95 | - |" in second
    assert "**Strengths**:\n\n- Says what it expects\n" in second
    assert f"**Files Approved**:\n\n- `{FILE}`\n" in second
    assert f"| CRITICAL | Mocks the login | `{FILE}` | open | - |" in second
    assert f"| MINOR | A typo | - | closed | Mended (`{'d' * 40}`), said by Grace |" in second
