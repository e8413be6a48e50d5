"""The issue on GitHub: its number, address, title, labels, priority and state. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import Final

from audits.claims.blocks import Item, Kind
from audits.claims.found import Found
from audits.claims.records import Fields
from audits.claims.shapes import Lines, StatedGitHub
from audits.claims.topic_words import Topic
from audits.claims.wording import one_of, plain, unquoted

_URL: Final = re.compile(r"https?://(?:www\.)?github\.[\w.-]{1,60}/([\w.-]{1,100}/[\w.-]{1,100})/issues/(\d{1,9})", re.IGNORECASE)
_REPOSITORY: Final = re.compile(r"(?<![\w/])([\w-]{1,60}/[\w.-]{1,100})#(\d{1,9})\b")
_NUMBER: Final = re.compile(
    r"(?:\b(?:git\s?hub|gh|issue|ticket|tracked\s+(?:as|in)|filed\s+as|created)\b[^#\n]{0,40}#|\bgh-"
    r"|(?<![\w&/#])#)(\d{1,9})\b",
    re.IGNORECASE,
)
_BARE_NUMBER: Final = re.compile(r"\b(?:issue|ticket)\s+(\d{1,9})\b", re.IGNORECASE)
_INLINE: Final = re.compile(r"\b(?P<key>labels?|priority|state|status)\s*:?\s+(?P<value>`[^`]{1,80}`|[^;.()\n]{1,120})", re.IGNORECASE)
_QUOTED_TITLE: Final = re.compile(r"(?:#\d{1,9}|/issues/\d{1,9}\)?)[\s,:–—-]{1,4}[\"“]([^\"”]{5,300})[\"”]")
_PULL: Final = one_of(r"pulls?", r"pull\s+request", r"pr", r"merge\s+request", r"mr")
_OTHER: Final = one_of(
    r"related",
    r"similar",
    r"see\s+also",
    r"duplicates?(?:\s+of)?",
    r"depends",
    r"blocked\s+by",
    r"previous(?:ly)?",
    r"earlier",
    r"older",
    r"cf",
    r"follow[\s-]?up",
    r"references?",
    r"linked",
    r"separate",
    r"upstream",
    r"spun?\s+off",
    r"split\s+off",
    r"child",
)
# Said again on purpose, after whatever was claimed in between.
_STILL_OPEN: Final = re.compile(r"\b(?:still|remains?|stays?|left|kept)\s+open\b", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"(?<=[.!?;])\s+")
_FIELDS: Final = Fields(
    {
        "title": r"(?:issue\s+)?(?:title|name|summary)",
        "labels": r"(?:issue\s+)?(?:labels?|tags?)",
        "priority": r"(?:issue\s+)?priority",
        "state": r"(?:git\s?hub\s+)?(?:issue\s+)?(?:status|state)",
        "url": r"(?:git\s?hub\s+)?(?:issue\s+)?(?:url|link|address|created|issue|number|id|ticket|reference|filed|opened"
        r"|tracker)(?:\s+(?:url|link|created|number))?|git\s?hub",
    }
)
_OPEN: Final = one_of(r"(?:re-?)?open(?:ed)?", r"still\s+open", r"remains?\s+open", r"(?:is|stays?|left|kept)\s+open")
_CLOSED: Final = one_of(r"closed")
_NOT_CLOSED: Final = one_of(
    r"not\s+(?:yet\s+)?(?:been\s+)?closed",
    r"(?:to\s+be|will\s+be|should\s+be|can\s+be|could\s+be|be|once|when|until|after|before)\s+(?:\w+\s+)?closed",
    r"will\s+close",
    r"auto[\s-]?close\w*",
    r"closes?\s+(?:#|when|on|once|after)",
    r"(?:to|then)\s+close",
)
_NOT_OPEN: Final = one_of(
    r"(?:was|were|been|just|newly)\s+opened",
    r"opened\s+(?:on|at|by|as|with|for)",
    r"to\s+(?:be\s+)?open(?:ed)?",
    r"opened\s*:?\s*(?=#|https?:)",
)
_STATE_CONTEXT: Final = one_of(
    r"git\s?hub", r"issue\s+(?:#?\d+|is|was|has|remains|status|state|still|stays)", r"issue", r"ticket", r"gh-?\d+", r"#\d+"
)


@dataclass(slots=True)
class _Draft:
    """What one section says of the issue."""

    first: Item
    last: Item
    number: int | None = None
    url: str = ""
    repository: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    state: str = ""

    def claim(self) -> StatedGitHub | None:
        if self.number is None and "title" not in self.fields and not self.state:
            return None
        return StatedGitHub(
            lines=Lines(self.first.first, self.last.last),
            number=self.number,
            url=self.url,
            repository=self.repository,
            title=self.fields.get("title", ""),
            labels=tuple(_labels(self.fields.get("labels", ""))),
            priority=self.fields.get("priority", ""),
            state=self.state,
        )


def read_github(items: list[Item]) -> Found:
    """The issue as its section tells it, and later statements where they name another issue or a state."""
    known: set[int] = set()
    state = ""
    for draft in _drafts(items, known):
        claim = draft.claim()
        if claim is None:
            continue
        is_new = (claim.number is not None and claim.number not in known) or (claim.number is None and claim.title and not known)
        if is_new or (claim.state and claim.state != state) or (claim.state == "open" and _STILL_OPEN.search(draft.last.text)):
            if claim.number is not None:
                known.add(claim.number)
            state = claim.state or state
            yield claim


def _drafts(items: list[Item], known: set[int]) -> Iterator[_Draft]:
    """What each section, and each line elsewhere, says of the issue; `known` are the numbers taken so far."""
    draft: _Draft | None = None
    for item in items:
        if item.quoted or item.kind is Kind.CODE:
            continue
        if item.topic is Topic.GITHUB:
            starts = item.kind is Kind.HEADING and not (item.title is not None and item.title.topic is Topic.GITHUB)
            if draft is not None and (starts or not _goes_on(draft, item)):
                yield draft
                draft = None
            draft = draft or _Draft(item, item)
            _take(draft, item)
            continue
        if draft is not None:
            yield draft
            draft = None
        alone = _alone(item, frozenset(known))
        if alone is not None:
            yield alone
    if draft is not None:
        yield draft


def _goes_on(draft: _Draft, item: Item) -> bool:
    """Whether an item speaks of the same issue as the section so far."""
    found = _reference(item)
    return found is None or draft.number is None or found[0] == draft.number or bool(_OTHER.search(item.text))


def _take(draft: _Draft, item: Item) -> None:
    name = _FIELDS.name_of(item.key)
    found = _reference(item)
    if found is not None and draft.number is None:
        draft.number, draft.repository, draft.url = found
        draft.last = item
    if name and name != "url" and item.value and name not in draft.fields and item.kind is not Kind.HEADING:
        draft.fields[name] = unquoted(plain(item.value).split(" (")[0] if name == "priority" else plain(item.value))
        draft.last = item
    if not name or name == "url":
        _take_inline(draft, item)
    state = _state(item, keyed=name == "state")
    if state:
        draft.state = state
        draft.last = item


def _take_inline(draft: _Draft, item: Item) -> None:
    """What a sentence that names the issue says of it besides: a quoted title, labels and priority in parentheses."""
    titled = _QUOTED_TITLE.search(item.text)
    if titled and draft.number is not None:
        draft.fields.setdefault("title", titled[1])
    for match in _INLINE.finditer(item.text):
        name = _FIELDS.name_of(match["key"].lower())
        if name in ("labels", "priority"):
            draft.fields.setdefault(name, match["value"].strip(" `"))


def _alone(item: Item, known: frozenset[int]) -> _Draft | None:
    """An item outside of the issue's own section that names the issue, or its state."""
    if item.topic in (Topic.WHYS, Topic.CAUSE, Topic.PLAN, Topic.GOALS):
        return None
    text = item.text
    if not _STATE_CONTEXT.search(text) and "github." not in item.raw and not _REPOSITORY.search(text):
        return None
    found = _reference(item, known)
    named = found is not None and (found[1] or found[2] or re.search(r"git\s?hub|\bissue\b|\bgh\b|ticket", text, re.IGNORECASE))
    state = _state(item, keyed=False) if named or re.search(r"git\s?hub", text, re.IGNORECASE) else ""
    if not named and not state:
        return None
    draft = _Draft(item, item, state=state)
    if found is not None and named:
        draft.number, draft.repository, draft.url = found
    return draft


