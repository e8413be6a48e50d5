"""Posting reports: each stored once, whole, and told what was not understood."""

from __future__ import annotations

import json
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audits.models import ReportChunk, Result, Run
from tests.audits.walking import BASE, FIX, GREEN, RED, Walk, junit

pytestmark = pytest.mark.django_db
REPORT = junit({RED: "failed", GREEN: "passed"}, seconds=1.5)


@pytest.fixture
def walk() -> Walk:
    walk = Walk()
    walk.plan()
    return walk


def test_a_report_is_answered_with_its_counts(walk):
    run = walk.post_run("before_fix", BASE, REPORT, command="pytest -q", exit_status=1, run_group="ci-1", report_id="a").json()

    assert run["counts"] == {"tests": 2, "passed": 1, "failed": 1, "errors": 0, "skipped": 0, "xfailed": 0, "xpassed": 0}
    assert (run["stage"], run["commit"], run["exit_status"], run["run_group"], run["report_id"]) == ("before_fix", BASE, 1, "ci-1", "a")
    assert run["warnings"] == []


def test_the_same_bytes_are_the_same_report_under_any_id(walk):
    first = walk.post_run("before_fix", BASE, REPORT, report_id="a")
    again = walk.post_run("before_fix", BASE.upper(), REPORT, report_id="b")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert Result.objects.count() == 2


@pytest.mark.parametrize(("stage", "commit"), [("after_fix", BASE), ("before_fix", FIX)])
def test_the_same_bytes_for_another_stage_or_commit_are_refused(walk, stage, commit):
    walk.post_run("before_fix", BASE, REPORT)

    refused = walk.post_run(stage, commit, REPORT)

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:fixproof:problem:report_reused")
    assert Run.objects.count() == 1


def test_a_known_report_id_with_other_bytes_is_refused(walk):
    walk.post_run("before_fix", BASE, REPORT, report_id="a")

    refused = walk.post_run("before_fix", BASE, junit({RED: "failed"}), report_id="a")

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:fixproof:problem:report_id_reused")


def test_the_same_bytes_are_another_report_in_another_iteration(walk):
    walk.post_run("before_fix", BASE, REPORT)
    walk.done("post", "abandon/", {"reason": "Again"})
    second = walk.client.post("/api/v1/iterations/", {"project": "shop"}, format="json").json()
    walk.pk = second["id"]

    assert walk.post_run("before_fix", BASE, REPORT).status_code == 201


def test_the_report_is_kept_as_it_came(walk):
    run = walk.post_run("before_fix", BASE, REPORT).json()

    kept = b"".join(bytes(chunk.data) for chunk in ReportChunk.objects.filter(run=run["id"]).order_by("number"))
    assert zlib.decompress(kept, 31) == REPORT


def test_results_are_listed_with_failure_and_identity(walk):
    run = walk.post_run("before_fix", BASE, REPORT).json()

    first, second = walk.get(f"runs/{run['id']}/results/")["results"]

    assert (first["classname"], first["name"], first["outcome"]) == ("tests.unit.test_login", RED, "failed")
    assert (first["failure_type"], first["message"], first["text"]) == ("AssertionError", "assert False", "E  IndexError: boom")
    assert (second["name"], second["outcome"], second["seconds"]) == (GREEN, "passed", 0.012)


def test_results_come_in_pages(walk):
    run = walk.post_run("before_fix", BASE, junit({f"test_{number}": "passed" for number in range(7)})).json()
    seen, at = [], f"/api/v1/iterations/{walk.pk}/runs/{run['id']}/results/?page_size=3"
    while at:
        page = walk.client.get(at).json()
        seen += [row["name"] for row in page["results"]]
        at = page["next"]

    assert seen == [f"test_{number}" for number in range(7)]


def test_the_results_of_another_iterations_run_are_not_there(walk):
    run = walk.post_run("before_fix", BASE, REPORT).json()
    walk.done("post", "abandon/", {"reason": "Again"})
    walk.pk = walk.client.post("/api/v1/iterations/", {"project": "shop"}, format="json").json()["id"]

    assert walk.call("get", f"runs/{run['id']}/results/").status_code == 404


