"""Check that the lock files in folders hold hashes and no addresses, and name all that was asked for.

    python scripts/check_locks.py FOLDER…

A folder holds `*.in` files with a `*.txt` each, or a package.json with its package-lock.json. An address in a lock would
send everybody to the package index of whoever wrote it; a line without a hash would make `pip --require-hashes` refuse the
file. Prints each problem and exits with 1 where there is one.
"""

import json
import re
import sys
from pathlib import Path

ADDRESS = re.compile(r"://|^\s*(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)\b")
NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")


def main(folders: list[Path]) -> int:
    """Print the problems of all locks in these folders; the exit status."""
    found = [problem for folder in folders for problem in problems_in(folder)]
    for problem in found:
        print(problem)  # noqa: T201
    return 1 if found else 0


def problems_in(folder: Path) -> list[str]:
    sources = sorted(folder.glob("*.in"))
    found = [problem for source in sources for problem in problems(source, source.with_suffix(".txt"))]
    package = folder / "package.json"
    if package.exists():
        return found + npm_problems(package, folder / "package-lock.json")
    return found if sources else [f"{folder}: neither *.in files nor a package.json"]


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


def npm_problems(source: Path, lock: Path) -> list[str]:
    """One sentence for each thing that is wrong with npm's `lock`, which was made from `source`."""
    remedy = "`npm install --omit-lockfile-registry-resolved` writes it"
    if not lock.exists():
        return [f"{lock}: missing; {remedy}"]
    wanted, packages = json.loads(source.read_text()), json.loads(lock.read_text())["packages"]
    locked = {name: package for name, package in packages.items() if name}
    found = [f"{lock}: an address: {name}: {package['resolved']}" for name, package in locked.items() if "resolved" in package]
    found += [f"{lock}: no hash: {name}" for name, package in locked.items() if "integrity" not in package]
    for kind in ("dependencies", "optionalDependencies"):
        for name, version in wanted.get(kind, {}).items():
            if locked.get(f"node_modules/{name}", {}).get("version") != version:
                found.append(f"{lock}: {name} {version} of {source} is missing; {remedy}")
    return found


def _names(text: str) -> set[str]:
    """The packages that lines begin with, as the index spells them."""
    return {re.sub(r"[-_.]+", "-", match[0]).lower() for line in text.splitlines() if (match := NAME.match(line))}


if __name__ == "__main__":
    sys.exit(main([Path(folder) for folder in sys.argv[1:]]))
