"""Writing and reading the results of a run, many at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from django.db import connection
from django.db.models import Case, F, FloatField, TextField, Value, When
from django.db.models.functions import Concat, Left

from audits.evidence.shapes import Identity
from audits.models import Result, Run
from audits.terms import Outcome, Stage
from audits.verification import EvidenceRun, ResultRow

_COLUMNS: Final = ("run_id", "ordinal", *Result.READ)
_INSERT_ROWS: Final = 2_000
_IDENTITY: Final = ("file", "classname", "name", "parameters")
_OUTCOMES: Final = {outcome.value: outcome for outcome in Outcome}
# What a sentence on a failure quotes of it.
QUOTED: Final = 300
# Only what failed has a text that anybody asks for.
_RED: Final = (Outcome.FAILED.value, Outcome.XFAILED.value)


def insert(run: Run, rows: Iterable[tuple[Any, ...]]) -> None:
    """Store the rows (in the order of Result.READ) as the run's results. Must run inside a transaction."""
    numbered = ((run.pk, ordinal, *row) for ordinal, row in enumerate(rows))
    table, columns = Result._meta.db_table, ", ".join(f'"{name}"' for name in _COLUMNS)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in numbered:
                    copy.write_row(row)
            return
        insert_one = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})"  # noqa: S608 — names are our own
        while chunk := list(islice(numbered, _INSERT_ROWS)):
            cursor.executemany(insert_one, chunk)


def evidence(runs: Iterable[Run], *, red_texts: bool = False, quoted: int = QUOTED, with_times: bool = False) -> list[EvidenceRun]:
    """Runs with all their results, as verification takes them.

    Of a failure's text the first `quoted` characters; whole, with `red_texts`, where it was seen before the fix and has to be
    the issue's own. Times only where they are asked for.

    Reports of one suite name the same tests again and again, and nearly all of them passed: what is equal is kept once.
    """
    kept: dict[tuple[Any, ...], Any] = {}
    return [_evidence(run, kept, None if red_texts and run.stage == Stage.BEFORE_FIX else quoted, with_times=with_times) for run in runs]


def _evidence(run: Run, kept: dict[tuple[Any, ...], Any], quoted: int | None, *, with_times: bool) -> EvidenceRun:
    return EvidenceRun(
        id=run.pk,
        stage=Stage(run.stage),
        commit=run.commit,
        run_group=run.run_group,
        exit_status=run.exit_status,
        files=run.files,
        counts_disagree=next((remark["detail"] for remark in run.remarks if remark["code"] == "header_disagrees"), ""),
        results=list(_results(run, kept, quoted, with_times=with_times)),
    )


def _results(run: Run, kept: dict[tuple[Any, ...], Any], quoted: int | None, *, with_times: bool) -> Iterator[ResultRow]:
    whole = Concat("failure_type", Value("\n"), "message", Value("\n"), F("text"), output_field=TextField())
    text = whole if quoted is None else Left(whole, quoted)
    said = Case(When(outcome__in=_RED, then=text), default=Value(""), output_field=TextField())
    time = F("seconds") if with_times else Value(None, output_field=FloatField())
    rows = run.results.order_by("ordinal").annotate(said=said, time=time)
    for *named, outcome, text_of, seconds in rows.values_list(*_IDENTITY, "outcome", "said", "time").iterator(chunk_size=5_000):
        told = (*named, outcome, text_of, seconds)
        row = kept.get(told)
        if row is None:
            identity = kept.setdefault(tuple(named), Identity(*named))
            row = kept[told] = ResultRow(identity, _OUTCOMES[outcome], text_of, seconds)
        yield row
