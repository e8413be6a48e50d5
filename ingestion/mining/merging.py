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
from functools import cache, lru_cache
from itertools import combinations
from typing import Final, NamedTuple

from ingestion.mining.lists import Lists
from ingestion.mining.tokens import STAR
from ingestion.mining.words import Rules, Word, code_of, is_cued, needed, value_weight, word_of

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
# Keys have sixty bits: one more would take half as much room again.
_KEY: Final = (1 << 60) - 1


class _Template(NamedTuple):
    """A template with what it is looked up by: its words and their places, marks of its tokens, hashes of the whole and of its shape.

    The shape is what neither words nor values change: the number of tokens, and the punctuation at its places.
    """

    tokens: Tokens
    context: str
    words: list[tuple[int, Word]]
    marks: list[int]
    whole: int
    shape: int


class _Words(dict[str, Word]):
    """What is known of the tokens; forgotten when it becomes too much."""

    def __missing__(self, token: str) -> Word:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[token] = word = word_of(token)
        return word


class Merging:
    """The templates seen so far, joined to groups. A group goes by the number of its first template."""

    def __init__(self, rules: Rules | None = None) -> None:
        self._rules = rules or Rules()
        self._tokens: list[Tokens] = []
        self._contexts: list[str] = []
        self._parents: list[int] = []
        # Since `joined` was asked: of each two groups that became one, the number that it goes by and the one that ended.
        self._joins: list[tuple[int, int]] = []
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
        # Templates with two places that vary, and templates whose pairs of places have to be looked at.
        self._varying: list[tuple[Tokens, str]] = []
        self._waiting: set[int] = set()
        # Fewer templates cannot fill the bits of a place.
        self._fewest = min(self._rules.bits, self._rules.bits_cued)
        self._words = _Words()

    def __len__(self) -> int:
        return len(self._tokens)

    def add(self, tokens: Tokens, context: str = "") -> int:
        """The number of the template; joins what it gives reason to join. Only templates of one context ever join."""
        template = self._read(tokens[:_LONGEST], context)
        number = self._insert(template)
        if number not in self._said:
            self._said.add(number)
            self._two_places(template)
        while self._waiting or self._varying:
            if self._varying:
                self._open(self._insert(self._read(*self._varying.pop())))
            elif (one := self._waiting.pop()) in self._said:
                self._two_places(self._template(one))
        return number

    def group(self, number: int) -> int:
        """The group that the template belongs to now."""
        parents = self._parents
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    def joined(self) -> list[tuple[int, int]]:
        """The groups that became one since the last call, in their order: the number that the group goes by, and the one that ended."""
        joins, self._joins = self._joins, []
        return joins

    def tokens(self, number: int) -> Tokens:
        """The template of this number."""
        return self._tokens[number]

    def _read(self, tokens: Tokens, context: str) -> _Template:
        words, marks, known = [], [], self._words
        whole, shape = _mark(len(tokens), context), _mark(-len(tokens), context)
        for place, word in enumerate(map(known.__getitem__, tokens)):
            mark = hash((place, word.code)) & _KEY
            marks.append(mark)
            whole ^= mark
            if word.weight:
                words.append((place, word))
            elif tokens[place] != STAR:
                shape ^= mark
        return _Template(tokens, context, words, marks, whole, shape)

    def _template(self, number: int) -> _Template:
        return self._read(self._tokens[number], self._contexts[number])

    def _insert(self, template: _Template) -> int:
        """The template's number; where it is new, what it gives reason to join is joined."""
        tokens, context, words, marks, whole, shape = template
        known = self._whole.get(whole)
        if known is not None:
            return known
        number = len(self._tokens)
        self._tokens.append(tokens)
        self._contexts.append(context)
        self._parents.append(number)
        self._whole[whole] = number
        if self._adds_nothing(number, template):
            self._said.add(number)
            return number
        weight = 0
        for place, word in words:
            weight += word.weight
            speaking = self._spoken.append(shape ^ marks[place], number)
            if len(speaking) == self._fewest:
                self._waiting.update(speaking)
        for place, word in words:
            if weight > word.weight:
                alone = whole ^ marks[place]
                alike = self._gaps.append(alone ^ _GAPS[place], number)
                if alike or alone ^ _STARS[place] in self._whole:
                    self._one_place(number, alone ^ _STARS[place], alike or (number,), place, weight - word.weight)
        if STAR in tokens:
            self._beside_values(number, template, weight)
        return number

    def _beside_values(self, number: int, template: _Template, weight: int) -> None:
        """The template has values itself: others that have words there may be its instances."""
        if weight >= self._rules.statement:
            self._take_instances(number, template)
            return
        for place, token in enumerate(template.tokens):
            if token == STAR and weight and (alike := self._gaps.get(template.whole ^ _STARS[place] ^ _GAPS[place])):
                self._one_place(alike[0], template.whole, alike, place, weight)

    def _adds_nothing(self, number: int, template: _Template) -> bool:
        """Join the general templates of which the template is an instance; whether one of them has had instances enough.

        Names come without end. What a thousand of them did not show, the next one does not show either.
        """
        enough = False
        for place, _ in template.words:
            for general in self._openings.get(template.shape ^ template.marks[place]):
                if self._is_instance(template.tokens, self._tokens[general]):
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
        made = (
            known if known is not None else self._insert(self._read(self._with_values(self._tokens[number], place), self._contexts[number]))
        )
        for one in alike:
            self._join(one, made)
        self._open(made)

    def _two_places(self, template: _Template) -> None:
        """Count the words at each two places in a sketch that no order changes; full ones are variables together.

        Only such pairs as leave no word over that too few templates say: their places could not be full.
        """
        tokens, context, words, marks, whole, shape = template
        if len(words) > _MOST_WORDS:
            return
        rare = tuple([which for which, (place, _) in enumerate(words) if len(self._spoken.get(shape ^ marks[place])) < self._fewest])
        if len(rare) > 2:
            return
        if not self._pairs:
            self._pairs = array("H", (0,)) * (2 * _CELLS)
        pairs, rules = self._pairs, self._rules
        spare = sum([word.weight for _, word in words]) - rules.statement_of_two
        enough = [rules.bits_cued if is_cued(tokens, place) else rules.bits for place, _ in words]
        for first, second in _each_two(len(words), rare):
            place, word = words[first]
            other_place, other = words[second]
            if word.weight + other.weight > spare:
                continue
            # With its places: templates that lack values at other places may have the same general one.
            general = whole ^ marks[place] ^ _STARS[place] ^ marks[other_place] ^ _STARS[other_place]
            key = general ^ hash((place, other_place)) & _KEY
            added = word.bit | other.bit << 8
            cell, twin = key % _CELLS, _CELLS + (key >> 24) % _CELLS
            before = pairs[cell]
            pairs[cell] = before | added
            pairs[twin] |= added
            if not before:
                continue  # most cells are touched once
            # What varies itself is no cue, or the last template would decide.
            enough_there = rules.bits if other_place == place + 1 else enough[second]
            full = _bits(bits := pairs[cell] & pairs[twin]) >= enough[first] and _bits(bits >> 8) >= enough_there
            if full and self._whole.get(general) not in self._general:
                self._varying.append((self._with_values(tokens, place, other_place), context))

    def _open(self, number: int) -> None:
        """Make the template general, whatever its statement weighs."""
        if number not in self._general:
            self._take_instances(number, self._template(number))

    def _take_instances(self, number: int, template: _Template) -> None:
        """Join the template's instances to it, those that came and, by an entry in the openings, those that come."""
        self._general.add(number)
        tokens, words = template.tokens, template.words
        if not words:
            return
        keys = [template.shape ^ template.marks[place] for place, _ in words]
        for one in min([self._spoken.get(key) for key in keys], key=len):
            if one != number and self._is_instance(self._tokens[one], tokens):
                self._join(one, number)
        lengths = [len(tokens[place]) for place, _ in words]
        self._openings.append(keys[lengths.index(max(lengths))], number)

    def _is_instance(self, tokens: Tokens, general: Tokens) -> bool:
        """Whether the tokens say the same, with words where the other has values. Both have one shape."""
        return all(mine == its or its == STAR for mine, its in zip(tokens, general, strict=True))

    def _with_values(self, tokens: Tokens, *places: int) -> Tokens:
        made = list(tokens)
        for place in places:
            made[place] = STAR
        return tuple(made)

    def _join(self, one: int, other: int) -> None:
        one, other = self.group(one), self.group(other)
        if one != other:
            stays, ends = min(one, other), max(one, other)
            self._parents[ends] = stays
            self._joins.append((stays, ends))


@lru_cache(maxsize=_REMEMBERED)
def _code(text: str) -> int:
    return code_of(text)


def _mark(place: int, token: str) -> int:
    # Of numbers, unlike texts, hash() is the same everywhere.
    return hash((place, _code(token))) & _KEY


_STARS: Final = [_mark(place, STAR) for place in range(_LONGEST)]
_GAPS: Final = [_mark(place, _GAP) for place in range(_LONGEST)]


def _bits(sketch: int) -> int:
    return (sketch & 255).bit_count()


@cache
def _each_two(count: int, among: tuple[int, ...]) -> list[tuple[int, int]]:
    """Each two of so many that leave out none of these."""
    return [pair for pair in combinations(range(count), 2) if set(among) <= set(pair)]
