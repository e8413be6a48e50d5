"""The logs that people and agents really kept, held against what a careful reader finds in them."""

import re
from pathlib import Path

import pytest

from audits.claims.reader import read
from audits.claims.shapes import (
    AuditLog,
    ProposedPattern,
    StatedChoice,
    StatedCount,
    StatedExecution,
    StatedFile,
    StatedFix,
    StatedGitHub,
    StatedIssue,
    StatedPhase,
    StatedResult,
    StatedReview,
    StatedRootCause,
    StatedScore,
    StatedStatus,
    StatedSystemIssue,
    StatedTest,
    StatedWhy,
)
from audits.terms import Expectation, Level

from .reading import all_claims, claims_of

pytestmark = pytest.mark.shared_data

FIRST = "gcp-staging-audit-20250909.md"
REDIS = "redis-connection-20250909.md"
CLICKHOUSE = "clickhouse-logging-20250909.md"
CLOUD_RUN = "cloud-run-port-20250109.md"
WEBSOCKET = "websocket-time-import-20250910.md"
ALL = [FIRST, REDIS, CLICKHOUSE, CLOUD_RUN, WEBSOCKET]


@pytest.fixture
def logs(shared_data: Path) -> Path:
    return shared_data / "audit-logs"


def log_of(logs: Path, name: str) -> AuditLog:
    with (logs / name).open(encoding="utf-8", newline="") as file:
        return read(file.read())


@pytest.mark.parametrize("name", ALL)
def test_no_line_is_lost(logs, name):
    with (logs / name).open(encoding="utf-8", newline="") as file:
        text = file.read()

    assert "".join(section.verbatim for section in read(text).sections) == text


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        (FIRST, [51, 54, 57, 60, 63]),
        (REDIS, [56, 66, 76, 86, 99]),
        (CLICKHOUSE, [60, 70, 78, 81, 84]),
        (CLOUD_RUN, [38, 41, 44, 47, 50]),
        (WEBSOCKET, [80, 90, 101, 115, 130]),
    ],
)
def test_each_has_five_whys_with_question_and_answer(logs, name, lines):
    whys = all_claims(log_of(logs, name), StatedWhy)

    assert [(why.position, why.lines.first) for why in whys] == list(enumerate(lines, 1))
    assert all(why.question.endswith("?") and why.answer for why in whys)


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        (
            REDIS,
            [
                (108, "The 7.51s timeout pattern is occurring because", False),
                (446, "Circular startup dependency in WebSocket readiness validation", True),
            ],
        ),
        (CLICKHOUSE, [(87, "Context-unaware error logging architecture", False)]),
        (CLOUD_RUN, [(53, "Deployment configuration conflict", False), (411, "DEPLOYMENT GAP", False)]),
        (WEBSOCKET, [(140, "During WebSocket error scenarios in GCP Cloud Run", False)]),
    ],
)
def test_root_causes_stand_where_a_reader_finds_them_and_the_newest_is_last(logs, name, stated):
    causes = all_claims(log_of(logs, name), StatedRootCause)

    assert [(cause.lines.first, cause.corrects) for cause in causes] == [(line, corrects) for line, _, corrects in stated]
    assert all(cause.statement.startswith(words) for cause, (_, words, _) in zip(causes, stated, strict=True))


@pytest.mark.parametrize(("name", "number"), [(FIRST, 105), (REDIS, None), (CLICKHOUSE, 134), (CLOUD_RUN, 146), (WEBSOCKET, 138)])
def test_the_github_issue_is_found(logs, name, number):
    assert {issue.number for issue in all_claims(log_of(logs, name), StatedGitHub)} == {number}


@pytest.mark.parametrize(
    ("name", "unit", "integration", "e2e", "unlevelled"),
    [(FIRST, 5, 4, 4, 0), (REDIS, 0, 15, 15, 15), (CLICKHOUSE, 4, 8, 4, 0), (CLOUD_RUN, 8, 27, 9, 4), (WEBSOCKET, 5, 4, 4, 6)],
)
def test_planned_tests_are_found_with_their_levels(logs, name, unit, integration, e2e, unlevelled):
    levels = [test.level for test in all_claims(log_of(logs, name), StatedTest)]

    assert [levels.count(level) for level in (Level.UNIT, Level.INTEGRATION, Level.E2E, None)] == [unit, integration, e2e, unlevelled]


@pytest.mark.parametrize("name", [REDIS, CLICKHOUSE, CLOUD_RUN, WEBSOCKET])
def test_where_the_process_is_not_numbered_there_are_no_phases_but_its_steps(logs, name):
    numbers = [phase.number for phase in all_claims(log_of(logs, name), StatedPhase)]

    assert numbers == (["0", "1", "2", "2.1", "3"] if name == WEBSOCKET else [])


def test_tests_of_which_only_the_numbers_are_named_get_their_expectation(logs):
    tests = all_claims(log_of(logs, CLICKHOUSE), StatedTest)

    red = [number for number, test in enumerate(tests, 1) if test.expectation is Expectation.RED_THEN_GREEN]

    assert red == [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14]


def test_a_file_whose_list_is_shorter_than_its_count_shows_both(logs):
    counts = [count for count in all_claims(log_of(logs, WEBSOCKET), StatedCount) if count.of == "implemented" and count.file]

    assert [(count.lines.first, count.count, count.listed) for count in counts] == [(624, 7, 7), (649, 5, 5), (663, 6, 5), (678, 6, 6)]


