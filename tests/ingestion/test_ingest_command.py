import gzip
import json

import pytest
from django.core.management import CommandError, call_command

from incidents.models import Issue, Project
from ingestion import files, pipeline
from ingestion.formats.bodies import Form
from ingestion.models import Batch, Entry
from tests.factories import an_entry
from tests.ingestion.test_pipeline import totals

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

REAL_FILES = {
    "backend-last-hour.json": 1000,
    "staging-mixed.json": 100,
    "loguru-text.json": 50,
    "json-payload.json": 10,
    "websocket-errors.json": 10,
}


def ingest(capsys, *names: object) -> str:
    call_command("ingest", *map(str, names), source="shop-logs")
    return capsys.readouterr().out


@pytest.mark.usefixtures("source")
@pytest.mark.shared_data
def test_the_real_dumps_are_read_whole_and_a_second_time_change_nothing(shared_data, capsys):
    dumps = [shared_data / "gcp" / name for name in REAL_FILES]

    first = ingest(capsys, *dumps)
    before = totals()
    again = ingest(capsys, *dumps)

    assert first.startswith("1170 entries, 0 of them known before; 0 rejected, 0 notes;")
    assert list(Batch.objects.order_by("pk").values_list("entries", flat=True)[:5]) == list(REAL_FILES.values())
    assert again.startswith("1170 entries, 1170 of them known before; 0 rejected, 0 notes; 0 issues opened")
    assert totals() == before
    assert before["entries"] == before["hour counts"] == before["pattern entries"] == 1170


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("array.json", json.dumps([an_entry(), an_entry()], indent=2).encode()),
        ("wrapped.json", json.dumps({"entries": [an_entry(), an_entry()]}).encode()),
        ("lines.ndjson", f"{json.dumps(an_entry())}\n{json.dumps(an_entry())}\n".encode()),
        ("app.log", b"ERROR: one\nERROR: two"),
        ("app.log.gz", gzip.compress(b"ERROR: one\nERROR: two\n")),
    ],
)
def test_a_file_is_read_whatever_it_holds(tmp_path, capsys, name, body):
    (tmp_path / name).write_bytes(body)

    said = ingest(capsys, tmp_path / name)

    assert said.startswith("2 entries, 0 of them known before")
    assert Entry.objects.count() == 2


@pytest.mark.usefixtures("source")
def test_the_command_names_the_issues_that_it_opened(tmp_path, capsys):
    (tmp_path / "app.log").write_text("ERROR: the shop is on fire\n")

    assert "shop-1  ERROR  the shop is on fire" in ingest(capsys, tmp_path / "app.log")


@pytest.mark.usefixtures("source")
def test_a_long_file_of_lines_is_cut_into_batches_between_lines(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(files, "PIECE", 100)
    (tmp_path / "app.log").write_text("".join(f"ERROR: payment {number:03} failed\n" for number in range(50)))

    said = ingest(capsys, tmp_path / "app.log")

    assert said.startswith("50 entries")
    assert Batch.objects.count() > 5


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize(
    ("body", "said"),
    [(b"", "empty"), (b"\x1f\x8brubbish", "not gzip"), (b"[{]", "JSON"), (gzip.compress(b"a line\n" * 1000)[:-20], "breaks off")],
    ids=["empty", "no gzip", "no JSON", "truncated"],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path, body, said):
    (tmp_path / "bad.log").write_bytes(body)

    with pytest.raises(CommandError, match=rf"bad\.log: .*{said}"):
        call_command("ingest", str(tmp_path / "bad.log"), source="shop-logs")


@pytest.mark.usefixtures("source")
def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("ingest", str(tmp_path / "nowhere.log"), source="shop-logs")


@pytest.mark.usefixtures("source")
def test_an_unknown_source_is_answered_with_those_that_there_are(tmp_path):
    with pytest.raises(CommandError, match="There are: shop-logs"):
        call_command("ingest", "app.log", source="typo")


# --- The sample --------------------------------------------------------------------------------


@pytest.fixture
def sample(capsys) -> None:
    call_command("load_sample")
    pipeline.process(Batch.objects.get().pk)


@pytest.mark.usefixtures("sample")
def test_the_sample_shows_the_invalid_user_id_first_with_at_least_three_reasons():
    first, *others = Issue.objects.open()

    assert first.title == "WebSocket error: Invalid user_id format: e2e-staging_pipeline"
    assert len(first.reasons) >= 3
    assert first.location["line"] == 843
    assert any("THREAD CREATION: Creating missing thread record" in issue.title for issue in others)
    assert any("Status: 404" in issue.title for issue in others)


@pytest.mark.usefixtures("sample")
def test_the_sample_holds_the_entry_of_the_incident_to_the_microsecond():
    issue = Issue.objects.open()[0]

    assert issue.last_seen.isoformat() == "2025-09-09T01:33:32.726470+00:00"


@pytest.mark.usefixtures("sample")
def test_no_entry_of_the_sample_is_rejected_or_remarked_upon():
    batch = Batch.objects.get()

    assert (batch.state, batch.rejected, batch.noted, batch.entries) == ("done", 0, 0, Entry.objects.count())


@pytest.mark.usefixtures("source")
def test_the_sample_is_not_put_beside_a_project(capsys):
    call_command("load_sample")

    assert Project.objects.count() == 1
    assert "not loaded" in capsys.readouterr().out


def test_batch_forms_are_sniffed_from_the_beginning_of_a_file():
    [(form, _)] = files.bodies_of(b'{"severity": "INFO"}\n{"severity": "INFO"}\n', limit=1000)

    assert form is Form.NDJSON
