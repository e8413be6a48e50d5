"""From planned names to the tests of the reports, by families: tests without their parameters. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum, StrEnum
from typing import Final

import msgspec

from audits.evidence.shapes import Identity
from audits.matching.names import Reading, Wanted, ends, last_word, path_of, with_parents, words
from audits.matching.places import Class, File, Place, implied, is_path, stated, words_of_file


class How(StrEnum):
    """How a planned test was matched.

    `exact`: file and name agree entirely. `suffix`: the name agrees from a boundary on, and the file is not contradicted.
    `ambiguous`: several tests would do equally well, so that none was taken. `none`: no test of the reports.
    """

    EXACT = "exact"
    SUFFIX = "suffix"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


class Match(msgspec.Struct, frozen=True):
    """What a planned test means: the identities, in order; `candidates` names the families that it may mean where ambiguous."""

    how: How
    identities: tuple[Identity, ...] = ()
    candidates: tuple[str, ...] = ()


class _Covered(IntEnum):
    """How much of a test's class and name the plan's words cover, the best first."""

    WHOLE = 0
    NAME = 1
    PART = 2


_Rank = tuple[Place, _Covered]
_BEST: Final = (Place.SAME, _Covered.WHOLE)


class _Family:
    """A test with all its cases. `chain` are the words of its class and name, each once."""

    def __init__(self, file: str, classname: str, name: str) -> None:
        by_class = is_path(classname)
        self.label = "::".join(filter(None, (file, classname, name)))
        self.cases: list[Identity] = []
        self._file = File.of(path_of(file or (classname if by_class else "")))
        self._class = Class.of("" if by_class else classname)
        self._name = words(name)
        # Some runners write the class, or even the whole name, in both places.
        group = self._class.words
        twice = self._name[: len(group)] == group or ends(self._name, group)
        self.chain = self._name if twice else group + self._name

    def rank(self, file: File, wanted: int) -> _Rank | None:
        """How well it fits a planned test whose words, so many, it ends in; None where it contradicts the plan's file."""
        place = stated(file, self._file) if self._file.path else implied(file, self._class, self._name)
        if place is None:
            return None
        of_file = words_of_file(self._file if self._file.path else file, self._class)
        if wanted >= len(self.chain) - of_file:
            return place, _Covered.WHOLE
        return place, _Covered.NAME if wanted >= len(self._name) else _Covered.PART


_ByLastWord = dict[str, list[_Family]]


def match(planned: Sequence[tuple[str, str]], identities: Iterable[Identity]) -> list[Match]:
    """For each planned (file, name), both as the plan wrote them, the identities (each given once) that it means.

    One pass over the identities keeps those that end in a planned test's last word; only they are looked at closely.
    """
    wanted = {test: Wanted(*test) for test in planned}
    families = _families(identities, {reading.words[-1] for each in wanted.values() for reading in each.readings})
    matches = {test: _among(families, each) for test, each in wanted.items()}
    return [matches[test] for test in planned]


def _families(identities: Iterable[Identity], last_words: set[str]) -> _ByLastWord:
    """The families whose name ends in one of these words, by that word."""
    found: _ByLastWord = {word: [] for word in last_words}
    known: dict[tuple[str, str, str], _Family] = {}
    for identity in identities:
        for name in with_parents(identity.name or identity.classname):
            word = last_word(name)
            if word not in last_words:
                continue
            key = identity.file, identity.classname, name if identity.name else ""
            family = known.get(key)
            if family is None:
                family = known[key] = _Family(*key)
                found[word].append(family)
            family.cases.append(identity)
    return found


def _among(found: _ByLastWord, wanted: Wanted) -> Match:
    """The best of the families, where one is best."""
    best: dict[_Family, tuple[Identity, ...]] = {}
    best_rank: _Rank | None = None
    for family, cases, rank in _fitting(found, wanted):
        if best_rank is None or rank < best_rank:
            best, best_rank = {}, rank
        if rank == best_rank:
            best[family] = cases
    if best_rank is None:
        return Match(How.NONE)
    if len(best) > 1:
        return Match(How.AMBIGUOUS, candidates=tuple(sorted(family.label for family in best)))
    return Match(How.EXACT if best_rank == _BEST else How.SUFFIX, next(iter(best.values())))


def _fitting(found: _ByLastWord, wanted: Wanted) -> Iterator[tuple[_Family, tuple[Identity, ...], _Rank]]:
    file = File.of(wanted.file)
    for reading in wanted.readings:
        for family in found[reading.words[-1]]:
            if not ends(family.chain, reading.words):
                continue
            rank = family.rank(file, len(reading.words))
            cases = _meant(family, reading) if rank else ()
            if rank and cases:
                yield family, cases, rank


def _meant(family: _Family, reading: Reading) -> tuple[Identity, ...]:
    return tuple(sorted(each for each in family.cases if reading.parameters in (None, each.parameters)))
