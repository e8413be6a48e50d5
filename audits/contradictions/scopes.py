"""What a number or a run of tests is of: one file, one level, or all. Pure.

One file is written in many ways (see places); here each gets a number, so that thousands of claims are brought together in one pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from audits.claims.shapes import StatedCount, StatedFile, StatedTest
from audits.contradictions.told import Told
from audits.matching import path_of
from audits.terms import Level

# Paths that agree in so many parts are one file; it bounds what a path of thousands of parts costs.
_DEEPEST: Final = 12


class Scope(NamedTuple):
    """A file by its number, else a level, else (neither) all tests."""

    file: int | None = None
    level: Level | None = None


class Scopes:
    """The files that an incident tells of, numbered in the order of their lines."""

    def __init__(self, told: Told) -> None:
        self._whole: dict[str, int] = {}
        self._tails: dict[str, int] = {}
        for path in _paths(told):
            self._add(path)

    def of(self, file: str, level: Level | None) -> Scope:
        """The scope of a claim: its file where it names one, else its level."""
        number = self.file(file)
        return Scope(level=level) if number is None else Scope(file=number)

    def file(self, path: str) -> int | None:
        """The number of the file that a path may be: an equal one, one that ends in it or that it ends in. None where there is none."""
        tails = _tails(path)
        if not tails:
            return None
        found = self._tails.get(tails[0])
        return found if found is not None else next((self._whole[tail] for tail in tails if tail in self._whole), None)

    def _add(self, path: str) -> None:
        tails, number = _tails(path), self.file(path)
        if number is None:
            number = len(self._whole)
        for whole in tails[:1]:
            self._whole.setdefault(whole, number)
        for tail in tails:
            self._tails.setdefault(tail, number)


def _paths(told: Told) -> Iterator[str]:
    for claim in told.claims:
        if isinstance(claim, StatedTest | StatedCount):
            yield claim.file
        elif isinstance(claim, StatedFile):
            yield claim.path


def _tails(path: str) -> list[str]:
    parts = [part for part in path_of(path).split("/") if part][-_DEEPEST:]
    return ["/".join(parts[start:]) for start in range(len(parts))]
