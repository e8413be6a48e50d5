import pytest

from audits.claims.shapes import Place, ProposedPattern, StatedFix, StatedStatus, StatedTime

from .reading import said

PLACE = Place(file="shop/cart.py", line=88)

STYLES = {
    "keys": (
        "## Fix applied\n- **Location**: `shop/cart.py`, line 88\n- **Change**: count a coupon once\n"
        "- **Purpose**: no double discount\n- **Commit**: `1a2b3c4d`\n"
    ),
    "keys with the line apart": (
        "## The fix\n**File**: `shop/cart.py`\n**Line**: 88\n**Change**: count a coupon once\n"
        "**Reason**: no double discount\n**Commit**: 1a2b3c4d\n"
    ),
    "a table": (
        "## Code changes\n| File | Change | Purpose | Commit |\n|---|---|---|---|\n"
        "| `shop/cart.py:88` | count a coupon once | no double discount | `1a2b3c4d` |\n"
    ),
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_a_fix_is_read_in_whatever_style(style):
    fixes = said(f"# Log\n{style}", StatedFix)

    assert [(fix.place, fix.change, fix.purpose, fix.commit) for fix in fixes] == [
        (PLACE, "count a coupon once", "no double discount", "1a2b3c4d")
    ]


def test_before_and_after_are_a_change():
    text = "# Log\n## Fix\n**File**: `shop/cart.py`\n**Lines**: 88-90\n**Before**: twice\n**After**: once\n"

    assert [(fix.place, fix.change) for fix in said(text, StatedFix)] == [(PLACE, "twice → once")]


@pytest.mark.parametrize(
    "line",
    [
        "We changed `apply()` in shop/cart.py (line 88) so that a coupon counts once.",
        "1. **Fixed the discount** in `shop/cart.py:88`",
        "- `shop/cart.py:88`: a coupon counts once",
        "**File**: `shop/cart.py`\n\n1. **Line 88**: `seen.add(code)`\n   → a coupon counts once",
    ],
)
def test_a_sentence_or_entry_may_tell_the_place(line):
    assert [fix.place for fix in said(f"# Log\n## Fix\n{line}\n", StatedFix)] == [PLACE]


def test_a_diff_tells_the_file_where_nothing_else_does():
    assert [fix.place.file for fix in said("# Log\n## Fix\n```diff\n--- a/shop/cart.py\n+++ b/shop/cart.py\n```\n", StatedFix)] == [
        "shop/cart.py"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "## Proposed fix\n- Change `shop/cart.py:88`\n",
        "## Fix location identified\n- **File**: `shop/cart.py` line 88\n- **Required**: count once\n",
        "## Fix\nWe should change `shop/cart.py:88`.\n",
        "## Fix\n- `tests/test_cart.py`: three tests added\n",
        "## Compliance fixes\n- Changed `shop/cart.py:88`\n",
    ],
)
def test_what_is_to_be_fixed_or_mends_tests_is_no_fix(text):
    assert said(f"# Log\n{text}", StatedFix) == []


def commits(text: str) -> list[str]:
    return [status.of for status in said(text, StatedStatus) if status.status == "commit_named"]


@pytest.mark.parametrize(
    "line",
    [
        "Commit: `1a2b3c4d`",
        "Fixed in commit 1a2b3c4d.",
        "Committed as 1a2b3c4d to main",
        "`1a2b3c4d` is on `main`",
        "[main 1a2b3c4d] count a coupon once",
        "The fix (1a2b3c4d) is live.",
    ],
)
def test_the_commit_of_the_fix_is_named(line):
    assert commits(f"# Log\n## Commit\n{line}\n") == ["1a2b3c4d"]


@pytest.mark.parametrize(
    "line",
    [
        "The bug was introduced in commit 1a2b3c4d.",
        "Caused by 1a2b3c4d.",
        "1a2b3c4d is the first bad commit",
        "The double discount goes back to commit `1a2b3c4d`.",
        "Base commit: 1a2b3c4d",
        "Reverted 1a2b3c4d",
    ],
)
def test_the_commit_of_the_culprit_or_the_base_is_not_the_fixs(line):
    assert commits(f"# Log\n## Fix\n{line}\n") == []


