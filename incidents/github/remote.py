"""What GitHub tells of issues, comments and repositories, as far as we use it. Pure.

Answers and webhooks are read leniently: a field that is absent or of another kind is taken for empty. Without an identity
a row is nothing; then Unreadable is raised.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit

# What PostgreSQL's texts and UTF-8 cannot hold.
_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")


class Unreadable(Exception):
    """An answer or a webhook lacks what makes it one."""


@dataclass(frozen=True, slots=True)
class Person:
    """An account on GitHub; `is_bot` as GitHub says it."""

    login: str
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class RemoteIssue:
    """An issue as GitHub has it. `repository` is OWNER/NAME; `labels` are names."""

    node_id: str
    number: int
    repository: str
    title: str
    body: str
    state: str
    state_reason: str
    labels: frozenset[str]
    url: str
    author: Person
    closed_by: Person | None
    created_at: datetime | None
    updated_at: datetime
    closed_at: datetime | None
    is_pull_request: bool


@dataclass(frozen=True, slots=True)
class RemoteComment:
    """A comment on an issue as GitHub has it."""

    node_id: str
    number: int
    body: str
    url: str
    author: Person
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class RemoteRepository:
    """A repository as GitHub has it."""

    id: int
    name: str
    default_branch: str
    has_issues: bool


def issue(data: Any) -> RemoteIssue:
    """An issue's row. Raises Unreadable."""
    row = mapping(data)
    url = text(row, "html_url")
    updated = moment(row.get("updated_at"))
    if not text(row, "node_id") or not whole(row, "number") or updated is None:
        raise Unreadable("This is no issue: it has no node id, number or time.")
    return RemoteIssue(
        node_id=text(row, "node_id"),
        number=whole(row, "number"),
        repository=_repository_of(text(row, "repository_url"), after="repos") or _repository_of(url),
        title=text(row, "title"),
        body=text(row, "body"),
        state="closed" if text(row, "state") == "closed" else "open",
        state_reason=text(row, "state_reason"),
        labels=labels(row.get("labels")),
        url=url,
        author=person(row.get("user")) or Person(""),
        closed_by=person(row.get("closed_by")),
        created_at=moment(row.get("created_at")),
        updated_at=updated,
        closed_at=moment(row.get("closed_at")),
        # Lists and webhooks of issues hold pull requests, too.
        is_pull_request="pull_request" in row,
    )


def comment(data: Any) -> RemoteComment:
    """A comment's row. Raises Unreadable."""
    row = mapping(data)
    created, updated = moment(row.get("created_at")), moment(row.get("updated_at"))
    of_issue = urlsplit(text(row, "issue_url")).path.rpartition("/")[2]
    if not text(row, "node_id") or created is None or not of_issue.isdecimal():
        raise Unreadable("This is no comment of an issue: it has no node id, time or issue.")
    return RemoteComment(
        node_id=text(row, "node_id"),
        number=int(of_issue[:10]),
        body=text(row, "body"),
        url=text(row, "html_url"),
        author=person(row.get("user")) or Person(""),
        created_at=created,
        updated_at=updated or created,
    )


def repository(data: Any) -> RemoteRepository:
    """A repository's row. Raises Unreadable."""
    row = mapping(data)
    if not whole(row, "id") or "/" not in text(row, "full_name"):
        raise Unreadable("This is no repository: it has no id or name.")
    return RemoteRepository(
        id=whole(row, "id"),
        name=text(row, "full_name"),
        default_branch=text(row, "default_branch"),
        has_issues=row.get("has_issues") is not False,
    )


def rows(data: Any) -> list[Any]:
    """A list, whatever stands in it. Raises Unreadable."""
    if not isinstance(data, list):
        raise Unreadable("This is no list.")
    return data


def login(data: Any) -> str:
    """The name of the account that asks. Raises Unreadable."""
    name = text(mapping(data), "login")
    if not name:
        raise Unreadable("This is no account.")
    return name


def labels(data: Any) -> frozenset[str]:
    """The names of a list of labels."""
    return frozenset(_label(label) for label in (data if isinstance(data, list) else [])) - {""}


def person(data: Any) -> Person | None:
    """An account; None where there is none."""
    login = text(mapping(data), "login")
    return Person(login, is_bot=text(mapping(data), "type") == "Bot") if login else None


def mapping(data: Any) -> Mapping[str, Any]:
    """The value where it is an object, else an empty one."""
    return data if isinstance(data, Mapping) else {}


def text(row: Mapping[str, Any], name: str) -> str:
    """A text that can be stored; empty where there is none."""
    value = row.get(name)
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else ""


def whole(row: Mapping[str, Any], name: str) -> int:
    """A whole number that a bigint holds; 0 where there is none."""
    value = row.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else 0


def moment(value: Any) -> datetime | None:
    """A time as GitHub writes it, or seconds since 1970 as its push events have it; None where it is neither."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def _label(data: Any) -> str:
    return text({"name": data}, "name") if isinstance(data, str) else text(mapping(data), "name")


def _repository_of(url: str, *, after: str = "") -> str:
    """OWNER/NAME from an address: the first two parts of its path, or the two after `after`."""
    parts = [unquote(part) for part in urlsplit(url).path.split("/") if part]
    if after:
        parts = parts[parts.index(after) + 1 :] if after in parts else []
    return "/".join(parts[:2]) if len(parts) >= 2 else ""
