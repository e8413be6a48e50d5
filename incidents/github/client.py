"""GitHub's REST interface as far as we use it, over PyGithub, whose retries and sleeps we do without.

Reads are repeated when a connection breaks; a write is sent once, and whoever sent it hears whether it was done, was not
done, or that nobody knows. Nothing here waits for a limit to pass: MustWait says when it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from urllib.parse import quote

import requests
import urllib3
from django.conf import settings
from django.utils import timezone
from github import Auth, Github, GithubException
from urllib3.util.retry import Retry

from incidents.github import credentials, remote
from incidents.github.failures import Unavailable, Unclear, of_answer
from incidents.github.remote import RemoteComment, RemoteIssue, RemoteRepository, Unreadable

T = TypeVar("T")

TIMEOUT_SECONDS: Final = 10
PAGE: Final = 100
# GitHub's clock is not ours.
CLOCKS_DIFFER_BY: Final = timedelta(minutes=10)
_READ_RETRIES: Final = 2
# Of this process, by token: an account is not renamed under a running worker.
_logins: dict[str, str] = {}


def reads_only() -> Retry:
    """Repeats reads that broke or met a gateway's error, for a moment. Never a write, and never until a limit's reset."""
    return Retry(
        total=_READ_RETRIES,
        allowed_methods={"GET", "HEAD"},
        status_forcelist=[500, 502, 503, 504],
        backoff_factor=0.2,
        respect_retry_after_header=False,
        raise_on_status=False,
    )


class GitHub:
    """A connection for one piece of work on one repository. Its methods raise a GitHubFailure."""

    def __init__(self, repository: str) -> None:
        self._auth = credentials.of(repository)
        self._github = Github(
            auth=Auth.Token(self._auth.token),
            base_url=settings.GITHUB_API_URL,
            timeout=TIMEOUT_SECONDS,
            user_agent="Fixproof",
            per_page=PAGE,
            retry=reads_only(),
            seconds_between_requests=None,
            seconds_between_writes=None,
        )

    def __enter__(self) -> GitHub:
        return self

    def __exit__(self, *_: object) -> None:
        self._github.close()

    # --- Reading -----------------------------------------------------------------------------

    def login(self) -> str:
        """The account that our issues and comments are by."""
        if not self._auth.login and self._auth.token not in _logins:
            _logins[self._auth.token] = self._read_as(remote.login, "/user")
        return self._auth.login or _logins[self._auth.token]

    def repository(self, name: str) -> RemoteRepository:
        return self._read_as(remote.repository, f"/repos/{_path(name)}")

    def issue(self, repository: str, number: int) -> RemoteIssue:
        """The issue; of one that was transferred the one that it has become."""
        return self._read_as(remote.issue, f"/repos/{_path(repository)}/issues/{number}")

    def issues_by(self, repository: str, *, creator: str, since: datetime | None, pages: int) -> Iterator[RemoteIssue]:
        """The newest issues by this account first, as many pages as said; nothing that was last changed before `since`."""
        given: dict[str, Any] = {"state": "all", "sort": "created", "direction": "desc"}
        given |= {"creator": creator} if creator else {}
        given |= {"since": _stamp(since)} if since else {}
        for page in range(1, pages + 1):
            rows = self._rows(f"/repos/{_path(repository)}/issues", given | {"page": page})
            yield from _readable(remote.issue, rows)
            if len(rows) < PAGE:
                return

    def issues_since(self, repository: str, since: datetime | None) -> Iterator[list[RemoteIssue]]:
        """All issues that changed at `since` or later, oldest change first, page by page."""
        yield from self._changed(f"/repos/{_path(repository)}/issues", {"state": "all"}, remote.issue, since)

    def comments_since(self, repository: str, since: datetime | None) -> Iterator[list[RemoteComment]]:
        """All comments of the repository's issues that changed at `since` or later, oldest change first, page by page."""
        yield from self._changed(f"/repos/{_path(repository)}/issues/comments", {}, remote.comment, since)

    def comments(self, repository: str, number: int, since: datetime | None = None) -> Iterator[RemoteComment]:
        """The comments of one issue."""
        given = {"since": _stamp(since)} if since else {}
        page = 1
        while rows := self._rows(f"/repos/{_path(repository)}/issues/{number}/comments", {**given, "page": page}):
            yield from _readable(remote.comment, rows)
            if len(rows) < PAGE:
                return
            page += 1

    def comment(self, repository: str, comment_id: int) -> RemoteComment:
        return self._read_as(remote.comment, f"/repos/{_path(repository)}/issues/comments/{comment_id}")

    def commits_since(self, repository: str, since: datetime) -> list[str]:
        """The newest hundred commits on the default branch that are not older than `since`."""
        rows = self._rows(f"/repos/{_path(repository)}/commits", {"since": _stamp(since)})
        return [remote.text(remote.mapping(row), "sha") for row in rows]

    def failed_deliveries(self, repository: str, address: str) -> list[tuple[int, int, str]]:
        """Of the repository's hooks that lead to `address` what did not arrive lately: hook, delivery and GUID."""
        found = []
        for hook in self._rows(f"/repos/{_path(repository)}/hooks", {}):
            row = remote.mapping(hook)
            if remote.text(remote.mapping(row.get("config")), "url").rstrip("/") != address.rstrip("/"):
                continue
            pk = remote.whole(row, "id")
            deliveries = [remote.mapping(one) for one in self._rows(f"/repos/{_path(repository)}/hooks/{pk}/deliveries", {})]
            arrived = {remote.text(one, "guid") for one in deliveries if 200 <= remote.whole(one, "status_code") < 300}
            found += [
                (pk, remote.whole(one, "id"), remote.text(one, "guid"))
                for one in deliveries
                if remote.text(one, "guid") and remote.text(one, "guid") not in arrived
            ]
        return found

    # --- Writing -----------------------------------------------------------------------------

    def create_issue(self, repository: str, *, title: str, body: str, labels: Sequence[str]) -> RemoteIssue:
        given = {"title": title, "body": body, "labels": list(labels)}
        return _answered(remote.issue, self._write("POST", f"/repos/{_path(repository)}/issues", given))

    def edit_issue(self, repository: str, number: int, changes: Mapping[str, str]) -> RemoteIssue:
        """Change `title`, `body`, `state` or `state_reason`."""
        return _answered(remote.issue, self._write("PATCH", f"/repos/{_path(repository)}/issues/{number}", dict(changes)))

    def add_labels(self, repository: str, number: int, labels: Sequence[str]) -> frozenset[str]:
        """Gives the labels that the issue has then."""
        answer = self._write("POST", f"/repos/{_path(repository)}/issues/{number}/labels", {"labels": list(labels)})
        return remote.labels(_answered(remote.rows, answer))

    def remove_label(self, repository: str, number: int, label: str) -> None:
        self._write("DELETE", f"/repos/{_path(repository)}/issues/{number}/labels/{quote(label, safe='')}", None)

    def create_comment(self, repository: str, number: int, body: str) -> RemoteComment:
        return _answered(remote.comment, self._write("POST", f"/repos/{_path(repository)}/issues/{number}/comments", {"body": body}))

    def redeliver(self, repository: str, hook: int, delivery: int) -> None:
        self._write("POST", f"/repos/{_path(repository)}/hooks/{hook}/deliveries/{delivery}/attempts", None)

    # --- Underneath --------------------------------------------------------------------------

    def _changed(self, path: str, given: dict[str, Any], read: Any, since: datetime | None) -> Iterator[list[Any]]:
        """Rows by their time of change. A next page begins at the newest time seen, not at a number of rows: what changes
        while we read moves to the end, and with numbered pages the row behind it would slip through.
        """
        seen: set[tuple[str, datetime]] = set()
        page = 1
        while True:
            stamp = {"since": _stamp(since)} if since else {}
            rows = self._rows(path, {**given, **stamp, "sort": "updated", "direction": "asc", "page": page})
            found = list(_readable(read, rows))
            fresh = [one for one in found if (one.node_id, one.updated_at) not in seen]
            seen |= {(one.node_id, one.updated_at) for one in fresh}
            yield fresh
            if len(rows) < PAGE:
                return
            newest = max((one.updated_at for one in found), default=None)
            # More rows of one second than a page holds: only there the pages are counted.
            since, page = (newest, 1) if newest is not None and newest != since else (since, page + 1)

    def _rows(self, path: str, parameters: Mapping[str, Any]) -> list[Any]:
        # What is no list must not pass for an empty one: "nothing is there" decides whether something is written again.
        return self._read_as(remote.rows, path, {"per_page": PAGE, **parameters})

    def _read_as(self, read: Callable[[Any], T], path: str, parameters: Mapping[str, Any] | None = None) -> T:
        with self._asking(is_write=False):
            return read(self._github.requester.requestJsonAndCheck("GET", path, parameters=dict(parameters or {}))[1])

    def _write(self, verb: str, path: str, given: Any) -> Any:
        with self._asking(is_write=True):
            return self._github.requester.requestJsonAndCheck(verb, path, input=given)[1]

    @contextmanager
    def _asking(self, *, is_write: bool) -> Iterator[None]:
        try:
            with _failures(is_write=is_write):
                yield
        except Unavailable as failure:
            if failure.answer and failure.answer.get("status") == 401:
                # A token of an installation may be taken back before it ends: the next one to ask gets another.
                credentials.forget(self._auth)
            raise


