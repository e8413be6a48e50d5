"""From sightings to issues: what comes together is one, what comes alone opens its own.

A sighting belongs to the issue of its pattern, or to that of the burst that it came in. Everything follows from the sightings
that there are and from what people decided, never from the order in which they came: late entries move earlier ones
where they belong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Final

from django.db import transaction
from django.db.models import Max, OuterRef, Q, Subquery

from incidents import bursts
from incidents.actions import folding, intake, tallies
from incidents.actions.intake import Seen
from incidents.actors import Actor
from incidents.bulk import save_columns
from incidents.bursts import NEWEST, TOGETHER_NS, Tie, Traits
from incidents.clock import to_datetime
from incidents.models import Companion, Issue, IssuePattern, Pattern, Project, Release, Sighting
from incidents.pieces import PARTS_OF_TRACEBACKS, Piece

# Patterns that were not seen for so long keep the companions that they had.
JUDGED_FOR: Final = timedelta(days=7)
# So many patterns are held against each other at once, the newest.
MOST_JUDGED: Final = 1_000
CHUNK: Final = 500
# So many conditions a statement: each is a look into an index.
ORS: Final = 100


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
    leads, changed = _judge(held)
    asked = _asked(project, fresh, changed | set(moved))
    owners = _owners(asked, held, leads)
    opened = _open(project, asked, owners, held, actor=actor)
    touched = {row.issue_id for row in asked if row.issue_id is not None} | tallies.of_patterns({row.pattern_id for row in asked})
    _give(asked, owners, held)
    touched |= {row.issue_id for row in asked if row.issue_id is not None}
    tallies.recount(touched, asked)
    _bring_back(touched, actor=actor)
    _fold(touched, actor=actor)
    intake.take_stock(touched)
    intake.reopen_regressed(_seen(fresh), actor=actor)
    return Settled(touched, [issue.pk for issue in opened])


def hold(project: Project, *also: int) -> Held:
    """The patterns that are held against each other, those that have something to settle, and these; locked, and then the project."""
    standing = Pattern.objects.filter(project=project, merged_into=None)
    watched = standing.filter(Q(reports_a_fault=True) | Q(piece__in=PARTS_OF_TRACEBACKS))
    newest = watched.aggregate(newest=Max("last_seen"))["newest"]
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


def _judge(held: Held) -> tuple[dict[int, list[int]], set[int]]:
    """Find out anew which patterns keep coming with which others: the leads of each companion, and whose leads changed."""
    ties = bursts.ties(_newest(held), _traits(held.values()))
    for companion in _staying(held, ties):
        del ties[companion]
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


def _traits(patterns: Iterable[Pattern]) -> dict[int, Traits]:
    return {pattern.pk: Traits(pattern.severity, bool(pattern.exception), Piece(pattern.piece), pattern.set_apart) for pattern in patterns}


def _staying(held: Held, ties: Mapping[int, list[Tie]]) -> list[int]:
    """The companions that stay where they are, because people have worked on the issue that they have of their own."""
    own = {companion: held[companion].issue_id for companion in ties}
    worked_on = set(Issue.objects.filter(pk__in={pk for pk in own.values() if pk}).worked_on().values_list("pk", flat=True))
    return [
        companion
        for companion, issue_id in own.items()
        if issue_id in worked_on and all(held[tie.lead].issue_id != issue_id for tie in ties[companion])
    ]


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


def _asked(project: Project, fresh: list[Sighting], changed: set[int]) -> list[Sighting]:
    """The sightings whose issue has to be found: fresh ones and those beside them, and all of the patterns that changed."""
    asked = {row.pk: row for row in fresh}
    asked |= {row.pk: row for row in Sighting.objects.filter(pattern__in=changed)}
    asked |= {row.pk: row for row in _beside(project, fresh) if row.pk not in asked}
    return list(asked.values())


def _beside(project: Project, fresh: list[Sighting]) -> list[Sighting]:
    """The sightings that may have begun together with these, or with what has become a part of them."""
    if not fresh:
        return []
    near = Sighting.objects.filter(
        project=project,
        stream__in={row.stream for row in fresh},
        start_ns__gte=min(row.start_ns for row in fresh) - TOGETHER_NS,
        start_ns__lte=max(row.end_ns for row in fresh) + TOGETHER_NS,
    )
    return list(near)


def _owners(asked: list[Sighting], held: Held, leads: Mapping[int, list[int]]) -> dict[int, int]:
    """The pattern that each of these sightings belongs to."""
    led = {lead for row in asked for lead in leads.get(row.pattern_id, ())}
    beside = Sighting.objects.filter(pattern__in=led, stream__in={row.stream for row in asked}) if led else ()
    rows = {row.pk: row for row in [*asked, *beside]}
    others = Pattern.objects.filter(pk__in={row.pattern_id for row in rows.values()} - held.keys())
    sightings = [bursts.Sighting(row.start_ns, row.end_ns, row.stream, row.pattern_id, row.pk) for row in rows.values()]
    return bursts.owners(sightings, _traits([*held.values(), *others]), leads)


def _open(project: Project, asked: list[Sighting], owners: Mapping[int, int], held: Held, *, actor: Actor) -> list[Issue]:
    """Open issues for the owners that have none, of whatever reports a fault: its owner may be a line that alone reports none."""
    faults = {owners[row.pk] for row in asked if row.pattern_id in held and held[row.pattern_id].reports_a_fault}
    return intake.open_for(project, [held[pk] for pk in sorted(faults & held.keys()) if held[pk].issue_id is None], actor=actor)


def _give(asked: list[Sighting], owners: Mapping[int, int], held: Held) -> None:
    """Let each sighting belong to its owner's issue."""
    homes = {pk: pattern.issue_id for pk, pattern in held.items()}
    homes |= dict(Pattern.objects.filter(pk__in=set(owners.values()) - held.keys()).values_list("pk", "issue"))
    changed = [row for row in asked if row.fresh or row.issue_id != homes[owners[row.pk]]]
    for row in changed:
        row.issue_id, row.fresh = homes[owners[row.pk]], False
    save_columns(changed, "issue", "fresh")


def _bring_back(issue_ids: set[int], *, actor: Actor) -> None:
    """Issues that came into others and have something of their own again are issues again."""
    for issue in Issue.objects.folded().filter(pk__in=IssuePattern.objects.filter(issue__in=issue_ids).values("issue")).order_by("pk"):
        folding.unfold(issue, actor=actor)


def _fold(issue_ids: set[int], *, actor: Actor) -> None:
    """Issues that nobody worked on and that have nothing left of their own go into the one that took it over."""
    empty = Issue.objects.open().filter(pk__in=issue_ids, parts=None).exclude(lead_pattern=None)
    worked_on = set(empty.worked_on().values_list("pk", flat=True))
    for issue in empty.exclude(pk__in=worked_on).order_by("pk"):
        into = folding.heir(issue)
        if into is not None:
            folding.fold(issue, into=into, actor=actor)


def _seen(fresh: list[Sighting]) -> dict[int, list[Seen]]:
    """For each issue the releases that it was seen on, with the newest moment on each."""
    newest: dict[tuple[int, int], int] = {}
    for row in fresh:
        if row.issue_id is not None:
            newest[row.issue_id, row.release_id] = max(row.end_ns, newest.get((row.issue_id, row.release_id), row.end_ns))
    releases = Release.objects.in_bulk({release_id for _, release_id in newest})
    seen: dict[int, list[Seen]] = defaultdict(list)
    for (issue_id, release_id), time_ns in sorted(newest.items()):
        seen[issue_id].append(Seen(releases[release_id], to_datetime(time_ns)))
    return seen
