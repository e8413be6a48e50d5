"""The planned tests, and how many of them the plan says there are. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from audits.claims.blocks import Item, Kind, Title, below
from audits.claims.count_rows import counts_in_row
from audits.claims.counts import counts_in, is_of_all
from audits.claims.expectations import expectation_of, expectation_of_group, of_stages
from audits.claims.found import Found, Mention
from audits.claims.names import CODE_SPAN, leading_test, level_of, level_of_path, paths, tests_in
from audits.claims.shapes import Lines, StatedCount, StatedTest
from audits.claims.surroundings import Surroundings
from audits.claims.tests_in_code import coded_tests
from audits.claims.topic_words import Topic
from audits.claims.wording import behind, one_of, plain
from audits.terms import Expectation, Level

PLANNED: Final = frozenset({Topic.PLAN})
_IMPLEMENTED: Final = frozenset({Topic.IMPLEMENTATION})
_UNTITLED: Final = frozenset({None})

_WILL_WRITE: Final = one_of(
    r"writ(?:e|ing|ten)",
    r"add(?:s|ed|ing)?",
    r"plan(?:s|ned)?",
    r"creat(?:e|ing)",
    r"new",
    r"cover(?:s|ed)?",
    r"tests?\s+(?:are|is|will\s+be)",
    r"propos\w+",
)
_TEST_KEY: Final = re.compile(r"(?:test(?:\s*case)?|case|tc|t|scenario|name|test\s+name|function)s?\s*#?\d{0,3}\Z", re.IGNORECASE)
_COMMAND_KEY: Final = re.compile(r".*\b(?:commands?|run|execute[ds]?|usage|runner)\b", re.IGNORECASE)
_ABOUT_TESTS: Final = one_of(
    r"tests?",
    r"cases?",
    r"scenarios?",
    r"specs?",
    r"unit",
    r"integration",
    r"e2e",
    r"end[\s-]to[\s-]end",
    r"suites?",
    r"plan(?:ned)?",
    r"level\s*\d",
)
_NAME_COLUMN: Final = re.compile(
    r"(?:test|planned)?\s*(?:test|name|case|function|scenario|id)s?(?:\s+(?:name|case|function))?\Z", re.IGNORECASE
)
_LEVEL_COLUMN: Final = re.compile(r"(?:test\s+)?(?:level|type|layer|category|tier|kind|suite|difficulty)\Z", re.IGNORECASE)
_BEFORE_COLUMN: Final = one_of(r"before", r"pre", r"base", r"current(?:ly)?", r"red", r"now", r"unfixed")
_AFTER_COLUMN: Final = one_of(r"after", r"post", r"fixed", r"green", r"with\s+fix")
_PURPOSE_KEY: Final = re.compile(
    r"(?:purpose|description|goal|validates?|checks?|covers?|what|why|verifies|intent|notes?|asserts?|scenario)\Z", re.IGNORECASE
)
_EXPECTED_KEY: Final = re.compile(
    r"(?:expect\w*|before\b.*|after\b.*|pre\b.*|post\b.*|must\b.*|should\b.*|fail\w*.*|red\b.*|green\b.*|on\s+\w+"
    r"|at\s+\w+|status|result|kind|type|initial\w*)",
    re.IGNORECASE,
)
_AFTER_NAME: Final = re.compile(r"[`*_\"']{0,4}(?:\(\))?[`*_\"']{0,4}[\s:–—-]*")
# A total below the last file's list is of all files.
_TOTAL: Final = re.compile(r"\W*(?:(?:grand\s+)?totals?|overall|in\s+all|all\s+in\s+all|altogether|sum)\b", re.IGNORECASE)
_NUMBERED_TESTS: Final = re.compile(
    r"\btests?\s+((?:#?\d{1,3}(?:\s*[-–]\s*\d{1,3})?(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*)?){1,40})", re.IGNORECASE
)
_RANGE: Final = re.compile(r"(\d{1,3})(?:\s*[-–]\s*(\d{1,3}))?")
_MOST_PARTICULARS: Final = 40
_MOST_PURPOSE: Final = 500


@dataclass(slots=True)
class _Planned:
    """A planned test as it is put together."""

    item: Item
    lines: Lines
    name: str
    level: Level | None
    file: str
    expectation: Expectation
    purpose: str
    titles: list[Title] = field(default_factory=list)

    def claim(self) -> StatedTest:
        return StatedTest(
            lines=self.lines, name=self.name, level=self.level, file=self.file, expectation=self.expectation, purpose=self.purpose
        )


def read_plan(items: list[Item]) -> Found:
    """The planned tests and declared counts.

    Where no section is a plan, tests listed below a title that says "tests" count, and where there are none either, those listed
    as implemented.
    """
    for topics in (PLANNED, _UNTITLED, _IMPLEMENTED):
        planned, mentions = _tests(items, topics)
        if planned:
            break
    mentions += list(_said_by_number(items, planned))
    if topics is not _IMPLEMENTED:
        mentions += list(_said_of_implemented(items, planned))
    yield from (test.claim() for test in planned.values())
    yield from mentions
    yield from _declared(items, list(planned.values()))


def _tests(items: list[Item], topics: frozenset[Topic | None]) -> tuple[dict[str, _Planned], list[Mention]]:
    around = Surroundings()
    planned: dict[str, _Planned] = {}
    mentions: list[Mention] = []
    inside: Title | None = None
    for place, item in enumerate(items):
        around.take(item)
        # What stands below a test is about it; but for code, which hand-written lists let slip in there.
        if item.topic not in topics or item.quoted or (item.kind is not Kind.CODE and item.is_under(inside)):
            continue
        for test in _of_item(items, place, around, topics):
            known = planned.setdefault(_key(test, planned), test)
            if known is not test:
                _complete(known, test)
                mentions.append(Mention(test.lines.first, "planned_test"))
            inside = item.opens if item.kind is not Kind.HEADING else inside
    return planned, mentions


def _key(test: _Planned, planned: dict[str, _Planned]) -> str:
    """By what a planned test is known again: its name with its parameters, and its file where another file has one of that name."""
    named = re.search(re.escape(test.name) + r"(\[[^\[\]]{1,300}\])", test.item.raw)
    name = test.name + (named[1] if named else "")
    known = planned.get(name)
    return f"{name} {test.file}" if known and _are_apart(known.file, test.file) else name


def _are_apart(one: str, other: str) -> bool:
    return bool(one and other) and not (one.endswith(other) or other.endswith(one))


def _complete(known: _Planned, again: _Planned) -> None:
    """Add what a second mention of a test says beyond the first."""
    known.file = known.file or again.file
    known.level = known.level or again.level
    if known.expectation is Expectation.UNSTATED:
        known.expectation = again.expectation


def _of_item(items: list[Item], place: int, around: Surroundings, topics: frozenset[Topic | None]) -> Iterator[_Planned]:
    item = items[place]
    if item.kind is Kind.CODE:
        yield from _of_code(item, around, topics)
    elif item.kind is Kind.ROW:
        yield from _of_row(item, around, topics)
    elif item.kind is not Kind.HEADING or item.opens is not None:
        names = _names(item, around, topics)
        for name in names:
            yield _planned(items, place, name, around, topics)


def _names(item: Item, around: Surroundings, topics: frozenset[Topic | None]) -> list[str]:
    """The tests that an entry, a heading or the lead of a paragraph plans."""
    if _COMMAND_KEY.match(item.key):
        return []
    listed = item.kind is Kind.ENTRY and any(_ABOUT_TESTS.search(title.text) for title in item.titles() if title.topic in topics)
    if topics == _UNTITLED and not listed:
        return []
    if item.value and (_TEST_KEY.match(item.key) or level_of(item.key) or paths(item.key)):
        leading = leading_test(item.value, listed=listed)
        return [name for name in tests_in(item.value) or [leading] if name] if leading or _TEST_KEY.match(item.key) else []
    leading = leading_test(item.raw, listed=listed)
    if not leading:
        return tests_in(" ".join(CODE_SPAN.findall(item.raw))) if item.kind is Kind.PARAGRAPH and _WILL_WRITE.search(item.text) else []
    # "`test_a`, `test_b` and `test_c`" are three; what follows a dash only speaks of others.
    head = re.split(r"\s[-–—]\s|:\s|\s\(", item.raw, maxsplit=1)[0]
    several = tests_in(head)
    return several if leading in several else [leading]


def _planned(items: list[Item], place: int, name: str, around: Surroundings, topics: frozenset[Topic | None]) -> _Planned:
    item = items[place]
    particulars = _particulars(items, place)
    raw = item.raw
    purpose = plain(behind(_AFTER_NAME, raw[_end_of(raw, name) :])).strip(" -–—:")
    purpose = purpose or next((plain(value) for key, value in particulars if _PURPOSE_KEY.match(key)), "")
    own = plain(_own_words(raw, name)) if item.kind is Kind.PARAGRAPH else plain(raw.replace(name, " "))
    said = " ".join([own, *(f"; {key}: {plain(value)}" for key, value in particulars if _EXPECTED_KEY.match(key))])
    file = around.file_of(item, topics)
    level = level_of(item.key) or (level_of(own) if item.kind is Kind.PARAGRAPH else None) or around.level_of(item, topics, file)
    expectation = expectation_of(said)
    if expectation is Expectation.UNSTATED:
        expectation = _of_group(item, topics)
    return _Planned(item, Lines(item.first, item.last), name, level, file, expectation, purpose[:_MOST_PURPOSE], list(item.titles()))


def _own_words(raw: str, name: str) -> str:
    """What a sentence that plans several tests says behind one of them, up to the next."""
    behind = raw.partition(name)[2]
    others = [behind.find(other) for other in tests_in(behind) if other != name]
    return behind[: min(others)] if others else behind


def _end_of(raw: str, name: str) -> int:
    found = raw.find(name)
    return found + len(name) if found >= 0 else 0


def _particulars(items: list[Item], place: int) -> list[tuple[str, str]]:
    """Keys and values below a test, as written."""
    if items[place].kind is Kind.PARAGRAPH:
        return []
    return [item.key_value if item.key else ("", item.raw) for item in islice(below(items, place), _MOST_PARTICULARS)]


def _of_group(item: Item, topics: frozenset[Topic | None]) -> Expectation:
    """What the list's own titles say of each test, up to the next heading."""
    for title in item.titles():
        if title.topic not in topics:
            break
        stated = expectation_of_group(title.text)
        if stated is not Expectation.UNSTATED:
            return stated
        if title.is_heading:
            break
    return Expectation.UNSTATED


