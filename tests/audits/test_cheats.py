"""Ways to look fixed without being so, one test each, by REST: none of them ends `verified`."""

from __future__ import annotations

import json

import pytest

from incidents.models import Issue
from tests.audits.walking import BASE, FIX, GREEN, OTHER, RED, Walk, junit
from tests.factories import a_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk() -> Walk:
    """An iteration that has everything but its evidence, so that only the evidence can decide."""
    walk = Walk()
    walk.root_cause()
    walk.plan()
    walk.files()
    walk.review()
    walk.fix()
    walk.metrics()
    walk.commit()
    return walk


def ends(walk: Walk) -> tuple[str, str]:
    """The verdict, and what became of the issue when somebody tries to advance to the end."""
    for _ in range(12):
        walk.call("post", "advance/")
    return walk.verdict(), Issue.objects.get(project=walk.project).resolution or "open"


def test_without_a_cheat_it_ends_verified(walk):
    walk.red_run()
    walk.green_runs()

    assert ends(walk) == ("verified", "verified")


def test_a_collection_error_does_not_pose_as_red(walk):
    walk.post_run("before_fix", BASE, junit({"tests.unit.test_login": "error"}, classname=""))
    walk.green_runs()

    assert walk.results()[RED] == "not_red"
    assert ends(walk) == ("incomplete", "open")


def test_an_error_in_the_test_itself_does_not_pose_as_red(walk):
    walk.run("before_fix", red="error")
    walk.green_runs()

    assert walk.results()[RED] == "not_red"
    assert ends(walk) == ("incomplete", "open")


def test_a_collection_error_beside_a_run_without_the_test_does_not_pose_as_red(walk):
    walk.run("before_fix", red="error")
    walk.post_run("before_fix", BASE, junit({GREEN: "passed"}))
    walk.green_runs()

    assert ends(walk) == ("incomplete", "open")


def test_a_red_test_that_was_deleted_after_the_fix_has_vanished(walk):
    walk.red_run()
    for stage in ("after_fix", "stability", "stability"):
        walk.post_run(stage, FIX, junit({GREEN: "passed"}))

    assert walk.results()[RED] == "vanished"
    assert ends(walk) == ("refuted", "open")


def test_a_red_case_of_a_parametrised_test_that_was_deleted_has_vanished(walk):
    walk.post_run("before_fix", BASE, junit({f"{RED}[a]": "failed", f"{RED}[b]": "failed", GREEN: "passed"}))
    for stage in ("after_fix", "stability", "stability"):
        walk.post_run(stage, FIX, junit({f"{RED}[a]": "passed", GREEN: "passed"}))

    assert walk.results()[RED] == "vanished"
    assert ends(walk) == ("refuted", "open")


@pytest.mark.parametrize(
    ("base", "fix"),
    [
        ({"tests/unit/test_login.py": "1" * 64}, {"tests/unit/test_login.py": "2" * 64}),
        ({"tests/conftest.py": "1" * 64}, {"tests/conftest.py": "2" * 64}),
        ({"pytest.ini": "1" * 64}, {"pytest.ini": "2" * 64}),
        ({"tests/unit/test_login.py": "1" * 64}, {"tests/unit/test_login.py": "1" * 64, "conftest.py": "2" * 64}),
    ],
    ids=["the test file", "only conftest.py", "the runner's configuration", "a new conftest.py"],
)
def test_a_file_that_changed_between_the_runs_proves_nothing(walk, base, fix):
    walk.red_run(files=json.dumps(base))
    walk.green_runs(files=json.dumps(fix))

    assert [reason["code"] for reason in walk.verification()["reasons"]] == ["files_changed"]
    assert ends(walk) == ("incomplete", "open")


def test_a_source_file_changes_with_the_fix(walk):
    same = {"tests/unit/test_login.py": "1" * 64}
    walk.red_run(files=json.dumps(same | {"shop/login.py": "2" * 64}))
    walk.green_runs(files=json.dumps(same | {"shop/login.py": "3" * 64}))

    assert ends(walk) == ("verified", "verified")


def test_a_forged_header_is_flagged_and_does_not_verify(walk):
    walk.red_run()
    run = walk.post_run("after_fix", FIX, junit({RED: "passed", GREEN: "passed"}, header='tests="9" failures="0" errors="0"')).json()
    walk.run("stability")
    walk.run("stability")

    assert "header_disagrees" in [warning["code"] for warning in run["warnings"]]
    assert ends(walk) == ("incomplete", "open")


def test_a_header_that_hides_a_failure_does_not_hide_it(walk):
    walk.red_run()
    walk.post_run("after_fix", FIX, junit({RED: "failed", GREEN: "passed"}, header='tests="2" failures="0" errors="0"'))

    assert walk.results()[RED] == "still_red"
    assert ends(walk) == ("refuted", "open")


def test_zero_tests_prove_nothing(walk):
    walk.red_run()
    run = walk.post_run("after_fix", FIX, junit({})).json()

    assert "no_tests" in [warning["code"] for warning in run["warnings"]]
    assert ends(walk) == ("incomplete", "open")


