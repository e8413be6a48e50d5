"""Two projects with everything that the admin shows, and people who belong to one of them, or to none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from audits.actions import evidence, iterations, reviews, statements
from audits.actions.imports import import_log
from audits.models import Import, Iteration, Run
from incidents.actions import issues, projects
from incidents.actors import Actor
from incidents.models import Delivery, DeliveryState, Issue, Outbox, OutboxState, Pattern, Project, Source, Token
from incidents.roles import Role, Scope
from incidents.severity import Severity
from ingestion import actions, pipeline
from ingestion.formats.bodies import Form
from ingestion.models import Batch
from tests.admin.grouped import ALONE, CAUSE, TIMES, a_crash
from tests.browser.demonstration_audit import walk
from tests.factories import a_project, a_source, a_user, an_entry, ingest, somebody


@dataclass
class House:
    """A project with one row of each kind. Every text in it has the project's name, so that a leak can be seen."""

    project: Project
    source: Source
    issue: Issue
    pattern: Pattern
    batch: Batch
    token: Token
    admin: User
    iteration: Iteration
    run: Run
    imported: Import
    write: Outbox
    delivery: Delivery


def build(name: str) -> House:
    project = a_project(name, name=f"Project {name}")
    source = a_source(project, f"{name}-logs")
    ingest(source, [an_entry(f"Payment failed in {name}")])
    issue = Issue.objects.get(project=project)
    issues.comment(issue, actor=somebody(), text=f"Seen by support of {name}")
    admin = a_user(f"admin-of-{name}", role=Role.ADMIN, project=project, email=f"admin@{name}.example")
    token, _ = projects.create_token(name=f"CI of {name}", scopes=[Scope.READ], project=project)
    walked = issues.create(project, actor=somebody(), title=f"Audited fault of {name}", severity=Severity.WARNING)
    iteration = iterations.begin(project, actor=somebody(), issue=walked, focus=f"focus of {name}", reasons=[f"Customers of {name} wait"])
    statements.set_test_plan(iteration, actor=somebody(), tests=[{**A_TEST, "purpose": f"Shows the fault of {name}"}])
    run = post(iteration, a_report({"test_pays": "failed"}, said=f"Refused in {name}"))
    log = f"# Audit log of {name}\n\n## Issue\n\nSomething broke in {name}.\n"
    imported, _ = import_log(project, actor=somebody(), raw=log.encode())
    batch, write, delivery = a_bad_batch(source, name), a_dead_letter(walked, name), a_delivery(name)
    return House(project, source, issue, issue.patterns.get(), batch, token, admin, iteration, run, imported, write, delivery)


A_TEST = {"level": "unit", "file": "tests/test_pay.py", "name": "test_pays", "expectation": "red_then_green"}
BASE, FIX = "a" * 40, "b" * 40
_RED = {"failed": "failure", "error": "error", "skipped": "skipped"}


def a_report(results: dict[str, str], *, said: str = "assert 402 == 200", file: str = "tests/test_pay.py") -> bytes:
    """A JUnit report with an outcome for each test by name."""
    cases = []
    for name, outcome in results.items():
        inside = f"<{_RED[outcome]} message={quoteattr(said)}/>" if outcome in _RED else ""
        cases.append(f'<testcase file="{file}" classname="tests.test_pay" name={quoteattr(name)} time="0.01">{inside}</testcase>')
    return f'<testsuite name="pytest" tests="{len(cases)}">{"".join(cases)}</testsuite>'.encode()


def a_run_form(report: bytes | None = None, **given: Any) -> dict[str, Any]:
    """What the page that posts a run is given."""
    report = a_report({"test_pays": "failed", "test_other": "passed"}) if report is None else report
    return {"report": SimpleUploadedFile("report.xml", report), "stage": "before_fix", "commit": BASE, **given}


def post(iteration: Iteration, report: bytes, *, stage: str = "before_fix", commit: str = BASE, **about: object) -> Run:
    """The run that the report became."""
    return evidence.post_run(iteration, actor=somebody(), report=BytesIO(report), about=evidence.About(stage, commit, **about))[0]


def a_bad_batch(source: Source, name: str) -> Batch:
    """Processed: one entry taken, one with a note, one rejected."""
    body = f'{{"textPayload":"fine in {name}"}}\n{{"textPayload":"odd in {name}","severity":"SHOUT"}}\nno json in {name}\n'
    batch, _ = actions.accept(source, body=body.encode(), form=Form.NDJSON, process_soon=False)
    pipeline.process(batch.pk)
    batch.refresh_from_db()
    return batch