@contextmanager
def _failures(*, is_write: bool) -> Iterator[None]:
    """Whatever PyGithub and what lies under it raise, as a GitHubFailure."""
    try:
        yield
    except GithubException as error:
        headers = {name.lower(): value for name, value in (error.headers or {}).items()}
        raise of_answer(error.status, headers, error.data, is_write=is_write, now=timezone.now()) from error
    except (requests.ConnectTimeout, requests.exceptions.SSLError) as error:
        raise Unavailable(f"GitHub cannot be reached: {error}") from error
    except requests.ConnectionError as error:
        raise (Unclear if is_write and not _never_connected(error) else Unavailable)(f"The connection to GitHub broke: {error}") from error
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise (Unclear if is_write else Unavailable)(f"GitHub did not answer: {error}") from error
    except (RuntimeError, ValueError) as error:
        # PyGithub's words for a redirect to another host, and for an answer that is no JSON.
        raise (Unclear if is_write else Unavailable)(f"GitHub's answer cannot be read: {error}") from error
    except Unreadable as error:
        raise Unavailable(str(error)) from error


def _never_connected(error: requests.ConnectionError) -> bool:
    """Whether not even a connection came about, so that nothing can have been sent."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    return isinstance(reason, urllib3.exceptions.NewConnectionError)


def _answered(read: Callable[[Any], T], data: Any) -> T:
    """The answer to a write, which was done even where the answer makes no sense."""
    try:
        return read(data)
    except Unreadable as error:
        raise Unclear(str(error)) from error


def _readable(read: Any, rows: Sequence[Any]) -> Iterator[Any]:
    """One row that makes no sense must not hide the others."""
    for row in rows:
        try:
            yield read(row)
        except Unreadable:
            continue


def _path(repository: str) -> str:
    return quote(repository)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