def test_an_empty_run_among_honest_ones_proves_nothing(walk):
    walk.red_run()
    walk.green_runs()
    walk.post_run("stability", FIX, junit({}))

    assert ends(walk) == ("incomplete", "open")


def test_the_base_cannot_be_the_fix(walk):
    walk.fix(commit=BASE)
    walk.red_run()
    walk.run("after_fix", commit=BASE)
    walk.run("stability", commit=BASE)
    walk.run("stability", commit=BASE)

    assert "same_commit" in [reason["code"] for reason in walk.verification()["reasons"]]
    verdict, resolution = ends(walk)
    assert (verdict, resolution) == ("incomplete", "open")


def test_green_only_in_the_second_of_three_runs_is_flaky(walk):
    walk.red_run()
    walk.run("after_fix", red="failed")
    walk.run("stability")
    walk.run("stability", red="failed")

    assert walk.results()[RED] == "flaky"
    assert ends(walk) == ("refuted", "open")


def test_a_run_of_another_commit_does_not_count(walk):
    walk.red_run()
    for stage in ("after_fix", "stability", "stability"):
        walk.run(stage, commit=OTHER)

    assert walk.results()[RED] == "no_fix_run"
    assert ends(walk) == ("incomplete", "open")


def test_a_report_of_another_project_does_not_count(walk):
    elsewhere = "billing.tests.test_invoice"
    walk.post_run("before_fix", BASE, junit({"test_total": "failed"}, classname=elsewhere))
    for stage in ("after_fix", "stability", "stability"):
        walk.post_run(stage, FIX, junit({"test_total": "passed"}, classname=elsewhere))

    assert walk.results()[RED] == "not_red"
    assert ends(walk) == ("incomplete", "open")


def test_a_token_of_another_project_cannot_even_see_the_iteration(walk):
    rival = Walk(a_project("rival"))

    posted = walk.post_run("after_fix", FIX, junit({RED: "passed", GREEN: "passed"}), client=rival.client)

    assert posted.status_code == 404


def test_an_exit_status_that_disagrees_proves_nothing(walk):
    walk.red_run(exit_status=1)
    walk.green_runs(exit_status=1)

    assert {reason["code"] for reason in walk.verification()["reasons"]} == {"exit_status_disagrees"}
    assert ends(walk) == ("incomplete", "open")


def test_a_test_that_was_broken_outside_the_plan_refutes(walk):
    walk.post_run("before_fix", BASE, junit({RED: "failed", GREEN: "passed", "test_logout": "passed"}))
    for stage in ("after_fix", "stability", "stability"):
        walk.post_run(stage, FIX, junit({RED: "passed", GREEN: "passed", "test_logout": "failed"}))

    assert [row["result"] for row in walk.verification()["unplanned"]] == ["unplanned_regression"]
    assert ends(walk) == ("refuted", "open")


def test_a_plan_that_dropped_the_red_test_after_the_fact_is_asked_for_one_again(walk):
    walk.red_run()
    walk.run("after_fix", red="failed")
    walk.run("stability", red="failed")
    walk.run("stability", red="failed")
    walk.plan(walk.test(GREEN, "always_green"))

    verdict, resolution = ends(walk)

    assert (verdict, resolution) == ("incomplete", "open")


def test_a_red_test_that_is_taken_out_of_the_plan_after_its_review_needs_another_review(walk):
    other = "test_logout"
    walk.plan(walk.test(RED), walk.test(other), walk.test(GREEN, "always_green"))
    walk.files({"path": "tests/unit/test_login.py", "level": "unit", "tests": 3})
    walk.review()
    walk.post_run("before_fix", BASE, junit({RED: "failed", other: "failed", GREEN: "passed"}))
    for stage in ("after_fix", "stability", "stability"):
        walk.post_run(stage, FIX, junit({RED: "passed", other: "failed", GREEN: "passed"}))
    assert walk.verdict() == "refuted"

    walk.plan()
    walk.files()

    assert ends(walk)[1] == "open"
    assert walk.unmet() == ["review_outdated"]


def test_a_verdict_that_was_written_into_the_database_is_worked_out_again(walk):
    walk.red_run()
    walk.green_runs()
    honest = walk.row.verification
    walk.run("stability", red="failed")
    walk.row.__class__.objects.filter(pk=walk.pk).update(verification=honest, verdict="verified")

    assert "verdict_changed" in [fault["code"] for fault in walk.get("chain/")["faults"]]
    assert ends(walk)[1] == "open"


def test_nobody_types_a_verdict(walk):
    assert walk.call("patch", "", {"verdict": "verified"}).status_code == 405
    issue = Issue.objects.get(project=walk.project)
    stated = walk.client.post(f"/api/v1/issues/{issue.pk}/resolve/", {"resolution": "verified", "reason": "I say so"}, format="json")
    assert stated.status_code == 400
