"""Phase 4 of a log: every audit of the tests. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from audits.dossier import Dossier, Finding, Review
from audits.reports.markup import NOTHING, bullets, field, listed, signed, table
from incidents.quoting import code, inline


def reviews(dossier: Dossier) -> Iterator[str]:
    """Phase 4: the reviews, from the oldest to the newest; the newest counts."""
    yield "## 4) TEST AUDIT"
    if not dossier.reviews:
        yield NOTHING
    for review in dossier.reviews:
        yield from _review(review)


def _review(review: Review) -> Iterator[str]:
    yield f"### Review {review.version}"
    yield bullets(
        [
            field("Verdict", f"{_verdict(review)} (Compliance Score: {review.score:.1f}/100)"),
            field("Asked for", f"at least {review.threshold} of 100"),
            field("Reviewer", signed(review.by)),
        ]
    )
    yield "**Checks**:"
    yield table(
        ["Check", "Weight", "Score", "Evidence"],
        [[inline(check["name"]), f"{check['weight']}", f"{check['score']}", inline(check.get("evidence", ""))] for check in review.checks],
    )
    yield from listed("Strengths", [inline(strength) for strength in review.strengths])
    yield from listed("Files Approved", [code(path) for path in review.approved_files])
    if review.findings:
        yield "**Findings**:"
        yield table(["Severity", "Finding", "File", "State", "How it was closed"], map(_finding, review.findings))
    else:
        yield field("Findings", "none")


def _verdict(review: Review) -> str:
    return "APPROVED" if review.approved else "NEEDS IMPROVEMENT"


def _finding(finding: Finding) -> list[str]:
    told = [finding.severity.upper(), inline(finding.text), code(finding.file)]
    return [*told, "open", ""] if finding.closed is None else [*told, "closed", _closure(finding, finding.closed)]


def _closure(finding: Finding, how: str) -> str:
    commit = f" ({code(finding.closed_commit)})" if finding.closed_commit else ""
    return f"{inline(how) or NOTHING}{commit}, said by {inline(finding.closed_by) or 'unnamed'}"
