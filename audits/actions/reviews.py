"""Reviewing the tests, closing what a review found, and letting something pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from audits.actions import chain
from audits.actions.iterations import held
from audits.actions.refresh import refresh
from audits.gathering import authors_of
from audits.models import Closure, Finding, Iteration, Review, Waiver
from audits.scoring import approves, score
from incidents.actors import Actor
from incidents.errors import DomainError, InvalidInput, Unmet


@transaction.atomic
def review(
    iteration: Iteration,
    *,
    actor: Actor,
    checks: Sequence[Mapping[str, Any]],
    findings: Sequence[Mapping[str, Any]] = (),
    strengths: Sequence[str] = (),
    approved_files: Sequence[str] = (),
) -> Review:
    """A person's review of the tests. Score and verdict follow from the checks ({"name", "weight", "score", "evidence"?}).

    `findings` are {"severity", "text", "file"?}. Raises InvalidInput, or DomainError where the tests are the person's own.
    """
    iteration = held(iteration)
    person = _person(actor, "reviews")
    _refuse_own_work(iteration, person)
    if not checks:
        raise InvalidInput("checks_missing", "A review checks something.", [Unmet("required", "Give at least one check.", "checks")])
    threshold = iteration.project.rules.review_threshold
    reached = score([(check["weight"], check["score"]) for check in checks])
    critical = sum(finding["severity"] == Finding.Severity.CRITICAL for finding in findings)
    row = Review(
        iteration=iteration,
        version=iteration.reviews.count() + 1,
        checks=[
            # jsonb knows no negative zero, and what is hashed must come back.
            {
                "name": check["name"],
                "weight": check["weight"] + 0.0,
                "score": check["score"] + 0.0,
                "evidence": check.get("evidence", ""),
            }
            for check in checks
        ],
        score=reached,
        threshold=threshold,
        verdict=approves(reached, threshold, critical),
        strengths=list(strengths),
        approved_files=list(approved_files),
        **actor.signature(),
    )
    parts = [
        Finding(ordinal=ordinal, severity=finding["severity"], text=finding["text"], file=finding.get("file", ""))
        for ordinal, finding in enumerate(findings, start=1)
    ]
    chain.add(iteration, row, parts=parts, part_of="review")
    refresh(iteration)
    return row


@transaction.atomic
def close_finding(iteration: Iteration, finding: Finding, *, actor: Actor, how: str, commit: str = "") -> Closure:
    """Say how a finding was closed. Raises InvalidInput, or DomainError where it is closed already."""
    iteration = held(iteration)
    _refuse_own_work(iteration, _person(actor, "closures of findings"))
    if not how.strip():
        raise InvalidInput("how_empty", "Say how it was closed.", [Unmet("blank", "Say how it was closed.", "how")])
    if Closure.objects.filter(finding=finding).exists():
        raise DomainError("finding_closed", "The finding is closed already.")
    closure = Closure(finding=finding, how=how.strip(), commit=commit.lower(), **actor.signature())
    chain.add(iteration, closure)
    refresh(iteration)
    return closure


@transaction.atomic
def waive(iteration: Iteration, *, actor: Actor, code: str, reason: str, subject: str = "") -> Waiver:
    """Let one unmet thing pass. What it lets through ends as `waived`; no verdict changes. Raises InvalidInput or DomainError."""
    iteration = held(iteration)
    _person(actor, "waivers")
    if not reason.strip():
        raise InvalidInput("reason_empty", "Say why.", [Unmet("blank", "Say why.", "reason")])
    if iteration.waivers.filter(code=code, subject=subject).exists():
        raise DomainError("waived_already", f"{f'{code} {subject}'.strip()} is waived already.")
    waiver = Waiver(iteration=iteration, code=code, subject=subject, reason=reason.strip(), **actor.signature())
    chain.add(iteration, waiver)
    refresh(iteration)
    return waiver


def _person(actor: Actor, what: str) -> User:
    if actor.user is None:
        raise DomainError("person_needed", f"Only a person signs {what}; the token belongs to nobody.")
    return actor.user


def _refuse_own_work(iteration: Iteration, person: User) -> None:
    """Nobody reviews their own work: not who wrote a version of the plan, nor who named test files."""
    if person.pk in authors_of(iteration):
        raise DomainError("own_work", f"{person.get_username()} wrote the plan or a test file; somebody else has to review them.")
