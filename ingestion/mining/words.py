"""How much a word says: as a value that varies, and as part of a statement. Pure."""

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, NamedTuple

from ingestion.mining.tokens import STAR, is_word

# What values follow in the sentences of logs.
_CUE_WORDS: Final = "user for from by to host node name of at in on via as with server client file id"
_CUES: Final = frozenset(_CUE_WORDS.split()) | frozenset("=([{\"'")
_NUMBERED: Final = re.compile(r"[A-Za-z]+<NUM>")


@dataclass(frozen=True, slots=True)
class Rules:
    """How much has to vary before a word counts as a value: one set of figures for every log, chosen by leave-one-out.

    The first three are sums of the weights below, for a place after a word such as `user` or `for`, for any other, and
    for the beginning of a message, where statements begin more often than values do.
    """

    cued: float = 3.0
    plain: float = 5.0
    first: float = 8.0
    # A rest that weighs less than three words asks for more.
    context_exponent: float = 0.7
    # Where other messages have a value at the place, this share of the evidence is enough.
    share_beside_values: float = 0.35
    # What a statement weighs at least whose values may also be words, and one with two places that vary together.
    statement: float = 2.0
    statement_of_two: float = 2.0
    # The weight of a word as evidence; 1 for one of letters.
    character: float = 0.4
    capitals: float = 0.7
    mixed: float = 1.4
    route: float = 0.4
    # How many of eight bits the words at either of two places have to fill, with and without a cue.
    bits: int = 5
    bits_cued: int = 4


class Word(NamedTuple):
    """What is known of a token: a number that stands for it, its weight in a statement (0 where it is no word), one of eight bits."""

    code: int
    weight: int
    bit: int


def word_of(token: str) -> Word:
    code = code_of(token)
    return Word(code, _statement_weight(token), 1 << (code & 7)) if is_word(token) else Word(code, 0, 0)


def code_of(text: str) -> int:
    """A number that stands for the text in every process: what meets in a cell of the sketch must not depend on a hash seed."""
    return int.from_bytes(blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest())


def _statement_weight(word: str) -> int:
    """Names from code say more than words of the language."""
    if word.isalpha():
        return 1 if word.islower() or word.isupper() or word.istitle() else 2
    return 2 if len(word) > 3 else 1


def value_weight(word: str, rules: Rules) -> float:
    """How much a word is evidence that values stand where it stands: names and mixtures more than signs and requests' routes."""
    if len(word) == 1 or (len(word) == 2 and not word.isalnum()):
        return rules.character
    if word.isalpha():
        return rules.capitals if word.isupper() else 1.0
    if word[0] == "/":
        return rules.route
    return 1.0 if _NUMBERED.fullmatch(word) else rules.mixed


def is_cued(tokens: tuple[str, ...], place: int) -> bool:
    """Whether what stands before the place announces a value."""
    return place > 0 and (tokens[place - 1] == STAR or tokens[place - 1].lower() in _CUES)


def needed(tokens: tuple[str, ...], place: int, rest: float, rules: Rules) -> float:
    """The evidence that makes the place of these tokens a variable, where the rest of the statement weighs so much."""
    base = rules.first if place == 0 else rules.cued if is_cued(tokens, place) else rules.plain
    return base * max(1.0, (3.0 / rest) ** rules.context_exponent)
