"""The totals of the runs that a log reports, and how many tests they collected. Pure."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import takewhile
from typing import Final

from audits.claims.blocks import Item, Kind
from audits.claims.found import Found
from audits.claims.names import leading_test, level_of, level_of_path, test_files
from audits.claims.runners import run_line
from audits.claims.shapes import Lines, StatedCount, StatedExecution
from audits.claims.stages import Stages, stage_of_column, stage_said, words_of_code
from audits.claims.targets import file_of, level_of_targets, targets_of
from audits.claims.topic_words import Topic
from audits.claims.topics import NOT_YET
from audits.claims.totals import Totals, is_expected_only, kind_of, seconds_in, totals_in
from audits.claims.wording import plain

_NO_RUNS_IN: Final = NOT_YET | {Topic.WHYS, Topic.CAUSE, Topic.CHOICE, Topic.ISSUES, Topic.GITHUB, Topic.BACKGROUND}
_RUN_IN: Final = frozenset({Topic.RUN, Topic.VERIFICATION})
_COMMAND_KEY: Final = re.compile(r"(?:.*\b)?commands?\Z|run\Z|invocation\Z")
# Marks of runners look like a prompt: Vitest's before a file with its number of tests, Gradle's before "Task".
_PROMPT: Final = re.compile(r"\s*(?:\$|>|❯)\s+(?!Task\b|\S+\s+\(\d+\s+tests?\b)(?P<prompted>\S.*)")
_PART_OF_RUN: Final = re.compile(r"\s*[❯✓✔√×✕✗↓]\s+\S+\.\w+\s+\(\d+\s+tests?\b")
_COMMAND: Final = re.compile(
    r"\s*(?P<command>(?:[A-Z_]+=\S+\s+)*(?:python3?\s+-m\s+(?:pytest|unittest)|(?:poetry|uv|pipenv)\s+run\s+\S+"
    r"|py\.test|pytest|tox|nox|go\s+test|npm\s+(?:run\s+)?test|npx\s+\S+|yarn\s+\S+|pnpm\s+\S+|"
    r"jest|vitest|cargo\s+(?:test|nextest)|(?:\./)?mvnw?\s|(?:\./)?gradlew?\s|dotnet\s+test|phpunit|vendor/bin/\S+"
    r"|(?:bundle\s+exec\s+)?rspec|make\s+\S*test|ctest|python3?\s+\S+\.py)(?:\s.*)?)\Z"
)
# Surefire's totals of one class: "Tests run: 3, Failures: 0 … -- in com.acme.CartIT".
_OF_CLASS: Final = re.compile(r"\bTests run:.*\bin\s+(?:[\w$]+\.)*(\w+)\s*\Z")
_COLLECTED: Final = re.compile(
    r"\b(?P<a>\d{1,6})\s+(?:tests?|items?)(?:\s+\w+)?\s+(?:were\s+|are\s+)?(?:collected|discovered|selected)"
    r"|\bcollected\s*:?\s*(?P<b>\d{1,6})\s+(?:items?|tests?)|(?:tests?\s+)?(?:collected|discovered"
    r"|collection)\s*[:=]\s*(?P<c>\d{1,6})\b",
    re.IGNORECASE,
)
_TIME_LINES: Final = ("Time", "Duration", "Total time")
_RATE_KEY: Final = re.compile(r"(?:pass|success)\s+(?:rate|percentage)|percent(?:age)?", re.IGNORECASE)
_TIME_KEY: Final = re.compile(r"(?:total\s+|test\s+|execution\s+|run\s+|wall\s+)*(?:duration|time|runtime)(?:\s+\w+)?", re.IGNORECASE)
_OF_ALL: Final = re.compile(r"\W*(?:totals?|all|sum|overall|tests?(?:\s+passed)?|passed|passing|result)\b", re.IGNORECASE)
_KIND: Final = re.compile(r"pass|fail|green|red", re.IGNORECASE)
_LEADING_NUMBER: Final = re.compile(r"[~≈]?\s*(\d{1,6})(?:\s*(?:/|of)\s*(\d{1,6}))?(?![\d.]*\s*(?:%|s\b|ms\b))")
_NEAR: Final = 4
_MOST_LINES: Final = 200
_LONGEST_COMMAND: Final = 500


def read_executions(items: list[Item]) -> Found:
    """The runs with their totals, and the collected counts, in the file's order."""
    return _Reader(items).read()


