"""One testcase element of a JUnit report: which test it was and what its runner says of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from audits.evidence import names
from audits.evidence.headers import Entry
from audits.evidence.remarks import MESSAGE_LIMIT, NAME_LIMIT, QUOTE_LIMIT, TEXT_LIMIT, Remarks
from audits.evidence.shapes import Case, Identity
from audits.evidence.text import Gathered
from audits.evidence.times import read_seconds
from audits.terms import Outcome

# Surefire reruns a handful of times; without a limit one element could hold a whole file in memory.
MOST_ATTEMPTS: Final = 100

# Where a testcase says several things, the later in this list is what counts. A failure counts more than an error: the test
# did run and did not hold, whatever its teardown did then.
_BY_GRAVITY: Final = (Outcome.PASSED, Outcome.SKIPPED, Outcome.XFAILED, Outcome.XPASSED, Outcome.ERROR, Outcome.FAILED)
RANK: Final = {outcome: rank for rank, outcome in enumerate(_BY_GRAVITY)}

FINDINGS: Final = {
    "failure": Outcome.FAILED,
    "error": Outcome.ERROR,
    "skipped": Outcome.SKIPPED,
    # PHPUnit up to 9: the test could not be run as it stands, a class without tests for instance.
    "warning": Outcome.ERROR,
}
# Surefire's, cargo-nextest's and Playwright's: further attempts at the same test. A flaky one passed in the end.
ATTEMPTS: Final = {
    "rerunFailure": Outcome.FAILED,
    "rerunError": Outcome.ERROR,
    "flakyFailure": Outcome.FAILED,
    "flakyError": Outcome.ERROR,
}
# pytest's and unittest-xml-reporting's.
_XFAIL_TYPES: Final = frozenset({"pytest.xfail", "XFAIL"})
_XPASS_TYPES: Final = frozenset({"UnexpectedSuccess"})
STRICT_XPASS: Final = "[XPASS(strict)]"
_UNITTEST_XPASS: Final = ("Failed: Unexpected success", "Unexpected success")
# Node's failureType where the test itself was never run to its end: its hook broke or its parent did.
_NOT_RUN_TYPES: Final = frozenset({"cancelledByParent", "hookFailed", "parentAlreadyFinished"})
# What jest-junit and Mocha write of a file or a hook, and do not count as a test.
_JEST_SUITE: Final = "Test suite failed to run"
_MOCHA_HOOK: Final = re.compile(r'"(?:before|after) (?:all|each)" hook\b')

# Values of `status` (CTest, GoogleTest, behave) and `result` (GoogleTest, Bazel), with words that other writers put there.
_STATED: Final = {
    **dict.fromkeys(("run", "completed", "passed", "pass", "success", "ok"), Outcome.PASSED),
    **dict.fromkeys(("notrun", "disabled", "suppressed", "filtered"), Outcome.SKIPPED),
    **dict.fromkeys(("skipped", "skip", "ignored", "pending", "untested"), Outcome.SKIPPED),
    **dict.fromkeys(("fail", "failed", "failure"), Outcome.FAILED),
    **dict.fromkeys(("error", "hook_error", "cleanup_error", "undefined", "interrupted"), Outcome.ERROR),
}
_LINE: Final = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the report a testcase stands: the file and the names that its suites state, and the tool that wrote it."""

    file: str = ""
    suites: tuple[str, ...] = ()
    tool: str = ""


@dataclass(slots=True)
class Finding:
    """A child of a testcase that tells how the test went."""

    kind: str
    outcome: Outcome
    type: str = ""
    message: str = ""
    text: str = ""
    seconds: float | None = None

    @classmethod
    def read(cls, kind: str, attributes: Mapping[str, str], remarks: Remarks) -> Self:
        """The finding of a child element of this kind, as far as its attributes tell it."""
        return cls(
            kind,
            FINDINGS[kind] if kind in FINDINGS else ATTEMPTS[kind],
            type=remarks.kept(attributes.get("type", ""), NAME_LIMIT, "Types of failures"),
            message=remarks.kept(attributes.get("message", ""), MESSAGE_LIMIT, "Messages"),
            seconds=read_seconds(attributes.get("time"), remarks),
        )

    def close(self, text: str) -> None:
        """Take the element's text, and the outcome that only the whole of it tells."""
        self.text = text
        if self._is_xpass():
            self.outcome = Outcome.XPASSED
        elif self.kind == "skipped" and self.type in _XFAIL_TYPES:
            self.outcome = Outcome.XFAILED
        elif self.kind == "failure" and self.type in _NOT_RUN_TYPES:
            self.outcome = Outcome.ERROR

    def _is_xpass(self) -> bool:
        if self.kind == "error":
            return self.type in _XPASS_TYPES
        return self.kind == "failure" and (self.message.startswith(STRICT_XPASS) or (self.message, self.text) == _UNITTEST_XPASS)


class Said:
    """What all findings of the main attempt come to: the gravest outcome with its type, and every message and text."""

    def __init__(self) -> None:
        self.gravest = Finding("", Outcome.PASSED)
        self.messages = Gathered(MESSAGE_LIMIT, "\n")
        self.texts = Gathered(TEXT_LIMIT, "\n\n")
        self.announced = False
        self.skipped = False

    def add(self, finding: Finding) -> None:
        """Take one more finding into account."""
        if RANK[finding.outcome] > RANK[self.gravest.outcome]:
            self.gravest = finding
        self.messages.add(finding.message)
        self.texts.add(finding.text)
        self.skipped |= finding.kind == "skipped"
        # Node writes a failure beside `todo`: the test is to be made to pass later.
        self.announced |= finding.outcome is Outcome.XFAILED or (finding.kind == "skipped" and finding.type == "todo")

    @property
    def outcome(self) -> Outcome:
        """The gravest outcome; a failure that was announced is an expected one."""
        outcome = self.gravest.outcome
        return Outcome.XFAILED if outcome is Outcome.FAILED and self.announced else outcome


