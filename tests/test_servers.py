"""The servers of the tests start, answer, and leave nothing behind, however a run ends."""

import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis
import requests
from celery import Celery
from django.contrib.contenttypes.models import ContentType

from config.redis_url import for_celery
from tests import servers
from tests.waiting import until

pytestmark = pytest.mark.real_parts

# Starts both servers, tells their URLs and the temporary folder, and waits to be ended.
RUNNER = """
import signal
from tests import servers
signal.signal(signal.SIGTERM, servers.interrupt)
with servers.postgres_server() as postgres, servers.redis_server() as redis:
    print(postgres, redis, flush=True)
    signal.pause()
"""


@pytest.fixture
def temporary_folder(monkeypatch, tmp_path_factory):
    """A folder in which the servers' folders are made, so that a test sees what is left of them."""
    # pytest makes its own folder at the first question, and must not make it in here.
    tmp_path_factory.getbasetemp()
    with servers.temporary_folder(open_to_others=True) as folder:
        folder.chmod(0o711)
        monkeypatch.setattr("tempfile.tempdir", str(folder))
        monkeypatch.setenv("TMPDIR", str(folder))
        yield folder


@pytest.fixture
def runner(temporary_folder):
    """A test run of its own process, and the URLs of the servers that it started."""
    command = [sys.executable, "-c", RUNNER]
    with subprocess.Popen(command, cwd=servers.REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process, *process.stdout.readline().split()
        finally:
            process.kill()


def answers(url: str) -> bool:
    try:
        if url.startswith("postgres"):
            psycopg.connect(url).close()
        else:
            with redis.Redis.from_url(url) as client:
                client.ping()
    except (psycopg.OperationalError, redis.ConnectionError):
        return False
    return True


def test_every_postgresql_at_hand_serves_a_database_and_leaves_nothing_behind(temporary_folder):
    for binaries in servers.postgres_installations():
        with servers.postgres_server(binaries=binaries, options={"work_mem": "7MB"}) as url, psycopg.connect(url) as connection:
            seen = connection.execute("SELECT lower('É'), current_setting('fsync'), current_setting('work_mem')").fetchone()
        assert (seen, answers(url), list(temporary_folder.iterdir())) == (("é", "off", "7MB"), False, [])


def test_a_durable_postgresql_writes_through_to_the_disk(temporary_folder):
    with servers.postgres_server(durable=True) as url, psycopg.connect(url) as connection:
        seen = connection.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')").fetchone()

    assert seen == ("on", "on")


def test_postgresql_starts_from_binaries_in_a_closed_folder(temporary_folder, tmp_path):
    """As in a checkout under root's home: as root it runs as somebody who may not enter there."""
    carried = servers.postgres_installations()[-1]
    package = carried.parent.parent
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / package.name).mkdir()
    (closed / package.name / carried.parent.name).symlink_to(carried.parent)
    if package.with_name(f"{package.name}.libs").exists():
        (closed / f"{package.name}.libs").symlink_to(package.with_name(f"{package.name}.libs"))

    with servers.postgres_server(binaries=closed / package.name / carried.parent.name / "bin") as url:
        assert answers(url)


def test_a_server_that_does_not_start_says_why(temporary_folder):
    with pytest.raises(servers.ServerFailed, match="no_such_setting"), servers.postgres_server(options={"no_such_setting": "1"}):
        pass

    assert list(temporary_folder.iterdir()) == []


def test_redis_serves_on_a_private_socket_and_leaves_nothing_behind(temporary_folder):
    with servers.redis_server() as url, redis.Redis.from_url(url) as client:
        client.set("key", "value")
        seen = client.get("key")
        socket = Path(client.connection_pool.connection_kwargs["path"])
        modes = oct(socket.parent.stat().st_mode & 0o777), oct(socket.stat().st_mode & 0o777)

    assert (seen, modes) == (b"value", ("0o700", "0o700"))
    assert list(temporary_folder.iterdir()) == []


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_server_outlives_a_run_that_is_ended_by(ending, runner, temporary_folder):
    process, *urls = runner
    assert [answers(url) for url in urls] == [True, True]

    process.send_signal(ending)
    process.wait()

    until(lambda: not any(map(answers, urls)), within=15, what="the servers to stop")
    until(lambda: not list(temporary_folder.iterdir()), within=15, what="their folders to go")


@pytest.mark.slow
def test_a_killed_test_run_ends_its_tests_too(temporary_folder, tmp_path):
    """`make test`, killed: pytest goes with it, and the servers that pytest had started."""
    started = tmp_path / "started"
    test = tmp_path / "test_that_waits.py"
    test.write_text(
        "import pathlib, signal\n"
        "from tests import servers\n"
        "def test_it():\n"
        "    with servers.redis_server() as url:\n"
        f"        pathlib.Path({str(started)!r}).write_text(url)\n"
        "        signal.pause()\n"
    )
    command = [sys.executable, "-m", "tests.run", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", str(tmp_path), str(test)]
    with subprocess.Popen(command, cwd=servers.REPOSITORY, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            url = until(lambda: started.exists() and started.read_text(), within=60, what="the test to start its Redis")
        finally:
            process.kill()

    until(lambda: not answers(url), within=15, what="its Redis to stop")
    until(lambda: not list(temporary_folder.iterdir()), within=15, what="its folders to go")


# --- The whole product as it runs --------------------------------------------------------------


def status_of(url: str) -> int:
    return requests.get(url, timeout=20).status_code


@pytest.mark.both_databases
def test_web_server_and_worker_use_the_database_of_the_test(live_stack, django_user_model):
    django_user_model.objects.create_superuser("ada", password="correct horse")

    with requests.Session() as browser:
        form = browser.get(f"{live_stack.url}/admin/login/", timeout=20)
        fields = {"username": "ada", "password": "correct horse", "csrfmiddlewaretoken": browser.cookies["csrftoken"], "next": "/healthz"}
        answer = browser.post(form.url, data=fields, timeout=20)

    assert answer.url == f"{live_stack.url}/healthz"


@pytest.mark.both_databases
@pytest.mark.parametrize("time", ["the first time", "again, after a flush"])
def test_what_servers_remember_of_content_types_stays_true(live_stack, time):
    ids = sorted(ContentType.objects.values_list("id", flat=True))

    assert ids == list(range(1, len(ids) + 1))


@pytest.mark.both_databases
def test_the_worker_takes_what_is_sent_and_can_be_killed_and_started_again(live_stack):
    with Celery(broker=for_celery(live_stack.env["REDIS_URL"]), set_as_current=False) as sending:
        sending.send_task("ingestion.tasks.sweep_batches")
        live_stack.settle()

        live_stack.kill_worker()
        sending.send_task("ingestion.tasks.sweep_batches")
        assert live_stack.waiting() == 1

        live_stack.start_worker()
        live_stack.settle()


@pytest.mark.slow
def test_the_scheduler_sends_what_is_due(live_stack):
    live_stack.stop_worker()

    live_stack.start_beat()

    until(live_stack.waiting, within=20, what="the scheduler to send a task")


@pytest.mark.slow
def test_a_process_with_settings_of_its_own_is_replaced_for_the_next_test(live_stack):
    live_stack.start_web(MAX_BODY_MB="1")
    live_stack.start_worker(concurrency=1)

    live_stack.come_to_rest()
    live_stack.be_whole()

    assert live_stack._special == set()
    assert status_of(f"{live_stack.url}/healthz") == 200
