"""One address, as each of its readers spells it."""

import os
from pathlib import Path

import pytest

from config import redis_url


@pytest.mark.parametrize("given", ["unix:///run/r.sock?db=3", "redis+socket:///run/r.sock?virtual_host=3"])
def test_either_spelling_of_a_unix_socket_serves_both_readers(given):
    assert redis_url.for_celery(given) == "redis+socket:///run/r.sock?virtual_host=3"
    assert redis_url.for_redis_py(given) == "unix:///run/r.sock?db=3"


@pytest.mark.parametrize("given", ["unix:///run/r.sock", "redis+socket:///run/r.sock"])
def test_a_unix_socket_without_a_database_means_the_first_one(given):
    assert redis_url.for_celery(given) == "redis+socket:///run/r.sock?virtual_host=0"
    assert redis_url.for_redis_py(given) == "unix:///run/r.sock?db=0"


@pytest.mark.parametrize("given", ["redis://user:pass@host:6380/2", "rediss://host/0?ssl_cert_reqs=required"])
def test_an_address_over_tcp_stays_as_it_is(given):
    assert redis_url.for_celery(given) == given
    assert redis_url.for_redis_py(given) == given


def test_the_embedded_socket_lies_in_the_data_folder():
    assert redis_url.embedded_socket(Path("/srv/fixproof")) == Path("/srv/fixproof/redis.sock")


def test_a_socket_path_of_107_bytes_is_still_inside_the_data_folder():
    folder = Path("/" + "d" * (redis_url.LONGEST_SOCKET_PATH - len("//redis.sock")))

    socket = redis_url.embedded_socket(folder)

    assert len(os.fsencode(socket)) == redis_url.LONGEST_SOCKET_PATH
    assert socket.parent == folder


@pytest.mark.parametrize("folder", ["/" + "d" * 96, "/" + "ä" * 50], ids=["one byte too many", "letters of two bytes"])
def test_where_the_path_would_be_too_long_the_socket_lies_in_a_short_folder_of_this_user(folder, monkeypatch):
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/short")

    socket = redis_url.embedded_socket(Path(folder))

    assert socket.parent.parent == Path("/short")
    assert str(os.getuid()) in socket.parent.name
    assert len(os.fsencode(socket)) <= redis_url.LONGEST_SOCKET_PATH


def test_two_long_data_folders_do_not_share_a_socket():
    assert redis_url.embedded_socket(Path("/" + "a" * 120)) != redis_url.embedded_socket(Path("/" + "b" * 120))
