"""What an iteration has to say on GitHub, handed down to the floor that says it."""

from __future__ import annotations

import hashlib

import msgspec

from audits import gates
from audits.dossier import Dossier
from audits.models import Iteration, IterationState
from audits.reports import github
from audits.terms import Phase, Verdict
from incidents.actions import mirrors
from incidents.errors import Unmet


def tell_github(iteration: Iteration, dossier: Dossier, unmet: list[Unmet]) -> None:
    """Let the issue's twin, where there is one, tell how far the iteration is; in the last phase bring evidence and verdict there.

    The caller holds the iteration's row. Safe to call again: what was said is not said a second time.
    """
    if not iteration.project.github_repository:
        return
    told = [{"title": section.title, "markdown": section.markdown} for section in github.sections(dossier, unmet=unmet)]
    mirrors.show_report(iteration.issue, sections=told, missing=github.missing_comment(dossier, unmet=unmet))
    if iteration.state == IterationState.RUNNING and iteration.phase == Phase.COMMIT:
        mirrors.show_proof(
            iteration.issue,
            iteration=iteration.pk,
            digest=_digest(dossier),
            evidence=github.evidence_comment(dossier),
            verdict=github.verdict_comment(dossier),
            verified=_is_proven(dossier),
        )
    elif iteration.state == IterationState.RUNNING:
        mirrors.withdraw_proof(iteration.issue)


def _is_proven(dossier: Dossier) -> bool:
    """Whether the iteration will end as verified: the verdict says so, and no gate before the last was opened by a waiver."""
    before = [one for phase in Phase if phase is not Phase.COMMIT for one in gates.unmet(dossier, phase)]
    return dossier.verification.verdict is Verdict.VERIFIED and not before


def _digest(dossier: Dossier) -> str:
    """What evidence and verdict rest on. Moves through the phases do not change it, so they bring no second comment."""
    basis = (dossier.verification, [run.report_hash for run in dossier.runs], dossier.fix and dossier.fix.commit, dossier.waivers)
    return hashlib.sha256(msgspec.json.encode(basis)).hexdigest()[:16]
