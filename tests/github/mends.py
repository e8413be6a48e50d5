"""Where the stand-in is not what GitHub is, and the proxy can make it so. Everything else of that kind stands in README.md."""

import json
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.github.loopback import Answer, Request

MILLISECONDS = re.compile(rb'("\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{3}Z"')
WHOLE_SECOND = re.compile(r"([?&]since=[^&]*(?::|%3A)\d\d)(?:Z|%2B00(?::|%3A)00)(?=&|$)", re.IGNORECASE)
ALL_COMMENTS = re.compile(r"^(?P<repository>/repos/[^/]+/[^/]+)/issues/comments(?:\?|$)")
ISSUES = re.compile(r"^/repos/[^/]+/[^/]+/issues(/|$)")
FORBIDDEN = b'"Forbidden"'
LONGEST = {"title": 256, "body": 65536}

Forward = Callable[[Request], Answer]


def perform(request: Request, forward: Forward) -> Answer:
    """What GitHub would answer, for what the stand-in does behind `forward`."""
    refused = _too_long(request)
    if refused:
        return refused
    comments = ALL_COMMENTS.match(request.path)
    if comments and request.method == "GET":
        return _all_comments(request, comments["repository"], forward)
    if request.path.endswith("/access_tokens") and request.body and request.json.get("permissions") == {}:
        # PyGithub's way to say "all that the App has", which the stand-in takes for none.
        request.body = b"{}"
    # It compares texts, and ".123Z" sorts before "Z".
    answer = forward(Request(request.method, WHOLE_SECOND.sub(r"\1.000Z", request.path), request.headers, request.body))
    if "json" in answer.headers.get("content-type", ""):
        answer.body = in_whole_seconds(answer.body)
    if answer.status == 403 and FORBIDDEN in answer.body:
        kind = "integration" if " ghs_" in request.headers.get("Authorization", "") else "personal access token"
        answer.body = answer.body.replace(FORBIDDEN, f'"Resource not accessible by {kind}"'.encode())
    return answer


def in_whole_seconds(body: bytes) -> bytes:
    """JSON of the stand-in with times in the resolution of GitHub's."""
    return MILLISECONDS.sub(rb'\1Z"', body)


def _too_long(request: Request) -> Answer | None:
    """The stand-in takes texts of any length."""
    if request.method not in ("POST", "PATCH") or not ISSUES.match(request.path) or not request.body:
        return None
    content = request.json
    errors = [
        {"resource": "Issue", "code": "custom", "field": field, "message": f"{field} is too long (maximum is {longest} characters)"}
        for field, longest in LONGEST.items()
        if isinstance(content, dict) and len(content.get(field) or "") > longest
    ]
    refusal = {"message": "Validation Failed", "errors": errors, "documentation_url": "https://docs.github.com/rest", "status": "422"}
    return Answer(422, json.dumps(refusal).encode(), {"content-type": "application/json; charset=utf-8"}) if errors else None


def _all_comments(request: Request, repository: str, forward: Forward) -> Answer:
    """A repository's comments, which the stand-in can list by issue only: it takes `comments` for an issue's number."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
    issues, refused = _every_page(request, f"{repository}/issues?state=all", forward)
    if refused:
        return refused
    found = []
    for issue in issues:
        if issue["comments"]:
            found += _every_page(request, f"{repository}/issues/{issue['number']}/comments?", forward)[0]
    found = [comment for comment in found if comment["updated_at"] >= asked.get("since", "").replace("+00:00", "Z")]
    field = "updated_at" if asked.get("sort") == "updated" else "created_at"
    # GitHub ignores `direction` without `sort`.
    descending = "sort" in asked and asked.get("direction", "desc") == "desc"
    found.sort(key=lambda comment: (comment[field], comment["id"]), reverse=descending)

    size, page = min(int(asked.get("per_page", 30)), 100), int(asked.get("page", 1))
    headers = {"content-type": "application/json; charset=utf-8"}
    if page * size < len(found):
        following = urlencode(asked | {"page": page + 1, "per_page": size})
        headers["link"] = f'<http://{request.headers["Host"]}{repository}/issues/comments?{following}>; rel="next"'
    return Answer(200, json.dumps(found[(page - 1) * size : page * size]).encode(), headers)


def _every_page(request: Request, path: str, forward: Forward) -> tuple[list[dict], Answer | None]:
    """All of a list, asked for with the request's own token, or the refusal."""
    found: list[dict] = []
    page = 1
    while True:
        answer = forward(Request("GET", f"{path}&per_page=100&page={page}", request.headers, b""))
        if answer.status != 200:
            return [], answer
        part = json.loads(in_whole_seconds(answer.body))
        found += part
        if len(part) < 100:
            return found, None
        page += 1
