"""The fixes that were made: where, what, what for, and with which commit. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audits.claims.blocks import Item, Kind, Title
from audits.claims.commits import commit_of_fix
from audits.claims.found import Found
from audits.claims.names import is_test_file, places, test_files, tests_in
from audits.claims.records import Fields
from audits.claims.shapes import Lines, Place, StatedFix
from audits.claims.topic_words import Topic
from audits.claims.wording import one_of, plain

_FIELDS: Final = Fields(
    {
        "location": r"(?:(?:fix|code|changed|modified)\s+)?(?:location|file|path|place|module)s?(?:\s+(?:changed|modified|touched))?"
        r"|where|in",
        "line": r"lines?(?:\s+(?:number|no|changed))?",
        "change": r"(?:code\s+)?(?:change|fix|modification|solution|diff|edit|patch)s?(?:\s+(?:made|applied|description|summary))?"
        r"|what(?:\s+changed)?|description|implementation|how|action|approach|summary|details?",
        "before": r"(?:code\s+)?(?:before|old|was|previous(?:ly)?)(?:\s+\w+)?",
        "after": r"(?:code\s+)?(?:after|new|now)(?:\s+\w+)?",
        "purpose": r"purpose|why|reason|rationale|goal|effect|intent|justification|because",
        "commit": r"(?:fix\s+)?(?:commit|sha|revision|hash|commit\s+(?:id|hash|sha))",
    }
)
_DONE: Final = one_of(
    r"(?:re)?added",
    r"changed",
    r"fixed",
    r"replaced",
    r"removed",
    r"increased",
    r"decreased",
    r"reduced",
    r"made",
    r"moved",
    r"updated",
    r"introduced",
    r"switched",
    r"wrapped",
    r"renamed",
    r"refactored",
    r"bypassed",
    r"deployed",
    r"corrected",
    r"implemented",
    r"set",
    r"raised",
    r"lowered",
    r"patched",
    r"rewrote",
    r"rewritten",
    r"normali[sz]ed",
    r"guarded",
    r"extended",
    r"extracted",
    r"swapped",
    r"dropped",
    r"enabled",
    r"disabled",
    r"configured",
    r"initiali[sz]ed",
    r"converted",
    r"cached",
    r"deleted",
    r"merged",
    r"bumped",
    r"pinned",
    r"reverted",
    r"used?",
    r"uses",
    r"adds?",
    r"changes",
    r"replaces",
    r"removes",
    r"→",
    r"->",
)
_NOT_DONE: Final = one_of(
    r"(?:should|will|would|must|could|may|might|can|to\s+be|needs?\s+to|plan(?:ned)?\s+to|propos\w+|recommend\w*"
    r"|required|needed|todo|pending|next|consider\w*|not\s+yet|remaining|follow[\s-]?up)",
)
_LISTS_CHANGES: Final = one_of(
    r"(?:solutions?|fix(?:es)?|changes?|modifications?)(?:\s+(?:\w+\s+){0,2}(?:implemented|applied|made|delivered"
    r"|deployed|completed?|done|summary|details?))?",
    r"(?:implemented|applied|technical|code|actual)\s+(?:\w+\s+)?(?:fix(?:es)?|solutions?|changes?)",
    r"files?\s+(?:changed|modified|touched)",
    r"what\s+(?:was\s+)?changed",
    r"(?:issues?|bugs?|errors?)\s+(?:fixed|resolved)",
    r"implementation",
    r"resolution",
)
_LINE_KEY: Final = re.compile(r"lines?\s*~?(\d{1,7})(?:\s*[-–]\s*\d+)?\Z", re.IGNORECASE)
_LEADING_PLACE: Final = re.compile(r"\W{0,8}(?:in\s+)?`?[\w./\\-]{1,300}\.\w{1,10}\b", re.IGNORECASE)
_DIFF_FILE: Final = re.compile(r"\+\+\+ (?:b/)?(\S{1,300})")
_LONGEST: Final = 600


def read_fixes(items: list[Item]) -> Found:
    """The fixes in the file's order: blocks of keys and values, else entries and sentences that say what was changed where."""
    blocks = list(_blocks(items))
    yield from blocks
    taken = {line for block in blocks for line in range(block.lines.first, block.lines.last + 1)}
    file = _FileAbove()
    rest: list[StatedFix] = []
    for item in items:
        file.take(item)
        if item.topic is Topic.FIX and not item.quoted and item.first not in taken:
            rest.extend(_of_item(item, file))
    if any(fix.place != Place() for fix in (*blocks, *rest)):
        yield from rest
        return
    yield from rest
    yield from _of_diffs(items)


# --- Blocks of keys and values ------------------------------------------------------------------------


def _blocks(items: list[Item]) -> Iterator[StatedFix]:
    group: list[tuple[str, Item]] = []
    for item in items:
        name = _FIELDS.name_of(item.key) if item.topic is Topic.FIX and item.value and not item.quoted else ""
        if group and (not name or item.title is not group[0][1].title or any(name == known for known, _ in group)):
            yield from _of_block(group)
            group = []
        if name:
            group.append((name, item))
    yield from _of_block(group)


