"""Writing the evidence chain, and checking it against the rows that it speaks of."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django.db import models

from audits import ledger
from audits.actions.judging import judged
from audits.evidence.spool import ResultsHash
from audits.models import Closure, Fix, Iteration, Judgement, PhaseSpan, Record, Recorded, Result, Review, RootCause, Run, TestPlan, Waiver

# Where each kind of record has its row, and how the row leads to its iteration.
ROWS: Final[tuple[tuple[type[Recorded], str], ...]] = (
    (RootCause, "iteration"),
    (TestPlan, "iteration"),
    (Judgement, "iteration"),
    (Run, "iteration"),
    (Review, "iteration"),
    (Closure, "finding__review__iteration"),
    (Waiver, "iteration"),
    (Fix, "iteration"),
    (PhaseSpan, "iteration"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in an iteration's evidence that is not as it was recorded: which row, a stable code, a sentence."""

    row: str
    code: str
    detail: str


def append(iteration: Iteration, kind: str, content: dict[str, Any]) -> Record:
    """Add a record to the chain. The caller holds the iteration's row and saves it."""
    seq, previous, canonical = iteration.chain_length + 1, iteration.chain_head, ledger.canonical(content)
    digest = ledger.digest(previous=previous, seq=seq, kind=kind, content=canonical)
    record = Record.objects.create(iteration=iteration, seq=seq, kind=kind, content=canonical, previous=previous, digest=digest)
    iteration.chain_length, iteration.chain_head = seq, digest
    iteration.save(update_fields=["chain_length", "chain_head"])
    return record


def add(iteration: Iteration, row: Recorded, *, parts: Sequence[models.Model] = (), part_of: str = "") -> None:
    """Save a row with its parts and its record. `part_of` names the parts' key to the row. The caller holds the iteration's row."""
    row.parts = parts
    row.record = append(iteration, row.KIND, row.ledger_content())
    row.save(force_insert=True)
    for part in parts:
        setattr(part, part_of, row)
    if parts:
        type(parts[0])._default_manager.bulk_create(parts, batch_size=500)


def faults(iteration: Iteration) -> list[Fault]:
    """Everything in the iteration's evidence that is not as it was recorded; empty when all is.

    What is recorded while it is checked is left out: the check holds nobody up, and nobody's work looks like a fault.
    """
    iteration = Iteration.objects.select_related("project").get(pk=iteration.pk)
    until = iteration.chain_length
    links = iteration.records.filter(seq__lte=until).order_by("seq").iterator(chunk_size=500)
    found = [
        Fault(f"record {one.seq} of {iteration}", one.code, one.detail)
        for one in ledger.breaks(
            (ledger.Link(link.seq, link.kind, bytes(link.content), link.previous, link.digest) for link in links),
            length=iteration.chain_length,
            head=iteration.chain_head,
        )
    ]
    for model, path in ROWS:
        rows = list(model._default_manager.filter(**{path: iteration}, record__seq__lte=until).select_related("record"))
        found += [fault for row in rows if (fault := _changed(row)) is not None]
        found += _without_row(iteration, model, rows)
    for run in iteration.runs.filter(record__seq__lte=until).order_by("pk"):
        found += _changed_report(run)
    found += _behind_the_end(iteration)
    return found


def _behind_the_end(iteration: Iteration) -> Iterator[Fault]:
    """Records that somebody added without moving the chain's end on, and a verdict that does not follow; only while nobody writes."""
    beyond = iteration.records.filter(seq__gt=iteration.chain_length).count()
    verification = judged(iteration) if iteration.verification is not None else None
    now = Iteration.objects.get(pk=iteration.pk)
    if now.chain_length != iteration.chain_length:
        return
    if beyond:
        yield Fault(str(iteration), "head_differs", f"{beyond} records stand behind the end of the chain.")
    if verification is not None and ledger.canonical(msgspec.to_builtins(verification)) != ledger.canonical(now.verification):
        yield Fault(str(iteration), "verdict_changed", "The verification that is shown is not what follows from plan and evidence.")


def _changed(row: Recorded) -> Fault | None:
    if ledger.canonical(row.ledger_content()) == bytes(row.record.content):
        return None
    return Fault(f"{row._meta.verbose_name} {row.pk}", "row_changed", f"“{row}” is not what record {row.record.seq} says of it.")


def _without_row(iteration: Iteration, model: type[Recorded], rows: Iterable[Recorded]) -> Iterator[Fault]:
    known = {row.record_id for row in rows}
    for record in iteration.records.filter(kind=model.KIND, seq__lte=iteration.chain_length).exclude(pk__in=known):
        detail = f"Record {record.seq} speaks of a {model._meta.verbose_name} that is gone."
        yield Fault(f"record {record.seq} of {iteration}", "row_missing", detail)


def _changed_report(run: Run) -> Iterator[Fault]:
    """The raw report and the results that were read from it, against their hashes."""
    if _report_hash(run) != run.report_hash:
        yield Fault(f"run {run.pk}", "report_changed", f"The report kept for run {run.pk} is not the one that was posted.")
    results = ResultsHash()
    for row in run.results.order_by("ordinal").values_list(*Result.READ).iterator(chunk_size=2000):
        results.add(*row)
    if results.hexdigest() != run.results_hash:
        yield Fault(f"run {run.pk}", "results_changed", f"The results of run {run.pk} are not those that were read from its report.")


def _report_hash(run: Run) -> str:
    found, unzip = hashlib.sha256(), zlib.decompressobj(31)
    try:
        for data in run.chunks.order_by("number").values_list("data", flat=True).iterator(chunk_size=4):
            found.update(unzip.decompress(bytes(data)))
        found.update(unzip.flush())
    except zlib.error:
        return ""
    return found.hexdigest()
