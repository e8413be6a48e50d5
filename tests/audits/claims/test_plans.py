import pytest

from audits.claims.shapes import StatedCount, StatedFile, StatedTest
from audits.terms import Expectation, Level

from .reading import said

RED, GREEN, UNSTATED = Expectation.RED_THEN_GREEN, Expectation.ALWAYS_GREEN, Expectation.UNSTATED
UNIT, E2E = "tests/unit/test_cart.py", "tests/e2e/test_shop.py"

STYLES = {
    "labels with counts": (
        f"**UNIT TESTS (2 tests)** - `{UNIT}`:\n1. `test_coupon_once()` - MUST FAIL before fix\n"
        f"2. `test_plain_total()` - Regression prevention\n\n"
        f"**E2E TESTS (1 test)** - `{E2E}`:\n1. `test_checkout()`\n"
    ),
    "headings and keys": (
        f"### 1.1 Coupon arithmetic\n**Location:** `{UNIT}`\n**Category:** Unit\n\n**Test Cases:**\n"
        f"- `test_coupon_once` - fails before the fix, passes after\n"
        f"- `test_plain_total` - passes before and after\n\n### 1.2 Whole shop\n**Location:** `{E2E}`\n"
        f"**Difficulty**: E2E\n\n**Test Cases:**\n- `test_checkout`\n"
    ),
    "numbers that go on over phases": (
        f"### PHASE 1: UNIT TESTS\n**Location**: `{UNIT}`\n#### Test Cases:\n1. **test_coupon_once**\n"
        f"   - **Expected**: must fail before the fix\n2. **test_plain_total**\n"
        f"   - **Expected**: always passes\n### PHASE 2: END-TO-END TESTS\n**Location**: `{E2E}`\n"
        f"#### Test Cases:\n3. **test_checkout**\n   - **Expected**: an order\n"
    ),
    "a table": (
        "| # | Test | Level | File | Before | After |\n|---|---|---|---|---|---|\n"
        f"| 1 | `test_coupon_once` | unit | `{UNIT}` | FAIL | PASS |\n"
        f"| 2 | `test_plain_total` | unit | `{UNIT}` | PASS | PASS |\n"
        f"| 3 | `test_checkout` | e2e | `{E2E}` | | |\n"
    ),
    "code": (
        f"### Unit\n```python\n# {UNIT}\nclass TestCart:\n    def test_coupon_once(self):\n"
        f"        # This test MUST FAIL before the fix\n        ...\n\n"
        f"    def test_plain_total(self):\n        # passes before and after\n```\n### E2E\n```python\n"
        f"# {E2E}\nasync def test_checkout():\n    ...\n```\n"
    ),
    "nested lists": (
        f"1. Unit\n   - file: {UNIT}\n   - tests:\n     1. test_coupon_once (must fail before the fix)\n"
        f"     2. test_plain_total (stays green)\n"
        f"2. End-to-end\n   - file: {E2E}\n   - tests: `test_checkout`\n"
    ),
    "boxes": (
        f"#### Unit tests: `{UNIT}` (2 tests)\n- [ ] test_coupon_once: FAIL_TO_PASS\n"
        f"- [ ] test_plain_total: PASS_TO_PASS\n\n#### E2E tests: `{E2E}`\n- [ ] test_checkout\n"
    ),
    "expectations by number": (
        f"### Unit tests\n**File**: `{UNIT}`\n1. `test_coupon_once`\n"
        f"2. `test_plain_total` - must always pass\n### E2E tests\n**File**: `{E2E}`\n3. `test_checkout`\n"
        "### Criteria\n- **BEFORE FIX**: Test 1 should FAIL\n"
    ),
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_planned_tests_are_read_in_whatever_style(style):
    tests = said(f"# Log\n## Test plan\n{style}", StatedTest)

    assert [(test.name, test.level, test.file, test.expectation) for test in tests] == [
        ("test_coupon_once", Level.UNIT, UNIT, RED),
        ("test_plain_total", Level.UNIT, UNIT, GREEN),
        ("test_checkout", Level.E2E, E2E, UNSTATED),
    ]


def test_names_follow_the_customs_of_their_language():
    text = (
        "# Log\n## Test plan\n### Unit: `src/cart.test.ts`\n```ts\n"
        "it('counts a coupon once', () => {}); // must fail before the fix\n```\n"
        "### Unit: `cart_test.go`\n```go\nfunc TestCouponOnce(t *testing.T) {}\n```\n"
        "### Unit: `src/test/java/CartTest.java`\n- `CartTest#countsCouponOnce`\n"
        "```java\n@Test\nvoid keepsPlainTotal() {}\n```\n### Unit tests in `src/cart.rs`:\n- `counts_a_coupon_once`\n"
    )

    assert [(test.name, test.file) for test in said(text, StatedTest)] == [
        ("counts a coupon once", "src/cart.test.ts"),
        ("TestCouponOnce", "cart_test.go"),
        ("countsCouponOnce", "src/test/java/CartTest.java"),
        ("keepsPlainTotal", "src/test/java/CartTest.java"),
        ("counts_a_coupon_once", "src/cart.rs"),
    ]


def test_a_list_may_say_what_each_of_its_tests_must_show():
    text = (
        "# Log\n## Test plan\n### Must fail before the fix\n- `test_a`\n### Must pass before and after\n"
        "- `test_b`\n### Should warn\n- `test_c`\n"
    )

    assert [test.expectation for test in said(text, StatedTest)] == [RED, GREEN, UNSTATED]


def test_a_plan_wide_word_on_failure_decides_no_test():
    text = "# Log\n## Test plan\n- **FAILURE-FIRST**: tests must FAIL before the fix\n\n**Unit tests**:\n- `test_a`\n"

    assert [test.expectation for test in said(text, StatedTest)] == [UNSTATED]


@pytest.mark.parametrize(
    ("words", "expectation"),
    [
        ("MUST PASS after fix", RED),
        ("expected red on main", RED),
        ("Should FAIL (nothing is logged)", RED),
        ("existing coupons still apply", GREEN),
        ("backward compatibility", GREEN),
        ("login should fail with 401 when the token is old", UNSTATED),
        ("must not fail", UNSTATED),
        ("chat fails without Redis", UNSTATED),
        ("", UNSTATED),
    ],
)
def test_an_expectation_is_what_is_said_of_the_test_itself(words, expectation):
    assert [test.expectation for test in said(f"# Log\n## Test plan\n- `test_a` - {words}\n", StatedTest)] == [expectation]


def test_a_test_that_is_planned_twice_is_one_and_takes_what_the_second_mention_adds():
    text = "# Log\n## Test plan\n### Unit tests\n- `test_a`\n### Level 1: must fail initially\n- `test_a` - **MUST FAIL**\n"

    assert [(test.lines.first, test.level, test.expectation) for test in said(text, StatedTest)] == [(4, Level.UNIT, RED)]


def test_the_list_of_implemented_tests_may_add_an_expectation():
    text = "# Log\n## Test plan\n- `test_a`\n## Tests implemented\n- ✅ `test_a` - **CRITICAL FAILING TEST** - Should FAIL (no context)\n"

    assert [test.expectation for test in said(text, StatedTest)] == [RED]


def test_commands_prose_and_goals_plan_nothing():
    text = (
        "# Log\n## Test plan\n**Command**: `pytest -k test_a`\nWe reuse the fixtures of `test_b` here.\n"
        "```bash\npytest tests/test_c.py::test_c\n```\n"
        "### Success criteria\n- `test_d` passes\n"
    )

    assert said(text, StatedTest) == []


def test_a_sentence_may_announce_tests():
    tests = said(("# Log\n## Test plan\nWe will write `test_a` (unit, must fail before the fix) and `test_b` (integration).\n"), StatedTest)

    assert [(test.name, test.level, test.expectation) for test in tests] == [
        ("test_a", Level.UNIT, RED),
        ("test_b", Level.INTEGRATION, UNSTATED),
    ]


def test_where_nothing_is_called_a_plan_the_implemented_tests_are_those_that_there_are():
    assert [test.name for test in said("# Log\n## Tests written\n- `test_a`\n- `test_b`\n", StatedTest)] == ["test_a", "test_b"]


def counts(text: str) -> list[tuple[int, Level | None, int | None, bool]]:
    return sorted((count.count, count.level, count.listed, count.exact) for count in said(text, StatedCount) if count.of == "planned")


def test_a_declared_count_is_held_with_the_number_of_names_under_it():
    text = "# Log\n## Test plan\n**UNIT TESTS (9 tests)**:\n1. `test_a`\n2. `test_b`\n\n**E2E TESTS (1)**:\n- `test_c`\n"

    assert counts(text) == [(1, Level.E2E, 1, True), (9, Level.UNIT, 2, True)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Total: 17 tests", [(17, None, None, True)]),
        (
            "6 tests in all: 4 unit, 2 integration.",
            [(2, Level.INTEGRATION, None, True), (4, Level.UNIT, None, True), (6, None, None, True)],
        ),
        ("- Unit tests: 9", [(9, Level.UNIT, None, True)]),
        ("five unit tests", [(5, Level.UNIT, None, True)]),
        ("15-20 tests", [(15, None, None, False)]),
        ("30+ integration tests", [(30, Level.INTEGRATION, None, False)]),
        ("about 10 tests", [(10, None, None, False)]),
        ("3 test suites", [(3, None, None, False)]),
        ("Security: 6 tests", [(6, None, None, False)]),
        ("Phase 2 tests come later", []),
        ("3 of 7 tests will be slow", []),
        ("| Unit | 9 |", []),
    ],
)
def test_a_number_counts_where_it_is_one_of_tests(line, found):
    assert counts(f"# Log\n## Test plan\n{line}\n") == found


