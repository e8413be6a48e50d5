"""Ways to make a fix look proven. None ends verified."""

import pytest

from audits.evidence.shapes import Identity
from audits.terms import Outcome, Verdict
from audits.verification import ResultRow
from tests.audits.verification.evidence import AT_BASE, AT_FIX, BASE, FILE, OTHER, after, again, before, codes, judged, row

A, B = "a" * 64, "b" * 64
COLLECTION_ERROR = ResultRow(Identity("", "", "tests.unit.test_cart", ""), Outcome.ERROR, "collection failure\nImportError")
WITHOUT_RED = {name: outcome for name, outcome in AT_FIX.items() if name != "test_red"}
GREENS = [row("test_green", "passed"), row("test_unplanned", "passed")]

CHEATS = {
    "a collection error posing as red": [before([COLLECTION_ERROR]), after(AT_FIX)],
    "a collection error beside the tests of other files": [before([COLLECTION_ERROR, *GREENS]), after(AT_FIX)],
    "an error of the red test itself": [before(AT_BASE | {"test_red": "error"}), after(AT_FIX)],
    "the red test deleted after the fix": [before(AT_BASE), after(WITHOUT_RED)],
    "the red test skipped after the fix": [before(AT_BASE), after(AT_FIX | {"test_red": "skipped"})],
    "the red test announced to fail after the fix": [before(AT_BASE), after(AT_FIX | {"test_red": "xfailed"})],
    "the red case exchanged": [
        before({"test_red[a]": "failed", "test_green": "passed"}),
        after({"test_red[b]": "passed", "test_green": "passed"}),
    ],
    "the red test's file changed between the runs": [before(AT_BASE, files={FILE: A}), after(AT_FIX, files={FILE: B})],
    "only conftest.py changed": [before(AT_BASE, files={FILE: A, "conftest.py": A}), after(AT_FIX, files={FILE: A, "conftest.py": B})],
    "a conftest.py that came with the fix": [before(AT_BASE, files={FILE: A}), after(AT_FIX, files={FILE: A, "tests/conftest.py": A})],
    "header counts forged": [before(AT_BASE, counts_disagree="it declares no failure and holds one."), after(AT_FIX)],
    "zero tests": [before({}), after({})],
    "zero tests before the fix": [before({}), after(AT_FIX)],
    "zero tests after the fix": [before(AT_BASE), after({})],
    "green only in the second of three runs": [
        before(AT_BASE),
        after(AT_FIX | {"test_red": "failed"}),
        again(AT_FIX, 11),
        again(AT_FIX | {"test_red": "failed"}, 12),
    ],
    "a run of another commit": [before(AT_BASE), after(AT_FIX, commit=OTHER)],
    "all passed with an exit status that says otherwise": [before(AT_BASE), after(AT_FIX, exit_status=1)],
    "a test retried until it passed": [before(AT_BASE), after(AT_FIX | {"test_red": "failed failed passed"})],
    "a test broken by the fix": [before(AT_BASE), after(AT_FIX | {"test_unplanned": "failed"})],
    "no run before the fix": [after(AT_FIX), again(AT_FIX)],
    "no run at all": [],
}


@pytest.mark.parametrize("runs", CHEATS.values(), ids=CHEATS)
def test_a_cheat_is_not_verified(runs):
    verification = judged(*runs)

    assert verification.verdict is not Verdict.VERIFIED
    assert codes(verification)


@pytest.mark.parametrize("fix_commit", [BASE, BASE.upper(), None])
def test_a_fix_that_is_the_base_is_not_verified(fix_commit):
    verification = judged(before(AT_BASE), after(AT_FIX, commit=BASE), fix_commit=fix_commit)

    assert codes(verification) == [("same_commit", "")]


def test_without_any_cheat_the_same_fix_is_verified():
    files = {FILE: A, "conftest.py": A, "shop/cart.py": A}

    runs = [
        before(AT_BASE, exit_status=1, files=files),
        after(AT_FIX, exit_status=0, files=files | {"shop/cart.py": B}),
        again(AT_FIX, 11, exit_status=0),
        again(AT_FIX, 12, exit_status=0),
    ]

    assert judged(*runs).verdict is Verdict.VERIFIED
