from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from audits.admin.verbs.base import IterationVerbs
from audits.exporting import as_json, as_markdown
from audits.models import Iteration


class Logs(IterationVerbs):
    """The audit log as a file."""

    @action(description="Log as Markdown", url_path="log-markdown", icon="download", permissions=["view"])
    def log_markdown(self, request: HttpRequest, object_id: str) -> HttpResponse:
        iteration = self.iteration(request, object_id)
        return _file(iteration, as_markdown(iteration), "md", "text/markdown; charset=utf-8")

    @action(description="Log as JSON", url_path="log-json", icon="download", permissions=["view"])
    def log_json(self, request: HttpRequest, object_id: str) -> HttpResponse:
        iteration = self.iteration(request, object_id)
        return _file(iteration, json.dumps(as_json(iteration), ensure_ascii=False, indent=2), "json", "application/json")


def _file(iteration: Iteration, content: str, ending: str, content_type: str) -> HttpResponse:
    """Never shown by a browser as a page: what people and logs wrote is in it as it is."""
    name = f"{iteration.project.slug}-iteration-{iteration.number}.{ending}"
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