def statuses(text: str) -> list[str]:
    return [status.status for status in said(text, StatedStatus)]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("**Status**: ✅ RESOLVED", "resolved"),
        ("**PRIMARY BUG FIXED**", "fixed"),
        ("✅ **Race condition ELIMINATED**", "fixed"),
        ("The incident is resolved.", "resolved"),
        ("**Status**: COMPLETE", "complete"),
        ("**Status**: in progress", "pending"),
        ("**Fix status**: partially resolved", "pending"),
        ("**Status**: NOT FIXED", "pending"),
        ("**Status**: ❌ STILL FAILING", "failing"),
        ("The error remains unresolved.", "failing"),
        ("We could not reproduce the error.", "not_reproduced"),
        ("The error was NOT reproduced in the test environment.", "not_reproduced"),
        ("**STATUS:** Ready for commit", "ready_to_commit"),
        ("**Result**: bug confirmed", "confirmed"),
        ("The bug should be fixed now.", None),
        ("It will be resolved once the image is deployed.", None),
        ("The race needs to be fixed.", None),
        ("It was already fixed upstream.", None),
        ("Once resolved, close the ticket.", None),
        ("The name is resolved to 10.0.0.1.", None),
    ],
)
def test_a_status_is_what_is_said_to_be(line, status):
    assert statuses(f"# Log\n## Resolution notes\n{line}\n") == ([status] if status else [])


def test_titles_tell_what_is_complete_and_boxes_what_is_not():
    text = "# Log\n## 3) TEST PLAN EXECUTION - COMPLETED\n## Status\n- [x] whys done\n- [ ] fix\n"

    assert [(status.status, status.of) for status in said(text, StatedStatus)] == [
        ("complete", "TEST PLAN EXECUTION"),
        ("complete", "whys done"),
        ("pending", "fix"),
    ]


@pytest.mark.parametrize("title", ["Success criteria", "Test plan", "Next steps", "Proposed fix"])
def test_plans_and_goals_claim_nothing(title):
    assert statuses(f"# Log\n## {title}\n- ✅ **Bug FIXED**\n**Status**: RESOLVED\n") == []


def test_what_is_said_of_a_reviews_findings_is_not_said_of_the_fault():
    assert statuses("# Log\n## Test review\n### Issues identified and fixed\n- **Status**: ✅ All issues resolved\n") == [
        "complete",
        "complete",
    ]


def test_a_commit_may_be_told_without_an_id():
    assert statuses("# Log\n## Commit\nEverything is committed.\n") == ["committed"]


def patterns(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(pattern.regex, pattern.must_match) for pattern in said(text, ProposedPattern)]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("### Missing pattern\n```python\nr'^ord-\\d{4}$'  # ord-2024, ord-2025\n```", ("ord-2024", "ord-2025")),
        ("### Missing pattern\n```python\n# matches ord-2024\nORDER = re.compile(r'^ord-\\d{4}$')\n```", ("ord-2024",)),
        ("- Add `^ord-\\d{4}$` so that ids like `ord-2024` are accepted", ("ord-2024",)),
        ("- **Change**: Added pattern `r'^ord-\\d{4}$'`\n- **Purpose**: Support ids like \"ord-2024\"", ("ord-2024",)),
        ("- **Regex**: `^ord-\\d{4}$`\n- **Must match**: `ord-2024`, `ord-2025`", ("ord-2024", "ord-2025")),
        ("- Missing pattern: `^ord-\\d{4}$`", ()),
    ],
)
def test_a_proposed_pattern_has_the_values_that_it_is_for(lines, found):
    assert patterns(f"# Log\n## Proposed fix\n{lines}\n") == [("^ord-\\d{4}$", found)]


@pytest.mark.parametrize(
    "lines",
    [
        "- The current pattern `^ord-\\d{3}$` is too narrow",
        '```bash\nrunner --pattern "test_import_chain*"\n```',
        "- Add `apply()` to `shop/cart.py`",
        "```python\n# existing pattern\nr'^ord-\\d{3}$'\n```",
    ],
)
def test_old_patterns_globs_and_code_are_not_proposed(lines):
    assert patterns(f"# Log\n## Proposed fix of the pattern\n{lines}\n") == []


def test_a_comment_of_words_names_no_values():
    assert patterns("# Log\n## New regex\n```\nr'^ord-\\d{4}$'  # order ids of this year\n```\n") == [("^ord-\\d{4}$", ())]


def test_durations_and_moments_are_read_by_what_they_are_of():
    text = (
        "# Log\n## Results\n- **Total Test Time**: 1.51s ✅\n- **Resolution Time**: 1 h 30 min\n"
        "- **Incident start**: 2025-03-01 10:00 UTC\n- **Downtime**: ~2 hours\n"
    )

    assert [(time.of, time.seconds, time.moment) for time in said(text, StatedTime)] == [
        ("Log / Results / total test time", 1.51, ""),
        ("resolution time", 5400.0, ""),
        ("incident start", None, "2025-03-01 10:00+00:00"),
    ]


def test_a_culprit_named_behind_the_fixs_commit_is_not_it():
    text = "# Log\n## Fix\n- **File**: `shop/cart.py:88`\n- **Change**: once\n- **Commit**: `c07be51` (culprit: `02d41aa`, the port)\n"

    assert [fix.commit for fix in said(text, StatedFix)] == ["c07be51"]
