"""The results of single tests, before and after the fix. Pure.

The symbol beside a test is not its result: "✅ test_x - FAILED (confirms the bug)" failed. What the words say counts first, then the list
that the test stands in, and the symbol last, and only where results are listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audits.claims.blocks import Item, Kind, Title, below
from audits.claims.found import Found
from audits.claims.names import CODE_SPAN, leading_test, test_name, tests_in
from audits.claims.runners import run_line
from audits.claims.shapes import Lines, StatedResult
from audits.claims.stages import AFTER, AFTER_COLUMN, BEFORE, BEFORE_COLUMN, Stages, stage_of_column, stage_said, words_of_code
from audits.claims.topic_words import Topic
from audits.claims.topics import NOT_YET
from audits.claims.verdicts import Verdict, outcome_of_list, turned, verdicts_in
from audits.claims.wording import Sign, one_of, plain, sign_of
from audits.terms import Outcome

_NO_RESULTS_IN: Final = NOT_YET | {Topic.WHYS, Topic.CAUSE, Topic.CHOICE, Topic.ISSUES, Topic.GITHUB, Topic.BACKGROUND}
# Where results are listed, a bare symbol or the list's title tells; elsewhere a tick only says that the test was written or read.
_LISTED_IN: Final = frozenset({Topic.RUN, Topic.VERIFICATION, Topic.FIX})
_COMMAND_KEY: Final = re.compile(r"(?:.*\b)?(?:commands?|run\s+with|usage|invocation)\Z")
_COMMAND: Final = re.compile(
    r"\s*(?:\$\s|(?:python3?|py|uv|poetry|npx|npm|yarn|pnpm|go|cargo|mvn|\./\w+|gradle|dotnet|make|pytest|bundle|php"
    r"|vendor/)\s\S)"
)
_RESULT_KEY: Final = re.compile(r"(?:(?:test|final|actual|current)\s+)?(?:result|status|outcome|verdict|state)\Z")
_NAMING_KEY: Final = re.compile(r"(?:test|sample|target)(?:\s+(?:sample|run|name|case|executed|under\s+test))?\Z")
_RESULT_COLUMN: Final = one_of(
    r"results?", r"status", r"outcomes?", r"verdicts?", r"states?", r"run\s*#?\s*\d*", r"actual", r"observed", r"runs?"
)
_OF_SIGN: Final = {Sign.TICK: Outcome.PASSED, Sign.CROSS: Outcome.FAILED}
# A verdict so near behind a test's name is said of it, in whatever case.
_AT_ONCE: Final = 16
_LONGEST_NOTE: Final = 300


def read_results(items: list[Item], planned: frozenset[str] = frozenset()) -> Found:
    """The results in the file's order. `planned` are names of tests that no custom of a language tells from other words."""
    known: set[tuple[int, str, Outcome, str]] = set()
    for item, result in _Reader(items, planned).read():
        mark = (item.section, result.name, result.outcome, result.stage)
        if mark not in known:
            known.add(mark)
            yield result


