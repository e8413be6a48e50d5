"""One incident's claims in their order, and how a contradiction is put down. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeVar, cast

import msgspec

from audits.claims.shapes import (
    AnyClaim,
    Claim,
    Contradiction,
    Incident,
    StatedExecution,
    StatedFix,
    StatedResult,
    StatedRootCause,
    StatedTest,
    StatedWhy,
)

Kind = TypeVar("Kind", bound=Claim)

# What stands before the first of these is the log's head: what it says is said of the whole.
_BODY: Final = (StatedWhy, StatedRootCause, StatedTest, StatedExecution, StatedResult, StatedFix)
# The last part of `tests/a.py::TestLogin::test_login[chrome]`, `com.acme.LoginTest.acceptsToken()`, `TestLogin/empty_token`.
_CODE_NAME: Final = re.compile(r"(?:[^\s()\[\]]*(?:::|[.#]))?([A-Za-z_$][\w$/-]*)(?:\([^()]*\)|\[.*\])?\Z")


@dataclass(frozen=True)
class Told:
    """What a log says of one fault: its claims by line. `ordinal` counts the iteration's incidents from 1."""

    ordinal: int
    claims: tuple[AnyClaim, ...]

    def each(self, kind: type[Kind]) -> list[Kind]:
        """The claims of one kind, by line."""
        return cast("list[Kind]", self._by_kind.get(kind, []))

    @cached_property
    def _by_kind(self) -> dict[type, list[AnyClaim]]:
        by_kind: dict[type, list[AnyClaim]] = {}
        for claim in self.claims:
            by_kind.setdefault(type(claim), []).append(claim)
        return by_kind

    @cached_property
    def head_ends(self) -> int:
        """The line of the first claim that is no part of the log's head; a second fault has no head."""
        if self.ordinal > 1:
            return 0
        return next((claim.lines.first for claim in self.claims if isinstance(claim, _BODY)), 0)

    def contradiction(self, code: str, detail: str, lines: Iterable[int], subject: str = "") -> Contradiction:
        """A contradiction of this incident; `lines` in the order in which the sentence names what disagrees."""
        of_incident = f"incident {self.ordinal}: {subject}".removesuffix(": ") if self.ordinal > 1 else subject
        return Contradiction(code, detail, where(lines), of_incident)


def told(ordinal: int, incident: Incident) -> Told:
    """An incident ready to be judged: each claim once, in the order of their lines, so that no rule depends on how they came."""
    once = {repr(claim): claim for claim in incident.claims}
    return Told(ordinal, tuple(claim for _, claim in sorted(once.items(), key=lambda item: (item[1].lines, item[0]))))


def where(lines: Iterable[int]) -> tuple[str, ...]:
    """Lines as a contradiction names them, each once."""
    return tuple(f"line {line}" for line in dict.fromkeys(lines))


def once_each(found: Iterable[Contradiction]) -> Iterator[Contradiction]:
    """Contradictions with one code and subject joined into the first, with the places of all."""
    by_key: dict[tuple[str, str], Contradiction] = {}
    for contradiction in found:
        key = contradiction.code, contradiction.subject
        before = by_key.setdefault(key, contradiction)
        if before is not contradiction:
            places = tuple(dict.fromkeys((*before.where, *contradiction.where)))
            by_key[key] = msgspec.structs.replace(before, where=places)
    yield from by_key.values()


def key_of_test(name: str) -> str:
    """A test's name by which it is found again: without file, class, parentheses and parameters; a sentence stays whole."""
    bare = " ".join(name.strip().strip("`*_ ").split())
    written = _CODE_NAME.match(bare)
    return written[1] if written else bare


def listing(names: Iterable[object], most: int = 5) -> str:
    """A few names for a sentence, and how many more there are."""
    all_names = [str(name) for name in names]
    more = f" and {len(all_names) - most} more" if len(all_names) > most else ""
    return ", ".join(all_names[:most]) + more


def tests(number: int) -> str:
    """A number of tests, in words for a sentence."""
    return f"{number:,} test" if number == 1 else f"{number:,} tests"
