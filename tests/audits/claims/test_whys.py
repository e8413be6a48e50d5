import pytest

from audits.claims.shapes import StatedRootCause, StatedWhy

from .reading import said

STYLES = {
    "headings": (
        "### WHY #1: Why did checkout fail?\n**ANSWER**: The token was empty.\n\n"
        "### WHY #2: Why was it empty?\n**ANSWER**: The widget had not loaded.\n"
    ),
    "headings without numbers": ("### Why did checkout fail?\nThe token was empty.\n\n### Why was it empty?\nThe widget had not loaded.\n"),
    "bold lines": ("**Why 1:** Why did checkout fail?\nThe token was empty.\n\n**Why 2:** Why was it empty?\nThe widget had not loaded.\n"),
    "bold headings of their own": (
        "**1. Why did checkout fail?**\n\nThe token was empty.\n\n**2. Why was it empty?**\n\nThe widget had not loaded.\n"
    ),
    "a numbered list": "1. **Why did checkout fail?** The token was empty.\n2. **Why was it empty?** The widget had not loaded.\n",
    "a numbered list with answers below": (
        "1. Why did checkout fail?\n   - The token was empty.\n2. Why was it empty?\n   - The widget had not loaded.\n"
    ),
    "arrows": "1. Why did checkout fail?\n   → The token was empty.\n2. Why was it empty?\n   → The widget had not loaded.\n",
    "questions and answers": (
        "Q1: Why did checkout fail?\nA1: The token was empty.\n\nQ2: Why was it empty?\nA2: The widget had not loaded.\n"
    ),
    "evidence and finding": (
        "#### Why 1: Why did checkout fail?\n**Evidence:**\n- line 31 of the log\n\n**Finding:** The token was empty.\n\n"
        "#### Why 2: Why was it empty?\n**Finding:** The widget had not loaded.\n**Evidence:** a trace\n"
    ),
    "a table": (
        "| # | Question | Answer |\n|---|---|---|\n| 1 | Why did checkout fail? | The token was empty. |\n"
        "| 2 | Why was it empty? | The widget had not loaded. |\n"
    ),
    "ticked boxes": (
        "- [x] Why 1: Why did checkout fail? - The token was empty.\n- [x] Why 2: Why was it empty? - The widget had not loaded.\n"
    ),
    "a quotation": (
        "> **Why 1:** Why did checkout fail?\n> The token was empty.\n>\n> **Why 2:** Why was it empty?\n> The widget had not loaded.\n"
    ),
    "running text": "Why did checkout fail? The token was empty. Why was it empty? The widget had not loaded.\n",
}
ANSWERS_ALONE = {
    "a numbered list": "1. The token was empty.\n2. The widget had not loaded.\n",
    "labels": "**Why 1:** The token was empty.\n**Why 2:** The widget had not loaded.\n",
    "words for numbers": "**First why:** The token was empty.\n**Second why:** The widget had not loaded.\n",
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_whys_are_read_in_whatever_style(style):
    whys = said(f"# Log\n\n## Five Whys\n\n{style}\n## Test plan\n", StatedWhy)

    assert [(why.position, why.question, why.answer) for why in whys] == [
        (1, "Why did checkout fail?", "The token was empty."),
        (2, "Why was it empty?", "The widget had not loaded."),
    ]


@pytest.mark.parametrize("style", ANSWERS_ALONE.values(), ids=ANSWERS_ALONE)
def test_answers_may_come_without_questions(style):
    whys = said(f"# Log\n\n## 5-Whys\n\n{style}", StatedWhy)

    assert [(why.position, why.question, why.answer) for why in whys] == [
        (1, "", "The token was empty."),
        (2, "", "The widget had not loaded."),
    ]


def test_symptom_and_cause_may_be_parted_by_an_arrow():
    whys = said(("# Log\n## Five whys\nWhy 1 (Symptom): Checkout fails → the token is empty\nWhy 2: It is empty → no widget\n"), StatedWhy)

    assert [(why.question, why.answer) for why in whys] == [("Checkout fails", "the token is empty"), ("It is empty", "no widget")]


def test_an_answer_goes_on_in_the_list_that_it_opens():
    whys = said("# Log\n## Five whys\n### Why 1: Why so slow?\n**Answer:** It could be:\n1. the disk\n2. the network\n", StatedWhy)

    assert whys[0].answer == "It could be: the disk the network"
    assert (whys[0].lines.first, whys[0].lines.last) == (3, 6)


def test_a_why_without_an_answer_ends_in_the_root_cause_below_it():
    text = "# Log\n## Five whys\n### Why 1: Why so slow?\n**Evidence:** a trace\n\n**ROOT CAUSE:** an index is missing\n"

    assert said(text, StatedWhy)[0].answer == "an index is missing"


def test_a_checklist_that_speaks_of_the_whys_has_none():
    assert said("# Log\n## Status\n- [x] Five Whys analysis completed\n- [ ] Why 6 pending\n", StatedWhy) == []


CAUSES = {
    "a heading": "## ROOT CAUSE: an index is missing\n**Impact**: slow pages\n**Fix**: add it\n**Scope**: `db/models.py:40`\n",
    "a heading and a paragraph": (
        "## Root cause identified\nan index is missing\n\n- Impact: slow pages\n- Fix: add it\n- Scope: `db/models.py:40`\n"
    ),
    "a bold line": (
        "**Root Cause**: an index is missing\n**Impact**: slow pages\n**Proposed fix**: add it\n"
        "**Affected files**: `db/models.py` line 40\n"
    ),
    "a lead": "**Root cause.** an index is missing\n\nImpact: slow pages. Fix: add it. Scope: `db/models.py:40`.\n",
    "a statement called so": (
        "## Root cause summary\n**Primary issue**: an index is missing\n**Impact**: slow pages\n"
        "**Solution**: add it\n**Location**: db/models.py, line 40\n"
    ),
    "a table": (
        "## Root cause\n| Field | Value |\n|---|---|\n| Root cause | an index is missing |\n"
        "| Impact | slow pages |\n| Fix | add it |\n| Scope | db/models.py:40 |\n"
    ),
}


@pytest.mark.parametrize("style", CAUSES.values(), ids=CAUSES)
def test_a_root_cause_is_read_with_impact_fix_and_scope(style):
    causes = said(f"# Log\n\n{style}", StatedRootCause)

    found = [(cause.statement, cause.impact, cause.fix, [(place.file, place.line) for place in cause.scope]) for cause in causes]
    assert found == [("an index is missing", "slow pages", "add it", [("db/models.py", 40)])]


def test_a_corrected_root_cause_comes_behind_the_first_and_says_so():
    text = (
        "# Log\n## Five whys\n**ROOT CAUSE**: the disk is full\n## Resolution\n### CORRECTED ROOT CAUSE ANALYSIS\n"
        "**Initial hypothesis (INCORRECT)**: the disk is full\n**ACTUAL ROOT CAUSE**: a certificate has expired\n"
    )

    causes = said(text, StatedRootCause)

    assert [(cause.statement, cause.corrects) for cause in causes] == [("the disk is full", False), ("a certificate has expired", True)]


def test_a_confirmed_root_cause_corrects_nothing():
    text = "# Log\n## Root cause\nthe disk is full\n## Results\n### ROOT CAUSE CONFIRMED\n**DEPLOYMENT GAP:** the old image still runs\n"

    causes = said(text, StatedRootCause)

    assert [(cause.statement, cause.corrects) for cause in causes] == [
        ("the disk is full", False),
        ("DEPLOYMENT GAP: the old image still runs", False),
    ]


def test_a_root_cause_that_is_said_again_or_only_in_a_status_is_no_other():
    text = (
        "# Log\n## Status log\n- **Root cause identified:** something with the disk\n## Five whys\n"
        "**ROOT CAUSE**: the disk of the log host is full\n"
        "## Fix\nRoot cause: the log host's disk was full\n"
    )

    assert [cause.statement for cause in said(text, StatedRootCause)] == ["the disk of the log host is full"]


def test_a_root_cause_may_only_be_spoken_of():
    causes = said("# Log\n## Analysis\nIt turned out that the root cause was a missing index on orders.\n", StatedRootCause)

    assert [cause.statement for cause in causes] == ["a missing index on orders."]


def test_the_cause_of_a_fault_found_on_the_way_is_not_the_incidents():
    text = (
        "# Log\n## System issues identified\n**PRIORITY 1:** Pool too small\n- Error: timeout\n"
        "- Root Cause: five connections\n- Fix Needed: more\n"
    )

    assert said(text, StatedRootCause) == []


def test_answers_alone_below_whys_of_any_number():
    text = "# Log\n## 2) Why, why, why\nThe questions were asked aloud.\n\n1. The lock is held.\n2. The worker holds it.\n"

    assert [(why.position, why.answer) for why in said(text, StatedWhy)] == [(1, "The lock is held."), (2, "The worker holds it.")]


def test_a_check_list_states_no_root_cause():
    text = "# Log\n## Root cause\nThe lock order.\n## Status\n| item | state |\n|---|---|\n| root cause | found |\n"

    assert [cause.statement for cause in said(text, StatedRootCause)] == ["The lock order."]


def test_where_the_answer_is_called_so_all_of_the_title_is_the_question():
    text = "# Log\n## Five whys\n### WHY #1: Why stop? And start -> again\n**ANSWER**: It does.\n"

    assert [(why.question, why.answer) for why in said(text, StatedWhy)] == [("Why stop? And start -> again", "It does.")]


def test_what_is_not_recorded_is_not_said():
    text = "# Log\n## Five whys\n### WHY #1: Why?\n**ANSWER**: Not recorded.\n### ROOT CAUSE\n**Statement**: Not recorded.\n**Impact**: x\n"

    assert [(why.question, why.answer) for why in said(text, StatedWhy)] == [("Why?", "")]
    assert said(text, StatedRootCause) == []


def test_whys_in_lines_of_their_own_below_a_heading_of_one_word():
    text = "# Log\n## Phase 1 - Why\n\nWhy 1. Why does it differ?\n   Another rate.\nwhy 2: why another?\n  The day was a Sunday.\n"

    assert [(why.position, why.answer) for why in said(text, StatedWhy)] == [(1, "Another rate."), (2, "The day was a Sunday.")]
