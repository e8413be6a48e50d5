import pytest

from ingestion.records import Record
from tests.ingestion.formats.entries import read, structured


def from_(type_="", labels=..., **resource) -> Record:
    return read(resource={"type": type_, "labels": resource}, labels=labels)


def test_the_stream_names_the_writer_from_the_general_to_the_particular():
    record = from_("cloud_run_revision", {"instanceId": "i1"}, service_name="shop", revision_name="shop-2", location="north")

    assert (record.stream, record.instance, record.release) == ("cloud_run_revision/shop/shop-2/i1", "i1", "shop-2")


def test_a_pod_is_an_instance_and_stands_once_in_the_stream():
    record = from_("k8s_container", container_name="shop", pod_name="shop-7f", namespace_name="prod", cluster_name="c")

    assert (record.stream, record.instance) == ("k8s_container/shop/shop-7f", "shop-7f")


def test_without_an_instance_the_stream_is_built_from_the_rest():
    assert from_("cloud_run_job", job_name="nightly").stream == "cloud_run_job/nightly"
    assert from_("odd", zone="b", project="a").stream == "odd/project=a,zone=b"


def test_the_stream_is_empty_only_without_resource_and_instance():
    assert read().stream == ""
    assert read(resource="odd").stream == ""
    assert read(labels={"instanceId": "i1"}).stream == "i1"


def test_long_streams_are_shortened_and_stay_apart():
    one, other = (from_("t", {"instanceId": "i" * 900 + end}).stream for end in "ab")

    assert len(one) == len(other) == 400
    assert one != other


def test_a_machine_is_known_by_its_name_where_it_has_no_other_id():
    assert read(labels={"compute.googleapis.com/resource_name": "vm-1"}).instance == "vm-1"


def test_the_trace_is_the_last_segment_of_its_name():
    assert read(trace="projects/p/traces/abc").trace == "abc"
    assert read(trace="abc").trace == "abc"
    assert read(trace={"id": 1}).trace == ""


@pytest.mark.parametrize(
    ("payload", "user"),
    [
        ({"user_id": "u1"}, "u1"),
        ({"userId": 7}, "7"),
        ({"user": {"id": 7}}, ""),
        ({"user": {"id": 7}, "uid": "u2"}, "u2"),
        ({"context": {"user_id": "u3"}}, "u3"),
        ({"user_id": True}, ""),
        ({"user_id": "x" * 900}, "x" * 200),
    ],
)
def test_a_user_is_named_by_text_or_number(payload, user):
    assert structured({"message": "hello", **payload}).user == user


@pytest.mark.parametrize(
    ("labels", "payload", "release"),
    [
        ({"version": "v1"}, {}, "v1"),
        ({"commit-sha": "abc"}, {}, "abc"),
        (..., {"release": "r1"}, "r1"),
        (..., {"serviceContext": {"version": "r2"}}, "r2"),
        ({"version": 3}, {"version": ["x"]}, ""),
        ({"version": "v" * 900}, {}, "v" * 200),
    ],
)
def test_a_release_is_named_by_labels_or_payload(labels, payload, release):
    assert structured({"message": "hello", **payload}, labels=labels).release == release


def test_labels_are_kept_where_they_are_text_and_as_many_as_can_be_stored():
    assert read(labels={"a": "x" * 900, "b": 1, "c": None, "d": "y"}).labels == {"a": "x" * 200, "d": "y"}
    assert len(read(labels={str(number): "x" for number in range(100)}).labels) == 32
    assert read(labels=["a"]).labels == {}
