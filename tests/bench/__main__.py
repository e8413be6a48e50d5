"""`python -m tests.bench [PART…]`: measures, prints a table and writes bench.json."""

# ruff: noqa: T201 (its output is what it is for)
import json
import os
import platform
import sys
import tempfile
from pathlib import Path

from tests import servers
from tests.bench import evidence, grouping, ingest, webhooks

PARTS = {"ingest": ingest.measure, "evidence": evidence.measure, "webhooks": webhooks.measure, "grouping": grouping.measure}


def main(wanted: list[str]) -> int:
    unknown = sorted(set(wanted) - set(PARTS))
    if unknown:
        print(f"There is no part {', '.join(unknown)}; there are: {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    figures: dict[str, float] = {}
    for name in wanted or PARTS:
        print(f"measuring {name} …", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            figures |= PARTS[name](Path(folder))
    for name, figure in figures.items():
        print(f"{name:40} {figure:14,.3f}")
    about = {"python": platform.python_version(), "processors": os.cpu_count()}
    (servers.REPOSITORY / "bench.json").write_text(json.dumps({"about": about, "figures": figures}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
