import pytest

from audits.claims.shapes import StatedExecution, StatedFix, StatedResult
from audits.terms import Level, Outcome

from .reading import said

PASSED, FAILED, SKIPPED, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED, Outcome.ERROR
FIX = "## Fix\nChanged `shop/cart.py:88` so that a coupon counts once.\n"


def results(text: str) -> list[tuple[str, Outcome, str]]:
    return [(result.name, result.outcome, result.stage) for result in said(text, StatedResult)]


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("✅ **test_a** - **FAILED** (confirms the bug)", FAILED),
        ("**test_a** - ❌ FAILED (Expected)", FAILED),
        ("`test_a`: passed", PASSED),
        ("`test_a` → ✅ PASS", PASSED),
        ("❌ `test_a`", FAILED),
        ("✅ `test_a`", PASSED),
        ("`test_a` still fails", FAILED),
        ("`test_a` no longer fails", PASSED),
        ("`test_a` does not pass yet", FAILED),
        ("FAILED: `test_a`", FAILED),
        ("`test_a` - SKIPPED (no browser)", SKIPPED),
        ("`test_a`: ERROR", ERROR),
        ("`test_a` was not run", None),
        ("`test_a` should pass after the deploy", None),
        ("`test_a` must FAIL here", None),
        ("`test_a` covers error handling", None),
    ],
)
def test_the_words_tell_the_outcome_and_the_symbol_only_where_they_do_not(line, outcome):
    assert results(f"# Log\n## Red run\n- {line}\n") == ([("test_a", outcome, "before")] if outcome else [])


def test_a_list_tells_the_outcome_of_its_tests():
    text = (
        "# Log\n## Red run\n**✅ PASSED TESTS (as expected):**\n1. `test_a` - ✅ helper works\n\n**❌ FAILED TESTS (prove the bug):**\n"
        "1. `test_b` - **Race condition** (timeout)\n\n**Skipped:** `test_c`\n"
    )

    assert results(text) == [("test_a", PASSED, "before"), ("test_b", FAILED, "before"), ("test_c", SKIPPED, "before")]


def test_a_sentence_may_speak_of_several_tests():
    text = f"# Log\n{FIX}## Verification\n`test_a` and `test_b` pass, `test_c` fails with a timeout.\n"

    assert results(text) == [("test_a", PASSED, "after"), ("test_b", PASSED, "after"), ("test_c", FAILED, "after")]


@pytest.mark.parametrize("line", ["`test_a`: FAILED → PASSED", "test_a: ❌ → ✅", "`test_a` FAILED before, now PASSED"])
def test_a_line_may_tell_both_runs(line):
    assert results(f"# Log\n{FIX}## Verification\n- {line}\n")[-1] == ("test_a", PASSED, "after")


def test_a_table_may_tell_both_runs():
    text = (
        f"# Log\n{FIX}## Results\n| Test | Before fix | After fix |\n|---|---|---|\n"
        f"| `test_a` | ❌ FAIL | ✅ PASS |\n| test_b | passed | not run |\n"
    )

    assert results(text) == [("test_a", FAILED, "before"), ("test_a", PASSED, "after"), ("test_b", PASSED, "before")]


def test_what_stands_below_a_test_may_tell_both_runs():
    text = f"# Log\n{FIX}## Results\n1. test_a\n   - **Before fix**: FAILED (AssertionError)\n   - **After fix**: PASSED\n"

    assert results(text) == [("test_a", FAILED, "before"), ("test_a", PASSED, "after")]


def test_a_line_may_tell_the_result_of_the_test_named_before_it():
    text = "# Log\n## Baseline results\n**Test Sample**: `test_a`\n\n✅ **Test Status**: FAILING AS EXPECTED\n"

    assert results(text) == [("test_a", FAILED, "before")]


@pytest.mark.parametrize(
    ("title", "stage"),
    [
        ("Bug Confirmation Results", "before"),
        ("Test results before the fix", "before"),
        ("Red run", "before"),
        ("Test results", "before"),
        ("Test results after the fix", "after"),
        ("System stability proof", "after"),
    ],
)
def test_the_section_tells_the_stage(title, stage):
    assert results(f"# Log\n## {title}\n- `test_a`: PASSED\n{FIX}") == [("test_a", PASSED, stage)]


def test_without_a_word_on_it_the_stage_goes_by_the_place_of_the_fix():
    text = f"# Log\n## Test results\n- `test_a`: FAILED\n{FIX}## Test results again\n- `test_a`: PASSED\n"

    assert results(text) == [("test_a", FAILED, "before"), ("test_a", PASSED, "after")]


def test_a_log_that_claims_a_fix_and_tells_of_none_does_not_tell_the_stage():
    assert results("# Login loop - RESOLVED\n## Test results\n- `test_a`: PASSED\n") == [("test_a", PASSED, "")]


