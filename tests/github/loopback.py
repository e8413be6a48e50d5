"""A small HTTP/1.1 server on loopback whose answers come from a function: what the proxy and the relay stand on."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

UPSTREAM_SECONDS = 30
# They are about one connection, and the answer's length is ours to say.
OF_A_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "accept-encoding"}
WITHOUT_BODY = {204, 304}


@dataclass
class Request:
    method: str
    # With the query.
    path: str
    # Names in any case.
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Drop(Exception):
    """Close the connection without an answer."""


def send(url: str, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    """One request to the server at this base URL, on a connection of its own."""
    to = urlsplit(url)
    connection = HTTPConnection(to.hostname or "", to.port, timeout=UPSTREAM_SECONDS)
    try:
        connection.request(method, path, body or None, passed_on(headers))
        received = connection.getresponse()
        return Answer(received.status, received.read(), passed_on(dict(received.getheaders())))
    finally:
        connection.close()


def passed_on(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in OF_A_CONNECTION}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave together: written apart, the second waits 40 ms for the first one's acknowledgement.
    wbufsize = 65536
    server: "_Server"

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        with suppress(ConnectionError):
            super().finish()

    def handle(self) -> None:
        # The other side may be gone at any time: a worker that a test killed, a client that gave up.
        with suppress(ConnectionError):
            super().handle()

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(self.command, self.path, self.headers, self.rfile.read(length))
        try:
            answer = self.server.answer(request)
        except Drop:
            self.close_connection = True
            return
        # Upstream's Date and Server headers are passed on as they are.
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status not in WITHOUT_BODY:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD" and answer.status not in WITHOUT_BODY:
            self.wfile.write(answer.body)

    do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = _serve

    def log_message(self, *_: object) -> None:
        """Nothing: what was asked is kept by whoever answers."""


class _Server(ThreadingHTTPServer):
    # Joined when it closes: no thread may live on into the next test.
    daemon_threads = False
    # A burst of webhooks comes on a connection each.
    request_queue_size = 128

    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.connections: set[socket.socket] = set()

    def hang_up(self) -> None:
        """End the connections that clients keep open."""
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def served(answer: Callable[[Request], Answer]) -> Iterator[str]:
    """The base URL at which `answer`, called in a thread for each connection, is asked. It may raise Drop."""
    with _Server(answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
            server.hang_up()
