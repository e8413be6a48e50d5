"""Root causes: the statement, its impact, fix and scope, and which of them corrects an earlier one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from audits.claims.blocks import Item, Kind, below
from audits.claims.found import Found
from audits.claims.names import places
from audits.claims.records import Fields, inline_fields
from audits.claims.shapes import Lines, Place, StatedRootCause
from audits.claims.topic_words import Topic
from audits.claims.topics import NOT_YET, unnumbered
from audits.claims.wording import one_of, plain, similar

_CAUSE: Final = re.compile(
    r"(?:(?:correction|revision|update)\s+(?:of|to)\s+)?(?:the\s+)?(?:(?:ultimate|actual|true|real|corrected|confirmed"
    r"|final|primary|main|fundamental|underlying|revised|updated|new|technical|identified|verified|core"
    r"|initial|original|suspected|proximate|deepest|second|definitive|proven)\s+)*(?:root[\s-]*causes?"
    r"|(?<=actual\s)cause|(?<=real\s)cause|(?<=true\s)cause|(?<=corrected\s)cause|(?<=underlying\s)cause)"
    r"(?:\s+(?:analysis\s+)?(?:identified|confirmed|summary|statement|found|conclusion|determined|discovered|verified"
    r"|update|correction|revised|corrected|result|is|was))?"
    r"(?P<analysis>\s+analysis)?\s*(?:\([^()]*\)\s*)?(?:,\s*\w+(?:\s+\w+){0,3}\s*)?(?:#?\d\s*)?\Z",
    re.IGNORECASE,
)
_CAUSE_ALONE: Final = re.compile(r"(?:the\s+)?cause\Z", re.IGNORECASE)
# Below "Root cause analysis" the whys may stand instead of the statement.
_ASKS: Final = re.compile(r"(?:\d[.)]\s*)?(?:q\d?\s*[:.]\s*)?why\b", re.IGNORECASE)
_IN_SENTENCE: Final = re.compile(
    r"\b(?:root[\s-]*cause)(?:\s+(?:is|was|turned\s+out\s+to\s+be)\s*:?|\s*:|\s+[–—-])\s*(?:that\s+)?(.{10,})", re.IGNORECASE
)
_CORRECTS: Final = one_of(
    r"correct(?:ed|ion)",
    r"revis(?:ed|ion)",
    r"actual",
    r"true",
    r"real",
    r"supersed\w+",
    r"re-?analysis",
    r"updated",
    r"new",
    r"wrong",
    r"incorrect",
    r"second",
    r"instead",
    r"not\s+what\s+we\s+thought",
    r"disproved",
    r"invalidated",
)
_REJECTED: Final = one_of(
    r"incorrect", r"wrong", r"rejected", r"disprove[dn]", r"ruled\s+out", r"invalidated", r"superseded", r"refuted", r"false\s+lead"
)
# A row "root cause | found" of a check list states none.
_STATE_ONLY: Final = re.compile(
    r"\W*(?:found|identified|known|unknown|yes|done|confirmed|completed?|pending|tbd|open|n/?a|see\s+(?:above|below))\W*\Z", re.IGNORECASE
)
_STATEMENT: Final = re.compile(
    r"(?:root\s+cause|(?:primary|main|core|root)\s+(?:issue|cause|problem)|statement|summary|cause|conclusion|finding"
    r"|problem|issue|what|in\s+short|tl;?dr)\Z",
    re.IGNORECASE,
)
_FIELDS: Final = Fields(
    {
        "impact": r"(?:\w+\s+)?impact|affects|consequences?|effect|blast\s+radius",
        "fix": r"(?:(?:proposed|recommended|suggested|required|planned|minimal)\s+)?(?:fix|solution|remedy|remediation|resolution"
        r"|mitigation)(?:\s+(?:approach|needed|required|proposed|direction))?",
        "scope": r"scope|(?:affected|changed|involved)\s+(?:files?|code|components?|modules?|locations?|areas?)"
        r"|files?(?:\s+affected)?|(?:code\s+|fix\s+)?locations?|where|components?|code",
        "evidence": r"evidence|proof|confidence|verified(?:\s+by)?|secondary\s+\w+|contributing\s+factors?|category|type|severity"
        r"|introduced(?:\s+\w+)?|since|status|owner|notes?|date",
    }
)
# Elsewhere a root cause is only said again; there it counts where nothing else states one.
_STATED_IN: Final = frozenset({None, Topic.WHYS, Topic.CAUSE, Topic.ISSUES, Topic.CHOICE})
_MOST_FIELDS: Final = 12
_MOST_FAULTS: Final = 50
_MOST_VERSIONS: Final = 50
_LONGEST: Final = 1_500


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A root cause that stands somewhere; a `strong` one stands where root causes are stated."""

    item: Item
    titles_near: tuple[str, ...]
    claim: StatedRootCause
    strong: bool
    calls_earlier_wrong: bool


