"""The head of a log: which iteration it is, and the issue that was chosen (phase 0). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from audits.dossier import Dossier, Issue
from audits.reports.markup import bullets, field, numbered, place, signed
from audits.terms import NUMBER_OF_PHASE
from incidents.clock import iso
from incidents.quoting import code, inline


def head(dossier: Dossier) -> Iterator[str]:
    """Title and phase 0."""
    yield f"# Audit log: {inline(dossier.project)} iteration {dossier.number}"
    yield f"## Process Iteration {dossier.number}"
    yield bullets(_about(dossier))
    yield "### 0) LOG ANALYSIS"
    yield field("Focus Area", inline(dossier.focus))
    yield "### ISSUE DETAILS:"
    yield bullets(_particulars(dossier.issue))
    yield "### CHOICE - THE ISSUE TO ACTION:"
    yield field("Issue", inline(dossier.issue.title))
    yield "It was chosen because:"
    yield numbered(inline(reason) for reason in dossier.reasons) if dossier.reasons else "No reason is recorded."


def _about(dossier: Dossier) -> Iterator[str]:
    ended = f", ended {iso(dossier.ended_at)}" if dossier.ended_at else ""
    yield field("Iteration", f"{dossier.state}, phase {NUMBER_OF_PHASE[dossier.phase]} {dossier.phase}{ended}")
    yield field("Begun", signed(dossier.by))
    if dossier.previous is not None:
        yield field("Follows", f"iteration {dossier.previous} of the same project")


def _particulars(issue: Issue) -> Iterator[str]:
    yield field("Title", inline(issue.title))
    yield field("Key", code(issue.key))
    yield field("Severity", issue.severity)
    yield from _location(issue.location or {})
    yield field("First seen", iso(issue.first_seen))
    yield field("Last seen", iso(issue.last_seen))
    yield field("Impact", inline(issue.impact))
    yield field("Symptoms", inline(issue.symptoms))
    yield field("Context", inline(issue.context))


def _location(location: Mapping[str, Any]) -> Iterator[str]:
    """Where it was seen, as far as that is known: a file or module with the line, and the others apart."""
    file, module, function = (str(location.get(name) or "").strip() for name in ("file", "module", "function"))
    yield field("Location", place(file or module, location.get("line")))
    if file and module:
        yield field("Module", code(module))
    if function:
        yield field("Function", code(function))
