"""The npm packages behind the GitHub of the tests: locked without addresses, installed once and only when they must be."""

import json
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import servers
from tests.github import stand_in


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """A lock of the test's own, and the texts that it had when something was installed from it."""
    lock, node_modules = tmp_path / "package-lock.json", tmp_path / "node_modules"
    lock.write_text("first")
    monkeypatch.setattr(stand_in, "LOCK", lock)
    monkeypatch.setattr(stand_in, "NODE_MODULES", node_modules)
    installed: list[str] = []

    def install() -> None:
        node_modules.mkdir(exist_ok=True)
        installed.append(lock.read_text())

    monkeypatch.setattr(stand_in, "_install", install)
    return installed


def test_runs_that_start_at_once_install_once(unlocked):
    together = threading.Barrier(4)

    def run(_: int) -> None:
        together.wait(timeout=20)
        stand_in.installed()

    with ThreadPoolExecutor(4) as runs:
        list(runs.map(run, range(4)))

    assert unlocked == ["first"]


def test_another_lock_installs_anew(unlocked):
    for text in ("first", "first", "second"):
        stand_in.LOCK.write_text(text)
        stand_in.installed()

    assert unlocked == ["first", "second"]


def test_without_npm_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(stand_in, "NODE_MODULES", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(servers.ServerMissing, match="apt-get install npm"):
        stand_in.installed()


# --- The lock ----------------------------------------------------------------------------------


def check_locks(folder: Path) -> tuple[int, str]:
    command = [sys.executable, servers.REPOSITORY / "scripts/check_locks.py", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_the_lock_holds_hashes_and_no_addresses():
    assert check_locks(stand_in.HERE) == (0, "")


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda packages: packages["node_modules/emulate"].update(resolved="https://packages.example/emulate.tgz"), "an address"),
        (lambda packages: packages["node_modules/emulate"].pop("integrity"), "no hash: node_modules/emulate"),
        (lambda packages: packages.pop("node_modules/emulate"), "emulate 0.12.2 of"),
        (lambda packages: packages["node_modules/emulate"].update(version="0.13.0"), "emulate 0.12.2 of"),
    ],
    ids=["an address", "no hash", "a package is missing", "another version"],
)
def test_a_spoiled_lock_is_found(tmp_path, spoil, problem):
    for name in ("package.json", "package-lock.json"):
        shutil.copy(stand_in.HERE / name, tmp_path)
    lock = tmp_path / "package-lock.json"
    content = json.loads(lock.read_text())
    spoil(content["packages"])
    lock.write_text(json.dumps(content))

    status, printed = check_locks(tmp_path)

    assert status == 1
    assert problem in printed
