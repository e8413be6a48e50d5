"""Phases 5 and 7 of a log: what the runs show before and after the fix, and the verdict that follows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from audits.dossier import Child, Dossier, Run, Waiver
from audits.reports.markup import NOTHING, bullets, coded, field, numbered, signed, table
from audits.reports.wording import EXPECTATIONS, SEEN, level_of, reporter, totals
from audits.terms import Stage, Verdict
from audits.verification import Row, UnplannedRow, Verification
from incidents.quoting import code, inline

_MOST_MATCHED: Final = 3


def red_run(dossier: Dossier) -> Iterator[str]:
    """Phase 5: the runs at the base, and the faults that were found on the way."""
    judged = dossier.verification
    yield "## 5) RED RUN: TESTS BEFORE THE FIX"
    yield field("Base", code(judged.base_commit))
    yield from _runs(dossier.runs, (Stage.BEFORE_FIX,), judged.base_commit)
    if judged.base_commit and judged.tests:
        yield "### Test Results Before the Fix"
        yield numbered(f"{code(row.name)} - {SEEN[row.base]}" for row in judged.tests)
    if dossier.children:
        yield "### System Issues Found on the Way"
        yield numbered(map(_child, dossier.children))


def green_run(dossier: Dossier) -> Iterator[str]:
    """Phase 7: the runs at the fix, test by test, and the verdict with everything that stands beside it."""
    judged = dossier.verification
    yield "## 7) GREEN RUN: TESTS AFTER THE FIX"
    yield field("Fix", code(judged.fix_commit))
    yield from _runs(dossier.runs, (Stage.AFTER_FIX, Stage.STABILITY), judged.fix_commit)
    if judged.tests:
        yield "### Test by Test"
        yield table(["Test", "Level", "Expectation", "Base", "Fix", "Matched", "Detail", "Result"], map(_row, judged.tests))
    if judged.unplanned:
        yield "### Tests Outside the Plan"
        yield from _unplanned(judged)
    yield from _verdict(judged, dossier.waivers)


def _runs(runs: Iterable[Run], stages: tuple[Stage, ...], commit: str) -> Iterator[str]:
    """The runs of these stages; those of another commit are told, and play no part."""
    of_stage = [run for run in runs if run.stage in stages]
    if not of_stage:
        yield NOTHING
        return
    yield bullets(_run(run, counts=run.commit == commit) for run in of_stage)


def _run(run: Run, *, counts: bool) -> str:
    said = [f"Run {run.id}, {run.stage}, at {code(run.commit)}: {totals(run)}"]
    if not counts:
        said.append("Of another commit: it plays no part in the verdict.")
    if group := code(run.run_group):
        said.append(f"A part of the run {group}.")
    if command := code(run.command):
        said.append(field("Command", command))
    said.append(f"Reported by {reporter(run)}, posted by {signed(run.by)}")
    said.append(f"sha256 of the report: {code(run.report_hash)}")
    said += [f"Remark {code(remark.get('code', ''))}: {inline(remark.get('detail', ''))}" for remark in run.remarks]
    return "\n  - ".join(said)


def _row(row: Row) -> list[str]:
    """The result comes last and behind a sentence: a test that is proven must not read as if the fix were."""
    seen = [SEEN[row.base], SEEN[row.fix]]
    return [code(row.name), level_of(row.level or ""), EXPECTATIONS[row.expectation], *seen, _matched(row), inline(row.detail), row.result]


def _matched(row: Row) -> str:
    """How the plan's name was matched to the reports', and to which tests of theirs."""
    more = len(row.matched_to) - _MOST_MATCHED
    named = [code(name) for name in row.matched_to[:_MOST_MATCHED]] + ([f"{more} more"] if more > 0 else [])
    return f"{row.matched}: {', '.join(named)}" if named else row.matched


def _unplanned(judged: Verification) -> Iterator[str]:
    yield table(["Test", "Base", "Fix", "Detail", "Result"], map(_unplanned_row, judged.unplanned))
    more = judged.unplanned_count - len(judged.unplanned)
    if more:
        yield f"{more} more count against the fix and are not listed."


def _unplanned_row(row: UnplannedRow) -> list[str]:
    return [code(row.name), SEEN[row.base], SEEN[row.fix], inline(row.detail), row.result]


def _verdict(judged: Verification, waivers: list[Waiver]) -> Iterator[str]:
    """The verdict as it was computed, what keeps it from being better, and what reviewers let pass: these never part."""
    yield "### Verdict"
    yield field("Verdict", judged.verdict.upper())
    if judged.verdict is not Verdict.VERIFIED:
        yield "It is not better because:"
        yield bullets(coded(reason.code, reason.subject, reason.detail) for reason in judged.reasons)
    if waivers:
        yield "WAIVED, which opens gates and changes no verdict:"
        yield bullets(f"{coded(waiver.code, waiver.subject, waiver.reason)} ({signed(waiver.by)})" for waiver in waivers)


def _child(child: Child) -> str:
    fix = inline(child.fix_needed)
    needed = f"\n   - {field('Fix needed', fix)}" if fix else ""
    return f"{inline(child.title) or NOTHING} ({code(child.key)}, {child.severity}, {child.state}){needed}"
