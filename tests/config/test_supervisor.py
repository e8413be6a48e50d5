"""The supervisor over small children, as the process that `up` becomes."""

import fcntl
import os
import resource
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.supervisor.backoff import BackOff
from config.supervisor.child import describe
from config.supervisor.plan import Plan, Spec
from tests import servers
from tests.config import process_table
from tests.config.process_table import Process
from tests.waiting import until

IDLE = ["sleep", "600"]
WITH_A_GRANDCHILD = ["sh", "-c", "sleep 600 & wait"]
# What is ignored stays ignored in what the shell starts.
DEAF_TO_SIGTERM = ["sh", "-c", "trap '' TERM; sleep 600 & wait"]


class Running:
    """A supervisor at work."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self.log = log

    @property
    def said(self) -> str:
        return self.log.read_text()

    def child(self, command: str, *, other_than: Process | None = None) -> Process:
        """The child whose command line contains this, once there is one."""
        return until(
            lambda: next((c for c in process_table.children(self.process.pid) if command in c.command and c != other_than), None),
            within=15,
            what=f"a child {command!r}",
        )

    def family(self, size: int) -> list[Process]:
        """All processes below the supervisor, the watcher included, once there are so many."""
        return until(
            lambda: found if len(found := process_table.descendants(self.process.pid)) == size else None,
            within=15,
            what=f"{size} processes",
        )

    def send(self, number: int) -> None:
        self.process.send_signal(number)


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start a supervisor over children given by name and command."""
    started: list[Running] = []
    with servers.guard(tmp_path) as guarded:

        def start(once: Spec | None = None, lock_fd: int = -1, **children: list[str] | Spec) -> Running:
            specs = [child if isinstance(child, Spec) else Spec(name, child) for name, child in children.items()]
            plan = Plan(str(tmp_path), specs, once=once, announcement=["all is up"], lock_fd=lock_fd)
            reader, writer = os.pipe()
            os.write(writer, plan.to_json().encode())
            os.close(writer)
            with (tmp_path / "log").open("wb") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", "supervisor", str(reader)],
                    cwd=servers.REPOSITORY / "config", stdout=log, stderr=log, pass_fds=[reader] + [lock_fd] * (lock_fd >= 0),
                )  # fmt: skip
            os.close(reader)
            guarded(process.pid)
            started.append(Running(process, tmp_path / "log"))
            return started[-1]

        yield start
        for running in started:
            below = process_table.descendants(running.process.pid)
            running.process.kill()
            running.process.wait()
            assert_gone(below)


def assert_gone(processes: list[Process]) -> None:
    until(lambda: not [p for p in processes if p.is_alive], within=10, what=f"the end of {processes}")


# --- Back-off ----------------------------------------------------------------------------------


def test_a_child_that_keeps_dying_is_started_after_waits_that_double_up_to_half_a_minute():
    back_off = BackOff()

    waits = [back_off.after(lived=1.0) for _ in range(8)]

    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_after_a_minute_of_health_the_waits_begin_anew():
    back_off = BackOff()
    for _ in range(5):
        back_off.after(lived=1.0)

    assert back_off.after(lived=60.0) == 0.5
    assert back_off.after(lived=1.0) == 1


@pytest.mark.parametrize(("returncode", "words"), [(-9, "ended with signal 9"), (3, "ended with exit status 3")])
def test_a_death_is_told_in_words(returncode, words):
    assert describe(returncode) == words


# --- Keeping alive -----------------------------------------------------------------------------


def test_a_killed_child_is_started_again_and_that_is_said(supervise):
    running = supervise(worker=IDLE)
    first = running.child("sleep")

    first.kill(signal.SIGKILL)

    running.child("sleep", other_than=first)
    assert "worker ended with signal 9; starting it again in 0.5 s" in running.said


def test_a_child_that_ends_by_itself_is_started_again(supervise):
    running = supervise(beat=["sh", "-c", "exit 3"])

    until(lambda: "beat ended with exit status 3; starting it again in 1 s" in running.said, within=15, what="the second end")


def test_a_child_that_cannot_be_started_is_tried_again_and_the_others_run(supervise):
    running = supervise(beat=["./there-is-no-such-program"], web=IDLE)

    running.child("sleep")
    until(lambda: "beat could not start" in running.said, within=15, what="the failure to be told")


def test_children_killed_all_at_once_all_come_back(supervise):
    running = supervise(worker=IDLE, beat=WITH_A_GRANDCHILD, web=IDLE)
    before = running.family(5)

    for process in before:
        process.kill(signal.SIGKILL)

    until(lambda: not set(running.family(5)) & set(before), within=15, what="five new processes")


def test_what_a_killed_child_has_left_behind_is_killed_before_it_comes_back(supervise):
    running = supervise(web=WITH_A_GRANDCHILD)
    before = running.family(3)
    master = running.child("sh -c")

    master.kill(signal.SIGKILL)

    running.child("sh -c", other_than=master)
    assert_gone([process for process in before if process.group == master.pid])


def test_a_job_that_runs_once_and_fails_keeps_nothing_else_from_running(supervise):
    running = supervise(web=IDLE, once=Spec("loading the sample", ["sh", "-c", "sleep 0.3; exit 1"]))

    until(lambda: "all is up" in running.said, within=15, what="the announcement")
    assert "loading the sample ended with exit status 1" in running.said
    assert "again" not in running.said
    running.child("sleep")


def test_the_supervisor_is_small(supervise):
    running = supervise(web=IDLE)
    until(lambda: "all is up" in running.said, within=15, what="the announcement")

    assert process_table.resident_megabytes(running.process.pid) < 25


