"""What a review found: findings with their severity, strengths, and what was mended. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audits.claims.blocks import Item, Kind, Title
from audits.claims.names import test_files
from audits.claims.scores import scores_of
from audits.claims.shapes import Lines, StatedFinding
from audits.claims.topic_words import Topic
from audits.claims.wording import Sign, one_of, plain, sign_of

# A line of a review so called states its result, and is no finding.
VERDICT_KEY: Final = one_of(
    r"verdict",
    r"status",
    r"assessment",
    r"decision",
    r"result",
    r"conclusion",
    r"outcome",
    r"overall",
    r"recommendation",
    r"audit",
    r"review",
    r"score",
    r"re-?review",
    r"re-?audit",
    r"state",
    r"reviewer",
    r"(?:first|second|third|fourth|1st|2nd|3rd|next|last|final)\s+(?:pass|round|look|reading)",
)
_FINDINGS: Final = one_of(
    r"(?:issues?|violations?|findings?|concerns?|problems?|weaknesses|gaps?|defects?|blockers?|deficiencies"
    r"|improvements?|nits?|warnings?|criticisms?)(?:\s+\w+){0,3}",
    r"must\s+fix",
    r"(?:required|requested)\s+changes",
    r"changes\s+(?:required|requested)",
    r"what\s+(?:is|was)\s+missing",
    r"critical",
    r"major",
    r"minor",
    r"recommendations",
)
_STRENGTHS: Final = one_of(
    r"strengths?(?:\s+\w+)?",
    r"positives?(?:\s+\w+)?",
    r"what\s+(?:works?|went|is\s+good)(?:\s+\w+)?",
    r"validations?\s+passed",
    r"checks?\s+passed",
    r"passed\s+checks?",
    r"good(?:\s+\w+)?",
    r"highlights",
    r"well\s+done",
    r"compliance\s+(?:achieved|verified)",
)
_SEVERITIES: Final = (
    ("critical", r"critical|blocker|blocking|severe|must[\s-]fix"),
    ("high", r"high|major|serious"),
    ("medium", r"medium|moderate"),
    ("low", r"low|minor|nit|nitpick|trivial|cosmetic|optional"),
    ("info", r"info|informational|suggestion|recommendations?"),
)
_SEVERITY: Final = one_of("|".join(f"(?P<{name}>{words})" for name, words in _SEVERITIES))
_LEADING_SEVERITY: Final = re.compile(
    r"[\[(]?\s*(?P<word>critical|blocker|severe|high|major|serious|medium|moderate|low|minor|nit"
    r"|info)\s*[\])]?\s*(?:issue|finding|severity|fix|violations?)?s?\s*(?:#?\d+)?\s*[:\]–—-]",
    re.IGNORECASE,
)
_CLOSED: Final = one_of(r"(?<!not )(?<!n't )(?:fixed|resolved|closed|addressed|mended|corrected|remediated)", r"done")
_OPEN_STILL: Final = one_of(
    r"not\s+(?:yet\s+)?(?:fixed|resolved|addressed)",
    r"open",
    r"unresolved",
    r"unaddressed",
    r"to\s+be\s+\w+",
    r"should\s+be\s+\w+",
    r"must\s+be\s+\w+",
    r"needs?\s+(?:to|removal|hard)\b.*",
    r"will\s+be\s+\w+",
)
_NO_FINDINGS: Final = re.compile(r"\W*(?:none|no\s+(?:\w+\s+)?(?:issues|findings|violations)(?:\s+found)?|n/a|nothing)\W*\Z", re.IGNORECASE)


def findings_of(group: list[Item]) -> Iterator[StatedFinding]:
    """The findings and strengths that the items of one review list."""
    for item in group:
        listed = item.kind in (Kind.ENTRY, Kind.ROW) and not (item.title is not None and item.title.is_entry)
        if not listed or _NO_FINDINGS.match(item.text) or test_files(item.raw.lstrip("✅❌⚠️ `*")[:300])[:1] == [item.text.split(" ")[0]]:
            continue
        listing = next((title for title in item.titles() if not title.is_entry), None)
        finding = _finding(item, listing) if listing is not None else None
        if finding is not None:
            yield finding


def _finding(item: Item, listing: Title) -> StatedFinding | None:
    lines = Lines(item.first, item.last)
    strength = bool(_STRENGTHS.search(listing.text))
    mended = item.topic is Topic.MENDING
    called = bool(_FINDINGS.search(listing.text)) and not strength
    if (mended or not strength) and item.key in ("status", "result"):
        return None
    if strength:
        return StatedFinding(lines=lines, text=item.text, strength=True)
    if called or mended or item.kind is Kind.ROW:
        return _listed_finding(item, listing, mended=mended) if not (item.kind is Kind.ROW and not called) else None
    if next(scores_of(item), None) is not None or (VERDICT_KEY.search(item.key) and item.value):
        return None
    if sign_of(item.raw[:6]) is Sign.CROSS or "⚠" in item.raw[:6]:
        return StatedFinding(lines=lines, text=item.text, severity=_severity(item, None))
    return StatedFinding(lines=lines, text=item.text, strength=True) if sign_of(item.raw[:6]) is Sign.TICK else None


def _listed_finding(item: Item, listing: Title, *, mended: bool) -> StatedFinding:
    closed = mended or bool(_CLOSED.search(f"{listing.text} ; {item.text if item.kind is not Kind.ROW else _state_of_row(item)}"))
    still_open = bool(_OPEN_STILL.search(item.text)) and not mended
    return StatedFinding(
        lines=Lines(item.first, item.last), text=_text(item), severity=_severity(item, listing), closed=closed and not still_open
    )


def _text(item: Item) -> str:
    if item.kind is not Kind.ROW:
        return item.text
    named = [plain(cell) for column, cell in item.cells if re.search(r"finding|issue|description|problem|violation|what|text", column)]
    return named[0] if named else " | ".join(plain(cell) for _, cell in item.cells)


def _state_of_row(item: Item) -> str:
    return " ".join(plain(cell) for column, cell in item.cells if re.search(r"status|state|closed|fixed|resolution|resolved", column))


def _severity(item: Item, listing: Title | None) -> str:
    column = next((plain(cell) for name, cell in item.cells if re.search(r"severity|priority|level", name)), "")
    leading = _LEADING_SEVERITY.match(item.text)
    for text in (column, leading["word"] if leading else "", listing.text if listing else ""):
        match = _SEVERITY.search(text)
        if match:
            return str(match.lastgroup)
    return ""
