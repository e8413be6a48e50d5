"""What the forms before an iteration's verbs take, and what they say at the field that is wrong."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audits.actions import iterations, reviews, statements
from audits.models import TestFile
from incidents.actors import Actor
from tests.admin.conftest import A_TEST, FIX, a_run_form
from tests.admin.pages import messages, page_of, text
from tests.factories import somebody

TWO_WHYS = {"question_1": "Why do they wait?", "answer_1": "The bank is slow.", "evidence_1": "shop/pay.py:12", "question_2": "Why?"}


# --- Root cause ----------------------------------------------------------------------------------


def test_there_is_a_row_for_each_why_that_the_project_wants(engineer, shop):
    shop.project.settings = {"whys": 3}
    shop.project.save()

    parts = engineer.get(page_of(shop.iteration, "root_cause")).context["form"].parts()

    assert [part.legend for part in parts][:4] == ["Why 1", "Why 2", "Why 3", "Where they end"]


def test_a_root_cause_is_stored_as_it_was_typed(engineer, shop):
    given = {
        **TWO_WHYS,
        "statement": "First line\r\nsecond",
        "scope": "shop/pay.py:12\r\n\r\n.\\shop\\bank.py",
        "regex": "^a+$",
        "must_match": "aaa\r\n",
    }

    engineer.post(page_of(shop.iteration, "root_cause"), given)

    cause = shop.iteration.root_causes.get()
    assert cause.statement == "First line\nsecond"
    assert cause.scope == [{"file": "shop/pay.py", "line": 12}, {"file": "shop/bank.py", "line": None}]
    assert (cause.pattern_regex, cause.pattern_must_match) == ("^a+$", ["aaa"])
    assert [(why.question, why.answer, why.evidence) for why in cause.whys.all()] == [
        ("Why do they wait?", "The bank is slow.", ["shop/pay.py:12"]),
        ("Why?", "", []),
    ]


def test_the_newest_version_fills_the_form_and_comes_back_whole(engineer, shop):
    whys = [{"question": f"Why {number}?", "answer": "So", "evidence": [{"kind": "commit", "ref": "abc"}, "a\nb"]} for number in range(7)]
    scope = [{"file": "shop/pay.py", "line": 3}, {"file": "shop/bank.py", "line": None}]
    pattern = {"regex": "a", "must_match": [" a ", "two\nlines with a"]}
    statements.set_root_cause(shop.iteration, actor=somebody(), whys=whys, statement="S", scope=scope, proposed_pattern=pattern)
    form = engineer.get(page_of(shop.iteration, "root_cause")).context["form"]

    engineer.post(page_of(shop.iteration, "root_cause"), {name: form[name].value() or "" for name in form.fields})

    old, new = shop.iteration.root_causes.order_by("version")
    assert {name: getattr(new, name) for name in ("statement", "scope", "pattern_must_match")} == {
        name: getattr(old, name) for name in ("statement", "scope", "pattern_must_match")
    }
    assert [why.evidence for why in new.whys.all()] == [why.evidence for why in old.whys.all()]


def test_what_was_typed_outlives_a_pattern_that_is_none(engineer, shop):
    answer = engineer.post(
        page_of(shop.iteration, "root_cause"), {**TWO_WHYS, "statement": "Much thought", "regex": "(", "must_match": "a"}
    )

    assert answer.context["form"].errors["regex"]
    assert "Much thought" in answer.content.decode()
    assert not shop.iteration.root_causes.exists()


def test_a_pattern_that_does_not_match_is_stored_with_a_warning(engineer, shop):
    answer = engineer.post(page_of(shop.iteration, "root_cause"), {**TWO_WHYS, "regex": "^b$", "must_match": "a"}, follow=True)

    assert "The proposed pattern does not match “a”." in messages(answer)
    assert "does not match a" in text(answer)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"answer_2": "An answer to nothing"}, "question_2"),
        ({"evidence_1": "{not JSON", "question_1": "Why?"}, "evidence_1"),
        ({"scope": "a.py:0"}, "scope"),
        ({"scope": "x" * 501}, "scope"),
        ({"must_match": "a"}, "regex"),
        ({"statement": "x" * 65_537}, "statement"),
        ({"question_1": "x\0"}, "question_1"),
    ],
)
def test_what_is_wrong_with_a_root_cause_is_said_at_the_field(engineer, shop, given, field):
    answer = engineer.post(page_of(shop.iteration, "root_cause"), given)

    assert list(answer.context["form"].errors) == [field]
    assert not shop.iteration.root_causes.exists()


# --- Plan, files, metrics, fix -------------------------------------------------------------------


def test_a_plan_is_stored_with_its_counts_and_metrics(engineer, shop):
    given = {"strategy": "Red first", "tests": json.dumps([A_TEST]), "declared_unit": "1", "success_metrics": "Nobody waits\r\nAll pay"}

    answer = engineer.post(page_of(shop.iteration, "test_plan"), given, follow=True)

    plan = shop.iteration.test_plans.first()
    assert messages(answer) == ["Test plan, version 2, is stored with 1 test."]
    assert (plan.strategy, plan.declared, plan.success_metrics) == ("Red first", {"unit": 1}, ["Nobody waits", "All pay"])
    assert plan.tests.get().name == "test_pays"


def test_the_newest_plan_fills_the_form(engineer, shop):
    form = engineer.get(page_of(shop.iteration, "test_plan")).context["form"]

    assert json.loads(form["tests"].value()) == [{**A_TEST, "purpose": "Shows the fault of shop"}]


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ('[{"level": "smoke", "name": "a"}]', "Test 1, level"),
        ('[{"name": "a"}, {"file": "a.py"}]', "Test 2, name"),
        ('[{"name": "a", "expected": "x"}]', "Test 1, expected: There is no such field here."),
        ('{"name": "a"}', "list"),
        ('["a"]', "Test 1"),
        ("[", "JSON"),
        ("", "required"),
        ("[" * 20_000, "Nested too deeply"),
        (json.dumps([A_TEST, A_TEST]), "planned once"),
    ],
)
def test_what_is_wrong_with_a_plan_is_said_at_the_field(engineer, shop, tests, said):
    answer = engineer.post(page_of(shop.iteration, "test_plan"), {"tests": tests})

    assert said in " ".join(answer.context["form"].errors["tests"])
    assert shop.iteration.test_plans.count() == 1


def test_test_files_are_named_one_a_line(engineer, shop):
    engineer.post(page_of(shop.iteration, "test_files"), {"files": f"./tests/a.py | Unit | 3 | {'AB' * 32}\r\ntests/b.py\r\n"})

    files = TestFile.objects.filter(iteration=shop.iteration).values_list("path", "level", "tests", "sha256")
    assert list(files) == [("tests/a.py", "unit", 3, "ab" * 32), ("tests/b.py", "", None, "")]


def test_planned_files_are_suggested_without_a_count(engineer, shop):
    assert engineer.get(page_of(shop.iteration, "test_files")).context["form"]["files"].value() == "tests/test_pay.py | unit |"


@pytest.mark.parametrize(
    "line", ["| unit | 1", "a.py | smoke", "a.py | unit | many", "a.py | unit | 1 | abc", "a | b | c | d | e", "a.py | unit | -1"]
)
def test_a_line_that_is_no_test_file_is_named(engineer, shop, line):
    answer = engineer.post(page_of(shop.iteration, "test_files"), {"files": f"tests/a.py | unit | 1\n\n{line}"})

    assert [error.split(":")[0] for error in answer.context["form"].errors["files"]] == ["Line 3"]


def test_metrics_are_judged_one_by_one(engineer, iteration):
    engineer.post(page_of(iteration, "success_metrics"), {"met_1": "no", "evidence_1": "They still do"})

    assert iteration.judgements.get().metrics == [{"text": "Nobody waits", "met": False, "evidence": "They still do"}]


@pytest.mark.parametrize(
    ("given", "residual"), [({}, None), ({"nothing_left": "on"}, []), ({"residual": "Tell the bank"}, ["Tell the bank"])]
)
def test_what_is_left_is_unsaid_or_nothing_or_named(engineer, shop, given, residual):
    engineer.post(page_of(shop.iteration, "fix"), {"commit": FIX.upper(), "file": "shop\\pay.py", "line": "3", "change": "Waits", **given})

    fix = shop.iteration.fixes.get()
    assert (fix.commit, fix.file, fix.line, fix.residual) == (FIX, "shop/pay.py", 3, residual)


@pytest.mark.parametrize("commit", ["abc", "g" * 40, "", "a" * 41])
def test_a_short_hash_is_no_commit(engineer, shop, commit):
    answer = engineer.post(page_of(shop.iteration, "fix"), {"commit": commit, "file": "a.py", "change": "x"})

    assert list(answer.context["form"].errors) == ["commit"]


# --- Evidence ------------------------------------------------------------------------------------


def test_a_posted_run_is_counted_and_its_oddities_are_said(engineer, shop):
    report = b'<testsuite tests="5"><testcase name="test_pays"><failure/></testcase><testcase name="test_other"/></testsuite>'

    answer = engineer.post(
        page_of(shop.iteration, "post_run"), a_run_form(report, exit_status="1", files='{"a.py": "%s"}' % ("a" * 64)), follow=True
    )

    run = shop.iteration.runs.order_by("-pk").first()
    assert (run.exit_status, run.files, run.actor_name) == (1, {"a.py": "a" * 64}, "Engineer")
    assert f"Run {run.pk} is stored: 1 passed, 1 failed." in messages(answer)
    assert run.remarks[0]["detail"] in messages(answer)


def test_the_same_report_again_is_known(engineer, shop):
    engineer.post(page_of(shop.iteration, "post_run"), a_run_form())

    answer = engineer.post(page_of(shop.iteration, "post_run"), a_run_form(), follow=True)

    assert "was known already" in messages(answer)[-1]
    assert shop.iteration.runs.count() == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"report": SimpleUploadedFile("a.xml", b"no report")}, "report"),
        ({"report": SimpleUploadedFile("a.xml", b"")}, "report"),
        ({"report": ""}, "report"),
        ({"stage": "sometime"}, "stage"),
        ({"commit": "abc"}, "commit"),
        ({"exit_status": "9" * 20}, "exit_status"),
        ({"files": '{"a.py": "abc"}'}, "files"),
        ({"files": "["}, "files"),
    ],
)
def test_what_is_wrong_with_a_run_is_said_at_the_field(engineer, shop, given, field):
    answer = engineer.post(page_of(shop.iteration, "post_run"), a_run_form() | given)

    assert list(answer.context["form"].errors) == [field]
    assert shop.iteration.runs.count() == 1


def test_a_report_that_is_too_large_is_refused(engineer, shop, settings):
    settings.MAX_BODY_BYTES = 100

    answer = engineer.post(page_of(shop.iteration, "post_run"), a_run_form())

    assert "A report may have 100 bytes" in answer.context["form"].errors["report"][0]


# --- Reviews -------------------------------------------------------------------------------------


def test_a_review_counts_what_was_checked(reviewer, shop):
    given = {
        "score_1": "80",
        "evidence_1": "Real tokens",
        "score_3": "95",
        "strengths": "Fast",
        "approved_files": "tests/a.py",
        "findings": "major tests/a.py: no assertion\nlow: a typo: twice",
    }

    reviewer.post(page_of(shop.iteration, "review"), given)

    review = shop.iteration.reviews.get()
    policies = shop.project.rules.policies
    assert [(check["name"], check["score"], check["weight"]) for check in review.checks] == [
        (policies[0].name, 80, policies[0].weight),
        (policies[2].name, 95, policies[2].weight),
    ]
    assert review.score == 85
    assert list(review.findings.values_list("severity", "file", "text")) == [
        ("major", "tests/a.py", "no assertion"),
        ("low", "", "a typo: twice"),
    ]


def test_a_review_of_nothing_is_refused(reviewer, shop):
    answer = reviewer.post(page_of(shop.iteration, "review"), {"evidence_1": "None"})

    assert answer.context["form"].non_field_errors()
    assert not shop.iteration.reviews.exists()


@pytest.mark.parametrize(
    ("given", "field"), [({"score_1": "101"}, "score_1"), ({"score_1": "nan"}, "score_1"), ({"findings": "bad things"}, "findings")]
)
def test_what_is_wrong_with_a_review_is_said_at_the_field(reviewer, shop, given, field):
    answer = reviewer.post(page_of(shop.iteration, "review"), {"score_2": "90", **given})

    assert list(answer.context["form"].errors) == [field]


def test_nobody_reviews_their_own_plan(reviewer, shop):
    reviewer.post(page_of(shop.iteration, "test_plan"), {"tests": json.dumps([A_TEST])})

    answer = reviewer.post(page_of(shop.iteration, "review"), {"score_1": "100"})

    assert "somebody else has to review them" in text(answer)
    assert not shop.iteration.reviews.exists()


def test_a_finding_is_closed_from_its_own_link(reviewer, iteration):
    finding = iteration.reviews.get().findings.get()
    page = reviewer.get(page_of(iteration)).content.decode()
    address = f"{page_of(iteration, 'close_finding')}?finding={finding.pk}"

    assert address in page
    assert reviewer.get(address).context["form"]["finding"].value() == str(finding.pk)
    reviewer.post(address, {"finding": str(finding.pk), "how": "It is real now", "commit": FIX})

    assert (finding.closure.how, finding.closure.commit, finding.closure.actor_name) == ("It is real now", FIX, "Reviewer")


def test_a_finding_of_another_iteration_is_none_of_this_ones(reviewer, iteration, shop, rival):
    other = reviews.review(
        rival.iteration,
        actor=Actor.person(rival.admin),
        checks=[{"name": "a", "weight": 1, "score": 1}],
        findings=[{"severity": "low", "text": "x"}],
    )

    answer = reviewer.post(page_of(iteration, "close_finding"), {"finding": str(other.findings.get().pk), "how": "mine"})

    assert list(answer.context["form"].errors) == ["finding"]


def test_only_what_is_unmet_can_be_let_pass(reviewer, shop):
    iterations.advance(shop.iteration, actor=somebody())
    unmet = reviewer.get(page_of(shop.iteration)).context["unmet"]
    page = page_of(shop.iteration, "waive")

    refused = reviewer.post(page, {"what": '["still_red", "test_pays"]', "reason": "It hurts"})
    reviewer.post(page, {"what": unmet[0]["waiving"], "reason": "The cause is plain"})

    assert list(refused.context["form"].errors) == ["what"]
    waiver = shop.iteration.waivers.get()
    assert (waiver.code, waiver.reason, waiver.actor_name) == ("root_cause_missing", "The cause is plain", "Reviewer")
