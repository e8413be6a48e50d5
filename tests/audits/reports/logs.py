"""Logs for tests, and what stands under a heading of one."""

from audits.claims.lines import scan
from audits.dossier import Dossier
from audits.reports.log import markdown
from audits.terms import Outcome, Phase, Stage
from tests.audits.dossiers import a_complete_dossier, a_run, as_run, verified

PARTS = [
    "0) LOG ANALYSIS",
    "1) FIVE WHYS ROOT CAUSE ANALYSIS",
    "2) TEST SUITE PLAN",
    "2.1) GITHUB ISSUE",
    "3) TEST IMPLEMENTATION",
    "4) TEST AUDIT",
    "5) RED RUN: TESTS BEFORE THE FIX",
    "6) FIX",
    "7) GREEN RUN: TESTS AFTER THE FIX",
    "8) COMMIT",
    "WAY THROUGH THE PHASES",
    "UNMET",
    "CONTRADICTIONS",
    "EVIDENCE CHAIN",
]


def log_of(dossier: Dossier, unmet=(), contradictions=()) -> str:
    return markdown(dossier, unmet=unmet, contradictions=contradictions)


def log(**changes) -> str:
    return log_of(a_complete_dossier(**changes))


def part(text: str, heading: str) -> str:
    """What stands under a heading up to the next one that is not deeper."""
    mark = next(line for line in text.splitlines() if line.lstrip("# ") == heading).partition(" ")[0]
    behind = text.partition(f"\n{mark} {heading}\n")[2]
    kept = []
    for line in behind.splitlines():
        if line.startswith("#") and len(line.partition(" ")[0]) <= len(mark):
            break
        kept.append(line)
    return "\n".join(kept)


def headings(text: str) -> list[str]:
    return [heading.raw for heading in scan(text).headings]


def refuted(**changes) -> Dossier:
    runs = [a_run(1, Stage.BEFORE_FIX, red=Outcome.FAILED), a_run(2, Stage.AFTER_FIX, red=Outcome.FAILED)]
    return a_complete_dossier(**{"runs": [as_run(run) for run in runs], "verification": verified(runs), "phase": Phase.GREEN_RUN} | changes)


def an_empty_dossier() -> Dossier:
    """An iteration that has just begun."""
    return a_complete_dossier(
        phase=Phase.LOG_ANALYSIS,
        focus="",
        reasons=[],
        root_causes=[],
        test_plans=[],
        test_files=[],
        judgements=[],
        runs=[],
        verification=verified([], [], fix=None),
        reviews=[],
        fixes=[],
        moves=[],
        mirror=None,
        on_default_branch=False,
        chain_length=0,
        chain_head="",
    )
