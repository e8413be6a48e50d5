"""Looking an issue up by what somebody is worried about. Pure.

Texts are cut into tokens: case folded, a plural's s dropped, `user_id` and `WebSocketManager` into their parts as well.
"""

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
MOST_TOKENS = 2_000
# Nobody is worried about more at once, and each word is a condition in the query.
MOST_WORDS = 20


def index(texts: Iterable[str]) -> str:
    """The tokens of the texts in one line, a space around each: what `wanted` tokens are looked up in."""
    tokens: set[str] = set()
    for text in texts:
        for word in _WORD.findall(text):
            tokens.add(fold(word))
            tokens.update(fold(part) for part in _HUMP.split(word))
    return f" {' '.join(sorted(tokens)[:MOST_TOKENS])} "


def wanted(focus: str) -> list[str]:
    """The first MOST_WORDS tokens that a focus asks for, each once, in order."""
    return list(dict.fromkeys(fold(word) for word in _WORD.findall(focus)))[:MOST_WORDS]


def fold(word: str) -> str:
    """A word as it is compared: `Threads` and `thread` are the same, `class` and `clas` are not."""
    folded = word.casefold()
    if len(folded) > 3 and folded.endswith("s") and not folded.endswith("ss"):
        return folded[:-1]
    return folded
