"""Blobs: gaps, ranges, several connections, several locations, tokens that end."""

from __future__ import annotations

import math
import random
import re
import socket
import threading
import time
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from provider_core.errors import AuthRequired, Cancelled, HttpStatus, SizeMismatch, TransportError
from provider_core.oci import Descriptor
from provider_core.store import DirectoryStore
from provider_core.testing import TokenAuth
from provider_core.testing.fault_server import Fault, FaultServer, Listener, closed_port_url
from provider_core.transport import HttpTransport, Location, Origin, TransportSettings, meter

from .doubles import Recorder, fetch

LARGE = 4 << 20


@pytest.fixture(scope="module")
def large() -> bytes:
    return random.Random(2).randbytes(LARGE)


@pytest.fixture(scope="module")
def parallel(quick: TransportSettings) -> TransportSettings:
    return replace(quick, parallel_from=1 << 20, segment=256 << 10, fast=math.inf, stall_limit=5.0)


def _ranges(server: FaultServer) -> list[str]:
    heads = [head.decode().lower() for head in server.listener.heads]
    return [line for head in heads for line in head.split("\r\n") if line.startswith("range:")]


def test_only_what_is_missing_is_asked_for(
    server: FaultServer, descriptor: Descriptor, content: bytes, transport: HttpTransport
) -> None:
    fetch(transport, descriptor, [Location(url=server.url("/blob"))], begun=content[:1000])
    assert _ranges(server) == [f"range: bytes=1000-{len(content) - 1}"]


def test_several_gaps(
    server: FaultServer, descriptor: Descriptor, content: bytes, transport: HttpTransport
) -> None:
    sink = Recorder(len(content))
    for start, end in ((10, 20), (5000, 7000)):
        sink.write(start, content[start:end])
    transport.download(descriptor, [Location(url=server.url("/blob"))], sink)
    assert sink.data == content
    assert sink.written == len(content)


def test_what_is_complete_is_not_asked_for(
    server: FaultServer, descriptor: Descriptor, content: bytes, transport: HttpTransport
) -> None:
    fetch(transport, descriptor, [Location(url=server.url("/blob"))], begun=content)
    assert server.asked("/blob") == 0


def test_an_ignored_range_does_not_write_over_what_is_here(
    server: FaultServer, descriptor: Descriptor, content: bytes, transport: HttpTransport
) -> None:
    server.fail("/blob", Fault.RANGE_IGNORED)
    sink = Recorder(len(content))
    sink.write(100, content[100:200])
    transport.download(descriptor, [Location(url=server.url("/blob"))], sink)
    assert sink.data == content
    assert sink.written == len(content)


def test_a_broken_download_goes_on_in_the_next_process(
    server: FaultServer,
    descriptor: Descriptor,
    content: bytes,
    quick: TransportSettings,
    tmp_path: Path,
) -> None:
    server.fail("/blob", Fault.TRUNCATED, times=1)
    for attempt in range(2):
        store = DirectoryStore(tmp_path / "store")
        with HttpTransport(replace(quick, retries=0)) as transport, store.lease() as lease:
            partial = store.writer(lease).expect(descriptor)
            assert partial is not None
            with partial:
                if attempt == 0:
                    with pytest.raises(TransportError):
                        transport.download(descriptor, [Location(url=server.url("/blob"))], partial)
                else:
                    transport.download(descriptor, [Location(url=server.url("/blob"))], partial)
                    partial.commit()
    assert store.read(descriptor) == content
    half = len(content) // 2
    assert _ranges(server) == [f"range: bytes={half}-{len(content) - 1}"]


def test_the_next_location_goes_on_where_the_last_one_failed(
    server: FaultServer, descriptor: Descriptor, content: bytes, quick: TransportSettings
) -> None:
    server.fail("/blob", Fault.TRUNCATED)
    sink = Recorder(len(content))
    locations = [
        Location(url=closed_port_url()),
        Location(url="ftp://nowhere.example/x"),
        Location(url=server.url("/missing")),
        Location(url=server.url("/blob")),
        Location(url=server.url("/other")),
    ]
    with HttpTransport(replace(quick, retries=0)) as transport:
        transport.download(descriptor, locations, sink)
    assert sink.data == content
    assert sink.written == len(content)
    assert server.asked("/other") == 1


