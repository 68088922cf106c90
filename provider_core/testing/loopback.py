"""A small web server on loopback whose answers are a function; it ends with its test."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from .memory_transport import Answer, Request

__all__ = ["Loopback"]


class Loopback:
    """Answers every request with what a function says; ranges are its own business.

    Example::

        with Loopback(lambda request: Answer(body=b"hello")) as server:
            urllib3.request("GET", server.url)
    """

    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        """Listen at once; *answer* is called on several threads."""
        self._server = _Server(("127.0.0.1", 0), _handler(answer))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        """Scheme, host and port."""
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that breaks off is expected."""


def _handler(answer: Callable[[Request], Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 64 << 10  # head and body in one packet: apart, the second waits for 40 ms

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            self._send(answer(self._request()))

        def _request(self) -> Request:
            length = int(self.headers.get("content-length") or 0)
            host = self.headers.get("host", "")
            return Request(
                method=self.command,
                url=f"http://{host}{self.path}",
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length),
            )

        def _send(self, said: Answer) -> None:
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            if "content-length" not in said.headers:
                self.send_header("content-length", str(len(said.body)))
            self.end_headers()
            if self.command != "HEAD" and said.status not in (204, 304):
                self.wfile.write(said.body)
            self.wfile.flush()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
