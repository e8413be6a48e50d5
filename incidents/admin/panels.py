"""What an issue's page shows beside its form."""

from __future__ import annotations

from typing import Any, Final

from django.db.models.functions import Left, Length

from incidents.actions import regrouping as decided
from incidents.admin import bursts, regrouping
from incidents.admin.belonging import place
from incidents.admin.columns import SHOWN_CHARACTERS
from incidents.admin.github import twins
from incidents.admin.timeline import tell
from incidents.clock import iso_ns
from incidents.models import Affected, HourCount, Issue, IssueState, Pattern, Release, Sample

SHOWN_SAMPLES: Final = 8
SHOWN_EVENTS: Final = 30
SHOWN_MERGED: Final = 30
# Of an entry as it came. Entries may be a megabyte long, and nobody reads that here.
RAW_CHARACTERS: Final = 20_000

_KINDS: Final = (
    (Affected.Kind.TRACE, "request", "requests"),
    (Affected.Kind.USER, "user", "users"),
    (Affected.Kind.INSTANCE, "instance", "instances"),
)


def of_issue(issue: Issue) -> dict[str, Any]:
    """The template's context for one issue."""
    parts = bursts.parts_of(issue, most=bursts.SHOWN_PATTERNS + 1)
    patterns = [part.pattern for part in parts]
    decisions = decided.standing(issue)
    releases = (
        Release.objects.filter(pk__in=HourCount.objects.filter(pattern__in=patterns).values("release"))
        .exclude(name="")
        .order_by("first_seen")
    )
    return {
        "issue": issue,
        "parts": parts,
        "burst": bursts.of_issue(issue, parts, decisions),
        "samples": _samples(patterns),
        "occurrences": bursts.occurrences_of(issue),
        "decisions": regrouping.told(decisions[: regrouping.SHOWN_DECISIONS], issue),
        "more_decisions": max(0, len(decisions) - regrouping.SHOWN_DECISIONS),
        "merge": regrouping.merge_of(issue, decisions),
        "merged_here": list(issue.merged.select_related("project").order_by("number")[:SHOWN_MERGED]),
        "events": tell(issue.events.all()[:SHOWN_EVENTS]),
        "releases": list(releases[:10]),
        "affected": [said for kind, one, many in _KINDS if (said := _affected(patterns, kind, one, many))],
        "children": list(issue.children.select_related("project").order_by("number")),
        "place": place(issue.location or {}),
        "github": twins.of_issue(issue),
        "phase": phase_of(issue),
        "is_auditable": issue.state in (IssueState.OPEN, IssueState.IGNORED),
    }


def phase_of(issue: Issue) -> str:
    """The phase of the iteration that walks the issue, in words. Phases are the floor's above; only their codes are known here."""
    return issue.phase.replace("_", " ")


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


def _affected(patterns: list[Pattern], kind: str, one: str, many: str) -> str:
    number = Affected.objects.filter(pattern__in=patterns, kind=kind).values("value").distinct().count()
    if not number:
        return ""
    return f"{number} {one if number == 1 else many}" + (" or more" if number >= Affected.LIMIT else "")
