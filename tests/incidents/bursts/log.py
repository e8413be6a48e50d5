"""Sightings written down one by one, in seconds."""

from collections.abc import Mapping

from incidents.bursts import Sighting, Tie, Traits, ties
from incidents.clock import NANOSECONDS
from incidents.pieces import Piece
from incidents.severity import Severity

ERROR = Traits(severity=Severity.ERROR, exception=False, piece=Piece.NONE)
WARNING = Traits(severity=Severity.WARNING, exception=False, piece=Piece.NONE)
TEXT = Traits(severity=Severity.ERROR, exception=True, piece=Piece.NONE)
TRACEBACK = Traits(severity=Severity.ERROR, exception=True, piece=Piece.TRACEBACK)
CUT = Traits(severity=Severity.ERROR, exception=False, piece=Piece.CUT)
FRAGMENT = Traits(severity=Severity.ERROR, exception=False, piece=Piece.FRAGMENT)
CONNECTIVE = Traits(severity=Severity.DEFAULT, exception=False, piece=Piece.CONNECTIVE)
EXCEPTION = Traits(severity=Severity.ERROR, exception=True, piece=Piece.EXCEPTION)


class Log:
    """Sightings, with keys in the order in which they are noted."""

    def __init__(self) -> None:
        self.sightings: list[Sighting] = []

    def note(self, pattern: int, seconds: float, stream: str = "stream", *, lasting: float = 0) -> Sighting:
        start = nanoseconds(seconds)
        self.sightings.append(Sighting(start, start + nanoseconds(lasting), stream, pattern, len(self.sightings)))
        return self.sightings[-1]

    def crash(self, parts: Mapping[int, float], *, number: int) -> None:
        """One more instance comes up, and writes each pattern so many seconds after the crash."""
        for pattern, offset in parts.items():
            self.note(pattern, 600 * number + offset, f"instance-{number}")


def nanoseconds(seconds: float) -> int:
    return round(seconds * NANOSECONDS)


def leads_of(log: Log, traits: Mapping[int, Traits]) -> dict[int, list[int]]:
    return {companion: [tie.lead for tie in of] for companion, of in ties(log.sightings, traits).items()}


def only_tie(log: Log, traits: Mapping[int, Traits], companion: int) -> Tie:
    [tie] = ties(log.sightings, traits)[companion]
    return tie
