"""Whatever comes in at the doors of an iteration, it is never answered with a 5xx, and what was taken can be shown again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from tests.api.test_never_an_error_of_ours import examples, texts, values
from tests.audits.walking import BASE, FIX, Walk, junit

pytestmark = pytest.mark.django_db

BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "root-cause/": (
        "put",
        {
            "whys": [{"question": "q", "answer": "a", "evidence": ["e", {"kind": "k", "ref": "r"}]}],
            "statement": "s",
            "scope": [{"file": "f", "line": 1}],
            "proposed_pattern": {"regex": "a", "must_match": ["a"]},
        },
    ),
    "test-plan/": (
        "put",
        {
            "strategy": "s",
            "success_metrics": ["m"],
            "declared": {"unit": 1},
            "tests": [{"level": "unit", "file": "f", "name": "n", "expectation": "red_then_green", "expected_failure": "x"}],
        },
    ),
    "success-metrics/": ("put", {"metrics": [{"text": "m", "met": True, "evidence": "e"}]}),
    "test-files/": ("put", {"files": [{"path": "p", "level": "unit", "tests": 1, "sha256": "1" * 64}]}),
    "reviews/": (
        "post",
        {
            "checks": [{"name": "c", "weight": 1, "score": 90, "evidence": ""}],
            "strengths": ["s"],
            "approved_files": ["f"],
            "findings": [{"severity": "critical", "text": "t", "file": "f"}],
        },
    ),
    "waivers/": ("post", {"code": "c", "subject": "s", "reason": "r"}),
    "fixes/": (
        "post",
        {
            "commit": FIX,
            "location": {"file": "f", "line": 1},
            "change": "c",
            "purpose": "p",
            "pull_request": "",
            "residual": ["r"],
            "documentation": ["d"],
        },
    ),
    "back/": ("post", {"to": "root_cause", "reason": "r"}),
    "commit/": ("post", {"commit": FIX, "branch": "main"}),
    "findings/1/close/": ("post", {"how": "h", "commit": FIX}),
}
SHOWN = ["", "verification/", "contradictions/", "signals/", "chain/", "log/"]


@pytest.fixture
def walk() -> Walk:
    """One iteration for all examples of a test: they lie in one database."""
    return Walk()


@st.composite
def odd(draw: st.DrawFn, body: Any) -> Any:
    """The body with something else at one place, however deep."""
    if isinstance(body, dict) and body and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(body)))
        return body | {name: draw(odd(body[name]))}
    if isinstance(body, list) and body and draw(st.booleans()):
        return [draw(odd(body[0])), *body]
    return draw(values)


@pytest.mark.slow
@pytest.mark.parametrize("path", BODIES)
@how(examples, max_examples=25)
@given(data=st.data())
def test_a_body_with_anything_at_any_place(walk: Walk, path: str, data: st.DataObject) -> None:
    method, body = BODIES[path]
    client = walk.review_client if path in ("reviews/", "waivers/", "findings/1/close/", "commit/") else walk.client

    given_body = data.draw(odd(body))
    answer = getattr(client, method)(f"/api/v1/iterations/{walk.pk}/{path}", json.dumps(given_body), content_type="application/json")

    assert answer.status_code < 500, (given_body, answer.content)
    for shown in SHOWN:
        again = walk.client.get(f"/api/v1/iterations/{walk.pk}/{shown}")
        assert again.status_code == 200, (given_body, shown, again.content)


@how(examples, max_examples=40)
@given(
    report=st.binary(max_size=200) | st.just(junit({"t": "passed"}, seconds=1)),
    fields=st.dictionaries(
        st.sampled_from(["stage", "commit", "command", "environment", "exit_status", "report_id", "run_group", "files"]), texts, max_size=4
    ),
)
def test_a_form_with_anything_in_its_fields(walk: Walk, report: bytes, fields: dict[str, str]) -> None:
    typed = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
    body = {"report": SimpleUploadedFile("r", report), "stage": "before_fix", "commit": BASE} | typed

    answer = walk.client.post(f"/api/v1/iterations/{walk.pk}/runs/", body, format="multipart")

    assert answer.status_code < 500, (fields, answer.content)


@pytest.mark.parametrize("parameter", ["project", "issue", "state", "phase", "verdict", "focus", "page", "page_size"])
@how(examples, max_examples=10)
@given(value=st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.integers().map(str))
def test_a_query_with_anything_in_its_parameters(walk: Walk, parameter: str, value: str) -> None:
    answer = walk.client.get("/api/v1/iterations/", {parameter: value})

    assert answer.status_code < 500, answer.content