def a_dead_letter(issue: Issue, name: str, **given: Any) -> Outbox:
    """A comment that GitHub refused."""
    body = f"Evidence of {name}"
    refused = {
        "state": OutboxState.DEAD,
        "attempts": 1,
        "settled_at": timezone.now(),
        "last_error": f"GitHub answered 403: Not for {name}",
        "request": {"verb": "POST", "path": f"/repos/acme/{name}/issues/7/comments", "body": {"body": body}},
        "answer": {"status": 403, "body": f'{{"message": "Not for {name}"}}'},
    }
    told = {"kind": Outbox.Kind.COMMENT, "key": f"evidence:{name}", "payload": {"purpose": "evidence", "text": body}}
    return Outbox.objects.create(issue=issue, not_before=timezone.now(), **{"seq": 1, **told, **refused, **given})


def a_delivery(name: str, **given: Any) -> Delivery:
    """A webhook's delivery that was processed."""
    body = f'{{"action":"labeled","issue":{{"title":"Fault of {name}"}}}}'.encode()
    about = {"event": "issues", "action": "labeled", "repository": f"acme/{name}", "headers": {"x-github-event": "issues"}}
    done = {"state": DeliveryState.DONE, "attempts": 1, "outcome": f"acme/{name}#7 was looked at.", "processed_at": timezone.now()}
    return Delivery.objects.create(hook="71", **{"guid": f"guid-of-{name}", "body": body, "digest": "d" * 64, **about, **done, **given})


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """A slow hash would be most of what these tests do."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def shop(db: None) -> House:
    """The project that the people of these tests belong to."""
    return build("shop")


@pytest.fixture
def rival(db: None) -> House:
    """A project that is none of their business."""
    return build("rival")


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def logged_in(shop: House) -> Callable[[Role], Client]:
    """Gives the browser of a new member of the shop with this role. Their name is the role's, with a capital."""

    def log_in(role: Role) -> Client:
        return browser_of(a_user(f"the-{role.value}", role=role, project=shop.project, first_name=role.value.title()))

    return log_in


@pytest.fixture
def viewer(logged_in) -> Client:
    return logged_in(Role.VIEWER)


@pytest.fixture
def engineer(logged_in) -> Client:
    return logged_in(Role.ENGINEER)


@pytest.fixture
def reviewer(logged_in) -> Client:
    return logged_in(Role.REVIEWER)


@pytest.fixture
def project_admin(shop: House) -> Client:
    return browser_of(shop.admin)


@pytest.fixture
def stranger(db: None) -> Client:
    """Somebody who may log in and belongs to no project."""
    return browser_of(a_user("stranger"))


@pytest.fixture
def superuser(db: None) -> Client:
    return browser_of(a_user("root", is_superuser=True))


@pytest.fixture
def iteration(shop) -> Iteration:
    """With a plan that has a metric, and a finding that is open."""
    statements.set_test_plan(shop.iteration, actor=somebody(), tests=[A_TEST], success_metrics=["Nobody waits"])
    edith = Actor.person(a_user("edith", first_name="Edith"))
    checks = [{"name": "assertions", "weight": 1, "score": 90}]
    reviews.review(shop.iteration, actor=edith, checks=checks, findings=[{"severity": "critical", "text": "It is mocked"}])
    return shop.iteration


@pytest.fixture
def refuted(shop) -> Iteration:
    """In phase 7, with everything recorded, a waiver by Edith, and tests that are still red."""
    grace = a_user("grace", first_name="Grace")
    edith = a_user("edith", first_name="Edith")
    keys = walk(shop.project, shop.issue, engineer=Actor.person(grace), reviewer=Actor.person(edith))
    return Iteration.objects.get(pk=keys["iteration"])


@pytest.fixture
def burst(shop) -> Issue:
    """An issue of three patterns, of which one is the cause."""
    ingest(shop.source, [entry for number in range(TIMES) for entry in a_crash(number)])
    return Issue.objects.get(title=CAUSE)


@pytest.fixture
def alone(shop) -> Issue:
    ingest(shop.source, [an_entry(ALONE)])
    return Issue.objects.get(title=ALONE)


@pytest.fixture
def grace(shop):
    return browser_of(a_user("grace", role=Role.ENGINEER, project=shop.project, first_name="Grace", last_name="Murray"))
