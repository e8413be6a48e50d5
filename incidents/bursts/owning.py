"""Which pattern a sighting belongs to. Pure."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from incidents.bursts import tales
from incidents.bursts.gatherings import TOGETHER_NS
from incidents.bursts.terms import Sighting, Traits, in_time


def owners(sightings: Iterable[Sighting], traits: Mapping[int, Traits], leads: Mapping[int, Collection[int]]) -> dict[int, int]:
    """For each row's key the pattern that the sighting belongs to, its own where it belongs to no other.

    A part of a traceback belongs to its tale, whoever leads its pattern; a companion to the nearest of its leads.
    """
    everything = list(sightings)
    playing = [sighting for sighting in everything if not traits[sighting.pattern].parted]
    heads = tales.heads(everything, traits)
    leading = _by_stream_and_pattern(playing, {lead for of in leads.values() for lead in of})
    onward = dict(heads)
    for sighting in playing:
        if sighting.key not in heads:
            near = (each for lead in leads.get(sighting.pattern, ()) for each in _near(leading.get((sighting.stream, lead), []), sighting))
            # What its own tale is made of cannot lead it.
            others = [each for each in near if heads.get(each.key) != sighting]
            if others:
                onward[sighting.key] = _closest(others, sighting)
    return {sighting.key: _owner(sighting, onward).pattern for sighting in everything}


def _by_stream_and_pattern(sightings: Iterable[Sighting], patterns: set[int]) -> dict[tuple[str, int], list[Sighting]]:
    found: defaultdict[tuple[str, int], list[Sighting]] = defaultdict(list)
    for sighting in sorted(sightings, key=in_time):
        if sighting.pattern in patterns:
            found[sighting.stream, sighting.pattern].append(sighting)
    return found


def _near(ordered: list[Sighting], sighting: Sighting) -> list[Sighting]:
    """Those of the ordered that start within TOGETHER_NS of the sighting."""
    first = bisect_left(ordered, sighting.start_ns - TOGETHER_NS, key=lambda each: each.start_ns)
    return ordered[first : bisect_right(ordered, sighting.start_ns + TOGETHER_NS, key=lambda each: each.start_ns)]


def _closest(others: Iterable[Sighting], sighting: Sighting) -> Sighting:
    """The one that starts the closest, the earlier of two."""
    return min(others, key=lambda each: (abs(each.start_ns - sighting.start_ns), in_time(each)))


def _owner(sighting: Sighting, onward: Mapping[int, Sighting]) -> Sighting:
    """Where the way from owner to owner ends; the earliest of a circle, should the leads make one."""
    way = [sighting]
    while (further := onward.get(way[-1].key)) is not None:
        if further in way:
            return min(way[way.index(further) :], key=in_time)
        way.append(further)
    return way[-1]
