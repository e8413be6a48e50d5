"""The faults that a log names, which of them it chooses, and why. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from audits.claims.blocks import Item, Kind, Title
from audits.claims.choices import choice_of
from audits.claims.found import Found, Mention
from audits.claims.issue_words import (
    FIELDS,
    GENERIC,
    LEADING_SEVERITY,
    REASONS,
    SEVERITIES,
    SEVERITY,
    SEVERITY_BESIDE,
    SEVERITY_CALLED,
    SEVERITY_IN_LOG,
)
from audits.claims.names import places
from audits.claims.records import Record, is_labelled, record_of
from audits.claims.shapes import Lines, Place, StatedChoice, StatedIssue
from audits.claims.topic_words import Topic
from audits.claims.topics import unnumbered
from audits.claims.wording import alike, one_of, plain, sentences, unquoted

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d))?")
_LISTING: Final = one_of(
    r"issues",
    r"errors",
    r"warnings",
    r"notices?",
    r"infos?",
    r"alerts",
    r"criticals?",
    r"problems",
    r"candidates",
    r"faults",
    r"bugs",
    r"findings",
)
_BY_NUMBER: Final = re.compile(r"(?:issue|error|bug|candidate|#|no\.?)\s*#?\s*(\d{1,2})\b", re.IGNORECASE)
_TOPICS: Final = (Topic.ISSUES, Topic.CHOICE)
_NAMES_THE_LOG: Final = one_of(
    r"audits?",
    r"logs?",
    r"reports?",
    r"sessions?",
    r"debug(?:ging)?",
    r"notes?",
    r"journal",
    r"diary",
    r"notebook",
    r"protocol",
    r"investigation",
    r"iteration",
)
_LONGEST_MESSAGE: Final = 500
_MOST_LINES_OF_CODE: Final = 40
_FIELDS_IN_CODE: Final = ("message", "module", "function", "line", "file", "severity", "timestamp")
_OPENED: Final = ("symptoms", "context", "impact")
_NO_LANGUAGE: Final = ("", "text", "txt", "log", "console", "plain", "plaintext")


def read_issues(items: list[Item]) -> Found:
    """The issues, the chosen one among them, and the choice with its reasons."""
    wanted = list(_about_issues(items))
    choice = choice_of(items, wanted)
    if choice is not None:
        yield choice
    listed = list(_listed(items, wanted))
    details = _details(items, wanted, listed)
    if not listed:
        yield from _single([items[place] for place in wanted], details, choice)
        return
    chosen = _chosen(listed, choice)
    for record in listed:
        if record is chosen:
            yield from _completed(record, details)
        yield _issue(record, record.title, chosen=record is chosen)


def _about_issues(items: list[Item]) -> Iterator[int]:
    """The places of the items that are about the fault: sections of issues and choice, and what stands above any section's topic."""
    begun = False
    for place, item in enumerate(items):
        if item.topic in _TOPICS:
            if not item.quoted and not any(title.topic is Topic.STATUS for title in item.titles()):
                yield place
        elif item.topic in (None, Topic.BACKGROUND) and not begun:
            yield place
        begun = begun or item.topic not in (None, Topic.BACKGROUND, Topic.STATUS, *_TOPICS)


# --- Listed issues -----------------------------------------------------------------------------------


def _listed(items: list[Item], wanted: list[int]) -> Iterator[Record]:
    """The issues that are listed by name."""
    inside: Title | None = None
    for place in wanted:
        item = items[place]
        if item.is_under(inside) or item.topic not in _TOPICS or FIELDS.name_of(item.key):
            continue
        record = record_of(items, place, FIELDS)
        if record is not None:
            record.title = LEADING_SEVERITY.sub("", record.title)
        if record is not None and _is_named(record, item) and (record.fields or _is_bare_issue(item)):
            inside = item.opens
            yield record


