"""Numbers of tests that a text states. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from audits.claims.names import level_of
from audits.claims.wording import one_of
from audits.terms import Level

_WORDS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER: Final = rf"(?:\d{{1,5}}|{'|'.join(_WORDS)})"
_ABOUT: Final = (
    r"(?:~\s*|≈\s*|>=?\s*|≥\s*|<=?\s*|(?:about|approx(?:imately|\.)?|around|roughly|over|more\s+than|at\s+least"
    r"|up\s+to|nearly|almost|some)\s+)"
)
_MORE: Final = r"(?:\s*\+|\s*(?:-|–|to)\s*\d{1,5})"
_NOUN: Final = (
    r"(?:tests?(?!\s+(?:plans?|strategy|results|runs?|reviews?|audits?|execution|implementation|reports?|summary|phase)\b)"
    r"(?:\s+(?:cases?|functions?|methods?|files?|suites?|classes|scenarios?|modules?))?|cases?|specs?"
    r"|scenarios?|suites?|files?|assertions?|methods?|examples?|checks?)"
)
_COUNTED: Final = re.compile(
    rf"(?<![\w./:#%$-])(?P<about>{_ABOUT})?(?P<count>{_NUMBER})(?P<more>{_MORE})?\s+(?P<words>(?:[A-Za-z][\w/&-]*\s+){{0,4}}?"
    rf")(?P<noun>{_NOUN})(?![\w/.-]*[/(])(?!\w)",
    re.IGNORECASE,
)
_LEVEL: Final = r"(?:unit|integration|e2e|end[\s-]to[\s-]end)"
_CALLED: Final = re.compile(
    rf"(?P<words>\b(?:{_LEVEL}(?:[\s-]+tests?(?:\s+cases?)?)?|(?:total(?:\s+number\s+of)?\s+)?tests?(?:\s+(?:cases?"
    rf"|count|total|planned|implemented|written|created|collected|discovered))?|total(?:\s+planned)?|count"
    rf"|number\s+of\s+tests))"
    rf"\s*(?:[:=(×x]|\s[–—-]\s)\s*(?P<about>{_ABOUT})?(?P<count>\d{{1,5}})(?P<more>{_MORE})?\s*(?:\)|\Z|[,;|]"
    rf"|(?={_LEVEL})|\s+(?:total|planned|implemented|collected|\())",
    re.IGNORECASE,
)
# "6 planned" behind "Unit tests", and "3 unit, 2 integration" behind a total.
_WITHOUT_NOUN: Final = re.compile(
    rf"(?<![\w./:#%$-])(?P<about>{_ABOUT})?(?P<count>{_NUMBER})(?P<more>{_MORE})?\s+(?:(?P<level>{_LEVEL})(?!\w)"
    rf"(?![\s-]+(?:tests?|cases?|specs?|suites?)\b)|(?:planned|implemented|written|created|in\s+all|in\s+total)(?!\w))",
    re.IGNORECASE,
)
# "Unit tests in `src/varint.rs` (5):" closes with its number.
_CLOSING: Final = re.compile(r"\btests?\b[^()\n]{0,200}\((?P<count>\d{1,3})\)\s*:?\s*\Z", re.IGNORECASE)
_SPEAKS_OF_TESTS: Final = re.compile(r"\b(?:tests?|specs?|cases?)\b", re.IGNORECASE)
_TESTS: Final = re.compile(r"(?:tests?(?:\s+(?:cases?|functions?))?|cases?|specs?|examples?)\Z", re.IGNORECASE)
# "Phase 2 tests" are no two tests, "3 of 7 tests" no seven, and "2 more tests" not all that there are.
_ORDINAL_BEFORE: Final = re.compile(
    r"(?:phase|level|tier|step|stage|group|iteration|priority|section|part|batch|version|python|http|line|port|issue"
    r"|option|suite|test|sprint|day|week|p)\s*#?\Z",
    re.IGNORECASE,
)
_SHARE_BEFORE: Final = re.compile(r"(?:\bof(?:\s+the)?|/|\bout\s+of)\s*\Z", re.IGNORECASE)
_RESULT: Final = one_of(
    r"pass(?:ed|ing|es)?", r"fail(?:ed|ures?|s)?", r"skipped", r"green", r"red", r"broken", r"flaky", r"errors?", r"xfail\w*"
)
_RESULT_AFTER: Final = re.compile(
    r"\s*(?:(?:now\s+)?(?:pass|fail|are\s+(?:red|green))|still|failed|passed|were\s+(?:red|green|skipped))", re.IGNORECASE
)
_PART: Final = one_of(
    r"more", r"additional", r"other", r"remaining", r"existing", r"further", r"extra", r"of", r"critical", r"fake", r"slow", r"manual"
)


_NEUTRAL: Final = re.compile(
    rf"{'|'.join(_WORDS)}|"
    r"total|tests?|all|planned|plans?|implement\w*|created?|written|added|status|summary|suites?|count|numbers?|of|the"
    r"|cases?|new|failing|individual|complete|comprehensive|overall|coverage|result|results"
    r"|automated|passing|different|distinct|red|first|we|have|is|are|in|functions?|and|scope|size|strategy|executive"
    r"|deliver\w*|files?|target|targeted|final|whole|dedicated|sum|tc|required|designed",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Counted:
    """A number that a text gives: `exact` where it is a plain number of tests; `words` are those between the number and its noun."""

    count: int
    exact: bool
    level: Level | None
    words: str

    @property
    def failing(self) -> bool:
        return "failing" in self.words.lower()


def counts_in(text: str) -> Iterator[Counted]:
    """The numbers of tests in a plain text, without totals of results such as "3 tests failed"."""
    seen: set[int] = set()
    for match in _COUNTED.finditer(text):
        lead = text[: match.start()]
        words = match["words"].strip()
        is_result = bool(_RESULT_AFTER.match(text, match.end())) or (_RESULT.search(words) and "failing" not in words)
        if _ORDINAL_BEFORE.search(lead[-20:]) or _SHARE_BEFORE.search(lead[-12:]) or is_result:
            continue
        seen.add(match.start("count"))
        exact = not (match["about"] or match["more"] or _PART.search(words)) and bool(_TESTS.match(match["noun"]))
        yield Counted(_number(match["count"]), exact, level_of(f"{words} {match['noun']}"), words)
    for match in _WITHOUT_NOUN.finditer(text) if _SPEAKS_OF_TESTS.search(text) else ():
        if match.start("count") not in seen and not _SHARE_BEFORE.search(text[: match.start()][-12:]):
            seen.add(match.start("count"))
            yield Counted(_number(match["count"]), not (match["about"] or match["more"]), level_of(match["level"] or ""), "")
    for match in _CALLED.finditer(text):
        if match.start("count") not in seen:
            exact = not (match["about"] or match["more"])
            seen.add(match.start("count"))
            yield Counted(int(match["count"]), exact, level_of(match["words"]), "")
    closing = _CLOSING.search(text)
    if closing and not seen:
        yield Counted(int(closing["count"]), True, level_of(text), "")


def is_of_all(counted: Counted, key: str) -> bool:
    """Whether a number without level and file is of all tests: "Total: 24 tests" is, "Security: 6 tests" and "3 slow tests" are not."""
    return all(_NEUTRAL.fullmatch(word) for word in re.findall(r"[A-Za-z]+", f"{key} {counted.words}"))


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else _WORDS.index(word.lower()) + 1
