import pytest

from audits.claims.shapes import StatedFile, StatedFinding, StatedFix, StatedReview, StatedScore
from audits.terms import Level

from .reading import said


def verdicts(text: str) -> list[tuple[str, float | None]]:
    return [(review.verdict, review.score) for review in said(text, StatedReview)]


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("### Audit Status: ✅ APPROVED FOR EXECUTION", "approved"),
        ("**Overall Assessment:** **NEEDS IMPROVEMENT**", "needs_improvement"),
        ("**Verdict**: changes requested", "needs_improvement"),
        ("**Verdict**: not approved", "needs_improvement"),
        ("**Decision**: approved with minor remarks", "approved"),
        ("**Decision**: conditionally approved", "needs_improvement"),
        ("Second review — APPROVED", "approved"),
        ("### Files approved", None),
        ("The review is awaiting approval", None),
    ],
)
def test_a_verdict_is_read_and_its_negation_is_none(line, verdict):
    assert verdicts(f"# Log\n## Test audit\n{line}\n") == ([(verdict, None)] if verdict else [])


def test_the_verdict_bears_the_overall_score():
    text = (
        "# Log\n## Test review\n### Verdict: APPROVED\n- **Authentication**: 100% ✅ real tokens\n"
        "- **Compliance Score**: 99.3% (excellent)\n- **Assertions**: 95%\n"
    )

    assert verdicts(text) == [("approved", 99.3)]
    assert [(score.of, score.value, score.overall) for score in said(text, StatedScore)] == [
        ("Authentication", 100.0, False),
        ("Compliance Score", 99.3, True),
        ("Assertions", 95.0, False),
    ]


def test_scores_may_come_as_a_weighted_table():
    text = (
        "# Log\n## Test review\n| Criterion | Weight | Score |\n|---|---|---|\n"
        "| Real services | 30% | 95% |\n| Assertions | 70% | 60 |\n\n"
        "**Total: 70.5/100** → CHANGES REQUESTED\n"
    )

    assert [(score.of, score.value, score.overall) for score in said(text, StatedScore)] == [
        ("Real services", 95.0, False),
        ("Assertions", 60.0, False),
        ("Total", 70.5, True),
    ]
    assert verdicts(text) == [("needs_improvement", 70.5)]


def test_a_second_review_is_one_more():
    text = (
        "# Log\n## Audit\nScore: 62/100 - NEEDS WORK\n## Fixes of the review's findings\n- Added assertions\n"
        "## Re-audit\nScore: 93/100 - approved\n"
    )

    assert verdicts(text) == [("needs_improvement", 62.0), ("approved", 93.0)]


def test_a_review_may_be_one_sentence_in_another_section():
    assert verdicts("# Log\n## Tests written\nReview by a second pair of eyes: score 91/100, approved.\n") == [("approved", 91.0)]


@pytest.mark.parametrize("line", ["90% of the business value is safe", "**Pass rate**: 100%", "Zero of 5 checks"])
def test_other_shares_are_no_scores(line):
    assert said(f"# Log\n## Test review\n{line}\n", StatedScore) == []


def test_findings_have_a_severity_and_strengths_have_none():
    text = (
        "# Log\n## Quality review\n**CRITICAL ISSUES IDENTIFIED:**\n1. **❌ A fake test** - asserts nothing\n"
        "\n**Minor findings:**\n- [HIGH] naming\n- order of imports (fixed)\n\n"
        "**STRENGTHS IDENTIFIED:**\n- ✅ real database\n"
    )

    assert [(finding.text, finding.severity, finding.closed, finding.strength) for finding in said(text, StatedFinding)] == [
        ("A fake test - asserts nothing", "critical", False, False),
        ("[HIGH] naming", "high", False, False),
        ("order of imports (fixed)", "low", True, False),
        ("real database", "", False, True),
    ]


