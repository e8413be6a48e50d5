"""The GitHub on loopback as fixtures: `github` is fresh in each test, `proxy` and `relay` stand before and behind it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from github import Auth, Github
from github.Repository import Repository
from urllib3.util.retry import Retry

from tests import servers
from tests.github import stand_in
from tests.github.proxy import Proxy, fault_proxy
from tests.github.relay import Relay, hook_relay


@pytest.fixture(scope="session")
def github_installed() -> None:
    """The npm packages are there; skips where what installs them is missing."""
    try:
        stand_in.node()
    except servers.ServerMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def github(github_installed: None) -> Iterator[stand_in.GitHub]:
    """An empty GitHub of the test's own. It starts in 0.15 s, and resetting one would leave its tokens and limits."""
    with stand_in.github() as running:
        yield running


@pytest.fixture(scope="session")
def proxy_at_one_address() -> Iterator[Proxy]:
    """A worker or web server that outlives a test keeps GITHUB_API_URL: the address must be the same in each."""
    with fault_proxy() as proxy:
        yield proxy


@pytest.fixture
def proxy(proxy_at_one_address: Proxy, github: stand_in.GitHub) -> Iterator[Proxy]:
    """The way to `github`, on which a test can script faults; `url` is the same in all tests of a run."""
    proxy_at_one_address.begin(github.url)
    yield proxy_at_one_address
    proxy_at_one_address.abandon()
    proxy_at_one_address.raise_errors()


@pytest.fixture
def relay(proxy: Proxy) -> Iterator[Relay]:
    """The way of webhooks from `github` to us."""
    with hook_relay(proxy.url) as relay:
        yield relay


@contextmanager
def pygithub(url: str, token: str, per_page: int = 100) -> Iterator[Github]:
    """A client that neither waits nor repeats a write."""
    reads = Retry(total=2, allowed_methods={"GET"}, status_forcelist=[502], respect_retry_after_header=False, raise_on_status=False)
    quick = {"seconds_between_requests": None, "seconds_between_writes": None}
    with Github(auth=Auth.Token(token), base_url=url, retry=reads, per_page=per_page, **quick) as client:
        yield client


@pytest.fixture
def shop(github: stand_in.GitHub, proxy: Proxy) -> Iterator[Repository]:
    """PyGithub's view of `acme/shop` through the proxy, as us."""
    with pygithub(proxy.url, github.token) as client:
        yield client.get_repo(stand_in.SHOP)
