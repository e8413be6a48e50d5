"""The audit over HTTP: the real case from the imported log to the verdict, and many clients at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from audits.models import Record, Result, Run
from tests.audits.walking import BASE, FIX, GREEN, RED, junit
from tests.factories import a_project, a_token
from tests.flows.client import Client

pytestmark = pytest.mark.real_parts

BASE_COMMIT, FIX_COMMIT = "4e99b54cc793c4fbba065e6bd0b362e35f994ed8", "e2c2c36f6b44f696b794fcffd21a4500992da0b6"
PLANNED_IN = "tests/unit/shared/test_id_validation_patterns.py"
PLANNED = {
    "test_e2e_staging_pipeline_pattern_fails_before_fix": ("red_then_green", "proven"),
    "test_e2e_staging_pipeline_pattern_passes_after_fix": ("red_then_green", "still_red"),
    "test_edge_case_deployment_patterns": ("red_then_green", "still_red"),
    "test_existing_patterns_still_work": ("always_green", "proven"),
    "test_invalid_patterns_still_rejected": ("always_green", "broken_before"),
    "test_regex_pattern_matching_directly": ("always_green", "proven"),
    "test_validation_performance_with_new_patterns": ("always_green", "proven"),
}
# What a careful reader finds in the log itself; see expected.md beside it.
FOUND_IN_THE_LOG = {
    "planned_count",
    "implemented_count",
    "executed_count",
    "result_missing",
    "never_executed",
    "still_red_called_fixed",
    "fix_location_moved",
    "proposed_pattern_does_not_match",
    "review_not_repeated",
    "phase_repeated",
    "phase_skipped",
    "not_reproduced_called_fixed",
    "commit_missing",
}
ARGUABLE = {"github_state", "timing", "score_arithmetic"}


def post_report(client: Client, iteration: int, stage: str, commit: str, report: bytes, **given: Any) -> requests.Response:
    return requests.post(
        f"{client.url}/api/v1/iterations/{iteration}/runs/",
        files={"report": ("report.xml", report)},
        data={"stage": stage, "commit": commit} | given,
        headers=client.headers,
        timeout=60,
    )


def put(client: Client, path: str, body: Any) -> Any:
    answer = requests.put(f"{client.url}/api/v1/{path}", json=body, headers=client.headers, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.shared_data
def test_the_log_that_says_fixed_is_refuted_by_its_own_tests(live_stack, shared_data: Path):
    a_project("netra")
    client = Client(live_stack.url, a_token())
    log = (shared_data / "audit-logs" / "gcp-staging-audit-20250909.md").read_bytes()

    imported = client.post("iterations/import/?project=netra", data=log, headers={"Content-Type": "text/markdown"})
    again = client.post("iterations/import/?project=netra", data=log, headers={"Content-Type": "text/markdown"})
    (stated,) = imported.json()["iterations"]
    begun = client.post("iterations/", {"project": "netra", "issue": stated["issue"], "reasons": ["The log calls it fixed"]})
    iteration = begun.json()["id"]
    tests = [{"level": "unit", "file": PLANNED_IN, "name": name, "expectation": expectation} for name, (expectation, _) in PLANNED.items()]
    put(client, f"iterations/{iteration}/test-plan/", {"tests": tests, "declared": {"unit": 7}, "success_metrics": ["They pass"]})
    for stage, commit, name in (("before_fix", BASE_COMMIT, "before-fix"), ("after_fix", FIX_COMMIT, "after-fix")):
        posted = post_report(client, iteration, stage, commit, (shared_data / "evidence" / f"{name}.junit.xml").read_bytes())
        assert posted.status_code == 201, posted.text
    judged = client.get(f"iterations/{iteration}/verification/")

    assert (imported.status_code, again.status_code) == (201, 200)
    assert imported.json() == again.json()
    assert len(stated["root_cause"]["whys"]) == 5
    codes = {found["code"] for found in imported.json()["contradictions"]}
    assert codes - ARGUABLE == FOUND_IN_THE_LOG
    assert judged["verdict"] == "refuted"
    assert {row["name"]: row["result"] for row in judged["tests"]} == {name: result for name, (_, result) in PLANNED.items()}
    assert client.get(f"iterations/{iteration}/chain/")["state"] == "intact"


def test_ten_clients_with_the_same_and_different_reports_at_once_store_each_once(live_stack):
    a_project()
    client = Client(live_stack.url, a_token())
    client.post("issues/", {"project": "shop", "title": "Login crashes", "severity": "ERROR"})
    iteration = client.post("iterations/", {"project": "shop"}).json()["id"]
    tests = [
        {"level": "unit", "file": "tests/unit/test_login.py", "name": RED, "expectation": "red_then_green"},
        {"level": "unit", "file": "tests/unit/test_login.py", "name": GREEN, "expectation": "always_green"},
    ]
    put(client, f"iterations/{iteration}/test-plan/", {"tests": tests})
    reports = [("before_fix", BASE, junit({RED: "failed", GREEN: "passed"}))]
    reports += [("after_fix", FIX, junit({RED: "passed", GREEN: "passed"})) for _ in range(4)]
    sent = reports * 4

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda report: post_report(client, iteration, *report), sent))

    assert sorted(answer.status_code for answer in answers) == [200] * 15 + [201] * 5
    assert (Run.objects.count(), Result.objects.count()) == (5, 10)
    assert Record.objects.filter(kind="run").count() == 5
    judged = client.get(f"iterations/{iteration}/verification/")
    assert (judged["verdict"], judged["runs_at_fix"]) == ("verified", 4)
    assert client.get(f"iterations/{iteration}/chain/")["state"] == "intact"
