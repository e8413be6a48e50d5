"""Audit logs taken in: everything kept, claims and no evidence, and out again the same."""

from __future__ import annotations

import gzip
import hashlib
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audits.models import Claim, Import, Iteration
from incidents.models import Issue
from incidents.roles import Scope
from tests.factories import a_client, a_project, a_source, a_token, an_entry, ingest

pytestmark = pytest.mark.django_db

LOG = """# Payments stop

## Process Iteration 1

### Issue
- **Error**: "Payment failed: card expired"
- **Severity**: CRITICAL
- **Location**: shop.payments:77
- **Impact**: Nobody pays

## FIVE WHYS

### Why 1: Why does it fail?
**Answer**: The card is checked twice.

## ROOT CAUSE: a check that stands twice
**Impact**: Sales are lost
**Fix**: Check once
**Scope**: `shop/payments.py:77`

## Test plan
**UNIT TESTS (3 tests)** - `tests/test_payments.py`:
1. `test_paid_once()` - MUST FAIL before fix, MUST PASS after fix
2. `test_refund()`

Some remark that no reader could understand: ¯\\_(ツ)_/¯ 🦆

**Status**: ✅ RESOLVED
"""


@pytest.fixture
def client():
    a_project()
    return a_client(a_token(Scope.READ, Scope.WRITE))


def post(client, text: str | bytes, project: str = "shop", kind: str = "text/markdown"):
    body = text.encode() if isinstance(text, str) else text
    return client.generic("POST", f"/api/v1/iterations/import/?project={project}", body, content_type=kind)


def test_a_log_becomes_an_iteration_with_an_issue(client):
    made = post(client, LOG)

    assert made.status_code == 201, made.content
    (iteration,) = made.json()["iterations"]
    issue = Issue.objects.get(pk=iteration["issue"])
    assert (iteration["state"], iteration["verdict"], iteration["unmet"]) == ("imported", "incomplete", [])
    assert (issue.severity_name, issue.location["module"], issue.location["line"]) == ("CRITICAL", "shop.payments", 77)
    assert [why["question"] for why in iteration["root_cause"]["whys"]] == ["Why does it fail?"]
    assert iteration["root_cause"]["scope"] == [{"file": "shop/payments.py", "line": 77}]
    assert [(test["name"], test["level"], test["expectation"]) for test in iteration["tests"]] == [
        ("test_paid_once", "unit", "red_then_green"),
        ("test_refund", "unit", "unstated"),
    ]
    assert iteration["declared"] == {"unit": 3}
    assert "planned_count" in [found["code"] for found in made.json()["contradictions"]]


def test_no_line_is_lost(client):
    sections = post(client, LOG).json()["sections"]

    assert "".join(section["verbatim"] for section in sections) == LOG
    assert gzip.decompress(bytes(Import.objects.get().raw)).decode() == LOG


def test_the_same_bytes_again_are_the_same_import(client):
    first, again = post(client, LOG), post(client, LOG)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (Import.objects.count(), Iteration.objects.count(), Issue.objects.count()) == (1, 1, 1)


def test_an_imported_passed_is_no_evidence(client):
    (iteration,) = post(client, LOG + "\n## Results after the fix\n- ✅ `test_paid_once` - PASSED\n").json()["iterations"]

    verification = client.get(f"/api/v1/iterations/{iteration['id']}/verification/").json()

    assert (verification["verdict"], verification["tests"]) == ("incomplete", [])
    assert Claim.objects.filter(kind="result").exists()


def test_nothing_can_be_added_to_an_imported_iteration(client):
    (iteration,) = post(client, LOG).json()["iterations"]

    for path in ("advance/", "abandon/"):
        refused = client.post(f"/api/v1/iterations/{iteration['id']}/{path}", {"reason": "x"}, format="json")
        assert refused.json()["type"] == "urn:fixproof:problem:iteration_not_running"


def test_a_log_on_a_known_issue_belongs_to_it(client):
    ingest(a_source(a_project("netra")), [an_entry("Payment failed: card expired")])

    (iteration,) = post(client, LOG, project="netra").json()["iterations"]

    assert Issue.objects.get(project__slug="netra").pk == iteration["issue"]


def test_each_process_iteration_is_one(client):
    second = LOG.split("\n", 2)[2].replace("Iteration 1", "Iteration 2").replace("Payment failed: card expired", "Refund failed")

    iterations = post(client, LOG + "\n" + second).json()["iterations"]

    assert [iteration["number"] for iteration in iterations] == [1, 2]
    assert len({iteration["issue"] for iteration in iterations}) == 2


def record_of(client, answer) -> dict:
    """An import as the API tells it, without what belongs to the installation."""
    told = answer.json()
    own = {"id", "at", "actor", "issue", "issue_key", "project", "children", "previous", "number"}
    for iteration in told["iterations"]:
        for name in own:
            iteration.pop(name, None)
        for name in ("actor", "at"):
            (iteration["root_cause"] or {}).pop(name, None)
    return {name: told[name] for name in ("title", "iterations", "sections", "contradictions")}


