"""What can go wrong between us and GitHub. Each function makes a fault for `Proxy.script`.

Bodies are GitHub's own: clients, PyGithub among them, tell primary and secondary limits apart by their words.
"""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.github.loopback import Answer, Drop, Request
from tests.github.proxy import Fault, Forward

REST = "https://docs.github.com/rest"
RATE_LIMITS = f"{REST}/using-the-rest-api/rate-limits-for-the-rest-api"
# Longer than any test may take: a hold that is never released must not hang the run.
HELD_AT_MOST_SECONDS = 120


def answers(status: int, content: Any = None, headers: dict[str, str] | None = None) -> Fault:
    """This JSON, without asking GitHub."""
    body = b"" if content is None else json.dumps(content).encode()
    return lambda _request, _forward: Answer(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})


def refuses(status: int, message: str, **more: Any) -> Fault:
    return answers(status, {"message": message, **more, "documentation_url": REST, "status": str(status)})


# --- The answer is lost ---


def bad_gateway_after() -> Fault:
    """GitHub performs the request, and a 502 comes back."""

    def fault(request: Request, forward: Forward) -> Answer:
        forward(request)
        return Answer(502, b'{"message":"Server Error"}', {"Content-Type": "application/json"})

    return fault


def bad_gateway_before() -> Fault:
    """A 502, and GitHub performed nothing."""
    return answers(502, {"message": "Server Error"})


def drops_after() -> Fault:
    """GitHub performs the request, and the connection breaks without an answer."""

    def fault(request: Request, forward: Forward) -> Answer:
        forward(request)
        raise Drop

    return fault


def drops_before() -> Fault:
    """The connection breaks, and GitHub performed nothing."""

    def fault(_request: Request, _forward: Forward) -> Answer:
        raise Drop

    return fault


# --- Limits ---


def primary_limit(*, reset_in: int = 3600, status: int = 403) -> Fault:
    """The hour's requests are used up, until `reset_in` seconds from when it is asked."""

    def fault(request: Request, forward: Forward) -> Answer:
        headers = {
            "X-RateLimit-Limit": "5000",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Used": "5000",
            "X-RateLimit-Reset": str(int(time.time()) + reset_in),
            "X-RateLimit-Resource": "core",
        }
        content = {"message": "API rate limit exceeded for user ID 4.", "documentation_url": RATE_LIMITS, "status": str(status)}
        return answers(status, content, headers)(request, forward)

    return fault


def secondary_limit(*, retry_after: int | None = 60, status: int = 403) -> Fault:
    """Too fast: the words, and `Retry-After` in seconds, which GitHub does not always send."""
    content = {
        "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. For more on scraping GitHub "
        "and how it may affect your rights, please review our Terms of Service (https://docs.github.com/en/site-policy/github-terms/"
        "github-terms-of-service) If you reach out to GitHub Support for help, please include the request ID 0000:000000:00000:00000.",
        "documentation_url": f"{RATE_LIMITS}#about-secondary-rate-limits",
        "status": str(status),
    }
    return answers(status, content, {} if retry_after is None else {"Retry-After": str(retry_after)})


# --- Refusals ---


def read_only_token(by: str = "personal access token") -> Fault:
    """The token lacks the right to write; `by` is "integration" for an App."""
    return refuses(403, f"Resource not accessible by {by}")


def bad_credentials() -> Fault:
    return refuses(401, "Bad credentials")


def not_found() -> Fault:
    """Also what a private repository answers to a token that may not see it."""
    return refuses(404, "Not Found")


def deleted() -> Fault:
    """An issue that was deleted."""
    return refuses(410, "This issue was deleted")


def issues_disabled() -> Fault:
    return refuses(410, "Issues has been disabled in this repository.")


def unprocessable(resource: str = "Issue", field: str = "title", code: str = "invalid") -> Fault:
    return refuses(422, "Validation Failed", errors=[{"resource": resource, "field": field, "code": code}])


def moved_to(path: str, status: int = 301) -> Fault:
    """Transferred or renamed: the new address is this path, behind the same proxy."""

    def fault(request: Request, forward: Forward) -> Answer:
        location = f"http://{request.headers['Host']}{path}"
        content = {"message": "Moved Permanently", "url": location, "documentation_url": f"{REST}/guides/best-practices"}
        return answers(status, content, {"Location": location})(request, forward)

    return fault


# --- Time ---


class Hold:
    """A fault that keeps requests waiting: until `release`, before GitHub performs them or after."""

    def __init__(self, *, after: bool) -> None:
        self.after = after
        # Set when a request waits here; for a hold after, GitHub has performed it by then.
        self.reached = threading.Event()
        self._released = threading.Event()
        self._abandoned = False

    def __call__(self, request: Request, forward: Forward) -> Answer:
        answer = forward(request) if self.after else None
        self.reached.set()
        if not self._released.wait(HELD_AT_MOST_SECONDS) or self._abandoned:
            raise Drop
        return answer or forward(request)

    def wait_until_reached(self, within: float = 30) -> None:
        assert self.reached.wait(within), "no request came to be held"

    def release(self) -> None:
        """Let them all go on, and later ones through at once."""
        self._released.set()

    def abandon(self) -> None:
        """Drop the connections that wait."""
        self._abandoned = True
        self._released.set()


def held_before() -> Hold:
    """GitHub is slow: it performs the request when the test releases it."""
    return Hold(after=False)


def held_after() -> Hold:
    """GitHub has performed the request; its answer comes when the test releases it."""
    return Hold(after=True)


# --- The answer is another one ---


def edited(change: Callable[[Any], Any]) -> Fault:
    """GitHub's answer with its JSON changed on the way: `change` alters it in place, or returns another."""

    def fault(request: Request, forward: Forward) -> Answer:
        answer = forward(request)
        content = json.loads(answer.body)
        changed = change(content)
        return Answer(answer.status, json.dumps(content if changed is None else changed).encode(), answer.headers)

    return fault


def drops_labels() -> Fault:
    """What GitHub does to the labels of who has no push access: it creates or edits the issue without them, and says nothing."""

    def fault(request: Request, forward: Forward) -> Answer:
        content = request.json
        content.pop("labels", None)
        request.body = json.dumps(content).encode()
        return forward(request)

    return fault


def with_pull_request(number: int) -> Fault:
    """An issue list that holds a pull request of this number, too, as GitHub's do; the stand-in's never. The list must not be empty."""

    def add(listed: list[dict]) -> list[dict]:
        like = listed[0]
        address = f"{like['url'].rsplit('/', 1)[0]}/{number}"
        pull = {"number": number, "url": address, "id": 900_000 + number, "node_id": f"PR_{number}"}
        return [{**like, **pull, "pull_request": {"url": address.replace("/issues/", "/pulls/")}}, *listed]

    return edited(add)
