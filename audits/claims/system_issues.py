"""The faults that were found on the way, with their priority and the fix that they need. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audits.claims.blocks import Item, Kind, Title
from audits.claims.found import Found
from audits.claims.records import Fields, Record, record_of
from audits.claims.shapes import Lines, StatedSystemIssue
from audits.claims.topic_words import Topic
from audits.claims.wording import plain

_FIELDS: Final = Fields(
    {
        "title": r"(?:system\s+)?(?:issue|fault|bug)(?:\s+(?:title|name))?|title|name|what",
        "priority": r"priority|severity|prio|urgency",
        "error": r"error(?:\s+message)?|issue|problem|symptoms?|observed|exception|description|details?|evidence",
        "root_cause": r"(?:root\s+|suspected\s+|likely\s+)?cause|root\s+causes?|why",
        "fix_needed": r"(?:fix|change|action|work)(?:\s+(?:needed|required|to\s+do|proposed))?|(?:needed|required|proposed"
        r"|suggested)(?:\s+(?:fix|action|change))?|solution|remedy|resolution",
    }
)
_PRIORITY: Final = re.compile(r"\b(?:priority\s*#?\s*(\d|p\d|high|medium|low|critical)|(p[0-4]))\b", re.IGNORECASE)
_PRIORITY_BESIDE: Final = re.compile(r"[\[(](critical|high|medium|low)(?:\s+priority)?[\])]", re.IGNORECASE)


def read_system_issues(items: list[Item]) -> Found:
    """The faults found on the way, each once."""
    inside: Title | None = None
    for place, item in enumerate(items):
        if item.is_under(inside) or item.kind is Kind.CODE or not _may_be_fault(item):
            continue
        record = record_of(items, place, _FIELDS)
        if record is not None and record.title and (len(record.fields) > 1 or _is_bare_fault(item, record)):
            inside = item.opens
            yield _claim(record)


def _may_be_fault(item: Item) -> bool:
    """Whether it stands in a section of such faults, or is called by its priority wherever it stands."""
    if item.key and _PRIORITY.fullmatch(item.key):
        return bool(item.value)
    if item.topic is not Topic.SYSTEM_ISSUES or _FIELDS.name_of(item.key) not in ("", "title"):
        return False
    return item.kind is not Kind.HEADING or item.is_under_topic(Topic.SYSTEM_ISSUES)


def _is_bare_fault(item: Item, record: Record) -> bool:
    stands_in_list = item.kind is Kind.ENTRY and not (item.title is not None and item.title.is_entry)
    return item.topic is Topic.SYSTEM_ISSUES and (stands_in_list or item.kind is Kind.ROW) and len(record.title.split()) > 1


def _claim(record: Record) -> StatedSystemIssue:
    item = record.item
    keyed = bool(item.key and _PRIORITY.fullmatch(item.key))
    return StatedSystemIssue(
        lines=Lines(record.first, max(record.first, record.last)),
        title=plain(item.value) if keyed else record.title,
        priority=record.fields.get("priority", "") or next(_priorities(item.text), ""),
        error=record.fields.get("error", "") or (record.fields.get("title", "") if item.kind is not Kind.ROW else ""),
        root_cause=record.fields.get("root_cause", ""),
        fix_needed=record.fields.get("fix_needed", ""),
    )


def _priorities(text: str) -> Iterator[str]:
    for pattern in (_PRIORITY, _PRIORITY_BESIDE):
        for match in pattern.finditer(text):
            yield next(group for group in match.groups() if group)
