"""What every test may use. `make test` gives PostgreSQL and Redis; a plain `pytest` has SQLite and what it starts itself."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import django
import pytest
import redis

from tests import servers
from tests.shared_data import SHARED_DATA
from tests.waiting import until

# Named by tests.run; a plain `pytest` has none.
REPORT = os.environ.get("TEST_REPORT")
plain_run = ExitStack()
if not REPORT:
    # Before the settings are read: a test must not reach the data, the broker or the GitHub account of whoever runs it.
    # A database it may name: the tests make one of their own in it.
    for name in servers.SETTINGS - {"DATABASE_URL"}:
        os.environ.pop(name, None)
    folder = plain_run.enter_context(servers.temporary_folder())
    plain_run.enter_context(servers.guard(folder))
    os.environ.update(DATA_DIR=str(folder / "data"), SECRET_KEY="only for tests")
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
# Here rather than by pytest-django, which would read the settings before this file if pyproject.toml named them.
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from audits.append_only import remove_statements  # noqa: E402


def pytest_configure() -> None:
    signal.signal(signal.SIGTERM, servers.interrupt)


def pytest_keyboard_interrupt() -> None:
    # The fixtures are stopping their servers now.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def pytest_unconfigure() -> None:
    plain_run.close()


# --- Reports -----------------------------------------------------------------------------------


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell tests.run the counts, and what was skipped why."""
    if not REPORT:
        return
    found = terminalreporter.stats
    # An expected failure is a test that proves nothing now: it is told with the skipped ones.
    skipped = [{"test": report.nodeid, "reason": _reason(report)} for kind in ("skipped", "xfailed") for report in found.get(kind, [])]
    failed = sum(len(found.get(kind, [])) for kind in ("failed", "error", "xpassed"))
    Path(REPORT).write_text(json.dumps({"passed": len(found.get("passed", [])), "failed": failed, "skipped": skipped}))


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    if hasattr(report, "wasxfail"):
        return f"expected to fail: {report.wasxfail}"
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show what the processes of a live stack wrote, where a test that used them failed."""
    report = yield
    stack = getattr(item, "funcargs", {}).get("live_stack")
    if report.failed and stack:
        report.sections += [
            (f"end of {path.name}", path.read_text(errors="replace")[-4000:]) for path in sorted(stack.folder.glob("*.log"))
        ]
    return report


# --- Data and databases ------------------------------------------------------------------------


@pytest.fixture
def shared_data() -> Path:
    """The folder of real logs, audit logs and evidence; skips where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real logs are not beside this checkout ({SHARED_DATA.relative_to(servers.REPOSITORY.parent)})")
    return SHARED_DATA


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In the SQLite group of tests.run leave out what only PostgreSQL does: it has run in the group before."""
    if not REPORT or connection.vendor == "postgresql":
        return
    left_out = [item for item in items if "postgres" in getattr(item, "fixturenames", ())]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture
def postgres() -> None:
    """For a test of what only PostgreSQL does; skips on SQLite."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: `make test` starts one, or give DATABASE_URL")


@pytest.fixture(scope="session", autouse=True)
def evidence_may_be_flushed() -> None:
    """Lets SQLite empty its tables between tests, which the product's own triggers refuse; they are back after each flush."""
    if connection.vendor != "sqlite":
        return
    # On the class: beside a running event loop Django opens a connection of its own.
    operations = type(connection.ops)
    sql_flush = operations.sql_flush
    unprotect = [f"{statement};" for statement in remove_statements("sqlite")]
    operations.sql_flush = lambda *given, **named: [*unprotect, *sql_flush(*given, **named)]


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """SQLite in a file, as in production: other processes must see it, and in memory there is no WAL."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(settings.DATA_DIR / "test.sqlite3")


def database_url() -> str:
    """The URL of the database that this process uses now."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    password = f":{at['PASSWORD']}" if at["PASSWORD"] else ""
    return f"postgres://{at['USER']}{password}@{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"


# --- The whole product as it runs --------------------------------------------------------------


