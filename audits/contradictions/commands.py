"""What a test runner's command says of what it runs. Pure."""

from __future__ import annotations

import re
from typing import Final

from audits.terms import Level

_SOURCE: Final = re.compile(r"(?<![\w./\\~@-])[\w./\\~@-]+\.(?:py|[cm]?[jt]sx?|go|java|kt|kts|rb|rs|php|cs|scala|swift|cc|cpp|exs?|dart)\b")
# A script that an interpreter is given is one of tests only where it is named like one.
_SCRIPT: Final = re.compile(r"\b(?:python[\d.]*|node|bash|sh|ruby|php|deno|bun|tsx)\s+(?:-(?!m\b)\S+\s+)*([\w./\\~@-]+\.\w+)")
_TEST_SCRIPT: Final = re.compile(r"(?:\A|[/\\])test_[^/\\]*\Z|[._-](?:test|spec)\.\w+\Z")
_IN_BIN: Final = re.compile(r"(?:\A|/)bin/[^/]+\Z|\A\./\w+w?\Z")
_SELECTION: Final = re.compile(
    r"::|#\w|(?:^|\s)(?:-k|-m(?!\s+(?:pytest|unittest|coverage|tox|nose2?)\b)|-t|-g|--lf|--last-failed|--deselect|--filter|--grep|--pattern"
    r"|--testNamePattern|--tests|-run|-Dtest)\b"
)
_LEVELS: Final = (
    (Level.UNIT, re.compile(r"\bunit(?:s|tests?)?\b", re.IGNORECASE)),
    (Level.INTEGRATION, re.compile(r"\bintegration(?:s|tests?)?\b", re.IGNORECASE)),
    (Level.E2E, re.compile(r"\be2e\b|\bend[-_]to[-_]end\b|\bplaywright\b|\bcypress\b", re.IGNORECASE)),
)
_FOLDERS_OF_TESTS: Final = frozenset(
    ("tests", "test", "specs", "spec", "__tests__", "e2e", "unit", "integration", "src", "pkg", "internal")
)
# One word is a folder where it cannot be a target, as it can in `make test` and `npm run e2e`.
_FOLDER_ALONE: Final = frozenset({"tests", "specs", "__tests__"})
# How it reports picks no tests.
_OF_THE_REPORT: Final = re.compile(r"(?<!\S)--(?:logger|reporters?|verbosity|format(?:ter)?|output|results-directory|color)[ =]\S+")
_RUNNER: Final = re.compile(
    r"\$|-(?!-?(?:lib|bins?|tests|examples?|doc|package|project|pl|workspace)\b)\S*|python[\d.]*|(?:py)?test|npx|npm|yarn|pnpm|bun|deno|node|run|jest|vitest|mocha|go|cargo|dotnet|mvn|(?:\./)?mvnw|gradle|(?:\./)?gradlew"
    r"|make|check|verify|tox|nox|rake|bundle|exec|rspec|(?:\./)?(?:vendor/bin/)?phpunit|uv|poetry|hatch|ctest|\./\.\.\."
)


def paths(command: str) -> list[str]:
    """The files of tests that it names."""
    scripts = {script for script in _SCRIPT.findall(command) if not _TEST_SCRIPT.search(script)}
    return [path for path in _SOURCE.findall(command) if path not in scripts]


def folders(command: str) -> list[str]:
    """The folders of tests that it names."""
    words = (word.removeprefix("./").removesuffix("...").rstrip("/") for word in command.split())
    return [word for word in words if _is_folder_of_tests(word)]


def names_other_places(command: str) -> bool:
    """Whether it names places beside files of tests, as in `pytest billing/refunds tests/test_x.py`: it may run what is in them."""
    words = (word for word in command.split() if "/" in word and not word.startswith("-") and "=" not in word)
    return any(not _SOURCE.fullmatch(word.partition("::")[0]) and not _IN_BIN.search(word) for word in words)


def levels(command: str) -> frozenset[Level]:
    """The levels that it names, by a category, a marker, a target or a folder."""
    return frozenset(level for level, word in _LEVELS if word.search(command))


def selects(command: str) -> bool:
    """Whether it picks single tests out of what it names."""
    return bool(_SELECTION.search(command))


def runs_all(command: str) -> bool:
    """Whether it is a runner's bare call, which runs every test there is. Any word that is not the runner's own may pick some."""
    words = _OF_THE_REPORT.sub(" ", command).split()
    return bool(words) and not selects(command) and all(_RUNNER.fullmatch(word) for word in words)


def _is_folder_of_tests(word: str) -> bool:
    parts = word.split("/")
    if len(parts) == 1:
        return word in _FOLDER_ALONE
    return "." not in parts[-1] and not word.startswith("-") and not _FOLDERS_OF_TESTS.isdisjoint(parts)
