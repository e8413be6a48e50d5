"""What an issue's page shows beside its form."""

from __future__ import annotations

from typing import Any, Final

from django.db.models.functions import Left, Length

from incidents.admin.columns import SHOWN_CHARACTERS
from incidents.admin.github import twins
from incidents.admin.timeline import tell
from incidents.clock import NANOSECONDS, iso_ns
from incidents.models import Affected, HourCount, Issue, IssueState, Pattern, Release, Sample

SHOWN_SAMPLES: Final = 8
SHOWN_OCCURRENCES: Final = 12
SHOWN_EVENTS: Final = 30
SHOWN_PATTERNS: Final = 20
# Of an entry as it came. Entries may be a megabyte long, and nobody reads that here.
RAW_CHARACTERS: Final = 20_000

_KINDS: Final = (
    (Affected.Kind.TRACE, "request", "requests"),
    (Affected.Kind.USER, "user", "users"),
    (Affected.Kind.INSTANCE, "instance", "instances"),
)


def of_issue(issue: Issue) -> dict[str, Any]:
    """The template's context for one issue."""
    patterns = list(issue.patterns.order_by("-entries", "id")[:SHOWN_PATTERNS])
    releases = (
        Release.objects.filter(pk__in=HourCount.objects.filter(pattern__in=patterns).values("release"))
        .exclude(name="")
        .order_by("first_seen")
    )
    return {
        "issue": issue,
        "patterns": patterns,
        "samples": _samples(patterns),
        "occurrences": _occurrences(issue),
        "events": tell(issue.events.all()[:SHOWN_EVENTS]),
        "releases": list(releases[:10]),
        "affected": [said for kind, one, many in _KINDS if (said := _affected(patterns, kind, one, many))],
        "children": list(issue.children.select_related("project").order_by("number")),
        "place": _place(issue.location or {}),
        "github": twins.of_issue(issue),
        "phase": phase_of(issue),
        "is_auditable": issue.state in (IssueState.OPEN, IssueState.IGNORED),
    }


def phase_of(issue: Issue) -> str:
    """The phase of the iteration that walks the issue, in words. Phases are the floor's above; only their codes are known here."""
    return issue.phase.replace("_", " ")


def _place(location: dict[str, Any]) -> str:
    """`module:function:line · file`, as far as it is known."""
    file, line = location.get("file"), location.get("line")
    code = [str(location[name]) for name in ("module", "function") if location.get(name)]
    if not code:
        return ":".join(str(part) for part in (file, line) if part)
    return " · ".join(part for part in (":".join([*code, *([str(line)] if line else [])]), file) if part)


def _samples(patterns: list[Pattern]) -> list[dict[str, Any]]:
    samples = (
        Sample.objects.filter(pattern__in=patterns)
        .order_by("-time_ns")
        .values_list("time_ns", Left("message", SHOWN_CHARACTERS), Left("raw", RAW_CHARACTERS), Length("raw"))
    )
    return [
        {"time": iso_ns(time_ns), "message": message, "raw": raw, "left_out": length - len(raw)}
        for time_ns, message, raw, length in samples[:SHOWN_SAMPLES]
    ]


def _occurrences(issue: Issue) -> list[dict[str, Any]]:
    return [
        {
            "start": iso_ns(one.start_ns),
            "seconds": (one.end_ns - one.start_ns) / NANOSECONDS,
            "entries": one.entries,
            "stream": one.stream,
        }
        for one in issue.occurrences.order_by("-start_ns")[:SHOWN_OCCURRENCES]
    ]


def _affected(patterns: list[Pattern], kind: str, one: str, many: str) -> str:
    number = Affected.objects.filter(pattern__in=patterns, kind=kind).values("value").distinct().count()
    if not number:
        return ""
    return f"{number} {one if number == 1 else many}" + (" or more" if number >= Affected.LIMIT else "")