def test_ticks_beside_tests_that_were_only_written_are_no_results():
    text = "# Log\n## Tests implemented\n- ✅ `test_a` - simulates a full queue\n- ✅ `test_b` - Should FAIL (no context)\n"

    assert results(text) == []


def test_plans_and_goals_have_no_results():
    text = (
        "# Log\n## Test plan\n- `test_a` PASSED in the other repository\n## Success criteria\n"
        "- ✅ `test_b` PASSED\n## Next steps\n- `test_c` FAILED: look\n"
    )

    assert results(text) == []


RUNNERS = {
    "pytest": "FAILED tests/unit/test_a.py::test_a - AssertionError: no\ntests/unit/test_a.py::TestA::test_b[x] PASSED   [ 50%]\n",
    "unittest": "test_a (tests.test_a.A) ... FAIL\ntest_b (tests.test_a.A) ... ok\n",
    "gradle": "ATest > test_a() FAILED\nATest > test_b() PASSED\n",
    "cargo": "test a::tests::test_a ... FAILED\ntest a::tests::test_b ... ok\n",
    "jest": "    ✕ test_a (12 ms)\n    ✓ test_b (3 ms)\n",
    "vitest": " × src/a.test.ts > cart > test_a 12ms\n ✓ src/a.test.ts > cart > test_b 3ms\n",
    "node": "✖ test_a (1.2ms)\n✔ test_b (0.8ms)\n",
    "tap": "not ok 1 - test_a\nok 2 - test_b\n",
    "dotnet": "  Failed Shop.Tests.test_a [12 ms]\n  Passed Shop.Tests.test_b(n: 1) [1 ms]\n",
    "googletest": "[  FAILED  ] Cart.test_a (0 ms)\n[       OK ] Cart.test_b (0 ms)\n",
    "by hand": "FAILURES (expected):\n- test_a (timeout)\n\n✅ test_b - PASSED\n",
}


@pytest.mark.parametrize("output", RUNNERS.values(), ids=RUNNERS)
def test_the_output_of_runners_is_read(output):
    assert results(f"# Log\n## Red run\n```\n{output}```\n") == [("test_a", FAILED, "before"), ("test_b", PASSED, "before")]


def test_gos_output_keeps_the_names_of_subtests():
    text = (
        "# Log\n## Red run\n```\n=== RUN   TestA\n--- FAIL: TestA (0.01s)\n"
        "    --- FAIL: TestA/empty (0.00s)\n--- PASS: TestB (0.00s)\nFAIL\n```\n"
    )

    assert [name for name, _, _ in results(text)] == ["TestA", "TestA/empty", "TestB"]


def test_surefires_failures_are_read():
    text = (
        "# Log\n## Red run\n```\n[ERROR] com.acme.CartTest.countsOnce -- Time elapsed: 0.01 s <<< FAILURE!\n"
        "[ERROR]   CartTest.keepsTotal:42 expected 2\n```\n"
    )

    assert results(text) == [("countsOnce", FAILED, "before"), ("keepsTotal", FAILED, "before")]


def test_a_name_that_a_runner_prints_in_words_is_the_planned_test():
    text = "# Log\n## Test plan\n- `testCouponCountsOnce`\n## Red run\n```\n ✘ Coupon counts once\n```\n"

    assert results(text) == [("testCouponCountsOnce", FAILED, "before")]


def test_planned_tests_whose_names_are_sentences_are_found_in_results():
    text = (
        "# Log\n## Test plan\n**E2E** (`shop.spec.ts`):\n- `checkout with a coupon works`\n## Red run\n"
        "- ✅ `checkout with a coupon works` - FAILED\n"
    )

    assert results(text) == [("checkout with a coupon works", FAILED, "before")]


def totals(text: str) -> list[dict[str, object]]:
    names = ("passed", "failed", "errors", "skipped", "warnings", "total", "percent", "seconds")
    return [
        {name: value for name in names if (value := getattr(run, name)) is not None}
        for run in said(text, StatedExecution)
        if not _is_bare(run)
    ]


