"""Who wrote an entry, for whom, and in which release. Pure."""

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from ingestion.formats.cleaning import shortened, word
from ingestion.formats.payloads import mapping

_STREAM_LIMIT: Final = 400
# More is read than stored, so that what differs only at its end stays apart by its digest.
_LONGEST: Final = 65_536
_LABELS: Final = 32
_VALUE_LIMIT: Final = 200
_INSERT_ID_LIMIT: Final = 128

_INSTANCE_LABELS: Final = ("instanceId", "instance_id", "instanceName")
_INSTANCE_RESOURCE: Final = ("instance_id", "pod_name", "task_id", "instance")
_INSTANCE_LAST: Final = ("compute.googleapis.com/resource_name", "k8s-pod/statefulset_kubernetes_io/pod-name", "k8s-pod/name")
_WRITERS: Final = (
    *("service_name", "job_name", "module_id", "function_name", "container_name", "configuration_name"),
    *("database_id", "cluster_name", "service", "job", "name"),
)
_VERSIONS: Final = ("revision_name", "version_id", "version", "pod_name", "instance_id", "instance")
_USER_KEYS: Final = ("user_id", "userId", "user", "uid", "account_id", "accountId")
_USERS: Final = frozenset(_USER_KEYS)
_RELEASE_RESOURCE: Final = ("revision_name", "version_id")
_RELEASE_LABELS: Final = (
    *("version", "release", "commit-sha", "commit_sha", "git_sha", "app.kubernetes.io/version"),
    "k8s-pod/app_kubernetes_io/version",
)


def _first(values: dict[str, Any], keys: Iterable[str], limit: int = _VALUE_LIMIT) -> str:
    for key in keys:
        value = values.get(key)
        if value and (text := word(value, limit)):
            return text
    return ""


def instance_of(resource: dict[str, Any], labels: dict[str, Any]) -> str:
    """The running instance that wrote an entry; empty where nothing tells."""
    found = (
        _first(labels, _INSTANCE_LABELS, _LONGEST)
        or _first(resource, _INSTANCE_RESOURCE, _LONGEST)
        or _first(labels, _INSTANCE_LAST, _LONGEST)
    )
    return shortened(found, _STREAM_LIMIT)


def stream_of(kind: str, resource: dict[str, Any], instance: str) -> str:
    """What identifies the writer of an entry, from the general to the particular: `type/service/revision/instance`.

    Empty only where there is neither a resource nor an instance.
    """
    writer, version = _first(resource, _WRITERS), _first(resource, _VERSIONS)
    if not (writer or version or instance):
        # Nothing that we know by name: all labels together tell one writer from another.
        writer = ",".join(f"{word(key)}={text}" for key, value in sorted(resource.items()) if (text := word(value)))
    if version == instance:
        version = ""
    parts = [part for part in (kind, writer, version, instance) if part]
    return shortened("/".join(parts), _STREAM_LIMIT)


def trace_of(trace: object, payload: dict[str, Any]) -> str:
    """The trace id: the last segment of its resource name."""
    name = trace or payload.get("logging.googleapis.com/trace") or payload.get("trace_id") or payload.get("traceId")
    return word(name.rpartition("/")[2]) if isinstance(name, str) else ""


def user_of(payload: dict[str, Any], labels: dict[str, Any]) -> str:
    """The user that an entry concerns; empty where none is named by a text or number."""
    for values in (payload, mapping(payload.get("context")), mapping(payload.get("labels")), labels):
        # Few entries name a user: one look at all keys is faster than one for each.
        if values and not _USERS.isdisjoint(values):
            for key in _USER_KEYS:
                if found := _user(values.get(key)):
                    return found
    return ""


def _user(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**40:
        return str(value)
    return word(value)


def release_of(resource: dict[str, Any], labels: dict[str, Any], payload: dict[str, Any]) -> str:
    """The release of the program that wrote an entry."""
    return (
        _first(resource, _RELEASE_RESOURCE)
        or (_first(labels, _RELEASE_LABELS) if labels else "")
        or (_first(payload, ("release", "version")) or _first(mapping(payload.get("serviceContext")), ("version",)) if payload else "")
    )


def labels_of(labels: dict[str, Any]) -> dict[str, str]:
    """The labels that are text, shortened to what is stored."""
    kept: dict[str, str] = {}
    for key, value in labels.items():
        if isinstance(value, str) and len(kept) < _LABELS:
            kept[word(key)] = word(value, _VALUE_LIMIT)
    return kept


def insert_id_of(value: object) -> str | None:
    """The insert id as it is kept: one too long or strange to be stored becomes a digest. None for what is no id at all."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    if len(value) <= _INSERT_ID_LIMIT and value.isprintable():
        return value
    return "sha256-" + hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
