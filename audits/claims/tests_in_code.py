"""Tests that a log plans as lines of code: def test_…, it("…"), func TestX, @Test methods. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from audits.claims.blocks import Item
from audits.claims.names import test_files

_PYTHON: Final = re.compile(r"\s*(?:async\s+)?def\s+(test\w*)\s*\(")
_CLASS: Final = re.compile(r"\s*(?:public\s+|final\s+|abstract\s+)*class\s+(\w*Tests?\w*)")
_GO: Final = re.compile(r"\s*func\s+(?:\([^)]{0,60}\)\s*)?(Test\w+)\s*\(")
_SCRIPT: Final = re.compile(r"\s*(?:it|test|specify)(?:\.\w+)*\s*\(\s*(['\"`])(.{1,300}?)\1")
_RUBY: Final = re.compile(r"\s*(?:it|specify|scenario)\s+(['\"])(.{1,300}?)\1")
_METHOD: Final = re.compile(
    r"\s*(?:@\w+(?:\([^)]{0,80}\))?\s+)*(?:(?:public|private|internal|async|suspend|override|static|final)\s+)*(?:void"
    r"|Task|fun|fn|Unit)\s+(?:`([^`]{1,200})`|(\w+))\s*(?:<[^>]{0,40}>)?\("
)
_MARKED: Final = re.compile(
    r"\s*(?:@(?:Test|ParameterizedTest|RepeatedTest)\b|\[(?:Fact|Theory|Test|TestMethod|TestCase)\b|#\[(?:\w+::)*test\b)"
)
_COMMENT: Final = re.compile(r"\s*(?:#(?!\[)|//|/\*|\*|--|\"\"\"|''')\s*(.*)")
_TRAILING: Final = re.compile(r"[)}:;{,]\s*(?:#|//)\s*(\S.*)")
_NOT_CODE: Final = ("bash", "sh", "shell", "zsh", "console", "mermaid", "json", "yaml", "yml", "text", "txt", "log", "diff", "xml", "sql")
_MOST_REMARKS: Final = 40


@dataclass(slots=True)
class CodedTest:
    """A test in a code fence: its line and name, the file that the code names for it, and what its comments and docstring say."""

    line: int
    name: str
    file: str
    remarks: list[str] = field(default_factory=list)


def coded_tests(item: Item) -> list[CodedTest]:
    """The tests that a code fence defines; a class of tests counts as one where nothing in it is defined."""
    if item.info.split(" ")[0] in _NOT_CODE:
        return []
    tests = list(_walk(item))
    return [test for place, test in enumerate(tests) if not (_is_class(test) and _has_methods(tests, place))]


def _walk(item: Item) -> Iterator[CodedTest]:
    file = ""
    marked = False
    current: CodedTest | None = None
    above = _Above()
    for number, line in item.lines:
        comment = _COMMENT.match(line)
        if comment:
            file = _file_named(comment[1]) or file
        name = _defined(line, marked)
        marked = bool(_MARKED.match(line)) or (marked and not name and not line.strip().startswith("}"))
        if name:
            remarks = above.taken_for(line, current)
            if current is not None:
                yield current
            current = CodedTest(number, name, file, remarks + ([trailing[1]] if (trailing := _TRAILING.search(line)) else []))
        elif current is not None and comment and len(current.remarks) < _MOST_REMARKS:
            current.remarks.append(comment[1].strip("\"'*/ "))
        elif current is not None and _is_prose(line) and len(current.remarks) < _MOST_REMARKS:
            current.remarks.append(line.strip())
        remark = comment[1] if comment and not _file_named(comment[1]) else ""
        above.take(line, remark, stays=marked or line.lstrip().startswith(("@", "[", "#[")))
    if current is not None:
        yield current


@dataclass(slots=True)
class _Above:
    """The comments right above a line of code. They are the next test's where those of the fence's first test stand above it."""

    comments: list[tuple[int, str]] = field(default_factory=list)
    is_custom: bool | None = None

    def take(self, line: str, comment: str, *, stays: bool) -> None:
        """Go on to a line: a comment joins those above, other lines end them unless they mark the test that follows."""
        if comment:
            self.comments.append((_indent(line), comment.strip("\"'*/ ")))
        elif not stays:
            self.comments.clear()

    def taken_for(self, line: str, before: CodedTest | None) -> list[str]:
        """The comments above a test's first line, taken from the test before it; empty where they are not that test's."""
        found = [comment for indent, comment in self.comments[-_MOST_REMARKS:] if indent <= _indent(line)]
        self.is_custom = bool(found) if self.is_custom is None else self.is_custom
        if not self.is_custom or not found:
            return []
        if before is not None and before.remarks[-len(found) :] == found:
            del before.remarks[-len(found) :]
        return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _file_named(comment: str) -> str:
    files = test_files(comment)
    return files[0] if len(files) == 1 and len(comment) < len(files[0]) + 20 else ""


def _defined(line: str, marked: bool) -> str:
    for pattern in (_PYTHON, _GO, _SCRIPT, _RUBY, _CLASS):
        match = pattern.match(line)
        if match:
            return str(match[match.lastindex or 0])
    match = _METHOD.match(line)
    if match and (marked or "@Test" in line or "[Fact]" in line):
        return str(match[1] or match[2])
    return ""


def _is_prose(line: str) -> bool:
    """A line of a docstring rather than of code."""
    words = line.split()
    return len(words) > 3 and not re.search(r"[=(){}\[\];]", line)


def _is_class(test: CodedTest) -> bool:
    return test.name[:1].isupper() and not test.name.startswith(("Test_",)) and "Test" in test.name


def _has_methods(tests: list[CodedTest], place: int) -> bool:
    """Whether the next test of a fence is a method: a class is only a test itself where it is given for the whole."""
    return place + 1 < len(tests) and not _is_class(tests[place + 1])
