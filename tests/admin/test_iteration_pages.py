"""What the pages of iterations and runs show, and that they stay small whatever was posted."""

from itertools import pairwise

import pytest

from audits.actions import iterations, statements
from audits.models import Iteration
from incidents.models import CommitCheck, Mirror
from tests.admin.conftest import A_TEST, a_report, post
from tests.admin.pages import list_of, page_of, text
from tests.browser.demonstration_audit import TESTS
from tests.factories import somebody

VERBS_OF_AN_ENGINEER = [
    "advance",
    "post_run",
    "root_cause",
    "test_plan",
    "test_files",
    "fix",
    "success_metrics",
    "commit",
    "back",
    "abandon",
]
VERBS_OF_A_REVIEWER = ["review", "close_finding", "waive"]
READING = ["check_chain", "signals", "log_markdown", "log_json"]


def buttons(client, iteration: Iteration) -> list[str]:
    page = client.get(page_of(iteration)).content.decode()
    return [verb for verb in [*VERBS_OF_AN_ENGINEER, *VERBS_OF_A_REVIEWER, *READING] if page_of(iteration, verb) in page]


# --- The list ------------------------------------------------------------------------------------


def test_the_list_tells_how_far_each_iteration_is(engineer, refuted):
    said = text(engineer.get(list_of("audits_iteration"), {"q": "Payment failed"}))

    for part in ("Payment failed in shop", "running", "7 green run", "refuted", "waivers by Edith", "87.5"):
        assert part in said


def test_an_imported_iteration_has_claims_and_no_verdict_in_the_list(engineer, shop):
    page = engineer.get(list_of("audits_iteration"), {"state__exact": "imported"})

    assert "claims only" in text(page)
    assert "fx-badge-incomplete" not in page.content.decode()


@pytest.mark.parametrize("words", ["Payment failed", "websocket", "{key}"])
def test_an_iteration_is_found_by_its_issue_and_its_focus(engineer, shop, refuted, words):
    listed = engineer.get(list_of("audits_iteration"), {"q": words.format(key=shop.issue.key)}).context["cl"].result_list

    assert list(listed) == [refuted]


@pytest.mark.parametrize(("name", "value"), [("state__exact", "running"), ("phase__exact", "green_run"), ("verdict__exact", "refuted")])
def test_the_list_can_be_bounded(engineer, shop, refuted, name, value):
    listed = list(engineer.get(list_of("audits_iteration"), {name: value}).context["cl"].result_list)

    assert refuted in listed
    assert len(listed) < Iteration.objects.filter(project=shop.project).count()


def test_the_iterations_of_one_issue_can_be_listed(engineer, shop, refuted):
    listed = engineer.get(list_of("audits_iteration"), {"issue__id__exact": shop.issue.pk}).context["cl"].result_list

    assert list(listed) == [refuted]


# --- The page ------------------------------------------------------------------------------------


def test_the_page_shows_everything_that_is_recorded(engineer, refuted):
    said = text(engineer.get(page_of(refuted)))

    for part in [
        *("refuted", "with waivers by Edith (broken_before)", "7 green run", "1 contradiction"),
        *("Unmet before phase 7 green run can end", "stability_runs_missing", "1 of 3 runs at the fix"),
        *("Why did nobody notice?", "does not match e2e-staging_pipeline", "shared/types/core_types.py:336"),
        *("6 planned tests", "always green", "must fail with is_valid_user_id", "not judged"),
        *("Version 1: 87.5 of 100", "The ids come from the pipeline’s own code now.", "One more pattern in the list", "nobody has said"),
        *("Red for a reason of its own", "let through: broken_before", "Ids of 10,000 characters are accepted", refuted.chain_head),
        *TESTS,
    ]:
        assert part in said


def test_the_parts_of_the_page_stand_in_order(engineer, refuted):
    page = engineer.get(page_of(refuted)).content.decode()

    parts = ["facts", "unmet", "verification", "contradictions", "cause", "plan", "files", "runs", "reviews", "fix", "waivers", "phases"]
    places = [page.index(f'<h2 id="{part}"') for part in parts]
    assert places == sorted(places)


def test_the_current_phase_is_marked_among_all_ten(engineer, refuted):
    page = engineer.get(page_of(refuted))

    assert len(page.context["phases"]) == 10
    assert [phase["name"] for phase in page.context["phases"] if phase["current"]] == ["7 green run"]


def test_the_waivers_stand_wherever_the_verdict_does(engineer, refuted):
    said = text(engineer.get(page_of(refuted)))

    assert said.count("refuted with waivers by Edith (broken_before)") == 2


def test_what_is_unmet_names_the_test_that_it_is_about(engineer, refuted):
    unmet = engineer.get(page_of(refuted)).context["unmet"]

    assert [one["detail"].split(":")[0] for one in unmet if one["code"] == "still_red"] == [
        "test_pipeline_id_is_accepted_after_the_fix",
        "test_release_ids_of_other_stages",
    ]


def test_a_reason_that_no_test_tells_stands_apart(engineer, shop):
    post(shop.iteration, a_report({"test_pays": "failed", "test_other": "passed"}), exit_status=0)

    reasons = engineer.get(page_of(shop.iteration)).context["reasons"]

    assert [reason.code for reason in reasons] == ["exit_status_disagrees"]


def test_an_ambiguous_name_shows_what_it_could_be(engineer, shop):
    statements.set_test_plan(shop.iteration, actor=somebody(), tests=[{**A_TEST, "file": ""}])
    report = b'<testsuite tests="2"><testcase classname="a.B" name="test_pays"/><testcase classname="c.D" name="test_pays"/></testsuite>'
    post(shop.iteration, report, commit="c" * 40)

    said = text(engineer.get(page_of(shop.iteration)))

    assert "could be any of" in said
    assert "c.D" in said


