"""What an iteration's page shows, from its dossier: the newest of everything, and the earlier versions to unfold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, Final, TypeVar, get_args

import msgspec

from audits.actions.statements import check_pattern
from audits.admin.forms.base import told_of
from audits.admin.forms.reviews import name_of
from audits.claims.shapes import AnyClaim
from audits.dossier import Dossier, Review, RootCause, Waiver
from audits.gates import still_unmet
from audits.gathering import contradictions_of, gather
from audits.models import Claim, Iteration, IterationState
from audits.models.iteration import PHASES
from audits.verification import Reason, Result, Row, UnplannedRow, Verification
from incidents.models import CommitCheck

SHOWN_RUNS: Final = 30
# A plan may have thousands of tests, and as many things may be wrong with it; the log, to be downloaded from the page, has them all.
SHOWN_TESTS: Final = 300
SHOWN_VERSIONS: Final = 10
SHOWN_CLAIMS: Final = 100
SHOWN_CHARACTERS: Final = 600

T = TypeVar("T")


def of_iteration(iteration: Iteration) -> dict[str, Any]:
    """The template's context for one iteration."""
    dossier = gather(iteration)
    verification, plan = dossier.verification, dossier.test_plan
    unmet, contradictions = still_unmet(dossier), contradictions_of(iteration, dossier)
    return {
        "iteration": iteration,
        "issue": iteration.issue,
        "dossier": dossier,
        "is_running": iteration.state == IterationState.RUNNING,
        "is_imported": iteration.state == IterationState.IMPORTED,
        "phases": _phases(iteration, dossier),
        "unmet": [{"code": one.code, "detail": told_of(one), "waiving": name_of(one)} for one in unmet[:SHOWN_TESTS]],
        "unmet_left_out": max(0, len(unmet) - SHOWN_TESTS),
        "verification": verification,
        "waived_by": _waived_by(dossier.waivers),
        "rows": [_verified(row) for row in _telling(verification.tests)[:SHOWN_TESTS]],
        "rows_left_out": max(0, len(verification.tests) - SHOWN_TESTS),
        "unplanned": [{"row": row, "result": words(row.result)} for row in verification.unplanned],
        "reasons": _of_the_whole(verification)[:SHOWN_TESTS],
        "contradictions": contradictions[:SHOWN_TESTS],
        "contradiction_count": len(contradictions),
        "cause": _cause(dossier.root_cause),
        "earlier_causes": [_cause(cause) for cause in _earlier(dossier.root_causes)],
        "tests": [{"test": test, "expectation": words(test.expectation)} for test in (plan.tests if plan else [])[:SHOWN_TESTS]],
        "tests_left_out": max(0, len(plan.tests) - SHOWN_TESTS) if plan else 0,
        "earlier_plans": _earlier(dossier.test_plans),
        "runs": [_run(run) for run in dossier.runs[: -SHOWN_RUNS - 1 : -1]],
        "reviews": [_review(review) for review in dossier.reviews[: -SHOWN_VERSIONS - 1 : -1]],
        "earlier_fixes": _earlier(dossier.fixes),
        "checks": _checks(iteration, dossier),
        "moves": [{"move": move, "phase": _NAME[move.phase]} for move in dossier.moves],
        "children": list(iteration.issue.children.select_related("project").order_by("number")[:SHOWN_CLAIMS]),
        "later": list(iteration.later.order_by("number")),
    }


def _checks(iteration: Iteration, dossier: Dossier) -> list[CommitCheck]:
    """What checks and workflows on GitHub said of the fix's commit: hints."""
    if dossier.fix is None:
        return []
    said = CommitCheck.objects.filter(project=iteration.project, commit=dossier.fix.commit)
    return list(said.order_by("name", "kind")[:SHOWN_CLAIMS])


def of_claims(iteration: Iteration) -> dict[str, Any]:
    """What an imported iteration's page shows besides: the claims by kind, and how each section of its part of the log was read."""
    if iteration.source is None:
        return {}
    first, last = iteration.source_lines or (1, 0)
    sections = [section_of(section) for section in iteration.source.sections if first <= section["lines"]["first"] <= last]
    claims = sorted(iteration.claims.all(), key=lambda claim: (_KINDS.index(claim.kind), claim.ordinal))
    return {
        "source": iteration.source,
        "claims": [_of_kind(kind, list(found)) for kind, found in groupby(claims, key=lambda claim: claim.kind)],
        "sections": sections[:SHOWN_TESTS],
        "sections_left_out": max(0, len(sections) - SHOWN_TESTS),
    }


