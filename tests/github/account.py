"""What one account does on the GitHub of the tests, by plain HTTP: the human's part in a test, and what a test looks at."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import requests

SECONDS = 20


class Account:
    """One token at the API under `url`. Methods give the answer's JSON, and raise requests.HTTPError at 400 and above.

    Repositories are named `owner/name`. Use it as a context manager: it holds connections.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.session = requests.Session()
        # No proxies or passwords of whoever runs the tests.
        self.session.trust_env = False
        self.session.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.session.close()

    def ask(self, method: str, path: str, **given: Any) -> requests.Response:
        """Any call; `given` goes to requests (`json`, `params`)."""
        answer = self.session.request(method, path if "://" in path else f"{self.url}{path}", timeout=SECONDS, **given)
        answer.raise_for_status()
        return answer

    def all_pages(self, path: str, **params: str | int) -> list[dict]:
        """A whole list; `params` go with the first page, and the links to the others hold them."""
        answer = self.ask("GET", path, params={"per_page": 100, **params})
        found = answer.json()
        while "next" in answer.links:
            answer = self.ask("GET", answer.links["next"]["url"])
            found += answer.json()
        return found

    # --- Issues ---

    def issues(self, repository: str, state: str = "all") -> list[dict]:
        """All of them, the oldest first."""
        return self.all_pages(f"/repos/{repository}/issues", state=state, sort="created", direction="asc")

    def issue(self, repository: str, number: int) -> dict:
        return self.ask("GET", f"/repos/{repository}/issues/{number}").json()

    def create_issue(self, repository: str, title: str, body: str = "", labels: list[str] | None = None) -> dict:
        return self.ask("POST", f"/repos/{repository}/issues", json={"title": title, "body": body, "labels": labels or []}).json()

    def edit_issue(self, repository: str, number: int, **fields: Any) -> dict:
        return self.ask("PATCH", f"/repos/{repository}/issues/{number}", json=fields).json()

    def close(self, repository: str, number: int, reason: str = "completed") -> dict:
        return self.edit_issue(repository, number, state="closed", state_reason=reason)

    def reopen(self, repository: str, number: int) -> dict:
        return self.edit_issue(repository, number, state="open")

    def add_labels(self, repository: str, number: int, *labels: str) -> None:
        self.ask("POST", f"/repos/{repository}/issues/{number}/labels", json={"labels": list(labels)})

    def remove_label(self, repository: str, number: int, label: str) -> None:
        self.ask("DELETE", f"/repos/{repository}/issues/{number}/labels/{quote(label, safe='')}")

    def labels(self, repository: str, number: int) -> list[str]:
        """The names of the issue's labels, sorted."""
        return sorted(label["name"] for label in self.issue(repository, number)["labels"])

    # --- Comments ---

    def comments(self, repository: str, number: int) -> list[dict]:
        return self.all_pages(f"/repos/{repository}/issues/{number}/comments")

    def comment(self, repository: str, number: int, body: str) -> dict:
        return self.ask("POST", f"/repos/{repository}/issues/{number}/comments", json={"body": body}).json()

    def edit_comment(self, repository: str, comment_id: int, body: str) -> dict:
        return self.ask("PATCH", f"/repos/{repository}/issues/comments/{comment_id}", json={"body": body}).json()

    def delete_comment(self, repository: str, comment_id: int) -> None:
        self.ask("DELETE", f"/repos/{repository}/issues/comments/{comment_id}")

    # --- Hooks ---

    def add_hook(self, repository: str, url: str, secret: str, events: Sequence[str] = ("*",)) -> dict:
        config = {"url": url, "secret": secret, "content_type": "json"}
        return self.ask("POST", f"/repos/{repository}/hooks", json={"name": "web", "events": list(events), "config": config}).json()

    def deliveries(self, repository: str, hook_id: int) -> list[dict]:
        """The newest first."""
        return self.all_pages(f"/repos/{repository}/hooks/{hook_id}/deliveries")