def _is_named(record: Record, item: Item) -> bool:
    title = record.title
    if item.is_label and REASONS.search(item.text):
        return False
    # A section is one issue's only where it is numbered as one, or stands in a section of issues.
    if item.kind is Kind.HEADING and not is_labelled(item.text) and (item.title is None or item.title.topic not in _TOPICS):
        return False
    return len(title.split()) > 1 and not GENERIC.fullmatch(title) and not _MOMENT.match(title)


def _is_bare_issue(item: Item) -> bool:
    """Whether an entry without particulars is an issue: it leads with bold words, in a list that says what it lists."""
    listing = next((title for title in item.titles() if not title.is_entry), None)
    return (
        item.kind is Kind.ENTRY
        and (item.title is None or not item.title.is_entry)
        and listing is not None
        and listing.topic is Topic.ISSUES
        and _LISTING.search(listing.text) is not None
        and ("**" in item.raw[:8] or SEVERITY_BESIDE.search(item.text) is not None)
    )


def _chosen(listed: list[Record], choice: StatedChoice | None) -> Record | None:
    if choice is None:
        return listed[0] if len(listed) == 1 else None
    best = max(listed, key=lambda record: alike(record.title + " " + record.fields.get("message", ""), choice.title))
    if alike(best.title + " " + best.fields.get("message", ""), choice.title) > 0:
        return best
    number = _BY_NUMBER.search(choice.title)
    return next((record for record in listed if number and record.item.ordinal == int(number[1])), None)


# --- Particulars ------------------------------------------------------------------------------------


def _details(items: list[Item], wanted: list[int], listed: list[Record]) -> Record | None:
    """What is said of the issue outside of a list: keys and values, a log's own lines, a moment in a heading."""
    if not wanted:
        return None
    # By identity: a log may list thousands.
    owned = {id(record.item) for record in listed} | {id(record.item.opens) for record in listed if record.item.opens is not None}
    record = Record(items[wanted[0]], "", last=0)
    for place in wanted:
        item = items[place]
        if id(item) in owned or any(id(title) in owned for title in item.titles()):
            continue
        _take_detail(record, item)
    return record if record.fields else None


def _take_detail(record: Record, item: Item) -> None:
    if item.kind is Kind.CODE:
        _take_code(record, item)
        return
    name = FIELDS.name_of(item.key)
    if name and item.value:
        record.add(name, item.value, item.last)
    elif item.is_label and (opened := name or FIELDS.name_of(unnumbered(item.text))) in _OPENED:
        record.opened = (opened, item.opens)
    elif record.opened[1] is not None and item.is_under(record.opened[1]):
        record.extend(record.opened[0], item.text, item.last)
    moment = _MOMENT.search(item.text) if item.topic in _TOPICS and "timestamp" not in record.fields else None
    if moment:
        record.add("timestamp", moment[0], item.last)


def _take_code(record: Record, item: Item) -> None:
    """A log's lines in a code fence: what they say, and the keys and values among them."""
    message: list[str] = []
    last = ""
    for number, line in item.lines[:_MOST_LINES_OF_CODE]:
        key, colon, value = line.strip().strip("{},").partition(":")
        name = FIELDS.name_of(key.strip(" \"'").lower()) if colon else ""
        if name in _FIELDS_IN_CODE and (name != "message" or item.info == "json"):
            record.add(name, value.strip(" \"',"), number)
            last = name
        elif record.places.get(last, 0) < item.first:
            message.append(line.strip())
    if item.topic in _TOPICS and item.info in _NO_LANGUAGE:
        record.add("message", unquoted(" ".join(message))[:_LONGEST_MESSAGE], item.last)


def _completed(record: Record, details: Record | None) -> Iterator[Mention]:
    """Add the details to the chosen issue, and tell where they stand."""
    for name, value in details.fields.items() if details else ():
        if name != "title" and name not in record.fields:
            record.fields[name] = value
            record.raw[name] = details.raw[name] if details else value
            yield Mention(details.places[name] if details else record.last, "issue")


