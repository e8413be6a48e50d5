"""An issue's history in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

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
    told = _SENTENCES.get(verb)
    return told(data) if told else verb.replace("_", " ")


def _opened(data: dict[str, Any]) -> str:
    how = {"hand": "by hand", "import": "from an imported audit log"}
    return f"opened it {how.get(data.get('by', ''), 'from the logs')}"


def _regressed(data: dict[str, Any]) -> str:
    release = f" on {data['release']}" if data.get("release") else ""
    return f"reopened it: it came again{release} after it was resolved as {_resolution(data.get('was'))}"


def _chosen(data: dict[str, Any]) -> str:
    return "chose it as the most critical issue" + (f" for “{data['focus']}”" if data.get("focus") else "")


def _proven(data: dict[str, Any]) -> str:
    return f"resolved it as {_resolution(data.get('resolution'))}: every gate of iteration {data.get('number')} is passed"


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


_SENTENCES: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "opened": _opened,
    "child_opened": lambda data: f"opened {data.get('key')} as its child",
    "edited": lambda data: f"changed {', '.join(_label(name) for name in data)}",
    "resolved": lambda data: f"resolved it as {_resolution(data.get('resolution'))}",
    "ignored": lambda data: f"ignored it {_how_long(data)}",
    "reopened": lambda data: f"reopened it; it was {_resolution(data.get('was'))}",
    "regressed": _regressed,
    "woke": lambda data: "opened it again: what it was ignored for is over",
    "chosen": _chosen,
    "proven": _proven,
    "confirmed": lambda data: f"confirmed it: quiet for {data.get('quiet_hours')} hours while the system was at work",
    "iteration_begun": lambda data: f"began iteration {data.get('number')}",
    "iteration_moved": lambda data: f"moved iteration {data.get('number')} on to {data.get('phase')}",
    "iteration_back": lambda data: f"took iteration {data.get('number')} back to {data.get('phase')}",
    "iteration_abandoned": lambda data: f"abandoned iteration {data.get('number')}",
    "iteration_imported": lambda data: f"imported iteration {data.get('number')}",
}
