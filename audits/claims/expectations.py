"""What a log says that a planned test must show. Pure."""

from __future__ import annotations

import re
from typing import Final

from audits.claims.wording import one_of
from audits.terms import Expectation

_MUST: Final = (
    r"(?:must|should|has\s+to|needs?\s+to|will|shall|is\s+expected\s+to|are\s+expected\s+to|expected\s+to"
    r"|designed\s+to|expect(?:ed)?:?|currently)"
)
_FAILS: Final = r"(?:fail(?:s|ed|ing|ure)?|(?:be|is|goes?|turns?)\s+red|red|broken|break(?:s)?)"
_PASSES: Final = r"(?:pass(?:es|ed|ing)?|(?:be|is|stays?|goes?|turns?)\s+green|green|succeeds?|works?)"
_UNFIXED: Final = (
    r"(?:(?:before|without|prior\s+to|pre|until)[\s-]+(?:the\s+|any\s+|this\s+)?(?:bug[\s-]?)?(?:fix(?:es|ed)?|change"
    r"|patch|fix\s+is\s+\w+)|initially|now|today"
    r"|currently|with\s+(?:the\s+)?(?:current|existing|old|unfixed)\s+\w+|on\s+(?:the\s+)?(?:base|main|master|current"
    r"|unfixed|broken)(?:\s+\w+)?|at\s+base)"
)
_FIXED: Final = (
    r"(?:(?:after|post|with|once)[\s-]+(?:the\s+|this\s+)?(?:bug[\s-]?)?(?:fix(?:es|ed)?|change|patch)(?:\s+is\s+\w+)?"
    r"|afterwards?)"
)
_GAP: Final = r"[^.;\n]{0,40}?"

_ALWAYS: Final = one_of(
    rf"{_PASSES}\s+(?:both\s+)?before\s+(?:and|&|as\s+well\s+as)\s+after",
    rf"{_PASSES}\s+(?:always|either\s+way|in\s+both|throughout|at\s+both)",
    rf"(?:always|still|both)\s+{_PASSES}",
    rf"{_MUST}\s+(?:always|still|continue\s+to|keep)\s+(?:{_PASSES}|passing)",
    rf"(?:stay|stays|remain|remains|keep|keeps|continue|continues)\s+(?:to\s+)?(?:be\s+)?{_PASSES}",
    r"pass_to_pass|always[_ ]green|p2p",
    rf"{_PASSES}\s*(?:→|->|=>)\s*{_PASSES}",
    r"green\s+before\s+and\s+after",
)
# These say it of a test, though not of a whole list: a section "Regression tests" may hold whatever was planned last.
_GUARDS: Final = one_of(
    r"regressions?(?:\s+(?:prevention|protection|guards?|checks?|tests?|safety|safeguard|coverage|net))?",
    r"no\s+regressions?",
    r"backwards?[\s-]compat\w*",
    r"existing\s+.{0,60}\s(?:still|keep|continue)s?\s+\w+",
    r"guards?\s+(?:against|existing).{0,40}",
)
_RED: Final = one_of(
    rf"{_FAILS}{_GAP}\s{_UNFIXED}",
    rf"{_UNFIXED}\s*:?\s*(?:\w+\s+){{0,2}}{_FAILS}",
    rf"{_PASSES}{_GAP}\s(?:only\s+)?{_FIXED}",
    rf"{_FIXED}\s*:?\s*(?:must\s+|should\s+)?{_PASSES}",
    rf"{_FAILS}\s*(?:→|->|=>|,?\s+then)\s*{_PASSES}",
    r"fail_to_pass|red_then_green|f2p",
    r"red[\s-]+(?:then|to|first|/)[\s-]*(?:green)?",
    r"(?:critical\s+)?failing\s+test",
    r"(?:must|should)\s+be\s+red",
)
# Said of the test itself, without a subject of its own: "- Should FAIL (no context is passed)".
_ALONE: Final = re.compile(
    rf"(?:\A|[-–—:;(|,]\s*)(?:\*\*)?(?:currently\s+)?(?:must|should|expected\s+to|will"
    rf"|expected:?)\s+(?:{_FAILS})\b(?!\s+(?:if|when|unless|with(?!\s+(?:the\s+)?current)|on\s|to\s|for\s|because\s+of))",
    re.IGNORECASE,
)
_NOT_RED: Final = one_of(rf"(?:not|never|n't)\s+{_FAILS}", rf"{_FAILS}\s+(?:hard|fast|loudly|closed|over|safe|gracefully)")


def expectation_of(text: str) -> Expectation:
    """What a plain text says that the test it speaks of must show; unstated where it does not say."""
    stated = expectation_of_group(text)
    if stated is Expectation.UNSTATED and _GUARDS.search(text):
        return Expectation.ALWAYS_GREEN
    return stated


def expectation_of_group(title: str) -> Expectation:
    """What the title of a list says of each test in it; unstated where it speaks of something else."""
    if _ALWAYS.search(title):
        return Expectation.ALWAYS_GREEN
    if (_RED.search(title) or _ALONE.search(title)) and not _NOT_RED.search(title):
        return Expectation.RED_THEN_GREEN
    return Expectation.UNSTATED


def of_stages(before: str, after: str) -> Expectation:
    """What a plan's columns "before" and "after" say together."""
    fails, passes = re.compile(_FAILS, re.IGNORECASE), re.compile(_PASSES, re.IGNORECASE)
    if fails.search(before) and (passes.search(after) or not after):
        return Expectation.RED_THEN_GREEN
    if passes.search(before) and passes.search(after):
        return Expectation.ALWAYS_GREEN
    return Expectation.UNSTATED