def _reference(item: Item, known: frozenset[int] = frozenset()) -> tuple[int, str, str] | None:
    """Number, repository and address of the issue that an item names; one that is only related is none.

    Of an issue already `known`, the number alone will do: "issue 31".
    """
    url = _URL.search(item.raw)
    if url:
        return None if _OTHER.search(plain(item.raw[: url.start()])[-60:]) else (int(url[2]), url[1], url[0])
    text = item.text
    named = _REPOSITORY.search(text)
    if named and not _is_aside(text, named.start()):
        return int(named[2]), named[1], ""
    for match in _NUMBER.finditer(text):
        lead = text[max(0, match.start() - 40) : match.start(1)]
        spoken = item.topic is Topic.GITHUB or re.search(r"git\s?hub|\bgh-|\bissue\b|ticket", lead, re.IGNORECASE)
        if (
            spoken
            and not _is_aside(text, match.start(1))
            and not re.search(r"(?:system|finding|priority|why|test|step|phase)\s+(?:issue\s+)?#\Z", lead, re.IGNORECASE)
        ):
            return int(match[1]), "", ""
    bare = _BARE_NUMBER.search(text)
    return (int(bare[1]), "", "") if bare and int(bare[1]) in known else None


def _is_aside(text: str, place: int) -> bool:
    lead = text[max(0, place - 60) : place]
    return bool(_OTHER.search(lead) or _PULL.search(lead))


def _state(item: Item, *, keyed: bool) -> str:
    text = plain(item.value) if keyed else item.text
    if not keyed and (item.checked is False or not (_STATE_CONTEXT.search(text) or _REPOSITORY.search(text))):
        return ""
    if keyed and not item.value:
        return ""
    inline = next((match["value"] for match in _INLINE.finditer(text) if match["key"].lower() in ("state", "status")), "")
    text = inline if inline and not keyed else text if keyed else _said_of_ticket(text)
    if _CLOSED.search(text) and not _NOT_CLOSED.search(text) and not re.search(r"fail\w*\s+closed", text, re.IGNORECASE):
        return "closed"
    if _OPEN.search(text) and (keyed or not _NOT_OPEN.search(text)):
        return "open"
    return "open" if _NOT_CLOSED.search(text) and re.search(r"not\s+(?:yet\s+)?(?:been\s+)?closed", text, re.IGNORECASE) else ""


def _said_of_ticket(text: str) -> str:
    """A text from the sentence on that first speaks of the issue on GitHub."""
    parts = _SENTENCE_END.split(text)
    return " ".join(dropwhile(lambda part: not (_STATE_CONTEXT.search(part) or _REPOSITORY.search(part)), parts)) or text


def _labels(stated: str) -> Iterator[str]:
    for part in re.split(r"[,;|]|\s{2,}", stated):
        label = part.strip(" `\"'*[]")
        if label and len(label) <= 100:
            yield label
