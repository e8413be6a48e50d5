"""The statuses that a log claims: fixed, resolved, pending, not reproduced, committed … Pure.

A word is a claim only where it is said of what is: not of what should be, will be or is not yet, and not in a plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audits.claims.blocks import Item, Kind
from audits.claims.commits import named_commit
from audits.claims.found import Found
from audits.claims.names import leading_test
from audits.claims.shapes import Lines, StatedStatus
from audits.claims.topic_words import Topic
from audits.claims.topics import NOT_YET, unnumbered
from audits.claims.wording import Sign, one_of, plain, sentences, sign_of

_SILENT: Final = NOT_YET | {Topic.WHYS, Topic.CAUSE}
_KEY: Final = re.compile(
    r"(?:.*\b)?(?:status|state|resolution|outcome|verdict|conclusion|result|fix|issue\s+status"
    r"|progress)(?:\s+(?:status|update|state))?\Z",
    re.IGNORECASE,
)
_UNREAL: Final = one_of(
    r"(?:should|shall|will|would|must|can|could|may|might|needs?\s+to|need(?:s|ed)?|has\s+to|have\s+to|expected\s+to"
    r"|supposed\s+to|going\s+to|want\s+to|plan(?:ned)?\s+to|ready\s+to|able\s+to|to)\s+(?:now\s+|also\s+"
    r"|then\s+)?(?:be|get|have\s+been)?\s*"
    r"(?:\w+\s+){0,2}?(?:fix\w*|resolv\w+|complet\w+|verif\w+|validat\w+|solv\w+|commit\w*|merg\w+|eliminat\w+|clos\w+)",
    r"(?:once|when|if|until|unless|after|before|as\s+soon\s+as|whether|in\s+case|assuming"
    r"|pending)\s+(?:\S+\s+){0,6}?(?:(?:is|are|was|were|has|have|gets?)\s+(?:been\s+)?)?(?:fixed|resolved|completed?"
    r"|verified|merged|committed|solved|implemented|done)",
    r"(?:fixed|resolved|completed?|verified|merged|committed)\s+(?:by|in)\s+(?:the\s+)?next\s+\w+",
    r"already\s+(?:been\s+)?(?:fixed|resolved|closed|merged)",
    r"(?:previously|formerly|earlier|last\s+\w+)\s+(?:been\s+)?(?:fixed|resolved)",
    r"(?:partial(?:ly)?|half)\s+(?:\w+\s+)?(?:fix\w*|resolv\w+|complet\w+)",
    r"(?:claimed|thought|believed|assumed|said)\s+(?:to\s+be\s+)?(?:\w+\s+)?(?:fixed|resolved)",
    r"ready\s+for\s+(?:the\s+)?(?:fix|implementation|execution|review|merge)(?:\s+\w+)?",
    r"easily\s+(?:fixed|resolved)",
    r"(?:how|way)\s+(?:\w+\s+)?(?:fixed|resolved)",
    r"dependency\s+resolved",
    r"path\s+resolved",
    r"(?:name|host|module|dns|import|promise|type)s?\s+(?:is\s+|are\s+|was\s+)?resolved",
    r"resolved\s+(?:to|as|from|the\s+(?:name|host|path|import))",
    r"fixed[\s-](?:size|width|length|point|rate|interval|window|delay|offset|seed|value|set|number|list|order|time)\w*",
    r"(?:an?|any|no|each|every|some|with|without|use[sd]?|using|needs?)\s+(?:\w+\s+)?fixed\s+(?!by\b|in\b|and\b|but\b|now\b|since\b|with\b)[a-z]\w*",
    r"(?:completed?|complete)\s+(?:list|set|failure|breakdown|outage|loss|stop|flow|path|chat|user|remediation\s+plan"
    r"|details|root\s+cause|picture|trace)\w*",
)
_DENIED: Final = one_of(
    r"(?:not|never|n't|cannot|hardly|neither|nor|no\s+longer)\s+(?:yet\s+|been\s+|be\s+|fully\s+|completely\s+"
    r"|actually\s+|really\s+|entirely\s+)*(?:fixed|resolved|complete[d]?|verified|solved|done|committed|merged"
    r"|validated|eliminated|closed)",
    r"un(?:fixed|resolved|solved|verified)",
    r"incomplete",
    r"(?:remains?|remaining|still|stays?)\s+(?:\w+\s+)?(?:open|broken|unresolved|unfixed|failing|fails?|down|present"
    r"|reproducible|red|outstanding|404\w*)",
    r"still\s+(?:\w+\s+){0,3}(?:fail(?:s|ing|ed)?|broken|red|occurr\w+|happening)",
    r"keeps?\s+(?:failing|occurring|happening)",
    r"no\s+fix\s+(?:yet|available|was|has)",
    r"continu\w+\s+to\s+(?:fail|occur|happen)",
)
_PARTLY: Final = one_of(r"(?:partial(?:ly)?|half)\s+(?:\w+\s+)?(?:fix\w*|resolv\w+|complete[d]?|done|solved)")
_NOT_REPRODUCED: Final = one_of(
    r"(?:not|never|n't)\s+(?:be\s+|been\s+|yet\s+|able\s+to\s+(?:be\s+)?)*reproduc\w+",
    r"(?:could|can|cannot|can't|couldn't|unable|failed|impossible)\s+(?:not\s+)?(?:to\s+)?(?:be\s+)?reproduc\w+",
    r"(?:unable|failed)\s+to\s+reproduce",
    r"no\s+(?:\S+\s+){0,6}?(?:reproduc\w+)",
    r"non-?reproducible",
    r"not\s+reproducible",
    r"irreproducible",
)
_READY: Final = one_of(
    r"ready\s+(?:for|to)\s+(?:be\s+)?(?:commit\w*|merge\w*|push\w*|check[\s-]?in)",
    r"commit[\s-]ready",
    r"awaiting\s+commit",
    r"to\s+be\s+committed",
)
_COMMITTED: Final = one_of(r"committed", r"merged(?:\s+(?:to|into)\s+\S+)?", r"pushed(?:\s+to\s+\S+)?", r"landed(?:\s+(?:on|in)\s+\S+)?")
_SAYS: Final = (
    ("resolved", one_of(r"resolved", r"resolution\s+(?:successful|complete[d]?|achieved|confirmed)", r"issue\s+closed", r"solved")),
    (
        "verified",
        one_of(
            r"(?:fix|solution)\s+(?:is\s+|was\s+|has\s+been\s+)?(?:\w+\s+)?(?:verified|validated|proven|confirmed)",
            r"verified\s+(?:fixed|fix|working|in\s+\w+)",
            r"verification\s+(?:successful|passed|complete[d]?)",
            r"verified",
            r"stability\s+proven",
            r"proven",
        ),
    ),
    (
        "fixed",
        one_of(
            r"fixed",
            r"fix\s+(?:is\s+|was\s+)?(?:successful|works|working|complete[d]?)",
            r"eliminated",
            r"mitigated",
            r"repaired",
            r"patched",
            r"corrected",
            r"cured",
        ),
    ),
    (
        "complete",
        one_of(r"complete[d]?", r"done", r"accomplished", r"finished", r"implemented", r"achieved", r"delivered", r"executed", r"applied"),
    ),
    (
        "confirmed",
        one_of(
            r"(?:bug|issue|fault|defect|error|problem|hypothesis|failure|regression)\s+(?:is\s+|was\s+"
            r"|has\s+been\s+)?(?:confirmed|reproduced|demonstrated|shown|proven)",
            r"confirms?\s+(?:the\s+|that\s+the\s+)?(?:bug|issue|fault|defect|error)(?:\s+exists)?",
            r"reproduced(?:\s+\w+)?",
            r"failing\s+as\s+(?:expected|designed)",
        ),
    ),
    ("failing", one_of(r"failing", r"broken", r"failed", r"unsuccessful", r"regressed")),
    (
        "pending",
        one_of(
            r"pending",
            r"in\s+progress",
            r"not\s+started",
            r"todo",
            r"wip",
            r"awaiting\s+\w+",
            r"blocked",
            r"deferred",
            r"ongoing",
            r"open",
            r"under\s+(?:investigation|review)",
            r"investigating",
            r"partial(?:ly\s+\w+)?",
        ),
    ),
)
_OF_THE_FAULT: Final = one_of(
    r"issues?",
    r"bugs?",
    r"errors?",
    r"problems?",
    r"faults?",
    r"incidents?",
    r"root\s+cause",
    r"race\s+condition",
    r"defects?",
    r"failures?",
    r"crash(?:es)?",
    r"leaks?",
    r"deadlocks?",
    r"outage",
    r"regression",
    r"fix",
    r"mission",
    r"it",
    r"this",
    r"everything",
    r"all",
)
_STRONG: Final = frozenset({"resolved", "fixed", "verified"})
_CLOSING: Final = frozenset({Topic.FIX, Topic.VERIFICATION, Topic.COMMIT, Topic.STATUS, None, Topic.GITHUB})
# "All issues resolved" below a review is said of its findings.
_ABOUT_OTHERS: Final = frozenset({Topic.REVIEW, Topic.MENDING, Topic.SYSTEM_ISSUES})
_TICKET: Final = one_of(r"git\s?hub", r"(?:issue|ticket)\s+#?\d+", r"\S+#\d+")
_RUNS_OF_TESTS: Final = frozenset(
    {Topic.RUN, Topic.IMPLEMENTATION, Topic.REVIEW, Topic.MENDING, Topic.SYSTEM_ISSUES, Topic.BACKGROUND, Topic.ISSUES, Topic.CHOICE}
)
_TAIL: Final = re.compile(
    r"[\s\-–—:(]*\b(?:(?:primary|fully|completely|successfully|all|now|was|is|are|phase)\s+)*(?:complete[d]?|done"
    r"|resolved|fixed|pending|in\s+progress|failed|blocked|verified|approved|successful|implemented"
    r"|achieved)[\s)!.:]*\Z",
    re.IGNORECASE,
)
_TESTS: Final = one_of(r"tests?", r"cases?", r"suites?", r"specs?")
_COMPLETED: Final = re.compile(r"completed?|done|verified|passed|resolved|fixed|successful", re.IGNORECASE)
# "Resolved by 3f8d6e1c", "Fixed.": what leads so is said of the fault.
_LEADS: Final = re.compile(r"\W*(?:resolved|fixed|solved)(?:\s+(?:by|in|with)\b|\s*[.!,;]|\s*\Z)", re.IGNORECASE)
_CITED: Final = re.compile(r"\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”")
_NAMED: Final = re.compile(r"`[^`\s]+\s[^`]+`")
_LONGEST: Final = 400


def read_statuses(items: list[Item]) -> Found:
    """The statuses in the file's order."""
    for item in items:
        if item.quoted or item.kind is Kind.CODE:
            continue
        if item.checked is not None and (item.topic not in NOT_YET or item.topic is Topic.AHEAD):
            yield _of_box(item)
        elif item.topic not in _SILENT:
            yield from _of_item(item)
        yield from _of_commit(item)


