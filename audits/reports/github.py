"""An iteration told on GitHub: the sections of the issue's body there, and the comments. Pure.

All of it is computed from the record alone, and nothing of it from the time at which it is asked for: the same record gives the
same text, so that a write on GitHub means that something has changed. Mentions and "fixes #1" are left for the caller to defuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from audits import gates
from audits.dossier import Dossier, Finding, Metric, Place, PlannedTest, Why
from audits.reports.brevity import NAME, PARAGRAPH, fitting, left_out, named, short, short_list, short_table, told
from audits.reports.markup import NOTHING, bullets, field, place
from audits.reports.red_green import agreement, reasons, runs, short_coded, tests_table, verdict, waivers
from audits.reports.wording import EXPECTATIONS, MET, level_of
from audits.terms import NUMBER_OF_PHASE, Phase, Verdict
from incidents.errors import Unmet
from incidents.quoting import code

# Of these nobody who closes an issue on GitHub need hear: they are what the sync itself has still to do there.
_OURS: Final = frozenset({"github_issue_missing", "github_evidence_pending", "github_closing_pending"})


@dataclass(frozen=True)
class Section:
    """A part of the body: a stable name, the text of the heading that the caller makes, and finished Markdown without headings."""

    name: str
    title: str
    markdown: str


def sections(dossier: Dossier, *, unmet: Sequence[Unmet]) -> list[Section]:
    """What the issue's body tells of the iteration, in the order in which a reader needs it; parts that have nothing to tell are left out.

    `unmet` is what keeps its gate shut now.
    """
    told_of = [
        Section("root_cause", "Root cause", _joined(_root_cause(dossier))),
        Section("test_plan", "Test plan", _joined(_test_plan(dossier))),
        Section("evidence", "Evidence", _joined(_evidence(dossier))),
        Section("fix", "Fix", _joined(_fix(dossier))),
        Section("review", "Review", _joined(_review(dossier))),
        Section("missing", "What is still missing", _joined(_missing(dossier, unmet))),
    ]
    return [section for section in told_of if section.markdown]


def evidence_comment(dossier: Dossier) -> str:
    """The comment with which the evidence arrives: what was run, what it showed of each test, and the chain that it is recorded in."""
    return _joined(
        [
            f"**Evidence** of iteration {dossier.number} for {named(dossier.issue.key)}.",
            *runs(dossier),
            *tests_table(dossier.verification),
            agreement(dossier),
            _chain(dossier),
        ]
    )


def verdict_comment(dossier: Dossier) -> str:
    """The comment with which the verdict arrives: the verdict in its first line, then all that speaks against it or stands beside it."""
    judged = dossier.verification
    return _joined(
        [
            verdict(dossier),
            *reasons(judged, characters=20_000),
            *_metrics(dossier.metrics),
            *waivers(dossier, characters=8_000),
            field("Fix", named(dossier.fix.commit if dossier.fix else judged.fix_commit)),
            _chain(dossier),
        ]
    )


def missing_comment(dossier: Dossier, *, unmet: Sequence[Unmet]) -> str:
    """The comment for whoever closed the issue on GitHub without proof: that it stays open, what is missing, and what would close it."""
    missing = _everything_missing(dossier, unmet)
    proven = dossier.verification.verdict is Verdict.VERIFIED
    return _joined(
        [
            "Thank you for looking after this issue. It was closed on GitHub "
            f"{'before its audit had ended' if proven else 'without proof that it is fixed'}, "
            f"so it stays open in Fixproof as {named(dossier.issue.key)}. {_standing(dossier)}",
            verdict(dossier) if dossier.runs else "",
            "Still missing:" if missing else "",
            _unmet(missing),
            *waivers(dossier, characters=4_000),
            _what_closes_it(proven=proven, missing=bool(missing)),
        ]
    )


def _what_closes_it(*, proven: bool, missing: bool) -> str:
    proof = "the end of its iteration in Fixproof" if proven else "the fix's tests seen red before the fix and green after it"
    rest = ", and nothing of the above left" if missing else ""
    return f"What closes it: {proof}{rest}. If nothing is to be fixed, please resolve it in Fixproof as won't fix, or as not reproduced."


def _joined(blocks: Iterable[str]) -> str:
    return "\n\n".join(block for block in blocks if block)


def _fields(given: dict[str, str]) -> str:
    """Keys with their values, those that have one."""
    return bullets(field(key, markdown) for key, markdown in given.items() if markdown)


def _root_cause(dossier: Dossier) -> Iterator[str]:
    found = dossier.root_cause
    if found is None:
        return
    whys = fitting(map(_why, range(1, len(found.whys) + 1), found.whys), characters=10_000)
    yield "\n".join(whys)
    yield from left_out(len(found.whys) - len(whys))
    yield _fields(
        {
            "Statement": told(found.statement, PARAGRAPH),
            "Impact": told(found.impact, PARAGRAPH),
            "Proposed fix": told(found.fix, PARAGRAPH),
            "Scope": _places(found.scope),
        }
    )


def _why(number: int, why: Why) -> str:
    marker = f"{number}. "
    return f"{marker}{told(why.question) or NOTHING}\n{' ' * len(marker)}- {field('Answer', told(why.answer, PARAGRAPH))}"


def _places(scope: Sequence[Place]) -> str:
    written = fitting((place(short(each.file, NAME), each.line) for each in scope), characters=2_000)
    return ", ".join([*written, *([f"{len(scope) - len(written)} more"] if len(scope) > len(written) else [])])


def _test_plan(dossier: Dossier) -> Iterator[str]:
    if dossier.test_plan and dossier.test_plan.tests:
        tests = dossier.test_plan.tests
        columns = ["Level", "File", "Test", "What it must show", "Purpose"]
        yield from short_table(columns, map(_planned, tests), of=len(tests), characters=20_000)


def _planned(test: PlannedTest) -> list[str]:
    failure = named(test.expected_failure)
    shows = EXPECTATIONS[test.expectation] + (f"; the failure holds {failure}" if failure else "")
    return [level_of(short(test.level, NAME)) if test.level else "", named(test.file), named(test.name), shows, told(test.purpose)]


def _evidence(dossier: Dossier) -> Iterator[str]:
    judged = dossier.verification
    if not dossier.runs and not dossier.waivers:
        return
    yield verdict(dossier)
    if dossier.runs:
        yield _fields({"Base": named(judged.base_commit), "Fix": named(judged.fix_commit)})
        yield from tests_table(judged)
        yield from reasons(judged, characters=8_000)
    yield from waivers(dossier, characters=4_000)


def _fix(dossier: Dossier) -> Iterator[str]:
    found = dossier.fix
    if found is None:
        return
    yield _fields(
        {
            "Commit": named(found.commit),
            "Where": place(short(found.file, NAME), found.line),
            "What": told(found.change, PARAGRAPH),
            "Why": told(found.purpose, PARAGRAPH),
            "Pull request": told(found.pull_request),
            "Residual work": "nothing is left to do" if found.residual == [] else "",
        }
    )
    yield from _listed("Residual work", found.residual or [])
    yield from _listed("Documentation", found.documentation)


def _listed(title: str, entries: Sequence[str]) -> Iterator[str]:
    if entries:
        yield f"**{title}**:"
        yield short_list(map(told, entries), of=len(entries), characters=4_000)


def _review(dossier: Dossier) -> Iterator[str]:
    newest = dossier.review
    if newest is None:
        return
    asks = "approves the tests" if newest.approved else "asks for improvement"
    yield f"Review {newest.version} {asks}, with {newest.score:g} of 100 (at least {newest.threshold} are asked for)."
    # Of every review: a later one does not close what an earlier one found.
    findings = [finding for review in dossier.reviews for finding in review.findings]
    found = [finding for finding in findings if finding.severity == "critical" and finding.closed is None]
    if found:
        yield "**Open critical findings**:"
        yield short_list(map(_finding, found), of=len(found), characters=6_000)


def _finding(finding: Finding) -> str:
    file = named(finding.file)
    return told(finding.text) + (f" ({file})" if file else "")


def _missing(dossier: Dossier, unmet: Sequence[Unmet]) -> Iterator[str]:
    """Of an iteration that has ended nothing is asked any more: how it ended is told instead."""
    yield _standing(dossier)
    if dossier.state == "running":
        yield "Before this phase can end:" if unmet else "Nothing is missing: this phase can end."
        yield _unmet(unmet)
    elif dossier.ending and dossier.ending.reason.strip():
        yield field("Given up because", told(dossier.ending.reason, PARAGRAPH))


def _standing(dossier: Dossier) -> str:
    """Where the iteration stands, or how it ended, as a sentence."""
    phase = f"phase {NUMBER_OF_PHASE[dossier.phase]} ({dossier.phase.replace('_', ' ')})"
    by_waivers = ", with what waivers let through" if dossier.ending and dossier.ending.let_through else ""
    stands = {
        "running": f"is in {phase}",
        "done": f"is done{by_waivers}",
        "abandoned": f"was given up in {phase}",
        "imported": "is an imported log, whose statements are claims and no evidence",
    }
    return f"Iteration {dossier.number} {stands[dossier.state]}."


def _everything_missing(dossier: Dossier, unmet: Sequence[Unmet]) -> list[Unmet]:
    """What its own gate asks for, then what the others do, each thing once; without what was waived and what is the sync's to do."""
    found: dict[tuple[str, str], Unmet] = {}
    for one in (*unmet, *gates.unmet(dossier, Phase.COMMIT)):
        found.setdefault((one.code, one.subject), one)
    shut, _ = gates.split(found.values(), ((waiver.code, waiver.subject) for waiver in dossier.waivers))
    return [one for one in shut if one.code not in _OURS]


def _unmet(unmet: Sequence[Unmet]) -> str:
    return short_list((short_coded(one.code, one.subject, one.detail) for one in unmet), of=len(unmet), characters=8_000)


def _metrics(metrics: Sequence[Metric]) -> Iterator[str]:
    if metrics:
        yield "**Success metrics**:"
        yield short_list(map(_metric, metrics), of=len(metrics), characters=8_000)


def _metric(metric: Metric) -> str:
    evidence = told(metric.evidence)
    return f"{told(metric.text)} - **{MET[metric.met]}**" + (f" ({evidence})" if evidence else "")


def _chain(dossier: Dossier) -> str:
    return field("Evidence chain", f"{dossier.chain_length:,} records, head {code(dossier.chain_head) or 'none'}")
