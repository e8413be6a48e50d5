"""From sightings to issues: what comes together is one, what comes alone opens its own.

A sighting belongs to the issue of its pattern, or to that of the burst that it came in. Everything follows from the sightings
that there are and from what people decided, never from the order in which they came: late entries move earlier ones
where they belong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Final

from django.db import transaction
from django.db.models import Max, Min, OuterRef, Q, Subquery
from django.utils import timezone

from incidents import bursts
from incidents.actions import folding, intake, tallies
from incidents.actions.intake import Seen
from incidents.actors import Actor
from incidents.bulk import save_columns
from incidents.bursts import CHAIN_NS, NEWEST, TOGETHER_NS, Tie, Traits
from incidents.clock import NANOSECONDS, to_datetime
from incidents.models import Companion, Issue, IssuePattern, Pattern, Project, Release, Sighting
from incidents.pieces import PARTS_OF_TRACEBACKS, Piece

# Patterns that were not seen for so long keep the companions that they had.
JUDGED_FOR: Final = timedelta(days=7)
# So many patterns are held against each other at once, the newest.
MOST_JUDGED: Final = 1_000
CHUNK: Final = 500
# So many conditions a statement: each is a look into an index.
ORS: Final = 100
# What may own a sighting begins no further away than this: a lead, and the head of the tale that the lead is a part of.
REACH_NS: Final = TOGETHER_NS + 2 * CHAIN_NS
# Stretches of a stream that are closer than this are read as one.
APART_NS: Final = 600 * NANOSECONDS


@dataclass(frozen=True, slots=True)
class Settled:
    """The ids of the issues that changed, and of those that were opened."""

    touched: set[int] = field(default_factory=set)
    opened: list[int] = field(default_factory=list)


Held = Mapping[int, Pattern]


@transaction.atomic
def settle(project: Project, *, actor: Actor) -> Settled:
    """Find the issue of every fresh sighting of the project.

    All patterns that report faults are held meanwhile: who counts for one of them waits, and settles after us.
    """
    if not Sighting.objects.filter(project=project, fresh=True).exists():
        return Settled()
    return settle_held(project, hold(project), actor=actor)


def settle_held(project: Project, held: Held, *, actor: Actor, moved: Collection[int] = ()) -> Settled:
    """As `settle`, for who holds the patterns; all sightings of those (ids) that a person `moved` find their issue anew."""
    fresh = list(Sighting.objects.filter(project=project, fresh=True, pattern__in=held))
    traits = _traits(held.values())
    leads, led_anew = _judge(project, held, traits)
    asked = _asked(project, fresh, led_anew | set(moved))
    owners = _owners(project, asked, traits, leads)
    opened = _open(project, asked, owners, held, actor=actor)
    touched = {row.issue_id for row in asked if row.issue_id is not None} | tallies.of_patterns({row.pattern_id for row in asked})
    changed = _give(asked, owners, held)
    touched |= {row.issue_id for row in asked if row.issue_id is not None}
    tallies.recount(touched, asked)
    # Whoever else locks several issues holds the project, too.
    list(Issue.objects.filter(pk__in=touched).order_by("pk").select_for_update(no_key=True))
    _bring_back(touched, actor=actor)
    _fold(touched, actor=actor)
    intake.take_stock(touched)
    intake.reopen_regressed(_seen(changed), actor=actor)
    return Settled(touched, [issue.pk for issue in opened])


def hold(project: Project, *also: int) -> Held:
    """The patterns that are held against each other, those that have something to settle, and these; locked, and then the project."""
    standing = Pattern.objects.filter(project=project, merged_into=None)
    watched = standing.filter(Q(reports_a_fault=True) | Q(piece__in=PARTS_OF_TRACEBACKS))
    # An entry from the future is somebody's broken clock.
    believable = watched.filter(last_seen__lte=timezone.now() + timedelta(days=1))
    newest = believable.aggregate(newest=Max("last_seen"))["newest"]
    wanted = {*also, *_unsettled(project)}
    if newest:
        judged = watched.filter(last_seen__gt=newest - JUDGED_FOR).order_by("-last_seen", "-pk")
        wanted |= set(judged.values_list("pk", flat=True)[:MOST_JUDGED])
    held = {pattern.pk: pattern for pattern in standing.filter(pk__in=wanted).held()}
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    return held


def _unsettled(project: Project) -> set[int]:
    """The patterns that have fresh sightings, those that were seen beside them, and the known leads and companions of all these."""
    fresh = list(Sighting.objects.filter(project=project, fresh=True))
    found = {row.pattern_id for row in [*fresh, *_beside(project, fresh)]}
    ties = Companion.objects.filter(Q(pattern__in=found) | Q(lead__in=found)).values_list("pattern", "lead")
    return found.union(*ties)


def _judge(project: Project, held: Held, traits: Mapping[int, Traits]) -> tuple[dict[int, list[int]], set[int]]:
    """Find out anew which patterns keep coming with which others: the leads of each companion, and whose leads changed."""
    newest = _newest(held)
    ties = {
        companion: kept
        for companion, found in bursts.ties(newest, traits, _lives(project, newest)).items()
        if (kept := [tie for tie in found if not traits[companion].stays or held[tie.lead].issue_id == held[companion].issue_id])
    }
    wanted = {(tie.lead, tie.companion): tie for found in ties.values() for tie in found}
    stored = {(row.lead_id, row.pattern_id): row for row in Companion.objects.filter(pattern__in=held, lead__in=held)}
    Companion.objects.filter(pk__in=[row.pk for key, row in stored.items() if key not in wanted]).delete()
    Companion.objects.bulk_create(
        [_row(tie) for key, tie in wanted.items() if key not in stored or _tie(stored[key]) != tie],
        update_conflicts=True,
        unique_fields=["lead", "pattern"],
        update_fields=["together", "seen", "lead_together", "lead_seen", "chance", "lag_ns"],
        batch_size=CHUNK,
    )
    leads: dict[int, list[int]] = defaultdict(list)
    for lead, companion in Companion.objects.filter(pattern__in=held).order_by("pk").values_list("lead", "pattern"):
        leads[companion].append(lead)
    return dict(leads), {companion for _, companion in wanted.keys() ^ stored.keys()}


def _newest(held: Held) -> list[bursts.Sighting]:
    """The newest sightings of each pattern, by few queries that read no more than these."""
    last = Sighting.objects.filter(pattern=OuterRef("pk")).order_by("-start_ns").values("start_ns")
    bounds = Pattern.objects.filter(pk__in=held).annotate(bound=Subquery(last[NEWEST - 1 : NEWEST])).values_list("pk", "bound")
    few = [pk for pk, bound in bounds if bound is None]
    many = [Q(pattern=pk, start_ns__gte=bound) for pk, bound in bounds if bound is not None]
    wanted = [Q(pattern__in=few), *(reduce(or_, many[start : start + ORS]) for start in range(0, len(many), ORS))]
    columns = ("start_ns", "end_ns", "stream", "pattern", "pk")
    return [bursts.Sighting(*row) for condition in wanted for row in Sighting.objects.filter(condition).values_list(*columns)]


def _lives(project: Project, sightings: Iterable[bursts.Sighting]) -> dict[str, tuple[int, int]]:
    """When the first and the last sighting of anything began on these streams."""
    streams = {sighting.stream for sighting in sightings}
    rows = Sighting.objects.filter(project=project, stream__in=streams).values_list("stream").order_by()
    return {stream: (first, last) for stream, first, last in rows.annotate(first=Min("start_ns"), last=Max("start_ns"))}


def _traits(patterns: Collection[Pattern]) -> dict[int, Traits]:
    """What bursts have to know of the patterns. Those whose own issue people have worked on stay with it."""
    own = {pattern.issue_id for pattern in patterns if pattern.issue_id is not None}
    worked_on = set(Issue.objects.filter(pk__in=own).worked_on().values_list("pk", flat=True))
    return {
        pattern.pk: Traits(
            pattern.severity,
            bool(pattern.exception),
            Piece(pattern.piece),
            parted=pattern.set_apart,
            stays=pattern.issue_id in worked_on,
        )
        for pattern in patterns
    }


def _row(tie: Tie) -> Companion:
    return Companion(
        lead_id=tie.lead,
        pattern_id=tie.companion,
        together=tie.together,
        seen=tie.of,
        lead_together=tie.lead_together,
        lead_seen=tie.lead_of,
        chance=tie.chance,
        lag_ns=tie.lag_ns,
    )


def _tie(row: Companion) -> Tie:
    return Tie(row.lead_id, row.pattern_id, row.together, row.seen, row.lead_together, row.lead_seen, row.chance, row.lag_ns)


def _asked(project: Project, fresh: list[Sighting], patterns: set[int]) -> list[Sighting]:
    """The sightings whose issue has to be found: fresh ones and those beside them, and all of these patterns."""
    asked = {row.pk: row for row in fresh}
    asked |= {row.pk: row for row in Sighting.objects.filter(pattern__in=patterns)}
    asked |= {row.pk: row for row in _beside(project, fresh) if row.pk not in asked}
    return list(asked.values())


def _beside(project: Project, rows: Collection[Sighting]) -> list[Sighting]:
    """The sightings that may have begun together with these, or with what has become a part of them; these are among them."""
    stretches = list(_stretches(rows))
    found: list[Sighting] = []
    for start in range(0, len(stretches), ORS):
        near = reduce(or_, (Q(stream=stream, start_ns__range=span) for stream, span in stretches[start : start + ORS]))
        found += Sighting.objects.filter(near, project=project)
    return found


def _stretches(rows: Iterable[Sighting]) -> Iterator[tuple[str, tuple[int, int]]]:
    """The stretches of each stream in which something may have to do with these sightings, apart from each other."""
    windows: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        windows[row.stream].append((row.start_ns - REACH_NS, row.end_ns + REACH_NS))
    for stream, spans in windows.items():
        first, last = 0, -1
        for start, end in sorted(spans):
            if last < first or start > last + APART_NS:
                if last >= first:
                    yield stream, (first, last)
                first, last = start, end
            last = max(last, end)
        yield stream, (first, last)


def _owners(project: Project, asked: list[Sighting], traits: Mapping[int, Traits], leads: Mapping[int, list[int]]) -> dict[int, int]:
    """The pattern that each of these sightings belongs to."""
    rows = {row.pk: row for row in [*asked, *_beside(project, asked)]}
    others = Pattern.objects.filter(pk__in={row.pattern_id for row in rows.values()} - traits.keys())
    sightings = [bursts.Sighting(row.start_ns, row.end_ns, row.stream, row.pattern_id, row.pk) for row in rows.values()]
    found = bursts.owners(sightings, {**traits, **_traits(others)}, leads)
    return {row.pk: found[row.pk] for row in asked}


def _open(project: Project, asked: list[Sighting], owners: Mapping[int, int], held: Held, *, actor: Actor) -> list[Issue]:
    """Open issues for the owners that have none, of whatever reports a fault: its owner may be a line that alone reports none."""
    faults = {owners[row.pk] for row in asked if row.pattern_id in held and held[row.pattern_id].reports_a_fault}
    return intake.open_for(project, [held[pk] for pk in sorted(faults & held.keys()) if held[pk].issue_id is None], actor=actor)


def _give(asked: list[Sighting], owners: Mapping[int, int], held: Held) -> list[Sighting]:
    """Let each sighting belong to its owner's issue; gives those that are new or belong to another one now."""
    homes = {pk: pattern.issue_id for pk, pattern in held.items()}
    homes |= dict(Pattern.objects.filter(pk__in=set(owners.values()) - held.keys()).values_list("pk", "issue"))
    changed = [row for row in asked if row.fresh or row.issue_id != homes[owners[row.pk]]]
    for row in changed:
        row.issue_id, row.fresh = homes[owners[row.pk]], False
    save_columns(changed, "issue", "fresh")
    return changed


