"""What must hold for the files of this repository, whatever the code does."""

import os
import shutil
import subprocess
import sys

import pytest
from django.conf import settings

from tests.servers import REPOSITORY

MEGABYTE = 1024 * 1024


def check_locks(folder):
    command = [sys.executable, REPOSITORY / "scripts/check_locks.py", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_the_locks_hold_hashes_and_no_addresses():
    assert check_locks(REPOSITORY / "requirements") == (0, "")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("--extra-index-url https://packages.example/simple", "an address"),
        ("thing @ https://packages.example/thing.whl", "an address"),
        ("unhashed==1.0", "no hash: unhashed==1.0"),
    ],
)
def test_a_spoiled_lock_is_found(tmp_path, line, problem):
    shutil.copytree(REPOSITORY / "requirements", tmp_path, dirs_exist_ok=True)
    lock = tmp_path / "base.txt"
    lock.write_text(f"{lock.read_text()}{line}\n")

    status, printed = check_locks(tmp_path)

    assert status == 1
    assert problem in printed


def test_a_requirement_that_was_not_locked_is_found(tmp_path):
    shutil.copytree(REPOSITORY / "requirements", tmp_path, dirs_exist_ok=True)
    with (tmp_path / "base.in").open("a") as file:
        file.write("Not_Locked~=1.0\n")

    assert check_locks(tmp_path) == (1, f"{tmp_path}/base.txt: not-locked of {tmp_path}/base.in is missing; `make lock` writes it\n")


def test_no_tracked_file_is_larger_than_a_megabyte():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    files = [REPOSITORY / name for name in listed.stdout.split("\0") if name]

    assert [file for file in files if file.is_file() and file.stat().st_size > MEGABYTE] == []


def test_make_lists_every_target_of_the_contract():
    # Without the traces of the `make test` that we may be running in: it would speak as its child.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}

    printed = subprocess.run(["make"], cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True).stdout

    listed = [line.split()[1] for line in printed.splitlines()]
    assert listed == ["help", "run", "test", "test-slow", "lint", "shots", "bench", "lock", "clean"]


def test_the_tests_do_not_touch_the_data_of_whoever_runs_them():
    assert not settings.DATA_DIR.is_relative_to(REPOSITORY)
