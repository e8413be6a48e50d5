"""How often each two patterns come together, and how likely that is by chance. Pure.

A set of patterns is an int with one byte a pattern, 1 where it is in. So the sum of sets counts every pattern at once, and a
stream full of patterns costs additions of long numbers, not a step for each pair.
"""

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from operator import gt, or_
from statistics import median_low
from typing import Final, NamedTuple

from incidents.bursts.terms import Sighting, in_time
from incidents.clock import NANOSECONDS

# Starts no further apart than this, on one stream, are together.
TOGETHER_NS: Final = 10 * NANOSECONDS
# So many of a pattern's newest sightings are judged. Their counts must fit into a byte.
NEWEST: Final = 50
# Fewer gatherings than this say nothing.
LEAST: Final = 3
# A stream that lived shorter tells little about chance, and counts as if it had lived so long: one start of a pattern
# then has its surroundings in a fifth of the stream's life.
YOUNG_NS: Final = 10 * TOGETHER_NS


class Seen(NamedTuple):
    """One sighting, and what else starts within TOGETHER_NS on its stream."""

    start_ns: int
    stream: str
    # The patterns that come together with it (its own is among them).
    near: int
    # Those of them that start no later.
    earlier: int
    # The patterns that are known at this time: of the others, sightings as old as this are not among the newest.
    known: int
    # The stream's starts in order, each with its pattern's place; those within TOGETHER_NS are [first:after].
    starts: Sequence[tuple[int, int]]
    first: int
    after: int

    def earliest(self, patterns: int) -> int | None:
        """When the first of a set of patterns starts near it."""
        around = (self.starts[number] for number in range(self.first, self.after))
        return next((start for start, place in around if patterns & one(place)), None)


def one(place: int) -> int:
    """The set of one pattern."""
    return 1 << 8 * place


def members(patterns: int) -> Iterator[int]:
    """The places of a set's patterns, in order."""
    while patterns:
        lowest = patterns & -patterns
        yield lowest.bit_length() // 8
        patterns ^= lowest


def transposed(sets: Sequence[int]) -> list[int]:
    """For each pattern, the patterns whose set it is in; `sets` has one for each place."""
    rows = (patterns.to_bytes(len(sets), "little") for patterns in sets)
    return [int.from_bytes(bytes(column), "little") for column in zip(*rows, strict=True)]


class Gatherings:
    """Patterns with enough sightings, by their place in the order of ids, and how they come together."""

    def __init__(self, sightings: Iterable[Sighting], patterns: Iterable[int], lives: Mapping[str, tuple[int, int]]) -> None:
        everything = list(sightings)
        newest = _newest(everything, set(patterns))
        self.patterns = sorted(newest)
        self._newest = [newest[pattern] for pattern in self.patterns]
        self.seen = self._sweep(_Known(self._newest))
        visitors = self._visitors()
        # [A][B]: of A's sightings, how many have a B near; were seen at a time when B is known; and that on a stream which B visits.
        self.near = [self._counts(each.near for each in seen) for seen in self.seen]
        self.judged = [self._counts(each.known for each in seen) for seen in self.seen]
        self._earlier = [self._counts(each.earlier for each in seen) for seen in self.seen]
        self._later = list(zip(*self._earlier, strict=True))
        self._trials = [self._counts(each.known & visitors[each.stream] for each in seen) for seen in self.seen]
        self._streams = [frozenset(Counter(each.stream for each in seen).items()) for seen in self.seen]
        self._starts = [_by_stream(of) for of in self._newest]
        known_lives = _lives(everything, lives)
        self._shares = [self._share(place, known_lives) for place in range(len(self.patterns))]
        # Patterns of one burst visit the same streams: their shares are the same.
        self._mean_shares: dict[tuple[int, frozenset[tuple[str, int]]], float] = {}

    def chance(self, lead: int, companion: int) -> float:
        """The probability that so many of the companion's sightings come near the lead's, if the two had nothing to do with each other.

        Where the lead never comes, nothing could come near it: only the streams that it visits are trials.
        """
        ways = (lead, self._streams[companion])
        share = self._mean_shares.get(ways)
        if share is None:
            share = self._mean_shares[ways] = self._mean_share(*ways)
        return at_least(self.near[companion][lead], self._trials[companion][lead], share)

    def lag_ns(self, lead: int, companion: int) -> int:
        """How long after the lead the companion starts, in the median of where they come together."""
        starts = self._starts[lead]
        together = (each for each in self.seen[companion] if each.near & one(lead))
        return median_low([each.start_ns - _nearest(starts[each.stream], each.start_ns) for each in together])

    def behind_ns(self, pattern: int, others: int) -> int:
        """How long after the first of the others the pattern starts, in the median of where any of them is near."""
        behind = ((each.start_ns, each.earliest(others)) for each in self.seen[pattern])
        return median_low([start - first for start, first in behind if first is not None])

    def before(self, pattern: int) -> int:
        """The patterns that mostly start before this one where both come together."""
        return int.from_bytes(bytes(map(gt, self._earlier[pattern], self._later[pattern])), "little")

    def _mean_share(self, lead: int, streams: frozenset[tuple[str, int]]) -> float:
        """The share of the streams' time that lies near the lead's starts, each by how many sightings are on it."""
        shares = self._shares[lead]
        visited = [(count, shares[stream]) for stream, count in streams if stream in shares]
        return math.fsum(count * share for count, share in visited) / sum(count for count, _ in visited)

    def _sweep(self, known: "_Known") -> list[list[Seen]]:
        streams: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for place, of in enumerate(self._newest):
            for sighting in of:
                streams[sighting.stream].append((sighting.start_ns, place))
        seen: list[list[Seen]] = [[] for _ in self.patterns]
        for stream, starts in streams.items():
            starts.sort()
            for (start, place), (near, earlier, first, after) in zip(starts, _windows(starts), strict=True):
                seen[place].append(Seen(start, stream, near, earlier, known.at(start), starts, first, after))
        return seen

    def _visitors(self) -> dict[str, int]:
        visitors: defaultdict[str, int] = defaultdict(int)
        for place, of in enumerate(self._newest):
            for stream in {sighting.stream for sighting in of}:
                visitors[stream] |= one(place)
        return visitors

    def _counts(self, sets: Iterable[int]) -> bytes:
        return sum(sets).to_bytes(len(self.patterns), "little")

    def _share(self, place: int, lives: Mapping[str, tuple[int, int]]) -> dict[str, float]:
        """On each stream that a pattern visits, the share of time that lies within TOGETHER_NS of its starts."""
        shares = {}
        for stream, starts in self._starts[place].items():
            born, died = lives[stream]
            shares[stream] = min(1.0, 2 * TOGETHER_NS * len(starts) / max(YOUNG_NS, died - born))
        return shares