class _Reader:
    """Reads the runs of one incident's items."""

    def __init__(self, items: list[Item]) -> None:
        self._items = items
        self._stages = Stages(items)
        self._command: tuple[str, Item] | None = None
        self._begun = 0  # the line from which on the run of a fence is read

    def read(self) -> Found:
        group: list[tuple[Item, Totals]] = []
        for item in self._items:
            self._take_command(item)
            if item.quoted or item.topic in _NO_RUNS_IN:
                continue
            if _COMMAND_KEY.match(item.key):
                yield from self._of_command(item)
                continue
            part = _of_key(item)
            if part is None or (group and group[0][0].title is not item.title):
                yield from self._of_group(group)
                group = []
            if part is not None:
                group.append((item, part))
            else:
                yield from self._of(item)
        yield from self._of_group(group)

    def _take_command(self, item: Item) -> None:
        if _COMMAND_KEY.match(item.key) and item.value:
            self._command = plain(item.value), item

    def _of_command(self, item: Item) -> Found:
        """A command that was given before its results: a run of which the lines behind it tell."""
        command = plain(item.value)
        if command and item.topic in _RUN_IN | {Topic.FIX}:
            yield self._execution(item, item.first, Totals(), self._stages.of(item), command[:_LONGEST_COMMAND])

    def _command_of(self, item: Item) -> str:
        """The command whose output an item reports: one that was named before it in the same section."""
        if self._command is None:
            return ""
        command, named = self._command
        return command[:_LONGEST_COMMAND] if named.section == item.section or item.is_under(named.title) else ""

    def _of(self, item: Item) -> Found:
        if item.kind is Kind.CODE:
            yield from self._of_code(item)
        elif item.kind is Kind.ROW:
            yield from self._of_row(item)
        else:
            yield from self._of_text(item)

    # --- Runner output ---------------------------------------------------------------------------

    def _of_code(self, item: Item) -> Found:
        stage = self._stages.of(item, words_of_code(item))
        command = self._command_of(item)
        self._begun = item.first
        pending: tuple[int, Totals] | None = None
        untold: int | None = None
        for number, line in item.lines:
            stage = stage_said(plain(line)) or stage
            found = _command_in(line)
            if found:
                if pending is not None:
                    yield self._execution(item, pending[0], pending[1], stage, command)
                    pending = None
                command, untold, self._begun = found, number, number
                continue
            if untold is not None and run_line(line):
                yield self._execution(item, untold, Totals(), stage, command)
                untold = None
            collected = _collected(item, number, line)
            if collected:
                yield collected
            totals = None if run_line(line) or _PART_OF_RUN.match(line) else totals_in(line)
            if pending is not None and (totals is None or not _clash(pending[1], totals)) and number - pending[0] <= _NEAR:
                pending[1].complete(totals or Totals(seconds=seconds_in(line) if line.lstrip().startswith(_TIME_LINES) else None))
                continue
            if totals is not None:
                if pending is not None:
                    yield self._execution(item, pending[0], pending[1], stage, command)
                pending, untold = (number, totals), None
        if pending is not None:
            yield self._execution(item, pending[0], pending[1], stage, command)

    # --- Sentences, lists and tables ----------------------------------------------------------------

    def _of_text(self, item: Item) -> Found:
        text = item.text
        collected = _collected(item, item.first, text)
        if collected:
            yield collected
        totals = totals_in(text)
        if totals is None or is_expected_only(text) or leading_test(item.raw, listed=False):
            return
        if item.topic not in _RUN_IN and not totals.counts:
            return
        yield self._execution(item, item.first, totals, self._stages.of(item, text), self._command_of(item))

    def _of_row(self, item: Item) -> Found:
        totals = Totals()
        for column, cell in item.cells:
            kind = kind_of(column)
            number = _LEADING_NUMBER.match(plain(cell))
            if kind and number and getattr(totals, kind) is None:
                setattr(totals, kind, int(number[1]))
            elif _TIME_KEY.fullmatch(column):
                totals.seconds = seconds_in("in " + plain(cell))
        if not totals.counts and _OF_ALL.match(plain(item.cells[0][1])):
            yield from self._of_stage_columns(item)
        if totals.counts and not leading_test(item.cells[0][1], listed=False):
            words = f"{item.cells[0][1]} {item.cells[0][0]}"
            yield self._execution(item, item.first, totals, self._stages.of(item, plain(words)), self._command_of(item))

    def _of_stage_columns(self, item: Item) -> Found:
        """The last row of a table of results before and after: "Total | 1/7 | 7/7"."""
        for column, cell in item.cells[1:]:
            totals = totals_in(plain(cell) if _KIND.search(cell) else f"{plain(cell)} passed")
            stage = stage_of_column(column)
            if totals is not None and stage and totals.total is not None:
                yield self._execution(item, item.first, totals, stage, self._command_of(item))

    def _of_group(self, group: list[tuple[Item, Totals]]) -> Found:
        if not group:
            return
        first = group[0][0]
        totals = Totals()
        for _, part in group:
            totals.complete(part)
        if totals.counts or (totals.total is not None and first.topic in _RUN_IN):
            claim = self._execution(first, first.first, totals, self._stages.of(first), self._command_of(first))
            yield _until(claim, group[-1][0].last)

    def _file_of(self, item: Item, number: int, command: str) -> str:
        """The one file that a run was of: by what the totals say, by its command, else by the results listed with it."""
        of_class = _OF_CLASS.search(item.lines[number - item.first][1]) if item.kind is Kind.CODE else None
        if of_class:
            return self._classes.get(of_class[1], "")
        if targets_of(command) or test_files(command):
            return file_of(command)
        files = _files_in(item, self._begun) if item.kind is Kind.CODE else set(test_files(item.raw))
        return files.pop() if len(files) == 1 else ""

    @cached_property
    def _classes(self) -> dict[str, str]:
        """The test files that the log names, by the name of the class that they hold where files are called so."""
        paths = [path for item in self._items for path in test_files(item.raw)]
        return {path.rsplit("/", 1)[-1].rsplit(".", 1)[0]: path for path in reversed(paths)}

    def _execution(self, item: Item, number: int, totals: Totals, stage: str, command: str) -> StatedExecution:
        file = self._file_of(item, number, command)
        titles = [title for title in item.titles() if not title.is_entry]
        level = level_of(item.text) if item.kind is not Kind.CODE else None
        level = level or next((found for title in titles[:2] if (found := level_of(title.text))), None)
        level = level or level_of_path(file) or (None if file else level_of_targets(command))
        last = item.last if item.kind is not Kind.CODE else number
        values = {name: getattr(totals, name) for name in Totals.__slots__}
        return StatedExecution(lines=Lines(number, last), stage=stage, command=command, level=level, file=file, **values)