def test_what_is_not_understood_is_named(walk):
    report = b'<testsuite tests="1"><testcase classname="a" name="test_b"><flogged by="nobody"/></testcase></testsuite>'

    run = walk.post_run("before_fix", BASE, report).json()

    assert run["counts"]["passed"] == 0
    assert any("flogged" in warning["detail"] for warning in run["warnings"])


def test_a_run_in_parts_is_one_run(walk):
    walk.fix()
    for stage, outcome in (("before_fix", "failed"), ("after_fix", "passed")):
        commit = BASE if stage == "before_fix" else FIX
        walk.post_run(stage, commit, junit({RED: outcome}), run_group="1")
        walk.post_run(stage, commit, junit({GREEN: "passed"}), run_group="1")

    assert walk.verification()["verdict"] == "verified"
    assert walk.verification()["runs_at_fix"] == 1


def test_ctrf_is_read_too(walk):
    tests = [
        {"name": RED, "status": "failed", "duration": 3, "message": "boom", "filePath": "tests/unit/test_login.py"},
        {"name": GREEN, "status": "passed", "duration": 3, "filePath": "tests/unit/test_login.py"},
    ]
    summary = {"tests": 2, "passed": 1, "failed": 1, "pending": 0, "skipped": 0, "other": 0, "start": 1, "stop": 2}
    report = json.dumps({"results": {"tool": {"name": "jest"}, "summary": summary, "tests": tests}}).encode()

    run = walk.post_run("before_fix", BASE, report).json()

    assert (run["tool"], run["counts"]["failed"], run["counts"]["passed"]) == ("jest", 1, 1)
    assert [row["base"] for row in walk.verification()["tests"]] == ["failed", "passed"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("stage", "later"),
        ("commit", "abc1234"),
        ("commit", "g" * 40),
        ("exit_status", "one"),
        ("exit_status", str(2**40)),
        ("files", "[]"),
        ("files", "{"),
        ("files", '{"a.py": "short"}'),
        ("files", "[" * 100_000),
        ("files", json.dumps({"a\u0000": "1" * 64})),
        ("report_id", "x" * 201),
        ("command", "\0"),
    ],
)
def test_a_wrong_field_is_named(walk, field, value):
    body = {"report": SimpleUploadedFile("r.xml", REPORT), "stage": "before_fix", "commit": BASE} | {field: value}

    refused = walk.call("post", "runs/", body, format="multipart")

    assert refused.status_code == 400
    assert [one["field"] for one in refused.json()["errors"]] == [field]
    assert not Run.objects.exists()


def test_a_form_without_a_report_is_refused(walk):
    refused = walk.call("post", "runs/", {"stage": "before_fix", "commit": BASE}, format="multipart")

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "report")


def test_json_instead_of_a_form_is_refused(walk):
    assert walk.call("post", "runs/", {"stage": "before_fix", "commit": BASE}).status_code == 415


def test_a_broken_form_is_refused(walk):
    path = f"/api/v1/iterations/{walk.pk}/runs/"

    assert walk.client.generic("POST", path, b"no form at all", content_type="multipart/form-data; boundary=x").status_code == 400
    assert walk.client.generic("POST", path, b"", content_type="multipart/form-data").status_code == 400