# --- Claims -----------------------------------------------------------------------------------------


def _single(items: list[Item], details: Record | None, choice: StatedChoice | None) -> Found:
    """The one issue of a log that lists none: by the choice, else by what calls it something."""
    spoken = next(
        (item for item in items if item.kind is Kind.PARAGRAPH and not item.is_label and not item.key and item.topic is Topic.ISSUES), None
    )
    record = details or (Record(spoken, "", last=spoken.last) if spoken else None)
    title = choice.title if choice else _called(items, details, spoken)
    if record is None or not title:
        if choice is not None:
            yield StatedIssue(lines=choice.lines, title=title, chosen=True)
        return
    issue = _issue(record, title, chosen=True)
    if issue.place == Place() and spoken is not None:
        issue = msgspec.structs.replace(issue, place=next(iter(places(spoken.raw)), Place()))
    yield issue if issue.severity else msgspec.structs.replace(issue, severity=_severity_in_log(items, title))


def _called(items: list[Item], details: Record | None, spoken: Item | None) -> str:
    fields = details.fields if details else {}
    document = items[0].text if items and items[0].kind is Kind.HEADING and items[0].topic is None else ""
    named = "" if _NAMES_THE_LOG.search(document) else document
    first = sentences(spoken.text)[0] if spoken else ""
    return fields.get("title", "") or named or fields.get("message", "") or first[:_LONGEST_MESSAGE]


def _issue(record: Record, title: str, *, chosen: bool) -> StatedIssue:
    fields = record.fields
    return StatedIssue(
        lines=Lines(record.first, max(record.first, record.last)),
        title=title,
        severity=_severity(record),
        message=fields.get("message", ""),
        place=_place(record),
        timestamp=_timestamp(fields.get("timestamp", "")),
        impact=fields.get("impact", ""),
        symptoms=fields.get("symptoms", ""),
        context=fields.get("context", ""),
        chosen=chosen,
    )


def _severity(record: Record) -> str:
    stated = record.fields.get("severity", "")
    if stated:
        match = SEVERITY.match(stated)
    else:
        around = [title.text for title in record.item.titles() if title.topic in _TOPICS]
        own = record.item.text
        match = SEVERITY_CALLED.search(own) or SEVERITY_BESIDE.search(own) or next(filter(None, map(SEVERITY.search, around)), None)
    return SEVERITIES[next(group for group in match.groups() if group).upper()] if match else ""


def _severity_in_log(items: list[Item], title: str) -> str:
    """The severity, in capitals, of the log line that says most nearly what the issue is called, else of the first that has one."""
    lines = [
        line for item in items if item.kind is Kind.CODE or SEVERITY_IN_LOG.search(item.raw) for _, line in item.lines[:_MOST_LINES_OF_CODE]
    ]
    stated = [line for line in lines if SEVERITY_IN_LOG.search(line)]
    best = max(stated, key=lambda line: alike(line, title), default="")
    match = SEVERITY_IN_LOG.search(best)
    return SEVERITIES.get(match[1], "CRITICAL") if match else ""


def _timestamp(stated: str) -> str:
    match = _MOMENT.search(stated)
    return match[0] if match else stated


def _place(record: Record) -> Place:
    """The place that the location names, completed by module, function, file and line where they are stated apart."""
    fields = {name: record.raw.get(name, "") for name in ("location", "module", "function", "file", "line")}
    beside = record.item.raw if record.title and not any(fields.values()) else ""
    found = next(iter(places(fields["location"] or beside) or places(fields["file"]) or places(fields["module"])), Place())
    number = re.search(r"\d{1,7}", fields["line"])
    module = found.module or plain(fields["module"]).strip("`")
    return Place(
        file=found.file,
        line=found.line or (int(number[0]) if number else None),
        module=module if " " not in module else "",
        function=found.function or plain(fields["function"]).strip("`()"),
    )