def test_the_last_locations_error_is_raised(
    server: FaultServer, descriptor: Descriptor, transport: HttpTransport
) -> None:
    locations = [Location(url=closed_port_url()), Location(url=server.url("/missing"))]
    with pytest.raises(HttpStatus) as caught:
        fetch(transport, descriptor, locations)
    assert caught.value.fields["status"] == 404
    with pytest.raises(TransportError, match="no location is known"):
        fetch(transport, descriptor, [])


def test_another_size_is_an_integrity_error(
    server: FaultServer, content: bytes, transport: HttpTransport
) -> None:
    longer = Descriptor.of(content + b"x", "application/octet-stream")
    with pytest.raises(SizeMismatch):
        fetch(transport, longer, [Location(url=server.url("/blob"))])
    with pytest.raises(SizeMismatch):
        fetch(transport, longer, [Location(url=server.url("/blob"))], begun=content[:10])


def test_a_location_of_another_size_is_left_for_the_next(
    server: FaultServer, descriptor: Descriptor, content: bytes, transport: HttpTransport
) -> None:
    server.fail("/blob", Fault.OTHER_LENGTH)
    locations = [Location(url=server.url("/blob")), Location(url=server.url("/other"))]
    assert fetch(transport, descriptor, locations).read(descriptor) == content


def test_a_large_blob_comes_over_several_connections(
    large: bytes, parallel: TransportSettings
) -> None:
    descriptor = Descriptor.of(large, "application/octet-stream")
    sink = Recorder(LARGE)
    with FaultServer({"/blob": large}) as server, HttpTransport(parallel) as transport:
        transport.download(descriptor, [Location(url=server.url("/blob"))], sink)
        assert server.asked("/blob") == LARGE // parallel.segment
    assert sink.data == large
    assert sink.written == LARGE
    assert 1 < len(sink.threads) <= 1 + parallel.connections


def test_a_fast_connection_needs_no_others(large: bytes, parallel: TransportSettings) -> None:
    descriptor = Descriptor.of(large, "application/octet-stream")
    sink = Recorder(LARGE)
    fast = replace(parallel, fast=1.0)
    with FaultServer({"/blob": large}) as server, HttpTransport(fast) as transport:
        transport.download(descriptor, [Location(url=server.url("/blob"))], sink)
        assert server.asked("/blob") == 2  # a short range, and the rest
    assert sink.data == large
    assert [start for start, _ in sink.pieces] == sorted(start for start, _ in sink.pieces)
    assert len(sink.threads) == 1


def test_a_connection_that_turns_slow_gets_others(
    large: bytes, parallel: TransportSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meter, "_TRIAL", 0.05)
    descriptor = Descriptor.of(large, "application/octet-stream")
    sink = Recorder(LARGE)
    fast = replace(parallel, fast=1e7)
    server = Listener(partial(_give, large, pause=0.01), None)
    with closing(server), HttpTransport(fast) as transport:
        transport.download(descriptor, [Location(url=server.url)], sink)
    assert sink.data == large
    assert len(sink.threads) > 1


def test_a_server_that_gives_less_of_a_long_range_is_asked_for_the_rest(
    large: bytes, parallel: TransportSettings
) -> None:
    descriptor = Descriptor.of(large, "application/octet-stream")
    sink = Recorder(LARGE)
    fast = replace(parallel, fast=1.0, retries=0)
    server = Listener(partial(_give, large, most=1 << 20), None)
    with closing(server), HttpTransport(fast) as transport:
        transport.download(descriptor, [Location(url=server.url)], sink)
    assert sink.data == large
    assert server.connections == 1


def _give(
    content: bytes, head: bytes, connection: socket.socket, *, most: int = LARGE, pause: float = 0
) -> bool:
    """Answer with *most* of a range; every 10 000 bytes of a long one take *pause* seconds."""
    asked = re.search(rb"bytes=(\d+)-(\d+)", head)
    assert asked
    start, last = map(int, asked.groups())
    end = min(last + 1, start + most)
    head = b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %d-%d/%d\r\nContent-Length: %d"
    connection.sendall(head % (start, end - 1, len(content), end - start) + b"\r\n\r\n")
    for at in range(start, end, 10_000):
        connection.sendall(content[at : min(at + 10_000, end)])
        time.sleep(pause if end - start > 1 << 20 else 0)
    return True