def read_causes(items: list[Item], faults_on_the_way: tuple[str, ...] = ()) -> Found:
    """The root causes in the file's order; what only says an earlier one again is left out.

    `faults_on_the_way` are the titles of faults whose own causes are not the incident's.
    """
    candidates = [candidate for candidate in _candidates(items) if not _is_of_another(candidate, faults_on_the_way[:_MOST_FAULTS])]
    if any(candidate.strong for candidate in candidates):
        candidates = [candidate for candidate in candidates if candidate.strong or candidate.calls_earlier_wrong]
    else:
        candidates = candidates[:1] or list(_in_sentences(items))[:1]
    known: list[str] = []
    for candidate in candidates[:_MOST_VERSIONS]:
        statement = candidate.claim.statement
        if not candidate.calls_earlier_wrong and any(similar(statement, earlier) for earlier in known):
            continue
        known.append(statement)
        claim = candidate.claim
        corrects = candidate.calls_earlier_wrong and len(known) > 1
        yield StatedRootCause(
            lines=claim.lines, statement=statement, impact=claim.impact, fix=claim.fix, scope=claim.scope, corrects=corrects
        )


def is_cause_heading(item: Item) -> bool:
    """Whether an item opens, or is, a statement of the root cause."""
    return _words_of(item) is not None


def statement_below(items: list[Item], place: int) -> tuple[str, int]:
    """The root cause's statement that the item at a place makes or opens, and its last line; empty where it makes none."""
    words = _words_of(items[place])
    if words:
        return words, items[place].last
    return _below(items, place)


def _candidates(items: list[Item]) -> Iterator[_Candidate]:
    for place, item in enumerate(items):
        if item.kind is Kind.CODE or item.checked is not None or _words_of(item) is None:
            continue
        statement, last = statement_below(items, place)
        if not statement or _STATE_ONLY.match(statement) or _is_answered_elsewhere(item) or _ASKS.match(statement):
            continue
        fields, raw_scope, end = _fields(items, place)
        claim = StatedRootCause(
            lines=Lines(item.first, max(last, end)),
            statement=statement[:_LONGEST],
            impact=fields.get("impact", ""),
            fix=fields.get("fix", ""),
            scope=tuple(_scope(raw_scope, item.raw)),
        )
        strong = _stands_where_stated(item)
        yield _Candidate(item, _titles_near(items, place), claim, strong, _calls_earlier_wrong(items, place))


def _words_of(item: Item) -> str | None:
    """What an item states as the root cause on its own line, empty where it only opens the statement; None where it is none."""
    if item.kind is Kind.CODE or item.quoted:
        return None
    if item.key:
        key = unnumbered(item.key)
        match = _CAUSE.match(key)
        if match is None and item.topic in (Topic.WHYS, Topic.CAUSE) and _CAUSE_ALONE.match(key):
            return plain(item.value)
        return None if match is None or (match["analysis"] and item.value) else plain(item.value)
    if not item.is_label:
        return None
    match = _CAUSE.match(unnumbered(item.text).rstrip(" :.!-–—"))
    return None if match is None else ""


def _is_answered_elsewhere(item: Item) -> bool:
    """A rejected hypothesis, or a root cause below the plan or in the quoted text of an issue."""
    return bool(_REJECTED.search(item.key if item.key else item.text)) or item.topic in NOT_YET or item.topic is Topic.GITHUB


def _stands_where_stated(item: Item) -> bool:
    if item.is_under_topic(Topic.STATUS):
        return False
    around = item.title.topic if item.title else None
    return item.topic in _STATED_IN and (around in _STATED_IN or item.is_label)