def _of_box(item: Item) -> StatedStatus:
    # What a ticked box says of the fault itself ("[x] Bug fixed") counts for more than that it is ticked.
    said = _said(item.text) if item.checked else ""
    status = said if said in (*_STRONG, "pending", "failing") else "complete" if item.checked else "pending"
    return _status(item, status, item.text, item.text)


def _of_commit(item: Item) -> Iterator[StatedStatus]:
    if item.topic in _SILENT:
        return
    text = item.text
    if _READY.search(text):
        yield _status(item, "ready_to_commit", text)
        return
    commit = named_commit(item)
    if commit:
        yield _status(item, "commit_named", text, commit)
    told = _COMMITTED.search(text) and not _UNREAL.search(text) and not _DENIED.search(text) and item.checked is not False
    if told and (
        item.topic is Topic.COMMIT or commit or _COMMITTED.match(plain(item.value)) or item.key in ("committed", "merged", "commit")
    ):
        yield _status(item, "committed", text)


def _of_item(item: Item) -> Iterator[StatedStatus]:
    if item.kind is Kind.ENTRY and leading_test(item.raw, listed=False):
        return
    if item.is_label and (item.kind is Kind.HEADING or not item.value):
        yield from _of_title(item)
        return
    if item.key and item.value and (_KEY.match(item.key) or (item.topic is Topic.STATUS and item.kind is not Kind.PARAGRAPH)):
        yield from _of_key(item)
        return
    yield from _of_text(item)


