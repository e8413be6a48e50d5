"""One process that is kept alive, together with all that it starts."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable

from .backoff import BackOff
from .terminal import say

COULD_NOT_START = 127  # as shells say it


class Child:
    """Starts a process by `spawn` and, unless `once`, starts it again after it ended.

    The process must lead a process group of its own; `forget` is told when that is empty. Moments are of `time.monotonic`.
    """

    def __init__(
        self,
        name: str,
        spawn: Callable[[], subprocess.Popen[bytes]],
        *,
        forget: Callable[[int], None] = lambda _group: None,
        once: bool = False,
    ) -> None:
        self.name = name
        self.due: float | None = None
        self.returncode: int | None = None
        self._spawn = spawn
        self._forget = forget
        self._once = once
        self._back_off = BackOff()
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    def look_after(self, now: float) -> None:
        """Notice that the process ended, and start it again when its time has come."""
        if self._process and self.has_ended():
            self._plan_restart(describe(self.returncode), now)
        if self.due is not None and self.due <= now:
            self.start(now)

    def start(self, now: float) -> None:
        """Start the process. What cannot be started counts as one that died at once."""
        self.due = None
        self._started = now
        try:
            self._process = self._spawn()
        except OSError as error:
            self.returncode = COULD_NOT_START
            self._plan_restart(f"could not start ({error.strerror})", now)

    def has_ended(self) -> bool:
        """Whether the process is not running (any more). Whatever it left behind in its group is killed first."""
        if self._process is None:
            return True
        # WNOWAIT: while the leader is not reaped, its number cannot become another group's, so the kill hits nobody else.
        # The kill is for gunicorn's workers, which would hold the port, and Celery's pool, which would double the workers.
        if os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            return False
        self.signal_group(signal.SIGKILL)
        self.returncode = self._process.wait()
        self._forget(self._process.pid)
        self._process = None
        return True

    def terminate(self) -> None:
        """Ask the process to end in order. It alone: how it ends its own children is its business."""
        if self._process:
            self._process.terminate()

    def signal_group(self, number: int) -> None:
        """Send a signal to the process and all that it started."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _plan_restart(self, how: str, now: float) -> None:
        if self._once:
            return
        wait = self._back_off.after(now - self._started)
        self.due = now + wait
        say(f"{self.name} {how}; starting it again in {wait:g} s")


def describe(returncode: int | None) -> str:
    """A return code of `subprocess` in words."""
    if returncode is not None and returncode < 0:
        return f"ended with signal {-returncode}"
    return f"ended with exit status {returncode}"
