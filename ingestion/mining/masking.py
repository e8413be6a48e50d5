"""From a message to its masked form, which is what fingerprints are made of. Pure.

Three layers, each remembered: blank-free tokens with their digits flattened (`values`), then what only shows across
tokens: quoted text, `key=value`, dates in words, quantities with units, lists. So a line whose variables are
fresh costs little more than looking its tokens up.
"""

import re
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from ingestion.mining import tokens
from ingestion.mining.sentences import masked_sentence
from ingestion.mining.tracebacks import masked_traceback
from ingestion.mining.values import masked_token

# Longer messages are told apart by their beginning; the rest is most often a dump of data.
MASKED_LENGTH: Final = 4_000
_Key = TypeVar("_Key", str, bytes)
_LONGEST_NUMBER: Final = 60
_REMEMBERED: Final = 100_000
_FLAT: Final = bytes.maketrans(b"123456789", b"000000000")


class _Memory(dict[_Key, str], Generic[_Key]):
    """What a function gave before; forgotten when it becomes too much."""

    def __init__(self, function: Callable[[_Key], str]) -> None:
        super().__init__()
        self._function: Callable[[_Key], str] = function

    def __missing__(self, key: _Key) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[key] = found = self._function(key)
        return found


def mask(message: str) -> str:
    """The message with its values named: `Request <UUID> took <NUM> ms`; blanks folded."""
    if "\n" in message and (told := masked_traceback(message[:MASKED_LENGTH])):
        return _SENTENCES[told]
    return mask_flattened(flattened(message))


def flattened(message: str) -> bytes:
    """The message with its digits flattened. Bytes are flattened and parted several times faster than text."""
    return message[:MASKED_LENGTH].encode(errors="replace").translate(_FLAT)


def mask_flattened(flat: bytes) -> str:
    """As `mask`, for what is flattened already and is no traceback: the digits of a traceback may tell its files apart."""
    return _SENTENCES[_with_tokens_masked(flat)]


def _with_tokens_masked(flat: bytes) -> str:
    if b"  " in flat:
        flat = _NOTHING.sub(rb"\1 <NONE> ", flat)
    parts = flat.split()
    masked = list(map(_TOKENS.__getitem__, parts))
    if b" /" in flat and not _METHODS.isdisjoint(parts):
        _keep_routes(parts, masked)
    return " ".join(masked)


# Two blanks behind such a word and before another: a value that is empty.
_NOTHING: Final = re.compile(rb"(?<!\S)(user|for|from|by|host|name|client|server)  (?=[A-Za-z\[(])")
# What a request asks for is part of the statement as long as it does not vary: the health check that fails is not the payment.
_METHODS: Final = frozenset(
    quote + method for quote in (b"", b'"', b"'") for method in (b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS")
)


def _keep_routes(parts: list[bytes], masked: list[str]) -> None:
    for number, part in enumerate(parts[:-1], 1):
        if part in _METHODS and parts[number].startswith(b"/"):
            masked[number] = _route(parts[number])


def _route(path: bytes) -> str:
    """The path of a request with its segments masked one by one, without the query."""
    told, query, _ = path.partition(b"?")
    end = "" if query or not path.endswith(b'"') else '"'
    return "/".join([_TOKENS[part] for part in told.removesuffix(b'"').split(b"/")]) + end


def _masked(part: bytes) -> str:
    if part.isalpha():
        return part.decode()
    return "<NUM>" if part.isdigit() and len(part) <= _LONGEST_NUMBER else masked_token(part.decode())


_TOKENS: Final = _Memory(_masked)
_SENTENCES: Final = _Memory(masked_sentence)


def forget() -> None:
    """Forget what is remembered, for measuring; it changes no result."""
    _TOKENS.clear()
    _SENTENCES.clear()
    tokens.forget()
