"""How answers are framed: where a body ends, and what is waited for."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from provider_core.errors import HttpStatus, TransportError
from provider_core.oci import Descriptor
from provider_core.testing.fault_server import Listener
from provider_core.transport import HttpTransport, Location, TransportSettings

from .doubles import Recorder

PIECE = 1 << 20


@contextmanager
def answering(head: bytes, *parts: bytes) -> Iterator[Listener]:
    """Answer each request with *head* and the *parts* of a body, a moment apart; stay open."""

    def answer(asked: bytes, connection: socket.socket) -> bool:
        connection.sendall(head)
        for part in () if asked.startswith(b"HEAD") else parts:
            connection.sendall(part)
            time.sleep(0.1)
        return True

    listener = Listener(answer, None)
    try:
        yield listener
    finally:
        listener.close()


def test_an_answer_to_head_in_chunks_keeps_the_connection(transport: HttpTransport) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with answering(head, b"3\r\nabc\r\n0\r\n\r\n") as server:
        for method, body in (("HEAD", b""), ("HEAD", b""), ("GET", b"abc"), ("GET", b"abc")):
            assert transport.request(method, server.url).body == body
        assert server.connections == 1


def test_a_length_that_is_said_twice(transport: HttpTransport) -> None:
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\nabc") as server:
        assert transport.request("GET", server.url).body == b"abc"


def test_a_refusal_without_an_end_is_told_as_it_came(transport: HttpTransport) -> None:
    began = time.monotonic()
    with answering(b"HTTP/1.1 403 Forbidden\r\n\r\nnot you") as server:
        with pytest.raises(HttpStatus) as caught:
            transport.request("GET", server.url, patient=False)
        assert caught.value.said == "not you"
    assert time.monotonic() - began < 0.8


def test_a_chunk_of_negative_length(quick: TransportSettings) -> None:
    content = bytes(2 * PIECE)
    first = PIECE - 10  # so that there is room for less than what follows
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%s\r\n" % (first, content[:first])
    sink = Recorder(len(content))
    descriptor = Descriptor.of(content, "application/octet-stream")
    with (
        answering(head, chunk, b"-5\r\n" + content[first:]) as server,
        HttpTransport(quick) as transport,
        pytest.raises(TransportError, match="ended early"),
    ):
        transport.download(descriptor, [Location(url=server.url)], sink)


@pytest.mark.parametrize("value", ["a-secret\r\nX-Other: 1", "a-secret\n folded", " a-secret"])
def test_a_header_that_would_be_another_is_not_sent(value: str, transport: HttpTransport) -> None:
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as server:
        with pytest.raises(TransportError) as caught:
            transport.request("GET", server.url, headers={"authorization": value})
        assert not server.heads
    assert "secret" not in str(caught.value)
