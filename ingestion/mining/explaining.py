"""What a pattern is, for people: its template with named variables, samples of each, and why its messages are together. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from ingestion.mining.tokens import compared

SAMPLES: Final = 20
_KIND: Final = re.compile(r"<[A-Z]+>")


@dataclass(frozen=True, slots=True)
class Variable:
    """A place of a template that varies: its name as the template shows it, and some of what stood there once masked."""

    name: str
    seen: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Why messages that differ here are together."""
        words = [one for one in self.seen if not _KIND.search(one)]
        if not words:
            return f"{self.name}: a value by its looks"
        beside = ", beside values" if len(words) < len(self.seen) else ""
        return f"{self.name}: {len(words)} different words stand here{beside} while the rest is the same ({', '.join(words[:5])})"


@dataclass(frozen=True, slots=True)
class Explanation:
    template: str
    variables: tuple[Variable, ...]


def explain(masked: Iterable[str]) -> Explanation:
    """The template of these masked messages, all of one pattern, and its variables. The order they come in does not matter."""
    forms = sorted(set(masked))
    if not forms:
        return Explanation("", ())
    shown = forms[0]
    columns = zip(*([match[0] for match in compared(form)] for form in forms), strict=False)
    pieces: list[str] = []
    variables: list[Variable] = []
    end = 0
    for match, column in zip(compared(shown), columns, strict=False):
        pieces.append(shown[end : match.start()])
        end = match.end()
        seen = sorted(set(column))
        if len(seen) > 1:
            pieces.append(_name(seen))
            variables.append(Variable(pieces[-1], sampled(seen)))
        else:
            pieces.append(match[0])
            variables += [Variable(kind, ()) for kind in _KIND.findall(match[0])]
    pieces.append(shown[end:])
    return Explanation("".join(pieces), tuple(variables))


def sampled(values: Iterable[str]) -> tuple[str, ...]:
    """At most SAMPLES of the values: the same ones whatever the order, and whether taken at once or from samples of parts."""
    return tuple(sorted(set(values), key=lambda value: (crc32(value.encode(errors="replace")), value))[:SAMPLES])


def values_in(template: str, message: str) -> tuple[str, ...] | None:
    """What stands in the message at the template's variables, in their order; None where the message does not fit the template.

    Each value ends where what follows it in the template is found first, so that no message takes long.
    """
    first, *rest = _KIND.split(" ".join(template.split()))
    text = " ".join(message.split())
    if not text.startswith(first):
        return None
    values = []
    end = len(first)
    for number, fixed in enumerate(rest, 1):
        last = number == len(rest)
        start = len(text) - len(fixed) if last and text.endswith(fixed) else text.find(fixed, end) if fixed and not last else end
        if start < end or (last and not text.endswith(fixed)):
            return None
        values.append(text[end:start])
        end = start + len(fixed)
    return tuple(values) if end == len(text) else None


def _name(seen: Sequence[str]) -> str:
    """One name for a place where these tokens stood: the kinds of its values, or that they are words."""
    kinds = {kind for token in seen for kind in _KIND.findall(token)}
    if any(not _KIND.search(token) for token in seen):
        kinds.add("<WORD>")
    return kinds.pop() if len(kinds) == 1 else "<VALUE>"
