"""The way to the GitHub of the tests: faithful where it is not scripted, and as faulty as it is told."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import requests
from github import BadCredentialsException, GithubException, RateLimitExceededException

from tests.github import faults
from tests.github.conftest import pygithub
from tests.github.proxy import fault_proxy, until_seen
from tests.github.stand_in import OTHER, SHOP, US, GitHub

pytestmark = pytest.mark.real_parts

CREATE = ("POST", r"/issues$")


def titles(github: GitHub) -> list[str]:
    return [issue["title"] for issue in github.as_human.issues(SHOP)]


def test_lists_are_sorted_filtered_and_paged_on_the_proxy(github, proxy):
    for number in range(1, 6):
        github.as_human.create_issue(SHOP, f"Issue {number}")
    github.as_us.create_issue(SHOP, "Ours")
    github.as_human.edit_issue(SHOP, 2, title="Edited")

    with pygithub(proxy.url, github.token, per_page=2) as client:
        shop = client.get_repo(SHOP)
        by_update = [issue.number for issue in shop.get_issues(state="all", sort="updated", direction="asc")]
        ours = [issue.number for issue in shop.get_issues(state="all", creator=US)]

    assert (by_update, ours) == ([1, 3, 4, 5, 6, 2], [6])
    assert [asked.path.partition("&page=")[2][:1] for asked in proxy.asked if "sort=updated" in asked.path] == ["", "2", "3"]


def test_addresses_in_answers_name_the_proxy(github, proxy, shop):
    issue = shop.create_issue("x")

    assert issue.url == f"{proxy.url}/repos/{SHOP}/issues/1"
    assert github.url not in json.dumps(issue.raw_data)


def test_times_are_whole_seconds_and_since_includes_its_own(shop, github):
    issue = shop.create_issue("x")
    comment = issue.create_comment("y")
    updated = shop.get_issue(1).updated_at

    assert updated.microsecond == 0
    assert [found.number for found in shop.get_issues(state="all", since=updated)] == [1]
    assert [found.number for found in shop.get_issues(state="all", since=updated + timedelta(seconds=5))] == []
    assert [found.body for found in shop.get_issues_comments(since=comment.updated_at)] == ["y"]
    assert [found.body for found in shop.get_issues_comments(since=comment.updated_at + timedelta(seconds=5))] == []


def test_the_comments_of_a_repository_are_listed_over_pages(github, proxy):
    for number in (1, 2):
        github.as_human.create_issue(SHOP, f"Issue {number}")
        for text in ("a", "b", "c"):
            github.as_human.comment(SHOP, number, f"{text}{number}")

    with pygithub(proxy.url, github.token, per_page=4) as client:
        listed = [comment.body for comment in client.get_repo(SHOP).get_issues_comments(sort="created", direction="asc")]

    assert listed == ["a1", "b1", "c1", "a2", "b2", "c2"]


@pytest.mark.parametrize("field", ["title", "body"])
def test_texts_are_as_long_as_github_takes_them(github, shop, field):
    longest = {"title": 256, "body": 65536}[field]
    issue = shop.create_issue("x")
    issue.edit(**{field: "é" * longest})

    with pytest.raises(GithubException) as refused:
        issue.edit(**{field: "é" * (longest + 1)})

    assert refused.value.status == 422
    assert f"{field} is too long" in str(refused.value)
    assert len(github.as_human.issue(SHOP, 1)[field]) == longest


@pytest.mark.parametrize(("fault", "raised"), [(faults.bad_gateway_after, GithubException), (faults.drops_after, requests.ConnectionError)])
def test_what_github_performed_is_there_although_the_answer_is_lost(github, proxy, shop, fault, raised):
    proxy.script(*CREATE, fault())

    with pytest.raises(raised):
        shop.create_issue("Once")

    assert titles(github) == ["Once"]
    assert proxy.writes() == [("POST", f"/repos/{SHOP}/issues", 201)]


@pytest.mark.parametrize("fault", [faults.bad_gateway_before, faults.drops_before])
def test_what_github_did_not_perform_is_not_there(github, proxy, shop, fault):
    proxy.script(*CREATE, fault())

    with pytest.raises((GithubException, requests.ConnectionError)):
        shop.create_issue("Never")

    assert (titles(github), proxy.writes()) == ([], [])


def test_a_read_over_a_broken_connection_is_repeated_by_the_client_and_both_are_logged(proxy, shop):
    shop.create_issue("x")
    proxy.script("GET", r"/issues/1$", faults.drops_before())

    assert shop.get_issue(1).title == "x"
    assert [asked.status for asked in proxy.asked if asked.method == "GET"][-2:] == [None, 200]


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("limit", [faults.primary_limit, faults.secondary_limit])
def test_a_limit_is_told_as_github_tells_it(github, proxy, shop, limit, status):
    proxy.script(*CREATE, limit(status=status))

    with pytest.raises(GithubException) as refused:
        shop.create_issue("Too much")

    headers = {name.lower(): value for name, value in refused.value.headers.items()}
    if limit is faults.primary_limit:
        assert headers["x-ratelimit-remaining"] == "0"
        assert 3500 < int(headers["x-ratelimit-reset"]) - time.time() < 3700
    else:
        assert headers["retry-after"] == "60"
    # PyGithub knows it by GitHub's words, and at 403 only.
    assert (refused.value.status, isinstance(refused.value, RateLimitExceededException)) == (status, status == 403)
    assert titles(github) == []


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (faults.bad_credentials, 401, "Bad credentials"),
        (faults.read_only_token, 403, "Resource not accessible by personal access token"),
        (faults.not_found, 404, "Not Found"),
        (faults.deleted, 410, "This issue was deleted"),
        (faults.issues_disabled, 410, "Issues has been disabled"),
        (faults.unprocessable, 422, "Validation Failed"),
    ],
)
def test_a_refusal_has_githubs_words(github, proxy, shop, fault, status, words):
    proxy.script(*CREATE, fault())

    with pytest.raises(GithubException, match=words) as refused:
        shop.create_issue("No")

    assert refused.value.status == status
    assert isinstance(refused.value, BadCredentialsException) == (status == 401)
    assert titles(github) == []


def test_a_moved_issue_is_found_where_the_redirection_leads(github, proxy, shop):
    github.as_human.create_issue(OTHER, "Moved here")
    proxy.script("GET", r"/shop/issues/1$", faults.moved_to(f"/repos/{OTHER}/issues/1"))

    assert shop.get_issue(1).title == "Moved here"
    assert [asked.status for asked in proxy.asked][-2:] == [301, 200]


def test_a_fault_meets_as_many_requests_as_it_was_scripted_for(proxy, shop):
    proxy.script(*CREATE, faults.not_found(), times=2)
    proxy.script(*CREATE, faults.deleted(), times=None)

    statuses = []
    for _ in range(4):
        with pytest.raises(GithubException) as refused:
            shop.create_issue("x")
        statuses.append(refused.value.status)
    proxy.heal()

    assert statuses == [404, 404, 410, 410]
    assert shop.create_issue("y").number == 1


def test_a_slow_answer_waits_for_the_test(github, proxy, shop):
    hold = faults.held_before()
    proxy.script(*CREATE, hold)

    with ThreadPoolExecutor(1) as elsewhere:
        created = elsewhere.submit(shop.create_issue, "Slow")
        hold.wait_until_reached()
        assert (created.done(), titles(github)) == (False, [])
        hold.release()

        assert created.result(timeout=20).number == 1


def test_an_answer_can_be_held_when_github_has_performed(github, proxy, shop):
    hold = faults.held_after()
    proxy.script(*CREATE, hold)

    with ThreadPoolExecutor(1) as elsewhere:
        created = elsewhere.submit(shop.create_issue, "Performed")
        hold.wait_until_reached()
        assert (created.done(), titles(github)) == (False, ["Performed"])
        hold.release()

        assert created.result(timeout=20).number == 1


def test_a_held_request_is_dropped_when_the_proxy_ends(github):
    with ThreadPoolExecutor(1) as elsewhere:
        with fault_proxy(github.url) as proxy:
            hold = faults.held_before()
            proxy.script("GET", "/zen", hold)
            asking = elsewhere.submit(requests.get, f"{proxy.url}/zen", timeout=20)
            hold.wait_until_reached()
            proxy.heal()

        with pytest.raises(requests.ConnectionError):
            asking.result(timeout=20)


def test_an_answer_can_be_edited_on_its_way(github, proxy, shop):
    proxy.script(*CREATE, faults.edited(lambda issue: issue.update(labels=[])))

    created = shop.create_issue("x", labels=["bug"])

    assert (created.labels, github.as_human.labels(SHOP, 1)) == ([], ["bug"])


def test_an_edit_that_fails_fails_the_test(github):
    with pytest.raises(KeyError, match="no such"), fault_proxy(github.url) as proxy:  # noqa: PT012 (the end of the block raises)
        proxy.script("GET", "/repos", faults.edited(lambda answer: answer["no such"]))
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{proxy.url}/repos/{SHOP}", headers={"Authorization": f"Bearer {github.token}"}, timeout=20)


def test_labels_of_who_may_not_push_are_dropped_silently(github, proxy, shop):
    proxy.script(*CREATE, faults.drops_labels())

    created = shop.create_issue("x", labels=["bug"])

    assert (created.labels, github.as_human.labels(SHOP, 1)) == ([], [])


def test_a_list_can_hold_a_pull_request(github, proxy, shop):
    github.as_human.create_issue(SHOP, "x")
    proxy.script("GET", r"/issues\?", faults.with_pull_request(7))

    listed = [(issue.number, issue.pull_request is not None) for issue in shop.get_issues()]

    assert listed == [(7, True), (1, False)]


def test_a_connection_is_kept_alive(github, proxy):
    sockets = []
    with closing(HTTPConnection(urlsplit(proxy.url).netloc, timeout=20)) as connection:
        for _ in range(3):
            connection.request("GET", "/zen")
            assert connection.getresponse().read()
            sockets.append(connection.sock)

    assert len(set(sockets)) == 1
    # None: closed by the other side.
    assert None not in sockets


def test_a_request_that_was_forwarded_can_be_waited_for(proxy, shop):
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(shop.create_issue, "x")

        assert until_seen(proxy, *CREATE).status == 201
