"""Answers and webhooks of GitHub are read leniently, and never break us."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.github import remote
from incidents.github.remote import Person, Unreadable

ISSUE = {
    "node_id": "I_1",
    "number": 7,
    "title": "Login crashes",
    "body": None,
    "state": "closed",
    "state_reason": "not_planned",
    "labels": [{"name": "bug"}, "old style", {"name": None}, 7],
    "html_url": "https://github.com/acme/shop/issues/7",
    "repository_url": "https://api.github.com/repos/acme/shop",
    "user": {"login": "octocat", "type": "User"},
    "closed_by": {"login": "dependabot[bot]", "type": "Bot"},
    "created_at": "2026-01-05T10:00:00Z",
    "updated_at": "2026-01-05T10:00:01Z",
    "closed_at": "2026-01-05T10:00:01Z",
}


def test_an_issue_is_read_as_github_writes_it():
    issue = remote.issue(ISSUE)

    assert (issue.node_id, issue.number, issue.repository, issue.state, issue.state_reason) == (
        "I_1",
        7,
        "acme/shop",
        "closed",
        "not_planned",
    )
    assert issue.labels == {"bug", "old style"}
    assert issue.body == ""
    assert issue.closed_by == Person("dependabot[bot]", is_bot=True)
    assert issue.updated_at == datetime(2026, 1, 5, 10, 0, 1, tzinfo=UTC)
    assert not issue.is_pull_request


def test_an_enterprise_servers_repository_is_read_too():
    issue = remote.issue({**ISSUE, "repository_url": "https://github.example.com/api/v3/repos/acme/shop"})

    assert issue.repository == "acme/shop"


def test_a_pull_request_in_a_list_of_issues_is_known_as_one():
    assert remote.issue({**ISSUE, "pull_request": {}}).is_pull_request


def test_what_the_database_cannot_hold_is_replaced():
    issue = remote.issue({**ISSUE, "title": "a\0b\ud800c"})

    assert issue.title == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"


@pytest.mark.parametrize("missing", ["node_id", "number", "updated_at"])
def test_without_an_identity_it_is_no_issue(missing):
    with pytest.raises(Unreadable):
        remote.issue({name: value for name, value in ISSUE.items() if name != missing})


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=8), x, max_size=3),
)


@given(st.fixed_dictionaries({name: ANYTHING | st.just(value) for name, value in ISSUE.items()}))
def test_whatever_stands_in_an_issue_it_is_read_or_refused(data):
    try:
        issue = remote.issue(data)
    except Unreadable:
        return
    assert issue.state in ("open", "closed")
    issue.title.encode()


@given(ANYTHING)
def test_whatever_comes_is_read_or_refused(data):
    for read in (remote.issue, remote.comment, remote.repository):
        with pytest.raises(Unreadable):
            read(data)
    assert remote.moment(data) is None or isinstance(data, str | int)