def _of_block(group: list[tuple[str, Item]]) -> Iterator[StatedFix]:
    fields = {name: item.value for name, item in group}
    location = next(iter(places(fields.get("location", ""))), Place())
    if len(fields) < 2 or not ({"location", "change"} & fields.keys()) or _is_only_of_tests(fields.get("location", "")):
        return
    if location == Place():
        location = next(iter(places(fields.get("change", ""))), Place())
    number = re.search(r"\d{1,7}", fields.get("line", ""))
    if number and location.line is None and location != Place():
        location = Place(location.file, int(number[0]), location.module, location.function)
    change = plain(fields.get("change", "")) or " → ".join(plain(fields[name]) for name in ("before", "after") if name in fields)
    if not change and location == Place():
        return
    items = [item for _, item in group]
    yield StatedFix(
        lines=Lines(items[0].first, items[-1].last),
        place=location,
        change=change,
        purpose=plain(fields.get("purpose", "")),
        commit=commit_of_fix(items),
    )


def _is_only_of_tests(raw: str) -> bool:
    found = places(raw)
    return bool(found) and all(place.file and is_test_file(place.file) for place in found)


# --- Entries, rows and sentences ---------------------------------------------------------------------


class _FileAbove:
    """The file that a line "**File**: …" names for the entries behind it."""

    def __init__(self) -> None:
        self._named: tuple[Place, Item] | None = None

    def take(self, item: Item) -> None:
        """Remember a line that names one file and nothing else of a fix."""
        if item.kind is not Kind.CODE and (_FIELDS.name_of(item.key) == "location" or (item.is_label and not item.key)):
            found = [place for place in places(item.value or item.raw) if place.file]
            if len(found) == 1:
                self._named = found[0], item

    def of(self, item: Item) -> str:
        """The file named before an item in its own section, empty where none was."""
        if self._named is None:
            return ""
        place, named = self._named
        return place.file if named.section == item.section and (item.is_under(named.opens) or item.is_under(named.title)) else ""


def _of_item(item: Item, above: _FileAbove) -> Iterator[StatedFix]:
    if item.kind is Kind.ROW:
        yield from _of_row(item)
    elif item.kind in (Kind.ENTRY, Kind.PARAGRAPH) and not item.is_label and item.checked is not False:
        fix = _of_line(item, above)
        yield from [fix] if fix is not None else _of_text(item)


def _of_line(item: Item, above: _FileAbove) -> StatedFix | None:
    """An entry "**Line 142**: …" below the name of a file."""
    match = _LINE_KEY.match(item.key)
    file = above.of(item) if match else ""
    if match is None or not file:
        return None
    place = Place(file=file, line=int(match[1]))
    return StatedFix(lines=Lines(item.first, item.last), place=place, change=plain(item.value)[:_LONGEST], commit=commit_of_fix([item]))


def _of_text(item: Item) -> Iterator[StatedFix]:
    """What a sentence or entry says was changed, once for every file that it names for it."""
    if item.title is not None and item.title.is_entry and not places(item.raw):
        return
    text = item.text
    found = [place for place in places(item.raw) if place.file and not is_test_file(place.file)]
    # In the fix's own section, what leads with a place says what was done there.
    leads = bool(found) and _LEADING_PLACE.match(item.raw) is not None
    if tests_in(item.raw) or _NOT_DONE.search(text.split(" so ")[0]) or not (leads or _DONE.search(text)):
        return
    if not found and (test_files(item.raw) or not (item.kind is Kind.ENTRY and _is_listed_change(item.title))):
        return
    for place in found if leads else found[:1] or [Place()]:
        yield StatedFix(lines=Lines(item.first, item.last), place=place, change=text[:_LONGEST], commit=commit_of_fix([item]))


def _is_listed_change(title: Title | None) -> bool:
    return title is not None and not title.is_entry and bool(_LISTS_CHANGES.search(title.text))


def _of_row(item: Item) -> Iterator[StatedFix]:
    named = {_FIELDS.name_of(column): cell for column, cell in item.cells}
    location = next((place for place in places(named.get("location", "") or item.raw) if place.file), None)
    if location is None or is_test_file(location.file):
        return
    yield StatedFix(
        lines=Lines(item.first, item.last),
        place=location,
        change=plain(named.get("change", "")),
        purpose=plain(named.get("purpose", "")),
        commit=commit_of_fix([item]),
    )


def _of_diffs(items: list[Item]) -> Iterator[StatedFix]:
    """The files that a diff in the fix's section changes, where nothing else says where the fix is."""
    for item in items:
        if item.kind is not Kind.CODE or item.topic is not Topic.FIX:
            continue
        for number, line in item.lines:
            match = _DIFF_FILE.match(line)
            if match and not is_test_file(match[1]):
                yield StatedFix(lines=Lines(number, number), place=Place(file=match[1]))
