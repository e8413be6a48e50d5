import pytest

from audits.claims.shapes import StatedGitHub

from .reading import said

URL = "https://github.com/acme/shop/issues/42"


def issues(text: str) -> list[tuple[int | None, str]]:
    return [(issue.number, issue.state) for issue in said(text, StatedGitHub)]


def test_the_section_of_the_issue_is_one_statement():
    text = (
        f"# Log\n## 2.1) GITHUB ISSUE\n**GitHub Issue Created**: {URL}\n### Issue Details:\n"
        f'- **Title**: "Coupon counted twice"\n- **Labels**: `bug`, p1\n- **Priority**: HIGH (money)\n'
        f"- **Status**: Open\n"
    )

    issue = said(text, StatedGitHub)[0]

    assert (issue.number, issue.url, issue.repository, issue.state) == (42, URL, "acme/shop", "open")
    assert (issue.title, issue.labels, issue.priority) == ("Coupon counted twice", ("bug", "p1"), "HIGH")
    assert (issue.lines.first, issue.lines.last) == (2, 8)


@pytest.mark.parametrize(
    "line",
    [
        f"Tracked: {URL}",
        f"[Issue 42]({URL})",
        "GitHub Issue Created: #42",
        "acme/shop#42",
        "Issue: #42",
        "| Number | #42 |",
    ],
)
def test_the_number_is_read_however_it_is_written(line):
    table = "| Field | Value |\n|---|---|\n" if line.startswith("|") else ""

    assert issues(f"# Log\n## GitHub issue\n{table}{line}\n") == [(42, "")]


def test_a_sentence_may_tell_title_labels_and_state():
    text = '# Log\n## GitHub\nacme/shop#42, "Coupon counted twice", labels: bug; priority: high. State: open.\n'

    issue = said(text, StatedGitHub)[0]

    assert (issue.number, issue.title, issue.labels, issue.priority, issue.state) == (42, "Coupon counted twice", ("bug",), "high", "open")


def test_a_later_state_is_a_statement_of_its_own():
    assert issues(f"# Log\n## GitHub\n{URL} (open)\n## Commit\nPushed, issue 42 closed.\n") == [(42, "open"), (42, "closed")]


@pytest.mark.parametrize(
    "line", ["It will be closed once deployed.", "Closes #42 on merge.", "GitHub issue to be closed after the deploy."]
)
def test_what_will_be_closed_is_not(line):
    assert issues(f"# Log\n## GitHub\n{URL} (open)\n## Commit\n{line}\n") == [(42, "open")]


def test_related_issues_and_pull_requests_are_not_the_issue():
    text = f"# Log\n## GitHub\n- Issue: {URL}\n- PR: https://github.com/acme/shop/pull/43\n- Related to #7\n"

    assert issues(text) == [(42, "")]


def test_numbers_of_other_things_are_no_issues():
    assert issues("# Log\n## Results\n- **System Issue #12:** slow clock\n- WHY #3 was wrong\n") == []


def test_an_issue_that_was_only_drafted_has_no_number_and_its_quoted_body_says_nothing():
    text = "# Log\n## GitHub issue\n**Title**: `Coupon counted twice`\n```markdown\n## Status\nclosed as #99\n```\n"

    assert [(issue.number, issue.title, issue.state) for issue in said(text, StatedGitHub)] == [(None, "Coupon counted twice", "")]


def test_the_state_is_read_where_the_issue_is_spoken_of():
    text = "# Log\n## Done\nResolved by 3f8d6e1c on `main`. Others were closed by hand.\nacme/shop#42 is still open.\n"

    assert issues(text) == [(42, "open")]


def test_an_issue_that_is_still_open_is_told_again():
    text = f"# Log\n## GitHub issue\n{URL}, state: open.\n## Fix\nIn `shop/cart.py:88`.\n## Done\nResolved. acme/shop#42 is still open.\n"

    assert issues(text) == [(42, "open"), (42, "open")]
