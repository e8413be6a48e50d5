"""The log template miner: from messages to the patterns they belong to. Pure.

    miner = Miner()
    numbers = [miner.add(message) for message in messages]
    patterns = [miner.pattern(number) for number in numbers]

What a message amounts to never changes; patterns only ever join, so they are asked for when all is read.
"""

from typing import Final

from ingestion.mining.masking import flattened, mask, mask_flattened
from ingestion.mining.merging import Merging
from ingestion.mining.tokens import tokens_of
from ingestion.mining.words import Rules

_REMEMBERED: Final = 200_000
# What a location in the logging library itself tells of where a message was written: nothing.
_NO_MODULES: Final = frozenset(("logging", "root", "loguru", "structlog"))


class Miner:
    """Groups messages by log template. Its whole state follows from the masked messages, with their contexts, that it was given."""

    def __init__(self, rules: Rules | None = None) -> None:
        self._merging = Merging(rules)
        self._known: dict[tuple[str, str], int] = {}
        self._masked: list[tuple[str, str]] = []
        self._templates: list[int] = []
        # By the hash of a flattened line with its context, which takes a fraction of their room; forgotten when it becomes too much.
        self._seen: dict[int, int] = {}
        # For `joined`: how many masked forms it has told of, and by pattern the first of them.
        self._told = 0
        self._firsts: dict[int, int] = {}

    def __len__(self) -> int:
        """How many different masked messages there were."""
        return len(self._masked)

    def add(self, message: str, context: str = "") -> int:
        """The number of the message's masked form. Messages of different contexts are never one pattern."""
        if "\n" in message:
            return self.add_masked(mask(message), context)
        flat = flattened(message)
        key = hash((context, flat))
        number = self._seen.get(key)
        if number is None:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            number = self._seen[key] = self.add_masked(mask_flattened(flat), context)
        return number

    def add_masked(self, masked: str, context: str = "") -> int:
        """As `add`, for what is masked already: this is how a miner is loaded from what is stored."""
        key = (masked, context)
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self._masked)
            self._masked.append(key)
            self._templates.append(self._merging.add(tokens_of(masked), context))
        return number

    def pattern(self, number: int) -> int:
        """The pattern of this masked form as things stand: equal for those that are one, whatever comes later."""
        return self._merging.group(self._templates[number])

    def joined(self) -> list[tuple[int, int]]:
        """Pairs of masked forms that became one pattern since the last call: all pairs so far, joined up, are the patterns as they stand.

        A form that found a pattern is in a pair with an earlier form of it. Costs as much as came and joined, however much there is.
        """
        pairs: list[tuple[int, int]] = []
        for stays, ends in self._merging.joined():
            first = self._firsts.pop(ends, None)
            if first is not None:
                self._tell(stays, first, pairs)
        for number in range(self._told, len(self._masked)):
            self._tell(self.pattern(number), number, pairs)
        self._told = len(self._masked)
        return pairs

    def _tell(self, pattern: int, number: int, pairs: list[tuple[int, int]]) -> None:
        first = self._firsts.setdefault(pattern, number)
        if first != number:
            pairs.append((first, number))

    def masked(self, number: int) -> str:
        """The masked form of this number."""
        return self._masked[number][0]

    def context(self, number: int) -> str:
        """The context that the masked form of this number came with."""
        return self._masked[number][1]

    def members(self) -> dict[int, list[int]]:
        """The numbers of the masked forms of each pattern."""
        found: dict[int, list[int]] = {}
        for number in range(len(self._masked)):
            found.setdefault(self.pattern(number), []).append(number)
        return found


def context_of(severity: int, module: str, function: str) -> str:
    """What besides its message belongs to an entry's identity: its severity and where in the code it was written."""
    told = module not in _NO_MODULES and bool(module or function)
    return f"{severity} {module}:{function}" if told else f"{severity}"