def _of_code(item: Item, around: Surroundings, topics: frozenset[Topic | None]) -> Iterator[_Planned]:
    for test in coded_tests(item):
        file = test.file or around.file_of(item, topics)
        level = around.level_of(item, topics) or level_of_path(file)
        expectation = expectation_of_group(" ; ".join(test.remarks))
        if expectation is Expectation.UNSTATED:
            expectation = _of_group(item, topics)
        purpose = next((remark for remark in test.remarks if remark), "")
        yield _Planned(item, Lines(test.line, test.line), test.name, level, file, expectation, purpose[:_MOST_PURPOSE], list(item.titles()))


def _of_row(item: Item, around: Surroundings, topics: frozenset[Topic | None]) -> Iterator[_Planned]:
    name = _name_in_row(item)
    if not name:
        return
    columns = {column: plain(cell) for column, cell in item.cells}
    file = next(iter(paths(item.raw)), "") or around.file_of(item, topics)
    stated = next((level_of(cell) for column, cell in columns.items() if _LEVEL_COLUMN.match(column)), None)
    before = " ".join(cell for column, cell in columns.items() if _BEFORE_COLUMN.search(column))
    after = " ".join(cell for column, cell in columns.items() if _AFTER_COLUMN.search(column))
    expectation = of_stages(before, after) if before or after else expectation_of(" ; ".join(columns.values()).replace(name, " "))
    purpose = next((cell for column, cell in columns.items() if _PURPOSE_KEY.match(column)), "")
    level = stated or around.level_of(item, topics, file)
    if expectation is Expectation.UNSTATED:
        expectation = _of_group(item, topics)
    yield _Planned(item, Lines(item.first, item.last), name, level, file, expectation, purpose[:_MOST_PURPOSE], list(item.titles()))