class _Reader:
    """Reads the results of one incident's items."""

    def __init__(self, items: list[Item], planned: frozenset[str]) -> None:
        self._items = items
        self._planned = planned
        self._by_words = {_words_of(name): name for name in planned}
        self._stages = Stages(items)
        self._named: tuple[Item, str] | None = None

    def read(self) -> Iterator[tuple[Item, StatedResult]]:
        inside: Title | None = None
        for place, item in enumerate(self._items):
            if item.quoted or item.topic in _NO_RESULTS_IN or _COMMAND_KEY.match(item.key) or item.is_under(inside):
                continue
            found = list(self._of(place, item))
            if found and item.kind is Kind.ENTRY:
                inside = item.opens
            yield from ((item, result) for result in found)

    def _of(self, place: int, item: Item) -> Iterator[StatedResult]:
        if item.kind is Kind.CODE:
            return self._of_code(item)
        if item.kind is Kind.ROW:
            return self._of_row(item)
        return self._of_text(place, item)

    # --- Runner output ---------------------------------------------------------------------------

    def _of_code(self, item: Item) -> Iterator[StatedResult]:
        words = words_of_code(item)
        # A block may show both runs one after the other; each line then goes by the words above it.
        stage = self._stages.of(item, words)
        listed: Outcome | None = None
        for number, line in item.lines:
            said = stage_said(plain(line)) if not tests_in(line) else ""
            stage = said or stage
            found = run_line(line)
            names = [] if found or _COMMAND.match(line) else tests_in(line) or [name for name in [plain(line)] if name in self._planned]
            if found:
                name = self._by_words.get(_words_of(found.name), found.name)
                yield _result(number, name, found.outcome, stage, found.note)
            elif names:
                yield from self._of_sentence(line, number, names, stage, listed or _OF_SIGN.get(sign_of(line)))
            else:
                listed = outcome_of_list(line) if line.rstrip().endswith(":") else listed if line.strip() else None

    # --- Tables ------------------------------------------------------------------------------------

    def _of_row(self, item: Item) -> Iterator[StatedResult]:
        name = next((found for _, cell in item.cells if (found := self._name_in(cell))), "")
        if not name:
            return
        stated = [(column, cell) for column, cell in item.cells if self._name_in(cell) != name and (outcome := _of_cell(cell)) and outcome]
        staged = [(column, cell) for column, cell in stated if stage_of_column(column) or _RESULT_COLUMN.search(column)]
        seen: set[tuple[str, Outcome]] = set()
        for column, cell in staged or (stated[:1] if item.topic in _LISTED_IN else []):
            outcome = _of_cell(cell)
            stage = stage_of_column(column) or self._stages.of(item, column)
            both = turned(plain(cell), cell)
            for at, what in ((BEFORE, both[0]), (AFTER, both[1])) if both else ((stage, outcome),):
                if what is not None and (at, what) not in seen:
                    seen.add((at, what))
                    yield _result(item.first, name, what, at, plain(cell))

    def _name_in(self, cell: str) -> str:
        bare = cell.strip()
        names = tests_in(bare)
        if names:
            return names[-1] if " " not in bare.strip("`* ") else names[0]
        inner = plain(bare)
        return inner if test_name(inner) in self._planned else ""

    # --- Sentences ---------------------------------------------------------------------------------

    def _of_text(self, place: int, item: Item) -> Iterator[StatedResult]:
        names = self._names(item)
        if not names:
            yield from self._of_named_before(item)
            return
        if item.kind is Kind.HEADING and not list(verdicts_in(item.text)):
            return
        if len(names) == 1:
            apart = list(self._said_below(place, names[0]))
            if apart:
                yield from apart
                return
        fallback = self._outcome_around(item)
        if fallback is None and item.topic in (Topic.RUN, Topic.VERIFICATION):
            fallback = _OF_SIGN.get(sign_of(item.raw))
        several = sum(1 for _, line in item.lines if tests_in(line)) > 1
        strict = item.topic not in _LISTED_IN
        found = False
        for number, line in item.lines if several else ((item.first, item.raw),):
            stage = self._stages.of(item, _without(plain(line), names))
            for result in self._of_sentence(line, number, [name for name in names if name in line], stage, fallback, strict=strict):
                found = True
                yield result
        if not found and _NAMING_KEY.match(item.key) and len(names) == 1:
            self._named = item, names[0]

    def _names(self, item: Item) -> list[str]:
        raw = item.raw
        names = tests_in(raw)
        if self._planned:
            spans = [test_name(span) for span in CODE_SPAN.findall(raw)]
            leading = test_name(leading_test(raw, listed=True)) or test_name(plain(raw).split(" - ")[0].split(" — ")[0].split(":")[0])
            names += [name for name in dict.fromkeys([leading, *spans]) if name in self._planned and name not in names]
        if names or item.kind is not Kind.ENTRY or item.topic not in _LISTED_IN or not self._outcome_or_words(item):
            return names
        called = leading_test(raw, listed=True)
        # A sentence in backticks is a test's name where a sign or the list says how it ended, unless it is a command.
        is_test = bool(called) and (" " not in called or (f"`{called}`" in raw and not _COMMAND.match(called)))
        return [test_name(called)] if is_test else []

    def _outcome_or_words(self, item: Item) -> bool:
        if item.raw[:1] == "`" and _OF_SIGN.get(sign_of(item.raw.rpartition("`")[2])):
            return True
        return any(True for _ in verdicts_in(item.text)) or self._outcome_around(item) is not None

    def _outcome_around(self, item: Item) -> Outcome | None:
        """What the lists around an item say of the tests in them, up to the next heading."""
        if item.topic not in _LISTED_IN:
            return None
        for title in item.titles():
            outcome = outcome_of_list(title.text) if not tests_in(title.text) else None
            if outcome is not None:
                return outcome
            if title.is_heading:
                return None
        return None

    def _of_sentence(
        self, line: str, number: int, names: list[str], stage: str, fallback: Outcome | None, *, strict: bool = False
    ) -> Iterator[StatedResult]:
        """The results in a line: each test has the verdict that follows it, or, where the line leads with one, that before it."""
        text = _masked(plain(line), names)
        both = turned(text, line) if len(names) == 1 else None
        if both:
            for at, outcome in ((BEFORE, both[0]), (AFTER, both[1])):
                yield _result(number, names[0], outcome, at, _note(line, names[0]))
            return
        for name, outcome in _paired(plain(line), text, names, fallback, strict=strict):
            yield _result(number, name, outcome, stage, _note(line, name))

    def _said_below(self, place: int, name: str) -> Iterator[StatedResult]:
        """Results that stand below a test's own line: "- **Before fix**: FAILED"."""
        if any(True for _ in verdicts_in(_without(self._items[place].text, [name]))):
            return
        for item in below(self._items, place):
            stage = BEFORE if BEFORE_COLUMN.match(item.key) else AFTER if AFTER_COLUMN.match(item.key) else ""
            if not (stage or _RESULT_KEY.match(item.key)):
                continue
            outcome = _of_cell(item.value)
            if outcome is not None:
                stage = stage or self._stages.of(item)
                yield _result(item.first, name, outcome, stage, plain(item.value))

    def _of_named_before(self, item: Item) -> Iterator[StatedResult]:
        """A line "**Test status**: failing as expected" behind one that only named the test."""
        if self._named is None or self._named[0].section != item.section or not _RESULT_KEY.match(item.key):
            return
        verdict = next(verdicts_in(plain(item.value)), None)
        if verdict and verdict.outcome:
            stage = self._stages.of(item, plain(item.value))
            name, self._named = self._named[1], None
            yield _result(item.first, name, verdict.outcome, stage, plain(item.value))