class LiveStack:
    """Web server at `url`, worker, and on demand the scheduler: processes with the settings in `env`, on one database."""

    # The queues, where kombu keeps what a worker took and has not acknowledged, and the times of that.
    WAITING = ("celery", "schedule", "github")
    TAKEN, TAKEN_WHEN = "unacked", "unacked_index"

    def __init__(self, *, database_url: str, folder: Path) -> None:
        self.folder = folder
        self.env = {"DATABASE_URL": database_url, "DATA_DIR": str(folder / "data"), "SECRET_KEY": settings.SECRET_KEY}
        self.url = ""
        self.worker: subprocess.Popen[bytes] | None = None
        self._everything, self._web, self._worker, self._beat = ExitStack(), ExitStack(), ExitStack(), ExitStack()
        # Settings of their own, which end with the test that asked for them.
        self._special: set[ExitStack] = set()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self.env["REDIS_URL"] = opening.enter_context(servers.redis_server())
            self.redis = opening.enter_context(redis.Redis.from_url(self.env["REDIS_URL"]))
            for process in (self._web, self._worker, self._beat):
                opening.callback(process.close)
            self.start_web()
            self._everything = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._everything.close()

    def start_web(self, **env: str) -> None:
        """Start the web server anew, at a new `url`, with these settings laid over the stack's."""
        self._web.close()
        self.env.pop("PUBLIC_URL", None)
        self.url = self._web.enter_context(servers.web_server(self.env | env, log=self.folder / "web.log"))
        self.env["PUBLIC_URL"] = self.url
        self._note(self._web, special=bool(env))

    def start_worker(self, *, concurrency: int = 2, **env: str) -> None:
        """Start the worker anew, with these settings laid over the stack's."""
        self.stop_worker()
        log = self.folder / "worker.log"
        self.worker = self._worker.enter_context(servers.celery_worker(self.env | env, concurrency=concurrency, log=log))
        self._note(self._worker, special=bool(env) or concurrency != 2)

    def _note(self, process: ExitStack, *, special: bool) -> None:
        (self._special.add if special else self._special.discard)(process)

    def stop_worker(self) -> None:
        """In good order: it finishes what it has begun."""
        self._worker.close()
        self.worker = None

    def kill_worker(self) -> None:
        """As a power cut would: the worker and its children at once, in the middle of whatever they do."""
        if self.worker and self.worker.poll() is None:
            os.killpg(self.worker.pid, signal.SIGKILL)
        self.stop_worker()

    def start_beat(self) -> None:
        """Start the scheduler, which sends each task of the schedule when it is due."""
        self.stop_beat()
        self._beat.enter_context(servers.beat(self.env, log=self.folder / "beat.log"))

    def stop_beat(self) -> None:
        self._beat.close()

    def waiting(self) -> int:
        """How many tasks nobody has taken yet."""
        return sum(self.redis.llen(queue) for queue in self.WAITING)

    def settle(self, *, within: float = 30) -> None:
        """Wait until no task waits or runs. Only with a worker that lives, and without tasks that are put off."""
        calm = 0

        def idle() -> bool:
            nonlocal calm
            # A message on its way from one to the other is in neither for a moment.
            calm = 0 if self.waiting() or self.redis.hlen(self.TAKEN) else calm + 1
            return calm == 3

        until(idle, within=within, what="the worker to have nothing to do")

    def be_whole(self) -> None:
        """Before a test: web server and worker run, with the stack's own settings."""
        if self._web in self._special:
            self.start_web()
        if self._worker in self._special or self.worker is None or self.worker.poll() is not None:
            self.start_worker()

    def come_to_rest(self) -> None:
        """After a test: no task of it may write into the next one's database."""
        self.stop_beat()
        self.redis.delete(*self.WAITING)
        try:
            self.settle(within=10)
        except AssertionError:
            # Taken by a worker that is dead, put off, or without end.
            self.kill_worker()
            self.redis.delete(*self.WAITING, self.TAKEN, self.TAKEN_WHEN)


@pytest.fixture(scope="session")
def live_servers(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    """The processes behind `live_stack`; started once, and gone before the test database is dropped."""
    try:
        servers.redis_binary()
    except servers.ServerMissing as missing:
        pytest.skip(str(missing))
    # The settings name the test database only now.
    with LiveStack(database_url=database_url(), folder=tmp_path_factory.mktemp("live")) as stack:
        yield stack


@pytest.fixture
def live_stack(live_servers: LiveStack, transactional_db: None) -> Iterator[LiveStack]:
    """Web server and worker as processes of their own, on the test database and a Redis of their own. See LiveStack.

    What a test commits, they see, and the other way round. Each test finds them running and the database empty.
    """
    # The servers remember the ids of content types, and the flush after each test makes new ones. With the sequences
    # reset they are in every test what they were when the servers started.
    call_command("flush", interactive=False, verbosity=0, reset_sequences=True)
    live_servers.be_whole()
    yield live_servers
    live_servers.come_to_rest()