def _name_in_row(item: Item) -> str:
    named = [cell for column, cell in item.cells if _NAME_COLUMN.match(column)]
    for cell in named or [cell for _, cell in item.cells]:
        bare = cell.strip()
        found = leading_test(bare if "`" in bare or " " in bare else f"`{bare}`", listed=bool(named))
        if found:
            return found
    return ""


# --- What other places say of planned tests -----------------------------------------------------------


def _said_of_implemented(items: list[Item], planned: dict[str, _Planned]) -> Iterator[Mention]:
    """Expectations that the list of implemented tests adds to the plan's tests."""
    for item in items:
        if item.topic is not Topic.IMPLEMENTATION or item.kind not in (Kind.ENTRY, Kind.ROW):
            continue
        names = [name for name in tests_in(item.raw)[:1] if name in planned and planned[name].expectation is Expectation.UNSTATED]
        for name in names:
            stated = expectation_of_group(plain(item.raw.replace(name, " ")))
            if stated is not Expectation.UNSTATED:
                planned[name].expectation = stated
                yield Mention(item.first, "planned_test")


def _said_by_number(items: list[Item], planned: dict[str, _Planned]) -> Iterator[Mention]:
    """Expectations given to numbers: "BEFORE FIX: tests 1-4 and 9 should FAIL", where the plan numbers its tests once through."""
    ordinals = [test.item.ordinal for test in planned.values() if test.item.ordinal is not None]
    if not ordinals or len(set(ordinals)) != len(ordinals):
        return
    by_number = {test.item.ordinal: test for test in planned.values()}
    for item in items:
        if item.topic not in (Topic.PLAN, Topic.GOALS) or item.kind is Kind.CODE or not item.key:
            continue
        match = _NUMBERED_TESTS.search(item.text)
        stated = expectation_of_group(item.text.replace(match[0], "tests ")) if match else Expectation.UNSTATED
        if match is None or stated is Expectation.UNSTATED:
            continue
        yield Mention(item.first, "planned_test")
        for number in _numbers(match[1]):
            if number in by_number and by_number[number].expectation is Expectation.UNSTATED:
                by_number[number].expectation = stated


