"""What can go wrong between us and GitHub, and what it means for a write. Pure, but for the clock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

# What GitHub asks for where it names no time: "wait for at least one minute".
_UNNAMED_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=2)
_FIRST_BACKOFF: Final = timedelta(seconds=5)
LONGEST_BACKOFF: Final = timedelta(minutes=15)
_KEPT_CHARACTERS: Final = 4_000
# Statuses that will not get better by waiting; others may.
_FINAL: Final = frozenset({403, 422})


class GitHubFailure(Exception):
    """Something went wrong; `answer` is what GitHub said, as far as it said anything."""

    def __init__(self, detail: str, answer: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.answer = answer


class NotConfigured(GitHubFailure):
    """This installation has no token and no App."""


class Unavailable(GitHubFailure):
    """Nothing was done, and trying again later may help."""


class Unclear(GitHubFailure):
    """A write was sent and nothing tells whether it was done."""


class MustWait(GitHubFailure):
    """A limit is reached: nothing was done, and nothing will be before `until`."""

    def __init__(self, detail: str, until: datetime, answer: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail, answer)
        self.until = until


class AllowanceUsed(MustWait):
    """Our own limit on writes is reached; GitHub has said nothing, and may be read."""


class Refused(GitHubFailure):
    """GitHub will not do it, however often it is asked: a person has to look."""


class Gone(GitHubFailure):
    """GitHub knows nothing at this address (404), or nothing any more (410)."""

    def __init__(self, detail: str, status: int, answer: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail, answer)
        self.status = status


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts (1 and more) that came to nothing: twice as long each time, up to a bound."""
    return min(_FIRST_BACKOFF * 2 ** min(attempts - 1, 30), LONGEST_BACKOFF)


def of_answer(status: int, headers: Mapping[str, Any], data: Any, *, is_write: bool, now: datetime) -> GitHubFailure:
    """What an answer of 400 or more means."""
    said = _message(data)
    answer = {"status": status, "body": json.dumps(data, default=str)[:_KEPT_CHARACTERS]}
    detail = f"GitHub answered {status}{f': {said}' if said else ''}"
    if status == 429 or (status == 403 and _is_limit(headers, said)):
        return MustWait(detail, _until(headers, now), answer)
    if status >= 500:
        return Unclear(detail, answer) if is_write else Unavailable(detail, answer)
    if status in (404, 410):
        return Gone(detail, status, answer)
    return Refused(detail, answer) if status in _FINAL else Unavailable(detail, answer)


def _is_limit(headers: Mapping[str, Any], said: str) -> bool:
    lowered = said.lower()
    return "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0" or "rate limit" in lowered or "abuse" in lowered


def _until(headers: Mapping[str, Any], now: datetime) -> datetime:
    """When the limit ends, as the headers say; within bounds, whatever they say."""
    after, reset = str(headers.get("retry-after", "")), str(headers.get("x-ratelimit-reset", ""))
    if after.isdecimal() and len(after) < 9:
        until = now + timedelta(seconds=int(after))
    elif headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal() and len(reset) < 12:
        # The second in which it ends must be over.
        until = datetime.fromtimestamp(int(reset) + 1, UTC)
    else:
        until = now + _UNNAMED_WAIT
    return min(max(until, now + timedelta(seconds=1)), now + _LONGEST_WAIT)


def _message(data: Any) -> str:
    """GitHub's sentence, with what it says of single fields."""
    if not isinstance(data, Mapping):
        return str(data or "")[:300]
    errors = data.get("errors")
    more = [error.get("message") or " ".join(str(error.get(name, "")) for name in ("resource", "field", "code")) for error in errors or []
            if isinstance(error, Mapping)] if isinstance(errors, list) else []  # fmt: skip
    return "; ".join(str(part) for part in [data.get("message", ""), *more] if part)[:1_000]
