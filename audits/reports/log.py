"""The audit log of an iteration, written from its record alone. Pure.

Status words stand in it where the record computed them, and nowhere else; what is not recorded is said to be so.
"""

from __future__ import annotations

from collections.abc import Sequence

from audits.claims.shapes import Contradiction
from audits.dossier import Dossier
from audits.reports.cause import cause
from audits.reports.delivery import commit, github
from audits.reports.ending import chain, disagreements, open_gate, phases
from audits.reports.evidence import green_run, red_run
from audits.reports.fix import fix
from audits.reports.head import head
from audits.reports.plan import implementation, plan
from audits.reports.review import reviews
from incidents.errors import Unmet


def markdown(dossier: Dossier, *, unmet: Sequence[Unmet], contradictions: Sequence[Contradiction]) -> str:
    """The whole iteration as Markdown, ended by a line end.

    `unmet` is what keeps its gate shut now; it is told of an iteration that is running.
    """
    blocks = [
        *head(dossier),
        *cause(dossier),
        *plan(dossier),
        *github(dossier),
        *implementation(dossier),
        *reviews(dossier),
        *red_run(dossier),
        *fix(dossier),
        *green_run(dossier),
        *commit(dossier),
        *phases(dossier),
        *open_gate(dossier, unmet),
        *disagreements(contradictions),
        *chain(dossier),
    ]
    return "\n\n".join(blocks) + "\n"