def _is_bare(run: StatedExecution) -> bool:
    return run.passed is None and run.failed is None and run.total is None


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("=== 3 failed, 4 passed, 11 warnings in 5.82s ===", {"passed": 4, "failed": 3, "warnings": 11, "seconds": 5.82}),
        ("Tests:       2 failed, 5 passed, 7 total", {"passed": 5, "failed": 2, "total": 7}),
        (
            "Tests run: 7, Failures: 3, Errors: 0, Skipped: 1, Time elapsed: 1.2 s",
            {"failed": 3, "errors": 0, "skipped": 1, "total": 7, "seconds": 1.2},
        ),
        (
            "test result: FAILED. 4 passed; 3 failed; 0 ignored; finished in 0.02s",
            {"passed": 4, "failed": 3, "skipped": 0, "seconds": 0.02},
        ),
        (
            "Failed!  - Failed: 1, Passed: 6, Skipped: 0, Total: 7, Duration: 1 s",
            {"passed": 6, "failed": 1, "skipped": 0, "total": 7, "seconds": 1.0},
        ),
        ("OK (7 tests, 12 assertions)", {"passed": 7, "total": 7}),
        ("**5/5 tests PASSED**", {"passed": 5, "total": 5}),
        ("4 of 7 tests pass (57.1%)", {"passed": 4, "total": 7, "percent": 57.1}),
        ("All 7 unit tests passed", {"passed": 7, "total": 7}),
        ("3 FAILED, 4 PASSED - the tests catch it", {"passed": 4, "failed": 3}),
    ],
)
def test_totals_are_read_wherever_they_stand(line, found):
    assert totals(f"# Log\n## Red run\n{line}\n") == [found]
    assert totals(f"# Log\n## Red run\n```\n{line}\n```\n") == [found]


@pytest.mark.parametrize(
    "line",
    [
        "Test Suites: 1 failed, 2 total",
        "3 of 7 tests should fail",
        "Pool grown from 5 to 20 connections",
        "100% success rate",
        "All 16 failing tests implemented",
    ],
)
def test_other_numbers_are_no_totals(line):
    assert totals(f"# Log\n## Red run\n{line}\n") == []


def test_totals_over_several_lines_are_one_run():
    assert totals("# Log\n## Red run\n```\nRan 7 tests in 0.52s\n\nFAILED (failures=3, errors=1)\n```\n") == [
        {"failed": 3, "errors": 1, "total": 7, "seconds": 0.52}
    ]
    assert totals(
        "# Log\n## Red run\n- **Total Tests**: 12\n- **Passed**: 11\n- **Failed**: 1\n- **Success Rate**: 91.7%\n- **Duration**: 3.2s\n"
    ) == [{"passed": 11, "failed": 1, "total": 12, "percent": 91.7, "seconds": 3.2}]


def test_a_table_gives_a_run_a_row_or_a_stage_a_column():
    rows = "# Log\n## Red run\n| Suite | Passed | Failed |\n|---|---|---|\n| Unit | 5 | 1 |\n| E2E | 3 | 0 |\n"
    columns = "# Log\n## Results\n| Test | Before | After |\n|---|---|---|\n| `test_a` | FAIL | PASS |\n| Total | 0/1 | 1/1 |\n"

    assert [(run.level, run.passed, run.failed) for run in said(rows, StatedExecution)] == [(Level.UNIT, 5, 1), (Level.E2E, 3, 0)]
    assert sorted((run.stage, run.passed, run.total) for run in said(columns, StatedExecution)) == [("after", 1, 1), ("before", 0, 1)]


def test_a_run_bears_the_command_that_was_given_for_it():
    text = "# Log\n## Red run\n**Command**: `pytest tests/unit/test_a.py -v`\n\n1 failed, 2 passed in 0.5s\n"

    run = said(text, StatedExecution)[-1]

    assert (run.command, run.file, run.level, run.stage) == ("pytest tests/unit/test_a.py -v", "tests/unit/test_a.py", Level.UNIT, "before")


def test_a_block_with_a_command_and_results_alone_is_a_run_too():
    runs = said("# Log\n## Red run\n```\n$ go test ./cart\n--- FAIL: TestA (0.01s)\n```\n", StatedExecution)

    assert [(run.command, run.passed) for run in runs] == [("go test ./cart", None)]


def test_a_fix_is_no_result():
    assert results(f"# Log\n{FIX}") == []
    assert len(said(f"# Log\n{FIX}", StatedFix)) == 1


def test_a_sentence_in_backticks_is_a_test_where_a_sign_tells_its_result():
    text = (
        "# Log\n## Red run\n**1 passed, 1 failed**\n\nPassed:\n- `late write is dropped` ✅\n\n"
        "Failed:\n- `order is kept` ❌ two swapped\n- `npm run build` ✅\n"
    )

    assert results(text) == [("late write is dropped", PASSED, "before"), ("order is kept", FAILED, "before")]


def test_what_some_were_before_tells_no_stage():
    text = f"# Log\n{FIX}## Test run after the fix\n- ✅ 12 of 12 pass (100 %), 5 of them were red before\n"

    [run] = said(text, StatedExecution)

    assert (run.stage, run.passed) == ("after", 12)


def test_a_change_may_be_what_a_run_came_before_or_after():
    text = "# Log\n## Run after the change\n- `test_a`: passed\n## Run before the change\n- `test_a`: failed\n"

    assert results(text) == [("test_a", PASSED, "after"), ("test_a", FAILED, "before")]