@pytest.mark.parametrize(
    "fault", [Fault.RANGE_IGNORED, Fault.WRONG_RANGE, Fault.CHANGED, Fault.RANGE_REFUSED]
)
def test_a_large_blob_without_ranges_comes_over_one(
    fault: Fault, large: bytes, parallel: TransportSettings
) -> None:
    descriptor = Descriptor.of(large, "application/octet-stream")
    with FaultServer({"/blob": large}) as server, HttpTransport(parallel) as transport:
        server.fail("/blob", fault)
        store = fetch(transport, descriptor, [Location(url=server.url("/blob"))])
        assert server.asked("/blob") < LARGE // parallel.segment
    assert store.read(descriptor, limit=LARGE) == large


@pytest.mark.parametrize("fault", [Fault.RESET_IN_BODY, Fault.STATUS_503, Fault.RANGE_IGNORED])
def test_a_large_blob_survives_faults_of_some_connections(
    fault: Fault, large: bytes, parallel: TransportSettings
) -> None:
    descriptor = Descriptor.of(large, "application/octet-stream")
    with FaultServer({"/blob": large}) as server, HttpTransport(parallel) as transport:
        sink = FailingOnce(server, fault)
        transport.download(descriptor, [Location(url=server.url("/blob"))], sink)
    assert sink.data == large


class FailingOnce(Recorder):
    """A sink that breaks the server once the first bytes are here."""

    def __init__(self, server: FaultServer, fault: Fault) -> None:
        super().__init__(LARGE)
        self._server, self._fault = server, fault

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        if not self.pieces:
            self._server.fail("/blob", self._fault, times=2)
        super().write(offset, data)


def test_a_token_that_ends_in_mid_download_is_fetched_anew(
    server: FaultServer, descriptor: Descriptor, content: bytes, quick: TransportSettings
) -> None:
    server.fail("/blob", Fault.TOKEN_EXPIRES)
    challenges: list[str] = []

    def issue(challenge: str) -> str:
        challenges.append(challenge)
        return server.token

    auth = TokenAuth(Origin.of(server.url("/")), issue)
    with HttpTransport(quick) as transport:
        store = fetch(transport, descriptor, [Location(url=server.url("/blob"), auth=auth)])
    assert store.read(descriptor) == content
    assert len(challenges) > 2
    assert set(challenges) == {'Bearer realm="http://127.0.0.1/token"'}


def test_credentials_that_another_thread_has_renewed_are_not_renewed_again(
    server: FaultServer, transport: HttpTransport
) -> None:
    server.fail("/blob", Fault.TOKEN_EXPIRES)

    class RenewedMeanwhile:
        asked = 0

        def headers(self, origin: Origin) -> dict[str, str]:
            self.asked += 1
            return {"Authorization": f"Bearer {server.token if self.asked > 1 else 'old'}"}

        def on_401(self, challenge: str) -> bool:
            pytest.fail("it was renewed already")

    answer = transport.request("HEAD", server.url("/blob"), auth=RenewedMeanwhile())
    assert answer.status == 200


def test_a_token_that_is_refused_is_fetched_once(
    server: FaultServer, descriptor: Descriptor, transport: HttpTransport
) -> None:
    server.fail("/blob", Fault.TOKEN_EXPIRES)
    issued: list[str] = []

    def issue(challenge: str) -> str:
        issued.append(challenge)
        return f"wrong-{len(issued)}"

    auth = TokenAuth(Origin.of(server.url("/")), issue)
    with pytest.raises(AuthRequired):
        fetch(transport, descriptor, [Location(url=server.url("/blob"), auth=auth)])
    assert len(issued) == 1


@pytest.mark.parametrize("fault", [Fault.STALL, Fault.HEADER_DRIP, Fault.STALL_IN_BODY])
def test_waiting_for_a_server_can_be_cancelled(
    fault: Fault, server: FaultServer, descriptor: Descriptor
) -> None:
    server.fail("/blob", fault)
    asked = threading.Event()

    def check() -> None:
        if asked.is_set():
            raise Cancelled
        if server.asked("/blob"):
            asked.set()

    with HttpTransport(TransportSettings(), check=check) as transport, pytest.raises(Cancelled):
        fetch(transport, descriptor, [Location(url=server.url("/blob"))])


def test_what_the_sink_raises_ends_the_download(
    server: FaultServer, large: bytes, parallel: TransportSettings
) -> None:
    class Full(Recorder):
        def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
            if self.written > LARGE // 2:
                raise OSError(28, "No space left on device")
            super().write(offset, data)

    descriptor = Descriptor.of(large, "application/octet-stream")
    server.files = {"/blob": large}
    with HttpTransport(parallel) as transport, pytest.raises(OSError, match="No space left"):
        transport.download(descriptor, [Location(url=server.url("/blob"))], Full(LARGE))
