"""What a pattern's page shows beside its fields: what varies in it, where it belongs, and what it comes with."""

from __future__ import annotations

from typing import Any, Final

from incidents.admin.bursts import statistics
from incidents.admin.columns import SHOWN_CHARACTERS
from incidents.admin.wording import offset
from incidents.models import Companion, IssuePattern, IssueState, Pattern
from incidents.severity import Severity

SHOWN_ISSUES: Final = 20
SHOWN_COMPANIONS: Final = 20
LISTED_CHARACTERS: Final = 500


def of_pattern(pattern: Pattern) -> dict[str, Any]:
    """The template's context for one pattern."""
    parts = IssuePattern.objects.filter(pattern=pattern).select_related("issue__project", "issue__lead_pattern")
    leads = Companion.objects.filter(pattern=pattern).select_related("lead").order_by("chance", "lead")
    companions = Companion.objects.filter(lead=pattern).select_related("pattern").order_by("lag_ns", "pattern")
    home = pattern.issue
    cut = pattern.template[:SHOWN_CHARACTERS]
    return {
        "template": cut if cut == pattern.template else f"{cut}…",
        "severity": Severity(pattern.severity).name,
        "place": place({"module": pattern.module, "function": pattern.function, "file": pattern.file, "line": pattern.line}),
        "fingerprints": pattern.fingerprints.count(),
        "variables": [_variable(one) for one in pattern.variables],
        "parts": list(parts.order_by("-entries", "issue")[:SHOWN_ISSUES]),
        "alone": home if home and home.state != IssueState.MERGED else None,
        "leads": [_companion(row, row.lead, offset(row.lag_ns), lead="it") for row in leads[:SHOWN_COMPANIONS]],
        "companions": [_companion(row, row.pattern, offset(row.lag_ns), lead="this") for row in companions[:SHOWN_COMPANIONS]],
        "more_companions": max(0, companions.count() - SHOWN_COMPANIONS),
        "continued_by": Pattern.objects.filter(continues=pattern).order_by("-version", "pk").first(),
    }


def place(location: dict[str, Any]) -> str:
    """`module:function:line · file`, as far as it is known."""
    file, line = location.get("file"), location.get("line")
    code = [str(location[name]) for name in ("module", "function") if location.get(name)]
    if not code:
        return ":".join(str(part) for part in (file, line) if part)
    return " · ".join(part for part in (":".join([*code, *([str(line)] if line else [])]), file) if part)


def _variable(told: dict[str, Any]) -> dict[str, Any]:
    name = str(told.get("name", ""))
    return {"name": name, "values": told.get("values", []), "why": str(told.get("why", "")).removeprefix(f"{name}: ")}


def _companion(row: Companion, other: Pattern, when: str, *, lead: str) -> dict[str, Any]:
    return {
        "pattern": other,
        "severity": Severity(other.severity).name,
        "text": other.template[:LISTED_CHARACTERS],
        "when": when,
        "statistics": statistics(row, lead=lead),
    }
