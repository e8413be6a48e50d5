"""Taking in what a runner reported: stored once, whole, and judged in the same transaction."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Final

import msgspec
from django.db import transaction

from audits import result_store
from audits.actions import chain
from audits.actions.iterations import held
from audits.actions.refresh import refresh
from audits.evidence.shapes import Readable, Unreadable
from audits.evidence.spool import Spool, spooled
from audits.models import Iteration, ReportChunk, Run
from incidents.actors import Actor
from incidents.errors import DomainError, InvalidInput, Unmet

_READ: Final = 1024 * 1024
_GZIP: Final = 31


@dataclass(frozen=True, slots=True)
class About:
    """What a client says of a report: stage and commit, and what else it knows. `files` maps paths to SHA-256."""

    stage: str
    commit: str
    command: str = ""
    environment: str = ""
    exit_status: int | None = None
    report_id: str | None = None
    run_group: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


def post_run(iteration: Iteration, *, actor: Actor, report: Readable, about: About) -> tuple[Run, bool]:
    """Store a report with its results, and judge the iteration anew; also tells whether it is new.

    The same bytes are the same report: they are stored once, whatever report id they come under. Raises InvalidInput for
    a report that cannot be read, DomainError where the same bytes came for another stage or commit, or the same report
    id with other bytes.
    """
    about = replace(about, commit=about.commit.lower())
    report_hash, size = _measure(report)
    if (known := _known(iteration, report_hash, about)) is not None:
        return known, False
    report.seek(0)
    try:
        with spooled(report) as spool, transaction.atomic():
            return _store(held(iteration), actor, report, spool, about, report_hash, size)
    except Unreadable as error:
        raise InvalidInput(f"report_{error.code}", error.detail, [Unmet(error.code, error.detail, "report")]) from error


def _store(
    iteration: Iteration, actor: Actor, report: Readable, spool: Spool, about: About, report_hash: str, size: int
) -> tuple[Run, bool]:
    """The run of a report that was read; the caller holds the iteration's row."""
    # Another client may have posted it while it was read.
    if (known := _known(iteration, report_hash, about)) is not None:
        return known, False
    run = _run(iteration, actor, spool, about, report_hash, size)
    chain.add(iteration, run)
    report.seek(0)
    for number, data in enumerate(_compressed(report)):
        ReportChunk.objects.create(run=run, number=number, data=data)
    result_store.insert(run, spool.rows())
    refresh(iteration, judge=True)
    return run, True


def _known(iteration: Iteration, report_hash: str, about: About) -> Run | None:
    """The run that these bytes made already. Raises DomainError where they, or their id, stand for something else."""
    same = iteration.runs.filter(report_hash=report_hash).first()
    if same is not None:
        if (same.stage, same.commit) != (about.stage, about.commit):
            raise DomainError("report_reused", f"The same bytes were posted as {same.stage} at {same.commit}.")
        return same
    if about.report_id and iteration.runs.filter(report_id=about.report_id).exists():
        raise DomainError("report_id_reused", f"The report id {about.report_id!r} stands for other bytes.")
    return None


def _run(iteration: Iteration, actor: Actor, spool: Spool, about: About, report_hash: str, size: int) -> Run:
    totals = spool.totals
    return Run(
        iteration=iteration,
        report_hash=report_hash,
        size=size,
        tool=totals.tool,
        cases=totals.cases,
        passed=totals.passed,
        failed=totals.failed,
        errors=totals.errors,
        skipped=totals.skipped,
        xfailed=totals.xfailed,
        xpassed=totals.xpassed,
        seconds=totals.seconds,
        collected=totals.collected,
        runner_warnings=totals.warnings,
        remarks=msgspec.to_builtins(totals.remarks),
        results_hash=spool.results_hash,
        **(asdict(about) | {"report_id": about.report_id or None, "files": dict(about.files)}),
        **actor.signature(),
    )


def _measure(report: Readable) -> tuple[str, int]:
    """The report's SHA-256 and its size in bytes."""
    found, size = hashlib.sha256(), 0
    report.seek(0)
    while chunk := report.read(_READ):
        found.update(chunk)
        size += len(chunk)
    return found.hexdigest(), size


def _compressed(report: Readable) -> Iterator[bytes]:
    """The report as gzip, in pieces of about ReportChunk.SIZE."""
    packer, piece = zlib.compressobj(6, zlib.DEFLATED, _GZIP), bytearray()
    while chunk := report.read(_READ):
        piece += packer.compress(chunk)
        if len(piece) >= ReportChunk.SIZE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece + packer.flush())
