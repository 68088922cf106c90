"""Connections of `urllib3` whose every read is measured by our own clock.

Libraries below count only the time of one read: a server that sends a byte now and then holds
them for ever, in headers as in bodies.  Here, each read of the socket asks the `Watch` of the
request it belongs to.
"""

from __future__ import annotations

import io
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from .dialing import dial
from .urls import Reach
from .waiting import Watch

__all__ = ["POOLS", "ClockedResponse", "Passage", "passing_through"]

_HEAD_LIMIT = 256 << 10
_GATHER_FROM = 64 << 10
_GATHER_PAUSE = 0.02
_GATHER_SECONDS = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What one request may do on the network."""

    watch: Watch
    connect_timeout: float
    """Seconds to reach a host."""
    home: Reach | None
    """Where the request began, if a redirect led to where it goes now."""
    answers: list[ClockedResponse] = field(default_factory=list)
    """What came on the way, a proxy's before the server's; closed if the request fails."""


# The libraries in between hand nothing of ours down to where a socket is opened or read.
_PASSAGE: ContextVar[Passage] = ContextVar("passage")


@contextmanager
def passing_through(passage: Passage) -> Iterator[None]:
    """Give requests of this thread their limits while they are sent."""
    token = _PASSAGE.set(passage)
    try:
        yield
    except BaseException:
        for answer in passage.answers:
            answer.close()
        raise
    finally:
        _PASSAGE.reset(token)


def _is_not_ours(record: logging.LogRecord) -> bool:
    """Whether a log record of urllib3 is about somebody else's request."""
    return _PASSAGE.get(None) is None


# It logs whole URLs, and the query of a signed one is a secret; we log ours without.
logging.getLogger("urllib3.connectionpool").addFilter(_is_not_ours)


class _ClockedSocket(io.RawIOBase):
    """Reads a socket as long as a watch permits, and only so many bytes of head."""

    def __init__(self, sock: socket.socket, watch: Watch) -> None:
        self._socket = sock
        self._watch = watch
        # Holds the socket open until the answer is read, as http.client expects of its stream.
        self._held = sock.makefile("rb", buffering=0)
        self._head_left: int | None = _HEAD_LIMIT

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return the stream that http.client asks a socket for, in *mode* 'rb'."""
        return _AsItComes(self)

    def head_is_over(self) -> None:
        """Count no more head, and give the body its whole time."""
        self._head_left = None
        self._watch.renew()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        count = self._receive(view)
        if self._head_left is not None:
            self._head_left -= count
            if self._head_left < 0:
                raise HTTPException("the head of the answer is too long")
            return count
        self._watch.received(count)
        return count + self.gather(view[count:]) if count else 0

    def close(self) -> None:
        if not self.closed:
            self._held.close()
            super().close()

    def _receive(self, view: memoryview) -> int:
        while True:
            self._socket.settimeout(self._watch.slice())
            try:
                return self._socket.recv_into(view)
            except TimeoutError:
                continue

    def gather(self, view: memoryview) -> int:
        """Take what is there already: TLS gives 16 KiB at a time, and each piece costs."""
        count = 0
        if len(view) < _GATHER_FROM:
            return count
        self._socket.settimeout(_GATHER_PAUSE)
        end = time.monotonic() + _GATHER_SECONDS
        while count < len(view) and time.monotonic() < end:
            try:
                more = self._socket.recv_into(view[count:])
            except OSError:  # in vain, or the end; the next read meets it again
                break
            if not more:
                break
            count += more
        self._watch.received(count)
        return count


class _AsItComes(io.BufferedReader):
    """A stream that fills a buffer with one read of the socket, not with as many as it takes."""

    def __init__(self, raw: _ClockedSocket) -> None:
        super().__init__(raw, io.DEFAULT_BUFFER_SIZE)
        self._clocked = raw
        self._holds = True
        """Whether bytes may be in its buffer, as those are that came with the head."""

    def readinto(self, buffer: Any) -> int:
        """Read what has come; what is in the buffer does not wait for what is not."""
        if not self._holds:
            return self.readinto1(buffer)
        view = memoryview(buffer)
        held = view[: io.DEFAULT_BUFFER_SIZE]
        count = self.readinto1(held)
        self._holds = count == len(held) < io.DEFAULT_BUFFER_SIZE
        return count + self._clocked.gather(view[count:]) if count and not self._holds else count


class ClockedResponse(HTTPResponse):
    """An answer that is read through a clocked socket."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        passage = _PASSAGE.get()
        self._clocked = _ClockedSocket(sock, passage.watch)
        passage.answers.append(self)
        super().__init__(self._clocked, *args, **kwargs)  # type: ignore[arg-type]

    def begin(self) -> None:
        super().begin()
        self._clocked.head_is_over()

    def fill(self, view: memoryview) -> int:
        """Read what comes next of the body into *view*; return how many bytes, 0 at its end.

        Raises IncompleteRead for a body that ends before its Content-Length.
        """
        if self.chunked:
            return self._fill_from_chunk(view)
        count = self.readinto(view)
        if not count and self.length:
            raise IncompleteRead(b"", self.length)
        return count

    def _fill_from_chunk(self, view: memoryview) -> int:
        data = self.read1(len(view))
        if len(data) > len(view):
            raise IncompleteRead(b"")  # of a chunk whose length is negative
        view[: len(data)] = data
        if not data:
            self.close()  # http.client leaves the answer to HEAD open
        return len(data)

    def close(self) -> None:
        super().close()
        self._clocked.close()


class _ClockedConnection(HTTPConnection):
    response_class = ClockedResponse

    def _new_conn(self) -> socket.socket:
        return _dialled(self)


class _ClockedTlsConnection(HTTPSConnection):
    response_class = ClockedResponse

    def _new_conn(self) -> socket.socket:
        return _dialled(self)


class _ClockedPool(HTTPConnectionPool):
    ConnectionCls = _ClockedConnection


class _ClockedTlsPool(HTTPSConnectionPool):
    ConnectionCls = _ClockedTlsConnection


POOLS = {"http": _ClockedPool, "https": _ClockedTlsPool}
"""By scheme, as urllib3 wants them."""


def _dialled(connection: HTTPConnection) -> socket.socket:
    passage = _PASSAGE.get()
    seconds = min(passage.connect_timeout, passage.watch.remaining())
    # A proxy resolves names by itself; what it is asked for was judged by its name.
    home = None if connection.proxy else passage.home
    sock = dial(connection.host, connection.port, seconds, home)
    sock.settimeout(passage.watch.remaining())
    return sock