def _below(items: list[Item], place: int) -> tuple[str, int]:
    """The statement that stands below a heading or label: what is called so, else the first paragraph with the list it opens."""
    texts: list[str] = []
    last = items[place].last
    for item in below(items, place):
        if item.kind is Kind.CODE:
            continue
        if texts and (item.kind is not Kind.ENTRY or (not texts[-1].endswith(":") and len(texts) == 1)):
            break
        if _words_of(item) is not None or item.kind is Kind.HEADING:
            return " ".join(texts), last
        if _FIELDS.name_of(item.key) or _REJECTED.search(item.key):
            continue
        if item.key and _STATEMENT.match(item.key) and item.value:
            return plain(item.value), item.last
        if not texts and item.kind is Kind.ENTRY:
            return _listed(items, place, item)
        texts.append(item.text)
        last = item.last
        if not texts[-1].endswith(":") and len(texts) == 1:
            break
    return " ".join(texts), last


def _listed(items: list[Item], place: int, first: Item) -> tuple[str, int]:
    """The entries of a list that is the statement itself."""
    entries = [
        item for item in below(items, place) if item.kind is Kind.ENTRY and item.title is first.title and not _FIELDS.name_of(item.key)
    ]
    return "; ".join(item.text for item in entries), entries[-1].last if entries else first.last


def _fields(items: list[Item], place: int) -> tuple[dict[str, str], list[str], int]:
    """Impact and fix beside or below the statement, what the scope says as written, and the last line of them."""
    item = items[place]
    own = item.opens if item.is_label else item.title
    fields: dict[str, str] = {}
    scope: list[str] = []
    last = item.last
    opened = None
    for name, value in inline_fields(item.raw, _FIELDS):
        _take(fields, scope, name, value)
    for later in items[place + 1 : place + 1 + _MOST_FIELDS]:
        if later.kind is Kind.HEADING or _words_of(later) is not None or (not later.is_under(own) and own is not None):
            break
        inline = _said_in(later)
        if not inline and not item.is_label and later.title is own and later.kind is not Kind.CODE:
            break
        if later.is_under(opened):
            scope.append(later.raw)
        elif inline:
            for name, value in inline:
                _take(fields, scope, name, value)
            opened = later.opens if inline[-1][0] == "scope" else opened
        else:
            continue
        last = later.last
    return fields, scope, last


def _said_in(item: Item) -> list[tuple[str, str]]:
    """The fields that a line or row states."""
    if item.kind is Kind.CODE:
        return []
    if item.kind is Kind.ROW:
        return [(name, item.value)] if (name := _FIELDS.name_of(item.key)) else []
    return list(inline_fields(item.raw, _FIELDS))


def _take(fields: dict[str, str], scope: list[str], name: str, value: str) -> None:
    if name == "scope":
        scope.append(value)
    elif name not in fields:
        fields[name] = plain(value).rstrip(".") if value.count(".") == 1 else plain(value)


def _scope(stated: list[str], statement: str) -> Iterator[Place]:
    seen: set[Place] = set()
    for raw in stated or [statement]:
        for place in places(raw):
            if place not in seen and (place.file or stated):
                seen.add(place)
                yield place


def _calls_earlier_wrong(items: list[Item], place: int) -> bool:
    item = items[place]
    titles = [title.text for title in item.titles() if title.topic is Topic.CAUSE]
    if any(_CORRECTS.search(text) for text in (item.key or item.text, *titles)):
        return True
    near = items[max(0, place - 2) : place]
    return any(other.title is item.title and _REJECTED.search(other.key or "") for other in near)


def _is_of_another(candidate: _Candidate, faults: tuple[str, ...]) -> bool:
    """Whether it stands below a fault found on the way, or below a review's finding."""
    if any(title.topic in (Topic.SYSTEM_ISSUES, Topic.REVIEW, Topic.MENDING) for title in candidate.item.titles()):
        return True
    return any(similar(title, fault) for title in candidate.titles_near for fault in faults)


def _titles_near(items: list[Item], place: int) -> tuple[str, ...]:
    """The headings and labels that came last before an item in its section: what it may be said of."""
    item = items[place]
    return tuple(near.text for near in items[max(0, place - _MOST_FIELDS) : place] if near.is_label and near.section == item.section)


def _in_sentences(items: list[Item]) -> Iterator[_Candidate]:
    """A root cause that is only spoken of: "the root cause was …"."""
    for item in items:
        if item.kind in (Kind.CODE, Kind.HEADING) or item.topic in NOT_YET or item.topic in (Topic.SYSTEM_ISSUES, Topic.GITHUB):
            continue
        match = _IN_SENTENCE.search(item.text)
        if match:
            claim = StatedRootCause(lines=Lines(item.first, item.last), statement=match[1].strip(), scope=tuple(_scope([], item.raw)))
            yield _Candidate(item, (), claim, strong=False, calls_earlier_wrong=False)
