"""From rows to the audit log that leaves the house."""

from __future__ import annotations

import gzip
from typing import Any

import msgspec

from audits.claims.shapes import AnyClaim
from audits.gates import still_unmet
from audits.gathering import contradictions_of, gather
from audits.models import Import, Iteration
from audits.reports import imported, log, plain


def as_markdown(iteration: Iteration) -> str:
    """The iteration's audit log, made from its record; of an imported one the log as it came, with what was found in it before it."""
    dossier = gather(iteration)
    contradictions = contradictions_of(iteration, dossier)
    if iteration.source is None:
        return log.markdown(dossier, unmet=still_unmet(dossier), contradictions=contradictions)
    return imported.markdown(
        dossier,
        claims=claims_of(iteration),
        contradictions=contradictions,
        original=original_of(iteration.source),
        title=iteration.source.title,
    )


def as_json(iteration: Iteration) -> dict[str, Any]:
    """Everything that is recorded of the iteration and what follows from it, as plain data."""
    dossier = gather(iteration)
    return plain.as_json(
        dossier, unmet=still_unmet(dossier), contradictions=contradictions_of(iteration, dossier), claims=claims_of(iteration)
    )


def claims_of(iteration: Iteration) -> list[AnyClaim]:
    """What an imported log says, in its order; nothing of an iteration that was walked here."""
    return [
        msgspec.convert(row.value | {"kind": row.kind, "lines": {"first": row.first_line, "last": row.last_line}}, AnyClaim)
        for row in iteration.claims.order_by("ordinal")
    ]


def original_of(source: Import) -> bytes:
    """The log as it was imported."""
    return gzip.decompress(bytes(source.raw))
