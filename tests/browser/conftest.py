"""A real Chromium that stays on this machine."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, WebSocketRoute, sync_playwright

from tests import servers
from tests.browser import chromium

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One headless Chromium for all tests of pages; skips where none is installed."""
    executable = servers.chromium()
    if executable is None:
        pytest.skip("Chromium is missing; on Debian or Ubuntu: apt-get install chromium")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop running in this thread for as long as it is open, and Django takes every query
        # beside a running loop for a mistake. Here nothing awaits while a query runs.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = chromium.launch(playwright, executable, home=tmp_path_factory.mktemp("home"))
        yield browser
        browser.close()


@pytest.fixture
def outside_requests() -> list[str]:
    """The URLs that the page of this test asked of any other host than this machine; all were refused."""
    return []


@pytest.fixture
def browser_context(browser: Browser, outside_requests: list[str]) -> Iterator[BrowserContext]:
    """A fresh profile without cookies, in a window of the usual size. A test fails whose pages asked another host for anything."""

    def is_ours(url: str) -> bool:
        return urlsplit(url).hostname in LOOPBACK

    def refuse(route: Route) -> None:
        outside_requests.append(route.request.url)
        route.abort("blockedbyclient")

    def refuse_socket(socket: WebSocketRoute) -> None:
        outside_requests.append(socket.url)
        socket.close()

    with browser.new_context(viewport=chromium.VIEWPORT, locale="en-GB", timezone_id="UTC", service_workers="block") as context:
        context.set_default_timeout(15_000)
        context.route(lambda url: url.startswith("http") and not is_ours(url), refuse)
        context.route_web_socket(lambda url: not is_ours(url), refuse_socket)
        yield context
    assert outside_requests == [], "a page asked another host"


@pytest.fixture
def browser_page(browser_context: BrowserContext) -> Page:
    """An empty page of a browser that nobody has logged in to."""
    return browser_context.new_page()