def _files_in(item: Item, since: int) -> set[str]:
    """The files of the tests whose results a runner's output names from a line on, up to the next command."""
    start = since - item.first
    lines = [line for _, line in item.lines[start : start + _MOST_LINES]]
    output = takewhile(lambda line: not _command_in(line), lines[1:] if lines and _command_in(lines[0]) else lines)
    return {path for line in output if "::" in line for path in test_files(line.split("::")[0])}


def _until(claim: StatedExecution, last: int) -> StatedExecution:
    values = {name: getattr(claim, name) for name in claim.__struct_fields__ if name != "lines"}
    return StatedExecution(lines=Lines(claim.lines.first, last), **values)


def _command_in(line: str) -> str:
    prompted = _PROMPT.match(line)
    if prompted:
        return prompted["prompted"].strip()[:_LONGEST_COMMAND]
    match = _COMMAND.match(line)
    return match["command"].strip()[:_LONGEST_COMMAND] if match else ""


def _collected(item: Item, number: int, text: str) -> StatedCount | None:
    match = _COLLECTED.search(text)
    if match is None:
        return None
    last = number if item.kind is Kind.CODE else item.last
    return StatedCount(lines=Lines(number, last), of="collected", count=int(match["a"] or match["b"] or match["c"]), level=level_of(text))


def _clash(one: Totals, other: Totals) -> bool:
    """Whether two lines speak of different runs: both state a number, and not the same."""
    return any(
        (mine := getattr(one, name)) is not None and (theirs := getattr(other, name)) is not None and mine != theirs
        for name in Totals.__slots__
    )


def _of_key(item: Item) -> Totals | None:
    """What a line "**Passed**: 4" adds to the totals of its list; None where it is no such line."""
    if item.kind is Kind.CODE or not item.key or item.kind is Kind.HEADING:
        return None
    value = plain(item.value)
    kind = kind_of(item.key)
    number = _LEADING_NUMBER.match(value)
    if kind and number and not _WORDS_OF_TOTALS.search(value[number.end() :]):
        totals = Totals(total=int(number[2])) if number[2] else Totals()
        setattr(totals, kind, int(number[1]))
        return totals
    if _TIME_KEY.fullmatch(item.key) and (seconds := seconds_in("in " + value)) is not None:
        return Totals(seconds=seconds)
    percent = re.match(r"(\d{1,3}(?:\.\d+)?)\s*%", value)
    return Totals(percent=float(percent[1])) if percent and _RATE_KEY.fullmatch(item.key) else None


_WORDS_OF_TOTALS: Final = re.compile(
    r"\w\s*:\s*\d|\d\s+(?:passed|failed|passing|failing)|\b(?:passed|failed|passing|failing)\b", re.IGNORECASE
)
