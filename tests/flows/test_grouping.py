"""One crash loop is one issue, through the real web server, broker and two workers, whatever order its entries come in."""

import json
import random

import pytest

from tests.factories import a_project, a_source, a_token
from tests.flows.client import Client
from tests.shared_data import SHARED_DATA

pytestmark = pytest.mark.real_parts

DUMP = SHARED_DATA / "gcp" / "backend-last-hour.json"


@pytest.fixture
def client(live_stack) -> Client:
    a_source(a_project())
    return Client(live_stack.url, a_token())


@pytest.mark.skipif(not DUMP.exists(), reason=f"{DUMP} is not here")
def test_ten_shuffled_batches_at_once_end_with_one_issue_for_the_crash_loop(client):
    entries = json.loads(DUMP.read_text())
    random.Random(11).shuffle(entries)

    batches = [client.send("shop-logs", entries[part::10]) for part in range(10)]

    assert {batch["state"] for batch in client.wait(*batches)} == {"done"}
    crash, *others = client.get("issues/", ordering="-entries")["results"]
    assert crash["title"] == "ModuleNotFoundError: No module named 'netra_backend.app.services.monitoring'"
    assert (crash["occurrences"], crash["patterns"], crash["entries"]) == (15, 10, 180)
    assert len(others) <= 3
    occurrence = client.get(f"issues/{crash['id']}/occurrences/")["results"][0]
    assert len(occurrence["companions"]) == 10
    errors = client.get("sources/shop-logs/entries/", severity="ERROR", page_size=500)["results"]
    assert {entry["issue"] for entry in errors} == {crash["id"]}
