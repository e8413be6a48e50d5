"""Signals as something that the loop can wait for."""

import os
import select
import signal
import time
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# One Ctrl-C may arrive twice: from the terminal, and passed on by whatever started us (npm, uv, docker).
SAME_PRESS_SECONDS = 0.5


class Signals:
    """Takes over SIGCHLD and the stopping signals of this process, from construction on."""

    def __init__(self) -> None:
        self._stopped_at: float | None = None
        self.pressed_again = False
        self._reader, writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        # A handler is needed, though it does nothing: a signal at its default never reaches the wakeup descriptor.
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        for number in STOPPING:
            # Under nohup a hang-up is ignored, and has to stay so.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._stop)
        # `up` blocks them while it becomes this program, lest one falls between its handlers and these.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)

    @property
    def stop_requested(self) -> bool:
        """Whether a stopping signal came."""
        return self._stopped_at is not None

    def wait(self, seconds: float | None) -> None:
        """Return when a signal came (or came since the last wait), or after so many seconds; None waits for ever."""
        readable, _, _ = select.select([self._reader], [], [], seconds)
        if readable:
            os.read(self._reader, 4096)

    def ignore(self) -> None:
        """From now on no stopping signal does anything: all is stopped, and one more Ctrl-C must not spoil the exit status."""
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._stopped_at is None:
            self._stopped_at = now
        elif number == signal.SIGINT and now - self._stopped_at > SAME_PRESS_SECONDS:
            self.pressed_again = True
