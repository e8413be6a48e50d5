"""Phases 2.1 and 8 of a log: the issue's twin on GitHub, the commit, and what the logs say afterwards. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audits.dossier import Dossier, Mirror
from audits.reports.markup import NOTHING, bullets, field
from audits.terms import Verdict
from incidents.quoting import code, inline

_CONFIRMATION: Final = {
    "none": "the logs have not been asked",
    "watching": "the logs are being watched",
    "confirmed": "quiet for the project's window, while the project had traffic",
    "regressed": "it came back",
}


def github(dossier: Dossier) -> Iterator[str]:
    """Phase 2.1: the issue on GitHub."""
    yield "## 2.1) GITHUB ISSUE"
    mirror = dossier.mirror
    if mirror is None or mirror.number is None:
        yield NOTHING if dossier.rules.github_repository else "The project has no GitHub repository."
        return
    yield field("GitHub Issue", inline(mirror.url) or code(f"{mirror.repository}#{mirror.number}"))
    yield bullets(
        [
            field("Number", f"#{mirror.number} of {code(mirror.repository)}"),
            field("Status", mirror.state.capitalize()),
        ]
    )


def commit(dossier: Dossier) -> Iterator[str]:
    """Phase 8: the commit, GitHub, and the confirmation by the logs."""
    yield "## 8) COMMIT"
    found = dossier.fix
    yield bullets(
        [
            field("Commit", code(found.commit) if found else ""),
            field("On the default branch", _on_branch(dossier)),
            field("GitHub", _on_github(dossier.mirror)),
            field("Issue", _outcome(dossier)),
            field("The logs", _CONFIRMATION.get(dossier.issue.confirmation, inline(dossier.issue.confirmation))),
        ]
    )


def _on_branch(dossier: Dossier) -> str:
    if dossier.fix is None:
        return ""
    return "seen there" if dossier.on_default_branch else "not seen there, and no person states it"


def _on_github(mirror: Mirror | None) -> str:
    if mirror is None or mirror.number is None:
        return "not linked"
    arrived = "the evidence has arrived" if mirror.evidence_arrived else "the evidence has not arrived"
    unproven = ", closed without proof" if mirror.closed_unproven else ""
    return f"#{mirror.number} is {mirror.state}{unproven}; {arrived}"


def _outcome(dossier: Dossier) -> str:
    """The issue as it stands now, which may be another iteration's doing."""
    issue = dossier.issue
    if issue.resolution == "verified" and dossier.verification.verdict is not Verdict.VERIFIED:
        return f"{code(issue.key)} was settled by another iteration"
    return f"{code(issue.key)} is {issue.state}{f' as {issue.resolution}' if issue.resolution else ''}"
