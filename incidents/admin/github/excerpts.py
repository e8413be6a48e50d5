"""What goes to GitHub or came from there, as a page can show it: never endless, and readable whatever its bytes are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from incidents.quoting import shown

# Of a text, and of JSON when it is indented. A comment on GitHub has up to 65,536 characters.
SHOWN_CHARACTERS: Final = 20_000
# Of a delivery, which may be 25 MB: more is neither fetched nor taken apart.
READ_BYTES: Final = 1_000_000
# Of a name, a label or a state: GitHub's are shorter.
_SHOWN_WORDS: Final = 500


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A text as far as it is shown."""

    text: str
    is_cut: bool = False

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Request:
    """A request to GitHub: what it is, its Markdown, and its other fields by name."""

    verb: str = ""
    path: str = ""
    markdown: Excerpt = Excerpt("")
    fields: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answer:
    """What GitHub answered."""

    status: str
    body: Excerpt


def excerpt(text: str) -> Excerpt:
    """The beginning of a text, with what would be invisible written out."""
    return Excerpt(shown(text[:SHOWN_CHARACTERS]), len(text) > SHOWN_CHARACTERS)


def readable(body: bytes | str, *, is_whole: bool = True) -> Excerpt:
    """JSON with indents; anything else as it came, with bytes that are no UTF-8 written out."""
    text = body if isinstance(body, str) else body.decode(errors="backslashreplace")
    if not is_whole:
        return Excerpt(excerpt(text).text, is_cut=True)
    try:
        # Piece by piece: a deep nest of many small things may be a thousand times longer with its indents.
        return excerpt(_beginning(json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(json.loads(text))))
    except (ValueError, RecursionError):
        return excerpt(text)


def request_of(kept: Any) -> Request | None:
    """What was asked of GitHub, from the row; None where nothing was asked yet."""
    if not isinstance(kept, dict):
        return None
    given = kept.get("body")
    given = given if isinstance(given, dict) else {}
    return Request(
        verb=_words(kept.get("verb")),
        path=_words(kept.get("path")),
        markdown=excerpt(str(given.get("body") or "")),
        fields=[(_words(name), _words(value)) for name, value in given.items() if name != "body"],
    )


def answer_of(kept: Any) -> Answer | None:
    """What GitHub answered, from the row; None where it said nothing."""
    if not isinstance(kept, dict):
        return None
    return Answer(_words(kept.get("status")), readable(str(kept.get("body") or "")))


def _words(value: Any) -> str:
    said = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return shown(said[:_SHOWN_WORDS])


def _beginning(pieces: Iterable[str]) -> str:
    """As many pieces as it takes to see that they are too many to be shown."""
    taken, length = [], 0
    for piece in pieces:
        taken.append(piece)
        length += len(piece)
        if length > SHOWN_CHARACTERS:
            break
    return "".join(taken)
