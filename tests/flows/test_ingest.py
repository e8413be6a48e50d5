"""From a request to an issue, through the real web server, broker and worker."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from incidents.models import HourCount, Issue, Pattern, Project
from ingestion.models import Batch, Entry
from tests.factories import a_project, a_source, a_token, an_entry
from tests.flows.client import Client
from tests.waiting import until

pytestmark = [pytest.mark.both_databases, pytest.mark.real_parts]


@pytest.fixture
def client(live_stack) -> Client:
    a_source(a_project())
    return Client(live_stack.url, a_token())


def exact(entries: int) -> None:
    """Every count of entries, wherever it is kept, is this."""
    assert Entry.objects.count() == entries
    assert sum(Pattern.objects.values_list("entries", flat=True)) == entries
    assert sum(HourCount.objects.values_list("entries", flat=True)) == entries
    assert Project.objects.get().entries == entries


def test_posted_entries_become_the_critical_issue(client):
    batch = client.send("shop-logs", [an_entry("Payment failed"), an_entry("Card expired", severity="WARNING")])

    [done] = client.wait(batch)

    assert (done["state"], done["entries"], len(done["issues_opened"])) == ("done", 2, 2)
    assert client.get("issues/critical/")["issue"]["title"] == "Payment failed"


def test_curl_posts_a_chunked_body(client, live_stack, tmp_path):
    """curl sends a body of unknown length in chunks, without a Content-Length."""
    (tmp_path / "lines").write_text("ERROR: one\nERROR: two\n")
    address = f"{live_stack.url}/api/v1/sources/shop-logs/entries/"
    auth = client.headers["Authorization"]

    with (tmp_path / "lines").open("rb") as body:
        answer = subprocess.run(
            ["curl", "-sS", "-X", "POST", "-H", f"Authorization: {auth}", "-H", "Content-Type: text/plain", "-T", "-", address],
            stdin=body,
            capture_output=True,
            check=True,
            text=True,
        )

    assert '"state":"received"' in answer.stdout
    client.wait(Batch.objects.get().pk)
    assert Entry.objects.count() == 2


def test_ten_clients_with_overlapping_entries_at_once_double_nothing(client):
    entries = [an_entry(f"Payment {number % 7} failed", severity="ERROR") for number in range(600)]
    slices = [entries[start : start + 150] for start in range(0, 500, 50)]

    with ThreadPoolExecutor(10) as pool:
        batches = list(pool.map(lambda part: client.send("shop-logs", part), slices))
    done = client.wait(*batches)

    assert sum(batch["entries"] for batch in done) == 1500
    assert sum(batch["duplicates"] for batch in done) == 900
    exact(600)
    issue = Issue.objects.get()
    assert issue.entries == sum(issue.occurrences.values_list("entries", flat=True)) == 600


def test_the_same_key_at_the_same_moment_makes_one_batch(client):
    entries = [an_entry() for _ in range(20)]

    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: client.send("shop-logs", entries, key="delivery-1"), range(8)))

    assert len(set(batches)) == 1
    assert Batch.objects.count() == 1


@pytest.mark.slow
def test_entries_are_taken_while_the_broker_is_away_and_processed_later(live_stack):
    a_source(a_project())
    live_stack.start_web(REDIS_URL="unix:///nowhere/redis.sock")
    away = Client(live_stack.url, a_token())

    batch = away.send("shop-logs", [an_entry()])
    Batch.objects.update(received_at="2025-01-01T00:00:00Z")
    live_stack.start_beat()

    [done] = away.wait(batch)
    assert done["state"] == "done"


def test_readyz_says_that_everything_answers(live_stack):
    answer = until(lambda: _ready(live_stack.url), within=10, what="everything to answer")

    assert answer == {"ready": True, "wrong": {}}


def _ready(url: str) -> dict | None:
    answer = requests.get(f"{url}/readyz", timeout=10)
    return answer.json() if answer.status_code == 200 else None