def _of_title(item: Item) -> Iterator[StatedStatus]:
    """What a heading or label says of what stands under it, or of the fault."""
    text = unnumbered(item.text)
    if _NOT_REPRODUCED.search(text):
        yield _status(item, "not_reproduced", text)
        return
    said = _said(text)
    if said == "failing" and not _DENIED.search(text) and _TESTS.search(text):
        return
    if (
        said in ("pending", "failing", "complete")
        and not _ends_with(text, said)
        and sign_of(item.raw) is Sign.NONE
        and not _DENIED.search(text)
    ):
        said = ""
    if not said and item.kind is Kind.HEADING and sign_of(item.raw[-4:]) is Sign.TICK:
        said = "complete"
    if said:
        yield _status(item, said, item.text, _subject(text))


def _ends_with(text: str, said: str) -> bool:
    """Whether a title closes with its status ("TEST PLAN EXECUTION - COMPLETED"), rather than speaking of it."""
    family = next(pattern for status, pattern in _SAYS if status == said)
    return any(match.end() >= len(text.rstrip(" .!:)")) - 1 for match in family.finditer(text)) or bool(
        re.search(r"[-–—:]\s*(?:completed?|done)\b", text, re.IGNORECASE)
    )


def _subject(text: str) -> str:
    return _TAIL.sub("", text) or text


