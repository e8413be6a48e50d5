"""The whys: a chain of questions and answers, in whatever style the log has it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from audits.claims.blocks import Item, Kind
from audits.claims.causes import is_cause_heading, statement_below
from audits.claims.found import Found
from audits.claims.shapes import Lines, StatedWhy
from audits.claims.topic_words import Topic
from audits.claims.topics import unnumbered
from audits.claims.wording import behind, plain

_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
_MARK: Final = re.compile(
    rf"(?:the\s+)?(?:(?P<ordinal>{'|'.join(_ORDINALS)}|\d(?:st|nd|rd|th))\s+why\b|(?:(?:why"
    rf"|warum)[\s-]*(?:level\s*)?(?:#|no\.?|number|question)?|w|q)\s*\(?#?(?P<number>\d{{1,2}})\)?(?![\w%])"
    rf"(?!\s+(?:of|whys|tests?)\b))",
    re.IGNORECASE,
)
_LETTER: Final = re.compile(r"[wq]\s*#?\d", re.IGNORECASE)
_QUESTION: Final = re.compile(r"(?:q\s*\d?\s*[:.)]\s*)?why\b(?!s)", re.IGNORECASE)
_BARE_WHY: Final = re.compile(r"(?:q\s*\d?\s*[:.)]\s*)?why\s*\?*\s*(?:[:–—→-]|\Z)", re.IGNORECASE)
_AFTER_MARK: Final = re.compile(r"[\s:.)?\-–—]*(?:\([^()]{1,80}\)[\s:.)?\-–—]*)?")
_ARROW: Final = re.compile(r"\s*(?:→|⇒|➜|=>|-->|->)\s*")
_ANSWER: Final = re.compile(
    r"(?:the\s+)?(?:answer|ans|a|because|findings?|reason|explanation|conclusion|response|result|cause"
    r"|discovery)\s*#?\d?\s*(?:\(.*\))?\Z",
    re.IGNORECASE,
)
_CALLED_ANSWER: Final = re.compile(r"(?:the\s+)?answer\s*#?\d?\Z", re.IGNORECASE)
_LEADS_ANSWER: Final = re.compile(r"(?:[\s:–—→⇒➜-]|=>|->)*(?:(?:answer|ans|a|finding|because)\s*:\s*)?", re.IGNORECASE)
_EVIDENCE: Final = re.compile(
    r".*\b(?:evidence|proof|sources?|verified|confidence|verification|code|files?|locations?|references?|logs?|flow"
    r"|notes?)\b.*",
    re.IGNORECASE,
)
_QUESTION_IN_TEXT: Final = re.compile(r"\bwhy\b(?!s)[^?.!]{0,300}\?", re.IGNORECASE)
_LEAST_APART: Final = 2
_LEAST_ANYWHERE: Final = 3
_ENOUGH_TO_FIND: Final = 20
_LONGEST_ANSWER: Final = 2_000


@dataclass(frozen=True, slots=True)
class _Why:
    """An item that asks: its place, its position where it states one, and what it says behind its mark."""

    place: int
    position: int | None
    words: str


def read_whys(items: list[Item]) -> Found:
    """The whys, in the file's order. A chain that stands twice is given once; a second chain begins at 1 again."""
    asked = list(_asked(items)) or list(_answers_alone(items))
    if len(asked) < _LEAST_APART and (chain := list(_in_one_paragraph(items))):
        yield from chain
        return
    known: set[tuple[int, str]] = set()
    position = 0
    for place, why in enumerate(asked):
        until = asked[place + 1].place if place + 1 < len(asked) else len(items)
        position = why.position or position + 1
        claim = _claim(items, why, position, until)
        if (position, claim.question or claim.answer) not in known:
            known.add((position, claim.question or claim.answer))
            yield claim


def _asked(items: list[Item]) -> Iterator[_Why]:
    style: Item | None = None
    for place, item in enumerate(items):
        if item.kind is Kind.CODE or item.is_under_topic(Topic.STATUS) or (item.checked is not None and item.topic is not Topic.WHYS):
            continue
        why = _of_row(place, item) if item.kind is Kind.ROW else _of_item(place, item, style)
        if why is not None:
            style = item
            yield why