class _Known:
    """From when on a pattern's sightings are all there."""

    def __init__(self, newest: Sequence[Sequence[Sighting]]) -> None:
        since = {place: of[0].start_ns - TOGETHER_NS for place, of in enumerate(newest) if len(of) == NEWEST}
        always = sum(one(place) for place in range(len(newest)) if place not in since)
        openings = sorted((time_ns, place) for place, time_ns in since.items())
        self._times = [time_ns for time_ns, _ in openings]
        self._sets = list(accumulate((one(place) for _, place in openings), or_, initial=always))

    def at(self, time_ns: int) -> int:
        """The patterns that are known at a time."""
        return self._sets[bisect_right(self._times, time_ns)]


@lru_cache(maxsize=10_000)
def at_least(hits: int, trials: int, share: float) -> float:
    """The probability of so many hits or more, each trial being one with the same probability: the tail of a binomial."""
    return math.fsum(math.comb(trials, count) * share**count * (1 - share) ** (trials - count) for count in range(hits, trials + 1))


def _newest(sightings: Iterable[Sighting], patterns: set[int]) -> dict[int, list[Sighting]]:
    by_pattern: defaultdict[int, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        if sighting.pattern in patterns:
            by_pattern[sighting.pattern].append(sighting)
    return {pattern: sorted(of, key=in_time)[-NEWEST:] for pattern, of in by_pattern.items() if len(of) >= LEAST}


def _windows(starts: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int, int]]:
    """For each start, the patterns within TOGETHER_NS, those of them that start no later, and where that stretch begins and ends."""
    near, earlier = _Stretch(starts), _Stretch(starts)
    for start, _ in starts:
        near.move(start - TOGETHER_NS, start + TOGETHER_NS)
        earlier.move(start - TOGETHER_NS, start)
        yield near.patterns, earlier.patterns, near.first, near.after


class _Stretch:
    """A stretch of a stream that only moves on, and the set of patterns that start in it."""

    def __init__(self, starts: Sequence[tuple[int, int]]) -> None:
        self.patterns = self.first = self.after = 0
        self._starts = starts
        self._inside: Counter[int] = Counter()

    def move(self, from_ns: int, to_ns: int) -> None:
        """Reach from one moment to another, both included."""
        starts, inside = self._starts, self._inside
        while self.after < len(starts) and starts[self.after][0] <= to_ns:
            place = starts[self.after][1]
            inside[place] += 1
            self.patterns |= one(place)
            self.after += 1
        while self.first < self.after and starts[self.first][0] < from_ns:
            place = starts[self.first][1]
            inside[place] -= 1
            if not inside[place]:
                self.patterns ^= one(place)
            self.first += 1


def _by_stream(sightings: Iterable[Sighting]) -> dict[str, list[int]]:
    """The starts on each stream; `sightings` are in order."""
    starts: defaultdict[str, list[int]] = defaultdict(list)
    for sighting in sightings:
        starts[sighting.stream].append(sighting.start_ns)
    return starts


def _lives(sightings: Iterable[Sighting], known: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """The first and the last moment that each stream was seen at, by these sightings or as it is known otherwise."""
    lives = dict(known)
    for sighting in sightings:
        born, died = lives.get(sighting.stream, (sighting.start_ns, sighting.end_ns))
        lives[sighting.stream] = (min(born, sighting.start_ns), max(died, sighting.end_ns))
    return lives


def _nearest(starts: Sequence[int], time_ns: int) -> int:
    """The closest of the starts, the earlier of two."""
    number = bisect_left(starts, time_ns)
    return min(starts[max(0, number - 1) : number + 1], key=lambda start: (abs(start - time_ns), start))
