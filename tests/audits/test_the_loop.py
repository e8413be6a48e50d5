"""An iteration from the critical issue to the proven fix, by REST alone."""

from __future__ import annotations

import pytest

from audits.terms import Phase
from incidents.models import Issue
from tests.audits.walking import FIX, GREEN, METRIC, RED, Walk
from tests.factories import a_client, a_token

pytestmark = pytest.mark.django_db


def test_an_honest_iteration_walks_through_every_phase_and_its_issue_is_verified():
    walk = Walk()
    walk.everything()

    phases = [walk.get()["phase"], *(walk.advance()["phase"] for _ in range(9))]
    ended = walk.advance()

    assert phases == list(Phase)
    assert (ended["state"], ended["verdict"], ended["unmet"]) == ("done", "verified", [])
    issue = Issue.objects.get()
    assert (issue.state, issue.resolution, issue.confirmation) == ("resolved", "verified", "watching")


def test_the_issues_row_shows_its_iteration():
    walk = Walk()
    walk.everything()
    walk.advance(times=3)

    (row,) = walk.client.get("/api/v1/issues/").json()["results"]

    assert row["iteration"] == {"id": walk.pk, "number": 1, "phase": "github_issue", "verdict": "verified"}


def test_a_new_iteration_says_which_issue_was_chosen_and_why():
    begun = Walk(focus="login").get()

    assert begun["issue"] == Issue.objects.get().pk
    assert begun["reasons"]
    assert (begun["number"], begun["phase"], begun["focus"]) == (1, "log_analysis", "login")


def test_an_issue_has_one_running_iteration():
    walk = Walk()

    again = walk.client.post("/api/v1/iterations/", {"project": "shop", "issue": Issue.objects.get().pk}, format="json")

    assert again.status_code == 409
    assert "iteration 1" in again.json()["detail"]


def test_an_issue_that_did_not_rank_first_needs_a_reason_before_phase_0_ends():
    walk = Walk()
    other = walk.client.post("/api/v1/issues/", {"project": "shop", "title": "Slow", "severity": "WARNING"}, format="json").json()
    first = walk.client.post("/api/v1/issues/", {"project": "shop", "title": "Crash", "severity": "CRITICAL"}, format="json").json()
    chosen = Walk.__new__(Walk)
    chosen.client, chosen.project = walk.client, walk.project
    chosen.pk = walk.client.post("/api/v1/iterations/", {"project": "shop", "issue": other["id"]}, format="json").json()["id"]

    assert chosen.unmet() == ["reasons_missing"]

    walk.client.post("/api/v1/issues/critical/", {"project": "shop", "issue": other["id"], "reasons": ["Customers wait"]}, format="json")

    assert chosen.unmet() == []
    assert first["id"] != other["id"]


def test_a_shut_gate_names_everything_that_is_unmet():
    walk = Walk()
    walk.advance()

    refused = walk.call("post", "advance/")

    assert refused.status_code == 409
    assert [one["code"] for one in refused.json()["unmet"]] == ["root_cause_missing"]
    assert walk.get()["unmet"] == refused.json()["unmet"]


def test_records_are_taken_in_any_phase():
    walk = Walk()

    walk.everything()

    assert walk.get()["phase"] == "log_analysis"


def test_going_back_needs_a_reason_and_an_earlier_phase():
    walk = Walk()
    walk.everything()
    walk.advance(times=5)

    without_reason = walk.call("post", "back/", {"to": "root_cause", "reason": " "})
    forward = walk.call("post", "back/", {"to": "commit", "reason": "why not"})
    gone = walk.done("post", "back/", {"to": "root_cause", "reason": "The cause was another one"})

    assert (without_reason.status_code, forward.status_code) == (400, 400)
    assert gone["phase"] == "root_cause"
    assert gone["phases"][-1]["reason"] == "The cause was another one"


def test_phases_have_their_times_and_actors():
    walk = Walk()
    walk.advance()

    first, second = walk.get()["phases"]

    assert first["left"] is not None
    assert second["left"] is None
    assert second["actor"] == {"kind": "person", "name": "engineer-of-shop"}


def test_an_abandoned_iteration_takes_nothing_more_and_frees_its_issue():
    walk = Walk()

    walk.done("post", "abandon/", {"reason": "No time"})

    refused = walk.call("put", "root-cause/", {"whys": []})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:fixproof:problem:iteration_not_running")
    assert walk.client.post("/api/v1/iterations/", {"project": "shop"}, format="json").status_code == 201


def test_the_log_of_an_iteration_says_how_it_ended():
    walk = Walk()
    walk.done("post", "abandon/", {"reason": "The feature is gone"})

    log = walk.call("get", "log/").content.decode()
    told = walk.client.get(f"/api/v1/iterations/{walk.pk}/log/", headers={"Accept": "application/json"}).json()

    assert "The feature is gone" in log
    assert told["ending"] == {"by": "engineer-of-shop", "reason": "The feature is gone", "let_through": []}


def test_versions_are_kept_and_the_newest_counts():
    walk = Walk()
    walk.root_cause(statement="The first guess")

    second = walk.root_cause(statement="The cause")

    assert second["version"] == 2
    assert walk.get()["root_cause"]["statement"] == "The cause"
    assert walk.row.root_causes.count() == 2


