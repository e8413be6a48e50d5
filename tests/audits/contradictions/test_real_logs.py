"""The logs that people and agents really kept, read and judged end to end."""

import re

import pytest

from audits.claims.reader import read
from audits.contradictions.log import of_log

pytestmark = pytest.mark.shared_data

FIRST = "gcp-staging-audit-20250909.md"


@pytest.fixture
def logs(shared_data):
    return shared_data / "audit-logs"


def judged(logs, name):
    log = read((logs / name).read_text(encoding="utf-8"))
    return [contradiction for iteration in log.iterations for contradiction in of_log(iteration)]


def lines_of(contradiction):
    return {int(place.removeprefix("line ")) for place in contradiction.where}


def what_a_reader_finds(logs):
    """The rows (code, lines) of the first log's table, and the codes that are arguable there."""
    section = (logs / "expected.md").read_text(encoding="utf-8").partition(f"## {FIRST}")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| ([\d, ]+) \|", section, re.MULTILINE)
    arguable = re.findall(r"^- `(\w+)`:", section, re.MULTILINE)
    return [(code, {int(line) for line in lines.split(",")}) for code, lines in rows], set(arguable)


def test_of_the_first_log_every_contradiction_is_found_that_a_careful_reader_finds(logs):
    rows, _ = what_a_reader_finds(logs)

    raised = judged(logs, FIRST)

    assert len(rows) == 14
    assert [row for row in rows if not any(one.code == row[0] and lines_of(one) & row[1] for one in raised)] == []


def test_and_nothing_that_such_a_reader_would_not_accept(logs):
    rows, arguable = what_a_reader_finds(logs)

    raised = judged(logs, FIRST)

    known = [one for one in raised if one.code in arguable or any(one.code == code and lines_of(one) & lines for code, lines in rows)]
    assert raised == known


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        # Called resolved, while its tests wait to be run by another team.
        ("redis-connection-20250909.md", {"never_executed", "commit_missing"}),
        # Ends before the fix, and says so.
        ("clickhouse-logging-20250909.md", set()),
        # Its tests are written and never run; the review's critical violations are left open.
        ("cloud-run-port-20250109.md", {"never_executed", "review_not_repeated", "commit_missing"}),
        # Its title says RESOLVED, its end "ready for fix implementation".
        ("websocket-time-import-20250910.md", {"implemented_count", "never_executed", "still_red_called_fixed", "commit_missing"}),
    ],
)
def test_of_the_other_logs_nothing_is_told_but_what_they_contradict_themselves_in(logs, name, codes):
    assert {contradiction.code for contradiction in judged(logs, name)} == codes
