"""An HTTP server on loopback that misbehaves on purpose, and a canary that sees what leaks."""

from __future__ import annotations

import itertools
import socket
import ssl
import threading
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Self

from .fault_answers import Call, answer
from .fault_kinds import Fault

__all__ = ["Fault", "FaultServer", "Listener", "closed_port_url"]

_HEAD_LIMIT = 64 << 10

_Handler = Callable[[bytes, socket.socket], bool]
"""Answers the request with that head; whether the connection may be used again."""


class FaultServer:
    """Serves content by path, with a fault for each path that should have one.

    A second listener, the canary, is another origin with the same content and no faults: what it
    was sent is in ``canary.heads``, so that a test can say that no credential reached it.

    Example::

        with FaultServer({"/blob": content}) as server:
            server.fail("/blob", Fault.RESET_IN_BODY, times=1)
            fetch(server.url("/blob"))              # breaks once, goes on with the rest
            assert server.asked("/blob") == 2
            assert not server.leaked("secret")
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        *,
        headers: Mapping[str, tuple[str, ...]] | None = None,
        tls: ssl.SSLContext | None = None,
        drip: float = 0.05,
        login: str = "",
    ) -> None:
        """Serve *files*.

        Args:
            files: path, with its slash → content; read at each request.
            headers: path → header lines (``Name: value``) that come with its content.
            tls: makes it an https server; the canary stays plain.
            drip: seconds between the bytes of a drip.
            login: ``user:password`` that every request has to bear, by HTTP's Basic scheme; the
                canary wants none.
        """
        self.files = files
        self.headers = headers or {}
        self.drip = drip
        self.login = f"Basic {b64encode(login.encode()).decode()}" if login else ""
        """The authorization that requests have to bear; '' for none."""
        self.token = "token-0"
        self._faults: dict[str, tuple[Fault, int | None]] = {}
        self._asked: dict[str, int] = defaultdict(int)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self.canary = Listener(self._answer_well, None)
        """The other origin."""
        self.elsewhere = self.canary.url
        self.listener = Listener(self._answer, tls)
        """Where the faults are."""

    def url(self, path: str) -> str:
        """Return the URL of *path*."""
        return self.listener.url + path

    def fail(self, path: str, fault: Fault, *, times: int | None = None) -> None:
        """Answer the next *times* requests for *path* with *fault*; None for all."""
        with self._lock:
            self._faults[path] = (fault, times)

    def asked(self, path: str) -> int:
        """Return how often *path* was asked for."""
        with self._lock:
            return self._asked[path]

    def leaked(self, secret: str) -> bool:
        """Whether the canary was ever sent *secret*."""
        return any(secret.encode() in head for head in self.canary.heads)

    def sleep(self, seconds: float) -> None:
        """Wait; ConnectionError when the server is closed."""
        if self._closing.wait(seconds):
            raise ConnectionError("the server is closed")

    def expire(self) -> None:
        """Make another token the accepted one."""
        self.token = f"token-{self.count()}"

    def count(self) -> int:
        """Return another number each time."""
        return next(self._numbers)

    def close(self) -> None:
        """End every connection and thread."""
        self._closing.set()
        self.listener.close()
        self.canary.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _answer(self, head: bytes, connection: socket.socket) -> bool:
        path = _target(head).partition("?")[0]
        call = self._call(head, connection, closing=False)
        if self.login and call.headers.get("authorization") != self.login:
            call.whole(401, b"", 'WWW-Authenticate: Basic realm="here"')
            return True
        with self._lock:
            self._asked[path] += 1
            fault, times = self._faults.pop(path, (None, None))
            if fault is not None and (times is None or times > 1):
                self._faults[path] = (fault, None if times is None else times - 1)
        answer(replace(call, closing=fault is not None), fault)
        return fault is None

    def _answer_well(self, head: bytes, connection: socket.socket) -> bool:
        answer(self._call(head, connection, closing=False), None)
        return True

    def _call(self, head: bytes, connection: socket.socket, *, closing: bool) -> Call:
        first, *lines = head.decode("latin-1").split("\r\n")
        path = _target(head)
        fields = (line.partition(":") for line in lines)
        return Call(
            method=first.partition(" ")[0],
            path=path,
            headers={name.strip().lower(): value.strip() for name, _, value in fields},
            content=self.files.get(path.partition("?")[0]),
            socket=connection,
            around=self,
            closing=closing,
            lines=self.headers.get(path.partition("?")[0], ()),
        )


class Listener:
    """One listening socket on loopback; a thread for each connection."""

    def __init__(self, handle: _Handler, tls: ssl.SSLContext | None) -> None:
        self.heads: list[bytes] = []
        """Every request's head, as it came."""
        self.connections = 0
        """How many were accepted."""
        self._handle = handle
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._listening.getsockname()[1]}"
        """Scheme, host and port."""
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._closed = False
        self._start(self._accept)

    def close(self) -> None:
        """End every connection and thread."""
        with self._lock:
            self._closed = True
            for one in (self._listening, *self._open):
                with suppress(OSError):
                    # Not SSLSocket's own, which pulls the state from under its thread.
                    socket.socket.shutdown(one, socket.SHUT_RDWR)
        self._listening.close()
        for thread in list(self._threads):
            thread.join()

    def _start(self, target: Callable[..., None], *args: socket.socket) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            if self._tls is not None:
                connection = self._tls.wrap_socket(
                    connection, server_side=True, do_handshake_on_connect=False
                )
            with self._lock:
                if self._closed:
                    connection.close()
                    return
                self.connections += 1
                self._open.add(connection)
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        # A client that breaks off, or a fault that waits for the server's end, is expected.
        with suppress(OSError):
            if isinstance(connection, ssl.SSLSocket):
                connection.do_handshake()
            self._talk(connection)
        with self._lock:
            self._open.discard(connection)
            connection.close()

    def _talk(self, connection: socket.socket) -> None:
        while (head := _read_head(connection)) is not None:
            self.heads.append(head)
            if not self._handle(head, connection):
                return


def closed_port_url() -> str:
    """Return a URL of this machine where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


def _target(head: bytes) -> str:
    """Return the path of a request, with its query; a proxy is asked for a whole URL."""
    target = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")[1]
    return target if target.startswith("/") else "/" + target.split("/", 3)[-1]


def _read_head(connection: socket.socket) -> bytes | None:
    """Read a request, its body too; return its head, None at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(4096)
        if not more or len(data) > _HEAD_LIMIT:
            return None
        data += more
        if not data[:1].isalpha():
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return None
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    while len(body) < length:
        more = connection.recv(4096)
        if not more:
            return None
        body += more
    return head
