"""Which runs stand at the base and at the fix, and what each shows: reports united into runs. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import chain
from posixpath import basename
from typing import Final

from audits.evidence.shapes import Identity
from audits.matching import path_of
from audits.terms import Outcome, Stage
from audits.verification.shapes import EvidenceRun, ResultRow


class Attempts(IntEnum):
    """What one run shows of one test, or of several taken together: the worst of what was reported, so that max() unites them.

    A test passed only when all attempts at it passed; a failure outweighs an error, which proves less.
    """

    PASSED = 0
    SKIPPED = 1
    ERROR = 2
    FAILED = 3


_SHOWN_BY: Final = {
    Outcome.PASSED: Attempts.PASSED,
    Outcome.XPASSED: Attempts.PASSED,
    Outcome.SKIPPED: Attempts.SKIPPED,
    Outcome.ERROR: Attempts.ERROR,
    Outcome.FAILED: Attempts.FAILED,
    Outcome.XFAILED: Attempts.FAILED,
}
_ABSOLUTE: Final = re.compile(r"(?:[A-Za-z]:)?/")


class Checkouts:
    """Where the checkouts stood, where reports state absolute paths as PHPUnit, GoogleTest and many CTRF reporters do.

    Base and fix are often tested in two checkouts side by side, and a test must be the same test in both. A report's checkout is what
    stands before a path that is known to be inside the repository: one of `known_paths`, or one of the hashes that came along.
    """

    def __init__(self, known_paths: Iterable[str], evidence: Iterable[EvidenceRun]) -> None:
        self._inside: dict[str, list[str]] = {}
        for path in {path_of(path) for path in chain(known_paths, *(report.files for report in evidence))} - {""}:
            self._inside.setdefault(basename(path), []).append(path)

    def results(self, report: EvidenceRun) -> Iterator[tuple[Identity, ResultRow]]:
        """A report's results, each with its identity as it is compared: the file as a path inside the checkout, where that is known."""
        root = self._root({path for row in report.results if _ABSOLUTE.match(path := row.identity.file)})
        for row in report.results:
            stated = row.identity
            if root and stated.file.startswith(root):
                yield Identity(stated.file.removeprefix(root), stated.classname, stated.name, stated.parameters), row
            else:
                yield stated, row

    def _root(self, absolute: Iterable[str]) -> str:
        roots = (path[: -len(known)] for path in absolute for known in self._inside.get(basename(path), ()) if path.endswith(f"/{known}"))
        return min(roots, key=lambda root: (len(root), root), default="")


@dataclass(slots=True)
class Run:
    """One run: its reports by the order of their receipt, what it shows of each test, and the texts of each test's failures."""

    reports: Sequence[EvidenceRun]
    shown: dict[Identity, Attempts] = field(default_factory=dict)
    failures: dict[Identity, list[str]] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """The number of its first report, by which people know it."""
        return self.reports[0].id

    def of(self, identities: Iterable[Identity]) -> Attempts | None:
        """What it shows of these taken together; None where it has none of them."""
        return max((self.shown[each] for each in identities if each in self.shown), default=None)


@dataclass(frozen=True, slots=True)
class Side:
    """The runs at one commit: those with results, and those without, by the order of their receipt."""

    commit: str
    runs: Sequence[Run] = ()
    empty: Sequence[Run] = ()

    @property
    def all_runs(self) -> list[Run]:
        return sorted([*self.runs, *self.empty], key=lambda run: run.id)

    @property
    def hashes(self) -> list[Mapping[str, str]]:
        """The file hashes that came along, one mapping for each report that had any."""
        return [report.files for run in self.all_runs for report in run.reports if report.files]


def sides(evidence: Iterable[EvidenceRun], fix_commit: str | None, known_paths: Collection[str]) -> tuple[Side, Side]:
    """The base and the fix.

    Base is the commit of the newest `before_fix` report; the fix is `fix_commit`, else the commit of the newest `after_fix` report.
    Commits are compared in small letters. `known_paths` are paths inside the repository, see Checkouts.
    """
    evidence = sorted(evidence, key=lambda report: report.id)
    base = _newest(evidence, Stage.BEFORE_FIX)
    fix = commit_of(fix_commit) if fix_commit else _newest(evidence, Stage.AFTER_FIX)
    at_base = [each for each in evidence if each.stage == Stage.BEFORE_FIX and commit_of(each.commit) == base]
    at_fix = [each for each in evidence if each.stage != Stage.BEFORE_FIX and commit_of(each.commit) == fix]
    checkouts = Checkouts(known_paths, [*at_base, *at_fix])
    return _side(base, at_base, checkouts), _side(fix, at_fix, checkouts)


def unite(evidence: Iterable[EvidenceRun], checkouts: Checkouts) -> list[Run]:
    """Reports of one stage, commit and run group as one run; every other report as a run of its own. Ordered by first report."""
    groups: dict[tuple[str, ...], list[EvidenceRun]] = {}
    for report in sorted(evidence, key=lambda report: report.id):
        key = (report.stage, commit_of(report.commit), report.run_group) if report.run_group else (str(report.id),)
        groups.setdefault(key, []).append(report)
    return [_united(reports, checkouts) for reports in groups.values()]


def commit_of(written: str) -> str:
    """A commit as it is compared."""
    return written.strip().lower()


def _newest(evidence: Sequence[EvidenceRun], stage: Stage) -> str:
    return next((commit_of(report.commit) for report in reversed(evidence) if report.stage == stage), "")


def _side(commit: str, evidence: Iterable[EvidenceRun], checkouts: Checkouts) -> Side:
    runs = unite(evidence, checkouts)
    return Side(commit, [run for run in runs if run.shown], [run for run in runs if not run.shown])


def _united(reports: Sequence[EvidenceRun], checkouts: Checkouts) -> Run:
    run = Run(reports)
    for report in reports:
        for identity, row in checkouts.results(report):
            _add(run, identity, row)
    return run


def _add(run: Run, identity: Identity, row: ResultRow) -> None:
    shown = _SHOWN_BY[row.outcome]
    before = run.shown.get(identity)
    if before is None or shown > before:
        run.shown[identity] = shown
    if shown is Attempts.FAILED:
        run.failures.setdefault(identity, []).append(row.text)
