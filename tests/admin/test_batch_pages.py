"""Batches in the admin: what came, what was refused, and trying again."""

import pytest

from incidents.roles import Role
from ingestion.models import Batch, BatchState
from tests.admin.pages import list_of, messages, page_of, text

MAY_RETRY = [Role.ENGINEER, Role.REVIEWER, Role.ADMIN]


@pytest.fixture
def failed(shop) -> Batch:
    Batch.objects.filter(pk=shop.batch.pk).update(state=BatchState.FAILED, error="OperationalError: the disk is full", attempts=5)
    return Batch.objects.get(pk=shop.batch.pk)


def test_the_page_tells_what_was_rejected_and_noted(viewer, shop):
    said = text(viewer.get(page_of(shop.batch)))

    assert shop.batch.rejections.get().reason in said
    assert shop.batch.notes.first().reason in said
    assert shop.batch.rejections.get().code in said


def test_remarks_come_in_pages(viewer, shop, django_assert_max_num_queries):
    remark = type(shop.batch.rejections.get())
    remark.objects.bulk_create(
        [remark(batch=shop.batch, number=number, code="odd", reason=f"reason {number}.") for number in range(100, 400)]
    )

    with django_assert_max_num_queries(40):
        page = text(viewer.get(page_of(shop.batch)))

    assert "reason 100." in page
    assert "reason 350." not in page


def test_a_batch_without_remarks_has_no_empty_tables(viewer, shop):
    clean = Batch.objects.exclude(pk=shop.batch.pk).get()

    assert "Rejected entries" not in text(viewer.get(page_of(clean)))


def test_the_issues_that_a_batch_opened_are_links(viewer, shop):
    opening = Batch.objects.exclude(pk=shop.batch.pk).get()

    assert page_of(shop.issue) in viewer.get(page_of(opening)).content.decode()


def test_what_came_cannot_be_read_back_whole(viewer, shop):
    assert "no json in shop" not in text(viewer.get(page_of(shop.batch)))


@pytest.mark.parametrize("role", MAY_RETRY)
def test_a_failed_batch_is_tried_again(logged_in, failed, role):
    answer = logged_in(role).post(page_of(failed, "retry"), follow=True)

    failed.refresh_from_db()
    assert failed.state == BatchState.RECEIVED
    assert messages(answer) == [f"Batch {failed.pk} is tried again."]


def test_a_link_does_not_try_again(engineer, failed):
    answer = engineer.get(page_of(failed, "retry"))

    failed.refresh_from_db()
    assert answer.status_code == 200
    assert failed.state == BatchState.FAILED


def test_a_viewer_does_not_try_again(viewer, failed):
    answer = viewer.post(page_of(failed, "retry"))

    failed.refresh_from_db()
    assert answer.status_code == 403
    assert failed.state == BatchState.FAILED
    assert page_of(failed, "retry") not in viewer.get(page_of(failed)).content.decode()


def test_another_projects_batch_is_not_tried_again(engineer, rival):
    Batch.objects.filter(pk=rival.batch.pk).update(state=BatchState.FAILED)

    assert engineer.post(page_of(rival.batch, "retry")).status_code == 403
    assert Batch.objects.get(pk=rival.batch.pk).state == BatchState.FAILED


def test_only_a_failed_batch_can_be_tried_again(engineer, shop):
    answer = engineer.post(page_of(shop.batch, "retry"), follow=True)

    assert messages(answer) == ["Only a failed batch can be tried again."]
    assert page_of(shop.batch, "retry") not in engineer.get(page_of(shop.batch)).content.decode()


def test_the_list_can_be_bounded_by_state_and_source(viewer, shop, failed):
    by_state = viewer.get(list_of("ingestion_batch"), {"state__exact": "failed"}).context["cl"].result_list
    by_source = viewer.get(list_of("ingestion_batch"), {"source__id__exact": shop.source.pk}).context["cl"].result_list

    assert list(by_state) == [failed]
    assert len(by_source) == 2
