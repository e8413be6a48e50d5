"""The log template miner: from messages to the patterns they belong to. Pure.

    miner = Miner()
    numbers = [miner.add(message) for message in messages]
    patterns = [miner.pattern(number) for number in numbers]

What a message amounts to never changes; patterns only ever join, so they are asked for when all is read.
"""

from typing import Final

from ingestion.mining.masking import with_tokens_masked
from ingestion.mining.merging import Merging
from ingestion.mining.sentences import masked_sentence
from ingestion.mining.tokens import tokens_of
from ingestion.mining.words import Rules

_REMEMBERED: Final = 200_000
# What a location in the logging library itself tells of where a message was written: nothing.
_NO_MODULES: Final = frozenset(("", "logging", "root", "loguru", "structlog"))


class Miner:
    """Groups messages by log template. Its whole state follows from the masked messages, with their contexts, that it was given."""

    def __init__(self, rules: Rules | None = None) -> None:
        self._merging = Merging(rules)
        self._known: dict[str, int] = {}
        self._masked: list[tuple[str, str]] = []
        self._templates: list[int] = []
        # By context and half-masked message, forgotten when it becomes too much.
        self._seen: dict[str, int] = {}

    def __len__(self) -> int:
        """How many different masked messages there were."""
        return len(self._masked)

    def add(self, message: str, context: str = "") -> int:
        """The number of the message's masked form. Messages of different contexts are never one pattern."""
        half = with_tokens_masked(message)
        key = f"{context}\0{half}" if context else half
        number = self._seen.get(key)
        if number is None:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            number = self._seen[key] = self.add_masked(masked_sentence(half), context)
        return number

    def add_masked(self, masked: str, context: str = "") -> int:
        """As `add`, for what is masked already: this is how a miner is loaded from what is stored."""
        key = f"{context}\0{masked}" if context else masked
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self._masked)
            self._masked.append((masked, context))
            self._templates.append(self._merging.add(tokens_of(masked), context))
        return number

    def pattern(self, number: int) -> int:
        """The pattern of this masked form as things stand: equal for those that are one, whatever comes later."""
        return self._merging.group(self._templates[number])

    def masked(self, number: int) -> str:
        """The masked form of this number."""
        return self._masked[number][0]

    def members(self) -> dict[int, list[int]]:
        """The numbers of the masked forms of each pattern."""
        found: dict[int, list[int]] = {}
        for number in range(len(self._masked)):
            found.setdefault(self.pattern(number), []).append(number)
        return found


def context_of(severity: int, module: str, function: str) -> str:
    """What besides its message belongs to an entry's identity: its severity and where in the code it was written."""
    return f"{severity}" if module in _NO_MODULES else f"{severity} {module}:{function}"
