"""Issues as people name them: in what closes them on GitHub, and in a field of a form. Pure."""

from __future__ import annotations

import re
from typing import Final

# A larger number is none of GitHub's.
_LARGEST: Final = 2**31 - 1
_NUMBER: Final = r"(?P<number>[1-9][0-9]{0,9})"
# Owners of an enterprise's managed accounts have underscores.
_REPOSITORY: Final = r"(?P<{name}>[A-Za-z0-9][A-Za-z0-9_-]{{0,99}}/(?!\.{{1,2}}(?![A-Za-z0-9._-]))[A-Za-z0-9._-]{{1,100}})"
_HOST: Final = r"https?://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?"

_CLOSES: Final = re.compile(
    rf"""
    (?<![A-Za-z0-9_]) (?:close[sd]?|fix(?:e[sd])?|resolve[sd]?) :? \s++
    (?:{_REPOSITORY.format(name="named")}?\#|GH-|{_HOST}/{_REPOSITORY.format(name="linked")}/issues/)
    {_NUMBER} (?![A-Za-z0-9_])
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_TYPED: Final = re.compile(rf"(?:{_REPOSITORY.format(name='named')}?#)?{_NUMBER}", re.ASCII)
_ADDRESS: Final = re.compile(rf"{_HOST}/{_REPOSITORY.format(name='linked')}/issues/{_NUMBER}/?(?:[?#]\S*)?", re.IGNORECASE | re.ASCII)


def closing_references(text: str, *, repository: str) -> list[int]:
    """The issues of a repository (OWNER/NAME) that a commit message or a pull request closes by GitHub's keywords; each once, in order.

    Comments of HTML are left out, with which templates of pull requests are full. Code is not, as a commit message is no Markdown. An
    address counts on any host, as GitHub Enterprise has its own.
    """
    found: dict[int, None] = {}
    for match in _CLOSES.finditer(_without_comments(text)):
        number = int(match["number"])
        named = match["named"] or match["linked"] or repository
        if number <= _LARGEST and named.lower() == repository.lower():
            found[number] = None
    return list(found)


def issue_in(text: str) -> tuple[str | None, int] | None:
    """The issue that somebody names: its repository where it is said (`acme/shop#105`, an address on any host), and its number.

    `105` and `#105` say none. None for anything else, an address of a pull request included.
    """
    typed = text.strip()
    match = _ADDRESS.fullmatch(typed) or _TYPED.fullmatch(typed)
    if match is None or int(match["number"]) > _LARGEST:
        return None
    return next((value for name, value in match.groupdict().items() if name != "number" and value), None), int(match["number"])


def _without_comments(text: str) -> str:
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept.append(text[at:start])
        at = end + len("-->")
    return " ".join([*kept, text[at:]])
