"""The OpenAPI document, and the page that shows it."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from rest_framework.test import APIClient

# What CONTRACT names and this version has.
CONTRACT = [
    "get /api/v1/projects/",
    "post /api/v1/projects/",
    "patch /api/v1/projects/{slug}/",
    "get /api/v1/projects/{slug}/members/",
    "post /api/v1/projects/{slug}/members/",
    "get /api/v1/sources/",
    "post /api/v1/sources/",
    "get /api/v1/sources/{slug}/entries/",
    "post /api/v1/sources/{slug}/entries/",
    "get /api/v1/batches/{id}/",
    "get /api/v1/issues/",
    "post /api/v1/issues/",
    "get /api/v1/issues/{id}/",
    "patch /api/v1/issues/{id}/",
    "get /api/v1/issues/{id}/patterns/",
    "get /api/v1/issues/{id}/occurrences/",
    "get /api/v1/issues/{id}/timeline/",
    "post /api/v1/issues/{id}/comments/",
    "post /api/v1/issues/{id}/resolve/",
    "post /api/v1/issues/{id}/ignore/",
    "post /api/v1/issues/{id}/reopen/",
    "get /api/v1/issues/critical/",
    "post /api/v1/issues/critical/",
]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    answer = APIClient().get("/api/schema/", {"format": "json"})
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()
    return document


def operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"{method} {path}": said for path, methods in schema["paths"].items() for method, said in methods.items()}


def test_the_schema_is_valid_and_made_without_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "schema.yaml"

    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(file))

    assert "openapi: 3" in file.read_text()


def test_the_schema_names_every_call_of_the_contract(schema: dict[str, Any]) -> None:
    assert set(CONTRACT) <= set(operations(schema))


def test_every_operation_documents_the_problem_that_it_may_answer(schema: dict[str, Any]) -> None:
    for name, said in operations(schema).items():
        content = said["responses"]["default"]["content"]
        assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}, name


def test_the_problem_has_the_fields_of_the_contract(schema: dict[str, Any]) -> None:
    said = schema["components"]["schemas"]["Problem"]

    assert set(said["properties"]) == {"type", "title", "status", "detail", "errors", "unmet"}
    assert set(said["properties"]["errors"]["items"]["properties"]) == {"field", "code", "detail"}


def test_every_operation_needs_a_token_and_says_in_a_line_what_it_does(schema: dict[str, Any]) -> None:
    for name, said in operations(schema).items():
        assert said["security"] == [{"token": []}], name
        assert said["summary"], name


def test_entries_may_be_posted_in_three_media_types(schema: dict[str, Any]) -> None:
    said = operations(schema)["post /api/v1/sources/{slug}/entries/"]

    assert set(said["requestBody"]["content"]) == {"application/json", "application/x-ndjson", "text/plain"}
    assert set(said["responses"]) == {"200", "202", "default"}


def test_the_filters_of_the_issue_list_are_documented(schema: dict[str, Any]) -> None:
    named = {one["name"] for one in operations(schema)["get /api/v1/issues/"]["parameters"]}

    assert named >= {"project", "source", "state", "severity", "phase", "focus", "search", "ordering", "page", "page_size"}


def test_the_long_lists_are_documented_as_cursor_pages(schema: dict[str, Any]) -> None:
    for path in ("sources/{slug}/entries", "issues/{id}/occurrences", "issues/{id}/timeline"):
        said = operations(schema)[f"get /api/v1/{path}/"]
        page = said["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert {"cursor", "page_size"} <= {one["name"] for one in said["parameters"]}
        assert set(schema["components"]["schemas"][page]["properties"]) == {"next", "previous", "results"}


# --- The page ----------------------------------------------------------------------------------


def docs() -> str:
    """The page with its script, which comes as a file of its own."""
    client = APIClient()
    page = client.get("/api/docs/").content.decode()
    script = re.search(r'<script src="([^"]*script[^"]*)"', page)
    assert script is not None
    return page + client.get(script[1]).content.decode()


def test_the_page_refers_to_no_outside_host() -> None:
    found = re.findall(r"""["'(](?:https?:)?//([\w.-]+)""", docs())

    assert found == []


def test_the_page_is_laid_out_without_the_badge_that_asks_an_outside_validator() -> None:
    assert 'layout: "BaseLayout"' in docs()


def test_the_page_shows_the_schema_of_this_server() -> None:
    assert "/api/schema/" in docs()


def test_what_the_page_loads_is_served_from_here() -> None:
    loaded = re.findall(r'(?:src|href)="/static/([^"?]+)"', docs())

    assert loaded
    assert [path for path in loaded if finders.find(path) is None] == []


@pytest.mark.parametrize("file", ["swagger-ui-bundle.js", "swagger-ui.css"])
def test_the_styles_load_nothing_from_outside(file: str) -> None:
    path = finders.find(f"drf_spectacular_sidecar/swagger-ui-dist/{file}")

    assert isinstance(path, str)
    text = Path(path).read_text()
    assert re.findall(r"(?:@import|url\()\s*[\"']?https?://[^\"')]*", text) == []
