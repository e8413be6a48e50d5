"""A GitHub on loopback: the npm package `emulate`, with two accounts, an organisation, two repositories and a GitHub App.

What it does otherwise than GitHub stands in README.md beside this file; part of that the proxy mends (mends.py).
"""

import fcntl
import functools
import hashlib
import json
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests import servers
from tests.github.account import Account

HERE = Path(__file__).resolve().parent
NODE_MODULES = HERE / "node_modules"
LOCK = HERE / "package-lock.json"
OLDEST_NODE = 24

US, HUMAN, OWNER = "fixproof-bot", "octocat", "acme"
SHOP, OTHER = f"{OWNER}/shop", f"{OWNER}/other"
OUR_TOKEN, HUMAN_TOKEN = "ghp_fixproof", "ghp_octocat"
APP_ID, INSTALLATION_ID = 4711, 100


@dataclass(frozen=True)
class GitHub:
    """A stand-in that runs: `url` is the API's base URL, to give as GITHUB_API_URL or to a fault proxy."""

    url: str
    token: str
    human_token: str
    app_id: int
    installation_id: int
    private_key: str
    as_us: Account
    as_human: Account


# --- Installing --------------------------------------------------------------------------------


def installed() -> Path:
    """The folder of npm packages that package-lock.json names; installs them where they are missing or others.

    Raises ServerMissing where npm is absent, ServerFailed where it fails. Safe when several runs ask at once.
    """
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    stamp = NODE_MODULES / ".installed-from"
    with LOCK.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            _install()
            stamp.write_text(wanted)
    return NODE_MODULES


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise servers.ServerMissing("npm is needed for the GitHub of the tests; on Debian or Ubuntu: apt-get install npm")
    # None of the packages needs its scripts; without them nothing is run or fetched beside the packages themselves.
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    done = subprocess.run(
        command, cwd=HERE, env=servers.bare_environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise servers.ServerFailed(f"npm ci ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def node() -> str:
    """The Node that came with the packages (Linux on x64 and arm64), else the installed one if it is new enough."""
    # In its package: older npm makes no link in .bin for a package that is optional.
    carried = next(installed().glob("node-*/bin/node"), None)
    if carried:
        return str(carried)
    found = shutil.which("node")
    answer = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout if found else "v0"
    if found is None or int(answer.lstrip("v").split(".")[0]) < OLDEST_NODE:
        raise servers.ServerMissing(f"Node {OLDEST_NODE} or newer is needed for the GitHub of the tests: https://nodejs.org")
    return found


# --- Running -----------------------------------------------------------------------------------


@contextmanager
def github(*, seed: Mapping | None = None) -> Iterator[GitHub]:
    """A GitHub with nothing in its repositories, gone when it is left. `seed` replaces top-level parts of `default_seed()`."""
    binary = node()
    port = servers.free_port()
    url = f"http://127.0.0.1:{port}"
    with servers.temporary_folder() as folder, ExitStack() as open_things:
        written = folder / "seed.json"
        written.write_text(json.dumps({**default_seed(), **(seed or {})}))
        command = [binary, str(NODE_MODULES / "emulate/dist/index.js"), "start", "--service", "github"]
        # Without its base URL the addresses in its answers name `localhost`, which another server may hold.
        command += ["--port", str(port), "--base-url", url, "--seed", str(written)]
        # In an empty folder: it would read configuration files of the folder that it starts in.
        process = open_things.enter_context(
            servers.running(command, folder, ask=signal.SIGTERM, env=servers.bare_environment(), cwd=folder)
        )
        servers.wait_for(process, folder, lambda: _answers(url), what="the GitHub stand-in")
        accounts = [open_things.enter_context(Account(url, token)) for token in (OUR_TOKEN, HUMAN_TOKEN)]
        yield GitHub(url, OUR_TOKEN, HUMAN_TOKEN, APP_ID, INSTALLATION_ID, private_key(), *accounts)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/zen", timeout=5).ok
    except requests.ConnectionError:
        return False


def default_seed() -> dict:
    """Private repositories of an organisation in which both accounts are members, and an App that may do what we need."""
    return {
        "tokens": {OUR_TOKEN: {"login": US, "scopes": ["repo"]}, HUMAN_TOKEN: {"login": HUMAN, "scopes": ["repo", "admin:repo_hook"]}},
        "github": {
            # A token that it does not know acts as the first user: as one who may see nothing.
            "users": [{"login": "stranger"}, {"login": US, "name": "Fixproof"}, {"login": HUMAN, "name": "The Octocat"}],
            "orgs": [{"login": OWNER, "members": [{"login": US, "role": "admin"}, {"login": HUMAN, "role": "admin"}]}],
            "repos": [{"owner": OWNER, "name": name.split("/")[1], "private": True} for name in (SHOP, OTHER)],
            "apps": [
                {
                    "app_id": APP_ID,
                    "slug": "fixproof",
                    "name": "Fixproof",
                    "private_key": private_key(),
                    "permissions": {"issues": "write", "metadata": "read", "contents": "read"},
                    "installations": [{"installation_id": INSTALLATION_ID, "account": OWNER, "repository_selection": "all"}],
                }
            ],
        },
    }


@functools.cache
def private_key() -> str:
    """The App's key as GitHub gives it out (PKCS #1, PEM), made anew in each test run."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
