"""What `up` starts, as it follows from the settings."""

import sys
from pathlib import Path

import pytest
from django.test import override_settings

from config.supervisor import commands
from config.supervisor.plan import Plan, Spec, Web

REDIS_SERVER = "/opt/redis-server"


@pytest.fixture
def plan(monkeypatch):
    """The plan under these settings, laid over those of somebody who gave none."""
    monkeypatch.setattr(commands, "find_redis_server", lambda: REDIS_SERVER)

    def make(*, load_sample: bool = False, **given: object) -> Plan:
        untouched = {"REDIS_IS_EMBEDDED": True, "DATA_DIR": Path("/srv/data"), "PUBLIC_HOST": "localhost", "PORT": 8000}
        with override_settings(**(untouched | given)):
            from django.conf import settings

            return commands.plan_for(settings, load_sample=load_sample, announcement=["hello"], lock_fd=-1)

    return make


def words(plan: Plan, name: str) -> str:
    return " ".join(next(child for child in plan.children if child.name == name).argv)


def test_redis_comes_first_and_the_web_server_last(plan):
    assert [child.name for child in plan().children] == ["redis", "worker", "beat", "web"]


def test_where_a_redis_is_given_none_is_started(plan):
    assert [child.name for child in plan(REDIS_IS_EMBEDDED=False).children] == ["worker", "beat", "web"]


def test_the_embedded_redis_listens_on_its_socket_alone_and_keeps_what_it_acknowledged(plan):
    redis = words(plan(), "redis")

    assert redis.startswith(f"{REDIS_SERVER} --port 0 --unixsocket /srv/data/redis.sock --unixsocketperm 700")
    assert "--appendonly yes" in redis
    assert "--dir /srv/data" in redis
    assert "--maxmemory-policy noeviction" in redis


def test_the_others_wait_for_the_embedded_redis(plan):
    assert [child.redis_socket for child in plan().children] == ["/srv/data/redis.sock", "", "", ""]


def test_on_localhost_only_this_machine_reaches_the_web_server(plan):
    made = plan(PORT=8123)

    assert "--bind 127.0.0.1:8123" in words(made, "web")
    assert made.web == Web("127.0.0.1", 8123, "localhost")


def test_with_a_public_name_the_web_server_listens_on_every_address_and_is_asked_under_that_name(plan):
    made = plan(PUBLIC_HOST="fixproof.example")

    assert "--bind 0.0.0.0:8000" in words(made, "web")
    assert made.web == Web("127.0.0.1", 8000, "fixproof.example")


def test_an_ipv6_address_is_written_in_brackets(plan):
    assert "--bind [::1]:8000" in words(plan(PUBLIC_HOST="::1"), "web")


def test_the_sample_is_loaded_only_where_asked_for(plan):
    assert plan().once is None
    assert plan(load_sample=True).once.argv[1:] == ["manage.py", "load_sample"]


def test_a_plan_is_the_same_after_its_way_through_json(plan):
    made = plan(load_sample=True)

    assert Plan.from_json(made.to_json()) == made
    assert Plan.from_json(Plan("/", [Spec("a", ["b"])]).to_json()) == Plan("/", [Spec("a", ["b"])])


def executable(folder: Path) -> Path:
    folder.mkdir()
    program = folder / "redis-server"
    program.touch(mode=0o755)
    return program


def test_the_machines_own_redis_server_is_preferred(tmp_path):
    installed, carried = executable(tmp_path / "installed"), executable(tmp_path / "carried")

    assert commands.find_redis_server(str(installed.parent), carried.parent) == str(installed)


def test_without_one_on_the_path_the_wheels_redis_server_is_taken(tmp_path):
    carried = executable(tmp_path / "carried")

    assert commands.find_redis_server(str(tmp_path / "empty"), carried.parent) == str(carried)


def test_without_any_redis_server_it_is_said_what_to_install(tmp_path):
    with pytest.raises(commands.NoRedisServerError) as refused:
        commands.find_redis_server(str(tmp_path), tmp_path)

    assert "apt-get install redis-server" in str(refused.value)
    assert "REDIS_URL" in str(refused.value)


def test_children_run_on_the_python_that_runs_us(plan):
    assert {child.argv[0] for child in plan().children} == {REDIS_SERVER, sys.executable}
