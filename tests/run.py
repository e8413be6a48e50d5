"""What stands behind `make test` and `make test-slow`: starts the servers, runs pytest group by group, and adds up.

    python -m tests.run [--slow] [arguments for pytest]

A group is one database and one set of tests. All that a run makes lies in one temporary folder, which is deleted at the
end. What was skipped is named at the end with its reason; with CI=true that is a failure.
"""

# ruff: noqa: T201 (its output is what it is for)
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests import servers
from tests.waiting import until

NO_TESTS_COLLECTED = 5


@dataclass
class Group:
    """One run of pytest, and what came of it."""

    title: str
    markers: str
    database: Callable[[], AbstractContextManager[str]]
    may_be_empty: bool = False
    exit_status: int = -1
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: list[dict[str, str]] = field(default_factory=list)

    @property
    def succeeded(self) -> bool:
        return self.exit_status == 0 or (self.exit_status == NO_TESTS_COLLECTED and self.may_be_empty)

    @property
    def outcome(self) -> str:
        if self.exit_status == NO_TESTS_COLLECTED:
            return "no tests"
        return "passed" if self.succeeded else "FAILED"


def groups(*, slow: bool) -> list[Group]:
    sqlite = lambda: nullcontext("")  # noqa: E731 (no DATABASE_URL: a file in DATA_DIR)
    if slow:
        return [
            Group("PostgreSQL: slow tests", "slow", servers.postgres_server),
            Group("SQLite: slow tests", "slow and both_databases", sqlite, may_be_empty=True),
        ]
    return [
        Group("PostgreSQL: everything not slow", "not slow", servers.postgres_server),
        Group("SQLite: model and pipeline tests", "both_databases and not slow", sqlite, may_be_empty=True),
    ]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.run", description=__doc__, allow_abbrev=False, add_help=False)
    parser.add_argument("--slow", action="store_true")
    options, for_pytest = parser.parse_known_args(arguments)
    signal.signal(signal.SIGTERM, servers.interrupt)

    install_programs()
    ran = groups(slow=options.slow)
    for group in ran:
        announce(group.title)
        try:
            run(group, for_pytest)
        except (servers.ServerMissing, servers.ServerFailed) as problem:
            announce(f"{group.title}: {problem}")
        except KeyboardInterrupt:
            announce("Interrupted.")
            return 130
    return add_up(ran)


def run(group: Group, for_pytest: list[str]) -> None:
    """One group, with servers of its own and everything that it writes in one folder."""
    started = time.monotonic()
    with servers.temporary_folder(open_to_others=True) as folder, group.database() as database_url, servers.redis_server() as redis_url:
        # PostgreSQL's user passes through it, to what pytest starts.
        folder.chmod(0o711)
        report = folder / "report.json"
        environment = servers.bare_environment() | {
            "DATA_DIR": str(folder / "data"),
            "REDIS_URL": redis_url,
            "SECRET_KEY": "only for tests",
            "TEST_REPORT": str(report),
            "TMPDIR": str(folder),
        }
        if database_url:
            environment["DATABASE_URL"] = database_url
        command = [sys.executable, "-m", "pytest", "-m", group.markers, *for_pytest]
        group.exit_status = run_pytest(command, environment, folder)
        if report.exists():
            found = json.loads(report.read_text())
            group.passed, group.failed, group.skipped = found["passed"], found["failed"], found["skipped"]
    group.seconds = time.monotonic() - started


def run_pytest(command: list[str], environment: dict[str, str], folder: Path) -> int:
    """pytest's exit status. It stays in our process group, so that Ctrl-C and a debugger's prompt reach it."""
    with (
        servers.guard(folder) as watch,
        subprocess.Popen(command, env=environment, cwd=servers.REPOSITORY) as pytest,
    ):
        watch(pytest.pid)
        try:
            return pytest.wait()
        except KeyboardInterrupt:
            # From a terminal it was interrupted with us; it stops its servers, which a second signal would disturb.
            with suppress(AssertionError):
                until(lambda: pytest.poll() is not None, within=3, what="pytest to stop")
            with suppress(AssertionError):
                if pytest.poll() is None:
                    pytest.terminate()
                until(lambda: pytest.poll() is not None, within=60, what="pytest to stop")
            pytest.kill()
            raise


def install_programs() -> None:
    """What tests need beside servers, where we may: as root, on a system of Debian's kind. Elsewhere they skip and say what to install."""
    wanted = {"chromium": servers.chromium(), "npm": shutil.which("npm")}
    missing = [package for package, found in wanted.items() if not found]
    if not missing or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    announce(f"Installing {' and '.join(missing)} for the tests")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
        done = subprocess.run(
            ["apt-get", "-qq", *words], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(f"apt-get {words[0]} failed:\n{done.stdout}{done.stderr}")
            return


def add_up(ran: list[Group]) -> int:
    """Print what happened, the skipped tests by reason, and one closing line; the exit status."""
    announce("Summary")
    for group in ran:
        counts = f"{group.passed} passed, {group.failed} failed, {len(group.skipped)} skipped"
        print(f"{group.title:<34} {group.outcome:<9} {counts} in {group.seconds:.0f} s")
    skipped = [(group, test) for group in ran for test in group.skipped]
    by_reason: dict[str, list[str]] = defaultdict(list)
    for group, test in skipped:
        by_reason[test["reason"]].append(f"{test['test']} ({group.title.partition(':')[0]})")
    for reason, tests in by_reason.items():
        print(f"\nSkipped: {reason}")
        for test in tests:
            print(f"  {test}")

    failed = not all(group.succeeded for group in ran)
    if skipped and os.environ.get("CI") == "true":
        print("\nWith CI=true every test must run: a skipped one is a failure.")
        failed = True
    print(f"\n{sum(g.passed for g in ran)} passed, {sum(g.failed for g in ran)} failed, {len(skipped)} skipped", flush=True)
    return 1 if failed else 0


def announce(text: str) -> None:
    print(f"\n=== {text} ===", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
