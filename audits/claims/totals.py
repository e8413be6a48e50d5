"""The totals of a run as runners print them and as people write them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_KINDS: Final = {
    "passed": "passed",
    "pass": "passed",
    "passing": "passed",
    "passes": "passed",
    "green": "passed",
    "succeeded": "passed",
    "ok": "passed",
    "successful": "passed",
    "failed": "failed",
    "fail": "failed",
    "failing": "failed",
    "fails": "failed",
    "failure": "failed",
    "failures": "failed",
    "red": "failed",
    "error": "errors",
    "errors": "errors",
    "errored": "errors",
    "skipped": "skipped",
    "skip": "skipped",
    "pending": "skipped",
    "ignored": "skipped",
    "todo": "skipped",
    "warning": "warnings",
    "warnings": "warnings",
    "total": "total",
    "tests": "total",
    "tests run": "total",
    "test": "total",
    "examples": "total",
    "tests completed": "total",
    "run": "total",
    "ran": "total",
    "executed": "total",
    "test cases": "total",
    "total tests": "total",
    "tests executed": "total",
    "cases": "total",
}
_KIND: Final = "|".join(sorted(map(re.escape, _KINDS), key=len, reverse=True))
_PAIRS: Final = re.compile(
    rf"(?<![\w./#:-])(\d{{1,6}})\s+(?:(?:unit|integration|e2e)\s+)?(?:tests?\s+|test\s+cases\s+)?(?:(?:has|have|are|is"
    rf"|were|now|still)\s+){{0,2}}({_KIND})(?!\w)(?!\s+tests?\s+(?:implemented|created|written|added|planned))",
    re.IGNORECASE,
)
_CALLED: Final = re.compile(rf"(?<!\w)({_KIND})\s*[:=]\s*(\d{{1,6}})(?![\w%./:-]*[\w%/:])", re.IGNORECASE)
_SHARE: Final = re.compile(
    r"(?<![\w./#:-])(\d{1,6})\s*(?:/|\s(?:out\s+)?of\s+(?:the\s+)?(?:all\s+)?)\s*(\d{1,6})(?!\s*/)\s*(?:\([^()"
    r"]{0,40}\)\s*)?(?:(?!passed|failed)[A-Za-z-]+\s+){0,4}?"
    r"(pass(?:ed|ing|es)?|green|fail(?:ed|ing|s|ures?)?|red|succeed(?:ed)?)\b",
    re.IGNORECASE,
)
_SHARE_CALLED: Final = re.compile(
    r"(?<!\w)(passed|passing|failed|failing|failures|pass\s+rate|success\s+rate|results?"
    r"|tests?)\s*[:=]?\s*(\d{1,6})\s*(?:/|\s+of\s+)\s*(\d{1,6})(?![\d/])",
    re.IGNORECASE,
)
_ALL: Final = re.compile(
    r"\ball\s+(?:of\s+the\s+)?(\d{1,5}|two|three|four|five|six|seven|eight|nine"
    r"|ten)\s+(?:[A-Za-z-]+\s+){0,3}?(?:now\s+|are\s+|have\s+|consistently\s+){0,2}(pass(?:ed|ing|es)?|green|fail(?:ed"
    r"|ing)?)\b(?!\s+tests?)",
    re.IGNORECASE,
)
_OK: Final = re.compile(r"\AOK \((\d{1,6}) tests?\b")  # phpunit
_DOTNET: Final = re.compile(r"\A\s*Total tests: (\d{1,6})\s*\Z")
_SUREFIRE: Final = re.compile(r"\bTests run: (\d{1,6}), +Failures: \d{1,6}(?:, +Errors: \d{1,6})?(?:, +Skipped: (\d{1,6}))?")
_NODE: Final = re.compile(
    r"\A\s*(?:#|ℹ)\s+(tests|pass|fail|skipped|todo|cancelled|duration_ms)\s+(\d{1,9}(?:\.\d{1,6})?)\s*\Z"
)  # node --test


_RAN: Final = re.compile(r"\b(?:Ran|Executed)\s+(\d{1,6})\s+tests?\b(?!\s+(?:files?|suites?))")
_NOT_TESTS: Final = re.compile(r"\s*(?:Test\s+(?:Suites|Files)|Snapshots|Suites|Files|Assertions)\b", re.IGNORECASE)
_NO_RUN: Final = re.compile(
    r"\b(?:must|should|will|would|expect(?:ed|s)?(?:\s+to)?|if|when|until|once|at\s+least|target|goal|want)\b", re.IGNORECASE
)
_SECONDS: Final = re.compile(
    r"(?:\b(?:in|took|time(?:\s+elapsed)?|duration|elapsed|total(?:\s+test)?\s+time|finished\s+in)\b\s*[:=]?\s*"
    r"|\(\s*)(?:(\d{1,4})\s?m(?:in(?:utes?)?)?\s+)?(\d{1,6}(?:\.\d{1,6})?)\s?(ms|milliseconds|s|sec|secs|seconds|min"
    r"|minutes|m)\b",
    re.IGNORECASE,
)
_PERCENT: Final = re.compile(r"(?<![\w.])(\d{1,3}(?:\.\d{1,4})?)\s?%")
_NUMBER_WORDS: Final = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(slots=True)
class Totals:
    """The totals of a run as a line states them; None where it does not."""

    passed: int | None = None
    failed: int | None = None
    errors: int | None = None
    skipped: int | None = None
    warnings: int | None = None
    total: int | None = None
    percent: float | None = None
    seconds: float | None = None

    @property
    def counts(self) -> bool:
        """Whether it says how many tests did what."""
        return self.passed is not None or self.failed is not None or (self.errors is not None and self.total is not None)

    def complete(self, other: Totals) -> None:
        """Take what this one does not say from another."""
        for name in self.__slots__:
            if getattr(self, name) is None:
                setattr(self, name, getattr(other, name))


def totals_in(text: str) -> Totals | None:
    """The totals of a run in a line or statement; None where it states none, or only what is expected."""
    if (not any(char.isdigit() for char in text) and "all " not in text.lower()) or _NOT_TESTS.match(text):
        return None
    if node := _NODE.match(text):
        return _of_node(node)
    if announced := _DOTNET.match(text):
        return Totals(total=int(announced[1]))
    totals = Totals(seconds=seconds_in(text))
    _take_shares(text, totals)
    for number, kind in _PAIRS.findall(text):
        _take(totals, kind, int(number))
    for kind, number in _CALLED.findall(text):
        _take(totals, kind, int(number))
    fine = _OK.match(text.strip())
    if fine:
        totals.passed = totals.total = int(fine[1])
    surefire = _SUREFIRE.search(text)
    if surefire and totals.passed is None and not totals.failed and not totals.errors:
        # Maven never tells of passed tests; where nothing failed, they are all that were not skipped.
        totals.passed = int(surefire[1]) - int(surefire[2] or 0)
    ran = _RAN.search(text)
    if ran:
        totals.total = totals.total if totals.total is not None else int(ran[1])
    if not totals.counts and not ran:
        return None
    percent = _PERCENT.search(text)
    totals.percent = float(percent[1]) if percent else None
    return totals


def _of_node(match: re.Match[str]) -> Totals | None:
    """One of the lines in which node's runner gives its totals."""
    if match[1] == "duration_ms":
        return Totals(seconds=round(float(match[2]) / 1000, 6))
    totals = Totals()
    if match[1] in _KINDS:
        setattr(totals, _KINDS[match[1]], int(float(match[2])))
    return totals


