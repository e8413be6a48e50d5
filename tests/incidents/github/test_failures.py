"""What GitHub's answers mean for a write: wait, try again, give up, or nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.github.failures import GitHubFailure, Gone, MustWait, Refused, Unavailable, Unclear, of_answer

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)


def failure(status: int, headers: dict[str, str] | None = None, data: object = None, *, is_write: bool = True) -> GitHubFailure:
    return of_answer(status, headers or {}, data, is_write=is_write, now=NOW)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, Unavailable),
        (403, Refused),
        (404, Gone),
        (409, Unavailable),
        (410, Gone),
        (422, Refused),
        (429, MustWait),
        (500, Unclear),
        (502, Unclear),
    ],
)
def test_each_status_of_a_write_has_its_meaning(status, kind):
    assert type(failure(status)) is kind


def test_an_error_of_a_gateway_leaves_a_read_undone_and_a_write_unclear():
    assert type(failure(502, is_write=False)) is Unavailable
    assert type(failure(502, is_write=True)) is Unclear


@pytest.mark.parametrize(
    ("headers", "said", "wait"),
    [
        ({"retry-after": "90"}, "You have exceeded a secondary rate limit", timedelta(seconds=90)),
        (
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) + 600)},
            "API rate limit exceeded",
            timedelta(seconds=601),
        ),
        ({}, "You have triggered an abuse detection mechanism", timedelta(minutes=1)),
        ({"retry-after": "0"}, "slow down", timedelta(seconds=1)),
        ({"retry-after": "999999"}, "slow down", timedelta(hours=2)),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "0"}, "API rate limit exceeded", timedelta(seconds=1)),
    ],
)
def test_a_limit_says_until_when(headers, said, wait):
    limit = failure(403, headers, {"message": said})

    assert isinstance(limit, MustWait)
    assert limit.until - NOW == wait


def test_a_missing_right_is_no_limit():
    refused = failure(403, {"x-ratelimit-remaining": "4999"}, {"message": "Resource not accessible by personal access token"})

    assert isinstance(refused, Refused)
    assert refused.detail == "GitHub answered 403: Resource not accessible by personal access token"


def test_what_github_says_of_single_fields_is_told():
    refused = failure(422, data={"message": "Validation Failed", "errors": [{"resource": "Issue", "field": "title", "code": "missing"}]})

    assert refused.detail == "GitHub answered 422: Validation Failed; Issue title missing"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=8), x, max_size=3),
)


@given(
    st.integers(400, 599),
    st.dictionaries(st.sampled_from(["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset"]), st.text(max_size=30)),
    JSON,
    st.booleans(),
)
def test_whatever_github_answers_it_means_something(status, headers, data, is_write):
    found = of_answer(status, headers, {"message": data, "errors": data}, is_write=is_write, now=NOW)

    assert isinstance(found, GitHubFailure)
    if isinstance(found, MustWait):
        assert NOW < found.until <= NOW + timedelta(hours=2)
