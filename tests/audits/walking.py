"""Walking an iteration through the REST API: each step as a client would take it, complete unless told otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any
from xml.sax.saxutils import quoteattr

from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from audits.models import Iteration
from incidents.models import Project
from incidents.roles import Role, Scope
from tests.factories import a_client, a_project, a_token, a_user

BASE, FIX, OTHER = "a" * 40, "b" * 40, "c" * 40
FILE = "tests/unit/test_login.py"
MODULE = "tests.unit.test_login"
RED, GREEN = "test_an_empty_name_is_refused", "test_login_still_works"
METRIC = "An empty name is refused, not crashed over"
_numbers = count(1)

_CHILDREN = {
    "passed": "",
    "failed": '<failure type="AssertionError" message="assert False">E  IndexError: boom</failure>',
    "error": '<error message="collection failure">ImportError</error>',
    "skipped": "<skipped/>",
}


def junit(results: Mapping[str, str], *, classname: str = MODULE, header: str | None = None, seconds: float | None = None) -> bytes:
    """A report as pytest writes it. Each has a time of its own, so that no two are the same bytes."""
    failures, errors = (sum(outcome == kind for outcome in results.values()) for kind in ("failed", "error"))
    header = header or f'tests="{len(results)}" failures="{failures}" errors="{errors}"'
    seconds = next(_numbers) / 1000 if seconds is None else seconds
    cases = "".join(
        f'<testcase classname="{classname}" name={quoteattr(name)} time="0.012">{_CHILDREN[outcome]}</testcase>'
        for name, outcome in results.items()
    )
    return f'<testsuites><testsuite name="pytest" {header} time="{seconds}">{cases}</testsuite></testsuites>'.encode()


class Walk:
    """An iteration of a project, an engineer's client that walks it, and a reviewer's."""

    def __init__(self, project: Project | None = None, **begin: Any) -> None:
        self.project = project or a_project()
        self.engineer = a_user(f"engineer-of-{self.project.slug}", role=Role.ENGINEER, project=self.project)
        self.reviewer = a_user(f"reviewer-of-{self.project.slug}", role=Role.REVIEWER, project=self.project)
        self.client = a_client(a_token(Scope.READ, Scope.WRITE, Scope.EVIDENCE, user=self.engineer))
        self.review_client = a_client(a_token(Scope.READ, Scope.WRITE, Scope.REVIEW, user=self.reviewer))
        if not self.project.issues.exists():
            made = self.client.post(
                "/api/v1/issues/", {"project": self.project.slug, "title": "IndexError in login", "severity": "ERROR"}, format="json"
            )
            assert made.status_code == 201, made.content
        begun = self.client.post("/api/v1/iterations/", {"project": self.project.slug} | begin, format="json")
        assert begun.status_code == 201, begun.content
        self.pk = begun.json()["id"]

    @property
    def row(self) -> Iteration:
        return Iteration.objects.get(pk=self.pk)

    def call(self, method: str, path: str, body: Any = None, *, client: APIClient | None = None, **given: Any) -> Any:
        """The answer of a call on the iteration, whatever it is."""
        send = getattr(client or self.client, method)
        return send(f"/api/v1/iterations/{self.pk}/{path}", body, **({"format": "json"} | given))

    def done(self, method: str, path: str, body: Any = None, **given: Any) -> Any:
        """What a call gives, which has to go through."""
        answer = self.call(method, path, body, **given)
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    def get(self, path: str = "") -> Any:
        return self.done("get", path)

    # --- The steps ---

    def root_cause(self, **given: Any) -> Any:
        body = {
            "whys": [{"question": f"Why {number}?", "answer": f"Because of {number}."} for number in range(1, 6)],
            "statement": "The name is indexed before it is checked",
            "impact": "Nobody with an empty name can log in",
            "fix": "Check first",
            "scope": [{"file": "shop/login.py", "line": 12}],
        }
        return self.done("put", "root-cause/", body | given)

    def plan(self, *tests: dict[str, Any], **given: Any) -> Any:
        planned = tests or (self.test(RED), self.test(GREEN, "always_green"))
        body = {"strategy": "Failure first", "success_metrics": [METRIC], "declared": {"unit": len(planned)}, "tests": planned}
        return self.done("put", "test-plan/", body | given)

    @staticmethod
    def test(name: str, expectation: str = "red_then_green", **given: Any) -> dict[str, Any]:
        return {"level": "unit", "file": FILE, "name": name, "expectation": expectation} | given

    def files(self, *files: dict[str, Any]) -> Any:
        return self.done("put", "test-files/", {"files": files or [{"path": FILE, "level": "unit", "tests": 2}]})

    def review(self, **given: Any) -> Any:
        body = {"checks": [{"name": "assertions", "weight": 2, "score": 95, "evidence": "line 12"}], "findings": []}
        return self.done("post", "reviews/", body | given, client=self.review_client)

    def post_run(self, stage: str, commit: str, report: bytes, *, client: APIClient | None = None, **given: Any) -> Any:
        """The answer to a posted report, whatever it is."""
        body = {"report": SimpleUploadedFile("report.xml", report), "stage": stage, "commit": commit}
        return self.call("post", "runs/", body | given, client=client, format="multipart")

    def run(self, stage: str, *, red: str = "passed", green: str = "passed", commit: str = "", **given: Any) -> Any:
        commit = commit or (BASE if stage == "before_fix" else FIX)
        answer = self.post_run(stage, commit, junit({RED: red, GREEN: green}), **given)
        assert answer.status_code == 201, answer.content
        return answer.json()

    def red_run(self, **given: Any) -> Any:
        return self.run("before_fix", **({"red": "failed"} | given))

    def green_runs(self, **given: Any) -> None:
        for stage in ("after_fix", "stability", "stability"):
            self.run(stage, **given)

    def fix(self, **given: Any) -> Any:
        body = {
            "commit": FIX,
            "location": {"file": "shop/login.py", "line": 12},
            "change": "Checks the name first",
            "purpose": "No crash",
            "residual": [],
            "documentation": ["docs/login.md"],
        }
        return self.done("post", "fixes/", body | given)

    def metrics(self, **given: Any) -> Any:
        return self.done("put", "success-metrics/", {"metrics": [{"text": METRIC, "met": True} | given]})

    def commit(self, commit: str = FIX) -> Any:
        return self.done("post", "commit/", {"commit": commit, "branch": "main"})

    def everything(self) -> None:
        """All records of an honest iteration, in their order; no phase is ended."""
        self.root_cause()
        self.plan()
        self.files()
        self.review()
        self.red_run()
        self.fix()
        self.green_runs()
        self.metrics()
        self.commit()

    # --- What comes of it ---

    def advance(self, times: int = 1) -> Any:
        for _ in range(times):
            body = self.done("post", "advance/")
        return body

    def unmet(self) -> list[str]:
        """The codes that keep the gate shut; empty where it opened."""
        answer = self.call("post", "advance/")
        return [one["code"] for one in answer.json()["unmet"]] if answer.status_code == 409 else []

    def verification(self) -> Any:
        return self.get("verification/")

    def verdict(self) -> str:
        return self.verification()["verdict"]

    def results(self) -> dict[str, str]:
        return {row["name"]: row["result"] for row in self.verification()["tests"]}