def test_what_a_review_had_mended_is_closed():
    text = "# Log\n## Test review\n### Issues identified and fixed\n- **Minor Fix**: added an import\n- **Status**: all issues resolved\n"

    assert [(finding.text, finding.closed) for finding in said(text, StatedFinding)] == [("Minor Fix: added an import", True)]


def test_a_review_without_findings_has_none():
    assert said("# Log\n## Test review\n### Findings\n- None\n", StatedFinding) == []


def files(text: str) -> list[tuple[str, Level | None, int | None, bool]]:
    return [(file.path, file.level, file.count, file.approved) for file in said(text, StatedFile)]


def test_created_and_approved_files_are_read_with_their_counts():
    text = (
        "# Log\n## Test implementation\n### Files created:\n1. **Unit Tests**: `tests/test_a.py` (7 tests)\n"
        "2. `tests/e2e/test_b.py` - 4 tests\n3. `tests/integration/test_c.py`\n"
        "## Test review\n### Files approved\n1. ✅ `tests/test_a.py` (7 tests)\n"
    )

    assert files(text) == [
        ("tests/test_a.py", Level.UNIT, 7, False),
        ("tests/e2e/test_b.py", Level.E2E, 4, False),
        ("tests/integration/test_c.py", Level.INTEGRATION, None, False),
        ("tests/test_a.py", None, 7, True),
    ]


def test_a_table_of_files_is_read():
    text = "# Log\n## Test implementation\n| File | Level | Tests |\n|---|---|---|\n| `src/cart.test.ts` | unit | 7 |\n"

    assert files(text) == [("src/cart.test.ts", Level.UNIT, 7, False)]


def test_files_of_a_plan_or_a_command_are_not_created():
    text = (
        "# Log\n## Test plan\n- `tests/test_a.py` (7 tests)\n## Test implementation\n"
        "**Command**: `pytest tests/test_a.py`\n- fixtures in `shop/factories.py`\n"
    )

    assert files(text) == []


def test_one_paragraph_may_tell_of_two_reviews():
    text = (
        "# Log\n## Tests are written\n- `tests/test_cart.py` (4 tests)\n\n"
        "Review by Ada: first round **changes requested, 74/100** (a mock).\nThe mock was replaced. Second round: **approved, 92/100**.\n"
    )

    assert [(review.verdict, review.score) for review in said(text, StatedReview)] == [("needs_improvement", 74), ("approved", 92)]
    assert [(score.value, score.overall) for score in said(text, StatedScore)] == [(74, True), (92, True)]


def test_a_pass_of_a_review_is_no_passed_test():
    text = (
        "# Log\n## Test audit\n**First pass**: ⚠️ NEEDS IMPROVEMENT — 68/100\n- ❌ `test_a` sleeps\n\nReworked.\n\n"
        "**Second pass**: ✅ APPROVED — 91/100\n"
    )

    assert [(review.verdict, review.score) for review in said(text, StatedReview)] == [("needs_improvement", 68), ("approved", 91)]
    assert [(score.value, score.overall) for score in said(text, StatedScore)] == [(68, True), (91, True)]


def test_a_verdict_may_be_followed_by_so_many_of_a_hundred():
    text = "# Log\n## Review\nAda: approved, 89 of 100. Of 100 requests 12 of 100 were slow.\n"

    assert [(review.verdict, review.score) for review in said(text, StatedReview)] == [("approved", 89)]


def test_what_encloses_the_process_is_no_review():
    text = (
        "# Shop\n## Audit\n### Five whys\n1. **Why?** Because.\n### Test plan\n- `test_a`\n### Fix\n- **File**: `shop/cart.py`, line 7\n"
        "- **Change**: counts once\n- **Commit**: `5d20c7e`\n"
    )

    assert said(text, StatedFinding) == []
    assert [(fix.place.file, fix.commit) for fix in said(text, StatedFix)] == [("shop/cart.py", "5d20c7e")]