def _of_key(item: Item) -> Iterator[StatedStatus]:
    value = plain(item.value)
    if item.topic is Topic.GITHUB and re.match(r"\W*(?:re-?)?(?:open|closed)\b", value, re.IGNORECASE):
        return
    for sentence in sentences(value)[:3]:
        said = _said(sentence)
        if said:
            yield _status(item, said, item.text, item.key)
            return
    if _NOT_REPRODUCED.search(value):
        yield _status(item, "not_reproduced", item.text, item.key)
    elif (
        sign_of(item.raw) is Sign.TICK
        and item.topic is not Topic.GITHUB
        and re.match(r"\W*(?:ok|success\w*|passed|good|green)\b", value, re.IGNORECASE)
    ):
        yield _status(item, "complete", item.text, item.key)


def _of_text(item: Item) -> Iterator[StatedStatus]:
    """What sentences say of the fault: that it is fixed, is not, or was not reproduced."""
    # Several words of code name a test or cite a message, whatever they say.
    text = plain(_NAMED.sub("…", item.raw)) if "`" in item.raw else item.text
    for sentence in sentences(text)[:12]:
        if _NOT_REPRODUCED.search(sentence):
            yield _status(item, "not_reproduced", sentence)
            return
        said = _said(sentence)
        # "GitHub issue #77 is still open" is said of the ticket.
        if said in ("failing", "pending") and (not _DENIED.search(sentence) or _TICKET.search(sentence)):
            continue
        if said and _is_of_fault(item, sentence, said):
            yield _status(item, said, sentence, item.key)
            return


def _is_of_fault(item: Item, sentence: str, said: str) -> bool:
    emphatic = "**" in item.raw or sign_of(item.raw) is Sign.TICK
    if item.topic in _RUNS_OF_TESTS:
        return (
            said in (*_STRONG, "failing", "not_reproduced")
            and bool(_OF_THE_FAULT.search(sentence))
            and item.topic in (Topic.RUN, Topic.BACKGROUND)
            and emphatic
        )
    if item.topic not in _CLOSING:
        return False
    if said in _STRONG or said in ("failing", "confirmed", "pending"):
        return bool(_OF_THE_FAULT.search(sentence) or _LEADS.match(sentence)) or (
            emphatic and any(word.isupper() and _COMPLETED.fullmatch(word) for word in re.findall(r"[A-Za-z]+", sentence))
        )
    return said == "complete" and emphatic and item.kind is Kind.PARAGRAPH


def _said(text: str) -> str:
    """The status that a plain sentence claims, empty where it claims none."""
    if _NOT_REPRODUCED.search(text):
        return ""
    if _DENIED.search(text):
        return "failing" if re.search(r"still|remain|keep|continu|broken|fail", text, re.IGNORECASE) else "pending"
    if _PARTLY.search(text):
        return "pending"
    bare = _UNREAL.sub(" ", _CITED.sub('"…"', text))
    found = [(match.start(), status) for status, family in _SAYS if (match := family.search(bare))]
    strong = [status for _, status in found if status in _STRONG]
    if strong:
        return strong[0]
    return min(found)[1] if found else ""


def _status(item: Item, status: str, text: str, of: str = "") -> StatedStatus:
    if status in _STRONG and item.topic in _ABOUT_OTHERS:
        status = "complete"
    return StatedStatus(lines=Lines(item.first, item.last), status=status, text=text[:_LONGEST], of=of[:_LONGEST])
