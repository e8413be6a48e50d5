"""Signs of fake tests: hints for the reviewer, with a reason each, never a gate by themselves. Pure.

A short duration is no sign: of 224 honest tests of three well-known libraries 95 % took under 5 ms, and 7 % exactly 0.000 s in
JUnit's thousandths. Only a test that is said to drive several parts of a system or all of it cannot take no time at all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

import msgspec

from audits.evidence.shapes import Identity
from audits.matching import match
from audits.terms import Expectation, Level, Outcome, Stage
from audits.verification.runs import Attempts, Checkouts, Run, unite
from audits.verification.shapes import EvidenceRun, PlannedTest, ResultRow

# Two tests that fail alike may have one cause.
ALIKE_NEEDED: Final = 3
TEXT_COMPARED: Final = 4_000
_RED: Final = frozenset({Outcome.FAILED, Outcome.XFAILED})
_SLOW_BY_NATURE: Final = {Level.INTEGRATION: "An integration test", Level.E2E: "An end-to-end test"}
_NUMBER: Final = re.compile(r"0x[0-9a-f]+|\d+", re.IGNORECASE)


class Signal(msgspec.Struct, frozen=True):
    """One sign: a stable code, the planned test's name or the run's number, and a sentence."""

    code: str
    subject: str
    detail: str


def signals(plan: Sequence[PlannedTest], runs: Sequence[EvidenceRun]) -> list[Signal]:
    """What in the runs, of whatever stage and commit, looks like fake tests: of the planned tests by the plan's order, then of the runs.

    `no_time`: an integration or e2e test that took exactly 0.000 s wherever it ran. `never_red`: a red_then_green test that no run
    shows failing, though there is a run before the fix. `only_skips`: a planned test that is skipped wherever it appears, or a run
    of nothing else. `same_failure`: one failure text for all of at least three tests that failed in a run.
    """
    checkouts = Checkouts({test.file for test in plan}, runs)
    united = [run for run in unite(runs, checkouts) if run.shown]
    meant = match([(test.file, test.name) for test in plan], {identity: None for run in united for identity in run.shown})
    rows = _rows_of({identity for each in meant for identity in each.identities}, runs, checkouts)
    seen_before_fix = any(run.reports[0].stage == Stage.BEFORE_FIX for run in united)
    found: list[Signal] = []
    for test, each in zip(plan, meant, strict=True):
        found += _of_test(test, [row for identity in each.identities for row in rows[identity]], seen_before_fix=seen_before_fix)
    for run in united:
        found += _of_run(run)
    return found


def _rows_of(planned: Collection[Identity], runs: Iterable[EvidenceRun], checkouts: Checkouts) -> dict[Identity, list[ResultRow]]:
    rows: dict[Identity, list[ResultRow]] = {identity: [] for identity in planned}
    for report in runs:
        for identity, row in checkouts.results(report):
            if identity in rows:
                rows[identity].append(row)
    return rows


def _of_test(test: PlannedTest, rows: Sequence[ResultRow], *, seen_before_fix: bool) -> Iterator[Signal]:
    if not rows:
        return
    ran = [row for row in rows if row.outcome != Outcome.SKIPPED]
    if not ran:
        yield Signal("only_skips", test.name, "It is skipped in every run that has it.")
    elif test.level in _SLOW_BY_NATURE and all(row.seconds == 0 for row in ran):
        yield Signal("no_time", test.name, f"{_SLOW_BY_NATURE[test.level]} that took 0.000 s in every run.")
    if test.expectation == Expectation.RED_THEN_GREEN and seen_before_fix and not any(row.outcome in _RED for row in ran):
        yield Signal("never_red", test.name, "It must be red before the fix, and no run shows it failing.")


def _of_run(run: Run) -> Iterator[Signal]:
    if all(shown is Attempts.SKIPPED for shown in run.shown.values()):
        yield Signal("only_skips", str(run.id), f"Every test of run {run.id} is skipped.")
    alike = _failing_alike(run)
    if alike >= ALIKE_NEEDED:
        yield Signal("same_failure", str(run.id), f"All {alike} tests that failed in run {run.id} failed with the same words.")


def _failing_alike(run: Run) -> int:
    """How many different tests failed in a run, where all failures have one text but for numbers and the test's own name; else 0."""
    said: set[str] = set()
    failed: set[tuple[str, str, str]] = set()
    for identity, texts in run.failures.items():
        failed.add((identity.file, identity.classname, identity.name))
        said.update(_wording(text, identity.name) for text in texts)
        if len(said) > 1:
            return 0
    # Where reports give no text there is nothing to compare.
    return len(failed) if said - {""} else 0


def _wording(text: str, name: str) -> str:
    text = text[:TEXT_COMPARED]
    return " ".join(_NUMBER.sub("0", text.replace(name, "") if name else text).split())
