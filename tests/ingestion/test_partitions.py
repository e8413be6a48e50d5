"""PostgreSQL alone has partitions."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from ingestion import partitions
from tests.factories import an_entry, ingest

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.mark.usefixtures("postgres")
def test_days_near_the_present_get_a_partition_each_and_others_none(source):
    now = timezone.now()
    ingest(source, [an_entry(timestamp=now.isoformat()), an_entry(timestamp="2019-05-05T00:00:00Z")])

    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM ingestion_entry ORDER BY time_ns")
        tables = [name for (name,) in cursor.fetchall()]
    assert tables == ["ingestion_entry_default", f"ingestion_entry_{now:%Y%m%d}"]


@pytest.mark.usefixtures("postgres")
def test_a_day_gets_its_partition_although_entries_of_it_came_too_early(source):
    soon = timezone.now() + timedelta(days=1)
    ingest(source, [an_entry(timestamp=(soon + timedelta(days=5)).isoformat())])
    far = (soon + timedelta(days=5)).date()

    partitions.ensure({far}, today=far)

    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM ingestion_entry")
        assert cursor.fetchall() == [(f"ingestion_entry_{far:%Y%m%d}",)]
