"""`manage.py up` as people start it, with every part real."""

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from celery import Celery

from config import redis_url
from tests import servers
from tests.config import process_table
from tests.config.process_table import Process
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.real_parts]

# By what each child is known in the list of processes.
ROLES = {"redis": "redis-server", "worker": "celery --quiet -A config worker", "beat": "celery --quiet -A config beat", "web": "gunicorn"}
TASK = "incidents.tasks.wake_ignored_issues"


@dataclass
class Up:
    """One `manage.py up`, started in `folder`."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int
    settings: dict[str, str]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    @property
    def redis_url(self) -> str:
        return self.settings.get("REDIS_URL") or redis_url.embedded(self.folder / "data")

    def is_up(self) -> bool:
        assert self.process.poll() is None, self.said
        return "Ctrl-C stops everything." in self.said

    def child(self, role: str, *, other_than: Process | None = None) -> Process:
        return until(
            lambda: next((c for c in process_table.children(self.process.pid) if ROLES[role] in c.command and c != other_than), None),
            within=30,
            what=f"a process for {role}",
        )

    def web_answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError):
            return False

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=70)

    def works_off_a_task(self) -> None:
        """Send a task and wait till the worker has taken it and acknowledged that it is done."""
        with Celery(broker=redis_url.for_celery(self.redis_url), set_as_current=False) as celery:
            sent = celery.send_task(TASK).id.encode()
        with redis.Redis.from_url(redis_url.for_redis_py(self.redis_url)) as client:
            # Looked for by its id: what a killed worker had taken stays among the unacknowledged for minutes.
            messages = lambda: [*client.lrange("celery", 0, -1), *client.hvals("unacked")]  # noqa: E731
            until(lambda: not any(sent in message for message in messages()), within=60, what=f"the worker to do its task; {self.said}")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path, as a socket needs it."""
    made = Path(tempfile.mkdtemp(prefix="fixproof-up-"))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Up]]:
    """Start `up` with these settings; whatever is left of it at the end is killed."""
    started: list[Up] = []
    with servers.guard(folder) as guarded:

        def start(settings: dict[str, str] | None = None) -> Up:
            own = {"PORT": str(servers.free_port()), "LOAD_SAMPLE": "0"} | (settings or {})
            log = folder / f"log-{len(started)}"
            with log.open("wb") as output:
                process = subprocess.Popen(
                    [sys.executable, servers.REPOSITORY / "manage.py", "up"],
                    env=servers.bare_environment() | {"DATA_DIR": str(folder / "data")} | own,
                    cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                )  # fmt: skip
            guarded(process.pid)
            started.append(Up(process, folder, int(own["PORT"]), settings or {}, log))
            return started[-1]

        yield start
        for up in started:
            up.process.kill()
            up.process.wait()
        assert_nothing_left(folder)


@pytest.fixture(params=["SQLite, embedded Redis", "PostgreSQL, given Redis"])
def up(request: pytest.FixtureRequest, start: Callable[..., Up]) -> Iterator[Up]:
    """A Fixproof that has announced itself."""
    with contextlib.ExitStack() as outside:
        settings = {}
        if request.param.startswith("PostgreSQL"):
            settings["DATABASE_URL"] = outside.enter_context(servers.postgres_server())
            settings["REDIS_URL"] = outside.enter_context(servers.redis_server())
            settings["SECRET_KEY"] = "only for tests"
        running = start(settings)
        until(running.is_up, within=120, what="the announcement")
        yield running
        # Before its servers are stopped.
        running.process.kill()
        running.process.wait()
        assert_nothing_left(running.folder)


def assert_nothing_left(folder: Path) -> None:
    until(lambda: not process_table.concerned_with(folder / "data"), within=10, what="the last process to end")


def redis_answers(up: Up) -> bool:
    with redis.Redis.from_url(redis_url.for_redis_py(up.redis_url)) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


def test_what_is_announced_is_there(up):
    assert f"http://localhost:{up.port}/" in up.said
    assert "Made the user admin with the password" in up.said
    assert "Log in as admin with the password printed above." in up.said
    assert up.web_answers()
    up.works_off_a_task()


def test_each_part_that_is_killed_in_turn_comes_back_and_all_works_again(up):
    roles = ["web", "worker", "beat"] if "REDIS_URL" in up.settings else ["redis", "web", "worker", "beat", "redis"]

    for role in roles:
        killed = up.child(role)
        killed.kill(signal.SIGKILL)

        up.child(role, other_than=killed)
        until(up.web_answers, within=30, what="the web server to answer")
        until(lambda: redis_answers(up), within=30, what="Redis to answer")
        up.works_off_a_task()
        assert f"{role} ended with signal 9; starting it again" in up.said


def test_asked_to_stop_it_leaves_nothing(up, folder):
    # Supervisor, watcher, worker and its two children, scheduler, web server and its two workers, and Redis where it is ours.
    parts = 9 if "REDIS_URL" in up.settings else 10
    until(lambda: len(process_table.concerned_with(folder / "data")) == parts, within=30, what=f"{parts} processes")

    assert up.stop() == 0

    assert_nothing_left(folder)
    assert up.said.rstrip().endswith("done.")


def test_killed_it_leaves_nothing(up, folder):
    up.process.kill()
    up.process.wait()

    assert_nothing_left(folder)


def test_killed_it_can_be_started_again_at_once_on_the_same_port(up, start):
    up.process.kill()
    again = start(up.settings | {"PORT": str(up.port)})

    until(again.is_up, within=120, what="the announcement")
    assert "with the password printed at the first start" in again.said
    again.works_off_a_task()
    assert again.stop() == 0


def test_a_second_up_on_the_same_data_is_refused(start, folder):
    first = start()
    until(first.is_up, within=120, what="the announcement")

    second = start()

    assert second.process.wait(timeout=60) == 1
    assert f"Fixproof already runs on {folder / 'data'} (process {first.process.pid})" in second.said
    assert first.web_answers()


def test_a_taken_port_is_refused_before_anything_is_started(start, folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = start({"PORT": str(port)})

        assert refused.process.wait(timeout=60) == 1

    assert refused.said.strip() == f"Port {port} is taken. Stop what uses it, or choose another with PORT={port + 1} make run"
    assert not (folder / "data" / "fixproof.sqlite3").exists()


@pytest.mark.parametrize("processes", [1, 3, 4, 6], ids=["preparing", "with Redis", "with the worker", "with the web server"])
def test_an_interrupt_while_starting_leaves_nothing(start, folder, processes):
    starting = start()
    so_far = lambda: len(process_table.concerned_with(folder / "data"))  # noqa: E731
    until(lambda: (folder / "data" / "up.lock").exists() and so_far() >= processes, within=60, what=f"{processes} processes")

    starting.process.send_signal(signal.SIGINT)

    assert starting.process.wait(timeout=70) == 0
    assert "Traceback" not in starting.said
    assert_nothing_left(folder)


def test_a_database_that_is_away_is_named_in_a_sentence(start):
    port = servers.free_port()
    refused = start({"DATABASE_URL": f"postgres://nobody@127.0.0.1:{port}/nothing", "SECRET_KEY": "only for tests"})

    assert refused.process.wait(timeout=90) == 1
    assert "The database does not answer yet" in refused.said
    assert refused.said.rstrip().endswith("Is it running, and is DATABASE_URL right?")
    assert "Traceback" not in refused.said
