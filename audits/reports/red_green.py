"""The evidence as GitHub is told it: the verdict in a sentence, test by test red and green, and what stands beside it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from audits.dossier import Dossier, Run, Waiver
from audits.reports.brevity import NAME, SENTENCE, fitting, left_out, named, short, short_list, short_table
from audits.reports.markup import coded, signed, table
from audits.reports.wording import EXPECTATIONS, SEEN, counted, reporter, totals
from audits.terms import Expectation, Stage, Verdict
from audits.verification import CONTRARY, Reason, Result, Row, Seen, UnplannedRow, Verification, subjects_of
from audits.verification.runs import commit_of
from incidents.quoting import code

_RESULTS: Final = frozenset(Result)
_TABLE: Final = 30_000
_RUNS: Final = 8_000


def verdict(dossier: Dossier) -> str:
    """The verdict, in bold, and what it rests on, in one line."""
    judged = dossier.verification
    match judged.verdict:
        case Verdict.VERIFIED:
            return f"**Verified.** {_proven(judged)} {agreement(dossier)}"
        case Verdict.REFUTED:
            return f"**Refuted.** The evidence speaks against the fix{_at(judged.fix_commit)}: {_against(judged)}."
        case Verdict.INCOMPLETE if not judged.runs_at_fix:
            return "**Incomplete.** Nothing has been run at a fix yet, so nothing is proven."
        case Verdict.INCOMPLETE:
            return f"**Incomplete.** No test speaks against the fix{_at(judged.fix_commit)}, but it is not proven."


def _proven(judged: Verification) -> str:
    red = sum(row.expectation is Expectation.RED_THEN_GREEN for row in judged.tests)
    green = sum(row.expectation is Expectation.ALWAYS_GREEN for row in judged.tests)
    same = "The same test was" if red == 1 else f"The same {counted(red)} were"
    always = f"; {counted(green)} that must always pass did so at both" if green else ""
    return f"{same} red{_at(judged.base_commit)} and green{_at(judged.fix_commit)}{always}."


def _at(commit: str) -> str:
    return f" at {code(commit[:12])}" if commit else ""


def _against(judged: Verification) -> str:
    planned = sum(row.result in CONTRARY for row in judged.tests)
    of_plan = [f"{planned} of {counted(len(judged.tests))} in the plan"] if planned else []
    outside = [f"{counted(judged.unplanned_count)} outside the plan"] if judged.unplanned_count else []
    return " and ".join([*of_plan, *outside])


def agreement(dossier: Dossier) -> str:
    """How many runs there are at the fix, and whether they agree."""
    judged, wanted = dossier.verification, dossier.rules.stability_runs
    runs = judged.runs_at_fix
    at_fix = [*(row.fix for row in judged.tests), *(row.fix for row in judged.unplanned)]
    flaky = at_fix.count(Seen.FLAKY)
    if runs < 2:
        return f"Runs at the fix: {runs}; the project asks for {wanted}."
    if flaky:
        return f"The {runs} runs at the fix do not agree on {counted(flaky)}; the project asks for {wanted} that agree."
    if judged.verdict is Verdict.VERIFIED:
        return f"All {runs} runs at the fix agree; the project asks for {wanted}."
    return f"No planned test passed in some of the {runs} runs at the fix and not in others; the project asks for {wanted} that agree."


def tests_table(judged: Verification) -> Iterator[str]:
    """Each test red and green: first those that speak against the fix, then those that show nothing, then the proven."""
    subjects = subjects_of([(row.file, row.name) for row in judged.tests])
    rows: list[tuple[str, Row | UnplannedRow]] = [*zip(subjects, judged.tests, strict=True), *((row.name, row) for row in judged.unplanned)]
    if not rows:
        return
    rows.sort(key=lambda named_row: _rank(named_row[1].result))
    kept = fitting((_cells(subject, row) for subject, row in rows), characters=_TABLE)
    yield table(["Test", "Expectation", "Base", "Fix", "Result"], kept)
    yield from left_out(len(judged.tests) + judged.unplanned_count - len(kept))
    contrary = judged.unplanned_count + sum(row.result in CONTRARY for row in judged.tests)
    if len(kept) < contrary:
        yield f"{contrary - len(kept):,} of these speak against the fix."


def _rank(result: Result) -> int:
    return 0 if result in CONTRARY else 2 if result is Result.PROVEN else 1


def _cells(subject: str, row: Row | UnplannedRow) -> list[str]:
    expectation = EXPECTATIONS[row.expectation] if isinstance(row, Row) else "not in the plan"
    mark = ("❌", "⚠️", "✅")[_rank(row.result)]
    return [named(subject), expectation, SEEN[row.base], SEEN[row.fix], f"{mark} {row.result}"]


def reasons(judged: Verification, *, characters: int) -> Iterator[str]:
    """What keeps the verdict from `verified`, with a sentence each: first what speaks against the fix, then what is of no test."""
    if judged.reasons:
        found = sorted(judged.reasons, key=_weight)
        yield "What keeps it from being verified:"
        lines = (short_coded(reason.code, reason.subject, reason.detail) for reason in found)
        yield short_list(lines, of=len(found), characters=characters)


def _weight(reason: Reason) -> int:
    return 0 if reason.code in CONTRARY else 2 if reason.code in _RESULTS else 1


def short_coded(what: str, subject: str, detail: str) -> str:
    """A code, what it is about, and a sentence on it, none of them long."""
    return coded(short(what, NAME), short(subject, NAME), short(detail, SENTENCE))


def waivers(dossier: Dossier, *, characters: int) -> Iterator[str]:
    """What people let pass, with who and why, and that the verdict is what it was."""
    given = dossier.waivers
    if given:
        yield (
            f"**Waived**, which opens gates and changes no verdict: it stays **{dossier.verification.verdict}**, "
            "and what a waiver let through resolves as `waived`, never as `verified`."
        )
        yield short_list(map(_waiver, given), of=len(given), characters=characters)


def _waiver(waiver: Waiver) -> str:
    return f"{short_coded(waiver.code, waiver.subject, waiver.reason)} ({signed(waiver.by)})"


def runs(dossier: Dossier) -> Iterator[str]:
    """What was run at the base and at the fix; runs of other commits play no part, and are counted."""
    judged = dossier.verification
    base = [run for run in dossier.runs if run.stage is Stage.BEFORE_FIX and commit_of(run.commit) == judged.base_commit]
    fix = [run for run in dossier.runs if run.stage is not Stage.BEFORE_FIX and commit_of(run.commit) == judged.fix_commit]
    yield from _runs_at("Before the fix", judged.base_commit, base)
    yield from _runs_at("After the fix", judged.fix_commit, fix)
    others = len(dossier.runs) - len(base) - len(fix)
    if others:
        yield f"Reports of other commits, which play no part: {others:,}."


def _runs_at(when: str, commit: str, of: Sequence[Run]) -> Iterator[str]:
    if not of:
        yield f"**{when}**: no run."
        return
    yield f"**{when}**, at {named(commit)}:"
    yield from short_table(["Run", "Stage", "Totals", "Tool", "sha256 of the report"], map(_run, of), of=len(of), characters=_RUNS)


def _run(run: Run) -> list[str]:
    return [str(run.id), run.stage, totals(run), reporter(run), code(run.report_hash)]
