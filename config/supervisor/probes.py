"""Whether a server answers. Short and without a client library, because they run in the supervisor."""

import contextlib
import os
import socket

PATIENCE_SECONDS = 1.0


def redis_answers(path: str) -> bool:
    """Whether a Redis behind this unix socket is there and has read its data (until then it says -LOADING)."""
    return _ask_redis(path, b"PING\r\n").startswith(b"+PONG")


def shut_redis_down(path: str) -> None:
    """Ask a Redis behind this unix socket, where there is one, to save and end."""
    _ask_redis(path, b"SHUTDOWN\r\n")


def web_answers(address: str, port: int, host: str) -> bool:
    """Whether `GET /healthz` gets an answer that is no server error.

    A 4xx will do: with an `ALLOWED_HOSTS` of somebody's own the Host that we ask with may be refused, by a server that lives.
    """
    request = f"GET /healthz HTTP/1.0\r\nHost: {host}\r\n\r\n"
    with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(request.encode())
        version, _, rest = connection.makefile("rb").readline(1024).partition(b" ")
        return version.startswith(b"HTTP/") and rest[:1] in (b"2", b"3", b"4")
    return False


def _ask_redis(path: str, command: bytes) -> bytes:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE_SECONDS)
        connection.connect(os.fspath(path))
        connection.sendall(command)
        return connection.recv(1024)
    return b""