def _result(line: int, name: str, outcome: Outcome, stage: str, note: str) -> StatedResult:
    return StatedResult(lines=Lines(line, line), name=name, outcome=outcome, stage=stage, note=note[:_LONGEST_NOTE])


def _words_of(name: str) -> str:
    """A test's name as some runners print it, in words: "testLogoIsFetchedOnce" is "Logo is fetched once"."""
    return re.sub(r"[\W_]", "", name).lower().removeprefix("test")


def _masked(text: str, names: list[str]) -> str:
    """The text with the names of tests blotted out: what they are called is no verdict."""
    for name in names:
        text = text.replace(name, "\x01" * len(name))
    return text


def _without(text: str, names: list[str]) -> str:
    for name in names:
        text = text.replace(name, " ")
    return text


def _paired(plain_line: str, masked: str, names: list[str], fallback: Outcome | None, *, strict: bool) -> Iterator[tuple[str, Outcome]]:
    """Each test of a line with its outcome; those without one are left out. `strict` takes only what is said at once or in capitals."""
    verdicts = list(verdicts_in(masked))
    starts = sorted((max(plain_line.find(name), 0), name) for name in names)
    leads = bool(verdicts) and verdicts[0].start < starts[0][0]
    for place, (start, name) in enumerate(starts):
        until = starts[place + 1][0] if place + 1 < len(starts) else len(masked)
        if leads:
            outcome = [verdict for verdict in verdicts if verdict.start < start][-1].outcome
        else:
            outcome = _behind(verdicts, start + len(name), until, fallback, strict=strict)
        if outcome is not None:
            yield name, outcome


def _behind(verdicts: list[Verdict], start: int, until: int, fallback: Outcome | None, *, strict: bool) -> Outcome | None:
    """The outcome behind a test's name: said at once or in capitals, else the list's, else what the next words say."""
    behind = [verdict for verdict in verdicts if verdict.start >= start]
    own = [verdict for verdict in behind if verdict.start < until]
    for verdict in own:
        if verdict.shouted or verdict.start - start <= _AT_ONCE:
            return verdict.outcome
    if fallback is not None or strict:
        return fallback
    return (own or behind)[0].outcome if behind else None


def _note(line: str, name: str) -> str:
    """What a line says behind a test's name."""
    text = plain(line)
    found = text.find(name)
    return text[found + len(name) :].strip(" -–—:()[]") if found >= 0 else ""


def _of_cell(cell: str) -> Outcome | None:
    verdict = next(verdicts_in(plain(cell)), None)
    if verdict is not None:
        return verdict.outcome
    return _OF_SIGN.get(sign_of(cell)) or (Outcome.PASSED if plain(cell).lower() in ("ok", "yes") else None)
