"""One spelling of a Redis address for everybody.

kombu writes a unix socket as `redis+socket:///path?virtual_host=0`, redis-py as `unix:///path?db=0`.
People may give either, and `redis://` or `rediss://` as they are.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

# sun_path is 108 bytes on Linux, its last one a NUL.
LONGEST_SOCKET_PATH = 107


def for_celery(url: str) -> str:
    """The address as kombu wants it."""
    parts = urlsplit(url)
    if parts.scheme not in ("unix", "redis+socket"):
        return url
    return f"redis+socket://{parts.path}?virtual_host={_database(parts.query)}"


def for_redis_py(url: str) -> str:
    """The address as redis-py wants it."""
    parts = urlsplit(url)
    if parts.scheme not in ("unix", "redis+socket"):
        return url
    return f"unix://{parts.path}?db={_database(parts.query)}"


def embedded(data_dir: Path) -> str:
    """The address of the Redis that `up` starts for this data folder when none is given.

    It follows from the folder alone, so that every command with the same environment finds the same server.
    """
    return f"redis+socket://{embedded_socket(data_dir)}?virtual_host=0"


def embedded_socket(data_dir: Path) -> Path:
    """The socket's path: inside the data folder, or in a short private folder where that path would be too long."""
    inside = data_dir / "redis.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
        return inside
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"fixproof-{os.getuid()}-{name}" / "redis.sock"


def _database(query: str) -> int:
    fields = parse_qs(query)
    return int((fields.get("virtual_host") or fields.get("db") or ["0"])[0])
