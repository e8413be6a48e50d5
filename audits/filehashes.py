"""Whether what decides on red and green changed between the runs: test files and the runner's configuration. Pure.

Source files change with a fix. A test that passes because the test changed proves nothing, and neither does one that passes because of
another `conftest.py` (a patch of that file alone once made a whole benchmark "resolved"). Which files are watched: those that the
plan or the record names, those that look like tests by the conventions of the common runners, and what those runners read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from audits.matching import path_of, paths_agree

# "tests", "__tests__", "Acme.Tests", "test_data", "androidTest": what hangs from them (fixtures, mocks, snapshots) decides with the tests.
_TEST_FOLDER: Final = re.compile(
    r"(?i:(?:.*[._-])?(?:tests?|specs?|e2e)|tests?[._-].*|__tests__|__mocks__|__snapshots__|testdata|cypress|step_definitions)"
    r"|.*[a-z](?:Tests?|Specs)"
)
# By name: "test_x.py", "x_test.go", "x.spec.ts", "LoginTest.java", "LoginIT.java", "TestLogin.java", "LoginSpec.scala".
_TEST_NAME: Final = re.compile(
    r"(?i:tests?(?:[._-].*)?\.\w+|.*[._-](?:tests?|specs?|cy|e2e)\.\w+|.*\.(?:feature|bats|snap))"
    r"|(?:.*[a-z0-9](?:Tests?|TestCase|IT|ITCase)|Test[A-Z].*)\.\w+"
    r"|.*[a-z0-9]Specs?\.(?:scala|groovy|kts?|hs|cs)"
)
_RUNNER_FILE: Final = re.compile(
    r"(?i:"
    # Python; sitecustomize.py and usercustomize.py are imported before any test.
    r"conftest\.py|\.?pytest\.(?:ini|toml)|pyproject\.toml|setup\.cfg|tox\.(?:ini|toml)|noxfile\.py|(?:site|user)customize\.py"
    # JavaScript
    r"|package\.json|(?:jest|vitest|karma|playwright|cypress|wdio|ava|mocha|jasmine)(?:[._-][\w.-]*)?\.(?:[cm]?[jt]s|jsonc?|ya?ml|toml)"
    r"|(?:vite|babel)\.config\.\w+|\.(?:mocha|jasmine|nyc|babel|swc)rc(?:\.\w+)?|mocha\.opts|setuptests\.\w+|(?:angular|deno|nx)\.jsonc?"
    r"|bunfig\.toml"
    # PHP
    r"|phpunit\.(?:dist\.xml|xml|xml\.dist)|(?:codeception|behat|phpspec)\.(?:dist\.)?ya?ml(?:\.dist)?|pest\.php"
    # JVM
    r"|pom\.xml|build\.(?:gradle(?:\.kts)?|sbt|xml)|settings\.gradle(?:\.kts)?|gradle\.properties"
    r"|junit-platform\.properties|testng\.(?:xml|ya?ml)"
    # .NET
    r"|.*\.(?:runsettings|testsettings)|(?:.*\.)?xunit\.runner\.json|directory\.build\.(?:props|targets)"
    # Ruby, Elixir, Rust, C and C++
    r"|\.rspec|(?:spec|rails|test)_helper\.\w+|nextest\.toml|ctest(?:config|testfile)\.cmake"
    r")"
)


class Change(msgspec.Struct, frozen=True):
    """A watched file that is not the same: its path, and a sentence on how it differs."""

    path: str
    detail: str


def is_watched(path: str, named: Collection[str] = ()) -> bool:
    """Whether a file (its path as path_of gives it) may decide on red and green; `named` are paths that plan or record call tests."""
    *folders, name = path.split("/")
    return bool(
        _RUNNER_FILE.fullmatch(name)
        or _TEST_NAME.fullmatch(name)
        or any(map(_TEST_FOLDER.fullmatch, folders))
        or any(paths_agree(path, path_of(each)) for each in named if each)
    )


def changed(base: Sequence[Mapping[str, str]], fix: Sequence[Mapping[str, str]], named: Collection[str] = ()) -> Iterator[Change]:
    """The watched files that differ between base and fix, by path. Where one side sent no hashes at all, nothing is said.

    `base` and `fix` hold what came with each report: SHA-256 by path.
    """
    before, after = _by_path(base), _by_path(fix)
    if not before or not after:
        return
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) != after.get(path) and is_watched(path, named):
            yield Change(path, _how(path in before, path in after))


def disagreeing(reports: Iterable[Mapping[str, str]], named: Collection[str] = ()) -> Iterator[Change]:
    """The watched files for which reports of one commit state different hashes, by path."""
    for path, stated in sorted(_by_path(reports).items()):
        if len(stated) > 1 and is_watched(path, named):
            yield Change(path, "Two reports of one commit state different hashes of this file.")


def _how(at_base: bool, at_fix: bool) -> str:
    if at_base and at_fix:
        return "This file changed between the run before the fix and the run after it."
    sent, other = ("before", "after") if at_base else ("after", "before")
    return f"The hash of this file came only with a run {sent} the fix, none with a run {other} it: it {_seems(at_base)}."


def _seems(at_base: bool) -> str:
    return "disappeared, or was not sent again" if at_base else "appeared, or was not sent before"


def _by_path(reports: Iterable[Mapping[str, str]]) -> dict[str, set[str]]:
    stated: dict[str, set[str]] = {}
    for files in reports:
        for path, digest in files.items():
            stated.setdefault(path_of(path), set()).add(digest.strip().lower())
    return stated
