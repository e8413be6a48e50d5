"""How a test's name is parted into the test and its parameters. Pure.

Runners write the parameters of one instance behind the name of the test: pytest `test_add[1-2]`, Surefire `add(int)[1]` and
`add{int}[1]`, NUnit `Add(1,2)`, MSTest `Add_Sums (1)`, PHPUnit `testAdd with data set #0`. Others write sentences, which may well
end in a bracket: jest's `returns [1, 2]`, JUnit's display name `[1] 1, 2`. The rule:

- The test is one word: no space, no bracket, a letter, digit or underscore at its end. What stands behind it must be brackets
  up to the end of the name: balanced and with nothing between them; or, behind a word that only code would write (an
  underscore or a capital inside), simply from its first bracket to the last, since pytest's ids may hold anything.
- Behind such a word of code, parentheses may also stand after one space.
- PHPUnit's ` with data set ` is what it always writes.

One pair of brackets around all parameters is left out, as in `1-2`; several stay, as in `{int}[1]`. So the empty parentheses
that Gradle writes behind every method come to no parameters.
"""

from __future__ import annotations

import re
from typing import Final

_CLOSERS: Final = {"(": ")", "[": "]", "{": "}"}
_WORD_AND_BRACKETS: Final = re.compile(r"([^\s()\[\]{}]*\w)([(\[{].*)", re.DOTALL)
_CODE_AND_PARENTHESES: Final = re.compile(r"([\w.]+) \((.*)\)", re.DOTALL)
_DATA_SET: Final = re.compile(r"(\w+) (with data set .*)", re.DOTALL)
_CODE: Final = re.compile(r"_|[a-z0-9][A-Z]")


def part(name: str) -> tuple[str, str]:
    """The test's own name and its parameters, which are empty where it has none."""
    if match := _DATA_SET.fullmatch(name):
        return match[1], match[2]
    if name[-1:] not in _CLOSERS.values():
        return name, ""
    if match := _WORD_AND_BRACKETS.fullmatch(name):
        return _bracketed(name, match[1], match[2])
    if (match := _CODE_AND_PARENTHESES.fullmatch(name)) and _CODE.search(match[1]):
        return match[1], match[2]
    return name, ""


def _bracketed(name: str, word: str, tail: str) -> tuple[str, str]:
    groups = _groups(tail)
    if groups > 1:
        return word, tail
    if groups == 1 or (_CLOSERS[tail[0]] == tail[-1] and _CODE.search(word)):
        return word, tail[1:-1]
    return name, ""


def _groups(tail: str) -> int:
    """How many pairs of brackets a text is, one behind the other; 0 where they are not balanced or something stands between."""
    groups = 0
    closers: list[str] = []
    for character in tail:
        if character in _CLOSERS:
            groups += not closers
            closers.append(_CLOSERS[character])
        elif not closers or (character in ")]}" and closers.pop() != character):
            return 0
    return 0 if closers else groups
