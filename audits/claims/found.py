"""What the readers of the subjects give. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audits.claims.blocks import Item
from audits.claims.shapes import AnyClaim, Lines


@dataclass(frozen=True, slots=True)
class Mention:
    """A line that added to a claim which stands elsewhere: details of an issue, a test's expectation. `kind` is the claim's."""

    line: int
    kind: str


Found = Iterator[AnyClaim | Mention]


def lines_of(*items: Item) -> Lines:
    """The span from the first to the last of the items."""
    return Lines(min(item.first for item in items), max(item.last for item in items))
