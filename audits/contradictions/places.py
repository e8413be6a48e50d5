"""Whether two places in code, as people write them, are the same file; what a path tells of a test's level. Pure.

A log writes one file in many ways: `core_types.py`, `shared/types/core_types.py`, `shared\\types\\core_types.py`,
`/home/me/app/shared/types/core_types.py`, or as the module `shared.types.core_types`. Paths are the same where the shorter is the end
of the longer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from audits.claims.shapes import Place
from audits.matching import path_of, paths_agree
from audits.terms import Level

_SEPARATORS: Final = re.compile(r"[/\\]+")
_EXTENSION: Final = re.compile(r"\.[A-Za-z]\w{0,9}\Z")
# What a path of tests calls its level; the directories of the common runners and frameworks.
_LEVEL_WORDS: Final = {
    "unit": Level.UNIT,
    "integration": Level.INTEGRATION,
    "e2e": Level.E2E,
    "end_to_end": Level.E2E,
    "end-to-end": Level.E2E,
}
_TEST_FILE: Final = re.compile(
    r"(?:\A|[/\\])(?:tests?|specs?|__tests__|e2e)[/\\]|(?:\A|[/\\])test_|[._-](?:test|spec)s?\.|(?:Test|Tests|IT|Spec)\.\w+\Z"
)


def same_file(one: str, other: str) -> bool:
    """Whether two paths may be one file: one is the other, or its tail. An empty one is no file."""
    first, second = path_of(one), path_of(other)
    return bool(first and second) and paths_agree(first, second)


def is_within(place: Place, scope: Place) -> bool:
    """Whether a place lies in a scope: the same file or module, whatever the line, or a file under a folder that the scope names."""
    if place.file and scope.file:
        return same_file(place.file, scope.file) or _is_under(place.file, scope.file)
    return any(_ends_alike(one, other) for one in _module_paths(place) for other in _module_paths(scope))


def is_told(place: Place) -> bool:
    """Whether a place says which file or module it is in."""
    return bool(place.file or place.module)


def is_test_file(path: str) -> bool:
    """Whether a path is one of tests, by the names that runners look for."""
    return bool(_TEST_FILE.search(path))


def level_of(path: str) -> Level | None:
    """The level that a path of tests states: by a folder, else by a word of the file's name. None where it states none or several."""
    *folders, name = _parts(path.lower()) or ("",)
    return _only_level(folders) or _only_level(re.split(r"[._-]", name))


def name_of(place: Place) -> str:
    """How a place is told in a sentence."""
    where = place.file or place.module or place.function
    return f"{where}:{place.line}" if place.line is not None else where


def _only_level(words: Iterable[str]) -> Level | None:
    levels = {_LEVEL_WORDS[word] for word in words if word in _LEVEL_WORDS}
    return levels.pop() if len(levels) == 1 else None


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in _SEPARATORS.split(path.strip()) if part not in ("", ".", ".."))


def _is_under(file: str, folder: str) -> bool:
    path, above = _parts(file), _parts(folder)
    if not above or _EXTENSION.search(above[-1]):
        return False
    return any(path[start : start + len(above)] == above for start in range(len(path) - len(above)))


def _module_paths(place: Place) -> list[tuple[str, ...]]:
    """The module that a place is in, in parts; a dotted name may end in a class or function."""
    if place.file:
        parts = _parts(_EXTENSION.sub("", place.file.strip()))
        return [parts[:-1] if parts[-1:] == ("__init__",) else parts]
    parts = tuple(part for part in place.module.split(".") if part)
    return [parts[:length] for length in range(len(parts), max(len(parts) - 3, 0), -1)]


def _ends_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shared = min(len(one), len(other))
    return shared > 0 and one[-shared:] == other[-shared:]
