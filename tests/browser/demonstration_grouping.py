"""A worker that crashes at every start, told in several lines each time, and people who put things together and apart."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2025, 9, 9, 1, 40, tzinfo=UTC)
TRACE = (
    'Traceback (most recent call last):\n  File "/app/mailer/worker.py", line 12, in start\n    from mailer import templates\n'
    "  File \"/app/mailer/templates.py\", line 3, in <module>\n    import markdown_pro\nModuleNotFoundError: No module named 'markdown_pro'"
)
CRASH = (
    (-0.40, "WARNING", "No tracing configured"),
    (-0.02, "ERROR", "Mailer could not start: No module named 'markdown_pro'"),
    (0.00, "ERROR", TRACE),
    (0.35, "ERROR", "Worker (pid:7) exited with code 3"),
    (0.41, "ERROR", "Shutting down: Master"),
    (0.52, "WARNING", "Container called exit(3)."),
)
PEOPLE = ("ada", "grace", "linus", "ken", "barbara", "edsger", "donald", "alan")


def tell(source: Any, *, engineer: Any) -> dict[str, int]:
    """Let it happen; gives the keys of the rows that are shown."""
    from incidents.actions import regrouping
    from incidents.models import Issue, IssueState, Pattern
    from ingestion import actions, pipeline
    from ingestion.formats.bodies import Form

    lines = [json.dumps(entry) for entry in (*_crashes(), *_mails())]
    batch, _ = actions.accept(source, body="\n".join(lines).encode(), form=Form.NDJSON, process_soon=False)
    pipeline.process(batch.pk)
    crash = Issue.objects.get(title="ModuleNotFoundError: No module named 'markdown_pro'")
    stuck = Issue.objects.get(title="Outgoing mail is piling up")
    regrouping.merge(stuck, actor=engineer, into=crash)
    refused = Pattern.objects.standing().get(template__startswith="Mail to <WORD>")
    return {"burst": crash.pk, "merged": Issue.objects.get(state=IssueState.MERGED).pk, "variables": refused.pk}


def _crashes() -> list[dict[str, Any]]:
    return [_entry(30 * number + after, severity, text, f"mailer-{number}") for number in range(5) for after, severity, text in CRASH]


def _mails() -> list[dict[str, Any]]:
    refused = [_entry(200 + number, "ERROR", f"Mail to {name} refused by 10.0.0.25", "relay-1") for number, name in enumerate(PEOPLE)]
    return [*refused, _entry(230, "ERROR", "Outgoing mail is piling up", "relay-1")]


def _entry(seconds: float, severity: str, text: str, instance: str) -> dict[str, Any]:
    return {
        "insertId": f"g-{instance}-{seconds:.2f}",
        "timestamp": (START + timedelta(seconds=seconds)).isoformat(),
        "severity": severity,
        "textPayload": text,
        "resource": {"type": "cloud_run_revision", "labels": {"service_name": "mailer", "revision_name": "mailer-00004-kov"}},
        "labels": {"instanceId": instance},
    }
