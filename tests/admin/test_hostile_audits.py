"""Whatever a report, a log or a person writes in an audit is shown as text, and never becomes part of the page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audits.actions import fixes, iterations, reviews, statements
from audits.actions.imports import import_log
from audits.models import Import, Iteration, Run
from incidents.actions import issues
from incidents.actors import Actor
from incidents.models import Mirror
from incidents.severity import Severity
from tests.admin.conftest import BASE, FIX, a_report, browser_of, post
from tests.admin.pages import adding, list_of, page_of
from tests.admin.test_every_page import ITERATION_VERBS
from tests.admin.test_hostile_text import EVIL, RAW, assert_harmless
from tests.factories import a_project, a_user, somebody


@pytest.fixture
def hostile(db) -> Iteration:
    """An iteration in which everything that somebody may write is hostile, up to names in reports."""
    project = a_project("evil", name=EVIL)
    project.settings = {"policies": [{"name": EVIL}]}
    project.save()
    issue = issues.create(project, actor=somebody(), title=EVIL, severity=Severity.ERROR, stated_location={"module": EVIL, "file": EVIL})
    issues.create(project, actor=somebody(), title=EVIL, severity=Severity.ERROR, parent=issue, fix_needed=EVIL)
    Mirror.objects.create(issue=issue, repository=EVIL, url=f"https://{EVIL}", number=1)
    actor = Actor.person(a_user("reviewer", first_name=EVIL[:140]))
    iteration = iterations.begin(project, actor=actor, issue=issue, focus=EVIL, reasons=[EVIL])
    pattern = {"regex": "a", "must_match": [EVIL + "x"]}
    for _ in range(2):
        whys = [{"question": EVIL, "answer": EVIL, "evidence": [EVIL, {"kind": EVIL, "ref": EVIL}]}]
        texts = dict.fromkeys(("statement", "impact", "fix"), EVIL)
        scope = [{"file": EVIL, "line": 1}]
        statements.set_root_cause(iteration, actor=actor, whys=whys, scope=scope, proposed_pattern=pattern, **texts)
        test = dict.fromkeys(("file", "name", "purpose", "expected_failure"), EVIL) | {"level": "unit", "expectation": "red_then_green"}
        statements.set_test_plan(iteration, actor=somebody(), tests=[test], strategy=EVIL, success_metrics=[EVIL])
        fixes.record_fix(
            iteration,
            actor=actor,
            commit=FIX,
            location={"file": EVIL},
            change=EVIL,
            purpose=EVIL,
            pull_request=EVIL,
            residual=[EVIL],
            documentation=[EVIL],
        )
    statements.judge_metrics(iteration, actor=actor, metrics=[{"text": EVIL, "met": None, "evidence": EVIL}])
    statements.set_test_files(iteration, actor=somebody(), files=[{"path": EVIL, "level": "unit", "tests": 1}])
    about = {"command": EVIL, "environment": EVIL, "run_group": EVIL, "report_id": EVIL, "files": {EVIL: "a" * 64}}
    post(iteration, a_report({EVIL: "failed", "test_other": "passed"}, said=EVIL, file="a.py"), **about)
    post(iteration, a_report({EVIL: "skipped", "test_other": "failed"}, said=EVIL, file="a.py"), stage="after_fix", commit=FIX)
    review = reviews.review(
        iteration,
        actor=actor,
        checks=[{"name": EVIL, "weight": 1, "score": 90, "evidence": EVIL}],
        findings=[{"severity": "critical", "text": EVIL, "file": EVIL}, {"severity": "low", "text": EVIL}],
        strengths=[EVIL],
        approved_files=[EVIL],
    )
    reviews.close_finding(iteration, review.findings.first(), actor=actor, how=EVIL)
    iterations.advance(iteration, actor=actor)
    iterations.back(iteration, actor=actor, to="log_analysis", reason=EVIL)
    iterations.advance(iteration, actor=actor)
    reviews.waive(iteration, actor=actor, code="still_red", subject=EVIL, reason=EVIL)
    return iteration


@pytest.fixture
def victim(hostile):
    return browser_of(a_user("victim", is_superuser=True, first_name=EVIL[:140]))


def test_the_pages_of_an_iteration_and_its_runs_run_nothing(victim, hostile):
    for row in (hostile, *Run.objects.all(), hostile.issue):
        assert_harmless(victim, page_of(row))


def test_no_page_before_a_verb_runs_it(victim, hostile):
    for verb in ITERATION_VERBS:
        # What is downloaded is no page.
        if not verb.startswith("log_"):
            assert victim.get(page_of(hostile, verb)).status_code == 200
            assert_harmless(victim, page_of(hostile, verb))


def test_no_list_runs_it(victim):
    for name in ("audits_iteration", "audits_run", "audits_import"):
        assert_harmless(victim, list_of(name))
        assert_harmless(victim, f"{list_of(name)}?q=script")


def test_an_imported_log_runs_nothing(victim, hostile):
    heading, why, result = f"# {EVIL}\n\n**Message:** {EVIL}\n\n## {EVIL}", f"**Why 1:** {EVIL} {EVIL}", f"- `{EVIL}` FAILED"
    log = "\n\n".join([heading, EVIL, why, result, f"**Status:** FIXED {EVIL}"])
    made, _ = import_log(hostile.project, actor=somebody(), raw=log.encode())

    for row in (made, made.iterations.get(), made.iterations.get().issue):
        assert_harmless(victim, page_of(row))
    assert_harmless(victim, list_of("audits_import"))


def test_no_message_and_no_form_that_comes_back_runs_it(victim, hostile):
    pages = [
        victim.post(page_of(hostile, "root_cause"), {"question_1": EVIL, "regex": "(", "statement": EVIL}),
        victim.post(page_of(hostile, "root_cause"), {"question_1": EVIL, "regex": "^a$", "must_match": EVIL}, follow=True),
        victim.post(page_of(hostile, "test_plan"), {"tests": EVIL}),
        victim.post(page_of(hostile, "test_plan"), {"tests": f'[{{"name": "a", "level": "{EVIL[:20]}"}}]'}),
        victim.post(page_of(hostile, "test_files"), {"files": f"a.py | {EVIL}"}),
        victim.post(page_of(hostile, "commit"), {"commit": FIX, "branch": EVIL}, follow=True),
        victim.post(page_of(hostile, "abandon"), {"reason": EVIL}, follow=True),
        victim.post(adding("audits_import"), {"project": hostile.project_id, "text": f"# {EVIL}"}, follow=True),
    ]

    assert not [piece for page in pages for piece in RAW if piece in page.content.decode()]
    assert Import.objects.exists()


def test_a_report_id_that_stands_for_other_bytes_is_refused_without_harm(victim, hostile):
    given = {
        "stage": "before_fix",
        "commit": BASE,
        "report_id": EVIL,
        "report": SimpleUploadedFile("a.xml", a_report({"test_x": "passed"})),
    }

    page = victim.post(page_of(hostile, "post_run"), given).content.decode()

    assert "stands for other bytes" in page
    assert not [piece for piece in RAW if piece in page]