def test_a_proposed_pattern_that_does_not_match_is_told_at_once():
    pattern = {"regex": "^e2e-[a-z]+-[a-z]+$", "must_match": ["e2e-staging_pipeline", "e2e-a-b"]}

    said = Walk().root_cause(proposed_pattern=pattern)

    assert said["proposed_pattern"]["does_not_match"] == ["e2e-staging_pipeline"]


def test_a_proposed_pattern_that_is_none_is_refused():
    answer = Walk().call("put", "root-cause/", {"whys": [], "proposed_pattern": {"regex": "(", "must_match": []}})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "proposed_pattern.regex"


def test_a_waiver_opens_the_gate_and_the_issue_ends_as_waived_with_its_verdict_unchanged():
    walk = Walk()
    walk.everything()
    walk.run("before_fix", red="failed", green="failed", commit="d" * 40)
    walk.advance(times=6)
    assert walk.unmet() == ["broken_before"]

    for code in ("broken_before", "repaired"):
        waiver = {"code": code, "subject": GREEN, "reason": "Broken since May"}
        walk.done("post", "waivers/", waiver, client=walk.review_client)
    ended = walk.advance(times=4)

    assert (ended["state"], ended["verdict"]) == ("done", "incomplete")
    assert Issue.objects.get().resolution == "waived"
    assert walk.verification()["waivers"][0]["reason"] == "Broken since May"
    assert walk.verification()["waivers"][0]["actor"]["name"] == "reviewer-of-shop"
    (row,) = walk.client.get("/api/v1/iterations/").json()["results"]
    assert [waiver["code"] for waiver in row["waivers"]] == ["broken_before", "repaired"]
    assert Issue.objects.get().waivers == 2


def test_nobody_reviews_their_own_work():
    walk = Walk()
    walk.plan()
    walk.done("put", "test-plan/", {"tests": [walk.test(RED)]}, client=walk.review_client)

    refused = walk.call("post", "reviews/", {"checks": [{"name": "x", "weight": 1, "score": 100}]}, client=walk.review_client)

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:fixproof:problem:own_work")


def test_work_that_somebody_else_handed_in_again_is_still_ones_own():
    walk = Walk()
    walk.done("put", "test-plan/", {"tests": [walk.test(RED)]}, client=walk.review_client)
    walk.plan(walk.test(RED))

    refused = walk.call("post", "reviews/", {"checks": [{"name": "x", "weight": 1, "score": 100}]}, client=walk.review_client)

    assert refused.json()["type"] == "urn:fixproof:problem:own_work"


def test_a_review_says_its_score_to_one_decimal_and_what_it_did_not_check():
    walk = Walk()
    checks = [{"name": "assertions", "weight": 2, "score": 100}, {"name": "timing", "weight": 1, "score": 98}]

    said = walk.review(checks=checks, strengths=["Clear"], approved_files=["a.py"])

    assert (said["score"], said["verdict"]) == (99.3, "approved")
    assert "real services" in said["unchecked"]
    assert walk.get()["review_score"] == 99.3


def test_a_finding_is_closed_once_with_how_and_commit():
    walk = Walk()
    found = walk.review(findings=[{"severity": "critical", "text": "Asserts nothing"}])
    path = f"findings/{found['findings'][0]['id']}/close/"

    closed = walk.done("post", path, {"how": "It asserts now", "commit": FIX}, client=walk.review_client)
    again = walk.call("post", path, {"how": "Again"}, client=walk.review_client)

    assert found["verdict"] == "needs_improvement"
    assert (closed["how"], closed["commit"]) == ("It asserts now", FIX)
    assert again.status_code == 409


def test_a_metric_that_the_plan_does_not_have_cannot_be_judged():
    walk = Walk()
    walk.plan()

    refused = walk.call("put", "success-metrics/", {"metrics": [{"text": "Another one", "met": True}]})

    assert refused.status_code == 400
    assert walk.metrics(met=None)["metrics"][0] == {"text": METRIC, "met": None, "evidence": ""}


def test_only_a_person_states_that_a_commit_is_on_the_default_branch():
    walk = Walk()
    agent = a_client(a_token(project=walk.project))

    refused = walk.call("post", "commit/", {"commit": FIX, "branch": "main"}, client=agent)

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:fixproof:problem:person_needed")


def test_a_fault_found_on_the_way_is_a_child_issue_linked_both_ways():
    walk = Walk()
    parent = Issue.objects.get()

    child = walk.client.post(
        "/api/v1/issues/",
        {"project": "shop", "title": "Race in the pool", "severity": "ERROR", "parent": parent.pk, "fix_needed": "Isolate sessions"},
        format="json",
    ).json()

    assert child["parent"] == parent.pk
    assert walk.get()["children"] == [child["id"]]
    assert walk.client.get(f"/api/v1/issues/{parent.pk}/").json()["children"] == [child["id"]]


def test_the_list_of_iterations_can_be_filtered():
    walk = Walk()
    walk.everything()

    def found(query):
        return [row["id"] for row in walk.client.get(f"/api/v1/iterations/?{query}").json()["results"]]

    assert found("project=shop&state=running&phase=log_analysis&verdict=verified") == [walk.pk]
    assert found("state=done") == []
    assert found("project=other") == []
