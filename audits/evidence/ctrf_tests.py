"""One test of a CTRF report: which it was and how its attempts went. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import msgspec

from audits.evidence import names
from audits.evidence.remarks import MESSAGE_LIMIT, NAME_LIMIT, QUOTE_LIMIT, TEXT_LIMIT, Remarks
from audits.evidence.shapes import Case, Identity, Unreadable
from audits.evidence.testcases import MOST_ATTEMPTS, STRICT_XPASS
from audits.evidence.times import milliseconds
from audits.terms import Outcome

_KNOWN: Final = frozenset(
    {
        "ai",
        "attachments",
        "browser",
        "device",
        "duration",
        "extra",
        "filePath",
        "flaky",
        "id",
        "insights",
        "labels",
        "line",
        "message",
        "name",
        "parameters",
        "rawStatus",
        "retries",
        "retryAttempts",
        "screenshot",
        "snippet",
        "start",
        "status",
        "stderr",
        "stdout",
        "steps",
        "stop",
        "suite",
        "tags",
        "threadId",
        "trace",
        "type",
    }
)
# What `rawStatus` tells where the status alone does not: the runner's word, with letters only and in small ones.
_RAW_OUTCOMES: Final = {
    **dict.fromkeys(("xfail", "xfailed", "expectedfailure"), Outcome.XFAILED),
    **dict.fromkeys(("xpass", "xpassed", "unexpectedsuccess"), Outcome.XPASSED),
    **dict.fromkeys(("fail", "failed", "failure", "callfailed", "timedout", "timeout"), Outcome.FAILED),
    **dict.fromkeys(("error", "errored", "broken", "interrupted"), Outcome.ERROR),
    **dict.fromkeys(("setupfailed", "setuperror", "teardownfailed", "teardownerror"), Outcome.ERROR),
    **dict.fromkeys(("todo", "skip", "skipped", "pending", "disabled", "ignored", "notrun"), Outcome.SKIPPED),
}
_NO_LETTERS: Final = re.compile(r"[^a-z]+")
_MOST_LINE: Final = 999_999_999


@dataclass(frozen=True, slots=True)
class Test:
    """A test of the report, with what its attempts have in common."""

    # pytest collects classes by this name.
    __test__ = False

    fields: Mapping[str, Any]
    status: str
    remarks: Remarks

    @classmethod
    def read(cls, value: Any, number: int, remarks: Remarks) -> Self:
        """The test in a decoded value, the `number`th of the report. Raises Unreadable (`wrong_type`)."""
        if not isinstance(value, dict) or not isinstance(value.get("name"), str) or not isinstance(value.get("status"), str):
            raise Unreadable("wrong_type", f"Test {number:,} of the report has no name and status that are texts.")
        for key in sorted(value.keys() - _KNOWN):
            remarks.note("element_unknown", f"results.tests[].{remarks.kept(key, QUOTE_LIMIT, 'Names of fields')} is not understood.")
        return cls(value, value["status"], remarks)

    def cases(self) -> Iterator[Case]:
        """Every attempt, the final one last. A test that is called flaky or retried and passed never comes as passed alone."""
        identity = self._identity()
        attempts = [self._case(attempt, identity) for attempt in self._attempts()]
        final = self._case(self.fields, identity)
        if final.outcome is Outcome.PASSED and self._was_retried and all(case.outcome is Outcome.PASSED for case in attempts):
            attempts.append(self._untold_failure(identity))
        yield from attempts
        yield final

    # --- Attempts ------------------------------------------------------------------------------

    def _attempts(self) -> list[dict[str, Any]]:
        """The attempts before the final one, which some reporters list as the last of them."""
        stated = self.fields.get("retryAttempts")
        if stated is None:
            return []
        attempts = [attempt for attempt in stated if isinstance(attempt, dict)] if isinstance(stated, list) else []
        if not isinstance(stated, list) or len(attempts) < len(stated):
            self._unread("retryAttempts")
        if attempts and len(attempts) == self._retries + 1 and attempts[-1].get("status") == self.status:
            attempts.pop()
        if len(attempts) > MOST_ATTEMPTS:
            self.remarks.note("cut", f"Attempts at one test beyond {MOST_ATTEMPTS} were left out.")
        return attempts[:MOST_ATTEMPTS]

    @property
    def _retries(self) -> int:
        retries = self.fields.get("retries")
        return retries if isinstance(retries, int) else 0

    @property
    def _was_retried(self) -> bool:
        return self.fields.get("flaky") is True or self._retries > 0

    def _untold_failure(self, identity: Identity) -> Case:
        message = "The report says that this test was retried, and does not describe the attempts that failed."
        self.remarks.note("attempts_untold", "A test was retried, and how it failed is not told: that attempt counts as failed.")
        return Case(identity, Outcome.FAILED, message=message)

    def _case(self, fields: Mapping[str, Any], identity: Identity) -> Case:
        return Case(
            identity,
            self._outcome(fields),
            self._seconds(fields.get("duration")),
            message=self._text(fields, "message", MESSAGE_LIMIT),
            text=self._text(fields, "trace", TEXT_LIMIT),
            line=self._line(),
        )

    # --- Outcome -------------------------------------------------------------------------------

    def _outcome(self, fields: Mapping[str, Any]) -> Outcome:
        status, raw = fields.get("status"), fields.get("rawStatus")
        told = _RAW_OUTCOMES.get(_NO_LETTERS.sub("", raw.lower())) if isinstance(raw, str) else None
        if status == "passed":
            return self._passed(told)
        if status == "failed":
            return _failed(told, fields.get("message"))
        if status in ("skipped", "pending"):
            return Outcome.XFAILED if told is Outcome.XFAILED else Outcome.SKIPPED
        if status == "other" and told is not None:
            return told
        return self._not_understood(status, raw)

    def _passed(self, told: Outcome | None) -> Outcome:
        """Playwright calls a test passed that failed as announced."""
        if told in (Outcome.FAILED, Outcome.ERROR):
            self.remarks.note("status_conflict", "A test is called passed that its runner calls failed; it counts as an expected failure.")
            return Outcome.XFAILED
        return told or Outcome.PASSED

    def _not_understood(self, status: object, raw: object) -> Outcome:
        words = str(status) if raw is None else f"{status} ({raw})"
        words = self.remarks.kept(words, QUOTE_LIMIT, "Values that are not understood")
        self.remarks.note("element_unknown", f"results.tests[].status=“{words}” is not understood; the test counts as an error.")
        return Outcome.ERROR

    # --- Identity ------------------------------------------------------------------------------

    def _identity(self) -> Identity:
        named = self.remarks.named
        path = self._text(self.fields, "filePath", NAME_LIMIT * 4).replace("\\", "/")
        name, parameters = names.part(self._name(path))
        return Identity(
            file=named(path, NAME_LIMIT, "Paths"),
            classname=named(" > ".join(part for part in self._suites() if part != path), NAME_LIMIT, "Names"),
            name=named(name, NAME_LIMIT, "Names"),
            parameters=named(parameters or self._parameters(), NAME_LIMIT, "Parameters"),
        )

    def _name(self, path: str) -> str:
        """The test's name; of pytest's `path::Class::test[1]` the last part, since file and suite tell the rest."""
        name: str = self.fields["name"].strip()
        if not path or not name.startswith(f"{path}::"):
            return name
        node, bracket, parameters = name.partition("[")
        return node.rpartition("::")[2] + bracket + parameters

    def _suites(self) -> list[str]:
        suite = self.fields.get("suite", [])
        # A string in the first versions of the format, a list since.
        parts = [suite] if isinstance(suite, str) else suite
        if isinstance(parts, list) and all(isinstance(part, str) for part in parts):
            return parts
        self._unread("suite")
        return []

    def _parameters(self) -> str:
        stated = self.fields.get("parameters")
        return msgspec.json.encode(stated, order="sorted").decode() if isinstance(stated, dict) and stated else ""

    # --- Fields --------------------------------------------------------------------------------

    def _text(self, fields: Mapping[str, Any], key: str, limit: int) -> str:
        value = fields.get(key)
        if isinstance(value, str):
            return self.remarks.kept(value.strip(), limit, f"Fields {key}")
        if value is not None:
            self._unread(key)
        return ""

    def _seconds(self, duration: object) -> float | None:
        if isinstance(duration, int | float) and not isinstance(duration, bool):
            return milliseconds(duration, self.remarks)
        if duration is not None:
            self._unread("duration")
        return None

    def _line(self) -> int | None:
        line = self.fields.get("line")
        return line if isinstance(line, int) and 0 < line <= _MOST_LINE else None

    def _unread(self, key: str) -> None:
        self.remarks.note("field_unread", f"A field {key} is not of its type; it counts as not stated.")


def _failed(told: Outcome | None, message: object) -> Outcome:
    if told is Outcome.XPASSED or (isinstance(message, str) and message.startswith(STRICT_XPASS)):
        return Outcome.XPASSED
    return Outcome.ERROR if told is Outcome.ERROR else Outcome.FAILED
