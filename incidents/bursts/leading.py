"""Which pattern leads, and which come with it. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from incidents.bursts import tales
from incidents.bursts.gatherings import LEAST, Gatherings, members, one, transposed
from incidents.bursts.terms import Sighting, Tie, Traits
from incidents.pieces import Piece
from incidents.severity import Severity

# Smaller leads.
_Rank = tuple[int, bool, bool]

# Where a lead comes, its companion comes at least so often.
LED: Final = 0.5
# A companion comes at least so often with one of its leads.
COMPANIONED: Final = 0.75
# Above this, coming together may be chance.
CHANCE: Final = 0.01


def ties(
    sightings: Iterable[Sighting], traits: Mapping[int, Traits], lives: Mapping[str, tuple[int, int]] | None = None
) -> dict[int, list[Tie]]:
    """For each companion its leads, the strongest tie first. A lead is never a companion.

    `lives` has the first and last moment of streams, where more is known of them than these sightings tell.
    """
    everything = list(sightings)
    gatherings = Gatherings(everything, (pattern for pattern, known in traits.items() if not known.parted), lives or {})
    return _Bursts(gatherings, [traits[pattern] for pattern in gatherings.patterns], _Telling(everything, traits)).ties()


class _Bursts:
    """Leads and companions. Patterns go by their place in `gatherings`, sets of them are as there."""

    def __init__(self, gatherings: Gatherings, traits: Sequence[Traits], telling: "_Telling") -> None:
        self._gatherings = gatherings
        self._traits = traits
        self._telling = telling
        self._places = range(len(traits))
        self._able = [place for place in self._places if _may_lead(traits[place])]
        self._could_follow = [self._possible_leads(place) for place in self._places]
        # Those it could lead that it could follow as well.
        self._mutual = [follow & lead for follow, lead in zip(self._could_follow, transposed(self._could_follow), strict=True)]
        # For each pattern, the leads that it follows.
        self._follows = [0] * len(traits)

    def ties(self) -> dict[int, list[Tie]]:
        """For each companion its leads."""
        leads = self._choose_leads()
        errors = {lead: one(lead) for lead in members(leads)}
        for error in self._able:
            for lead in members(self._follows[error]):
                errors[lead] |= one(error)
        for place in self._places:
            if place not in self._able:
                self._follow_in_order(place, self._could_follow[place] & leads, errors)
        found = {}
        for place, follows in enumerate(self._follows):
            if follows:
                of = [self._tie(lead, place) for lead in members(follows)]
                found[self._gatherings.patterns[place]] = sorted(of, key=lambda tie: (tie.chance, -tie.together, abs(tie.lag_ns), tie.lead))
        return found

    def _possible_leads(self, companion: int) -> int:
        """The patterns that this one comes together with too regularly for chance."""
        gatherings = self._gatherings
        near, judged = gatherings.near, gatherings.judged
        possible = 0
        for lead in self._able:
            together, lead_together = near[companion][lead], near[lead][companion]
            often = together >= LEAST and lead_together >= LEAST and lead_together >= LED * judged[lead][companion]
            if often and lead != companion and gatherings.chance(lead, companion) <= CHANCE:
                possible |= one(lead)
        return possible

    def _mostly_with(self, companion: int, leads: int) -> bool:
        """Whether few of its sightings are without any of the leads; while one of these is unknown, nobody can tell."""
        seen = self._gatherings.seen[companion]
        accompanied = sum(1 for each in seen if each.near & leads)
        alone = sum(1 for each in seen if not each.near & leads and not leads & ~each.known)
        return accompanied > 0 and accompanied >= COMPANIONED * (accompanied + alone)

    def _choose_leads(self) -> int:
        """The set of leads among the patterns that may lead; notes which of the others follow them."""
        ranks = {place: self._rank(place) for place in self._able}
        order = sorted(self._able, key=lambda place: (ranks[place], self._behind_ns(place)))
        above = self._above(ranks)
        leads = 0
        waiting = list(order)
        undecided = sum(one(place) for place in order)
        while waiting:
            # Whoever is above is decided first. No first one is left only where they go round in a circle.
            place = next((place for place in waiting if not above[place] & undecided), waiting[0])
            waiting.remove(place)
            undecided ^= one(place)
            follows = self._could_follow[place] & leads
            if self._mostly_with(place, follows):
                self._follows[place] = follows
            else:
                leads |= one(place)
        return leads

    def _above(self, ranks: Mapping[int, _Rank]) -> dict[int, int]:
        """For each pattern what it follows if that leads: of two tied both ways, what tells more or else starts first."""
        of_rank: defaultdict[_Rank, int] = defaultdict(int)
        for place, rank in ranks.items():
            of_rank[rank] |= one(place)
        above = {}
        for place, rank in ranks.items():
            higher = sum(patterns for other, patterns in of_rank.items() if other < rank)
            first = higher | of_rank[rank] & self._gatherings.before(place)
            above[place] = self._could_follow[place] & (first | ~self._mutual[place])
        return above

    def _rank(self, place: int) -> _Rank:
        """What tells most of the fault comes first, then what does not come with other faults as well."""
        pattern = self._gatherings.patterns[place]
        generic = bool(self._could_follow[place] & ~self._mutual[place])
        return -self._telling.strength(pattern), self._telling.mostly_goes_on(pattern), generic

    def _behind_ns(self, place: int) -> int:
        return self._gatherings.behind_ns(place, self._mutual[place]) if self._mutual[place] else 0

    def _follow_in_order(self, place: int, leads: int, errors: Mapping[int, int]) -> None:
        """Have a pattern that cannot lead follow the leads; but what warns before a burst's first error is no consequence of it."""
        if not self._mostly_with(place, leads):
            return
        for lead in members(leads):
            if self._traits[place].severity >= Severity.ERROR or self._gatherings.behind_ns(place, errors[lead]) >= 0:
                self._follows[place] |= one(lead)

    def _tie(self, lead: int, companion: int) -> Tie:
        gatherings = self._gatherings
        return Tie(
            lead=gatherings.patterns[lead],
            companion=gatherings.patterns[companion],
            together=gatherings.near[companion][lead],
            of=gatherings.judged[companion][lead],
            lead_together=gatherings.near[lead][companion],
            lead_of=gatherings.judged[lead][companion],
            chance=gatherings.chance(lead, companion),
            lag_ns=gatherings.lag_ns(lead, companion),
        )