def test_a_total_below_the_last_list_is_of_all_lists():
    text = "# Log\n## Test plan\n### E2E tests: `tests/e2e/test_a.py` (1 test)\n- `test_a`\n\n**Total: 6 tests planned**\n"

    assert [(count.count, count.level, count.file) for count in said(text, StatedCount)] == [
        (1, Level.E2E, "tests/e2e/test_a.py"),
        (6, None, ""),
    ]


def test_a_table_declares_counts_by_level():
    text = "# Log\n## Test plan\n| Level | Tests |\n|---|---|\n| Unit | 9 |\n| E2E | 4 |\n| **Total** | 13 |\n"

    assert counts(text) == [(4, Level.E2E, None, True), (9, Level.UNIT, None, True), (13, None, None, True)]


@pytest.mark.parametrize(
    ("language", "code"),
    [
        (
            "go",
            "// RED\nfunc TestA(t *testing.T) {\n\t// in a loop\n}\n\n// RED\nfunc TestB(t *testing.T) {}\n\nfunc TestC(t *testing.T) {}\n",
        ),
        ("python", "# RED\ndef test_a():\n    ...\n# RED\n@slow\ndef test_b():\n    ...\ndef test_c():\n    ...\n"),
        ("ts", "describe('x', () => {\n  // RED\n  it('a', () => {})\n  // RED\n  it('b', () => {})\n  it('c', () => {})\n})\n"),
    ],
)
def test_comments_above_tests_are_said_of_the_test_below_them(language, code):
    text = f"# Log\n## Test plan\n```{language}\n{code.replace('RED', 'must fail before the fix')}```\n"

    assert [test.expectation for test in said(text, StatedTest)] == [RED, RED, UNSTATED]