def _numbers(listed: str) -> Iterator[int]:
    for match in _RANGE.finditer(listed):
        yield from range(int(match[1]), int(match[2] or match[1]) + 1)


# --- Counts -------------------------------------------------------------------------------------------


def _declared(items: list[Item], planned: list[_Planned]) -> Iterator[StatedCount]:
    """The numbers of tests that the plan's titles and lines state, each with how many names stand under it."""
    around = Surroundings()
    tests = {id(test.item) for test in planned if test.item.kind is Kind.ROW}
    listed_below: dict[int, int] = {}
    for test in planned:
        for title in test.titles:
            listed_below[id(title)] = listed_below.get(id(title), 0) + 1
    for item in items:
        around.take(item)
        if item.topic is not Topic.PLAN or item.kind is Kind.CODE or item.quoted or _is_test_line(item) or id(item) in tests:
            continue
        if item.kind is Kind.ROW:
            yield from counts_in_row(item, "planned")
            continue
        counted_here = list(counts_in(item.text))
        for counted in counted_here:
            belongs = item.is_label and not _TOTAL.match(item.text)
            file = around.file_of(item, PLANNED) if belongs else next(iter(paths(item.raw)), "")
            listed = listed_below.get(id(item.opens)) if item.opens is not None and len(counted_here) == 1 else None
            level = counted.level or (level_of(item.text) if len(counted_here) == 1 else None)
            if level is None and (belongs or file):
                level = around.level_of(item, PLANNED, file)
            exact = counted.exact and bool(level or file or listed or is_of_all(counted, item.key))
            yield StatedCount(
                lines=Lines(item.first, item.last), of="planned", count=counted.count, level=level, file=file, listed=listed, exact=exact
            )


def _is_test_line(item: Item) -> bool:
    """A line that plans one test: numbers in it are of what that test does."""
    return (item.kind is Kind.ENTRY and bool(leading_test(item.raw, listed=False))) or any(
        title.is_entry and tests_in(title.raw) for title in item.titles()
    )
