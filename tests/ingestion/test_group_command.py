import os
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from tests.servers import REPOSITORY


def group(capsys, path, *options):
    call_command("group", str(path), *options)
    return capsys.readouterr().out.splitlines()


def test_each_line_of_a_text_file_gets_the_number_of_its_pattern(tmp_path, capsys):
    file = tmp_path / "a.log"
    file.write_text("took 5 ms\nlink is up\ntook 7 ms\n")

    assert group(capsys, file) == ["1", "2", "1"]


def test_the_content_of_each_row_of_a_csv_is_grouped(tmp_path, capsys):
    file = tmp_path / "a.csv"
    file.write_text('LineId,Content\n1,took 5 ms\n2,"a ""quoted"", text"\n3,took 7 ms\n')

    assert group(capsys, file) == ["1", "2", "1"]


def test_a_pattern_that_shows_late_holds_for_the_first_line_too(tmp_path, capsys):
    file = tmp_path / "a.log"
    file.write_text("".join(f"session closed for user {name}\n" for name in ("ada", "grace", "root", "linus")))

    assert group(capsys, file) == ["1", "1", "1", "1"]


def test_templates_stand_behind_the_numbers_when_asked_for(tmp_path, capsys):
    file = tmp_path / "a.log"
    file.write_text("took 5 ms\nlink is up\n")

    assert group(capsys, file, "--templates") == ["1\ttook <DURATION>", "2\tlink is up"]


def test_empty_lines_count_and_other_line_ends_do_not_part_lines(tmp_path, capsys):
    file = tmp_path / "a.log"
    file.write_bytes(b"one\r\n\r\ntwo\x0cthree\xff\n")

    assert group(capsys, file) == ["1", "2", "3"]


@pytest.mark.parametrize("name", ["missing.log", "missing.csv"])
def test_a_file_that_cannot_be_read_is_said_so(tmp_path, name):
    with pytest.raises(CommandError, match="No such file"):
        call_command("group", str(tmp_path / name))


def test_a_csv_without_content_is_said_so(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("a,b\n1,2\n")

    with pytest.raises(CommandError, match="no column Content"):
        call_command("group", str(file))


def test_no_database_is_needed(tmp_path):
    file = tmp_path / "a.log"
    file.write_text("took 5 ms\n")
    env = os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "SECRET_KEY": "x", "DATA_DIR": str(tmp_path)}

    made = subprocess.run([sys.executable, "manage.py", "group", str(file)], cwd=REPOSITORY, env=env, capture_output=True, text=True)

    assert made.stdout == "1\n", made.stderr
