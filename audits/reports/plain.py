"""Everything recorded of an iteration as JSON. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from audits.claims.shapes import AnyClaim, Contradiction
from audits.dossier import Dossier
from audits.terms import NUMBER_OF_PHASE
from incidents.errors import Unmet


def as_json(
    dossier: Dossier, *, unmet: Sequence[Unmet], contradictions: Sequence[Contradiction], claims: Sequence[AnyClaim] = ()
) -> dict[str, Any]:
    """The dossier's fields and what follows from them, as JSON holds it: enumerations as their values, times in UTC with Z.

    Keys come in one order, whatever database the record was read from. `claims` are those of an imported log.
    """
    return {
        **_plain(dossier),
        "phase_number": NUMBER_OF_PHASE[dossier.phase],
        "verdict": dossier.verification.verdict.value,
        "unmet": [{"code": one.code, "detail": one.detail, "subject": one.subject} for one in unmet],
        "contradictions": _plain(contradictions),
        "claims": _plain(claims),
    }


def _plain(told: Any) -> Any:
    return msgspec.to_builtins(told, str_keys=True, order="deterministic")