def test_what_is_too_large_is_refused_before_it_is_read(walk, settings):
    settings.MAX_BODY_BYTES = 1000

    declared = walk.client.generic(
        "POST",
        f"/api/v1/iterations/{walk.pk}/runs/",
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(200 * 1024 * 1024),
    )
    sent = walk.post_run("before_fix", BASE, junit({f"test_{number}": "passed" for number in range(100)}))

    assert (declared.status_code, sent.status_code) == (413, 413)
    assert not Run.objects.exists()


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<testsuite><testcase name="&b;"/></testsuite>"""
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><testsuite><testcase name="&f;"/></testsuite>'
HOSTILE = {
    "billion laughs": LAUGHS,
    "external entity": OUTSIDE,
    "deep XML": b"<testsuite>" * 10_000,
    "deep JSON": b'{"results":' * 10_000,
    "nothing": b"",
    "blanks": b"  \n ",
    "no XML": b"<testsuite",
    "another XML": b"<html><body/></html>",
    "another JSON": b'{"results": 3}',
    "a list": b"[1,2]",
    "wrong encoding": b'<?xml version="1.0" encoding="utf-8"?><testsuite><testcase name="\xff\xfe\x80"/></testsuite>',
    "unknown encoding": b'<?xml version="1.0" encoding="klingon"?><testsuite/>',
    "binary": bytes(range(256)) * 100,
}


@pytest.mark.parametrize("report", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_report_gets_a_clear_answer_and_leaves_nothing(walk, report):
    refused = walk.post_run("before_fix", BASE, report)

    assert refused.status_code == 400, refused.content
    assert refused.json()["detail"]
    assert refused.json()["type"].startswith("urn:fixproof:problem:report_") or refused.json()["errors"][0]["field"] == "report"
    assert not Run.objects.exists()


def test_markup_and_control_characters_in_names_are_stored_harmlessly(walk):
    name = "<script>alert(1)</script>\ttest"
    report = junit({name: "passed"}).replace(b"\t", b"&#9;")

    run = walk.post_run("before_fix", BASE, report)

    assert run.status_code == 201
    (row,) = walk.get(f"runs/{run.json()['id']}/results/")["results"]
    assert "<script>" in row["name"]


def test_control_characters_in_ctrf_are_stored_harmlessly(walk):
    summary = {"tests": 1, "passed": 1, "failed": 0, "pending": 0, "skipped": 0, "other": 0, "start": 1, "stop": 2}
    tests = [{"name": "nul \u0000 and half \ud800", "status": "passed", "duration": 1}]
    report = json.dumps({"results": {"tool": {"name": "x"}, "summary": summary, "tests": tests}}).encode()

    assert walk.post_run("before_fix", BASE, report).status_code == 201


@pytest.mark.parametrize("number", [10**19, 3_000_000_000, 10**400], ids=["20 digits", "3 billion", "400 digits"])
def test_numbers_beyond_all_bounds_are_left_out(walk, number):
    summary = {"tests": number, "passed": 1, "failed": 0, "pending": 0, "skipped": 0, "other": 0, "start": 1, "stop": number}
    tests = [{"name": "t", "status": "passed", "duration": number}]
    report = json.dumps({"results": {"tool": {"name": "x"}, "summary": summary, "tests": tests}}).encode()

    answer = walk.post_run("before_fix", BASE, report)

    assert answer.status_code in (201, 400), answer.content


def test_a_failure_text_of_a_megabyte_is_cut_and_says_so(walk):
    report = junit({RED: "failed"}).replace(b"E  IndexError: boom", b"x" * 1_000_000)

    run = walk.post_run("before_fix", BASE, report).json()

    assert run["warnings"]
    (row,) = walk.get(f"runs/{run['id']}/results/")["results"]
    assert len(row["text"]) < 100_000


def test_who_may_not_post_evidence_is_refused(walk):
    refused = walk.post_run("before_fix", BASE, REPORT, client=walk.review_client)

    assert (refused.status_code, refused.json()["type"]) == (403, "urn:fixproof:problem:scope_missing")


def test_a_red_for_another_reason_than_the_issues_own_is_told(walk):
    walk.plan(
        walk.test(RED, expected_failure="IndexError: boom"), walk.test(GREEN, "red_then_green", expected_failure="KeyError"), declared={}
    )

    walk.post_run("before_fix", BASE, junit({RED: "failed", GREEN: "failed"}))

    assert walk.results() == {RED: "no_fix_run", GREEN: "red_for_another_reason"}


def test_signals_name_what_looks_like_a_fake(walk):
    walk.plan(walk.test(RED, level="e2e"), declared={})
    for stage, outcome in (("before_fix", "failed"), ("after_fix", "passed")):
        report = junit({RED: outcome}).replace(b'time="0.012"', b'time="0.000"')
        walk.post_run(stage, BASE if stage == "before_fix" else FIX, report)

    assert [(one["code"], one["subject"]) for one in walk.get("signals/")["results"]] == [("no_time", RED)]
