"""What the pages of runs show, and that no page grows with what was posted."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audits.actions import iterations, reviews, statements
from audits.actions.imports import import_log
from incidents.actions import issues
from incidents.actors import Actor
from incidents.severity import Severity
from tests.admin.conftest import A_TEST, a_report, post
from tests.admin.pages import list_of, page_of, text
from tests.factories import a_user, somebody


def a_large_report(cases: int, *, red: int = 0) -> bytes:
    return a_report({f"test_{number}": "failed" if cases - number <= red else "passed" for number in range(cases)})


def test_a_runs_results_come_in_pages_with_what_failed_first(viewer, shop):
    run = post(shop.iteration, a_large_report(250, red=3))

    pages = [viewer.get(page_of(run), {"page": page}).context["results"] for page in ("1", "2", "3")]

    assert [len(page) for page in pages] == [100, 100, 50]
    assert [result["name"] for result in pages[0][:4]] == ["test_247", "test_248", "test_249", "test_0"]


def test_the_results_of_one_outcome_are_listed_in_the_reports_order(viewer, shop):
    run = post(shop.iteration, a_large_report(120, red=110))

    page = viewer.get(page_of(run), {"outcome": "failed", "page": "2"})

    assert [result["name"] for result in page.context["results"]] == [f"test_{number}" for number in range(110, 120)]
    assert "?outcome=failed&amp;page=1" in page.content.decode()


@pytest.mark.parametrize("query", ["page=0", "page=abc", "page=99999999999999999999", "outcome=nonsense", "outcome=%3Cscript%3E&page=-1"])
def test_an_odd_address_of_a_run_is_no_error_of_ours(viewer, shop, query):
    assert viewer.get(f"{page_of(shop.run)}?{query}").status_code == 200


def test_what_was_odd_about_a_report_stands_with_its_run(viewer, shop):
    run = post(shop.iteration, b'<testsuite tests="9" failures="0"><testcase name="test_pays"/></testsuite>')

    assert "Warnings about the report" in text(viewer.get(page_of(run)))
    assert run.remarks[0]["detail"] in text(viewer.get(page_of(shop.iteration)))


# --- How much a page asks and holds --------------------------------------------------------------


def test_an_iteration_with_large_runs_asks_seldom_and_stays_small(engineer, refuted, django_assert_max_num_queries):
    post(refuted, a_large_report(5_000, red=5_000), commit="c" * 40)
    post(refuted, a_large_report(4_999, red=4_999), stage="after_fix", commit="d" * 40)
    edith = Actor.person(a_user("another-edith"))
    for number in range(20):
        reviews.waive(refuted, actor=edith, code="still_red", subject=f"test_{number}", reason="Known")
    engineer.get(page_of(refuted))

    with django_assert_max_num_queries(30):
        page = engineer.get(page_of(refuted))

    assert len(page.content) < 600_000


def test_the_page_asks_no_more_for_many_runs_and_shows_the_newest(engineer, shop):
    engineer.get(page_of(shop.iteration))
    with CaptureQueriesContext(connection) as few:
        engineer.get(page_of(shop.iteration))
    for number in range(35):
        post(shop.iteration, a_report({f"test_{number}": "passed"}))

    with CaptureQueriesContext(connection) as many:
        page = engineer.get(page_of(shop.iteration))

    assert len(many) <= len(few)
    assert "the newest 30 of 36" in text(page)


@pytest.mark.parametrize("name", ["audits_iteration", "audits_run", "audits_import"])
def test_a_list_asks_no_more_for_many_rows(engineer, shop, name):
    engineer.get(list_of(name))
    with CaptureQueriesContext(connection) as few:
        engineer.get(list_of(name))
    edith = Actor.person(a_user("edith"))
    for number in range(12):
        issue = issues.create(shop.project, actor=somebody(), title=f"Fault {number}", severity=Severity.ERROR)
        iteration = iterations.begin(shop.project, actor=somebody(), issue=issue, reasons=["Why not"])
        reviews.waive(iteration, actor=edith, code="root_cause_missing", reason="Plain")
        post(iteration, a_report({f"test_{number}": "passed"}))
        import_log(shop.project, actor=somebody(), raw=f"# Log {number}".encode())

    with CaptureQueriesContext(connection) as many:
        listed = engineer.get(list_of(name)).context["cl"].result_list

    assert len(listed) > 12
    assert len(many) <= len(few)


def test_the_page_of_a_large_run_asks_seldom(engineer, shop, django_assert_max_num_queries):
    run = post(shop.iteration, a_large_report(5_000, red=5_000))
    engineer.get(page_of(run))

    with django_assert_max_num_queries(12):
        page = engineer.get(page_of(run), {"page": "50"})

    assert len(page.content) < 300_000


def test_a_plan_of_thousands_shows_what_is_not_proven_first(engineer, shop):
    tests = [{**A_TEST, "name": f"test_{number}", "expectation": "always_green"} for number in range(400)]
    statements.set_test_plan(shop.iteration, actor=somebody(), tests=tests)
    outcomes = {f"test_{number}": "failed" if number == 399 else "passed" for number in range(400)}
    post(shop.iteration, a_report(outcomes), commit="c" * 40)
    post(shop.iteration, a_report(outcomes, said="again"), stage="after_fix", commit="d" * 40)

    page = engineer.get(page_of(shop.iteration))

    assert page.context["rows"][0]["row"].name == "test_399"
    assert "100 more are not shown: what is not proven comes first" in text(page)


def test_a_plan_that_leaves_thousands_of_things_unmet_makes_no_large_page(reviewer, shop):
    tests = [{**A_TEST, "name": f"test_{number}", "expectation": "unstated"} for number in range(2_000)]
    statements.set_test_plan(shop.iteration, actor=somebody(), tests=tests)
    statements.set_root_cause(
        shop.iteration,
        actor=somebody(),
        whys=[{"question": "Why?", "answer": "So"}] * 5,
        statement="S",
        impact="I",
        scope=[{"file": "a.py"}],
    )
    for _ in range(2):
        iterations.advance(shop.iteration, actor=somebody())

    pages = [reviewer.get(page_of(shop.iteration, verb)) for verb in ("change", "advance", "waive")]
    last = reviewer.get(page_of(shop.iteration, "waive"), {"what": '["expectation_missing", "test_1999"]'})

    assert [len(page.content) < 600_000 for page in pages] == [True] * 3
    assert "and 1,702 more" in text(pages[1])
    assert "test_1999" in text(last)
