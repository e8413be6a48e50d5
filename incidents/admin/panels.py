"""What an issue's page shows beside its form."""

from __future__ import annotations

from typing import Any, Final

from incidents.clock import NANOSECONDS, iso_ns
from incidents.models import Affected, HourCount, Issue, Release, Sample

SHOWN_SAMPLES: Final = 8
SHOWN_OCCURRENCES: Final = 12
SHOWN_EVENTS: Final = 30


def of_issue(issue: Issue) -> dict[str, Any]:
    """The template's context for one issue."""
    patterns = list(issue.patterns.order_by("-entries", "id")[:20])
    samples = Sample.objects.filter(pattern__in=patterns).select_related("pattern").order_by("-time_ns")[:SHOWN_SAMPLES]
    occurrences = issue.occurrences.order_by("-start_ns")[:SHOWN_OCCURRENCES]
    releases = (
        Release.objects.filter(pk__in=HourCount.objects.filter(pattern__in=patterns).values("release"))
        .exclude(name="")
        .order_by("first_seen")
    )
    return {
        "issue": issue,
        "patterns": patterns,
        "samples": [{"time": iso_ns(sample.time_ns), "message": sample.message, "raw": sample.raw} for sample in samples],
        "occurrences": [
            {
                "start": iso_ns(one.start_ns),
                "seconds": (one.end_ns - one.start_ns) / NANOSECONDS,
                "entries": one.entries,
                "stream": one.stream,
            }
            for one in occurrences
        ],
        "events": issue.events.all()[:SHOWN_EVENTS],
        "releases": list(releases[:10]),
        "affected": [
            (label, Affected.objects.filter(pattern__in=patterns, kind=kind).values("value").distinct().count()) for kind, label in _KINDS
        ],
        "children": list(issue.children.select_related("project").order_by("number")),
    }


_KINDS: Final = ((Affected.Kind.TRACE, "requests"), (Affected.Kind.USER, "users"), (Affected.Kind.INSTANCE, "instances"))