# --- Stopping ----------------------------------------------------------------------------------


def test_children_are_stopped_in_the_reverse_order_of_starting(supervise, tmp_path):
    diary = tmp_path / "diary"
    script = f"trap 'echo $0 stops >> {diary}; exit' TERM; echo $0 runs >> {diary}; sleep 600 & wait"
    running = supervise(**{name: ["sh", "-c", script, name] for name in ("redis", "worker", "web")})
    until(lambda: diary.exists() and diary.read_text().count("runs") == 3, within=15, what="three running children")

    running.send(signal.SIGTERM)

    assert running.process.wait(timeout=15) == 0
    assert diary.read_text().splitlines()[3:] == ["web stops", "worker stops", "redis stops"]
    assert "Stopping web … worker … redis … done." in running.said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_stopping_signal_leaves_no_process_and_no_error(supervise, number):
    running = supervise(worker=WITH_A_GRANDCHILD, web=IDLE)
    family = running.family(4)

    running.send(number)

    assert running.process.wait(timeout=15) == 0
    assert_gone(family)


def test_a_second_ctrl_c_does_not_wait_for_a_child_that_does_not_stop(supervise):
    running = supervise(worker=DEAF_TO_SIGTERM, web=IDLE)
    family = running.family(4)

    def interrupted() -> bool:
        running.send(signal.SIGINT)
        return running.process.poll() is not None

    until(interrupted, within=8, what="the end, in less than the 15 s that a child has")
    assert running.process.returncode == 0
    assert_gone(family)


def test_an_interrupt_while_starting_stops_what_was_started(supervise, tmp_path):
    running = supervise(redis=Spec("redis", IDLE, redis_socket=str(tmp_path / "nobody-listens")), web=["sh", "-c", "exit 1"])
    family = running.family(2)

    running.send(signal.SIGINT)

    assert running.process.wait(timeout=15) == 0
    assert_gone(family)
    assert "web" not in running.said


def test_a_terminal_that_is_gone_does_not_keep_children_from_being_stopped(supervise):
    running = supervise(web=IDLE)
    family = running.family(2)
    # Stands in for a terminal: every write fails from now on.
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (0, 0))

    running.send(signal.SIGHUP)

    assert running.process.wait(timeout=15) == 0
    assert_gone(family)
    assert "Stopping" not in running.said


def test_the_terminals_ctrl_c_does_not_reach_the_children(supervise):
    running = supervise(worker=WITH_A_GRANDCHILD, web=IDLE)

    groups = {process.group for process in running.family(4)}

    assert os.getpgid(running.process.pid) not in groups


# --- The supervisor is killed ------------------------------------------------------------------


@pytest.mark.parametrize("command", [WITH_A_GRANDCHILD, DEAF_TO_SIGTERM], ids=["polite", "deaf to SIGTERM"])
def test_a_killed_supervisor_leaves_no_child_and_no_grandchild(supervise, command):
    running = supervise(worker=command, web=command)
    family = running.family(5)

    running.process.kill()

    assert_gone(family)


def test_a_killed_supervisor_leaves_none_of_the_children_that_it_had_started_again(supervise):
    running = supervise(worker=WITH_A_GRANDCHILD)
    first = running.child("sh -c")
    running.family(3)
    first.kill(signal.SIGKILL)
    running.child("sh -c", other_than=first)
    family = running.family(3)

    running.process.kill()

    assert_gone(family)


def test_a_killed_watcher_is_replaced_by_one_that_knows_all_children(supervise):
    running = supervise(worker=WITH_A_GRANDCHILD, web=IDLE)
    watcher = running.child("watcher.py")
    running.family(4)
    # What it has not read, its successor would read anyway.
    until(lambda: _unread(watcher) == 0, within=15, what="the watcher to have read what it was told")
    watcher.kill(signal.SIGKILL)
    running.child("watcher.py", other_than=watcher)
    family = running.family(4)

    running.process.kill()

    assert_gone(family)


def test_signals_that_a_service_manager_sends_to_everybody_do_not_end_the_watcher(supervise):
    running = supervise(web=IDLE)
    watcher = running.child("watcher.py")
    until(lambda: _ignores(watcher, signal.SIGTERM), within=15, what="a watcher that is set up")
    family = running.family(2)

    watcher.kill(signal.SIGTERM)
    running.process.kill()

    assert_gone(family)


def test_the_lock_is_held_until_the_last_child_of_a_killed_supervisor_is_gone(supervise, tmp_path):
    descriptor = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    running = supervise(worker=DEAF_TO_SIGTERM, lock_fd=descriptor)
    os.close(descriptor)
    child = running.child("sh -c")
    running.family(3)

    running.process.kill()

    with (tmp_path / "lock").open() as file:
        until(lambda: _lock(file.fileno()), within=10, what="the lock")
        assert not child.is_alive


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unread(watcher: Process) -> int:
    """How many bytes wait in the watcher's pipe."""
    pipe = os.open(f"/proc/{watcher.pid}/fd/{watcher.command.split()[-1]}", os.O_RDONLY | os.O_NONBLOCK)
    try:
        return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4), sys.byteorder)
    finally:
        os.close(pipe)


def _ignores(process: Process, number: int) -> bool:
    status = Path(f"/proc/{process.pid}/status").read_text()
    ignored = int(status.split("SigIgn:")[1].split()[0], 16)
    return bool(ignored >> (number - 1) & 1)
