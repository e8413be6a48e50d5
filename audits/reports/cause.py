"""Phase 1 of a log: the whys and the root cause. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from audits.contradictions.patterns import PatternInvalid, failures
from audits.dossier import Dossier, RootCause, Why
from audits.reports.markup import NOTHING, field, place, versions
from incidents.quoting import code, inline


def cause(dossier: Dossier) -> Iterator[str]:
    """The newest version of whys and root cause; earlier ones are named."""
    yield "## 1) FIVE WHYS ROOT CAUSE ANALYSIS"
    found = dossier.root_cause
    if found is None:
        yield NOTHING
        return
    for number, why in enumerate(found.whys, start=1):
        yield from _why(number, why)
    # Not in the heading, whose words tell a reader what stands under it.
    yield "### ROOT CAUSE"
    yield field("Statement", inline(found.statement))
    yield field("Impact", inline(found.impact))
    yield field("Fix", inline(found.fix))
    yield field("Scope", ", ".join(place(each.file, each.line) for each in found.scope))
    yield from _pattern(found)
    yield versions("Root cause", dossier.root_causes)


def _why(number: int, why: Why) -> Iterator[str]:
    yield f"### WHY #{number}: {inline(why.question) or NOTHING}"
    yield field("ANSWER", inline(why.answer))
    if why.evidence:
        yield field("Evidence", ", ".join(code(_reference(each)) for each in why.evidence))


def _reference(evidence: Any) -> str:
    """A reference as it was given: a text, or one of an object's forms such as {"entry": …} or {"file": …, "line": …}."""
    if not isinstance(evidence, Mapping):
        return str(evidence)
    if evidence.get("file"):
        line = evidence.get("line")
        return str(evidence["file"]) if line is None else f"{evidence['file']}:{line}"
    return ", ".join(f"{name} {value}" for name, value in evidence.items())


def _pattern(found: RootCause) -> Iterator[str]:
    """A proposed expression, the values that it is for, and which of them it misses."""
    if not found.pattern_regex:
        return
    yield "### Proposed Pattern"
    yield field("Pattern", code(found.pattern_regex))
    yield field("Must match", _values(found.pattern_must_match))
    try:
        missed = failures(found.pattern_regex, found.pattern_must_match)
    except PatternInvalid as invalid:
        yield f"It could not be tried: {inline(invalid.detail)}"
    else:
        yield field("Does not match", _values(missed)) if missed else "It matches every one of them."


def _values(values: Sequence[str]) -> str:
    return ", ".join(code(value) or "the empty text" for value in values)
