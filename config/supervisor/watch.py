"""The supervisor's end of the watcher's pipe, and the only place where children are born."""

import os
import subprocess
import sys
from pathlib import Path

WATCHER = Path(__file__).with_name("watcher.py")


class Watch:
    """Starts processes in groups that the watcher knows.

    We keep the read end too: a watcher that was killed leaves no broken pipe, and its successor reads the same one.
    """

    def __init__(self, lock_fd: int) -> None:
        self._reader, self._writer = os.pipe()  # close-on-exec: no child may hold the write end
        self._groups: set[int] = set()
        # The watcher holds the lock of the data folder as well: after a kill -9 it is free only when the last child is gone.
        self._inherited = (self._reader,) if lock_fd < 0 else (self._reader, lock_fd)

    def spawn(self, argv: list[str], folder: str) -> subprocess.Popen[bytes]:
        """Start a process as the leader of a new group. Raises OSError where that is not possible."""
        # The child announces its group itself, between fork and exec, while it still holds a copy of the pipe's write end:
        # there is no moment at which a kill -9 of this process would leave a child that the watcher does not know.
        # preexec_fn is safe here, because this process has no threads.
        process = subprocess.Popen(
            argv, cwd=folder, stdin=subprocess.DEVNULL, process_group=0, preexec_fn=lambda: self._tell("+", os.getpid())
        )
        self._groups.add(process.pid)
        return process

    def forget(self, group: int) -> None:
        """This group is gone; its number may soon be somebody else's."""
        self._groups.discard(group)
        self._tell("-", group)

    def start_watcher(self) -> subprocess.Popen[bytes]:
        """Start the process that reads the pipe, the first time or anew."""
        for group in self._groups:
            self._tell("+", group)
        argv = [sys.executable, "-I", "-S", str(WATCHER), str(self._reader)]
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, process_group=0, pass_fds=self._inherited)

    def close(self) -> None:
        """Let the watcher end."""
        os.close(self._writer)

    def _tell(self, sign: str, group: int) -> None:
        os.write(self._writer, f"{sign}{group}\n".encode())
