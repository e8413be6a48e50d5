import pytest

from audits.contradictions import commands
from audits.terms import Level


@pytest.mark.parametrize(
    ("command", "paths", "folders"),
    [
        ("make test", [], []),
        ("npm run e2e", [], []),
        ("go test ./internal/ring/...", [], ["internal/ring"]),
        ("pytest tests/unit tests/integration -q", [], ["tests/unit", "tests/integration"]),
        ("python tests/run_all.py --category unit", [], []),
        ("python tests/unit/test_throttle.py", ["tests/unit/test_throttle.py"], []),
        ("python3 -m pytest tests/unit/test_throttle.py -v", ["tests/unit/test_throttle.py"], []),
        ("npx vitest run src/cart/total.spec.ts", ["src/cart/total.spec.ts"], []),
        ("pytest tests", [], ["tests"]),
    ],
)
def test_a_command_names_files_and_folders_of_tests(command, paths, folders):
    assert commands.paths(command) == paths
    assert commands.folders(command) == folders


@pytest.mark.parametrize(
    ("command", "levels"),
    [
        ("python run_tests.py --category integration", {Level.INTEGRATION}),
        ("pytest -m 'unit or e2e'", {Level.UNIT, Level.E2E}),
        ("./gradlew test integrationTest", {Level.INTEGRATION}),
        ("npx playwright test", {Level.E2E}),
        ("pytest tests/community", set()),
    ],
)
def test_a_command_names_levels(command, levels):
    assert commands.levels(command) == levels


@pytest.mark.parametrize(
    "command", ["pytest", "python3 -m pytest -q", "go test ./...", "npx jest", "dotnet test --no-build", "./gradlew test", "$ make test"]
)
def test_a_bare_command_runs_all(command):
    assert commands.runs_all(command)


@pytest.mark.parametrize(
    "command", ["", "npx jest cart", "pytest -k cart", "cargo test --test frames", "pytest tests/unit", "python run.py"]
)
def test_any_other_word_may_pick_some(command):
    assert not commands.runs_all(command)


@pytest.mark.parametrize(
    "command",
    ["pytest a_test.py::test_b", "pytest -k cart", "go test -run TestCart ./...", "npx jest -t total", "mvn -Dtest=CartTest test"],
)
def test_a_selection_is_known_by_its_option(command):
    assert commands.selects(command)


@pytest.mark.parametrize("command", ["python -m pytest tests/test_a.py -v --tb=short", "npx vitest run", "dotnet test --logger console"])
def test_other_options_select_nothing(command):
    assert not commands.selects(command)
