"""The real logs beside the checkout, judged by a plain reading of their lines that shares no code with the product."""

import re
from pathlib import Path

import pytest

from incidents.severity import Severity
from ingestion.formats.bodies import Form, sniff, split
from ingestion.formats.logentry import read_logentry
from ingestion.records import Location, Record

FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "gcp"

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the real logs are not beside this checkout (shared/data/gcp)"),
]


def records(name: str) -> list[Record]:
    return [read_logentry(text) for text in split((FOLDER / name).read_bytes(), Form.JSON)]


def lines(name: str) -> list[tuple[str, Record]]:
    """Each entry that is plain text without a stated severity: the line without its colours, and the record."""
    found = []
    for text in split((FOLDER / name).read_bytes(), Form.JSON):
        match = re.search(r'"textPayload": "((?:[^"\\]|\\.)*)"', text)
        if match and '"severity"' not in text:
            line = re.sub(r"\\u001b\[[0-9;]*m", "", match[1]).replace('\\"', '"').replace("\\\\", "\\")
            found.append((line, read_logentry(text)))
    return found


def loguru(line: str) -> tuple[str, Location, str] | None:
    parts = line.split(" | ", 3)
    if len(parts) < 4 or parts[2].count(":") != 2:
        return None
    module, function, number = parts[2].split(":")
    return parts[1].strip(), Location(module, function, "", int(number)), re.sub(r"^<[a-z]+>|</[a-z]+>$", "", parts[3])


def python_logging(line: str) -> tuple[str, Location, str] | None:
    parts = line.split(" - ")
    if not re.match(r"\d{4}-", line) or len(parts) < 4:
        return None
    level = next((index for index, part in enumerate(parts) if part in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}), 0)
    return (parts[level], Location(parts[level - 1]), " - ".join(parts[level + 1 :])) if level else None


def gunicorn(line: str) -> tuple[str, Location, str] | None:
    parts = line.split("] ", 2)
    if not line.startswith("[20") or len(parts) < 3:
        return None
    level, _, message = parts[2].partition("] ")
    return level.strip("["), Location(), message


@pytest.mark.parametrize(
    ("name", "oracle", "count"),
    [
        ("staging-mixed.json", loguru, 27),
        ("staging-mixed.json", python_logging, 28),
        ("staging-mixed.json", gunicorn, 9),
        ("loguru-text.json", loguru, 31),
        ("json-payload.json", python_logging, 1),
        ("websocket-errors.json", gunicorn, 3),
        ("backend-last-hour.json", gunicorn, 135),
    ],
)
def test_each_line_has_the_severity_place_and_message_that_its_logger_wrote(name, oracle, count):
    judged = [(line, *expected, record) for line, record in lines(name) if (expected := oracle(line)) is not None]

    for line, severity, location, message, record in judged:
        assert (record.severity.name, record.location, record.message) == (severity, location, message), line
    assert len(judged) == count


def test_a_fragment_of_a_record_that_was_cut_apart_has_neither_severity_nor_place():
    fragments = [record for line, record in lines("loguru-text.json") if line.startswith('" ')]

    assert len(fragments) == 12
    assert {(record.severity, record.location) for record in fragments} == {(Severity.DEFAULT, Location())}
    assert not any("<" in record.message for record in fragments)


def test_each_access_line_without_a_header_is_as_severe_as_its_status():
    judged = [
        (line, record)
        for name in ("staging-mixed.json", "websocket-errors.json")
        for line, record in lines(name)
        if re.match(r"\d+\.", line)
    ]

    for line, record in judged:
        expected = {"2": Severity.INFO, "4": Severity.WARNING, "5": Severity.ERROR}[line.rpartition(" ")[2][0]]
        assert (record.severity, record.message) == (expected, line)
    assert len(judged) == 9


def test_each_traceback_is_an_error_at_the_last_of_its_frames_that_is_no_library():
    judged = [record for record in records("backend-last-hour.json") if record.message.startswith("Traceback")]

    for record in judged:
        frames = re.findall(r'File "(.*)", line (\d+), in (.*)', record.message)
        file, line, function = [frame for frame in frames if "/lib/python" not in frame[0] and not frame[0].startswith("<")][-1]
        assert (record.severity, record.location) == (Severity.ERROR, Location("", function, file, int(line)))
    assert len(judged) == 45


def test_all_entries_of_the_five_files_are_records_with_a_time():
    found = {path.name: records(path.name) for path in sorted(FOLDER.glob("*.json"))}

    assert sum(map(len, found.values())) == 1170
    for record in (record for part in found.values() for record in part):
        assert isinstance(record, Record)
        assert record.time_ns is not None
        assert record.insert_id
        assert record.stream
        assert record.message
        assert record.notes == ()


def test_fifteen_instances_and_a_sixteenth_wrote_the_hour():
    assert len({record.instance for record in records("backend-last-hour.json")}) == 16


def test_a_stated_severity_is_kept():
    for text in split((FOLDER / "backend-last-hour.json").read_bytes(), Form.JSON):
        stated = re.search(r'^    "severity": "(\w+)"', text, re.MULTILINE)
        if stated:
            assert read_logentry(text).severity.name == stated[1]


def test_the_files_are_known_for_json_by_their_beginning():
    assert {sniff(path.read_bytes()[:1000]) for path in FOLDER.glob("*.json")} == {Form.JSON}
