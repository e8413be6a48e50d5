"""The browser of the tests works, and stays on this machine."""

import pytest

pytestmark = pytest.mark.browser


def test_a_page_is_shown_and_its_script_runs(browser_page):
    browser_page.set_content("<button onclick=\"this.textContent = innerWidth + '×' + innerHeight\">Measure</button>")

    browser_page.get_by_role("button").click()

    assert browser_page.get_by_role("button").text_content() == "1440×900"


def test_what_a_page_asks_of_another_host_is_refused_and_recorded(browser_page, outside_requests):
    browser_page.set_content(
        """<img src="http://pictures.example/a.png" onerror="document.title = 'refused'">
        <script>new WebSocket("ws://sockets.example/b")</script>"""
    )
    browser_page.wait_for_function("document.title === 'refused'")

    asked = sorted(outside_requests)
    outside_requests.clear()
    assert asked == ["http://pictures.example/a.png", "ws://sockets.example/b"]