def section_of(section: dict[str, Any]) -> dict[str, Any]:
    """A section of an imported log as it was kept, with what it was read as in words."""
    return section | {"read_as": ", ".join(map(words, section["read_as"])) or "kept word by word"}


def words(code: str) -> str:
    """A code as a person would write it."""
    return code.replace("_", " ")


_NAME: Final = dict(PHASES)
_FIELDS: Final = {str(shape.__struct_config__.tag): msgspec.structs.fields(shape) for shape in get_args(AnyClaim)}
_KINDS: Final = list(_FIELDS)


def _phases(iteration: Iteration, dossier: Dossier) -> list[dict[str, Any]]:
    """All phases in their order; an imported log was never walked through them."""
    if iteration.state == IterationState.IMPORTED:
        return []
    entered = {move.phase for move in dossier.moves}
    ended = iteration.state == IterationState.DONE
    return [{"name": name, "current": phase == iteration.phase and not ended, "entered": phase in entered} for phase, name in PHASES]


def _telling(rows: Sequence[Row]) -> list[Row]:
    """In the plan's order; where not all can be shown, what is not proven comes first."""
    return sorted(rows, key=lambda row: row.result is Result.PROVEN) if len(rows) > SHOWN_TESTS else list(rows)


def _of_the_whole(verification: Verification) -> list[Reason]:
    """The reasons that no row of a test tells already."""
    rows: list[Row | UnplannedRow] = [*verification.tests, *verification.unplanned]
    told = {(row.result.value, row.name) for row in rows}
    return [reason for reason in verification.reasons if (reason.code, reason.subject) not in told]


def _verified(row: Row) -> dict[str, Any]:
    return {"row": row, "result": words(row.result), "expectation": words(row.expectation)}


def _waived_by(waivers: Iterable[Waiver]) -> list[tuple[str, str]]:
    """Who let something pass, and the codes of it."""
    codes: dict[str, dict[str, None]] = {}
    for waiver in waivers:
        codes.setdefault(waiver.by.name, {})[waiver.code] = None
    return [(name, ", ".join(waived)) for name, waived in codes.items()]


def _cause(cause: RootCause | None) -> dict[str, Any] | None:
    if cause is None:
        return None
    return {"cause": cause, "does_not_match": check_pattern(cause.pattern_regex, cause.pattern_must_match)}


def _run(run: Any) -> dict[str, Any]:
    counts = [{"outcome": outcome.value, "count": count} for outcome, count in run.counts.items() if count]
    return {"run": run, "stage": words(run.stage), "counts": counts}


def _review(review: Review) -> dict[str, Any]:
    verdict = "approved" if review.approved else "needs_improvement"
    return {"review": review, "verdict": verdict, "word": words(verdict)}


def _earlier(versions: Sequence[T]) -> list[T]:
    """All but the newest, the later first."""
    return list(reversed(versions[:-1]))[:SHOWN_VERSIONS]


def _of_kind(kind: str, claims: Sequence[Claim]) -> dict[str, Any]:
    return {
        "kind": words(kind),
        "count": len(claims),
        "claims": [{"claim": claim, "said": list(_said(kind, claim.value))} for claim in claims[:SHOWN_CLAIMS]],
        "left_out": max(0, len(claims) - SHOWN_CLAIMS),
    }


def _said(kind: str, value: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """What a claim states, by name; what it leaves open, or says as nearly all do, is left out."""
    # In the order of its shape: a database may keep names in an order of its own.
    for field in _FIELDS[kind]:
        said = value.get(field.name)
        text = _plain(said) if said != field.default else ""
        if text:
            yield words(field.name), text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def _plain(value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{words(name)} {text}" for name, one in value.items() if (text := _plain(one)))
    if isinstance(value, list):
        return "; ".join(map(_plain, value))
    return str(value)
