"""How Chromium is started: without a screen, and without errands of its own on the network."""

import os
from pathlib import Path

from playwright.sync_api import Browser, Playwright

VIEWPORT = {"width": 1440, "height": 900}
# By itself it would look up its maker's hosts at every start. With these, names other than ours lead nowhere.
OFFLINE = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    "--no-first-run",
    "--no-pings",
]


def launch(playwright: Playwright, executable: str, *, home: Path) -> Browser:
    """The browser; what it writes beside its profile (certificates, caches) goes into `home`."""
    environment = os.environ | {"HOME": str(home)}
    return playwright.chromium.launch(executable_path=executable, args=OFFLINE, env=environment)
