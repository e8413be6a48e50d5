"""The verdict, computed from a plan and its evidence as DESIGN's "Verification, exactly" says. Pure: the same input, the same answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Final

from audits.evidence.shapes import Identity
from audits.matching import Match, full_id, match
from audits.terms import Verdict
from audits.verification.conditions import conditions
from audits.verification.details import planned_detail, unplanned_detail
from audits.verification.judging import fails_as_expected, gone, judge, judge_unplanned, over_runs, seen, seen_at_base
from audits.verification.runs import Attempts, Side, sides
from audits.verification.shapes import CONTRARY, EvidenceRun, PlannedTest, Reason, Result, Row, Seen, UnplannedRow, Verification

# A deleted test suite would make a page of thousands of rows that nobody reads.
MOST_UNPLANNED: Final = 200


def verify(
    plan: Sequence[PlannedTest], runs: Sequence[EvidenceRun], *, fix_commit: str | None, test_files: Collection[str] = ()
) -> Verification:
    """What the runs say of the fix, by the plan.

    `runs` is all evidence in any order; what is of neither base nor fix plays no part. `fix_commit` is the newest Fix's commit; None
    where there is no Fix yet, then the newest `after_fix` report's commit counts. `test_files` are paths that are recorded as test
    files, whose hashes are watched beside those that look like tests. Raises nothing.
    """
    base, fix = sides(runs, fix_commit, {*test_files, *(test.file for test in plan)})
    matches = match([(test.file, test.name) for test in plan], _identities(base, fix))
    tests = tuple(_row(test, meant, base, fix) for test, meant in zip(plan, matches, strict=True))
    contrary = _unplanned({identity for meant in matches for identity in meant.identities}, base, fix)
    unplanned = tuple(_unplanned_row(identity, shown, result, fix) for identity, shown, result in islice(contrary, MOST_UNPLANNED))
    reasons = (
        *_of_rows(tests),
        *_of_unplanned(unplanned, len(contrary)),
        *conditions(plan, base, fix, test_files),
    )
    return Verification(
        verdict=_verdict(tests, unplanned, reasons),
        base_commit=base.commit,
        fix_commit=fix.commit,
        tests=tests,
        unplanned=unplanned,
        unplanned_count=len(contrary),
        reasons=reasons,
        runs_at_fix=len(fix.runs),
    )


def _identities(base: Side, fix: Side) -> dict[Identity, None]:
    return {identity: None for run in (*base.runs, *fix.runs) for identity in run.shown}


def _row(test: PlannedTest, meant: Match, base: Side, fix: Side) -> Row:
    missing = gone(meant.identities, base, fix)
    at_base, at_fix = seen_at_base(meant.identities, base), seen(meant.identities, fix)
    as_expected = not test.expected_failure or fails_as_expected(meant.identities, base, test.expected_failure)
    result = judge(test.expectation, at_base, at_fix, as_expected=as_expected, case_gone=bool(missing))
    return Row(
        name=test.name,
        level=test.level,
        file=test.file,
        expectation=test.expectation,
        base=at_base,
        fix=at_fix,
        result=result,
        detail=planned_detail(test, meant, result, base, fix, missing),
        matched=meant.how,
        matched_to=tuple(map(full_id, meant.identities)),
    )


def _unplanned(planned: Collection[Identity], base: Side, fix: Side) -> list[tuple[Identity, Seen, Result]]:
    """What counts against the fix among the tests that the plan does not name and that passed in every run at the base, by identity."""
    if not base.runs or not fix.runs:
        return []
    return sorted(
        (identity, shown, result)
        for identity, first in base.runs[0].shown.items()
        if first is Attempts.PASSED and identity not in planned and all(run.shown.get(identity) is first for run in base.runs)
        if (result := judge_unplanned(shown := over_runs([run.shown.get(identity) for run in fix.runs])))
    )


def _unplanned_row(identity: Identity, shown: Seen, result: Result, fix: Side) -> UnplannedRow:
    return UnplannedRow(full_id(identity), identity.file, Seen.PASSED, shown, result, unplanned_detail(identity, result, fix))


def _of_rows(rows: Sequence[Row]) -> Iterator[Reason]:
    subjects = subjects_of([(row.file, row.name) for row in rows])
    named = zip(rows, subjects, strict=True)
    return (Reason(row.result, row.detail, subject) for row, subject in named if row.result is not Result.PROVEN)


def subjects_of(tests: Sequence[tuple[str, str]]) -> list[str]:
    """What a waiver calls each of the tests, given as file and name: the name, and its file before it where a neighbour has the same."""
    names = Counter(name for _, name in tests)
    return [f"{file}::{name}" if names[name] > 1 else name for file, name in tests]


def _of_unplanned(rows: Sequence[UnplannedRow], count: int) -> Iterator[Reason]:
    yield from (Reason(row.result, row.detail, row.name) for row in rows)
    if count > len(rows):
        # A waiver of all that are listed must not let through what is not.
        yield Reason("unplanned_unlisted", f"{count - len(rows):,} more tests outside the plan count against the fix and are not listed.")


def _verdict(tests: Sequence[Row], unplanned: Sequence[UnplannedRow], reasons: Collection[Reason]) -> Verdict:
    if unplanned or any(row.result in CONTRARY for row in tests):
        return Verdict.REFUTED
    return Verdict.INCOMPLETE if reasons else Verdict.VERIFIED