class _Telling:
    """How much of a fault a pattern tells."""

    def __init__(self, sightings: Sequence[Sighting], traits: Mapping[int, Traits]) -> None:
        self._traits = traits
        self._sightings = Counter(sighting.pattern for sighting in sightings)
        heads = tales.heads(sightings, traits)
        self._parts = Counter(sighting.pattern for sighting in sightings if sighting.key in heads)
        ended = {heads[sighting.key] for sighting in sightings if sighting.key in heads and traits[sighting.pattern].piece is Piece.CUT}
        self._ends = Counter(head.pattern for head in ended if traits[head.pattern].piece is Piece.EXCEPTION)

    def strength(self, pattern: int) -> int:
        """2 for a traceback or the exception that mostly ends one, 1 for the text of an exception, 0 for anything else."""
        told = self._traits[pattern]
        if told.piece in tales.TRACEBACKS or 2 * self._ends[pattern] > self._sightings[pattern]:
            return 2
        return int(told.exception)

    def mostly_goes_on(self, pattern: int) -> bool:
        """Whether it mostly is part of a tale that another names."""
        return 2 * self._parts[pattern] > self._sightings[pattern]


def _may_lead(traits: Traits) -> bool:
    return traits.severity >= Severity.ERROR and traits.piece not in tales.CONTINUATIONS
