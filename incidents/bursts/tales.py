"""The parts of one traceback, put together by what they are and how close they come. Pure."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from incidents.bursts.terms import Sighting, Traits
from incidents.clock import NANOSECONDS
from incidents.pieces import Piece
from incidents.severity import Severity

# A part starts no later than this behind what it goes on with.
CHAIN_NS: Final = NANOSECONDS

TRACEBACKS: Final = frozenset({Piece.TRACEBACK, Piece.CUT})
# Never a beginning: what they go on with is in another entry.
CONTINUATIONS: Final = frozenset({Piece.FRAGMENT, Piece.CONNECTIVE})

# At one moment of a coarse clock, a tale is read in this order.
_READ: Final = {Piece.NONE: 0, Piece.TRACEBACK: 0, Piece.CUT: 0, Piece.FRAGMENT: 1, Piece.EXCEPTION: 2, Piece.CONNECTIVE: 3}


def heads(sightings: Iterable[Sighting], traits: Mapping[int, Traits]) -> dict[int, Sighting]:
    """For the key of each sighting that is part of another's tale, the sighting that names the fault of that tale.

    That is the first traceback of a chain, or the exception that ends this one where it was cut. Where the exception comes first and
    its frames after it, line by line, it is the exception; frames that come behind no exception at all go with the last error before them.
    """
    streams: defaultdict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        told = traits[sighting.pattern]
        if not told.parted and (told.piece is not Piece.NONE or told.severity >= Severity.ERROR):
            streams[sighting.stream].append(sighting)
    found: dict[int, Sighting] = {}
    for on_stream in streams.values():
        tales = _Tales(traits)
        for sighting in sorted(on_stream, key=lambda one: (one.start_ns, _READ[traits[one.pattern].piece], one.pattern, one.key)):
            tales.read(sighting)
        found.update(tales.heads())
    return found


class _Tales:
    """The tales on one stream, read in the order of time."""

    def __init__(self, traits: Mapping[int, Traits]) -> None:
        self._traits = traits
        # Tracebacks and their fragments, each with the traceback it is of.
        self._trail: list[tuple[Sighting, Sighting]] = []
        self._tracebacks: list[Sighting] = []
        self._errors: list[Sighting] = []
        self._connectives: list[Sighting] = []
        # For each part, the traceback that it goes on with.
        self._goes_on: dict[Sighting, Sighting] = {}
        # For each cut traceback, the exception that ended it.
        self._ended: dict[Sighting, Sighting] = {}

    def read(self, sighting: Sighting) -> None:
        """Take one more in; none that comes later may start before."""
        piece = self._traits[sighting.pattern].piece
        if piece in TRACEBACKS:
            self._tracebacks.append(sighting)
            self._trail.append((sighting, sighting))
        elif piece is Piece.NONE:
            self._errors.append(sighting)
        elif piece is Piece.EXCEPTION:
            if not self._end(sighting):
                self._trail.append((sighting, sighting))
        elif (traceback := self._nearest(sighting)) is not None:
            self._goes_on[sighting] = traceback
            if piece is Piece.FRAGMENT:
                self._trail.append((sighting, traceback))
            else:
                self._connectives.append(sighting)

    def heads(self) -> Iterator[tuple[int, Sighting]]:
        """The key of each part, with the sighting that its tale belongs to."""
        self._link()
        for part in {*self._goes_on, *self._ended}:
            first = part
            while first in self._goes_on:
                first = self._goes_on[first]
            head = first if self._traits[first.pattern].stays else self._ended.get(first, first)
            if head != part and not self._traits[part.pattern].stays:
                yield part.key, head

    def _nearest(self, part: Sighting) -> Sighting | None:
        """The traceback whose own start or fragment is the closest before; of several at one moment the first."""
        nearest: tuple[Sighting, Sighting] | None = None
        for step in reversed(self._trail):
            if part.start_ns - step[0].start_ns > CHAIN_NS or (nearest and step[0].start_ns < nearest[0].start_ns):
                break
            nearest = step
        if nearest is None and self._traits[part.pattern].piece is Piece.FRAGMENT:
            return _last(self._errors, part.start_ns, among=len(self._errors))
        return nearest[1] if nearest else None

    def _end(self, exception: Sighting) -> bool:
        """Give the exception to the closest cut traceback before it that has none; False where there is none."""
        for step, traceback in reversed(self._trail):
            if exception.start_ns - step.start_ns > CHAIN_NS:
                return False
            if self._traits[traceback.pattern].piece is Piece.CUT and traceback not in self._ended:
                self._ended[traceback] = exception
                self._goes_on[exception] = traceback
                return True
        return False

    def _link(self) -> None:
        """Chain each traceback to the one before the connective that it comes behind."""
        for number, later in enumerate(self._tracebacks):
            connective = _last(self._connectives, later.start_ns, among=len(self._connectives))
            before = _last(self._tracebacks, connective.start_ns, among=number) if connective else None
            if before:
                self._goes_on[later] = before


def _last(ordered: Sequence[Sighting], by_ns: int, *, among: int) -> Sighting | None:
    """Among the first so many, the last that started by a moment and no longer than CHAIN_NS before it."""
    number = bisect_right(ordered, by_ns, hi=among, key=_start)
    if number and by_ns - ordered[number - 1].start_ns <= CHAIN_NS:
        return ordered[number - 1]
    return None


def _start(sighting: Sighting) -> int:
    return sighting.start_ns
