import pytest

from audits.claims.shapes import Place, StatedChoice, StatedIssue, StatedSystemIssue

from .reading import said

STYLES = {
    "a list": (
        "## Issues from the logs\n**ERRORS (Severity: ERROR):**\n1. **Coupon counted twice** (worst)\n"
        '   - **Message**: "coupon SUMMER applied twice"\n   - **Location**: shop.cart:88\n'
        "   - **Timestamp**: 2025-03-01T10:00:00Z\n   - **Impact**: money is lost\n\n**WARNINGS:**\n"
        "2. **Slow checkout page**\n   - **Location**: `shop/pages.py:9`\n"
    ),
    "headings": (
        "## Log analysis\n### Issue 1: Coupon counted twice\n- **Severity**: ERROR\n"
        "- **Message**: `coupon SUMMER applied twice`\n- **Location**: `shop.cart` line 88\n"
        "- **First seen**: 2025-03-01T10:00:00Z\n"
        "- **Impact**: money is lost\n### Issue 2: Slow checkout page\n- **Severity**: WARNING\n- **Location**: `shop/pages.py:9`\n"
    ),
    "bold lines with keys": (
        "## Errors in the logs\n\n**1. Coupon counted twice (ERROR)**\n"
        "  Message: `coupon SUMMER applied twice`\n  Module: shop.cart\n  Line: 88\n"
        "  Timestamp: 2025-03-01T10:00:00Z\n  Impact: money is lost\n\n"
        "**2. Slow checkout page (WARNING)**\n  Location: `shop/pages.py:9`\n"
    ),
    "a table": (
        "## Errors of the day\n| # | Severity | Issue | Message | Where | First seen | Impact |\n"
        "|---|---|---|---|---|---|---|\n"
        "| 1 | ERROR | Coupon counted twice | coupon SUMMER applied twice | shop.cart:88 | "
        "2025-03-01T10:00:00Z | money is lost |\n| 2 | WARNING | Slow checkout page | | shop/pages.py:9 | | |\n"
    ),
}
CHOICES = {
    "a section": (
        "## MY CHOICE - THE ISSUE TO FIX:\n**Coupon counted twice**\n\nThis one because:\n1. money is lost\n2. customers notice\n"
    ),
    "a heading": "## Chosen issue: Coupon counted twice\n- money is lost\n- customers notice\n",
    "a key": "**Selected issue:** Issue 1: Coupon counted twice\n\n**Rationale:**\n- money is lost\n- customers notice\n",
    "a sentence": "We take **Coupon counted twice**, since\n- money is lost\n- customers notice\n",
}


@pytest.mark.parametrize("choice", CHOICES.values(), ids=CHOICES)
@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_issues_and_the_choice_are_read_in_whatever_style(style, choice):
    text = f"# Log\n{style}\n{choice}\n## Five whys\n"

    issues, choices = said(text, StatedIssue), said(text, StatedChoice)

    coupon, slow = issues
    assert (coupon.title, coupon.severity, coupon.message, coupon.timestamp, coupon.impact, coupon.chosen) == (
        "Coupon counted twice",
        "ERROR",
        "coupon SUMMER applied twice",
        "2025-03-01T10:00:00Z",
        "money is lost",
        True,
    )
    assert (coupon.place.module, coupon.place.line) == ("shop.cart", 88)
    assert (slow.title, slow.severity, slow.place, slow.chosen) == (
        "Slow checkout page",
        "WARNING",
        Place(file="shop/pages.py", line=9),
        False,
    )
    assert [(one.title, one.reasons) for one in choices] == [("Coupon counted twice", ("money is lost", "customers notice"))]


def test_details_that_stand_apart_belong_to_the_chosen_issue():
    text = (
        "# Log\n## Issues\n1. **Coupon counted twice**\n   - Severity: ERROR\n2. **Slow checkout page**\n"
        "   - Severity: WARNING\n## Choice\n**Coupon counted twice**\n"
        "## Issue details\n- **Context**: two tabs\n- **Symptoms**: total too low\n"
    )

    coupon = said(text, StatedIssue)[0]

    assert (coupon.context, coupon.symptoms) == ("two tabs", "total too low")


