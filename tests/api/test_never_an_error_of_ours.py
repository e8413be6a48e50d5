"""Whatever comes in, it is never answered with a 5xx; and what was accepted can be processed."""

import gzip
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from rest_framework.test import APIClient

from incidents.models import Project, Source
from ingestion import pipeline
from ingestion.models import Batch
from tests.api.calls import JSON, NDJSON, TEXT, send
from tests.factories import an_entry, ingest

pytestmark = pytest.mark.django_db

# The same examples every time: a test that fails now and then helps nobody. The rows of all examples lie in one database.
examples = how(max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Lone surrogates included: JSON writes them as \ud800.
texts = st.text(st.characters(), max_size=40)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([2**63, -(2**63) - 1, 10**400, 1e308])
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
FIELDS = [
    *("timestamp", "severity", "insertId", "textPayload", "jsonPayload", "protoPayload", "httpRequest", "resource", "labels"),
    *("sourceLocation", "trace", "spanId", "logName", "receiveTimestamp", "operation"),
]
INNER = [
    "message",
    "level",
    "labels",
    "type",
    "status",
    "requestUrl",
    "file",
    "line",
    "function",
    "logger",
    "module",
    "user_id",
    "traceback",
]
lines = st.sampled_from(
    [
        "2025-09-09 01:33:32.726 | ERROR    | app.pay:pay:12 - ",
        "[2025-09-09 01:33:32 +0000] [7] [ERROR] ",
        'Traceback (most recent call last):\n  File "a.py", line 1, in f\n',
        '10.0.0.1 - - [09/Sep/2025:01:33:32 +0000] "GET / HTTP/1.1" 500 12 ',
        "level=error msg=",
        "\x1b[31m",
    ]
)
payloads = st.dictionaries(st.sampled_from(INNER) | texts, values | st.dictionaries(st.sampled_from(INNER), values, max_size=3), max_size=5)
messages = st.builds(str.__add__, lines, texts) | texts
entry = st.builds(
    lambda base, odd: base | odd,
    st.fixed_dictionaries({}, optional={"textPayload": messages, "jsonPayload": payloads, "httpRequest": payloads, "labels": payloads}),
    st.dictionaries(st.sampled_from(FIELDS), values | messages | payloads, max_size=4),
)
kinds = st.sampled_from([JSON, NDJSON, TEXT, "", "application/json; charset=utf-8", "text/html"])


def expect_no_error_of_ours(api: APIClient, body: bytes, kind: str, *, zipped: bool = False) -> None:
    sent = gzip.compress(body) if zipped else body
    answer = send(api, sent, kind, headers={"Content-Encoding": "gzip"} if zipped else {})

    assert answer.status_code < 500, answer.content
    if answer.status_code == 202:
        pipeline.process(answer.json()["id"])
        batch = Batch.objects.get(pk=answer.json()["id"])
        assert (batch.state, batch.error) == ("done", "")
        assert batch.entries + batch.rejected == batch.items
        assert api.get("/api/v1/sources/shop-logs/entries/").status_code == 200
    else:
        assert answer.headers["Content-Type"] == "application/problem+json"


@examples
@given(body=st.binary(max_size=200), kind=kinds, zipped=st.booleans())
def test_bytes_of_any_kind(api: APIClient, source: Source, body: bytes, kind: str, zipped: bool) -> None:
    expect_no_error_of_ours(api, body, kind, zipped=zipped)


@examples
@given(body=st.binary(max_size=60))
def test_anything_called_gzip(api: APIClient, source: Source, body: bytes) -> None:
    answer = send(api, gzip.compress(b"line")[: len(body)] + body, TEXT, headers={"Content-Encoding": "gzip"})

    assert answer.status_code < 500, answer.content


@examples
@given(body=values, kind=kinds)
def test_json_of_any_shape(api: APIClient, source: Source, body: Any, kind: str) -> None:
    expect_no_error_of_ours(api, json.dumps(body).encode(), kind)


@examples
@given(items=st.lists(entry | values, min_size=1, max_size=4), wrapped=st.booleans())
def test_entries_with_anything_in_their_fields(api: APIClient, source: Source, items: list[Any], wrapped: bool) -> None:
    expect_no_error_of_ours(api, json.dumps({"entries": items} if wrapped else items).encode(), JSON)


@examples
@given(said=st.lists(messages, min_size=1, max_size=4))
def test_lines_of_any_text(api: APIClient, source: Source, said: list[str]) -> None:
    expect_no_error_of_ours(api, "\n".join(said).encode("utf-8", "replace"), TEXT)


@examples
@given(kind=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40))
def test_content_types_of_any_text(api: APIClient, source: Source, kind: str) -> None:
    expect_no_error_of_ours(api, b"[{}]", kind)


# --- The other doors ---------------------------------------------------------------------------

BODIES = {
    "issues/": {"project": "shop", "title": "T", "severity": "ERROR", "parent": 1, "impact": "", "fix_needed": ""},
    "issues/critical/": {"project": "shop", "focus": "", "issue": 1, "reasons": ["r"]},
    "issues/{issue}/": {"title": "T", "impact": "", "context": "", "symptoms": "", "severity": "ERROR", "assignee": None},
    "issues/{issue}/comments/": {"text": "t"},
    "issues/{issue}/resolve/": {"resolution": "wont_fix", "reason": "r"},
    "issues/{issue}/ignore/": {"until": None, "count": None},
    "issues/{issue}/reopen/": {"reason": "r"},
    "issues/{issue}/github/": {"number": None},
    "projects/": {"slug": "s", "name": "n", "github_repository": "", "settings": {}, "critical_areas": []},
    "projects/shop/": {"name": "n", "github_repository": "", "settings": {}, "critical_areas": []},
    "projects/shop/members/": {"user": "ada", "role": "viewer"},
    "sources/": {"slug": "s", "project": "shop", "kind": "http"},
}


@pytest.mark.parametrize("path", BODIES)
@how(examples, max_examples=12)
@given(data=st.data())
def test_a_body_with_anything_in_its_fields(api: APIClient, source: Source, path: str, data: st.DataObject) -> None:
    ingest(source, [an_entry(insertId="once")])
    Project.objects.update(github_repository="acme/shop")
    issue = api.get("/api/v1/issues/", {"state": "all", "page_size": 1, "ordering": "id"}).json()["results"][0]["id"]
    odd = data.draw(st.dictionaries(st.sampled_from(sorted(BODIES[path])), values, min_size=1) | values)
    body = BODIES[path] | odd if isinstance(odd, dict) else odd
    change = path in ("issues/{issue}/", "projects/shop/")

    answer = (api.patch if change else api.post)(f"/api/v1/{path.format(issue=issue)}", json.dumps(body), content_type=JSON)

    assert answer.status_code < 500, (body, answer.content)


QUERIES = {
    "issues/": ["project", "source", "state", "severity", "phase", "focus", "search", "ordering", "page", "page_size", "format"],
    "issues/critical/": ["project", "focus"],
    "sources/shop-logs/entries/": ["pattern", "severity", "since", "search", "cursor", "page_size"],
    "projects/": ["page", "page_size"],
}


@pytest.mark.parametrize("path", QUERIES)
@how(examples, max_examples=25)
@given(data=st.data())
def test_a_query_with_anything_in_its_parameters(api: APIClient, source: Source, path: str, data: st.DataObject) -> None:
    typed = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.integers().map(str)
    query = data.draw(st.dictionaries(st.sampled_from(QUERIES[path]), typed, min_size=1))

    answer = api.get(f"/api/v1/{path}", query)

    assert answer.status_code < 500, (query, answer.content)
