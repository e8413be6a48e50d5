"""An issue's history in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from incidents.models import Event, Resolution
from incidents.severity import Severity

NOTHING = "nothing"
_LABELS = {"severity_override": "severity", "fix_needed": "fix needed"}


def tell(events: Iterable[Event]) -> list[dict[str, Any]]:
    """For each event when, who, a sentence that goes on from the name, what was said, and what was changed."""
    return [
        {
            "at": event.at,
            "actor": event.actor_name,
            "sentence": _sentence(event.verb, event.data),
            "said": [text for text in (event.data.get("text"), event.data.get("reason"), *event.data.get("reasons", [])) if text],
            "changes": _changes(event.data) if event.verb == "edited" else [],
        }
        for event in events
    ]


def _sentence(verb: str, data: dict[str, Any]) -> str:
    """What was done. A verb that has no sentence here is named as it is, so that no event goes missing."""
    if verb == "opened":
        return "opened it by hand" if data.get("by") == "hand" else "opened it from the logs"
    if verb == "child_opened":
        return f"opened {data.get('key')} as its child"
    if verb == "edited":
        return f"changed {', '.join(_label(name) for name in data)}"
    if verb == "resolved":
        return f"resolved it as {_resolution(data.get('resolution'))}"
    if verb == "ignored":
        return f"ignored it {_how_long(data)}"
    if verb == "reopened":
        return f"reopened it; it was {_resolution(data.get('was'))}"
    if verb == "regressed":
        release = f" on {data['release']}" if data.get("release") else ""
        return f"reopened it: it came again{release} after it was resolved as {_resolution(data.get('was'))}"
    if verb == "woke":
        return "opened it again: what it was ignored for is over"
    if verb == "chosen":
        return "chose it as the most critical issue" + (f" for “{data['focus']}”" if data.get("focus") else "")
    return verb.replace("_", " ")


def _how_long(data: dict[str, Any]) -> str:
    waits = []
    if data.get("until"):
        waits.append(f"until {str(data['until'])[:16].replace('T', ' ')} UTC")
    if data.get("count"):
        waits.append(f"until {data['count']:,} more entries have come")
    return " or ".join(waits) or "for good"


def _resolution(value: Any) -> str:
    return str(Resolution(value).label) if value in Resolution.values else str(value)


def _changes(data: dict[str, Any]) -> list[dict[str, str]]:
    return [{"name": _label(name), "from": _value(name, change["from"]), "to": _value(name, change["to"])} for name, change in data.items()]


def _label(name: str) -> str:
    return _LABELS.get(name, name)


def _value(name: str, value: Any) -> str:
    if value in (None, ""):
        return NOTHING
    if name == "severity_override":
        return Severity(value).name
    return f"“{value}”"
