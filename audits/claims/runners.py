"""Results of single tests as test runners print them. Pure.

Known are pytest, unittest, Go, Jest, Vitest, Mocha, cargo, Gradle, Maven Surefire, .NET, PHPUnit, RSpec, GoogleTest and TAP.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from audits.claims.names import is_path, test_name
from audits.terms import Outcome

_WORDS: Final = {
    "pass": Outcome.PASSED,
    "passed": Outcome.PASSED,
    "ok": Outcome.PASSED,
    "✓": Outcome.PASSED,
    "✔": Outcome.PASSED,
    "√": Outcome.PASSED,
    "fail": Outcome.FAILED,
    "failed": Outcome.FAILED,
    "failure": Outcome.FAILED,
    "not ok": Outcome.FAILED,
    "✕": Outcome.FAILED,
    "✗": Outcome.FAILED,
    "✘": Outcome.FAILED,
    "✖": Outcome.FAILED,
    "×": Outcome.FAILED,
    "●": Outcome.FAILED,
    "error": Outcome.ERROR,
    "err": Outcome.ERROR,
    "skip": Outcome.SKIPPED,
    "skipped": Outcome.SKIPPED,
    "ignored": Outcome.SKIPPED,
    "○": Outcome.SKIPPED,
    "↓": Outcome.SKIPPED,
    "xfail": Outcome.XFAILED,
    "xfailed": Outcome.XFAILED,
    "expected failure": Outcome.XFAILED,
    "xpass": Outcome.XPASSED,
    "xpassed": Outcome.XPASSED,
}
_STATE: Final = r"(?:PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)"
_LINES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<state>{_STATE})\s+(?:\[\d+\]\s+)?(?P<name>(?:\S{{1,300}}::\S.{{0,300}}?"
        rf"|test_\w+(?:\[.{{0,200}}?\])?))(?:\s+-\s+(?P<note>.*))?\Z",  # pytest -r
        rf"(?P<name>\S{{1,300}}::\S(?:[^\n]{{0,300}}?\S)?)\s+(?P<state>{_STATE})(?:\s+\(.{{0,200}}\))?(?:\s+\[\s*\d+%\])?\Z",  # pytest -v
        r"(?P<name>test\w*) \([\w.]+\)(?:\s.{0,200})? \.\.\. (?P<state>ok|FAIL|ERROR|skipped|expected failure)\b(?P<note>.*)\Z",  # unittest
        r"(?P<state>FAIL|ERROR): (?P<name>test\w*) \([\w.]+\)\Z",
        r"=?\s*--- (?P<state>PASS|FAIL|SKIP): (?P<name>\S{1,300})(?: \((?P<seconds>\d+(?:\.\d+)?)s\))?\Z",  # go
        r"test (?P<name>[\w:<>]{1,300})(?: - should panic)? \.\.\. (?P<state>ok|FAILED|ignored)\b.*\Z",  # cargo
        r"(?P<class>(?:\w{1,100}\.){0,12}[A-Z][\w$]{1,200})(?: > .{1,200}?)? > (?P<name>.{1,200}?) (?P<state>PASSED|FAILED"
        r"|SKIPPED)\Z",  # gradle
        r"\[ERROR\]\s+(?P<state>)(?:[\w.$]+\.)?(?P<name>\w+)(?:\([\w.$]+\))?(?:\s+--)?\s+Time elapsed: (?P<seconds>[\d.]+)"
        r" s.{0,40}<<< \w+!?.*\Z",  # surefire
        r"\[ERROR\]\s+(?P<state>)\w+\.(?P<name>\w+):\d+(?:->\S+)?(?P<note>.*)\Z",
        r"\[\s*(?P<state>OK|FAILED|SKIPPED)\s*\] (?P<name>\w+\.\w+)(?: \((?P<ms>\d+) ms\))?.*\Z",  # googletest
        r"(?P<state>not ok|ok)\s+\d+\s*-?\s+(?P<name>[^#]{1,300}?)(?:\s*#.*)?\Z",  # tap
        r"(?P<state>Passed|Failed|Skipped)!?\s+(?P<name>[\w.]{3,300}(?:\(.{0,200}\))?)(?:\s+\[(?P<note>[^\]]*)\])?\Z",  # dotnet
        r"(?:\[xUnit\.net [\d:.]+\]\s+)?(?P<name>[\w.]{3,300}(?:\(.{0,200}\))?) \[(?P<state>FAIL|SKIP|PASS)\]\Z",
        r"(?P<state>[✓✔√✕✖✗✘×○↓])\s+(?P<name>[^\s].{0,300}?)(?:\s+\(?(?P<ms>\d+(?:\.\d+)?)\s?ms\)?"
        r"|\s+\(?(?P<seconds>\d+(?:\.\d+)?)\s?s\)?)?\Z",  # jest, vitest, mocha
        r"(?P<state>●) (?P<name>[^\n]{1,300} › [^\n]{1,300})\Z",
    )
)
_FIRST: Final = re.compile(r"[-A-Za-z\[=✓✔√✕✖✗✘×○↓●/.]|test")
_LAST_PART: Final = re.compile(r"\s[›>»]\s")


@dataclass(frozen=True, slots=True)
class RunLine:
    """A result as a runner prints it."""

    name: str
    outcome: Outcome
    seconds: float | None = None
    note: str = ""


def run_line(line: str) -> RunLine | None:
    """The result that a line of a runner's output states; None where it is no such line."""
    text = line.strip()
    if not _FIRST.match(text) or len(text) > 1_000:
        return None
    for pattern in _LINES:
        match = pattern.match(text)
        if match:
            return _of_match(match)
    return None


def _of_match(match: re.Match[str]) -> RunLine | None:
    groups = match.groupdict()
    # Surefire's lines of failures bear the log's level instead of a state.
    outcome = _WORDS[groups["state"].lower() or "failed"]
    name = _LAST_PART.split(groups["name"].strip())[-1].strip()
    if "::" not in name and is_path(name.split(" ")[0]):
        return None
    name = _of_dotted(test_name(name))
    if not name or name[:1] in "(-=":
        return None
    seconds = float(groups["seconds"]) if groups.get("seconds") else float(groups["ms"]) / 1000 if groups.get("ms") else None
    return RunLine(name, outcome, seconds, (groups.get("note") or "").strip(" -"))


def _of_dotted(name: str) -> str:
    """The method of a name with its class and namespace: "Shop.CartTests.Adds_Twice(n: 1)" is "Adds_Twice"."""
    bare = re.sub(r"\(.*\)\Z", "", name)
    return bare.rsplit(".", 1)[-1] if "." in bare and " " not in bare and not re.search(r"\.\d", bare) else name
