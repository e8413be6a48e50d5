"""Between us and the GitHub of the tests: what goes wrong on the way, when a test asks for it.

    with fault_proxy(github.url) as proxy:
        proxy.script("POST", r"/issues$", faults.bad_gateway_after())

The fault meets the next request that matches (`times` of them), later ones go through. Faults are in faults.py.
Some of what the stand-in does otherwise than GitHub is put right on the way (mends.py).
"""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

from tests.github import mends
from tests.github.loopback import Answer, Drop, Request, send, served
from tests.waiting import until

WRITES = {"POST", "PATCH", "PUT", "DELETE"}


class Seen(NamedTuple):
    """A request that the stand-in performed, and how it answered."""

    method: str
    path: str
    status: int


class Asked(NamedTuple):
    """A request that reached the proxy, and the status that went back; None where the connection was dropped."""

    method: str
    path: str
    status: int | None


Forward = Callable[[Request], Answer]
Fault = Callable[[Request, Forward], Answer]


@runtime_checkable
class Holding(Protocol):
    """A fault that keeps requests waiting, and can be told that nobody will release them any more."""

    def abandon(self) -> None: ...


@dataclass
class _Scripted:
    method: str
    path: re.Pattern[str]
    fault: Fault
    # None: for good.
    left: int | None


class Proxy:
    """Forwards to `upstream` and keeps what it saw; all of it may be used from any thread."""

    def __init__(self) -> None:
        self.url = ""
        self.upstream = ""
        self._lock = threading.Lock()
        self._seen: list[Seen] = []
        self._asked: list[Asked] = []
        self._script: list[_Scripted] = []
        self._errors: list[Exception] = []

    def begin(self, upstream: str) -> None:
        """Forget everything and forward to this base URL from now on."""
        self.abandon()
        with self._lock:
            self.upstream = upstream
            self._seen, self._asked, self._script, self._errors = [], [], [], []

    def abandon(self) -> None:
        """Drop the requests that a fault holds."""
        with self._lock:
            for scripted in self._script:
                if isinstance(scripted.fault, Holding):
                    scripted.fault.abandon()

    def script(self, method: str, path: str, fault: Fault, *, times: int | None = 1) -> None:
        """Let `fault` meet the next `times` requests (None: all) of this method (`*`: any) whose path and query `path` is found in.

        The first scripted fault that matches and is not used up takes the request.
        """
        with self._lock:
            self._script.append(_Scripted(method, re.compile(path), fault, times))

    def heal(self) -> None:
        """No faults from now on."""
        with self._lock:
            for scripted in self._script:
                scripted.left = 0

    @property
    def seen(self) -> list[Seen]:
        """What was forwarded and answered, oldest first."""
        with self._lock:
            return list(self._seen)

    @property
    def asked(self) -> list[Asked]:
        """What came, oldest first, also what was not forwarded; without requests that are under way."""
        with self._lock:
            return list(self._asked)

    def writes(self) -> list[Seen]:
        """The requests among `seen` that may have changed something. An App that asks for its token writes nothing."""
        return [seen for seen in self.seen if seen.method in WRITES and not seen.path.endswith("/access_tokens")]

    def raise_errors(self) -> None:
        """Raise what went wrong inside a fault, which the other side saw as a dropped connection."""
        if self._errors:
            raise self._errors[0]

    # --- Called by the handler ---

    def handle(self, request: Request) -> Answer:
        fault = self._next_fault(request)
        try:
            answer = fault(request, self._forward) if fault else self._forward(request)
        except Drop:
            self._note(request, None)
            raise
        except (AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
            # A fault of the test's own, such as an edit that found other JSON than it thought. Raised at the end of the test.
            self._errors.append(error)
            self._note(request, None)
            raise Drop from error
        self._note(request, answer.status)
        return answer

    def _next_fault(self, request: Request) -> Fault | None:
        with self._lock:
            for scripted in self._script:
                if scripted.left != 0 and scripted.method in ("*", request.method) and scripted.path.search(request.path):
                    if scripted.left:
                        scripted.left -= 1
                    return scripted.fault
        return None

    def _note(self, request: Request, status: int | None) -> None:
        with self._lock:
            self._asked.append(Asked(request.method, request.path, status))

    def _forward(self, request: Request) -> Answer:
        answer = mends.perform(request, self._upstream)
        with self._lock:
            self._seen.append(Seen(request.method, request.path, answer.status))
        # Whoever follows a link or an address stays with us.
        answer.headers = {name: value.replace(self.upstream, self.url) for name, value in answer.headers.items()}
        if "json" in answer.headers.get("content-type", ""):
            answer.body = answer.body.replace(self.upstream.encode(), self.url.encode())
        return answer

    def _upstream(self, request: Request) -> Answer:
        return send(self.upstream, request.method, request.path, request.body, dict(request.headers))


@contextmanager
def fault_proxy(upstream: str = "") -> Iterator[Proxy]:
    """A proxy in front of this base URL, at `.url`. Raises at the end what went wrong in a fault."""
    proxy = Proxy()
    with served(proxy.handle) as proxy.url:
        proxy.begin(upstream)
        try:
            yield proxy
        finally:
            proxy.abandon()
    proxy.raise_errors()


def until_seen(proxy: Proxy, method: str, path: str, *, within: float = 20) -> Seen:
    """Wait for a request to have been forwarded and answered; the first such one."""
    found = lambda: [seen for seen in proxy.seen if seen.method == method and re.search(path, seen.path)]  # noqa: E731
    return until(found, within=within, what=f"{method} {path} to be forwarded")[0]
