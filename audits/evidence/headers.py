"""What the header of a JUnit report claims, held against what stands under it. Pure.

Honest runners count in their own ways; these were seen in real reports:

- a class or file that cannot be loaded is an error but no test (Ant, jest-junit), a hook that fails is a failure but no test (Mocha);
- the repeated attempts of one test each count (Surefire), or a test with two results counts once (pytest);
- errors count as failures or the other way round (Mocha), a test with two failures counts twice (pytest's subtests);
- an expected failure is a failure, or skipped, or neither; a disabled test is skipped, or counted apart, or no test at all;
- skipped tests are counted and never written (mocha-junit-reporter);
- a suite counts its own children only, suites among them (Node).

So a tally keeps, for each number, the least and the most that an honest header could say. What lies outside is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from operator import add, attrgetter
from typing import Final, Self

from audits.evidence.remarks import NAME_LIMIT, Remarks
from audits.evidence.times import read_seconds
from audits.terms import Outcome

_COUNT: Final = re.compile(r"\d{1,9}", re.ASCII)
_RED: Final = frozenset({Outcome.FAILED, Outcome.XPASSED})


@dataclass(frozen=True, slots=True)
class Header:
    """The name and the numbers that a header states; None where it does not."""

    name: str = ""
    tests: int | None = None
    failures: int | None = None
    errors: int | None = None
    skipped: int | None = None
    disabled: int | None = None
    warnings: int | None = None
    seconds: float | None = None

    @classmethod
    def read(cls, attributes: Mapping[str, str], remarks: Remarks) -> Self:
        """The header in the attributes of a testsuite or testsuites element."""

        def count(key: str) -> int | None:
            value = attributes.get(key, "").strip()
            if not value:
                return None
            if not _COUNT.fullmatch(value):
                remarks.note("element_unknown", f"The {key} of a header is no number.")
                return None
            return int(value)

        # Older writers say `skip` or `ignored` for `skipped`.
        skipped = next((number for number in map(count, ("skipped", "skip", "ignored")) if number is not None), None)
        return cls(
            name=remarks.named(attributes.get("name", ""), NAME_LIMIT, "Names"),
            tests=count("tests"),
            failures=count("failures"),
            errors=count("errors"),
            skipped=skipped,
            disabled=count("disabled"),
            warnings=count("warnings"),
            seconds=read_seconds(attributes.get("time"), remarks),
        )

    @property
    def counts_all(self) -> bool:
        """Whether it counts tests and failures, so that headers under it have nothing to add."""
        return self.tests is not None and (self.failures is not None or self.errors is not None)


@dataclass(slots=True)
class Entry:
    """One testcase element as a header may have counted it.

    `reds` is how many failures and errors it holds, attempts included; `announced` that its failure was expected; `uncounted`
    that runners do not count it as a test; `marked_skipped` that it says so in an element of its own.
    """

    outcome: Outcome
    attempts: int = 1
    reds: int = 0
    announced: bool = False
    uncounted: bool = False
    marked_skipped: bool = False


@dataclass(slots=True)
class Tally:
    """What was found under a header, each number with the least and the most that may be said of it."""

    elements: int = 0
    fewest_tests: int = 0
    attempts: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    uncounted: int = 0
    fewest_failures: int = 0
    fewest_reds: int = 0
    most_reds: int = 0
    fewest_skipped: int = 0
    most_skipped: int = 0

    def count(self, entry: Entry) -> None:
        """Add one testcase element."""
        red = entry.outcome in _RED or entry.outcome is Outcome.ERROR
        sure = red and bool(entry.reds) and not entry.uncounted
        spared = entry.outcome in (Outcome.SKIPPED, Outcome.XFAILED)
        self.elements += 1
        self.fewest_tests += not (entry.uncounted or entry.outcome is Outcome.ERROR)
        self.attempts += entry.attempts
        self.failed += entry.outcome in _RED
        self.errors += entry.outcome is Outcome.ERROR
        self.skipped += spared
        self.uncounted += entry.uncounted
        self.fewest_reds += sure
        self.fewest_failures += sure and entry.outcome in _RED
        self.most_reds += max(entry.reds, red or entry.announced)
        self.fewest_skipped += entry.outcome is Outcome.SKIPPED and entry.marked_skipped
        self.most_skipped += spared or entry.marked_skipped

    def __add__(self, other: Tally) -> Tally:
        return Tally(*map(add, _numbers(self), _numbers(other)))

    def add_suite(self, inner: Tally) -> None:
        """Add a suite as one child, which failed where anything in it did."""
        self.elements += 1
        self.attempts += 1
        self.most_reds += inner.most_reds > 0
        self.most_skipped += inner.most_reds > 0 or inner.most_skipped > 0

    def allows(self, header: Header) -> bool:
        """Whether an honest runner could have written this header above these results."""
        skipped = (header.skipped or 0) + (header.disabled or 0)
        unwritten = max(0, skipped - self.most_skipped)
        # To Mocha's xunit reporter what neither passed nor failed was skipped, and a hook that failed is not among its tests.
        skipped_agree = header.skipped is None or skipped >= self.fewest_skipped - self.uncounted
        return skipped_agree and self._allows_tests(header.tests, unwritten) and self._allows_reds(header)

    def _allows_tests(self, tests: int | None, unwritten: int) -> bool:
        if tests is None:
            return unwritten == 0
        most = max(self.elements, self.attempts)
        with_all = self.fewest_tests <= tests - unwritten <= most
        without_skipped = unwritten == 0 and self.fewest_tests <= tests + self.most_skipped <= most
        return with_all or without_skipped

    def _allows_reds(self, header: Header) -> bool:
        if header.failures is None and header.errors is None:
            return True
        if header.errors is None:
            return self.fewest_failures <= (header.failures or 0) <= self.most_reds
        if header.failures is None:
            return self.fewest_reds - self.fewest_failures <= header.errors <= self.most_reds
        return self.fewest_reds <= header.failures + header.errors <= self.most_reds


_numbers: Final = attrgetter(*Tally.__slots__)


def disagreement(header: Header, tally: Tally, tool: str) -> str:
    """The sentence on a header that is not borne out."""
    pairs = [
        (header.tests, tally.elements, "tests"),
        (header.failures, tally.failed, "failures"),
        (header.errors, tally.errors, "errors"),
        (header.skipped, tally.skipped, "skipped"),
    ]
    said = [(stated, held, what) for stated, held, what in pairs if stated is not None]
    claims = ", ".join(f"{stated:,} {what}" for stated, _, what in said)
    found = ", ".join(f"{held:,}" for _, held, _ in said)
    of = f" of “{header.name}”" if header.name else ""
    # Nothing in the report tells such a count from one that is wrong.
    subtests = tool == "pytest" and (header.tests or 0) > tally.elements
    hint = " (pytest counts subtests too, and does not write them.)" if subtests else ""
    return f"The header{of} says {claims}; the report holds {found}.{hint}"