def _take_shares(text: str, totals: Totals) -> None:
    for part, whole, kind in _SHARE.findall(text):
        _take_share(totals, kind, int(part), int(whole))
    if not totals.counts:
        for kind, part, whole in _SHARE_CALLED.findall(text):
            _take_share(totals, kind, int(part), int(whole))
    every = _ALL.search(text)
    if every and not totals.counts:
        number = int(every[1]) if every[1].isdecimal() else _NUMBER_WORDS.index(every[1].lower()) + 2
        _take_share(totals, every[2], number, number)


def _take_share(totals: Totals, kind: str, part: int, whole: int) -> None:
    if part > whole:
        return
    name = "failed" if kind.lower().startswith(("fail", "red")) else "passed"
    if getattr(totals, name) is None:
        setattr(totals, name, part)
        totals.total = whole


def _take(totals: Totals, kind: str, number: int) -> None:
    name = _KINDS[kind.lower()]
    if getattr(totals, name) is None:
        setattr(totals, name, number)


def seconds_in(text: str) -> float | None:
    """A duration that a text states, in seconds."""
    match = _SECONDS.search(text)
    if match is None:
        return None
    unit = match[3].lower()
    value = float(match[2]) * (0.001 if (unit.startswith("mi") and "l" in unit) or unit == "ms" else 60 if unit.startswith("m") else 1)
    return round(value + 60 * int(match[1] or 0), 6)


def kind_of(key: str) -> str:
    """The total that a key of a list or a table's column stands for, empty where it is none."""
    bare = re.sub(
        r"\s*\(.*\)\Z|\bnumber of\b|\btests?\s+(?=passed|failed|skipped)|\s+tests?\Z(?<!total tests)", "", key.strip().lower()
    ).strip()
    return _KINDS.get(bare, "")


def is_expected_only(text: str) -> bool:
    """Whether a sentence speaks of what shall come out rather than of what did."""
    return bool(_NO_RUN.search(text))
