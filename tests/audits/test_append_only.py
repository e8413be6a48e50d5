"""The database refuses to change evidence, and what was changed all the same is found and named."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from audits import append_only
from audits.actions import chain
from audits.models import Closure, Finding, Fix, PhaseSpan, Record, ReportChunk, Result, Review, Run, Waiver, Why
from tests.audits.walking import Walk

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def walk() -> Walk:
    """An iteration with a row in every table of evidence."""
    walk = Walk()
    walk.everything()
    found = walk.review(findings=[{"severity": "critical", "text": "Asserts nothing"}])
    walk.done("post", f"findings/{found['findings'][0]['id']}/close/", {"how": "It does now"}, client=walk.review_client)
    walk.done("post", "waivers/", {"code": "flaky", "subject": "x", "reason": "Known"}, client=walk.review_client)
    return walk


@contextmanager
def unprotected():
    """As somebody with the database's keys would: without the triggers."""
    with connection.cursor() as cursor:
        for statement in append_only.remove_statements(connection.vendor):
            cursor.execute(statement)
    yield
    append_only.install(connection)


def execute(statement: str, *given: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)


WRITTEN_ONCE = [table for table in append_only.TABLES if table not in ("audits_claim", "audits_import")]


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"], ids=["update", "delete"])
def test_rows_of_evidence_are_neither_changed_nor_deleted(walk, statement):
    for table in WRITTEN_ONCE:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            execute(statement.format(table))


def test_a_lost_protection_is_told_by_the_system_check_and_put_back_by_migrate(db):
    with unprotected():
        with pytest.raises(CommandError, match="audits_record"):
            call_command("check", database=["default"])
        append_only.reinstall(using="default")

        assert append_only.missing(connection) == []


def test_untouched_evidence_is_as_recorded(walk, capsys):
    call_command("verify_evidence")

    assert "All as recorded: 1 iterations" in capsys.readouterr().out
    assert walk.get("chain/") == {"state": "intact", "length": walk.row.chain_length, "head": walk.row.chain_head, "faults": []}


def faults(walk: Walk) -> set[tuple[str, str]]:
    return {(fault.row, fault.code) for fault in chain.faults(walk.row)}


def test_a_flipped_byte_in_the_ledger_is_named(walk):
    record = Record.objects.get(iteration=walk.pk, seq=5)
    content = bytearray(bytes(record.content))
    content[3] ^= 1

    with unprotected():
        execute("UPDATE audits_record SET content = %s WHERE id = %s", bytes(content), record.pk)

    assert ("record 5 of shop iteration 1", "content_changed") in faults(walk)


def test_a_missing_record_is_named(walk):
    with unprotected(), transaction.atomic():
        if connection.vendor == "sqlite":
            execute("PRAGMA defer_foreign_keys = ON")
        # "begun" is the one kind that no row points to.
        execute("DELETE FROM audits_record WHERE iteration_id = %s AND kind = 'begun'", walk.pk)

    assert ("record 1 of shop iteration 1", "record_missing") in faults(walk)


def test_a_swapped_order_is_named(walk):
    third, fourth = Record.objects.filter(iteration=walk.pk, seq__in=(3, 4)).order_by("seq").values_list("pk", flat=True)

    with unprotected():
        for pk, seq in ((third, 1000), (fourth, 3), (third, 4)):
            Record.objects.filter(pk=pk).update(seq=seq)

    named = faults(walk)
    assert {("record 3 of shop iteration 1", "order_broken"), ("record 4 of shop iteration 1", "order_broken")} <= named


CHANGES = [
    (Run, {"commit": "f" * 40}, "row_changed"),
    (Review, {"score": 100}, "row_changed"),
    (Finding, {"text": "harmless"}, "row_changed"),
    (Closure, {"how": "otherwise"}, "row_changed"),
    (Waiver, {"reason": "because"}, "row_changed"),
    (Fix, {"change": "nothing"}, "row_changed"),
    (Why, {"answer": "nobody knows"}, "row_changed"),
    (PhaseSpan, {"phase": "commit"}, "row_changed"),
    (Result, {"outcome": "skipped"}, "results_changed"),
]


@pytest.mark.parametrize(("model", "change", "code"), CHANGES, ids=[model.__name__ for model, _, _ in CHANGES])
def test_a_changed_row_is_named(walk, model, change, code):
    with unprotected():
        model.objects.filter(pk=model.objects.order_by("pk").values("pk")[:1].get()["pk"]).update(**change)

    assert code in {found for _, found in faults(walk)}


def test_a_changed_report_is_named(walk):
    run = Run.objects.order_by("pk").first()
    chunk = ReportChunk.objects.get(run=run)
    data = bytearray(bytes(chunk.data))
    data[len(data) // 2] ^= 1

    with unprotected():
        execute("UPDATE audits_reportchunk SET data = %s WHERE id = %s", bytes(data), chunk.pk)

    assert (f"run {run.pk}", "report_changed") in faults(walk)


def test_a_deleted_result_is_named(walk):
    first = Result.objects.order_by("pk").first()

    with unprotected():
        execute("DELETE FROM audits_result WHERE id = %s", first.pk)

    assert (f"run {first.run_id}", "results_changed") in faults(walk)


def test_the_command_fails_and_names_the_row(walk, capsys):
    waiver = Waiver.objects.get()
    with unprotected():
        execute("UPDATE audits_waiver SET reason = 'because' WHERE id = %s", waiver.pk)

    with pytest.raises(CommandError, match="1 row is not as recorded"):
        call_command("verify_evidence", project="shop")

    assert f"waiver {waiver.pk}" in capsys.readouterr().out
    assert walk.get("chain/")["state"] == "broken"