@dataclass(slots=True)
class Testcase:
    """A testcase element while it is read, and what it comes to once it is closed.

    `in_doubt`: something in it was not understood, so that it is an error at best. `stands_for_suite`: it is no testcase of
    the report but stands for a suite that failed as a whole.
    """

    # pytest collects classes by this name.
    __test__ = False

    attributes: Mapping[str, str]
    place: Place
    remarks: Remarks
    in_doubt: bool = False
    stands_for_suite: bool = False
    reds: int = 0
    said: Said = field(default_factory=Said)
    before: list[Finding] = field(default_factory=list)
    after: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Add a finding that is closed."""
        self.reds += finding.kind not in ("skipped", "warning")
        if finding.kind not in ATTEMPTS:
            self.said.add(finding)
        elif len(self.before) + len(self.after) >= MOST_ATTEMPTS:
            self.remarks.note("cut", f"Attempts at one test beyond {MOST_ATTEMPTS} were left out.")
        elif finding.kind.startswith("flaky"):
            self.before.append(finding)
        else:
            self.after.append(finding)

    def close(self) -> tuple[list[Case], Entry]:
        """Every attempt in the order in which they were made, and the element as a header may have counted it."""
        outcome = self._outcome()
        cases = self._cases(outcome)
        stated_red = outcome in (Outcome.FAILED, Outcome.ERROR) and not self.in_doubt
        entry = Entry(
            outcome=outcome,
            attempts=len(cases),
            reds=max(self.reds, stated_red),
            announced=self.said.announced,
            uncounted=self._is_no_test(),
            marked_skipped=self.said.skipped,
        )
        return cases, entry

    def _outcome(self) -> Outcome:
        """How the main attempt went, of all that the element says."""
        outcome = self.said.outcome
        if outcome in (Outcome.PASSED, Outcome.SKIPPED):
            outcome = _graver(outcome, self._stated())
        if outcome is Outcome.FAILED and self._is_no_test():
            outcome = Outcome.ERROR
        return _graver(outcome, Outcome.ERROR) if self.in_doubt else outcome

    def _stated(self) -> Outcome:
        """What the attributes say."""
        # Node repeats the message of a failure in an attribute of that name.
        stated = Outcome.FAILED if self.attributes.get("failure") else Outcome.PASSED
        for key in ("status", "result"):
            if value := self.attributes.get(key, "").strip():
                stated = _graver(stated, _STATED.get(value.lower()) or self._not_understood(key, value))
        return stated

    def _not_understood(self, key: str, value: str) -> Outcome:
        value = self.remarks.kept(value, QUOTE_LIMIT, "Values that are not understood")
        self.remarks.note("element_unknown", f"testcase/@{key}=“{value}” is not understood; the test counts as an error.")
        self.in_doubt = True
        return Outcome.ERROR

    def _cases(self, outcome: Outcome) -> list[Case]:
        identity, line, kept = self._identity(), self._line(), self.remarks.kept
        main = Case(
            identity,
            outcome,
            read_seconds(self.attributes.get("time"), self.remarks),
            self.said.gravest.type,
            kept(self.said.messages.text, MESSAGE_LIMIT, "Messages"),
            kept(self.said.texts.text, TEXT_LIMIT, "Texts of failures"),
            line,
        )

        def attempt(of: Finding) -> Case:
            return Case(identity, of.outcome, of.seconds, of.type, of.message, of.text, line)

        return [*map(attempt, self.before), main, *map(attempt, self.after)]

    def _identity(self) -> Identity:
        named = self.remarks.named
        file = self.attributes.get("file") or self.attributes.get("filepath") or self.place.file
        # jest-junit's templates leave a space where a test has no describe block.
        name, parameters = names.part(self.attributes.get("name", "").strip())
        return Identity(
            file=named(file.strip().replace("\\", "/"), NAME_LIMIT, "Paths"),
            classname=named(self._classname().strip(), NAME_LIMIT, "Names"),
            name=named(name, NAME_LIMIT, "Names"),
            parameters=named(parameters, NAME_LIMIT, "Parameters"),
        )

    def _classname(self) -> str:
        stated = self.attributes.get("classname", self.attributes.get("class"))
        # Node writes "test" for every test; what groups its tests are the suites.
        says_nothing = stated == "test" and self.place.suites and self.place.tool != "pytest"
        return " > ".join(self.place.suites) if stated is None or says_nothing else stated

    def _line(self) -> int | None:
        stated = self.attributes.get("line", "")
        if not _LINE.fullmatch(stated):
            return None
        # pytest counts lines from 0, and so does its report in the xunit1 family.
        return int(stated) + (self.place.tool == "pytest") or None

    def _is_no_test(self) -> bool:
        if self.stands_for_suite or self.said.gravest.kind == "warning":
            return True
        name = self.attributes.get("name", "")
        return self.attributes.get("classname") == _JEST_SUITE or _MOCHA_HOOK.search(name) is not None


def _graver(one: Outcome, other: Outcome) -> Outcome:
    return max(one, other, key=RANK.__getitem__)
