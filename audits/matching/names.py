"""Names of tests as plans and reports write them, cut into words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from posixpath import normpath
from typing import Final, NamedTuple

from audits.evidence.names import part
from audits.evidence.shapes import Identity

_BOUNDARY: Final = re.compile(r"::|\s+[>›»]+\s+|[\s/\\]+|(?<=\w)[.#$+](?=\w)")
_PATH: Final = re.compile(
    r"\S+\.(?:py|rb|[cm]?[jt]sx?|php|java|kts?|groovy|scala|cs|vb|fs|go|rs|swift|dart|exs?|lua|clj[cs]?"
    r"|cc|cpp|cxx|c|m|vue|svelte|feature|bats|t|sh)",
    re.IGNORECASE,
)
_ARROW: Final = re.compile(r"\s[>›»]\s")
# Go writes the blanks in a subtest's name as underscores.
_GO_SUBTEST: Final = re.compile(r"(?:Test|Fuzz|Example|Benchmark)\w*/")
_WITH_SUBTESTS: Final = re.compile(r"[A-Z]\w*/\S*")
# What is nested deeper is a case of the test at this depth: a name of a thousand slashes must not cost a thousand names.
SUBTEST_DEPTH: Final = 5


class Reading(NamedTuple):
    """One way to read a planned name: its words, at least one, and its parameters, None where it means all."""

    words: list[str]
    parameters: str | None


class Wanted:
    """A planned test that is looked for: its file as it is compared, empty where none is told, and how its name may be read."""

    def __init__(self, file: str, name: str) -> None:
        name = name.strip().strip("`")
        leading, name = _led_by_file(name)
        name = name.removesuffix("()").strip("`")
        self.file = path_of(file or leading)
        self.readings = list(_readings(name.replace(" ", "_") if _GO_SUBTEST.match(name) else name))


def _led_by_file(name: str) -> tuple[str, str]:
    """The file that leads a name, empty where none does, and the rest: `tests/x.py::test_y`, `src/x.test.ts:12:3 > adds`."""
    head, _, rest = name.partition("::")
    if rest and _PATH.fullmatch(head):
        return head, rest
    head, *behind = _ARROW.split(name, maxsplit=1)
    head = head.rstrip(":0123456789")
    # Without a folder it is rather a describe block named after a file.
    if behind and "/" in head and _PATH.fullmatch(head):
        return head, behind[0].strip()
    return "", name


def _readings(name: str) -> Iterator[Reading]:
    """Parted into test and parameters as a report's names are; and as it is, for a runner that calls all of it the name."""
    test, parameters = part(name)
    if parameters:
        yield Reading(words(test) or [name], parameters)
    yield Reading(words(name) or [name], None)


def words(text: str) -> list[str]:
    """The words of a name, of a class or of a path."""
    return [word for word in _BOUNDARY.split(text) if word]


def last_word(name: str) -> str:
    """The last of the words, the name itself where it has none."""
    parts = _BOUNDARY.split(name)
    return parts[-1] or next(filter(None, reversed(parts)), name)


def ends(all_words: Sequence[str], tail: Sequence[str]) -> bool:
    """Whether these words end in those."""
    return len(tail) <= len(all_words) and all_words[len(all_words) - len(tail) :] == tail


def with_parents(name: str) -> Iterator[str]:
    """A name, and where it is a Go subtest the names of the tests that it is a case of."""
    yield name
    if "/" in name and _WITH_SUBTESTS.fullmatch(name):
        parts = name.split("/", SUBTEST_DEPTH)
        for depth in range(1, len(parts)):
            yield "/".join(parts[:depth])


def full_id(identity: Identity) -> str:
    """An identity as people read it: `file::class::name[parameters]`, without what the report leaves out."""
    family = "::".join(filter(None, (identity.file, identity.classname, identity.name)))
    return f"{family}[{identity.parameters}]" if identity.parameters else family


def path_of(written: str) -> str:
    """A path as it is compared: forward slashes, without `./` and the like; empty where nothing is written."""
    written = written.strip().replace("\\", "/")
    return normpath(written) if written else ""


def paths_agree(one: str, other: str) -> bool:
    """Whether two paths (see path_of) may be one file: one is the other, or its tail."""
    return one == other or one.endswith(f"/{other.lstrip('/')}") or other.endswith(f"/{one.lstrip('/')}")
