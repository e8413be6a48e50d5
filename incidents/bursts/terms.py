"""What bursts are made of. Pure."""

from dataclasses import dataclass
from typing import NamedTuple

from incidents.pieces import Piece


class Sighting(NamedTuple):
    """One window of one pattern's entries on one stream; `key` identifies its row."""

    start_ns: int
    end_ns: int
    stream: str
    pattern: int
    key: int


def in_time(sighting: Sighting) -> tuple[int, int, int]:
    """What sightings are ordered by; ids only where the times are equal."""
    return sighting.start_ns, sighting.pattern, sighting.key


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of a pattern before anything is counted."""

    severity: int
    # Whether its text names an exception.
    exception: bool
    piece: Piece
    # A person took it out of a burst: it takes no part in any.
    parted: bool = False
    # People have worked on its own issue: it does not leave that for another one's tale.
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Tie:
    """Why a companion belongs to a lead."""

    lead: int
    companion: int
    # Of so many of the companion's sightings, so many came together with the lead; and the other way round.
    together: int
    of: int
    lead_together: int
    lead_of: int
    # The probability of as many gatherings if the two had nothing to do with each other.
    chance: float
    # How long after the lead the companion starts, in the median.
    lag_ns: int
