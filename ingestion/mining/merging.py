"""Which masked messages are one log template: decided by what varies, in whatever order they come. Pure.

A template is a tuple of tokens, STAR for a value. Three rules join templates. Each only ever gains from more templates, and is
tried when the last one that it needs has come, so that any order, and any split into batches, ends with the same groups:

- **One place** holds enough different words while the rest is the same: the place is a variable.
- **Instance**: a template says what another says, with words where that one has values.
- **Two places** hold many different words each while the rest is the same: both are variables.

A place that is found to vary makes a *general* template, which takes its instances: those that came and those that come.
Everything is looked up by hashes, so that a template costs the same whether ten came before it or a hundred thousand.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from ingestion.mining.lists import Lists
from ingestion.mining.tokens import STAR
from ingestion.mining.words import Rules, Word, is_cued, needed, value_weight, word_of

Tokens = tuple[str, ...]

# Longer messages are told apart by their beginning.
_LONGEST: Final = 96
# Pairs of places are looked at in statements of at most so many words.
_MOST_WORDS: Final = 12
# The memory of pairs: eight bits for the words at either place. Each pair has two cells and what both hold, because one
# that met the full cell of another pair would join what has nothing in common.
_CELLS: Final = 1 << 21
# So many instances of a general template count as evidence for more.
_MOST_INSTANCES: Final = 1_000
# Stands at a place in the key of what is alike but for that place.
_GAP: Final = "\0"
_REMEMBERED: Final = 100_000


class Merging:
    """The templates seen so far, joined to groups. A group goes by the number of its first template."""

    def __init__(self, rules: Rules | None = None) -> None:
        self._rules = rules or Rules()
        self._tokens: list[Tokens] = []
        self._contexts: list[str] = []
        self._parents: list[int] = []
        # By a hash of the whole template: its number.
        self._whole: dict[int, int] = {}
        # By the hash that a template has with one word made a value: the templates of which that would be so.
        self._gaps = Lists()
        # By shape and a word at its place: the templates that say it there.
        self._spoken = Lists()
        # The general templates; and by shape and their longest word.
        self._general: set[int] = set()
        self._openings = Lists()
        self._pairs = array("H")
        # The templates that messages said, not only what they have in common.
        self._said: set[int] = set()
        self._instances: Counter[int] = Counter()
        self._varying: list[tuple[Tokens, str]] = []
        self._words: dict[str, Word] = {}

    def __len__(self) -> int:
        return len(self._tokens)

    def add(self, tokens: Tokens, context: str = "") -> int:
        """The number of the template; joins what it gives reason to join. Only templates of one context ever join."""
        number = self._insert(tokens[:_LONGEST], context)
        if number not in self._said:
            self._said.add(number)
            self._two_places(number)
            while self._varying:
                self._open(self._insert(*self._varying.pop()))
        return number

    def group(self, number: int) -> int:
        """The group that the template belongs to now."""
        parents = self._parents
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    def tokens(self, number: int) -> Tokens:
        """The template of this number."""
        return self._tokens[number]

    def _insert(self, tokens: Tokens, context: str) -> int:
        marks = list(map(hash, enumerate(map(_code, tokens))))
        whole = _whole(marks, context)
        known = self._whole.get(whole)
        if known is not None:
            return known
        number = len(self._tokens)
        self._tokens.append(tokens)
        self._contexts.append(context)
        self._parents.append(number)
        self._whole[whole] = number
        words = self._words_of(tokens)
        shape = _shape(tokens, words, context)
        if self._adds_nothing(number, words, marks, shape):
            self._said.add(number)
            return number
        for place, _ in words:
            self._spoken.append(shape ^ marks[place], number)
        weight = sum(word.weight for _, word in words)
        for place, word in words:
            if weight > word.weight:
                general = whole ^ marks[place] ^ _mark(place, STAR)
                alike = self._gaps.append(general ^ _mark(place, _GAP), number)
                if alike or general in self._whole:
                    self._one_place(number, general, alike or (number,), place, weight - word.weight)
        if STAR in tokens:
            self._beside_values(number, whole, words, weight, shape)
        return number

    def _beside_values(self, number: int, whole: int, words: list[tuple[int, Word]], weight: int, shape: int) -> None:
        """The template has values itself: others that have words there may be its instances."""
        if weight >= self._rules.statement:
            self._take_instances(number, words, shape)
            return
        for place, token in enumerate(self._tokens[number]):
            if token == STAR and weight and (alike := self._gaps.get(whole ^ _mark(place, _GAP))):
                self._one_place(alike[0], whole, alike, place, weight)

    def _words_of(self, tokens: Tokens) -> list[tuple[int, Word]]:
        """The words with their places."""
        memory = self._words
        if len(memory) > _REMEMBERED:
            memory.clear()
        found = []
        for place, token in enumerate(tokens):
            word = memory.get(token)
            if word is None:
                word = memory[token] = word_of(token)
            if word.is_word:
                found.append((place, word))
        return found

    def _adds_nothing(self, number: int, words: list[tuple[int, Word]], marks: list[int], shape: int) -> bool:
        """Join the general templates of which the template is an instance; whether one of them has had instances enough.

        Names come without end. What a thousand of them did not show, the next one does not show either.
        """
        tokens = self._tokens[number]
        enough = False
        for place, _ in words:
            for general in self._openings.get(shape ^ marks[place]):
                if self._is_instance(tokens, self._tokens[general]):
                    self._join(number, general)
                    self._instances[general] += 1
                    enough = enough or self._instances[general] > _MOST_INSTANCES
        return enough

    def _one_place(self, number: int, general: int, alike: Sequence[int], place: int, rest: float) -> None:
        """Where the words of these templates at the place are enough, the place is a variable."""
        known = self._whole.get(general)
        if known in self._general:
            for one in alike[-1:]:
                self._join(one, known)
            return
        evidence = sum(value_weight(self._tokens[one][place], self._rules) for one in alike)
        enough = needed(self._tokens[number], place, rest, self._rules)
        if evidence < (enough if known is None else enough * self._rules.share_beside_values):
            return
        made = known if known is not None else self._insert(self._with_values(number, place), self._contexts[number])
        for one in alike:
            self._join(one, made)
        self._open(made)

    def _two_places(self, number: int) -> None:
        """Count the words at each two places in a sketch that no order changes; full ones are variables together."""
        words = self._words_of(self._tokens[number])
        if len(words) > _MOST_WORDS:
            return
        pairs = self._pairs
        if not pairs:
            pairs.frombytes(bytes(4 * _CELLS))
        tokens, rules = self._tokens[number], self._rules
        marks = list(map(hash, enumerate(map(_code, tokens))))
        whole = _whole(marks, self._contexts[number])
        changes = [marks[place] ^ _mark(place, STAR) for place, _ in words]
        weight = sum(word.weight for _, word in words)
        spare = weight - rules.statement_of_two
        enough = [rules.bits_cued if is_cued(tokens, place) else rules.bits for place, _ in words]
        for first, (place, word) in enumerate(words):
            left = spare - word.weight
            one = whole ^ changes[first]
            for second in range(first + 1, len(words)):
                other_place, other = words[second]
                if other.weight > left:
                    continue
                # With its places: templates that lack values at other places may have the same general one.
                general = one ^ changes[second]
                key = general ^ hash((place, other_place))
                added = word.bit | other.bit << 8
                cell, twin = key % _CELLS, _CELLS + (key >> 24) % _CELLS
                before = pairs[cell]
                pairs[cell] = before | added
                pairs[twin] |= added
                # Most cells are touched once.
                full = before and _bits(bits := pairs[cell] & pairs[twin]) >= enough[first] and _bits(bits >> 8) >= enough[second]
                if full and self._whole.get(general) not in self._general:
                    self._varying.append((self._with_values(number, place, other_place), self._contexts[number]))

    def _open(self, number: int) -> None:
        """Make the template general, whatever its statement weighs."""
        if number not in self._general:
            tokens = self._tokens[number]
            words = self._words_of(tokens)
            self._take_instances(number, words, _shape(tokens, words, self._contexts[number]))

    def _take_instances(self, number: int, words: list[tuple[int, Word]], shape: int) -> None:
        """Join the template's instances to it, those that came and, by an entry in the openings, those that come."""
        self._general.add(number)
        if not words:
            return
        tokens = self._tokens[number]
        keys = [shape ^ _mark(place, tokens[place]) for place, _ in words]
        for one in min([self._spoken.get(key) for key in keys], key=len):
            if one != number and self._is_instance(self._tokens[one], tokens):
                self._join(one, number)
        longest = max(range(len(words)), key=lambda which: (len(tokens[words[which][0]]), -which))
        self._openings.append(keys[longest], number)

    def _is_instance(self, tokens: Tokens, general: Tokens) -> bool:
        """Whether the tokens say the same, with words where the other has values. Both have one shape."""
        return all(mine == its or its == STAR for mine, its in zip(tokens, general, strict=True))

    def _with_values(self, number: int, *places: int) -> Tokens:
        made = list(self._tokens[number])
        for place in places:
            made[place] = STAR
        return tuple(made)

    def _join(self, one: int, other: int) -> None:
        one, other = self.group(one), self.group(other)
        if one != other:
            self._parents[max(one, other)] = min(one, other)


@lru_cache(maxsize=_REMEMBERED)
def _code(text: str) -> int:
    """A number that stands for the text in every process: what meets in a cell of the sketch must not depend on a hash seed."""
    return int.from_bytes(blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest())


def _mark(place: int, token: str) -> int:
    # Of numbers, unlike texts, hash() is the same everywhere.
    return hash((place, _code(token)))


def _bits(sketch: int) -> int:
    return (sketch & 255).bit_count()


def _whole(marks: list[int], context: str) -> int:
    whole = _mark(len(marks), context)
    for mark in marks:
        whole ^= mark
    return whole


def _shape(tokens: Tokens, words: list[tuple[int, Word]], context: str) -> int:
    """What neither words nor values change: the number of tokens, and the punctuation at its places."""
    shape = _mark(-len(tokens), context)
    if len(words) == len(tokens):
        return shape
    said = {place for place, _ in words}
    for place, token in enumerate(tokens):
        if place not in said and token != STAR:
            shape ^= _mark(place, token)
    return shape
