"""A test report as plain data: what every reader gives, whatever the runner wrote. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import msgspec

from audits.terms import Outcome


class Identity(msgspec.Struct, frozen=True, order=True):
    """Which test it was, as the report tells it; what it does not tell is empty.

    `file` is a path with forward slashes as the report states it; `classname` is the runner's own grouping (a dotted
    class or module, a package, a describe block); `name` is the test without its parameters, `parameters` what stood
    behind it in brackets or parentheses (see `names`).
    """

    file: str
    classname: str
    name: str
    parameters: str


class Case(msgspec.Struct, frozen=True):
    """One attempt at one test. `seconds` is None where the report states none; texts are cut to what is kept."""

    identity: Identity
    outcome: Outcome
    seconds: float | None = None
    failure_type: str = ""
    message: str = ""
    text: str = ""
    line: int | None = None


class Remark(msgspec.Struct, frozen=True):
    """Something about a report that a reader must know: an element not understood, a header that disagrees, a cut text."""

    code: str
    detail: str


class Totals(msgspec.Struct):
    """What a report was found to hold, filled while it is read.

    `collected` and `warnings` are how many tests and warnings the report's own header counts, None where it does not; `seconds`
    is the run's own total where it is stated, else the sum. `tool` is empty where the report does not tell its runner.
    """

    cases: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    xfailed: int = 0
    xpassed: int = 0
    seconds: float | None = None
    collected: int | None = None
    warnings: int | None = None
    tool: str = ""
    remarks: list[Remark] = msgspec.field(default_factory=list)


class Unreadable(Exception):
    """The report cannot be read at all; `code` is stable, `detail` a sentence."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Readable(Protocol):
    """A binary file that is read from its beginning."""

    def read(self, size: int = -1, /) -> bytes: ...

    def seek(self, offset: int, /) -> int: ...


class Reader(Protocol):
    """Reads one report case by case; `totals` is whole once the cases have been taken to their end."""

    totals: Totals

    def __iter__(self) -> Iterator[Case]: ...
