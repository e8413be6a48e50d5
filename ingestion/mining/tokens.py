"""The tokens of a masked message, as merging compares them. Pure."""

import re
from sys import intern
from typing import Final

STAR: Final = "*"
# Blanks and the signs that part words part tokens; a full stop only where the word ends there, or as a leader.
# A colon parts too, but not in `a::b`, nor in a name with its port or tag (`from redis:0000`), nor behind an address.
_TOKEN: Final = re.compile(
    r"""[=,;()\[\]{}"'|]"""
    r"""|\A[a-z][a-z0-9.-]*:<NUM>(?!\S)|(?<=[a-z]\ )[a-z][a-z0-9.-]*:(?:<NUM>|[a-z][a-z0-9]*)(?![^\s,;)\]])"""
    r"""|<[A-Z]+>:(?:<[A-Z]+>:)*[a-z0-9<][^\s=,;()\[\]{}"'|:]*"""
    r"""|(?:[.!?]|::)?[^\s=,;()\[\]{}"'|:.!?]+(?:(?:[.!?]|::)[^\s=,;()\[\]{}"'|:.!?]+)*|:+|[.!?]+"""
)
_VALUE: Final = re.compile(r"[+-]?<[A-Z]+>[A-Za-z%]{0,4}|<[A-Z]+>:\S+")
# A short name with a number, as in `blk_<NUM>`, is a value; a long one is a name that happens to have a number in it.
_NUMBERED: Final = re.compile(r"(?!/)\S*(?:(?<!\.)[._/#@-]<[A-Z]+>|<[A-Z]+>[._/#@-])\S*")
_PLACE_HOLDER: Final = re.compile(r"<[A-Z]+>")
_LONGEST_NAME: Final = 16
# What a quantity is counted in, the version of a protocol and the end of a sentence say nothing of the statement.
_UNIT_NAMES: Final = "B KB MB GB TB KiB MiB GiB kB bytes byte ms us ns sec secs HTTP/<NUM>"
_UNITS: Final = frozenset(_UNIT_NAMES.split())
_ENDS: Final = ".!?"
_WORD: Final = re.compile(r"[^\W\d_]")
_REMEMBERED: Final = 100_000


class _Compared(dict[str, str]):
    """By a token what stands for it in a template: STAR for a value, nothing where it is not compared. Forgotten when it is too much."""

    def __missing__(self, token: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        if token in _UNITS or token[0] in _ENDS:
            told = ""
        elif "<" in token and _is_value(token):
            told = STAR
        else:
            told = intern(token)  # the same words stand in many templates
        self[token] = told
        return told


_COMPARED: Final = _Compared()


def forget() -> None:
    """Forget what is remembered, for measuring."""
    _COMPARED.clear()


def tokens_of(masked: str) -> tuple[str, ...]:
    """The tokens, with every value as STAR whatever its kind; `level<NUM>` stays, it is a word with a number in it."""
    return tuple(filter(None, map(_COMPARED.__getitem__, _TOKEN.findall(masked))))


def compared(masked: str) -> list[re.Match[str]]:
    """The tokens that are compared, as they stand in the masked message."""
    return [match for match in _TOKEN.finditer(masked) if match[0] not in _UNITS and match[0][0] not in _ENDS]


def _is_value(token: str) -> bool:
    if _VALUE.fullmatch(token):
        return True
    return _NUMBERED.fullmatch(token) is not None and len(_PLACE_HOLDER.sub("", token)) <= _LONGEST_NAME


def is_word(token: str) -> bool:
    """Whether a token says something: neither a value nor mere punctuation."""
    return token.isalpha() or _WORD.search(token) is not None
