"""An issue's history in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.urls import reverse

from incidents.models import Event, Resolution
from incidents.severity import Severity

NOTHING = "nothing"
_LABELS = {"severity_override": "severity", "fix_needed": "fix needed"}


def tell(events: Iterable[Event]) -> list[dict[str, Any]]:
    """For each event when, who, a sentence that goes on from the name and where it leads, what was said, and what was changed."""
    return [
        {
            "at": event.at,
            "actor": event.actor_name,
            "sentence": _sentence(event.verb, event.data),
            "address": _address(event.data),
            "said": [text for text in (event.data.get("text"), event.data.get("reason"), *event.data.get("reasons", [])) if text],
            "changes": _changes(event.data) if event.verb == "edited" else [],
        }
        for event in events
    ]


def _sentence(verb: str, data: dict[str, Any]) -> str:
    """What was done. A verb that has no sentence here is named as it is, so that no event goes missing."""
    told = _SENTENCES.get(verb)
    return told(data) if told else verb.replace("_", " ")


def _address(data: dict[str, Any]) -> str:
    """The page of the other issue that it is about, or where on the web it is told of; nothing else may become a link."""
    if isinstance(data.get("issue"), int):
        return reverse("admin:incidents_issue_change", args=[data["issue"]])
    url = str(data.get("url") or "")
    return url if url.startswith(("https://", "http://")) else ""


def _opened(data: dict[str, Any]) -> str:
    how = {"hand": "by hand", "import": "from an imported audit log", "split": "for what was split off from another issue"}
    return f"opened it {how.get(data.get('by', ''), 'from the logs')}"


def _regressed(data: dict[str, Any]) -> str:
    release = f" on {data['release']}" if data.get("release") else ""
    return f"reopened it: it came again{release} after it was resolved as {_resolution(data.get('was'))}"


def _chosen(data: dict[str, Any]) -> str:
    return "chose it as the most critical issue" + (f" for “{data['focus']}”" if data.get("focus") else "")


def _proven(data: dict[str, Any]) -> str:
    return f"resolved it as {_resolution(data.get('resolution'))}: every gate of iteration {data.get('number')} is passed"


def _unfolded(data: dict[str, Any]) -> str:
    without = f" without {data['was']}" if data.get("was") else ""
    return f"let it stand for itself again: it was seen{without or ' alone'}"


def _patterns(data: dict[str, Any]) -> str:
    number = len(data.get("patterns") or ())
    return f"{number} pattern{'' if number == 1 else 's'}"


def _how_long(data: dict[str, Any]) -> str:
    waits = []
    if data.get("until"):
        waits.append(f"until {str(data['until'])[:16].replace('T', ' ')} UTC")
    if data.get("count"):
        waits.append(f"until {data['count']:,} more entries have come")
    return " or ".join(waits) or "for good"


def _resolution(value: Any) -> str:
    return str(Resolution(value).label) if value in Resolution.values else str(value)


def _twin(data: dict[str, Any]) -> str:
    return f"{data.get('repository')}#{data.get('number')}"


def _closed_unproven(data: dict[str, Any]) -> str:
    reason = str(data.get("state_reason") or "").replace("_", " ")
    return f"closed #{data.get('number')} on GitHub{f' as {reason}' if reason else ''}, without proof: here it stays open"


def _commit_fixes(data: dict[str, Any]) -> str:
    return f"saw commit {str(data.get('commit'))[:12]} on {data.get('branch')}, which says that it fixes this"


def _pull_request_fixes(data: dict[str, Any]) -> str:
    return f"saw pull request #{data.get('number')} ({data.get('state')}), which says that it fixes this"


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
    "merged": lambda data: f"merged it into {data.get('into')}",
    "merge_received": lambda data: f"merged {data.get('key')} into it",
    "merge_undone": lambda data: f"took back the merge with {data.get('key')}",
    "split": lambda data: f"split {_patterns(data)} off, to {data.get('key')}",
    "split_from": lambda data: f"split {_patterns(data)} off from {data.get('key')}, to it",
    "split_undone": lambda data: f"took back the split between it and {data.get('key')}",
    "folded": lambda data: f"let it go into {data.get('into')}: the logs show that both are one fault",
    "took_in": lambda data: f"took in {data.get('key')}: the logs show that both are one fault",
    "unfolded": _unfolded,
    "chosen": _chosen,
    "proven": _proven,
    "confirmed": lambda data: f"confirmed it: quiet for {data.get('quiet_hours')} hours while the system was at work",
    "iteration_begun": lambda data: f"began iteration {data.get('number')}",
    "iteration_moved": lambda data: f"moved iteration {data.get('number')} on to {data.get('phase')}",
    "iteration_back": lambda data: f"took iteration {data.get('number')} back to {data.get('phase')}",
    "iteration_abandoned": lambda data: f"abandoned iteration {data.get('number')}",
    "iteration_imported": lambda data: f"imported iteration {data.get('number')}",
    "comment_edited": lambda data: "edited a comment",
    "comment_deleted": lambda data: "deleted a comment on GitHub; here it is kept",
    "github_asked": lambda data: f"asked for a twin in {data.get('repository')}",
    "github_link_asked": lambda data: f"asked to link it to {_twin(data)}",
    "github_created": lambda data: f"created its twin {_twin(data)}",
    "github_linked": lambda data: f"linked it to {_twin(data)}",
    "github_closed": lambda data: f"closed its twin #{data.get('number')}: the fix is proven",
    "github_reopened": lambda data: f"reopened #{data.get('number')} on GitHub",
    "github_closed_unproven": _closed_unproven,
    "github_title_overruled": lambda data: (
        f"gave it another title on GitHub while it was retitled here: “{data.get('theirs')}” took the place of “{data.get('ours')}”"
    ),
    "github_evidence_arrived": lambda data: f"has the evidence now, in #{data.get('number')}",
    "github_refused": lambda data: f"took no write ({data.get('what')}): it is a dead letter, and waits for a person",
    "github_written_again": lambda data: "had everything of ours written to GitHub again",
    "github_replayed": lambda data: f"had a dead letter tried again ({data.get('what')})",
    "github_discarded": lambda data: f"discarded a dead letter ({data.get('what')})",
    "github_followed": lambda data: f"moved its twin from {data.get('was')} to {data.get('now')}",
    "github_moved_away": lambda data: f"moved its twin {data.get('was')} to {data.get('now')}, which is none of the project’s repositories",
    "github_deleted": lambda data: f"lost its twin {data.get('was')}: it was deleted there",
    "github_commit_fixes": _commit_fixes,
    "github_pull_request_fixes": _pull_request_fixes,
}
