"""What `up` looks at and makes before it starts anything."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection

from config.supervisor import preflight, prepare
from tests import servers
from tests.waiting import until

# --- The place ---------------------------------------------------------------------------------


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A data folder on which somebody runs."""
    descriptor = preflight.lock(tmp_path)
    yield tmp_path
    with contextlib.suppress(OSError):
        os.close(descriptor)


def test_a_second_up_on_one_data_folder_is_refused_and_told_who_runs(locked, monkeypatch):
    monkeypatch.setattr(preflight, "LOCK_WITHIN_SECONDS", 0.2)

    with pytest.raises(preflight.NotReadyError) as refused:
        preflight.lock(locked)

    assert f"already runs on {locked} (process {os.getpid()})" in str(refused.value)


def test_an_up_waits_a_little_for_one_that_is_just_ending(tmp_path):
    first = preflight.lock(tmp_path)
    ending = threading.Timer(0.3, os.close, [first])
    ending.start()

    second = preflight.lock(tmp_path)

    os.close(second)
    ending.join()


def test_a_taken_port_is_refused_with_the_way_out():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        with pytest.raises(preflight.NotReadyError) as refused:
            preflight.require_free_port("127.0.0.1", port)

    assert f"Port {port} is taken" in str(refused.value)
    assert f"PORT={port + 1} make run" in str(refused.value)


def test_a_free_port_is_left_free():
    port = servers.free_port()

    preflight.require_free_port("127.0.0.1", port)

    socket.create_server(("127.0.0.1", port)).close()


def test_an_address_that_is_not_this_machines_is_refused():
    with pytest.raises(preflight.NotReadyError, match=r"Port 8000 on 192\.0\.2\.1 cannot be used"):
        preflight.require_free_port("192.0.2.1", 8000)


def test_a_short_folder_for_the_socket_is_made_for_this_user_alone(tmp_path):
    path = tmp_path / "short" / "redis.sock"

    preflight.prepare_socket(path, data_dir=tmp_path / "long")

    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o755, 0o770])
def test_a_folder_that_others_can_enter_is_refused(tmp_path, mode):
    folder = tmp_path / "short"
    folder.mkdir()
    folder.chmod(mode)

    with pytest.raises(preflight.NotReadyError, match="belongs to this user alone"):
        preflight.prepare_socket(folder / "redis.sock", data_dir=tmp_path / "long")


def test_a_link_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "short").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(preflight.NotReadyError, match="belongs to this user alone"):
        preflight.prepare_socket(tmp_path / "short" / "redis.sock", data_dir=tmp_path / "long")


def test_a_socket_that_nobody_listens_on_is_removed(tmp_path):
    path = tmp_path / "redis.sock"
    with socket.socket(socket.AF_UNIX) as abandoned:
        abandoned.bind(str(path))

    preflight.prepare_socket(path, data_dir=tmp_path)

    assert not path.exists()


@pytest.mark.real_parts
def test_a_redis_that_a_killed_run_left_is_shut_down():
    with servers.redis_server() as url:
        path = Path(url.removeprefix("unix://").partition("?")[0])

        preflight.prepare_socket(path, data_dir=path.parent)

        until(lambda: not servers._redis_answers(url), within=5, what="the end of the Redis")


# --- The database ------------------------------------------------------------------------------


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def dead_database(monkeypatch):
    def refuse() -> None:
        raise OperationalError("connection refused\nby the test")

    monkeypatch.setattr(connection, "vendor", "postgresql")
    monkeypatch.setattr(connection, "ensure_connection", refuse)


def test_a_database_that_does_not_answer_is_waited_for_and_then_named(dead_database, said):
    with pytest.raises(preflight.NotReadyError) as refused:
        prepare.wait_for_database(said.append, within=0.1)

    assert str(refused.value) == "The database does not answer: connection refused. Is it running, and is DATABASE_URL right?"
    assert said == ["The database does not answer yet (connection refused); waiting up to 0.1 s."]


def test_without_an_admin_one_is_made_whose_password_is_said_once(db, said):
    login = prepare.ensure_admin(said.append, given="")

    admin = get_user_model().objects.get(username="admin")
    password = said[0].partition("password ")[2].split()[0]
    assert admin.check_password(password)
    assert admin.is_superuser
    assert login == "Log in as admin with the password printed above."


def test_the_password_of_a_new_admin_is_the_given_one_and_not_said(db, said):
    login = prepare.ensure_admin(said.append, given="in the environment")

    assert get_user_model().objects.get(username="admin").check_password("in the environment")
    assert login == "Log in as admin with the password in ADMIN_PASSWORD."
    assert said == []


def test_a_password_that_exists_is_never_changed(db, said):
    prepare.ensure_admin(said.append, given="the first")

    login = prepare.ensure_admin(said.append, given="another")

    assert get_user_model().objects.get(username="admin").check_password("the first")
    assert "not the one in ADMIN_PASSWORD" in login


def test_at_a_later_start_no_password_is_made_or_said(db, said):
    prepare.ensure_admin(said.append, given="")

    login = prepare.ensure_admin(said.append, given="")

    assert len(said) == 1
    assert login.startswith("Log in as admin with the password printed at the first start")


def test_a_database_that_is_up_to_date_is_migrated_in_silence(db, capsys):
    prepare.migrate()

    assert capsys.readouterr().out == ""
