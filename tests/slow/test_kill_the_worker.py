"""A worker that is killed in the middle of its work loses nothing and doubles nothing."""

import pytest

from ingestion.models import Batch
from tests.factories import a_project, a_source, a_token, an_entry
from tests.flows.client import Client
from tests.flows.test_ingest import exact
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.both_databases, pytest.mark.real_parts]

ENTRIES = 50_000


def test_a_worker_killed_three_times_in_a_batch_of_50_000_entries_leaves_exact_counts(live_stack):
    a_source(a_project())
    client = Client(live_stack.url, a_token())
    live_stack.start_beat()
    entries = [
        an_entry(f"Payment {number} failed after {number % 90} s", severity="ERROR" if number % 5 else "INFO") for number in range(ENTRIES)
    ]
    batch = client.send("shop-logs", entries)

    for kills in range(3):
        reached = kills * 15_000
        until(lambda: Batch.objects.filter(pk=batch, next_offset__gt=reached).exists(), within=90, what=f"the batch to pass {reached}")  # noqa: B023
        live_stack.kill_worker()
        live_stack.start_worker()
    [done] = client.wait(batch, within=180)

    assert (done["state"], done["entries"], done["duplicates"], done["rejected"]) == ("done", ENTRIES, 0, 0)
    exact(ENTRIES)


def test_a_killed_worker_of_ten_batches_leaves_exact_counts(live_stack):
    a_source(a_project())
    client = Client(live_stack.url, a_token())
    live_stack.start_beat()
    entries = [an_entry(f"Payment {number % 50} failed", insertId=f"fixed-{number}") for number in range(20_000)]
    # Neighbours overlap by half, so that workers wait for each other's rows when they are killed.
    batches = [client.send("shop-logs", entries[start : start + 4_000]) for start in range(0, 16_001, 2_000)]

    until(lambda: Batch.objects.filter(next_offset__gt=0).exists(), within=60, what="a batch to come forward")
    live_stack.kill_worker()
    live_stack.start_worker()
    done = client.wait(*batches, within=180)

    assert {batch["state"] for batch in done} == {"done"}
    assert sum(batch["entries"] for batch in done) == 36_000
    assert sum(batch["duplicates"] for batch in done) == 16_000
    exact(20_000)
