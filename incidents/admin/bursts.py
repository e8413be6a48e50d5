"""What an issue's page shows of its burst: which pattern leads, what comes with it and when, and how that is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any, Final

from django.db.models import Case, Value, When
from django.db.models.functions import Left

from incidents.admin.wording import duration, odds, offset
from incidents.clock import NANOSECONDS, iso_ns
from incidents.models import Companion, GroupingDecision, Issue, IssuePattern, IssueState, Occurrence, Pattern
from incidents.pieces import Piece
from incidents.severity import Severity

SHOWN_PATTERNS: Final = 20
SHOWN_OCCURRENCES: Final = 12
SHOWN_CHARACTERS: Final = 500
# How often and when a pattern comes is told from so many occurrences, the newest.
LOOKED_AT: Final = 200
# Where the first and the last mark of a strip stand, in per cent of its width.
_FIRST_MARK, _LAST_MARK = 3.0, 97.0

_PIECES: Final = {
    Piece.TRACEBACK: "a traceback of the same fault",
    Piece.CUT: "the beginning of the same traceback",
    Piece.FRAGMENT: "a piece of the same traceback",
    Piece.CONNECTIVE: "a connecting line of the same traceback",
    Piece.EXCEPTION: "the exception at the end of the same traceback",
}


@dataclass(frozen=True, slots=True)
class Coming:
    """In how many of the occurrences that were looked at each pattern came, and how long after the lead, where both did."""

    occurrences: int
    came: Mapping[int, int]
    offsets: Mapping[int, Sequence[int]]

    def offset(self, pattern: int) -> int | None:
        """The one in the middle of all cases; None where it never came beside the lead."""
        return median_low(self.offsets[pattern]) if pattern in self.offsets else None


def coming(occurrences: Collection[Iterable[Mapping[str, int]]], lead: int | None) -> Coming:
    """How patterns come in these occurrences, each of which is told by its companions. Pure."""
    came: defaultdict[int, int] = defaultdict(int)
    offsets: defaultdict[int, list[int]] = defaultdict(list)
    for companions in occurrences:
        starts = {one["pattern"]: one["start_ns"] for one in companions}
        for pattern, start_ns in starts.items():
            came[pattern] += 1
            if lead in starts:
                offsets[pattern].append(start_ns - starts[lead])
    return Coming(len(occurrences), dict(came), dict(offsets))


def parts_of(issue: Issue, *, most: int) -> list[IssuePattern]:
    """The issue's parts with their patterns, the lead first and then the largest."""
    lead_first = Case(When(pattern=issue.lead_pattern_id, then=Value(0)), default=Value(1))
    parts = issue.parts.select_related("pattern__issue").order_by(lead_first, "-entries", "pattern")
    return list(parts[:most])


def of_issue(issue: Issue, parts: Sequence[IssuePattern], decisions: Iterable[GroupingDecision]) -> dict[str, Any] | None:
    """The template's context of the burst, its lead first, then the others in the order in which they come; None for a single pattern."""
    if len(parts) < 2:
        return None
    looked_at = issue.occurrences.order_by("-start_ns").values_list("companions", flat=True)[:LOOKED_AT]
    known = coming(list(looked_at), issue.lead_pattern_id)
    shown = parts[:SHOWN_PATTERNS]
    reasons = _reasons(issue, shown, decisions)
    rows = [_row(issue, part, known, reasons[part.pattern_id]) for part in shown]
    rows.sort(key=lambda row: (not row["leads"], row["offset_ns"] is None, row["offset_ns"] or 0))
    _mark(rows)
    offsets = [row["offset_ns"] for row in rows if row["offset_ns"] is not None]
    return {
        "rows": rows,
        "more": len(parts) > SHOWN_PATTERNS,
        "looked_at": known.occurrences,
        "newest": issue.occurrence_count > known.occurrences,
        "span": duration(max(offsets) - min(offsets)) if offsets and max(offsets) > min(offsets) else "",
    }


def occurrences_of(issue: Issue) -> list[dict[str, Any]]:
    """The newest occurrences, and what came in each."""
    rows = list(issue.occurrences.order_by("-start_ns")[:SHOWN_OCCURRENCES])
    told = {one["pattern"] for row in rows if len(row.companions) > 1 for one in row.companions[:SHOWN_PATTERNS]}
    texts = _texts(told) if told else {}
    return [
        {
            "start": iso_ns(row.start_ns),
            "seconds": (row.end_ns - row.start_ns) / NANOSECONDS,
            "entries": row.entries,
            "stream": row.stream,
            "patterns": len(row.companions),
            "companions": _companions(row, issue.lead_pattern_id, texts) if len(row.companions) > 1 else [],
            "more": max(0, len(row.companions) - SHOWN_PATTERNS),
        }
        for row in rows
    ]


