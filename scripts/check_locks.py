"""Check that the lock files in a folder hold hashes and no addresses, and name all that their `.in` files name.

    python scripts/check_locks.py FOLDER

An address in a lock would send everybody to the package index of whoever wrote it; a line without a hash would make
`pip --require-hashes` refuse the file. Prints each problem and exits with 1 where there is one.
"""

import re
import sys
from pathlib import Path

ADDRESS = re.compile(r"://|^\s*(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)\b")
NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")


def main(folder: Path) -> int:
    """Print the problems of every `*.in` and its `*.txt`; the exit status."""
    sources = sorted(folder.glob("*.in"))
    found = [problem for source in sources for problem in problems(source, source.with_suffix(".txt"))]
    for problem in found:
        print(problem)  # noqa: T201
    if not sources:
        print(f"{folder}: no *.in files")  # noqa: T201
    return 1 if found or not sources else 0


def problems(source: Path, lock: Path) -> list[str]:
    """One sentence for each thing that is wrong with `lock`, which was made from `source`."""
    if not lock.exists():
        return [f"{lock}: missing; `make lock` writes it"]
    text = lock.read_text()
    found = [f"{lock}:{number}: an address: {line.strip()}" for number, line in enumerate(text.splitlines(), 1) if ADDRESS.search(line)]
    # A requirement goes on over the lines that end in a backslash.
    requirements = [line for line in text.replace("\\\n", " ").splitlines() if NAME.match(line)]
    found += [f"{lock}: no hash: {line}" for line in requirements if "==" not in line or "--hash=sha256:" not in line]
    locked, wanted = _names(text), _names(source.read_text())
    found += [f"{lock}: {name} of {source} is missing; `make lock` writes it" for name in sorted(wanted - locked)]
    return found


def _names(text: str) -> set[str]:
    """The packages that lines begin with, as the index spells them."""
    return {re.sub(r"[-_.]+", "-", match[0]).lower() for line in text.splitlines() if (match := NAME.match(line))}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
