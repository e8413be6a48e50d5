"""Pictures of every page, from the sample: `python -m tests.browser.shots [FOLDER]` writes them to docs/images/.

Servers and database are its own and gone when it is done. Two runs give the same pictures.
"""

# ruff: noqa: T201 (its output is what it is for)
from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests import servers
from tests.browser import chromium
from tests.browser.demonstration import PASSWORD, SUPERUSER

FOLDER = servers.REPOSITORY / "docs" / "images"
# The README shows two of them, and a clone carries all.
MOST_BYTES = 300 * 1024
# As a page tells of them: no port that differs from run to run, and an installation that is set up for GitHub.
INSTALLATION = {"PUBLIC_URL": "http://fixproof.example", "GITHUB_TOKEN": "for pictures", "GITHUB_WEBHOOK_SECRET": "for pictures"}
PAGES = {
    "overview": "",
    "issues": "incidents/issue/",
    "issue": "incidents/issue/{issue}/change/",
    "issue-resolved": "incidents/issue/{resolved}/change/",
    "issue-burst": "incidents/issue/{burst}/change/#burst",
    "issue-merged": "incidents/issue/{merged}/change/",
    "issue-decisions": "incidents/issue/{burst}/change/#decisions",
    "merge": "incidents/issue/{burst}/merge/",
    "split": "incidents/issue/{burst}/split/",
    "resolve": "incidents/issue/{issue}/resolve/",
    "iterations": "audits/iteration/",
    "iteration": "audits/iteration/{iteration}/change/",
    "iteration-begin": "audits/iteration/add/",
    "iteration-advance": "audits/iteration/{iteration}/advance/",
    "root-cause": "audits/iteration/{iteration}/root-cause/",
    "post-run": "audits/iteration/{iteration}/post-run/",
    "review": "audits/iteration/{iteration}/review/",
    "runs": "audits/run/",
    "run": "audits/run/{run}/change/",
    "iteration-imported": "audits/iteration/{imported}/change/",
    "imports": "audits/import/",
    "import": "audits/import/{import}/change/",
    "import-add": "audits/import/add/",
    "patterns": "incidents/pattern/",
    "pattern": "incidents/pattern/{pattern}/change/",
    "pattern-variables": "incidents/pattern/{variables}/change/",
    "batches": "ingestion/batch/",
    "batch": "ingestion/batch/{batch}/change/",
    "issue-github": "incidents/issue/{mirrored}/change/",
    "github-create": "incidents/issue/{resolved}/create-on-github/",
    "github-link": "incidents/issue/{resolved}/link-to-github/",
    "writes": "incidents/outbox/",
    "writes-all": "incidents/outbox/?state=all",
    "write": "incidents/outbox/{write}/change/",
    "write-discard": "incidents/outbox/{write}/discard/",
    "projects": "incidents/project/",
    "project": "incidents/project/{project}/change/",
    "tokens": "incidents/token/",
    "token": "incidents/token/add/",
    # Not right after the project's page, from which it would be no new one to the browser.
    "project-github": "incidents/project/{project}/change/#github",
}
SUPERUSERS_PAGES = {
    "deliveries": "incidents/delivery/",
    "delivery": "incidents/delivery/{delivery}/change/",
    "delivery-again": "incidents/delivery/{delivery}/reprocess/",
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.shots", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder: Path = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    with demonstration() as (url, keys), opened_browser() as browser:
        too_big = [path for path in shoot(browser, url, keys, folder) if path.stat().st_size > MOST_BYTES]
    for path in too_big:
        print(f"{path} is over {MOST_BYTES // 1024} KiB", file=sys.stderr)
    return 1 if too_big else 0


def shoot(browser: Browser, url: str, keys: dict[str, int], folder: Path) -> Iterator[Path]:
    """Takes each picture and gives its path."""
    with window(browser) as page:
        yield picture(page, f"{url}/admin/login/", folder / "login.png")
        yield from shoot_pages(page, url, PAGES, keys, folder, user="ada")
    with window(browser) as page:
        yield from shoot_pages(page, url, SUPERUSERS_PAGES, keys, folder, user=SUPERUSER)


@contextmanager
def window(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport=chromium.VIEWPORT, locale="en-GB", timezone_id="UTC", color_scheme="light") as context:
        yield context.new_page()


def shoot_pages(page: Page, url: str, pages: dict[str, str], keys: dict[str, int], folder: Path, *, user: str) -> Iterator[Path]:
    page.goto(f"{url}/admin/login/")
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{url}/admin/")
    for name, address in pages.items():
        yield picture(page, f"{url}/admin/{address.format(**keys)}", folder / f"{name}.png")


def picture(page: Page, address: str, path: Path) -> Path:
    answer = page.goto(address)
    if answer is None or not answer.ok:
        raise SystemExit(f"{address} cannot be shown")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    # Where the pointer rests and what has the focus would be a matter of speed.
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement?.blur()")
    page.screenshot(path=path, animations="disabled", caret="hide")
    print(f"{path.name}: {path.stat().st_size // 1024} KiB")
    return path


@contextmanager
def demonstration() -> Iterator[tuple[str, dict[str, int]]]:
    """A web server on a database of its own in which the demonstration has happened, and the keys of its rows."""
    with servers.temporary_folder() as folder, servers.guard(folder), servers.redis_server() as redis_url:
        settings = {"DATA_DIR": str(folder / "data"), "SECRET_KEY": "only for pictures", "REDIS_URL": redis_url} | INSTALLATION
        env = servers.bare_environment() | settings | {"DJANGO_SETTINGS_MODULE": "config.settings"}
        run(env, "manage.py", "migrate", "--verbosity", "0")
        told = run(env, "-m", "tests.browser.demonstration")
        with servers.web_server(settings, log=folder / "web.log") as url:
            yield url, json.loads(told.splitlines()[-1])


def run(env: dict[str, str], *words: str) -> str:
    """A Python of ours, run to its end; gives what it printed."""
    return subprocess.run([sys.executable, *words], env=env, cwd=servers.REPOSITORY, stdout=subprocess.PIPE, text=True, check=True).stdout


@contextmanager
def opened_browser() -> Iterator[Browser]:
    executable = servers.chromium()
    if executable is None:
        raise SystemExit("Chromium is missing; on Debian or Ubuntu: apt-get install chromium")
    with servers.temporary_folder() as home, sync_playwright() as playwright:
        browser = chromium.launch(playwright, executable, home=home)
        try:
            yield browser
        finally:
            browser.close()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
