"""What a report says of the file in which a test stands. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum
from posixpath import splitext
from typing import Final, NamedTuple

from audits.matching.names import ends, paths_agree, words

# Where runners write the file as the class. `nats.go` may be a Go package, and `shop.js` a Python module.
_CLASS_IS_PATH: Final = re.compile(r"\S*/\S+\.(?:[cm]?[jt]sx?|vue|svelte|feature|bats)|\S+\.(?:test|spec|cy|e2e)\.[cm]?[jt]sx?|\S+\.bats")
_MODULES: Final = frozenset({".py"})
_PACKAGES: Final = frozenset({".java"})
_CLASS_IS_FILE: Final = frozenset({".java", ".kt", ".groovy", ".php", ".cs"})
_CLASS_TELLS_FILE: Final = _MODULES | _CLASS_IS_FILE | {".rb"}
# Here a word of the class or module is often the file's name: enough to prefer a test, too little to refuse one.
_CLASS_HINTS_AT_FILE: Final = frozenset({".rs", ".scala", ".swift", ".vb", ".fs"})


class Place(IntEnum):
    """What a report says of the plan's file, the best first; a contradiction is None."""

    SAME = 0
    AGREES = 1
    SILENT = 2


class File(NamedTuple):
    """A path (as path_of gives it) taken apart: its folders as words, its name up to the first dot and its extension, in small letters."""

    path: str
    folders: list[str]
    stem: str
    extension: str

    @classmethod
    def of(cls, path: str) -> File:
        folder, _, base = path.casefold().rpartition("/")
        # `LoginTests.Validation.cs` is a part of the class LoginTests.
        return cls(path, words(folder), base.partition(".")[0], splitext(base)[1])


class Class(NamedTuple):
    """The words of a test's class, as they are written and in small letters."""

    words: list[str]
    folded: list[str]

    @classmethod
    def of(cls, classname: str) -> Class:
        return cls(written := words(classname), [word.casefold() for word in written])


def is_path(classname: str) -> bool:
    """Whether a class is the path of a file."""
    return _CLASS_IS_PATH.fullmatch(classname) is not None


def stated(file: File, by_report: File) -> Place | None:
    """What a report that states a file says of the plan's."""
    if not file.path:
        return Place.SILENT
    if file.path == by_report.path:
        return Place.SAME
    return Place.AGREES if paths_agree(file.path, by_report.path) else None


def implied(file: File, group: Class, name: list[str]) -> Place | None:
    """What a report that states no file says of the plan's by the class of a test and the words of its name."""
    if file.extension == ".go":
        return _by_package(file, group)
    if file.extension in _MODULES | _CLASS_IS_FILE:
        return _by_class(file, group)
    if file.extension in _CLASS_HINTS_AT_FILE and file.stem in (*group.folded, *(word.casefold() for word in name[:-1])):
        return Place.AGREES
    return Place.SILENT


def words_of_file(file: File, group: Class) -> int:
    """How many of a class's first words are the file's own path, its tail or end in it, and so no part of the test's name."""
    if file.extension not in _CLASS_TELLS_FILE or file.stem not in group.folded:
        return 0
    path = [*file.folders, file.stem]
    lengths = (number for number in range(len(group.folded), 0, -1) if group.folded[number - 1] == file.stem)
    return next((number for number in lengths if _tails(path, group.folded[:number])), 0)


def _tails(one: list[str], other: list[str]) -> bool:
    return ends(one, other) or ends(other, one)


def _by_package(file: File, group: Class) -> Place | None:
    if not file.folders or not group.folded:
        return Place.SILENT
    return Place.AGREES if _tails(group.folded, file.folders) else None


def _by_class(file: File, group: Class) -> Place | None:
    depth = words_of_file(file, group)
    if depth:
        return Place.SAME if file.extension in _MODULES and depth == len(file.folders) + 1 else Place.AGREES
    if file.stem in group.folded:
        return None if file.extension in _MODULES | _PACKAGES else Place.SILENT
    return None if _names_another(file.extension, group.words) else Place.SILENT


def _names_another(extension: str, group: Sequence[str]) -> bool:
    """Whether a class that does not hold the file's name is that of another file."""
    if extension in _MODULES:
        # A module is written in small letters; a class alone does not tell where it stands.
        return any(word[0].islower() for word in group)
    return bool(group) and all(map(str.isidentifier, group))
