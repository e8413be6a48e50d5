"""What follows from the record: verification, contradictions, and what the issue's row shows of them."""

from __future__ import annotations

import msgspec
from django.utils import timezone

from audits.actions.github import tell_github
from audits.actions.judging import judged
from audits.claims.shapes import Contradiction as Found
from audits.contradictions.record import of_record
from audits.facts import facts_of
from audits.gates import still_unmet
from audits.gathering import gather
from audits.models import Contradiction, Iteration, IterationState
from incidents.actions import audited


def refresh(iteration: Iteration, *, judge: bool = False) -> None:
    """Bring up to date what follows from the iteration's record; with `judge` the verdict, too.

    The caller holds the iteration's row, and says `judge` where plan, test files, runs or fix have changed.
    """
    if judge:
        verification = judged(iteration)
        iteration.verification, iteration.verdict = msgspec.to_builtins(verification), verification.verdict.value
    dossier = gather(iteration)
    keep_contradictions(iteration, of_record(facts_of(dossier)))
    unmet = still_unmet(dossier)
    iteration.unmet = [one.as_row() for one in unmet]
    iteration.refreshed_at = timezone.now()
    iteration.save(update_fields=["verification", "verdict", "unmet", "refreshed_at"])
    if iteration.state in (IterationState.RUNNING, IterationState.DONE) and not _has_later(iteration):
        audited.show_iteration(
            iteration.issue,
            iteration=iteration.pk,
            number=iteration.number,
            phase=iteration.phase,
            verdict=iteration.verdict,
            waivers=len(dossier.waivers),
        )
        tell_github(iteration, dossier, unmet)


def _has_later(iteration: Iteration) -> bool:
    """Whether another iteration over the same issue was begun since: then that one shows on the issue."""
    return Iteration.objects.filter(issue=iteration.issue_id, pk__gt=iteration.pk).exclude(state=IterationState.IMPORTED).exists()


def keep_contradictions(iteration: Iteration, found: list[Found]) -> None:
    """Replace the iteration's contradictions with those found now."""
    iteration.contradictions.all().delete()
    Contradiction.objects.bulk_create(
        [
            Contradiction(iteration=iteration, code=one.code, subject=one.subject[:1000], detail=one.detail, where=list(one.where))
            for one in {(one.code, one.subject[:1000]): one for one in found}.values()
        ]
    )