def statistics(row: Companion, *, lead: str) -> str:
    """Why the machine takes a pattern for a companion of its lead, which is called `lead`."""
    said = f"with {lead} {row.together:,} of the {row.seen:,} times it was looked at; by chance {odds(row.chance)}"
    without = row.lead_seen - row.lead_together
    return f"{said}; {lead} came without it {without:,} of {row.lead_seen:,} times" if without else said


def _row(issue: Issue, part: IssuePattern, known: Coming, reasons: list[dict[str, Any]]) -> dict[str, Any]:
    pattern, home = part.pattern, part.pattern.issue
    leads, offset_ns = pattern.pk == issue.lead_pattern_id, known.offset(pattern.pk)
    alone = home if home and home.pk != issue.pk and home.state != IssueState.MERGED else None
    return {
        "pattern": pattern,
        "severity": Severity(pattern.severity).name,
        "text": pattern.template[:SHOWN_CHARACTERS],
        "entries": part.entries,
        "came": known.came.get(pattern.pk, 0),
        "leads": leads,
        "offset_ns": offset_ns,
        "offset": "at other times" if offset_ns is None else offset(offset_ns),
        "reasons": [] if leads else reasons,
        "alone": alone,
        "alone_key": f"{issue.project.slug}-{alone.number}" if alone else "",
    }


def _reasons(issue: Issue, parts: Iterable[IssuePattern], decisions: Iterable[GroupingDecision]) -> dict[int, list[dict[str, Any]]]:
    """For each pattern why it is in the issue: who brought it, what the statistics say, or else what it is."""
    patterns = [part.pattern for part in parts]
    brought = _brought(issue, decisions)
    tied = _tied(issue, patterns)
    reasons: dict[int, list[dict[str, Any]]] = {}
    for pattern in patterns:
        found = []
        if decision := brought.get(pattern.pk):
            how = "merged by" if decision.kind == GroupingDecision.Kind.MERGE else "split off by"
            found.append({"text": f"{how} {decision.actor_name}, from", "issue": decision.issue})
        if row := tied.get(pattern.pk):
            lead = "the cause" if row.lead_id == issue.lead_pattern_id else f"“{row.lead}”"
            found.append({"text": statistics(row, lead=lead)})
        reasons[pattern.pk] = found or [{"text": _nature(pattern, issue)}]
    return reasons


def _brought(issue: Issue, decisions: Iterable[GroupingDecision]) -> dict[int, GroupingDecision]:
    """The decisions that brought patterns (ids) into the issue; the newest of each. What joined a pattern since counts as that one."""
    brought: dict[int, GroupingDecision] = {}
    for decision in decisions:
        if decision.target_id == issue.pk:
            brought = {row["id"]: decision for row in decision.patterns} | brought
    now = Pattern.objects.as_they_are_now(brought) if brought else {}
    return {into: brought[pk] for pk, into in now.items()} | brought


def _tied(issue: Issue, patterns: Sequence[Pattern]) -> dict[int, Companion]:
    """For each pattern how it is tied to the issue's lead, or else to another of these patterns."""
    rows = Companion.objects.filter(pattern__in=patterns, lead__in=patterns).select_related("lead")
    ordered = sorted(rows, key=lambda row: (row.lead_id != issue.lead_pattern_id, row.chance, row.lead_id))
    return {row.pattern_id: row for row in reversed(ordered)}


def _nature(pattern: Pattern, issue: Issue) -> str:
    if pattern.issue_id == issue.pk:
        return "one of this fault’s own patterns"
    return _PIECES.get(Piece(pattern.piece), "came beside it")


def _mark(rows: list[dict[str, Any]]) -> None:
    """Give each row that has an offset its place on the strip, as a length that SVG understands."""
    offsets = [row["offset_ns"] for row in rows if row["offset_ns"] is not None]
    if not offsets:
        return
    first, span = min(offsets), max(offsets) - min(offsets) or 1

    def place(offset_ns: int) -> str:
        return f"{_FIRST_MARK + (_LAST_MARK - _FIRST_MARK) * (offset_ns - first) / span:.2f}%"

    for row in rows:
        row["zero"] = place(0)
        row["place"] = "" if row["offset_ns"] is None else place(row["offset_ns"])


def _texts(pattern_ids: Collection[int]) -> dict[int, str]:
    return dict(Pattern.objects.filter(pk__in=pattern_ids).values_list("pk", Left("template", SHOWN_CHARACTERS)))


def _companions(row: Occurrence, lead: int | None, texts: Mapping[int, str]) -> list[dict[str, Any]]:
    """What came in an occurrence, with its time after the lead, or after the first where the lead did not come."""
    begin = next((one["start_ns"] for one in row.companions if one["pattern"] == lead), row.start_ns)
    return [
        {
            "pattern": one["pattern"] if one["pattern"] in texts else None,
            "text": texts.get(one["pattern"], "a pattern that is no more"),
            "entries": one["entries"],
            "leads": one["pattern"] == lead,
            "offset": offset(one["start_ns"] - begin),
        }
        for one in row.companions[:SHOWN_PATTERNS]
    ]
