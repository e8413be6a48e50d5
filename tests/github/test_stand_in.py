"""The GitHub of the tests does what they rely on. What it does otherwise than GitHub stands in README.md."""

import signal
import subprocess
import sys
from datetime import timedelta

import pytest
import requests
from github import Auth, GithubException, GithubIntegration

from tests import servers
from tests.github.conftest import pygithub
from tests.github.stand_in import OTHER, SHOP, US
from tests.waiting import until

pytestmark = pytest.mark.real_parts


def test_an_issue_goes_through_its_life(github, shop):
    issue = shop.create_issue("Login fails", body="Since noon", labels=["bug", "sev: high"])
    github.as_human.comment(SHOP, issue.number, "Me too")
    github.as_human.edit_issue(SHOP, issue.number, title="Login fails on Safari")
    issue.remove_from_labels("sev: high")
    github.as_human.close(SHOP, issue.number, "not_planned")

    seen = shop.get_issue(issue.number)
    assert (seen.title, seen.user.login, [label.name for label in seen.labels]) == ("Login fails on Safari", US, ["bug"])
    assert (seen.state, seen.state_reason, seen.closed_by.login) == ("closed", "not_planned", "octocat")
    assert [(comment.body, comment.user.login) for comment in seen.get_comments()] == [("Me too", "octocat")]

    github.as_human.reopen(SHOP, issue.number)
    assert (shop.get_issue(issue.number).state, shop.get_issue(issue.number).closed_at) == ("open", None)


def test_each_test_has_an_empty_github_of_its_own(github):
    assert (github.as_human.issues(SHOP), github.as_human.issues(OTHER)) == ([], [])


def test_a_repository_is_found_by_its_id_under_a_new_name(github, shop):
    github.as_human.ask("PATCH", f"/repos/{SHOP}", json={"name": "store"})

    assert github.as_us.ask("GET", f"/repositories/{shop.id}").json()["full_name"] == "acme/store"


def test_an_app_acts_with_the_rights_that_its_token_has(github, proxy):
    quick = {"seconds_between_requests": None, "seconds_between_writes": None}
    app = GithubIntegration(auth=Auth.AppAuth(github.app_id, github.private_key), base_url=proxy.url, **quick)
    installation = app.get_repo_installation(*SHOP.split("/")).id
    everything, reading = (app.get_access_token(installation, rights) for rights in ({}, {"issues": "read"}))

    with pygithub(proxy.url, everything.token) as client:
        created = client.get_repo(SHOP).create_issue("By an App")
    with pygithub(proxy.url, reading.token) as client, pytest.raises(GithubException) as refused:
        client.get_repo(SHOP).create_issue("Not allowed")

    assert (installation, created.user.login, created.user.type) == (github.installation_id, "fixproof[bot]", "Bot")
    assert (refused.value.status, refused.value.message) == (403, "Resource not accessible by integration")
    assert timedelta(minutes=55) < everything.expires_at - created.created_at < timedelta(minutes=65)


def test_a_github_does_not_outlive_a_run_that_was_killed(github_installed):
    program = "from tests.github.stand_in import github\nwith github() as g: print(g.url, flush=True); input()"
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=servers.REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        url = run.stdout.readline().strip()
        requests.get(f"{url}/zen", timeout=5).raise_for_status()
        run.send_signal(signal.SIGKILL)

    def gone() -> bool:
        try:
            requests.get(f"{url}/zen", timeout=5)
        except requests.ConnectionError:
            return True
        return False

    until(gone, within=20, what="the stand-in to end")
