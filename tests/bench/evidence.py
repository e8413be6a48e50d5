"""How fast a large report is stored and judged, and what it costs the web process in memory."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import Any

import requests

from tests.bench.installation import Installation, installation

CASES = 20_000
REPORT_BYTES = 15 * 1024 * 1024
PLANNED = 100
BASE, FIX = "a" * 40, "b" * 40
MEGABYTE = 1024 * 1024


def measure(folder: Path) -> dict[str, float]:
    """Reports of 20,000 cases (15 MB), before the fix and after it, through HTTP to a durable PostgreSQL; then one twice as long.

    `verification.ms` is what judging base and fix takes, measured by a change of the plan, which judges and stores no report.
    """
    with installation(folder) as made:
        iteration = _iteration(made)
        _plan(made, iteration)
        # The first request of a process imports what all later ones share.
        _post(made, iteration, "before_fix", "c" * 40, _report(10, red=True))
        resting = _memory(made)
        stored = [
            _post(made, iteration, "before_fix", BASE, _report(CASES, red=True)),
            _post(made, iteration, "after_fix", FIX, _report(CASES, red=False)),
        ]
        after_one = _memory(made)
        judged = min(_plan(made, iteration) for _ in range(3))
        verdict = _get(made, f"iterations/{iteration}/verification/")["verdict"]
        assert verdict == "verified", verdict
        before_long = _memory(made)
        _post(made, iteration, "stability", FIX, _report(2 * CASES, red=False))
        after_long = _memory(made)
    return {
        "evidence.cases_per_s": CASES / max(stored),
        "evidence.seconds_to_store": max(stored),
        "verification.ms": judged * 1000,
        "evidence.web_resting_mb": resting / MEGABYTE,
        "evidence.web_peak_mb": after_one / MEGABYTE,
        "evidence.web_peak_growth_for_twice_the_file": after_long / before_long,
    }


def _iteration(made: Installation) -> int:
    issue = {"project": "shop", "title": "Login crashes", "severity": "ERROR"}
    _send(made, "post", "issues/", json=issue)
    return int(_send(made, "post", "iterations/", json={"project": "shop"})["id"])


def _plan(made: Installation, iteration: int) -> float:
    """A new version of the plan; gives the seconds that it took."""
    tests = [
        {
            "level": "unit",
            "file": f"tests/test_module_{number % 200}.py",
            "name": f"test_case_{number}",
            "expectation": "red_then_green" if number < PLANNED // 2 else "always_green",
        }
        for number in range(PLANNED)
    ]
    started = perf_counter()
    _send(made, "put", f"iterations/{iteration}/test-plan/", json={"tests": tests})
    return perf_counter() - started


def _report(cases: int, *, red: bool) -> bytes:
    """A report as pytest writes it, padded to its share of REPORT_BYTES by what tests print."""
    printed = "<system-out>" + "x" * (REPORT_BYTES // CASES - 160) + "</system-out>"
    failure = '<failure message="AssertionError: boom">E   AssertionError: boom</failure>'
    return "".join(
        [
            f'<testsuites><testsuite name="pytest" tests="{cases}" failures="{min(PLANNED // 2, cases) if red else 0}" errors="0">',
            *(
                f'<testcase classname="tests.test_module_{number % 200}.TestModule" name="test_case_{number}" time="0.004">'
                f"{failure if red and number < PLANNED // 2 else ''}{printed}</testcase>"
                for number in range(cases)
            ),
            "</testsuite></testsuites>",
        ]
    ).encode()


def _post(made: Installation, iteration: int, stage: str, commit: str, report: bytes) -> float:
    """Post a report; gives the seconds until it is stored and judged."""
    started = perf_counter()
    answer = made.client.post(
        f"{made.url}/api/v1/iterations/{iteration}/runs/",
        files={"report": ("report.xml", BytesIO(report))},
        data={"stage": stage, "commit": commit},
        timeout=120,
    )
    assert answer.status_code == 201, answer.text
    return perf_counter() - started


def _send(made: Installation, method: str, path: str, **given: Any) -> dict[str, Any]:
    answer: requests.Response = made.client.request(method, f"{made.url}/api/v1/{path}", timeout=120, **given)
    answer.raise_for_status()
    return dict(answer.json())


def _get(made: Installation, path: str) -> dict[str, Any]:
    return _send(made, "get", path)


def _memory(made: Installation) -> float:
    """The largest resident size, in bytes, that any of the web server's processes has had so far."""
    peaks = [0]
    for status in Path("/proc").glob("[0-9]*/environ"):
        try:
            mine = f"DATA_DIR={made.env['DATA_DIR']}".encode() in status.read_bytes().split(b"\0")
            lines = (status.parent / "status").read_text().splitlines() if mine else []
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        peaks += [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")]
    return float(max(peaks))
