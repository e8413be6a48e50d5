"""The supervisor: start in order, keep alive, stop in reverse order."""

import functools
import os
import signal
import time
from collections.abc import Callable

from . import probes
from .child import Child, describe
from .plan import Plan, Spec
from .signals import Signals
from .terminal import say, write
from .watch import Watch

REDIS_WITHIN_SECONDS = 30.0
# A cold start on a small machine takes several seconds for each of the processes that import Django.
WEB_WITHIN_SECONDS = 90.0
STOP_WITHIN_SECONDS = 15.0
KILL_WITHIN_SECONDS = 5.0
# Only while starting; afterwards the loop sleeps until a signal comes or a restart is due.
GLANCE_SECONDS = 0.1


class StopRequested(Exception):
    """A stopping signal came."""


class StartFailed(Exception):
    """Something did not come up in time; the text says what."""


class Supervisor:
    """Carries out one plan, in this process, which it needs for itself (signals, and it must stay without threads)."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._signals = Signals()
        self._watch = Watch(plan.lock_fd)
        self._watcher = Child("watcher", self._watch.start_watcher)
        self._children: list[Child] = []
        if plan.lock_fd >= 0:
            os.set_inheritable(plan.lock_fd, False)

    def run(self) -> int:
        """Start everything and keep it alive until a stopping signal comes; the exit status."""
        status = 0
        try:
            self._start_up()
            while True:
                self._turn(None)
        except StopRequested:
            pass
        except StartFailed as failure:
            say(str(failure))
            status = 1
        finally:
            self._stop()
        return status

    def _start_up(self) -> None:
        self._watcher.start(time.monotonic())
        for spec in self._plan.children:
            self._start(spec)
            if spec.redis_socket:
                answers = functools.partial(probes.redis_answers, spec.redis_socket)
                self._wait_for(answers, REDIS_WITHIN_SECONDS, "Redis")
        if self._plan.once:
            self._run_once(self._plan.once)
        if self._plan.web:
            web = self._plan.web
            self._wait_for(functools.partial(probes.web_answers, web.address, web.port, web.host), WEB_WITHIN_SECONDS, "The web server")
        for line in self._plan.announcement:
            say(line)

    def _start(self, spec: Spec, *, once: bool = False) -> Child:
        if self._signals.stop_requested:
            raise StopRequested
        spawn = functools.partial(self._watch.spawn, spec.argv, self._plan.folder)
        child = Child(spec.name, spawn, forget=self._watch.forget, once=once)
        self._children.append(child)
        child.start(time.monotonic())
        return child

    def _run_once(self, spec: Spec) -> None:
        child = self._start(spec, once=True)
        while not child.has_ended():
            self._turn(GLANCE_SECONDS)
        self._children.remove(child)
        if child.returncode:
            say(f"{spec.name} {describe(child.returncode)}, see above. Everything else goes on without it.")

    def _wait_for(self, answers: Callable[[], bool], within: float, what: str) -> None:
        deadline = time.monotonic() + within
        while not answers():
            if time.monotonic() > deadline:
                raise StartFailed(f"{what} did not answer within {within:g} s; what it wrote stands above.")
            self._turn(GLANCE_SECONDS)

    def _turn(self, longest: float | None) -> None:
        """Wait for a signal, a due restart or so many seconds, then do what is to be done."""
        everyone = [self._watcher, *self._children]
        now = time.monotonic()
        waits = [child.due - now for child in everyone if child.due is not None]
        waits += [] if longest is None else [longest]
        self._signals.wait(max(0.0, min(waits)) if waits else None)
        if self._signals.stop_requested:
            raise StopRequested
        for child in everyone:
            child.look_after(time.monotonic())

    def _stop(self) -> None:
        write("Stopping")
        for child in reversed(self._children):
            write(f" {child.name} …")
            self._end(child)
        say(" done.")
        self._watch.close()
        self._wait_end(self._watcher, KILL_WITHIN_SECONDS)
        self._signals.ignore()

    def _end(self, child: Child) -> None:
        child.terminate()
        if not self._wait_end(child, STOP_WITHIN_SECONDS):
            child.signal_group(signal.SIGKILL)
            self._wait_end(child, KILL_WITHIN_SECONDS, hurried=True)

    def _wait_end(self, child: Child, within: float, *, hurried: bool = False) -> bool:
        """Whether the child ended in time; a second Ctrl-C cuts the waiting short, unless it is for a killed one."""
        deadline = time.monotonic() + within
        while not child.has_ended():
            left = deadline - time.monotonic()
            if left <= 0 or (self._signals.pressed_again and not hurried):
                return False
            self._signals.wait(left)
        return True
