"""Recording a fix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from audits.actions import chain
from audits.actions.iterations import held
from audits.actions.refresh import refresh
from audits.models import Fix, Iteration
from incidents.actors import Actor


@transaction.atomic
def record_fix(
    iteration: Iteration,
    *,
    actor: Actor,
    commit: str,
    location: Mapping[str, Any],
    change: str,
    purpose: str = "",
    pull_request: str = "",
    residual: Sequence[str] | None = None,
    documentation: Sequence[str] = (),
) -> Fix:
    """A new version of the fix; from now on the evidence at its commit counts. Raises DomainError.

    `location` is {"file", "line"?}; `residual` is what is left to do, empty where nothing is, None where nobody has said.
    """
    iteration = held(iteration)
    fix = Fix(
        iteration=iteration,
        version=iteration.fixes.count() + 1,
        commit=commit.lower(),
        file=location.get("file", ""),
        line=location.get("line"),
        change=change,
        purpose=purpose,
        pull_request=pull_request,
        residual=None if residual is None else list(residual),
        documentation=list(documentation),
        **actor.signature(),
    )
    chain.add(iteration, fix)
    refresh(iteration, judge=True)
    return fix
