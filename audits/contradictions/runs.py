"""A log's executions and results put together into runs. Pure.

A log tells of one run in pieces: a command, totals, a list of results, a number of tests collected, in any order. Which pieces
belong together is told by where they stand: a run ends at the next phase, command, other totals or other stage.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import Final

import msgspec

from audits.claims.shapes import Claim, Lines, StatedCount, StatedExecution, StatedPhase, StatedResult, StatedTime
from audits.contradictions import commands
from audits.contradictions.told import Told, key_of_test
from audits.terms import Level, Outcome

RED: Final = frozenset({Outcome.FAILED, Outcome.ERROR, Outcome.XFAILED})
GREEN: Final = frozenset({Outcome.PASSED, Outcome.XPASSED})
# A list that names less of a run than this shows examples, and is not held against the run's totals.
WHOLE_LIST: Final = 2 / 3
_NUMBERS: Final = ("passed", "failed", "errors", "skipped", "total", "percent")
_NEXT_LINES: Final = 2
# "Total test time", "after-fix run took"; not the slowest of them, an average, a limit.
_OF_A_RUN: Final = re.compile(
    r"\A(?!.*\b(?:per|average|mean|slowest|longest|fastest|max|min|estimated|expected|timeout|limit|target)\b)"
    r".*\b(?:runs?|tests?|execution|suite)\b",
    re.IGNORECASE,
)


@dataclass
class Run:
    """One run as the log tells it; what is derived is derived once, when all its pieces are together."""

    stage: str = ""
    executions: list[StatedExecution] = field(default_factory=list)
    results: list[StatedResult] = field(default_factory=list)
    collected: list[StatedCount] = field(default_factory=list)
    times: list[StatedTime] = field(default_factory=list)

    @cached_property
    def happened(self) -> bool:
        """Whether the log tells what came of it; a bare command is an instruction."""
        return bool(self.results or self.announced or self.totals)

    @cached_property
    def announced(self) -> list[tuple[int, int]]:
        """How many tests the run is said to have, beside its totals: the number and its line."""
        bare = [execution for execution in self.executions if execution not in self._counted]
        totals = [(execution.total, execution.lines.first) for execution in bare if execution.total is not None]
        return [*((count.count, count.lines.first) for count in self.collected if count.exact), *totals]

    @cached_property
    def command(self) -> str:
        return " ".join(execution.command for execution in self.executions if execution.command)

    @cached_property
    def paths(self) -> list[str]:
        """The files of tests that its command names, or that the log tells."""
        told = [execution.file for execution in self.executions if execution.file]
        return list(dict.fromkeys([*commands.paths(self.command), *told]))

    @cached_property
    def folders(self) -> list[str]:
        """The folders of tests that its command names."""
        return commands.folders(self.command)

    @cached_property
    def levels(self) -> frozenset[Level]:
        """The levels that its command names, or that the log tells."""
        return commands.levels(self.command) | {execution.level for execution in self.executions if execution.level}

    @cached_property
    def selects(self) -> bool:
        """Whether its command picks single tests out of what it names."""
        return commands.selects(self.command)

    @cached_property
    def runs_all(self) -> bool:
        """Whether its command runs every test there is."""
        return commands.runs_all(self.command)

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        """The last stated outcome of each test that it names."""
        return {key_of_test(result.name): result.outcome for result in self.results}

    @cached_property
    def lines(self) -> dict[str, list[int]]:
        """The lines that state a result of each test, by its key."""
        lines: dict[str, list[int]] = {}
        for result in self.results:
            lines.setdefault(key_of_test(result.name), []).append(result.lines.first)
        return lines

    @cached_property
    def totals(self) -> StatedExecution | None:
        """Its totals, put together where the log tells them line by line."""
        return reduce(_with_numbers_of, self._counted) if self._counted else None

    @cached_property
    def _counted(self) -> list[StatedExecution]:
        told = [execution for execution in self.executions if has_totals(execution)]
        beside = [execution for execution in self.executions if any(_is_beside(execution, other) for other in told)]
        return [execution for execution in self.executions if execution in told or (execution in beside and execution.total is not None)]

    @cached_property
    def reported(self) -> int | None:
        """How many tests its totals speak of, None where they do not tell."""
        return _reported(self.totals) if self.totals else None

    @property
    def size(self) -> int | None:
        """How many tests it had: those announced, else those of its totals; None where neither is told."""
        return self.announced[0][0] if self.announced else self.reported

    @property
    def passed(self) -> int:
        """How many passed: as its totals tell, else what they leave (Maven and bats tell the whole and its failures alone)."""
        totals = self.totals
        if totals is None:
            return 0
        if totals.passed is not None or totals.total is None or totals.failed is None:
            return totals.passed or 0
        return max(0, totals.total - totals.failed - (totals.errors or 0) - (totals.skipped or 0))

    @property
    def accounted(self) -> int | None:
        """How many tests its totals give an outcome: the sum of the parts where they are told, else the whole."""
        totals = self.totals
        if totals is None or totals.passed is None or totals.failed is None:
            return self.reported
        return sum(number or 0 for number in (totals.passed, totals.failed, totals.errors, totals.skipped))

    def listed(self, kind: frozenset[Outcome] = frozenset(Outcome)) -> set[int]:
        """How many tests of a kind it lists, by each way to count them: cases (parameters, subtests) may count, or their tests alone."""
        of_kind = [key for key, outcome in self.outcomes.items() if outcome in kind]
        by_name = {" ".join(result.name.split()): result.outcome for result in self.results}
        tests = [key for key in of_kind if not self._is_subtest(key)]
        leaves = [key for key in of_kind if key not in self._parents]
        names = [name for name, outcome in by_name.items() if outcome in kind]
        lines = [result for result in self.results if result.outcome in kind]
        return {len(of_kind), len(tests), len(leaves), len(names), len(lines)}

    @cached_property
    def names_cases(self) -> bool:
        """Whether it names cases of one test, of which a file has more than tests."""
        names = {" ".join(result.name.split()) for result in self.results}
        return len(names) > len(self.outcomes) or any(map(self._is_subtest, self.outcomes))

    def _is_subtest(self, key: str) -> bool:
        return "/" in key and (key.partition("/")[0] in self.outcomes or key.rpartition("/")[0] in self.outcomes)

    @cached_property
    def _parents(self) -> frozenset[str]:
        return frozenset(key.rpartition("/")[0] for key in self.outcomes if self._is_subtest(key))

    @property
    def is_green(self) -> bool:
        """Whether its totals tell of passed tests and of nothing that failed."""
        totals = self.totals
        if totals is None or not self.passed or totals.failed or totals.errors:
            return False
        # "3 of 7 passed" tells of failures without naming them.
        return totals.total is None or self.passed + (totals.skipped or 0) >= totals.total

    @cached_property
    def durations(self) -> list[tuple[float, int]]:
        """How long all of it took, wherever that is told: seconds and line."""
        whole = [time for time in self.times if _OF_A_RUN.search(time.of.rpartition(" / ")[2])]
        told: list[StatedExecution | StatedTime] = [*self.executions, *whole]
        return [(claim.seconds, claim.lines.first) for claim in sorted(told, key=_lines) if claim.seconds is not None]

    @cached_property
    def first_line(self) -> int:
        return min(claim.lines.first for claim in self._claims)

    @property
    def number_line(self) -> int:
        """Where its number of tests is told: by what was collected, by totals, by its command, else by its first result."""
        lines = [line for _, line in self.announced]
        told = [*filter(has_totals, self.executions), *self.executions, *self.results]
        return lines[0] if lines else told[0].lines.first

    @property
    def _claims(self) -> list[StatedExecution | StatedResult | StatedCount]:
        return [*self.executions, *self.results, *self.collected]


def _lines(claim: Claim) -> Lines:
    return claim.lines


def runs_of(told: Told) -> list[Run]:
    """The runs of an incident in the order of their lines."""
    return [run for run in _pieces(told) if run.happened]


def _pieces(told: Told) -> list[Run]:
    runs = [Run()]
    for claim in told.claims:
        if isinstance(claim, StatedPhase):
            runs.append(Run())
        elif isinstance(claim, StatedExecution):
            _run_for(runs, claim.stage, starts=_starts_anew(runs[-1], claim)).executions.append(claim)
        elif isinstance(claim, StatedResult):
            _run_for(runs, claim.stage, starts=_is_of_next_list(runs[-1], claim)).results.append(claim)
        elif isinstance(claim, StatedCount) and claim.of == "collected":
            _run_for(runs, "", starts=bool(runs[-1].collected)).collected.append(claim)
        elif isinstance(claim, StatedTime):
            runs[-1].times.append(claim)
    return runs


def has_totals(execution: StatedExecution) -> bool:
    """Whether an execution tells how its tests came out."""
    return execution.passed is not None or execution.failed is not None or execution.errors is not None


def is_whole(listed: int, of: int) -> bool:
    """Whether a list of that many names may be meant to be all of that many tests."""
    return listed >= of * WHOLE_LIST


def red(run: Run) -> list[str]:
    """The keys of the tests that the run names as failed."""
    return [key for key, outcome in run.outcomes.items() if outcome in RED]


def named_in(runs: Iterable[Run]) -> set[str]:
    """The keys of all tests that the runs name."""
    return {key for run in runs for key in run.outcomes}


def _run_for(runs: list[Run], stage: str, *, starts: bool) -> Run:
    """The run that a claim belongs to: the last, unless it starts one or is of another stage."""
    if starts or (stage and runs[-1].stage and stage != runs[-1].stage):
        runs.append(Run())
    run = runs[-1]
    run.stage = run.stage or stage
    return run


def _starts_anew(run: Run, claim: StatedExecution) -> bool:
    """Whether an execution opens another run: it has totals where the run has some, or another command or file than what was begun."""
    counted = any(map(has_totals, run.executions))
    if counted and (has_totals(claim) or claim.command) and not _completes(run, claim):
        return True
    begun = bool(run.results or run.collected or counted)
    same_command = claim.command in ("", *(execution.command for execution in run.executions))
    same_file = claim.file in ("", *(execution.file for execution in run.executions))
    return begun and not (same_command and same_file)


def _completes(run: Run, claim: StatedExecution) -> bool:
    """Whether an execution goes on with totals that are told line by line: "Passed: 2", then "Failed: 6"."""
    last = run.executions[-1]
    if not has_totals(claim) or not _is_beside(claim, last) or (run.results and run.results[-1].lines > last.lines):
        return False
    stated = [number for number in _NUMBERS if getattr(claim, number) is not None]
    return not any(getattr(execution, number) is not None for number in stated for execution in run.executions)


def _is_beside(one: StatedExecution, other: StatedExecution) -> bool:
    return abs(one.lines.first - other.lines.first) <= _NEXT_LINES


def _with_numbers_of(one: StatedExecution, other: StatedExecution) -> StatedExecution:
    more = {number: getattr(other, number) for number in _NUMBERS if getattr(one, number) is None}
    return msgspec.structs.replace(one, **more)


def _is_of_next_list(run: Run, claim: StatedResult) -> bool:
    """Whether a result opens the list of a next run: totals that followed the run's own list have closed that."""
    closing = [execution.lines for execution in run.executions if has_totals(execution)]
    return bool(run.results and closing) and run.results[-1].lines < closing[-1]


def _reported(totals: StatedExecution) -> int | None:
    # "2 failed" alone does not tell how many there were.
    if totals.total is not None or totals.passed is None:
        return totals.total
    parts = (totals.passed, totals.failed, totals.errors, totals.skipped)
    return sum(part for part in parts if part is not None)