def _bring_back(issue_ids: set[int], *, actor: Actor) -> None:
    """Issues that came into others and have something of their own again are issues again."""
    for issue in Issue.objects.folded().filter(pk__in=IssuePattern.objects.filter(issue__in=issue_ids).values("issue")).order_by("pk"):
        folding.unfold(issue, actor=actor)


def _fold(issue_ids: set[int], *, actor: Actor) -> None:
    """Issues that have nothing left of their own go into the one that took it over, unless an iteration walks them."""
    for issue in Issue.objects.open().filter(pk__in=issue_ids, parts=None).exclude(lead_pattern=None).order_by("pk"):
        into = folding.heir(issue)
        if into is not None and not issue.is_walked():
            folding.fold(issue, into=into, actor=actor)


def _seen(changed: list[Sighting]) -> dict[int, list[Seen]]:
    """For each issue the releases that it was seen on, with the newest moment on each."""
    newest: dict[tuple[int, int], int] = {}
    for row in changed:
        if row.issue_id is not None:
            newest[row.issue_id, row.release_id] = max(row.end_ns, newest.get((row.issue_id, row.release_id), row.end_ns))
    releases = Release.objects.in_bulk({release_id for _, release_id in newest})
    seen: dict[int, list[Seen]] = defaultdict(list)
    for (issue_id, release_id), time_ns in sorted(newest.items()):
        seen[issue_id].append(Seen(releases[release_id], to_datetime(time_ns)))
    return seen
