"""What a sentence says became of the tests that it names. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from audits.claims.wording import one_of
from audits.terms import Outcome

_WANTED: Final = re.compile(
    r"(?:must|should|will|would|shall|may|might|can|could|has\s+to|have\s+to|needs?\s+to|expect(?:ed|s)?\s+to"
    r"|designed\s+to|supposed\s+to|meant\s+to|going\s+to|want(?:ed)?\s+to|required\s+to)"
    r"\s+(?:still\s+|now\s+|all\s+|also\s+|always\s+|be\s+|have\s+)*(?:pass|fail|go\s+(?:red|green)|green|red|skip)\w*",
    re.IGNORECASE,
)
_WAS: Final = re.compile(
    r"(?:was|were|previously|formerly|used\s+to|had\s+been|originally|earlier)\s+(?:be\s+)?(?:fail|pass|red|green)\w*"
    r"|(?:previous|former|original|earlier)(?:ly)?[\s-]+(?:fail|red)\w*",
    re.IGNORECASE,
)
_NO_VERDICT: Final = re.compile(
    r"\b(?:fail(?:s|ed)?[\s-]+(?:fast|closed|safe|hard|open|over|loudly)|pass(?:es|ed)?\s+(?:through|on|in|to|the|a|an"
    r"|by|along)\b|failing\s+(?:input|pattern|case|request|line)s?"
    r"|(?:fail|pass)ing\s+(?!as\b|again|with|on\b|in\b|due|because|now|since|consistently|before|after|at\b|for\b"
    r"|and\b|but\b|when|until|still|locally|here|intermittently|reliably|\()[a-z]\w*"
    r"|failures?(?!\s*[:(])|pass(?:es)?\s+rate)",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(
    r"(?P<negated>(?:does\s+not|did\s+not|doesn'?t|didn'?t|do\s+not|don'?t|not(?:\s+yet)?|never|cannot|still\s+not"
    r"|isn'?t|aren'?t|no\s+longer)\s+(?:yet\s+)?(?P<what>pass\w*|fail\w*|green|red))"
    r"|(?P<absent>not\s+(?:been\s+)?(?:run|executed|yet\s+run|started|collected)|never\s+(?:run|ran|executed)|un-?run)"
    r"|(?P<xfail>\bxfail(?:ed)?\b)|(?P<xpass>\bxpass(?:ed)?\b)"
    r"|(?P<passed>\bpass(?:ed|es|ing)?\b|\bgreen\b|\bsucceed(?:ed|s)\b)|(?P<failed>\bfail(?:ed|s|ing|ures?)?\b|\bred\b"
    r"|\bfailure\b)"
    r"|(?P<error>\berror(?:ed)?\b(?![:\s]*\w))|(?P<skipped>\bskip(?:ped|s)?\b)",
    re.IGNORECASE,
)
_LATER: Final = re.compile(
    r"(?:[)\]*`_✅❌✔✓✗,\s]|\([^()]{0,40}\))*(?:(?:before(?:\s+the\s+fix)?|at\s+first|initially|earlier)[\s,]*)?"
    r"(?:→|⇒|->|=>|(?:then|now|but\s+now|and\s+now|and\s+then)\b)",
    re.IGNORECASE,
)
_TICK_PAIR: Final = re.compile("(❌|✗|✘|🔴)[^✅✔✓🟢→>]{0,40}(?:→|->|=>)\\s*(✅|✔|✓|🟢)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A word of a sentence that says how a test ended; outcome None says that it was not run."""

    outcome: Outcome | None
    start: int
    end: int
    shouted: bool


def verdicts_in(text: str) -> Iterator[Verdict]:
    """The verdicts of a plain text in its order, without what is only wanted, expected or past."""
    for pattern in (_WANTED, _WAS, _NO_VERDICT):
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    for match in _TOKEN.finditer(text):
        yield Verdict(_outcome(match), match.start(), match.end(), match[0].isupper())


def _outcome(match: re.Match[str]) -> Outcome | None:
    if match["negated"]:
        return Outcome.FAILED if match["what"].lower().startswith(("pass", "green")) else Outcome.PASSED
    if match["absent"]:
        return None
    for name, outcome in (
        ("xfail", Outcome.XFAILED),
        ("xpass", Outcome.XPASSED),
        ("passed", Outcome.PASSED),
        ("failed", Outcome.FAILED),
        ("error", Outcome.ERROR),
        ("skipped", Outcome.SKIPPED),
    ):
        if match[name]:
            return outcome
    return None


def turned(text: str, raw: str = "") -> tuple[Outcome, Outcome] | None:
    """Both outcomes of a test that a text says went from one to the other: "FAILED → PASSED", or "❌ → ✅" as written."""
    found = list(verdicts_in(text))
    for first, second in pairwise(found):
        if first.outcome and second.outcome and first.outcome is not second.outcome and _LATER.match(text, first.end):
            return first.outcome, second.outcome
    if _TICK_PAIR.search(raw):
        return Outcome.FAILED, Outcome.PASSED
    return None


_PASSED_LIST: Final = one_of(
    r"pass(?:ing|ed|es)(?:\s+tests?)?",
    r"(?:tests?|all|cases)\s+(?:\w+\s+){0,2}pass(?:ing|ed|es)?",
    r"green\s+tests?",
    r"successful(?:\s+tests?)?",
    r"pass",
    r"working(?:\s+tests?)?",
)
_FAILED_LIST: Final = one_of(
    r"fail(?:ing|ed|ures?)(?:\s+tests?)?",
    r"(?:tests?|all|cases)\s+(?:\w+\s+){0,2}fail(?:ing|ed|s)?",
    r"red\s+tests?",
    r"fail",
    r"broken(?:\s+tests?)?",
)
_SKIPPED_LIST: Final = one_of(r"skipped(?:\s+tests?)?")


def outcome_of_list(title: str) -> Outcome | None:
    """What a list's title says of each test in it: "Failing tests (expected)"; None where it says nothing, or of several outcomes."""
    for pattern in (_WANTED, _WAS):
        title = pattern.sub(" ", title)
    bare = re.sub(r"\([^()]*\)", " ", title)
    for text in (bare, title):
        found = [
            (outcome, match.end())
            for outcome, pattern in ((Outcome.PASSED, _PASSED_LIST), (Outcome.FAILED, _FAILED_LIST), (Outcome.SKIPPED, _SKIPPED_LIST))
            for match in pattern.finditer(text)
        ]
        outcomes = {outcome for outcome, _ in found}
        if len(outcomes) == 1:
            return outcomes.pop()
        if re.search(r"\bnow\s+(?:pass|green)", text, re.IGNORECASE):
            return Outcome.PASSED
        if outcomes:
            return None
    return None
