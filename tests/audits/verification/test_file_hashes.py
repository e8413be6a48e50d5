"""Which files decide on red and green, and when they count as changed."""

import pytest

from audits.filehashes import changed, disagreeing, is_watched

A, B = "a" * 64, "b" * 64

WATCHED = [
    # tests by the conventions of the languages
    "test_login.py",
    "shop/tests.py",
    "shop/test_login.py",
    "shop/login_test.py",
    "login/login_test.go",
    "src/login.test.ts",
    "src/login.spec.jsx",
    "cypress/support/commands.js",
    "src/login.cy.ts",
    "e2e/login.ts",
    "src/__tests__/login.js",
    "src/__mocks__/api.js",
    "src/__snapshots__/login.js.snap",
    "src/test/java/com/acme/Login.java",
    "app/src/androidTest/Login.kt",
    "src/main/LoginTest.java",
    "src/LoginTests.cs",
    "src/LoginIT.java",
    "src/TestLogin.java",
    "src/LoginSpec.scala",
    "Acme.Tests/Login.cs",
    "AcmeTests/Login.swift",
    "spec/models/user_spec.rb",
    "features/login.feature",
    "login/testdata/golden.json",
    "tests/fixtures/cart.json",
    "test_support/server.py",
    "login.bats",
    # what runners read
    "conftest.py",
    "shop/conftest.py",
    "pytest.ini",
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
    "noxfile.py",
    "sitecustomize.py",
    "package.json",
    "web/package.json",
    "jest.config.js",
    "jest.config.base.mjs",
    "jest.setup.ts",
    "jest-e2e.json",
    "vitest.config.ts",
    "vitest.workspace.ts",
    "vite.config.ts",
    "karma.conf.js",
    "playwright.config.ts",
    "cypress.config.ts",
    "cypress.json",
    ".mocharc.yml",
    ".mocharc",
    "phpunit.xml",
    "phpunit.xml.dist",
    "phpunit.dist.xml",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "testng.xml",
    "ci.runsettings",
    "Directory.Build.props",
    "xunit.runner.json",
    ".rspec",
    "nextest.toml",
]
NOT_WATCHED = [
    "shop/login.py",
    "shop/latest.py",
    "shop/contest/rules.py",
    "shop/attestation.py",
    "shop/testing_ground/login.py",
    "src/Testimonial.tsx",
    "src/login.ts",
    "src/available.js",
    "src/config.js",
    "k8s/JobSpec.go",
    "src/features/login.ts",
    "README.md",
    "composer.json",
    "src/Splitter.java",
    "setup.py",
]


@pytest.mark.parametrize("path", WATCHED)
def test_a_test_file_or_a_runner_s_configuration_is_watched(path):
    assert is_watched(path)


@pytest.mark.parametrize("path", NOT_WATCHED)
def test_other_source_files_are_not_watched(path):
    assert not is_watched(path)


@pytest.mark.parametrize("named", ["checks/cart.py", "./checks/cart.py", "checks\\cart.py", "backend/checks/cart.py", "cart.py"])
def test_a_file_that_plan_or_record_names_is_watched(named):
    assert is_watched("checks/cart.py", [named])


@pytest.mark.parametrize("named", ["", "art.py", "other/cart.py"])
def test_a_file_that_they_do_not_name_is_not(named):
    assert not is_watched("checks/cart.py", [named])


def paths(base: dict[str, str], fix: dict[str, str]) -> list[str]:
    return [change.path for change in changed([base], [fix])]


def test_the_same_hashes_are_no_change():
    assert paths({"tests/a.py": A}, {"tests/a.py": A}) == []


def test_hashes_are_the_same_in_capitals_and_paths_with_other_slashes():
    assert paths({"tests/a.py": A, "conftest.py": B}, {".\\tests\\a.py": A.upper(), "./conftest.py": B}) == []


def test_another_hash_is_a_change_of_that_path():
    assert paths({"tests/a.py": A, "tests/b.py": A}, {"tests/a.py": A, "tests/b.py": B}) == ["tests/b.py"]


@pytest.mark.parametrize(
    ("base", "fix", "word"),
    [
        ({"tests/a.py": A, "conftest.py": A}, {"tests/a.py": A}, "disappeared"),
        ({"tests/a.py": A}, {"tests/a.py": A, "conftest.py": A}, "appeared"),
    ],
)
def test_a_file_that_only_one_side_sent_is_a_change_that_says_so(base, fix, word):
    (change,) = changed([base], [fix])

    assert (change.path, word in change.detail) == ("conftest.py", True)


@pytest.mark.parametrize(("base", "fix"), [([], [{"tests/a.py": A}]), ([{"tests/a.py": A}], []), ([], [])])
def test_where_one_side_sent_no_hashes_nothing_is_said(base, fix):
    assert list(changed(base, fix)) == []


def test_the_hashes_of_all_reports_of_a_side_count():
    assert list(changed([{"tests/a.py": A}, {"tests/b.py": A}], [{"tests/b.py": A}, {"tests/a.py": A}])) == []


def test_reports_of_one_commit_that_state_different_hashes_of_a_watched_file_disagree():
    reports = [{"tests/a.py": A, "shop/a.py": A, "tests/b.py": A}, {"./tests/a.py": B, "shop/a.py": B, "tests/b.py": A}]

    assert [change.path for change in disagreeing(reports)] == ["tests/a.py"]
