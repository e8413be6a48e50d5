"""What an audit log says, as plain data. Pure.

A claim is what the log states, with the lines that state it; nothing here is evidence. Lines are counted from 1 over the
whole file; `first` and `last` are both part of the span.
"""

from __future__ import annotations

import msgspec

from audits.terms import Expectation, Level, Outcome


class Lines(msgspec.Struct, frozen=True, order=True):
    """A span of lines of the log."""

    first: int
    last: int


class Place(msgspec.Struct, frozen=True):
    """A place in code, as the log writes it. `module` is a dotted name, `file` a path; either may be empty."""

    file: str = ""
    line: int | None = None
    module: str = ""
    function: str = ""


class Claim(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """One thing that the log says, and where."""

    lines: Lines


class StatedIssue(Claim, tag="issue", frozen=True, kw_only=True):
    """A fault that the log names. `severity` is a name of Cloud Logging, or empty; `chosen` marks the one that is acted on."""

    title: str
    severity: str = ""
    message: str = ""
    place: Place = Place()
    timestamp: str = ""
    impact: str = ""
    symptoms: str = ""
    context: str = ""
    chosen: bool = False


class StatedChoice(Claim, tag="choice", frozen=True, kw_only=True):
    """Which issue is acted on, and the reasons for it."""

    title: str
    reasons: tuple[str, ...] = ()


class StatedWhy(Claim, tag="why", frozen=True, kw_only=True):
    """One of the whys, by its position from 1."""

    position: int
    question: str
    answer: str


class StatedRootCause(Claim, tag="root_cause", frozen=True, kw_only=True):
    """A root cause. A later one replaces an earlier one; `corrects` says that the log itself calls the earlier one wrong."""

    statement: str
    impact: str = ""
    fix: str = ""
    scope: tuple[Place, ...] = ()
    corrects: bool = False


class ProposedPattern(Claim, tag="proposed_pattern", frozen=True, kw_only=True):
    """A regular expression that the log proposes as the fix, and the values that it says the expression is for."""

    regex: str
    must_match: tuple[str, ...] = ()


class StatedTest(Claim, tag="planned_test", frozen=True, kw_only=True):
    """A planned test. `level` is None where none is stated."""

    name: str
    level: Level | None = None
    file: str = ""
    expectation: Expectation = Expectation.UNSTATED
    purpose: str = ""


class StatedCount(Claim, tag="count", frozen=True, kw_only=True):
    """A number of tests that the log states: of what (`planned`, `implemented`, `collected`), at which level or in which file.

    `listed` is how many names stand in the list under it, None where there is no list. `exact` is False for a range,
    "30+", "about", or where what is counted are not tests (files, suites, scenarios, methods).
    """

    of: str
    count: int
    level: Level | None = None
    file: str = ""
    listed: int | None = None
    exact: bool = True


class StatedFile(Claim, tag="test_file", frozen=True, kw_only=True):
    """A test file that was created or approved; `count` is its number of tests where it is stated."""

    path: str
    level: Level | None = None
    count: int | None = None
    approved: bool = False


class StatedResult(Claim, tag="result", frozen=True, kw_only=True):
    """The result of one test by name, before or after the fix (`stage`: `before`, `after`, or empty where it is not told)."""

    name: str
    outcome: Outcome
    stage: str = ""
    note: str = ""


class StatedExecution(Claim, tag="execution", frozen=True, kw_only=True):
    """The totals of a run; None where a number is not stated. `stage` as in StatedResult.

    `level` and `file` are what was run, where the command or a title tells it.
    """

    stage: str = ""
    command: str = ""
    level: Level | None = None
    file: str = ""
    passed: int | None = None
    failed: int | None = None
    errors: int | None = None
    skipped: int | None = None
    warnings: int | None = None
    total: int | None = None
    percent: float | None = None
    seconds: float | None = None


class StatedScore(Claim, tag="score", frozen=True, kw_only=True):
    """A score of the tests' audit, of 100. `overall` marks the one that the verdict rests on."""

    of: str
    value: float
    overall: bool = False


class StatedReview(Claim, tag="review", frozen=True, kw_only=True):
    """A review's verdict: `approved` or `needs_improvement`."""

    verdict: str
    score: float | None = None


class StatedFinding(Claim, tag="finding", frozen=True, kw_only=True):
    """Something that a review found. `severity` as the log has it, in small letters; `closed` where the log says that it was mended."""

    text: str
    severity: str = ""
    closed: bool = False
    strength: bool = False


class StatedFix(Claim, tag="fix", frozen=True, kw_only=True):
    """A fix that was made. `commit` is empty where none is named."""

    place: Place = Place()
    change: str = ""
    purpose: str = ""
    commit: str = ""


class StatedGitHub(Claim, tag="github", frozen=True, kw_only=True):
    """The GitHub issue; `state` is `open`, `closed` or empty."""

    number: int | None = None
    url: str = ""
    repository: str = ""
    title: str = ""
    labels: tuple[str, ...] = ()
    priority: str = ""
    state: str = ""


class StatedStatus(Claim, tag="status", frozen=True, kw_only=True):
    """A status that the log claims.

    `status` is one of `fixed`, `resolved`, `complete`, `verified`, `confirmed` (the fault was shown), `not_reproduced`,
    `pending`, `failing`, `ready_to_commit`, `committed`, `commit_named`. `text` is the sentence; `of` is what it is said of.
    """

    status: str
    text: str
    of: str = ""


class StatedSystemIssue(Claim, tag="system_issue", frozen=True, kw_only=True):
    """A fault found on the way, with its priority and the fix that it needs."""

    title: str
    priority: str = ""
    error: str = ""
    root_cause: str = ""
    fix_needed: str = ""


class StatedPhase(Claim, tag="phase", frozen=True, kw_only=True):
    """A heading that opens a numbered phase of the process; `number` is "3" or "2.1". Phases of the product or of a plan are none."""

    number: str
    title: str


class StatedTime(Claim, tag="time", frozen=True, kw_only=True):
    """A duration in seconds or a moment that the log states of a thing; `of` names the thing so that two can be compared."""

    of: str
    seconds: float | None = None
    moment: str = ""


AnyClaim = (
    StatedIssue
    | StatedChoice
    | StatedWhy
    | StatedRootCause
    | ProposedPattern
    | StatedTest
    | StatedCount
    | StatedFile
    | StatedResult
    | StatedExecution
    | StatedScore
    | StatedReview
    | StatedFinding
    | StatedFix
    | StatedGitHub
    | StatedStatus
    | StatedSystemIssue
    | StatedPhase
    | StatedTime
)


class Section(msgspec.Struct, frozen=True):
    """One heading and what stands under it up to the next heading; the text before the first heading has no heading.

    `read_as` names the kinds of claim that were found in it, empty where nothing was recognised. `verbatim` is every line
    of it as it stands: all sections' texts, one after the other, are the file.
    """

    heading: str
    level: int
    lines: Lines
    read_as: tuple[str, ...]
    verbatim: str


class Incident(msgspec.Struct, frozen=True):
    """One fault's part of the log: what is said of it, in the file's order."""

    lines: Lines
    claims: tuple[AnyClaim, ...]


class StatedIteration(msgspec.Struct, frozen=True):
    """One pass of the process; `number` is the log's own, None where it has no such heading.

    The first incident is the one that the iteration is about; where the log runs on into another fault, that one follows.
    """

    lines: Lines
    number: int | None
    focus: str
    incidents: tuple[Incident, ...]


class AuditLog(msgspec.Struct, frozen=True):
    """A whole log."""

    title: str
    lines: int
    iterations: tuple[StatedIteration, ...]
    sections: tuple[Section, ...]


class Contradiction(msgspec.Struct, frozen=True):
    """Where a log or a record disagrees with itself: a code of DESIGN, a sentence, and the places that disagree.

    `where` holds lines of the log ("line 83") or names of records ("plan version 2"); `subject` keeps two of one code apart.
    """

    code: str
    detail: str
    where: tuple[str, ...]
    subject: str = ""
