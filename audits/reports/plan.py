"""Phases 2 and 3 of a log: the tests that are planned, and the files that hold them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from audits.dossier import Dossier, Metric, PlannedTest, TestFile, TestPlan
from audits.reports.markup import NOTHING, bullets, field, numbered, versions
from audits.reports.wording import EXPECTATIONS, LEVELS, MET, counted, level_title
from incidents.quoting import code, inline


def plan(dossier: Dossier) -> Iterator[str]:
    """Phase 2: the newest version of the plan."""
    yield "## 2) TEST SUITE PLAN"
    found = dossier.test_plan
    if found is None:
        yield NOTHING
        return
    yield "### Test Strategy"
    yield inline(found.strategy) or NOTHING
    yield "### Tests Planned"
    yield from _levels(found)
    yield "### Success Metrics"
    yield bullets(map(_metric, dossier.metrics)) if found.success_metrics else NOTHING
    yield versions("Test plan", dossier.test_plans)


def _levels(found: TestPlan) -> Iterator[str]:
    if not found.tests:
        yield "The plan names no test."
    for level in [*LEVELS, *sorted({*found.declared, *(test.level for test in found.tests)} - LEVELS.keys())]:
        tests = [test for test in found.tests if test.level == level]
        if tests or level in found.declared:
            yield from _level(level, tests, found.declared.get(level))


def _level(level: str, tests: list[PlannedTest], declared: int | None) -> Iterator[str]:
    """A heading with the declared count, then the tests, file by file."""
    title = level_title(level) + (f" ({counted(declared)})" if declared is not None else "")
    files = list(dict.fromkeys(test.file for test in tests))
    if len(files) == 1:
        yield f"**{title}** - {_file(files[0])}:"
        yield numbered(map(_test, tests))
        return
    yield f"**{title}**:"
    if not tests:
        yield "The plan lists none."
    for file in files:
        yield f"{_file(file)}:"
        yield numbered(_test(test) for test in tests if test.file == file)


def _file(path: str) -> str:
    return code(path) or "file not stated"


def _test(test: PlannedTest) -> str:
    more = {"Purpose": inline(test.purpose), "Text of the failure": code(test.expected_failure)}
    told = [f"   - {field(key, said)}" for key, said in more.items() if said]
    return "\n".join([f"{code(test.name)} - {EXPECTATIONS[test.expectation]}", *told])


def _metric(metric: Metric) -> str:
    evidence = f" ({inline(metric.evidence)})" if metric.evidence.strip() else ""
    return f"{inline(metric.text)} - {MET[metric.met]}{evidence}"


def implementation(dossier: Dossier) -> Iterator[str]:
    """Phase 3: the test files with their counts."""
    yield "## 3) TEST IMPLEMENTATION"
    if not dossier.test_files:
        yield NOTHING
        return
    yield "### Files Created:"
    yield numbered(map(_test_file, dossier.test_files))


def _test_file(file: TestFile) -> str:
    count = counted(file.tests) if file.tests is not None else "number of tests not recorded"
    level = f"{level_title(file.level).capitalize()}: " if file.level else ""
    digest = f", sha256 {code(file.sha256)}" if file.sha256 else ""
    return f"{level}{code(file.path)} ({count}){digest}"