def _of_item(place: int, item: Item, style: Item | None) -> _Why | None:
    text = item.text if item.kind is Kind.ENTRY else unnumbered(item.text)
    if item.kind is Kind.HEADING and text.lower() == "why":
        return None
    match = _MARK.match(text)
    in_whys = item.topic is Topic.WHYS or item.is_under_topic(Topic.WHYS)
    if match and (in_whys or not _LETTER.match(text)):
        words = behind(_AFTER_MARK, text[match.end() :])
        position = int(match["number"]) if match["number"] else _ordinal(match["ordinal"])
        return _Why(place, position, words) if in_whys or item.is_label or "?" in words or words else None
    if not in_whys or not _QUESTION.match(text) or not ("?" in text or _BARE_WHY.match(text)):
        return None
    # Without numbers, only what stands like the first one asks; a "why" in somebody's evidence does not.
    stands_alike = style is None or (style.kind is item.kind and style.title is item.title)
    if not stands_alike and not (style is not None and item.is_under(style.opens) and _BARE_WHY.match(text)):
        return None
    return _Why(place, item.ordinal, behind(_BARE_WHY, text))


def _ordinal(word: str) -> int:
    return int(word[0]) if word[0].isdigit() else _ORDINALS.index(word.lower()) + 1


def _of_row(place: int, item: Item) -> _Why | None:
    """A row of a table of whys: number, question, answer, or the question with its number and the answer."""
    texts = [plain(cell) for _, cell in item.cells]
    if item.topic is not Topic.WHYS or len(texts) < 2:
        return None
    match = _MARK.match(texts[0])
    number = (
        int(match["number"]) if match and match["number"] else int(texts[0].strip("#. ")) if texts[0].strip("#. ").isdecimal() else None
    )
    if number is None and not _QUESTION.match(texts[0]):
        return None
    rest = texts[0][match.end() :].strip(" :.-–—") if match else "" if number is not None else texts[0]
    return _Why(place, number, rest or (texts[1] if len(texts) > 2 else ""))


def _answers_alone(items: list[Item]) -> Iterator[_Why]:
    """A numbered list below "Five whys" that gives the answers without asking."""
    for place, item in enumerate(items):
        listed = item.kind is Kind.ENTRY and item.ordinal is not None and item.title is not None and not item.title.is_entry
        if listed and item.topic is Topic.WHYS and item.checked is None and not item.is_under_topic(Topic.STATUS):
            yield _Why(place, item.ordinal, "")


def _in_one_paragraph(items: list[Item]) -> Iterator[StatedWhy]:
    """A chain told in running text: "Why did it fail? The token was empty. Why was it empty? …".

    Three such questions in one paragraph are a chain wherever they stand, two where the section is of whys.
    """
    for item in items:
        questions = list(_QUESTION_IN_TEXT.finditer(item.text)) if item.kind in (Kind.PARAGRAPH, Kind.ENTRY) else []
        if len(questions) < (_LEAST_APART if item.topic is Topic.WHYS else _LEAST_ANYWHERE):
            continue
        ends = [*(match.start() for match in questions[1:]), len(item.text)]
        for position, (match, end) in enumerate(zip(questions, ends, strict=True), 1):
            line = next((number for number, raw in item.lines if match[0][:_ENOUGH_TO_FIND] in plain(raw)), item.first)
            answer = behind(_LEADS_ANSWER, item.text[match.end() : end]).strip()
            yield StatedWhy(lines=Lines(line, line), position=position, question=match[0], answer=answer[:_LONGEST_ANSWER])
        return


