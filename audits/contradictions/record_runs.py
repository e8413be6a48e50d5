"""Reports whose numbers disagree: with their own header, with their parts, with the files recorded. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from audits.claims.shapes import Contradiction
from audits.contradictions.facts import Facts, RunFact
from audits.contradictions.places import same_file
from audits.contradictions.told import tests


def score_arithmetic(record: Facts) -> Iterator[Contradiction]:
    """A report whose outcomes do not add up to its cases."""
    for run in record.runs:
        parts = run.passed + run.failed + run.errors + run.skipped + run.xfailed + run.xpassed
        if parts != run.cases:
            detail = f"The outcomes of run {run.id} add up to {parts:,}; it has {run.cases:,} cases."
            yield Contradiction("score_arithmetic", detail, (f"run {run.id}",), f"run {run.id}")


def executed_count(record: Facts) -> Iterator[Contradiction]:
    """A report whose header declares other numbers than it holds, or a run that holds other numbers of a file's tests than recorded."""
    for run in record.runs:
        yield from _against_header(run)
    for reports in _runs(record.runs):
        yield from _against_files(record, reports)


def _against_header(run: RunFact) -> Iterator[Contradiction]:
    where = (f"run {run.id}",)
    if run.declared_tests is not None and run.declared_tests != run.cases:
        detail = f"The header of run {run.id} declares {tests(run.declared_tests)}; it holds {run.cases:,} cases."
        yield Contradiction("executed_count", detail, where, f"run {run.id}: tests")
    failed = {run.failed, run.failed + run.errors, run.failed + run.xfailed}
    if run.declared_failures is not None and run.declared_failures not in failed:
        detail = f"The header of run {run.id} declares {run.declared_failures:,} failures; {run.failed:,} cases failed."
        yield Contradiction("executed_count", detail, where, f"run {run.id}: failures")


def _runs(reports: Sequence[RunFact]) -> list[list[RunFact]]:
    """The reports that are one run, in the order of their first."""

    def key(report: RunFact) -> tuple[str, str, str, int]:
        return report.stage, report.commit.lower(), report.group, 0 if report.group else report.id

    joined = [list(group) for _, group in groupby(sorted(reports, key=key), key=key)]
    return sorted(joined, key=lambda run: run[0].id)


def _against_files(record: Facts, reports: Sequence[RunFact]) -> Iterator[Contradiction]:
    counted: Counter[str] = Counter()
    for report in reports:
        counted.update(report.by_file)
    for file in record.files:
        run = sum(number for path, number in counted.items() if same_file(path, file.path))
        if run and file.tests is not None and run != file.tests:
            detail = f"{file.path} is recorded with {tests(file.tests)}; run {reports[0].id} holds {run:,} of it."
            yield Contradiction(
                "executed_count", detail, (f"test file {file.path}", f"run {reports[0].id}"), f"run {reports[0].id}: {file.path}"
            )
