"""What has to be so before anything is started; each refusal says in a sentence what is wrong and what to do."""

import errno
import fcntl
import os
import socket
import stat
import time
from pathlib import Path

from config.supervisor import probes

# A little longer than the watcher needs to end what a killed `up` left.
LOCK_WITHIN_SECONDS = 4.0
SHUTDOWN_WITHIN_SECONDS = 10.0


class NotReadyError(Exception):
    """`up` cannot start here; the text says why."""


def lock(data_dir: Path) -> int:
    """The descriptor of a lock that one `up` at a time can hold on this data folder; it is free when the last holder ended."""
    descriptor = os.open(data_dir / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + LOCK_WITHIN_SECONDS
    while not _locked(descriptor):
        if time.monotonic() > deadline:
            owner = os.read(descriptor, 20).decode().strip() or "unknown"
            os.close(descriptor)
            raise NotReadyError(
                f"Fixproof already runs on {data_dir} (process {owner}). Stop it first, or give this one a folder of its own "
                "with DATA_DIR=… and a port of its own with PORT=…"
            )
        time.sleep(0.1)
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor


def require_free_port(address: str, port: int) -> None:
    """Raises NotReadyError when the web server could not listen there."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as listener:
        # As gunicorn does: connections of the last run that are still closing do not count.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise NotReadyError(f"Port {port} is taken. Stop what uses it, or choose another with PORT={port + 1} make run") from error
            raise NotReadyError(f"Port {port} on {address} cannot be used: {error.strerror}.") from error


def prepare_socket(path: Path, data_dir: Path) -> None:
    """Make the place where Redis puts its socket: nobody else can get at it, and no socket or server of an earlier run is there."""
    if path.parent != data_dir:
        _own_private_folder(path.parent)
    # Both the last supervisor and its watcher were killed: their Redis still writes the file that ours is about to open.
    probes.shut_redis_down(str(path))
    deadline = time.monotonic() + SHUTDOWN_WITHIN_SECONDS
    while probes.redis_answers(str(path)):
        if time.monotonic() > deadline:
            raise NotReadyError(f"A Redis of an earlier run still answers at {path} and does not end. Stop it first.")
        time.sleep(0.1)
    path.unlink(missing_ok=True)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _own_private_folder(folder: Path) -> None:
    """In /tmp somebody else may have been there first, with a folder or a link of theirs."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise NotReadyError(
            f"{folder} is not a folder that belongs to this user alone. Remove it, or choose a DATA_DIR with a shorter path."
        )
