"""What the guide to the audit loop tells people to type does what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess

import pytest
from django.core.management import call_command

from audits.models import Iteration
from incidents.models import Issue
from ingestion import pipeline
from ingestion.models import Batch
from tests.factories import a_user
from tests.servers import REPOSITORY

pytestmark = pytest.mark.real_parts


def test_the_commands_about_grouping_answer_as_their_comments_say(live_stack, tmp_path):
    commands = _commands("grouping.md")
    for name in (".venv", "manage.py"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    env = os.environ | live_stack.env | {"URL": live_stack.url, "PYTHONPATH": str(REPOSITORY)}

    ran = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("Login of <WORD> from <IP> refused") == 6
    issue = Issue.objects.get(title="KeyError: 'card'")
    answers = ["3", "1", "KeyError: 'card'", "2", "12", str(issue.pk), "13", "7", "Login of root refused"]
    lines = iter(ran.stdout.splitlines())
    # Each answer comes after the one before it; what is long stands between them.
    assert all(any(line == answer for line in lines) for answer in answers), ran.stdout


def _commands(name: str) -> str:
    """What a guide tells people to type."""
    return "\n".join(re.findall(r"^```sh\n(.*?)^```", (REPOSITORY / "docs" / name).read_text(), re.DOTALL | re.MULTILINE))


def test_the_commands_of_the_audit_loop_prove_the_fix_of_the_sample(live_stack, tmp_path):
    commands = _commands("audit-loop.md")
    a_user("admin", is_superuser=True)
    call_command("load_sample")
    pipeline.process(Batch.objects.get().pk)
    # The commands write a few files, which do not belong into the checkout.
    for name in (".venv", "manage.py"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    env = os.environ | live_stack.env | {"URL": live_stack.url, "PYTHONPATH": str(REPOSITORY)}

    ran = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
    contradictions = {one["code"] for one in json.loads((tmp_path / "imported.json").read_text())["contradictions"]}
    assert contradictions >= {"planned_count", "still_red_called_fixed"}
    imported, walked = Iteration.objects.order_by("pk")
    assert imported.issue == walked.issue == Issue.objects.get(title__contains="Invalid user_id format")
    assert (walked.state, walked.verdict, walked.issue.resolution) == ("done", "verified", "verified")
    assert '"verdict":"refuted"' in ran.stdout
    assert "All as recorded" in ran.stdout
    assert "# Audit log" in (tmp_path / "exported.md").read_text()
