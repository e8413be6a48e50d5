"""The watcher: a process that outlives its supervisor by just long enough to end its children.

Runs alone, by path: `python -I -S watcher.py FD`. PR_SET_PDEATHSIG would not do: it does not reach grandchildren
(Celery's pool, gunicorn's workers). The supervisor holds the only write end of a pipe; the system closes it
however the supervisor ends, kill -9 included. Lines on the pipe: `+PGID` and `-PGID`, a process group to end or to forget.
"""

import contextlib
import os
import signal
import sys
import time

POLITE_SECONDS = 3.0


def groups_left(fd: int) -> set[int]:
    """Read until the last writer is gone; the groups that were told and not taken back."""
    groups: set[int] = set()
    with os.fdopen(fd) as lines:
        for line in lines:
            (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    return groups


def living(groups: set[int]) -> set[int]:
    """Those groups that have a process."""
    return {group for group in groups if _signal(group, 0)}


def end(groups: set[int]) -> None:
    """SIGTERM, up to three seconds, SIGKILL."""
    for group in groups:
        _signal(group, signal.SIGTERM)
    deadline = time.monotonic() + POLITE_SECONDS
    while living(groups) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in groups:
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    # Whoever signals all of us (a service manager, a shutdown) means the supervisor; this one ends after it.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    end(groups_left(int(sys.argv[1])))