def test_a_log_of_one_issue_tells_it_by_keys():
    text = (
        "# Login loop on staging\n**Severity**: CRITICAL\n**Error**: `KeyError: 'session'`\n"
        "**Location**: auth/session.py, line 31\n**Impact**: nobody can log in\n## Root cause\nx\n"
    )

    assert [(issue.title, issue.severity, issue.message, issue.place, issue.chosen) for issue in said(text, StatedIssue)] == [
        ("Login loop on staging", "CRITICAL", "KeyError: 'session'", Place(file="auth/session.py", line=31), True)
    ]


def test_a_log_line_tells_what_the_text_does_not():
    text = (
        "# Log\n## Issue identification\n```\nPool exhausted\nModule: shop.pool\nFunction: take\nLine: 17\n"
        "```\n**Severity level:** ERROR (not a warning)\n## Five whys\n"
    )

    issue = said(text, StatedIssue)[0]

    assert (issue.title, issue.message, issue.severity) == ("Pool exhausted", "Pool exhausted", "ERROR")
    assert issue.place == Place(line=17, module="shop.pool", function="take")


def test_a_severity_that_cloud_logging_does_not_know_is_none():
    assert said("# Login loop\n**Severity**: HIGH (affects error pages)\n**Impact**: bad\n## Five whys\n", StatedIssue)[0].severity == ""


@pytest.mark.parametrize(
    ("stated", "place"),
    [
        ("`shop/cart.py:88`", Place(file="shop/cart.py", line=88)),
        ("shop/cart.py, line 88", Place(file="shop/cart.py", line=88)),
        ("`shop\\cart.py` line ~88", Place(file="shop/cart.py", line=88)),
        ("line 88 of shop/cart.py", Place(file="shop/cart.py", line=88)),
        ("`shop/cart.py:80-95` in `apply()`", Place(file="shop/cart.py", line=80, function="apply")),
        ("shop.cart.views:88", Place(module="shop.cart.views", line=88)),
        ("`shop.cart` line 88", Place(module="shop.cart", line=88)),
        ("shop.cart:apply:88", Place(module="shop.cart", line=88, function="apply")),
        ("`shop.cart._apply`", Place(module="shop.cart", function="_apply")),
        ("the checkout page", Place()),
    ],
)
def test_a_place_is_read_as_the_log_writes_it(stated, place):
    assert said(f"# Login loop\n**Location**: {stated}\n**Impact**: bad\n## Five whys\n", StatedIssue)[0].place == place


def test_faults_on_the_way_are_no_issues_of_the_incident():
    text = (
        "# Log\n## System issues identified for fixing\n**PRIORITY 1:** Pool too small\n"
        "- Error: `PoolTimeout`\n- Root Cause: five connections\n- Fix Needed: twenty\n\n"
        "**PRIORITY 2:** Clock drifts\n- Issue: tokens expire early\n- Fix Needed: NTP\n"
    )

    assert said(text, StatedIssue) == []
    assert [(fault.priority, fault.title, fault.error, fault.root_cause, fault.fix_needed) for fault in said(text, StatedSystemIssue)] == [
        ("1", "Pool too small", "PoolTimeout", "five connections", "twenty"),
        ("2", "Clock drifts", "tokens expire early", "", "NTP"),
    ]


def test_faults_on_the_way_may_come_as_a_table_or_headings():
    table = (
        "# Log\n## Issues discovered during testing\n| Issue | Priority | Fix needed |\n|---|---|---|\n| Pool too small | P1 | twenty |\n"
    )
    headings = "# Log\n## Additional issues found\n### 1. Pool too small\n- Priority: high\n- Fix: twenty\n"

    assert [(fault.title, fault.priority, fault.fix_needed) for fault in said(table, StatedSystemIssue)] == [
        ("Pool too small", "P1", "twenty")
    ]
    assert [(fault.title, fault.priority, fault.fix_needed) for fault in said(headings, StatedSystemIssue)] == [
        ("Pool too small", "high", "twenty")
    ]


def test_the_severity_beside_an_issue_counts_more_than_its_title():
    text = (
        "# Log\n## Log analysis\n#### 🚨 CRITICAL FINDINGS\n\n1. **Deleted products are suggested** (🟠 ERROR, HIGHEST PRIORITY)\n"
        "   - **Message**: `suggestion 48211 leads to 404`\n"
    )

    assert [issue.severity for issue in said(text, StatedIssue)] == ["ERROR"]