def _claim(items: list[Item], why: _Why, position: int, until: int) -> StatedWhy:
    item = items[why.place]
    if item.kind is Kind.ROW:
        answer = plain(_answer_cell(item))
        return StatedWhy(lines=Lines(item.first, item.last), position=position, question=why.words, answer=answer)
    last = item.last
    body = list(_body(items, why.place, until)) if why.words or item.opens is None or item.kind is not Kind.ENTRY else []
    # Where the answer is called so, all of the title is the question.
    is_called = any(_CALLED_ANSWER.match(below.key) for below in body)
    question, answer = (why.words.strip(), "") if is_called else _parted(why.words)
    if not answer or any(_ANSWER.match(below.key) for below in body):
        said, end = _said_below(body)
        if end is None and "?" in question and body and is_cause_heading(body[-1]):
            said, end = statement_below(items, why.place + len(body))
        answer, last = said or answer, end or last
    if not question and not answer:
        answer = item.text
    elif not answer and "?" not in question:
        question, answer = "", question
    return StatedWhy(lines=Lines(item.first, max(item.last, last)), position=position, question=question, answer=answer[:_LONGEST_ANSWER])


def _answer_cell(item: Item) -> str:
    named = next((cell for column, cell in item.cells if _ANSWER.match(column)), "")
    return named or item.cells[min(2, len(item.cells) - 1)][1]


def _parted(words: str) -> tuple[str, str]:
    """Question and inline answer: parted behind the question mark, or at an arrow."""
    if "?" in words:
        question, _, rest = words.partition("?")
        return question.strip() + "?", behind(_LEADS_ANSWER, rest).strip()
    parts = _ARROW.split(words, maxsplit=1)
    return (parts[0].strip(), parts[1].strip()) if len(parts) > 1 and parts[0].strip() else (words.strip(), "")


def _body(items: list[Item], place: int, until: int) -> Iterator[Item]:
    """What stands below a why up to the next one, or to where the section of whys ends."""
    asking = items[place]
    rank = asking.opens.rank if asking.opens and asking.kind is Kind.HEADING else 0
    for item in items[place + 1 : until]:
        if item.kind is Kind.HEADING and (asking.kind is not Kind.HEADING or (item.opens is not None and item.opens.rank <= rank)):
            return
        if item.kind is Kind.ENTRY and asking.kind is Kind.ENTRY and item.title is asking.title:
            return
        yield item
        if is_cause_heading(item):
            return


def _said_below(body: list[Item]) -> tuple[str, int | None]:
    """The answer below a why and its last line: what is called the answer, else what stands there first, else the evidence."""
    for place, item in enumerate(body):
        if _ANSWER.match(item.key):
            return _gathered(body, place, item)
    ends_in_cause = bool(body) and is_cause_heading(body[-1])
    before = body[:-1] if ends_in_cause else body
    for place, item in enumerate(before):
        if item.kind in (Kind.PARAGRAPH, Kind.ENTRY) and not item.is_label and not _is_evidence(item):
            return _gathered(before, place, None)
    evidence = [item for item in before if item.kind in (Kind.PARAGRAPH, Kind.ENTRY) and not item.is_label]
    if evidence:
        return " ".join(item.text for item in evidence), None if ends_in_cause else evidence[-1].last
    return "", None


def _is_evidence(item: Item) -> bool:
    return bool(_EVIDENCE.match(item.key)) or any(not title.is_heading and _EVIDENCE.match(title.text) for title in item.titles())


def _gathered(body: list[Item], place: int, called: Item | None) -> tuple[str, int | None]:
    """The text from a place on that belongs together: an answer goes on in plain paragraphs and in the list that it opens."""
    texts = [plain(called.value)] if called and called.value else []
    last = called.last if called else body[place].last
    for item in body[place + 1 if called else place :]:
        under = called is not None and item.is_under(called.opens)
        if item.is_label or item.kind is Kind.CODE or (texts and not under and not _goes_on(item, texts[-1])):
            break
        texts.append(behind(_LEADS_ANSWER, item.text))
        last = item.last
    return " ".join(texts), last


def _goes_on(item: Item, before: str) -> bool:
    if item.key or _is_evidence(item):
        return False
    return item.kind is Kind.PARAGRAPH or before.endswith(":") or item.kind is Kind.ENTRY
