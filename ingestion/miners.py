"""One miner for each project, kept by a process for as long as it has room."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Final

from incidents.models import Fingerprint, Project
from ingestion.fingerprints import VERSION
from ingestion.mining.miner import Miner

# So many masked messages are kept in memory over all projects, at about two kilobytes each; the project used last always is.
MOST_FORMS: Final = 200_000

_kept: OrderedDict[int, ProjectMiner] = OrderedDict()
# Within a process one thread at a time.
_lock: Final = Lock()


class ProjectMiner:
    """A project's masked messages, how they group, and which patterns the groups are in the database.

    May only be used by whoever holds the project's row: what it knows is what the fingerprints' rows say, and nothing else.
    """

    def __init__(self) -> None:
        self.newest: tuple[int, str] | None = None
        self._miner = Miner()
        self._parents: list[int] = []
        self._patterns: defaultdict[int, set[int]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._parents)

    def catch_up(self, project: Project) -> None:
        """Read the fingerprints that came since it was last used."""
        rows = Fingerprint.objects.filter(project=project, version=VERSION, pk__gt=self.newest[0] if self.newest else 0)
        for pk, digest, masked, context, pattern in (
            rows.order_by("pk").values_list("pk", "digest", "masked", "context", "pattern").iterator()
        ):
            self._patterns[self._root(self.add(masked, context))].add(pattern)
            self.newest = pk, digest
        self.join()

    def add(self, masked: str, context: str) -> int:
        """The number of a masked message."""
        number = self._miner.add_masked(masked, context)
        if number == len(self._parents):
            self._parents.append(number)
        return number

    def join(self) -> list[int]:
        """Bring together what the miner found to be one since the last time; gives the groups that grew."""
        grown = []
        for one, other in self._miner.joined():
            one, other = self._root(one), self._root(other)
            if one != other:
                stays, goes = min(one, other), max(one, other)
                self._parents[goes] = stays
                self._patterns[stays] |= self._patterns.pop(goes, set())
                grown.append(stays)
        return list(dict.fromkeys(map(self._root, grown)))

    def group(self, number: int) -> int:
        """The group of a masked message as things stand."""
        return self._root(number)

    def patterns(self, group: int) -> set[int]:
        """The ids of the patterns that a group is in the database: none before it is stored, several where people parted it."""
        return self._patterns[group]

    def name(self, group: int, patterns: Iterable[int]) -> None:
        """Say which patterns a group is."""
        self._patterns[group] = set(patterns)

    def rename(self, into: Mapping[int, int]) -> None:
        """Some patterns have joined others since their rows were read."""
        if into:
            for patterns in self._patterns.values():
                for gone in into.keys() & patterns:
                    patterns.remove(gone)
                    patterns.add(into[gone])

    def _root(self, number: int) -> int:
        parents = self._parents
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number


def warm(project: Project) -> None:
    """Read what there is, so that whoever holds the project's row does not have to: a process that has just begun reads for seconds.

    New fingerprints are committed in the order of their ids, so what is read here is what stands before what is not.
    """
    with _lock:
        _of(project)


@contextmanager
def held(project: Project) -> Iterator[ProjectMiner]:
    """The project's miner, up to date. The caller holds the project's row."""
    with _lock:
        yield _of(project)


def _of(project: Project) -> ProjectMiner:
    miner = _kept.pop(project.pk, None)
    if miner is None or not _is_of_this_database(miner):
        miner = ProjectMiner()
    miner.catch_up(project)
    _kept[project.pk] = miner
    while len(_kept) > 1 and sum(map(len, _kept.values())) > MOST_FORMS:
        _kept.popitem(last=False)
    return miner


def forget(project: Project) -> None:
    """Give up what the process knows: a transaction was rolled back, and with it what the miner was told."""
    with _lock:
        _kept.pop(project.pk, None)


def _is_of_this_database(miner: ProjectMiner) -> bool:
    """Whether the last row that it read is still there: databases are restored, and projects deleted."""
    if miner.newest is None:
        return len(miner) == 0
    pk, digest = miner.newest
    return Fingerprint.objects.filter(pk=pk, digest=digest).exists()
