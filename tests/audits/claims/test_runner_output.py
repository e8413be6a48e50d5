import pytest

from audits.claims.shapes import StatedExecution, StatedResult
from audits.claims.targets import file_of, level_of_targets, targets_of
from audits.terms import Level, Outcome

from .reading import said

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED


def runs(text: str) -> list[tuple[str, str, int | None, int | None]]:
    """Each run with totals: its file, its command, passed, failed."""
    found = [run for run in said(text, StatedExecution) if run.passed is not None or run.failed is not None]
    return [(run.file, run.command, run.passed, run.failed) for run in found]


@pytest.mark.parametrize(
    ("command", "file", "level"),
    [
        ("pytest tests/unit/test_cart.py -v", "tests/unit/test_cart.py", Level.UNIT),
        ("pytest tests/unit/test_cart.py::test_a tests/unit/test_cart.py::test_b", "tests/unit/test_cart.py", Level.UNIT),
        ("python -m pytest tests/unit/shop tests/integration/shop", "", None),
        ("pytest tests/unit/shop tests/e2e/test_checkout.py", "", None),
        ("pytest tests/unit/shop tests/unit/test_cart.py", "", Level.UNIT),
        ("pytest tests/unit/test_a.py tests/unit/test_b.py", "", Level.UNIT),
        ("pytest tests/e2e/ 2>&1 | tee logs/unit/out.txt", "", Level.E2E),
        ("./gradlew test", "", None),
        ("pytest", "", None),
    ],
)
def test_a_command_is_of_one_file_or_level_only_where_all_it_names_is(command, file, level):
    assert (file_of(command), level_of_targets(command)) == (file, level)


@pytest.mark.parametrize("command", ["pytest -q", "./gradlew test", "go test -run 'A/b'", "PYTHONPATH=src/x pytest", "vendor/bin/phpunit"])
def test_runners_options_and_settings_are_no_targets(command):
    assert targets_of(command) == []


def test_totals_of_a_command_with_several_targets_are_of_no_file():
    text = (
        "# Log\n## Red run\n**Command**: `pytest tests/unit/shop tests/e2e/test_checkout.py`\n\n"
        "```\ncollected 12 items\nFAILED tests/e2e/test_checkout.py::test_checkout\n1 failed, 11 passed in 3.10s\n```\n"
    )

    assert runs(text) == [("", "pytest tests/unit/shop tests/e2e/test_checkout.py", 11, 1)]


def test_two_commands_of_one_fence_keep_their_totals():
    text = (
        "# Log\n## Red run\n```\n$ cargo test --lib\ntest a::b ... FAILED\ntest result: FAILED. 3 passed; 2 failed; 0 ignored\n"
        "$ cargo test --test frames\ntest result: FAILED. 0 passed; 3 failed; 0 ignored\n```\n"
    )

    assert runs(text) == [("", "cargo test --lib", 3, 2), ("", "cargo test --test frames", 0, 3)]


def test_the_files_that_a_fence_names_are_those_of_their_own_command():
    text = (
        "# Log\n## Red run\n```\n$ pytest -k cart\ntests/test_cart.py::test_a PASSED\n1 passed in 1.0s\n"
        "$ pytest -k mail\ntests/test_mail.py::test_b FAILED\n1 failed in 1.0s\n```\n"
    )

    assert [(file, command) for file, command, *_ in runs(text)] == [
        ("tests/test_cart.py", "pytest -k cart"),
        ("tests/test_mail.py", "pytest -k mail"),
    ]


def test_vitests_marks_are_no_prompts_and_its_files_no_runs():
    text = (
        "# Log\n## Red run\n`npx vitest run src/cart`\n\n```\n ❯ src/cart/coupon.test.ts (4 tests | 2 failed) 21ms\n"
        "   × src/cart/coupon.test.ts > coupon > accepts a dash 2ms\n ❯ src/cart/checkout.test.ts (3 tests | 2 failed) 31ms\n"
        " Test Files  2 failed (2)\n      Tests  4 failed | 3 passed (7)\n```\n"
    )

    assert runs(text) == [("", "", 3, 4)]


def test_mavens_totals_of_a_class_are_of_its_file_and_green_where_nothing_failed():
    text = (
        "# Log\n## Test plan\nIn `src/test/java/com/acme/CartIT.java` and `src/test/java/com/acme/CartTest.java`.\n## Green run\n```\n"
        "[INFO] Tests run: 4, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 0.402 s -- in com.acme.CartTest\n"
        "[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 9.100 s -- in com.acme.CartIT\n"
        "[INFO] Tests run: 6, Failures: 0, Errors: 0, Skipped: 1\n```\n"
    )

    assert runs(text) == [
        ("src/test/java/com/acme/CartTest.java", "", 3, 0),
        ("src/test/java/com/acme/CartIT.java", "", 2, 0),
        ("", "", 5, 0),
    ]


def test_gradle_classes_may_have_any_name():
    output = "UploadE2E > browser uploads a file PASSED\ncom.acme.Clock > refuses > when behind FAILED\n> Task :test FAILED\n"
    text = f"# Log\n## Red run\n```\n{output}```\n"

    assert [(result.name, result.outcome) for result in said(text, StatedResult)] == [
        ("browser uploads a file", PASSED),
        ("when behind", FAILED),
    ]


def test_indented_output_is_one_run():
    text = (
        "# Log\n## Red run\n\n    dotnet test\n      Failed Shop.CartTests.Adds_Twice [12 ms]\n\n"
        "    Total tests: 8\n         Passed: 2\n         Failed: 6\n     Total time: 3.4 Seconds\n\nSix are red.\n"
    )

    [run] = [run for run in said(text, StatedExecution) if run.failed]

    assert (run.command, run.total, run.passed, run.failed, run.lines.first) == ("dotnet test", 8, 2, 6, 7)