def export_of(client, answer) -> bytes:
    return client.get(f"/api/v1/iterations/{answer.json()['iterations'][0]['id']}/log/").content


def test_an_export_of_an_import_imported_again_is_the_same_record(client):
    a_project("other")
    first = post(client, LOG)
    exported = export_of(client, first)

    again, elsewhere = post(client, exported), post(client, exported, project="other")

    assert (again.status_code, elsewhere.status_code) == (200, 201)
    assert again.json() == first.json()
    assert record_of(client, elsewhere) == record_of(client, first)
    assert exported.startswith(b"# Imported audit log")


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "github"),
    [
        ("gcp-staging-audit-20250909", 105),
        ("redis-connection-20250909", None),
        ("clickhouse-logging-20250909", 134),
        ("cloud-run-port-20250109", 146),
        ("websocket-time-import-20250910", 138),
    ],
)
def test_real_logs_are_taken_in_whole_and_come_out_the_same(client, shared_data, name, github):
    a_project("other")
    raw = (shared_data / "audit-logs" / f"{name}.md").read_bytes()

    first = post(client, raw)
    elsewhere = post(client, export_of(client, first), project="other")

    assert first.status_code == 201, first.content
    assert "".join(section["verbatim"] for section in first.json()["sections"]) == raw.decode()
    (iteration,) = first.json()["iterations"]
    assert len(iteration["root_cause"]["whys"]) == 5
    assert all(why["question"] and why["answer"] for why in iteration["root_cause"]["whys"])
    linked = {claim["value"].get("number") for claim in iteration["claims"] if claim["kind"] == "github"}
    assert linked - {None} == ({github} if github else set())
    assert record_of(client, elsewhere) == record_of(client, first)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "log_empty"),
        (b" \n\n", 400, "log_empty"),
        (b"\xff\xfe\x00#", 400, "log_not_utf8"),
        (b"# log\n\0", 400, "log_nul"),
        (b"# x\n" * 1_100_000, 413, "too_large"),
    ],
    ids=["empty", "blank", "not UTF-8", "NUL", "too large"],
)
def test_what_is_no_log_is_refused(client, body, status, code):
    refused = post(client, body)

    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (status, code)
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "just a sentence",
        "#" * 100_000,
        "```\n" * 5_000,
        "- " * 50_000,
        "> " * 50_000,
        "**" * 50_000,
        "| " * 50_000,
        "[" * 50_000,
        "# \u202e\ufeff\u0301 <script>alert(1)</script>",
        "# half \ud800".encode("utf-8", "replace").decode(),
    ],
    ids=range(10),
)
def test_any_text_is_taken_in(client, text):
    made = post(client, text)

    assert made.status_code == 201
    assert "".join(section["verbatim"] for section in made.json()["sections"]) == text


def test_a_byte_order_mark_does_no_harm(client):
    made = post(client, b"\xef\xbb\xbf" + LOG.encode())

    assert made.json()["iterations"][0]["declared"] == {"unit": 3}


def test_other_kinds_of_body_are_refused(client):
    assert post(client, LOG, kind="application/json").status_code == 415
    assert post(client, LOG, kind="text/plain").status_code == 201


def test_the_project_must_be_named_and_visible(client):
    missing = client.generic("POST", "/api/v1/iterations/import/", LOG.encode(), content_type="text/markdown")

    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (400, "project")
    assert post(client, LOG, project="nowhere").status_code == 404


def test_a_log_comes_as_json_by_accept(client):
    (iteration,) = post(client, LOG).json()["iterations"]

    told = client.get(f"/api/v1/iterations/{iteration['id']}/log/", headers={"Accept": "application/json"}).json()

    assert told["issue"]["severity"] == "CRITICAL"
    assert {claim["kind"] for claim in told["claims"]} >= {"issue", "why", "root_cause", "planned_test"}


def test_the_commands_take_in_and_write_out(client, tmp_path, capsys):
    (tmp_path / "log.md").write_text(LOG)
    call_command("import_audit_log", str(tmp_path / "log.md"), project="shop")
    told = capsys.readouterr().out
    call_command("export_audit_log", str(Iteration.objects.get().pk))
    exported = capsys.readouterr().out

    assert "planned_count" in told
    assert exported.endswith(LOG)
    assert hashlib.sha256(LOG.encode()).hexdigest() in exported


def test_the_commands_say_what_is_wrong(client, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_audit_log", str(tmp_path / "none.md"), project="shop", stdout=StringIO())
    with pytest.raises(CommandError, match="no project"):
        call_command("import_audit_log", "-", project="nowhere")
    with pytest.raises(CommandError, match="no iteration"):
        call_command("export_audit_log", "7")
