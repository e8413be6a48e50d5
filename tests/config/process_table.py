"""Who runs, from /proc. A process number may be given out again, so a process is known by its start as well."""

import os
from pathlib import Path
from typing import NamedTuple


class Process(NamedTuple):
    """One process, as it was when looked at; `started` is in clock ticks since boot."""

    pid: int
    started: int
    parent: int
    group: int
    command: str

    def kill(self, number: int) -> None:
        os.kill(self.pid, number)

    @property
    def is_alive(self) -> bool:
        now = _read(Path(f"/proc/{self.pid}"))
        return now is not None and now.started == self.started


def children(pid: int) -> list[Process]:
    """The living children of a process, oldest first."""
    return sorted((process for process in _all() if process.parent == pid), key=lambda process: process.started)


def descendants(pid: int) -> list[Process]:
    """Its living children, their children and so on."""
    found = children(pid)
    for process in found:
        found += [grandchild for grandchild in children(process.pid) if grandchild not in found]
    return found


def concerned_with(path: Path) -> list[Process]:
    """All living processes whose command line or environment names this path, whoever their parent is now."""
    # Both, because Redis writes its title over its environment.
    return [process for process in _all() if str(path) in process.command or str(path) in _environment(process.pid)]


def resident_megabytes(pid: int) -> float:
    """How much memory the process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def _environment(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/environ").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return ""


def _all() -> list[Process]:
    looked_at = (_read(folder) for folder in Path("/proc").iterdir() if folder.name.isdecimal())
    return [process for process in looked_at if process]


def _read(folder: Path) -> Process | None:
    """The process, unless it is gone or a zombie, which only waits for somebody to ask for its exit status."""
    try:
        # The second field is a name in brackets that may hold anything.
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        command = (folder / "cmdline").read_text().replace("\0", " ").strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if fields[0] in "ZX":
        return None
    return Process(int(folder.name), int(fields[19]), int(fields[1]), int(fields[2]), command)
