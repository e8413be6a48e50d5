"""A page asks the database no more often when it has more to show."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.actions import issues
from incidents.models import Issue, Mirror, Pattern
from incidents.severity import Severity
from ingestion.models import Batch
from tests.admin.conftest import a_dead_letter, a_delivery
from tests.admin.pages import DELIVERIES, LISTS, list_of, page_of
from tests.factories import a_source, a_user, an_entry, ingest, somebody

FEW, MANY = 5, 30


def fill(shop, many: int, called: str) -> None:
    """So many more rows of each kind; of the first issue comments, occurrences, children and writes."""
    for number in range(many):
        word = f"{called}{chr(97 + number // 26)}{chr(97 + number % 26)}"
        source = a_source(shop.project, f"source-{word}")
        fault = an_entry("Fault", sourceLocation={"file": "shop.py", "function": word})
        ingest(source, [fault, an_entry("Payment failed in shop", trace=f"trace-{word}", resource=host(word))])
        issues.comment(shop.issue, actor=somebody(), text=word)
        child = issues.create(shop.project, actor=somebody(), title=f"Child {word}", severity=Severity.ERROR, parent=shop.issue)
        a_dead_letter(child, word)
        a_dead_letter(shop.issue, f"{word} of the first issue", seq=shop.issue.outbox.count() + 1)
        a_delivery(word, event=word)
    person = a_user(f"assignee-{called}", is_superuser=True)
    for issue in Issue.objects.filter(project=shop.project):
        issues.edit(issue, actor=somebody(), changes={"assignee": person})


def host(word: str) -> dict[str, object]:
    return {"type": "gce_instance", "labels": {"instance_id": word}}


def queries_for(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def addresses(shop) -> dict[str, str]:
    pages = {name: list_of(name) for name in [*LISTS, DELIVERIES]}
    pages |= {"overview": reverse("admin:index"), "all issues": f"{list_of('incidents_issue')}?state=all"}
    return pages | {
        "issue": page_of(shop.issue),
        "pattern": page_of(shop.pattern),
        "project": page_of(shop.project),
        "batch": page_of(shop.batch),
        "write": page_of(shop.write),
        "delivery": page_of(shop.delivery),
    }


@pytest.mark.slow
def test_no_page_asks_more_often_for_more_rows(engineer, superuser, shop):
    Mirror.objects.create(issue=shop.issue, repository="acme/shop")
    fill(shop, FEW, "few")
    counted = {name: queries_for(superuser, address) for name, address in addresses(shop).items()}
    fill(shop, MANY - FEW, "many")

    now = {name: queries_for(superuser, address) for name, address in addresses(shop).items()}

    assert Issue.objects.count() > 2 * MANY
    assert Pattern.objects.count() > MANY
    assert Batch.objects.count() > MANY
    more = {name: (counted[name], now[name]) for name in now if now[name] > counted[name]}
    assert more == {}


@pytest.mark.parametrize(
    ("page", "most"),
    [
        *(("overview", 10), ("incidents_issue", 10), ("incidents_pattern", 10), ("incidents_outbox", 10), ("ingestion_batch", 10)),
        *(("issue", 30), ("write", 20)),
    ],
)
def test_a_page_asks_seldom(engineer, shop, page, most, django_assert_max_num_queries):
    fill(shop, FEW, "few")
    engineer.get(addresses(shop)[page])

    with django_assert_max_num_queries(most):
        engineer.get(addresses(shop)[page])