def test_runner_output_gives_runs_before_the_fix(logs):
    runs = [run for run in all_claims(log_of(logs, WEBSOCKET), StatedExecution) if run.passed is not None]

    assert [(run.lines.first, run.passed, run.failed, run.seconds, run.stage) for run in runs] == [
        (638, 4, 3, None, "before"),
        (696, 4, 3, 5.82, "before"),
        (707, 1, None, 1.05, "before"),
    ]


class TestTheFirstLog:
    """`gcp-staging-audit`: one iteration, in which a second incident begins at line 290."""

    @pytest.fixture
    def log(self, logs: Path) -> AuditLog:
        return log_of(logs, FIRST)

    @pytest.fixture
    def main(self, log: AuditLog):
        return log.iterations[0].incidents[0]

    @pytest.fixture
    def second(self, log: AuditLog):
        return log.iterations[0].incidents[1]

    def test_iteration_focus_and_incidents(self, log):
        [iteration] = log.iterations

        assert (iteration.number, iteration.focus) == (1, "threads")
        assert [incident.lines.first for incident in iteration.incidents] == [1, 290]

    def test_issues_and_choice(self, main):
        issues = claims_of(main, StatedIssue)

        assert [(issue.severity, issue.chosen) for issue in issues] == [("ERROR", True), ("WARNING", False), ("NOTICE", False)]
        assert issues[0].message.endswith("Invalid user_id format: e2e-staging_pipeline")
        assert (issues[0].place.module, issues[0].place.line) == ("netra_backend.app.routes.websocket", 843)
        assert issues[0].timestamp.startswith("2025-09-09T01:33:32.726470")
        assert [len(choice.reasons) for choice in claims_of(main, StatedChoice)] == [5]

    def test_scope_fix_and_pattern(self, main):
        [cause] = claims_of(main, StatedRootCause)

        assert [(place.file, place.line) for place in cause.scope] == [("shared/types/core_types.py", 336)]
        assert [(fix.place.file, fix.place.line) for fix in claims_of(main, StatedFix)] == [
            ("netra_backend/app/core/unified_id_manager.py", 732)
        ]
        assert [(pattern.lines.first, pattern.must_match) for pattern in claims_of(main, ProposedPattern)] == [
            (55, ()),
            (104, ("e2e-staging_pipeline", "e2e-prod_user")),
            (164, ()),
            (261, ("e2e-staging_pipeline",)),
        ]

    def test_github(self, main):
        issue = claims_of(main, StatedGitHub)[0]

        assert (issue.number, issue.state, issue.labels, issue.priority) == (105, "open", ("bug",), "HIGH")

    def test_counts(self, main, second):
        planned = [(count.count, count.listed) for count in claims_of(main, StatedCount) if count.of == "planned"]
        files = [(file.count, file.approved) for file in claims_of(main, StatedFile)]

        assert planned == [(9, 5), (4, 4), (4, 4)]
        assert files == [(7, False), (6, False), (4, False), (7, True), (6, True), (4, True)]
        assert [(count.count, count.lines.first) for count in claims_of(main, StatedCount) if count.of == "collected"] == [(7, 246)]
        assert [file.count for file in claims_of(second, StatedFile)] == [None, None]

    def test_scores_and_reviews(self, main, second):
        assert [score.value for score in claims_of(main, StatedScore)] == [99.3, 100.0, 100.0, 95.0]
        assert [review.verdict for review in claims_of(main, StatedReview)] == ["approved"]
        assert [(review.verdict, review.score) for review in claims_of(second, StatedReview)] == [("needs_improvement", 75.0)]

    def test_results_before_and_after(self, logs, log):
        section = (logs / "expected.md").read_text(encoding="utf-8")
        rows = re.findall(r"^\| `(test_\w+)` \| (\w*) ?\| ?(\w*) ?\|", section, re.MULTILINE)

        found: dict[tuple[str, str], set[str]] = {}
        for result in all_claims(log, StatedResult):
            found.setdefault((result.name, result.stage), set()).add(str(result.outcome))

        assert len(rows) == 12
        assert found == {
            (name, stage): {outcome} for name, *pair in rows for stage, outcome in zip(("before", "after"), pair, strict=True) if outcome
        }

    def test_phases(self, main, second):
        assert [phase.number for phase in claims_of(main, StatedPhase)] == ["0", "1", "2", "2.1", "3", "4", "5", "6"]
        assert [phase.number for phase in claims_of(second, StatedPhase)] == ["3", "4", "5", "6", "7", "8", "9", "10"]

    def test_runs_and_faults_on_the_way(self, second):
        runs = [run for run in claims_of(second, StatedExecution) if run.passed is not None]

        assert [(run.lines.first, run.passed, run.failed, run.stage) for run in runs] == [
            (337, 4, 2, "before"),
            (383, 5, None, "after"),
            (391, 5, None, "after"),
        ]
        assert [(fault.priority, fault.title) for fault in claims_of(second, StatedSystemIssue)] == [
            ("1", "Database Connection Race Condition"),
            ("2", "Test Execution Time Validation"),
        ]
        assert claims_of(second, StatedRootCause) == []

    def test_statuses(self, main, second):
        def stated(incident, status):
            return [claim.lines.first for claim in claims_of(incident, StatedStatus) if claim.status == status]

        assert 282 in stated(main, "resolved")
        assert 253 in stated(main, "complete")
        assert 353 in stated(second, "not_reproduced")
        assert 404 in stated(second, "resolved")
        assert stated(second, "ready_to_commit") == [409]
        # "should be resolved" is no claim, and what a review had mended is not the fault.
        assert not {285, 194, 196} & {*stated(main, "resolved"), *stated(main, "fixed")}
