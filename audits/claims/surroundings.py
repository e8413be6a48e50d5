"""What the lines around a test say of it: its file and level. Pure.

A file or level stands in a title, on a line of its own ("**File**: …", "**Category**: Unit"), or in a table's column; what is said
nearer counts more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from audits.claims.blocks import Item, Kind, Title
from audits.claims.counts import counts_in
from audits.claims.names import level_of, level_of_path, test_files
from audits.claims.topic_words import Topic
from audits.terms import Level

_FILE_KEY: Final = re.compile(
    r"(?:(?:test|target|new|spec)\s+)?(?:file|path|location|suite|module|spec|class)s?(?:\s+(?:location|path|name"
    r"|file))?|where|in\Z|\w+\s+tests?",
    re.IGNORECASE,
)
_LEVEL_KEY: Final = re.compile(r"(?:test\s+)?(?:category|difficulty|level|type|tier|layer|kind|scope)(?:\s+of\s+tests?)?", re.IGNORECASE)
# Some languages keep a module's tests in the module: "Unit tests in src/parser.rs".
_TESTS_IN: Final = re.compile(r"\btests?\b[^\n]{0,40}?\b(?:in|file)\s+([\w./\\-]{1,200}\.[a-z]{1,5})\b", re.IGNORECASE)
_LONE_FILE: Final = 60


@dataclass(slots=True)
class _Said:
    """What lines below a title said so far."""

    file: str = ""
    level: Level | None = None


@dataclass(slots=True)
class Surroundings:
    """Takes the items of a log one after the other, and tells of each what those before it said of its file and level."""

    _said: dict[int, _Said] = field(default_factory=dict)

    def take(self, item: Item) -> None:
        """Remember what a line says of those that follow under the same title."""
        if item.kind is Kind.CODE or item.is_label:
            return
        files = test_files(item.raw)
        if len(files) == 1 and (_FILE_KEY.fullmatch(item.key) or (not item.key and len(item.raw) - len(files[0]) < _LONE_FILE)):
            self._of(item.title).file = files[0]
        if _LEVEL_KEY.fullmatch(item.key) and item.value:
            self._of(item.title).level = level_of(item.value)
        elif item.kind is Kind.PARAGRAPH and item.topic is Topic.PLAN and len(list(counts_in(item.text))) == 1:
            # "Five tests, all in the unit package": said of the tests that follow.
            self._of(item.title).level = self._of(item.title).level or level_of(item.text)

    def _of(self, title: Title | None) -> _Said:
        return self._said.setdefault(id(title), _Said())

    def file_of(self, item: Item, topics: frozenset[Topic | None]) -> str:
        """The file that an item's tests are in, empty where nothing says it."""
        own = test_files(item.raw) if item.kind is not Kind.CODE else []
        if own:
            return own[0]
        for title in self._titles(item, topics):
            said = self._said.get(id(title))
            if said and said.file:
                return said.file
            files = test_files(title.raw) or _TESTS_IN.findall(title.text)
            if len(files) == 1:
                return files[0]
        return ""

    def level_of(self, item: Item, topics: frozenset[Topic | None], file: str = "") -> Level | None:
        """The level of an item's tests: as a line or title says it, else as the file's folders tell."""
        for title in self._titles(item, topics):
            said = self._said.get(id(title))
            level = said.level if said and said.level else None if title.is_entry else level_of(title.text)
            if level is not None:
                return level
        return level_of_path(file)

    def _titles(self, item: Item, topics: frozenset[Topic | None]) -> list[Title]:
        """The item's own title and those around it that are about the same."""
        titles = [item.opens, *item.titles()] if item.opens and item.is_label else list(item.titles())
        return [title for title in titles if title is not None and title.topic in topics]
