"""DESIGN's table: from what base and fix show of a test to its result. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from audits.evidence.shapes import Identity
from audits.terms import Expectation
from audits.verification.runs import Attempts, Run, Side
from audits.verification.shapes import Result, Seen

_WORDS = {Attempts.PASSED: Seen.PASSED, Attempts.SKIPPED: Seen.SKIPPED, Attempts.ERROR: Seen.ERROR, Attempts.FAILED: Seen.FAILED}
# Nothing ran there that could be red or green.
_UNSHOWN = frozenset({Seen.ERROR, Seen.SKIPPED, Seen.ABSENT, Seen.NO_RUN})


def over_runs(shown: Collection[Attempts | None]) -> Seen:
    """What the runs at one commit, one or more, show of one test; None stands for a run that does not have it.

    Stricter than "any other mix counts as failed" in one case: errors, skips and absences without one real failure among them
    are an error, for a collection error proves nothing and must not pose as red.
    """
    if len(states := set(shown)) == 1:
        (only,) = states
        return Seen.ABSENT if only is None else _WORDS[only]
    if Attempts.PASSED in states:
        return Seen.FLAKY
    return Seen.FAILED if Attempts.FAILED in states else Seen.ERROR


def seen(identities: Collection[Identity], side: Side) -> Seen:
    """What one side shows of a planned test, over all identities that it was matched to.

    A run without results shows nothing. A case that some runs have and others lack, where these have other cases of the same
    test, makes it flaky.
    """
    if not side.runs:
        return Seen.NO_RUN
    if _cases_come_and_go(identities, side.runs):
        return Seen.FLAKY
    return over_runs([run.of(identities) for run in side.runs])


def seen_at_base(identities: Collection[Identity], base: Side) -> Seen:
    """The same of the base, where a run without results shows that every test is absent."""
    shown = seen(identities, base)
    return Seen.ABSENT if shown is Seen.NO_RUN and base.empty else shown


def _cases_come_and_go(identities: Collection[Identity], runs: Sequence[Run]) -> bool:
    if len(identities) == 1 or len(runs) == 1:
        return False
    present = {frozenset(each for each in identities if each in run.shown) for run in runs}
    return len(present - {frozenset()}) > 1


def gone(identities: Iterable[Identity], base: Side, fix: Side) -> list[Identity]:
    """The identities that ran at the base and are in no run at the fix: deleting the red case is no fix."""
    return [each for each in identities if _ran(each, base.runs) and not any(each in run.shown for run in fix.runs)]


def _ran(identity: Identity, runs: Iterable[Run]) -> bool:
    return any(run.shown.get(identity, Attempts.SKIPPED) is not Attempts.SKIPPED for run in runs)


def fails_as_expected(identities: Collection[Identity], base: Side, expected: str) -> bool:
    """Whether in every base run in which a test failed one of its failures holds the expected text; blanks and line ends count alike."""
    wanted = _folded(expected)
    failures = ([text for each in identities for text in run.failures.get(each, ())] for run in base.runs)
    return all(any(wanted in _folded(text) for text in texts) for texts in failures if texts)


def _folded(text: str) -> str:
    return " ".join(text.split())


def judge(expectation: Expectation, base: Seen, fix: Seen, *, as_expected: bool = True, case_gone: bool = False) -> Result:
    """The result of a planned test.

    `as_expected` is False where it failed at the base for another reason than the issue's; `case_gone` is True where one of its
    cases ran at the base and is in no run at the fix. Where several rows of the table hold, the first of these
    decides: what the base alone says, no run at the fix, flaky, vanished, the rest.
    """
    if expectation == Expectation.UNSTATED:
        return Result.UNSTATED
    red_first = expectation == Expectation.RED_THEN_GREEN
    by_base = _red_at_base(base, as_expected) if red_first else _green_at_base(base)
    if by_base is not None:
        return by_base
    if fix is Seen.NO_RUN:
        return Result.NO_FIX_RUN
    if Seen.FLAKY in (base, fix):
        return Result.FLAKY
    if fix is Seen.ABSENT or case_gone:
        return Result.VANISHED
    return _red_then(fix) if red_first else _green_then(base, fix)


def _red_at_base(base: Seen, as_expected: bool) -> Result | None:
    if base is Seen.PASSED:
        return Result.NEVER_RED
    if base in _UNSHOWN:
        return Result.NOT_RED
    return Result.RED_FOR_ANOTHER_REASON if base is Seen.FAILED and not as_expected else None


def _green_at_base(base: Seen) -> Result | None:
    return Result.NO_BASE if base in _UNSHOWN else None


def _red_then(fix: Seen) -> Result:
    return Result.PROVEN if fix is Seen.PASSED else Result.STILL_RED


def _green_then(base: Seen, fix: Seen) -> Result:
    if base is Seen.PASSED:
        return Result.PROVEN if fix is Seen.PASSED else Result.REGRESSION
    return Result.REPAIRED if fix is Seen.PASSED else Result.BROKEN_BEFORE


def judge_unplanned(fix: Seen) -> Result | None:
    """What counts against the fix in a test outside the plan that passed at the base; None where nothing does."""
    return _UNPLANNED.get(fix)


_UNPLANNED = {
    Seen.FAILED: Result.UNPLANNED_REGRESSION,
    Seen.ERROR: Result.UNPLANNED_REGRESSION,
    Seen.ABSENT: Result.VANISHED,
    Seen.FLAKY: Result.FLAKY,
}
