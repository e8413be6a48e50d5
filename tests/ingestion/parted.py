"""Logins of many people, one pattern, of which some are parted."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

from incidents.actions import taking_back
from incidents.clock import to_datetime
from incidents.models import Affected, Fingerprint, GroupingDecision, HourCount, Pattern, PatternJoin, Project, Sample, Sighting
from incidents.windows import Window, close_gaps
from ingestion import parting, tasks
from ingestion.models import Entry
from tests.crashing import START
from tests.factories import an_entry, somebody
from tests.ingestion.pictures import issues_of, patterns_of

PEOPLE = ("root", "ada", "grace", "linus", "ken", "barbara", "edsger", "donald", "alan", "radia")


def told(message: str, seconds: float = 0, *, stream: str = "i-0", release: str = "r-1", **given: Any) -> dict[str, Any]:
    moment = (START + timedelta(seconds=seconds)).isoformat()
    place = {"type": "cloud_run_revision", "labels": {"service_name": "shop", "revision_name": release}}
    return an_entry(message, **{"timestamp": moment, "labels": {"instanceId": stream}, "resource": place} | given)


def login(name: str, seconds: float = 0, **given: Any) -> dict[str, Any]:
    return told(f"Login of {name} refused", seconds, **given)


def digests(*names: str) -> list[str]:
    found = Fingerprint.objects.filter(masked__in=[f"Login of {name} refused" for name in names])
    return sorted(found.values_list("digest", flat=True))


def part(pattern: Pattern, *names: str, **given: Any) -> GroupingDecision:
    return parting.part(pattern, actor=given.pop("actor", somebody()), fingerprints=digests(*names), **given)


def take_back(decision: GroupingDecision) -> None:
    """As a person and a worker do it one after the other."""
    taking_back.undo(decision, actor=somebody())
    tasks.join_patterns(decision.project_id)


def picture(project: Project) -> dict[str, Any]:
    """All that is counted for the project's patterns that stand, up to ids."""
    patterns = Pattern.objects.standing().filter(project=project)
    fields = ("template", "entries", "first_seen", "last_seen", "file", "line", "severity", "piece", "exception", "reports_a_fault")
    return {
        "groups": patterns_of(project),
        "patterns": sorted(patterns.values_list(*fields, "set_apart"), key=repr),
        "variables": sorted(patterns.values_list("variables", flat=True), key=repr),
        "hours": sorted(HourCount.objects.values_list("pattern__template", "source", "release", "hour", "entries")),
        "samples": sorted(Sample.objects.values_list("pattern__template", "time_ns", "message", "raw")),
        "affected": sorted(Affected.objects.values_list("pattern__template", "kind", "value")),
        "sightings": sorted(
            Sighting.objects.values_list(
                *("pattern__template", "stream", "release", "start_ns", "end_ns", "entries", "lead_insert_id", "issue__title")
            )
        ),
        "issues": issues_of(project),
        "joins": PatternJoin.objects.count(),
    }


def counted(pattern: Pattern) -> tuple[Any, ...]:
    hours = HourCount.objects.filter(pattern=pattern).values_list("source", "release", "hour", "entries")
    seen = [((row.stream, row.release_id), parting.sightings.window_of(row)) for row in Sighting.objects.filter(pattern=pattern)]
    return pattern.entries, pattern.first_seen, pattern.last_seen, sorted(hours), sorted(seen)


def expected(pattern: Pattern) -> tuple[Any, ...]:
    """The same, from the entries alone."""
    entries = list(Entry.objects.filter(fingerprint_id__in=pattern.fingerprints.values("pk")))
    hours: Counter[tuple[Any, ...]] = Counter()
    windows: dict[tuple[str, int], list[Window]] = defaultdict(list)
    for one in entries:
        hours[one.source_id, one.release_id, to_datetime(one.time_ns).replace(minute=0, second=0, microsecond=0)] += 1
        windows[one.stream, one.release_id].append(Window.around(one.time_ns, one.source_id, one.insert_id))
    times = [to_datetime(one.time_ns) for one in entries]
    seen = [(place, window) for place, found in windows.items() for window in close_gaps(found)]
    return len(entries), min(times), max(times), sorted((*key, total) for key, total in hours.items()), sorted(seen)