def test_comments_below_tests_are_said_of_the_test_above_them():
    text = "# Log\n## Test plan\n```python\ndef test_a(): ...\n# must fail before the fix\ndef test_b(): ...\n```\n"

    assert [test.expectation for test in said(text, StatedTest)] == [RED, UNSTATED]


def test_the_number_of_a_heading_is_no_number_of_tests():
    text = "# Log\n## 3 Test plan (9 test cases)\n### Unit\n- `test_a`\n"

    assert [count.count for count in said(text, StatedCount)] == [9]


def test_the_number_of_a_row_is_no_number_of_tests():
    text = "# Log\n## Test plan\n| # | Test | Level | File |\n|---|---|---|---|\n| 1 | `test_a` | unit | `tests/test_a.py` |\n"

    assert said(text, StatedCount) == []


def test_a_title_may_close_with_its_number_of_tests():
    text = "# Log\n## Test plan\nUnit tests in `src/varint.rs` (2):\n\n* `ten_bytes_are_enough`\n* `eleventh_byte_is_an_error`\n"

    assert [(count.count, count.level, count.listed) for count in said(text, StatedCount)] == [(2, Level.UNIT, 2)]


def test_cases_under_the_same_words_are_all_planned():
    text = "# Log\n## Test plan\n### UNIT TESTS\n#### Test Cases:\n1. **test_a**\n### E2E TESTS\n#### Test Cases:\n2. **test_b**\n"

    assert [(test.name, test.level) for test in said(text, StatedTest)] == [("test_a", Level.UNIT), ("test_b", Level.E2E)]


def test_a_number_of_files_beside_a_number_of_tests_leaves_that_exact():
    text = "# Log\n## Test implementation\nImplemented 10 tests in two files:\n\n- `tests/test_a.py`\n- `tests/test_b.py`\n"

    assert [(count.count, count.exact) for count in said(text, StatedCount)] == [(10, True), (2, False)]


def test_a_file_with_a_number_of_tests_is_one_of_tests_whatever_it_is_called():
    text = "# Log\n## Test implementation\n`src/varint.rs` (5 tests) and `tests/hostile.rs` (3 tests); `src/lib.rs` is untouched.\n"

    assert [(file.path, file.count) for file in said(text, StatedFile)] == [("src/varint.rs", 5), ("tests/hostile.rs", 3)]


def test_tests_that_differ_in_parameters_or_file_are_several():
    text = (
        "# Log\n## Test plan\n**UNIT TESTS (3 tests)**:\n\n`tests/test_a.py`:\n1. `test_x[1]`\n2. `test_x[2]`\n\n"
        "`tests/test_b.py`:\n1. `test_x[1]`\n### Again\n- `test_x[2]`\n"
    )

    assert [(test.name, test.file) for test in said(text, StatedTest)] == [
        ("test_x", "tests/test_a.py"),
        ("test_x", "tests/test_a.py"),
        ("test_x", "tests/test_b.py"),
    ]


def test_an_escaped_bar_stands_in_its_cell():
    text = "# Log\n## Test plan\n| Test | Purpose |\n|---|---|\n| `test_a` | a \\| b |\n| `test_b` | c \\||\n"

    assert [(test.name, test.purpose) for test in said(text, StatedTest)] == [("test_a", "a | b"), ("test_b", "c |")]
