"""Which issue a log chooses, and its reasons. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audits.claims.blocks import Item, Kind, after, below
from audits.claims.issue_words import (
    FIELDS,
    GENERIC,
    REASONS,
)
from audits.claims.records import without_label
from audits.claims.shapes import Lines, StatedChoice
from audits.claims.topic_words import Topic
from audits.claims.topics import unnumbered
from audits.claims.wording import one_of, plain, unquoted

_ACTION: Final = one_of(r"(?:the\s+)?(?:critical\s+)?issue\s+(?:to|for)\s+\w+(?:\s+\w+)?", r"for\s+\w+(?:\s+\w+)?", r"the\s+.*\s+to\s+\w+")
_BEFORE_CHOICE: Final = re.compile(
    r"(?:(?:my|the|our)\s+)?(?:choice|chosen(?:\s+\w+)?|selected(?:\s+\w+)?|decision|pick(?:ed)?|issue\s+(?:chosen"
    r"|selected|selection|to\s+(?:act\s+on|fix|action|address|work\s+on))"
    r"|(?:the\s+)?(?:most\s+)?critical\s+issue|acting\s+on)\s*(?:is|was)?\s*[:\-–—]+\s*"
    r"|we\s+(?:fix|tackle|address|handle|take|took|chose|choose|pick|picked|go\s+for|went\s+for|select(?:ed)?"
    r"|act(?:ed)?\s+on|work\s+on|start\s+with)\s+(?:on\s+)?",
    re.IGNORECASE,
)
_TITLE_IN_SENTENCE: Final = re.compile(r"(?:\*\*|__)((?:(?!\*\*|__).){5,300}?)(?:\*\*|__)|[\"“]([^\"”]{5,300})[\"”]|`([^`]{5,300})`")
_TAIL: Final = re.compile(r"[.,;]?\s*(?:the\s+)?(?:reasons?|why|rationale|because|since)\s*:?\Z", re.IGNORECASE)
_LEADING_BOLD: Final = re.compile(r"\W{0,6}(?:\*\*|__)((?:(?!\*\*|__).){5,300})(?:\*\*|__)")
_BECAUSE: Final = re.compile(r",?\s+(?:first\s+)?(?:since|because)\b|\s[-–—]\s|\.\s")
_FEWEST_WORDS: Final = 2
_REASON_BEHIND: Final = re.compile(r"\b(?:since|because|as)\s+(.{8,})|\s[-–—]\s+(.{8,})", re.IGNORECASE)


def choice_of(items: list[Item], wanted: list[int]) -> StatedChoice | None:
    """The choice among the items at the `wanted` places: a section of its own, else a sentence that says which issue is taken."""
    near = [items[place] for place in wanted]
    for place, heading in enumerate(near):
        if not heading.is_label or heading.topic is not Topic.CHOICE:
            continue
        body = list(below(near, place))
        called = _called(heading, body)
        if called is not None:
            item, title = called
            reasons = tuple(_reasons(heading, body))
            return StatedChoice(lines=Lines(item.first, max([heading.last, *(under.last for under in body)])), title=title, reasons=reasons)
    return next((choice for place in range(len(near)) if (choice := _spoken_choice(near, place)) is not None), None)


def _called(heading: Item, body: list[Item]) -> tuple[Item, str] | None:
    """What a section of the choice calls the issue, with the item that does: the heading itself, a key, bold words, a sentence."""
    words = unnumbered(heading.text).strip(" :*")
    own = _BEFORE_CHOICE.sub("", words, count=1).strip(" :*")
    if own != words and not GENERIC.fullmatch(own) and len(own.split()) > 1 and not _ACTION.fullmatch(own):
        return heading, _cleaned(own)
    for item in body:
        title = _title_in(item) if item.kind is not Kind.CODE else ""
        if title:
            return item, _cleaned(title)
    return None


def _title_in(item: Item) -> str:
    if FIELDS.name_of(item.key) == "title" and item.value:
        return unquoted(plain(item.value))
    bold = _LEADING_BOLD.match(item.raw) if not item.key else None
    if bold and not REASONS.search(bold[1]):
        return plain(bold[1])
    if item.kind is not Kind.HEADING and not item.key and not REASONS.search(item.text):
        return item.text
    return _BECAUSE.split(item.text)[0] if item.kind is Kind.PARAGRAPH and _BEFORE_CHOICE.match(item.text) else ""


def _spoken_choice(near: list[Item], place: int) -> StatedChoice | None:
    """A sentence or line outside of such a section: "Chosen: **…**, since …", "We take number 1, "…"."""
    item = near[place]
    match = None if item.kind in (Kind.CODE, Kind.ROW) else _BEFORE_CHOICE.match(item.text)
    if match is None:
        return None
    keyed = item.value if item.key and item.value else ""
    named = _TITLE_IN_SENTENCE.search(keyed or (item.raw.strip("*: ") if item.is_label else item.raw))
    rest = item.text[match.end() :]
    title = _cleaned(next(group for group in named.groups() if group) if named else _BECAUSE.split(rest)[0])
    if len(title.split()) < _FEWEST_WORDS:
        return None
    reasons = [group.strip(" .") for found in _REASON_BEHIND.finditer(rest.partition(title)[2]) for group in found.groups() if group]
    listed = list(_listed_behind(near, place))
    last = listed[-1].last if listed else item.last
    return StatedChoice(lines=Lines(item.first, last), title=title, reasons=(*reasons, *(reason.text for reason in listed)))


def _listed_behind(near: list[Item], place: int) -> Iterator[Item]:
    """The entries of the list behind a spoken choice, or behind a line that announces its reasons."""
    item = listing = near[place]
    for later in after(near, place):
        if later.section != item.section or (later.is_label and not REASONS.search(later.text)):
            return
        if later.opens is not None and not later.opens.is_entry and REASONS.search(later.text):
            listing = later
        elif later.kind is Kind.ENTRY and not later.key and later.title in (listing.opens, listing.title):
            yield later


def _cleaned(title: str) -> str:
    """A chosen issue's title without the words that choose it and the number that it was listed under."""
    return without_label(_TAIL.sub("", _BEFORE_CHOICE.sub("", plain(title), count=1).strip(" :,."))).strip(" :,.")


def _reasons(heading: Item, body: list[Item]) -> Iterator[str]:
    """The entries of the list that gives reasons, else what is keyed as a reason."""
    listing = [
        item.opens for item in body if item.opens and not item.opens.is_entry and not FIELDS.name_of(item.key) and REASONS.search(item.text)
    ]
    if heading.opens is not None and REASONS.search(heading.text):
        listing.append(heading.opens)
    for item in body:
        keyed = item.value and REASONS.search(item.key)
        if keyed:
            yield plain(item.value)
        elif item.kind is Kind.ENTRY and any(item.title is title for title in listing):
            yield item.text
    if not listing and heading.opens is not None:
        entries = [item for item in body if item.kind is Kind.ENTRY and item.title is heading.opens and not item.key]
        yield from (item.text for item in entries)