def test_earlier_versions_are_kept_to_unfold(engineer, shop, refuted):
    statement = "The patterns are written by hand in two places."
    statements.set_root_cause(refuted, actor=somebody(), whys=[], statement=statement)

    said = text(engineer.get(page_of(refuted)))

    assert statement in said
    assert said.index("Root cause, version 2") < said.index("Earlier versions") < said.index("Why did nobody notice?")


def test_an_imported_iteration_says_that_all_of_it_is_claimed(engineer, shop):
    page = engineer.get(page_of(shop.imported.iterations.get()))

    said = text(page)
    assert "nothing in it is evidence" in said
    assert "How each section was read" in said
    assert "Audit log of shop" in said
    assert "Red and green" not in said
    assert page.context["phases"] == []


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        ("viewer", READING),
        ("engineer", [*VERBS_OF_AN_ENGINEER, *READING]),
        ("reviewer", [*VERBS_OF_AN_ENGINEER, *VERBS_OF_A_REVIEWER, *READING]),
    ],
)
def test_a_role_sees_the_buttons_of_what_it_may_do(request, refuted, role, verbs):
    assert buttons(request.getfixturevalue(role), refuted) == verbs


def test_what_has_ended_can_only_be_read(reviewer, refuted):
    iterations.abandon(refuted, actor=somebody(), reason="Another way was found")

    assert buttons(reviewer, refuted) == READING


def test_in_the_first_phase_there_is_no_way_back(engineer, shop):
    assert "back" not in buttons(engineer, shop.iteration)


def test_headings_follow_each_other(engineer, refuted):
    page = engineer.get(page_of(refuted)).content.decode()

    levels = [int(page[place + 2]) for place in range(len(page)) if page[place : place + 2] == "<h" and page[place + 2].isdigit()]
    assert all(after - before <= 1 for before, after in pairwise(levels))


# --- Looking closely -----------------------------------------------------------------------------


def test_the_evidence_is_checked_on_a_page_of_its_own(viewer, refuted):
    assert "The evidence is as it was recorded" in text(viewer.get(page_of(refuted, "check_chain")))


def test_a_chain_whose_head_was_changed_is_said_to_be_broken(viewer, refuted):
    Iteration.objects.filter(pk=refuted.pk).update(chain_head="0" * 64)

    said = text(viewer.get(page_of(refuted, "check_chain")))

    assert "The evidence is not as it was recorded" in said
    assert "broken" in said


def test_signs_of_fake_tests_are_listed_with_their_reasons(viewer, shop):
    names = [f"test_{number}" for number in range(4)]
    post(shop.iteration, a_report(dict.fromkeys(names, "failed"), said="the same words"))

    assert "failed with the same words" in text(viewer.get(page_of(shop.iteration, "signals")))


@pytest.mark.parametrize(("verb", "kind", "ending"), [("log_markdown", "text/markdown", "md"), ("log_json", "application/json", "json")])
def test_the_log_is_downloaded_and_never_shown_as_a_page(viewer, refuted, verb, kind, ending):
    answer = viewer.get(page_of(refuted, verb))

    assert answer["Content-Type"].startswith(kind)
    assert answer["Content-Disposition"] == f'attachment; filename="shop-iteration-{refuted.number}.{ending}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Why did nobody notice?" in answer.content.decode()


# --- The issue's page ----------------------------------------------------------------------------


def test_the_issues_page_leads_to_the_iteration_that_walks_it(viewer, shop, refuted):
    page = viewer.get(page_of(shop.issue))

    assert f"iteration {refuted.number} green run refuted" in text(page)
    assert page_of(refuted) in page.content.decode()
    assert f"{list_of('audits_iteration')}?issue__id__exact={shop.issue.pk}" in page.content.decode()
    assert "begin one" not in text(page)


def test_an_engineer_may_begin_an_iteration_from_the_issues_page(engineer, shop):
    page = engineer.get(page_of(shop.issue)).content.decode()

    assert f"/admin/audits/iteration/add/?issue={shop.issue.pk}" in page


def test_the_issues_page_shows_its_twin_on_github(viewer, shop):
    given = {"repository": "acme/shop", "number": 7, "url": "https://github.example/acme/shop/issues/7", "state": "closed"}
    Mirror.objects.create(issue=shop.issue, standing="linked", closed_unproven=True, **given)

    page = viewer.get(page_of(shop.issue))

    assert "acme/shop#7 closed closed there without proof" in text(page)
    assert 'href="https://github.example/acme/shop/issues/7"' in page.content.decode()


def test_an_address_that_is_none_of_the_web_is_no_link(viewer, shop):
    Mirror.objects.create(issue=shop.issue, standing="linked", repository="acme/shop", number=7, url="javascript:alert(1)")

    page = viewer.get(page_of(shop.issue)).content.decode()

    assert "acme/shop#7" in page
    assert "javascript:" not in page


def test_the_issue_list_tells_the_verdict(viewer, refuted):
    assert "refuted green run" in text(viewer.get(list_of("incidents_issue")))


def test_what_checks_on_github_said_of_the_fix_is_shown_as_a_hint(engineer, refuted):
    fix = refuted.fixes.order_by("-version").first()
    given = {"project": refuted.project, "commit": fix.commit, "kind": "check_run", "run_id": 1}
    CommitCheck.objects.create(**given, name="unit tests <b>", conclusion="success", url="javascript:alert(1)")

    page = engineer.get(page_of(refuted))

    assert "unit tests &lt;b&gt;: success" in page.content.decode()
    assert "javascript:" not in page.content.decode()
    assert "Hints; only the planned tests prove a fix." in text(page)
